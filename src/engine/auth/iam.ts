import type { CosErrorReason } from '../../model/cosError';
import { CosFailure } from '../failure';
import type { HttpClient } from '../http/httpClient';
import type { WireAnswer } from '../http/exchange';

/** An access token and how long it lives from the moment it was given. */
export interface IssuedToken {
  readonly accessToken: string;
  readonly lifetimeMs: number;
}

/** Where IBM Cloud IAM answers unless a connection says otherwise (control-plane.md §0). */
export const defaultIamEndpoint = 'https://iam.cloud.ibm.com';

const op = 'IamToken';

/** Codes after which asking again is pointless (credentials.md §4). */
const fatalReasons: Readonly<Record<string, CosErrorReason>> = {
  BXNIM0415E: 'apiKeyUnknown',
  BXNIM0407E: 'sessionExpired',
  BXNIM0408E: 'sessionExpired',
  BXNIM0439E: 'sessionExpired',
  BXNIM0400E: 'sessionExpired',
};

/**
 * Exchanges an API key for an access token (control-plane.md §1.2). Throws `signInNeeded` where IAM does not accept it.
 * The form body carries the key and is never logged.
 */
export async function requestToken(
  http: HttpClient,
  iamEndpoint: string,
  apiKey: string,
  signal: AbortSignal,
): Promise<IssuedToken> {
  const base = parseEndpoint(iamEndpoint);
  const form = new URLSearchParams({
    grant_type: 'urn:ibm:params:oauth:grant-type:apikey',
    apikey: apiKey,
    response_type: 'cloud_iam',
  });
  return await http.send(
    {
      op,
      origin: base.origin,
      repeatable: 'always',
      prepare: async () => ({
        method: 'POST',
        path: `${base.pathname.replace(/\/$/, '')}/identity/token`,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: Buffer.from(form.toString(), 'utf8'),
      }),
      consume: async (answer) => readToken(answer, base.host),
    },
    signal,
  );
}

function parseEndpoint(iamEndpoint: string): URL {
  if (!URL.canParse(iamEndpoint)) {
    throw new CosFailure({
      kind: 'invalid',
      op,
      retry: 'never',
      detail: `The IAM endpoint "${iamEndpoint}" is not a URL. It looks like ${defaultIamEndpoint}.`,
    });
  }
  const url = new URL(iamEndpoint);
  requireSafeTransport(url, op);
  return url;
}

/** Refuses to send keys or tokens in the clear, except to this very machine. */
export function requireSafeTransport(url: URL, operation: string): void {
  const isLoopback =
    /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname) || url.hostname.endsWith('.localhost');
  if (url.protocol === 'https:' || isLoopback) return;
  throw new CosFailure({
    kind: 'invalid',
    op: operation,
    host: url.host,
    retry: 'never',
    detail: `Keys and tokens are sent to "${url.host}" only over https; write https:// in the endpoint.`,
  });
}

async function readToken(answer: WireAnswer, host: string): Promise<IssuedToken> {
  const text = (await answer.read(1024 * 1024)).toString('utf8');
  const body = parseObject(text);
  if (answer.status === 200) {
    const accessToken = body?.['access_token'];
    const expiresInSeconds = Number(body?.['expires_in']);
    if (typeof accessToken === 'string' && expiresInSeconds > 0) {
      return { accessToken, lifetimeMs: expiresInSeconds * 1000 };
    }
  }
  throw iamFailure(answer, body, host);
}

function iamFailure(answer: WireAnswer, body: Record<string, unknown> | undefined, host: string): CosFailure {
  const code = body?.['errorCode'];
  const context = body?.['context'];
  const requestId = isRecord(context) ? context['requestId'] : answer.headers['transaction-id'];
  const details = body?.['errorDetails'];
  const message = typeof details === 'string' && details !== '' ? details : body?.['errorMessage'];
  const facts = {
    op,
    host,
    httpStatus: answer.status,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof requestId === 'string' ? { requestId } : {}),
  };
  const said = typeof message === 'string' ? `: ${message}` : '.';
  if (answer.status === 429 || answer.status === 503) {
    return new CosFailure({ ...facts, kind: 'throttled', retry: 'later', detail: `IAM asks to slow down${said}` });
  }
  if (answer.status >= 500) {
    return new CosFailure({
      ...facts,
      kind: 'network',
      retry: 'later',
      detail: `IAM failed (${answer.status})${said}`,
    });
  }
  if (typeof code !== 'string') {
    return new CosFailure({
      ...facts,
      kind: 'network',
      reason: 'notACosEndpoint',
      retry: 'never',
      detail: `"${host}" does not answer as IBM Cloud IAM does (status ${answer.status}).`,
    });
  }
  return new CosFailure({
    ...facts,
    kind: 'signInNeeded',
    reason: fatalReasons[code] ?? 'apiKeyUnknown',
    retry: 'afterSignIn',
    detail: `IAM does not accept the API key (${code})${said}`,
  });
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined; // an answer that is not JSON is reported as a wrong endpoint
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
