import { CosFailure } from '../failure';
import type { HttpClient } from '../http/httpClient';
import type { WireAnswer } from '../http/exchange';
import { isLoopback } from '../http/loopback';
import { refuseRedirect, withRedirects } from '../http/redirects';
import { iamFailure, isRecord, type GrantKind } from './iamFailure';

/** An access token and how long it lives from the moment it was given. */
export interface IssuedToken {
  readonly accessToken: string;
  readonly lifetimeMs: number;
  /** Gets further tokens; only where the grant brings one. */
  readonly refreshToken?: string;
}

/** What a token is asked for with (control-plane §1.2). All of it is secret. */
export type TokenGrant =
  | { readonly kind: 'apiKey'; readonly apiKey: string }
  | { readonly kind: 'passcode'; readonly passcode: string }
  /** A trusted profile, by the token that a compute resource has. */
  | { readonly kind: 'profile'; readonly profileId: string; readonly computeToken: string }
  /** With an account: a token of that account. */
  | { readonly kind: 'refreshToken'; readonly refreshToken: string; readonly accountId?: string };

/** Where IBM Cloud IAM answers unless a connection says otherwise (control-plane §0). */
export const defaultIamEndpoint = 'https://iam.cloud.ibm.com';

/** Where the accounts of a person are listed: with an IAM of one's own, at that. */
export function defaultAccountsEndpoint(iamEndpoint: string | undefined): string {
  return iamEndpoint === undefined ? 'https://accounts.cloud.ibm.com' : iamEndpoint;
}

const op = 'IamToken';

/** IBM's public client; refresh tokens are only given to a client, and only good for the one they were given to. */
const clientAuthorization = 'Basic Yng6Yng=';

/**
 * Exchanges an API key, passcode or refresh token for an access token (control-plane §1.2). Throws `signInNeeded` where IAM
 * does not accept it, with a reason that says what is wrong. The form body is secret and never logged.
 */
export async function requestToken(
  http: HttpClient,
  iamEndpoint: string,
  grant: TokenGrant,
  signal: AbortSignal,
): Promise<IssuedToken> {
  const base = iamUrl(iamEndpoint);
  const form = new URLSearchParams({ ...fieldsOf(grant), response_type: 'cloud_iam' });
  try {
    const send = async (path: string): Promise<IssuedToken> =>
      await http.send(
        {
          op,
          origin: base.origin,
          // A passcode is used up by the first attempt that arrives.
          repeatable: grant.kind === 'passcode' ? 'ifRefused' : 'always',
          prepare: async () => ({
            method: 'POST',
            path,
            headers: {
              'content-type': 'application/x-www-form-urlencoded',
              accept: 'application/json',
              ...(grant.kind === 'passcode' || grant.kind === 'refreshToken'
                ? { authorization: clientAuthorization }
                : {}),
            },
            body: Buffer.from(form.toString(), 'utf8'),
          }),
          consume: async (answer) => {
            refuseRedirect(answer, op, base, path);
            return await readToken(answer, base.host, grant.kind);
          },
        },
        signal,
      );
    return await withRedirects(base.origin, `${pathOf(base)}/identity/token`, send);
  } catch (error) {
    if (grant.kind !== 'apiKey' || !(error instanceof CosFailure) || !mayBeKeyState(error)) throw error;
    throw (await keyState(http, base, grant.apiKey, error, signal)) ?? error;
  }
}

function fieldsOf(grant: TokenGrant): Record<string, string> {
  switch (grant.kind) {
    case 'apiKey':
      return { grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey: grant.apiKey };
    case 'passcode':
      return { grant_type: 'urn:ibm:params:oauth:grant-type:passcode', passcode: grant.passcode };
    case 'profile':
      return {
        grant_type: 'urn:ibm:params:oauth:grant-type:cr-token',
        cr_token: grant.computeToken,
        profile_id: grant.profileId,
      };
    case 'refreshToken':
      return {
        grant_type: 'refresh_token',
        refresh_token: grant.refreshToken,
        ...(grant.accountId === undefined ? {} : { account: grant.accountId }),
      };
  }
}

function pathOf(base: URL): string {
  return base.pathname.replace(/\/$/, '');
}

/** The base URL of IAM. Throws `invalid` for one that is none, or that keys must not be sent to. */
export function iamUrl(iamEndpoint: string): URL {
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
  if (url.protocol === 'https:' || isLoopback(url.hostname)) return;
  throw new CosFailure({
    kind: 'invalid',
    op: operation,
    host: url.host,
    retry: 'never',
    detail: `Keys and tokens are sent to "${url.host}" only over https; write https:// in the endpoint.`,
  });
}

async function readToken(answer: WireAnswer, host: string, grant: GrantKind): Promise<IssuedToken> {
  const body = await readObject(answer);
  if (answer.status === 200) {
    const accessToken = body?.['access_token'];
    const refreshToken = body?.['refresh_token'];
    const expiresInSeconds = Number(body?.['expires_in']);
    if (typeof accessToken === 'string' && expiresInSeconds > 0) {
      const hasRefreshToken = typeof refreshToken === 'string' && refreshToken !== 'not_supported';
      return {
        accessToken,
        lifetimeMs: expiresInSeconds * 1000,
        ...(hasRefreshToken ? { refreshToken } : {}),
      };
    }
  }
  throw iamFailure(op, answer, body, { host, grant });
}

/** Codes for keys that are disabled, locked or past their end are not documented; IAM tells which key it is on request. */
function mayBeKeyState({ error }: CosFailure): boolean {
  return error.kind === 'signInNeeded' && error.reason !== 'passcodeNeeded';
}

/** Why a key that exists is refused, or undefined where IAM does not say (control-plane §1.5). */
async function keyState(
  http: HttpClient,
  base: URL,
  apiKey: string,
  refusal: CosFailure,
  signal: AbortSignal,
): Promise<CosFailure | undefined> {
  const details = await http
    .send(
      {
        op: 'IamApiKeyDetails',
        origin: base.origin,
        repeatable: 'ifRefused',
        prepare: async () => ({
          method: 'GET',
          path: `${pathOf(base)}/v1/apikeys/details`,
          headers: { accept: 'application/json', 'iam-apikey': apiKey },
        }),
        consume: async (answer) => (answer.status === 200 ? await readObject(answer) : undefined),
      },
      signal,
    )
    .catch((error: unknown) => {
      if (signal.aborted) throw error;
      return undefined; // the refusal itself says enough
    });
  if (details === undefined) return undefined;
  const name = typeof details['name'] === 'string' ? ` "${details['name']}"` : '';
  const endsAtMs = typeof details['expires_at'] === 'string' ? Date.parse(details['expires_at']) : Number.NaN;
  const because = (reason: 'apiKeyLocked' | 'apiKeyDisabled' | 'apiKeyExpired', what: string): CosFailure =>
    new CosFailure({ ...refusal.error, reason, detail: `The API key${name} ${what}.` }, { cause: refusal });
  if (details['disabled'] === true) return because('apiKeyDisabled', 'is disabled');
  if (details['locked'] === true) return because('apiKeyLocked', 'is locked');
  if (endsAtMs <= Date.now()) return because('apiKeyExpired', `expired on ${new Date(endsAtMs).toISOString()}`);
  return undefined;
}

async function readObject(answer: WireAnswer): Promise<Record<string, unknown> | undefined> {
  const text = (await answer.read(1024 * 1024)).toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined; // an answer that is not JSON is reported as a wrong endpoint
  }
}
