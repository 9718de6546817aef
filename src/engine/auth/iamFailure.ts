import type { CosErrorReason } from '../../model/cosError';
import { CosFailure } from '../failure';
import type { WireAnswer } from '../http/exchange';

/** What a token was asked for with. */
export type GrantKind = 'apiKey' | 'passcode' | 'profile' | 'refreshToken';

/** Codes after which asking again is pointless, whatever the grant (control-plane §1.4). */
const reasonByCode: Readonly<Record<string, CosErrorReason>> = {
  BXNIM0415E: 'apiKeyUnknown',
  BXNIM0408E: 'sessionExpired',
  BXNIM0439E: 'sessionExpired',
  BXNIM0400E: 'passcodeNeeded',
};

/** The request itself was wrong: nothing that a person could sign in about. */
const ownMistakes = new Set(['BXNIM0109E', 'BXNIM0139E']);

interface Facts {
  readonly op: string;
  readonly host: string;
  readonly httpStatus: number;
  readonly code?: string;
  readonly requestId?: string;
}

/**
 * The failure that an answer of IAM stands for, by status and code (control-plane §1.4). IAM refuses credentials with 400; a
 * code that no table knows is a refusal without a reason of its own, told in IAM's words.
 */
export function iamFailure(
  op: string,
  answer: Pick<WireAnswer, 'status' | 'headers'>,
  body: Readonly<Record<string, unknown>> | undefined,
  { host, grant }: { readonly host: string; readonly grant: GrantKind },
): CosFailure {
  const code = body?.['errorCode'];
  const context = body?.['context'];
  const requestId = isRecord(context) ? context['requestId'] : answer.headers['transaction-id'];
  const details = body?.['errorDetails'];
  const message = typeof details === 'string' && details !== '' ? details : body?.['errorMessage'];
  const facts: Facts = {
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
    const detail = `IAM failed (${answer.status})${said}`;
    return new CosFailure({ ...facts, kind: 'network', retry: 'later', detail });
  }
  return typeof code === 'string' ? refusal(facts, code, said, grant) : notIam(facts);
}

function notIam(facts: Facts): CosFailure {
  const detail = `"${facts.host}" does not answer as IBM Cloud IAM does (status ${facts.httpStatus}).`;
  return new CosFailure({ ...facts, kind: 'network', reason: 'notACosEndpoint', retry: 'never', detail });
}

function refusal(facts: Facts, code: string, said: string, grant: GrantKind): CosFailure {
  if (ownMistakes.has(code)) {
    const detail = `IAM did not understand the request for a token (${code})${said}`;
    return new CosFailure({ ...facts, kind: 'internal', retry: 'never', detail });
  }
  const reason = code === 'BXNIM0407E' ? invalidTokenReason(grant) : reasonByCode[code];
  return new CosFailure({
    ...facts,
    kind: 'signInNeeded',
    reason: reason ?? 'signInRefused',
    retry: 'afterSignIn',
    detail: `${statement(reason, grant)} (${code})${said}`,
  });
}

/** The code says that what was sent "failed to validate": what that was depends on the grant. */
function invalidTokenReason(grant: GrantKind): CosErrorReason {
  switch (grant) {
    case 'apiKey':
      return 'apiKeyUnknown';
    case 'passcode':
      return 'passcodeRefused';
    case 'profile':
      return 'profileRefused';
    case 'refreshToken':
      return 'sessionExpired';
  }
}

function statement(reason: CosErrorReason | undefined, grant: GrantKind): string {
  switch (reason) {
    case 'apiKeyUnknown':
      return 'IAM does not know the API key';
    case 'passcodeRefused':
      return 'IAM does not accept the passcode';
    case 'profileRefused':
      return 'IAM does not accept the token of this machine for the trusted profile';
    case 'passcodeNeeded':
      return 'IAM wants a one-time passcode for this identity';
    case 'sessionExpired':
      return 'The session with IAM has ended';
    default:
      return grant === 'apiKey' ? 'IAM refuses to sign in with this API key' : 'IAM refuses to sign in';
  }
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
