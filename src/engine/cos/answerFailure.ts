import type { CosError, CosErrorKind, CosErrorReason, RetryAdvice } from '../../model/cosError';
import { CosFailure } from '../failure';
import { neededRole } from './roles';
import { childElement, childText, parseXml } from './xml';

/** What an operation was about, for its failures. */
export interface Subject {
  readonly op: string;
  readonly bucket?: string;
  readonly key?: string;
}

/** An answer that is not a success. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `host[:port]` that answered. */
  readonly host: string;
  /** Our wall clock at the time. */
  readonly nowMs: number;
}

interface Verdict {
  readonly kind: CosErrorKind;
  readonly reason?: CosErrorReason;
  readonly retry: RetryAdvice;
}

const never = (kind: CosErrorKind, reason?: CosErrorReason): Verdict => ({
  kind,
  ...(reason === undefined ? {} : { reason }),
  retry: 'never',
});

/** Error codes of data-plane §2 (and of other S3 servers) that say more than the status. */
const verdictByCode: Readonly<Record<string, Verdict>> = {
  NoSuchBucket: never('notFound', 'noSuchBucket'),
  NoSuchKey: never('notFound', 'noSuchKey'),
  NoSuchVersion: never('notFound', 'noSuchKey'),
  NoSuchUpload: never('notFound', 'noSuchUpload'),
  PermanentRedirect: never('notFound', 'wrongLocation'),
  AuthorizationHeaderMalformed: never('invalid', 'wrongLocation'),
  InvalidAccessKeyId: { kind: 'signInNeeded', reason: 'accessKeyUnknown', retry: 'afterSignIn' },
  SignatureDoesNotMatch: { kind: 'signInNeeded', reason: 'signatureMismatch', retry: 'afterSignIn' },
  ExpiredToken: { kind: 'signInNeeded', reason: 'sessionExpired', retry: 'afterSignIn' },
  InvalidToken: { kind: 'signInNeeded', reason: 'sessionExpired', retry: 'afterSignIn' },
  TokenRefreshRequired: { kind: 'signInNeeded', reason: 'sessionExpired', retry: 'afterSignIn' },
  RequestTimeTooSkewed: never('denied', 'clockSkewed'),
  AccessDenied: never('denied'),
  InvalidObjectState: never('conflict', 'archived'),
  ObjectNotInActiveTierError: never('conflict', 'archived'),
  BucketNotEmpty: never('conflict', 'bucketNotEmpty'),
  BucketAlreadyExists: never('conflict', 'bucketNameTaken'),
  BucketAlreadyOwnedByYou: never('conflict', 'bucketNameTaken'),
  InvalidBucketName: never('invalid', 'invalidBucketName'),
  InvalidLocationConstraint: never('invalid', 'invalidLocation'),
  IllegalLocationConstraintException: never('invalid', 'invalidLocation'),
  TooManyBuckets: never('invalid', 'tooManyBuckets'),
  PreconditionFailed: never('preconditionFailed', 'changedMeanwhile'),
  ConditionalRequestConflict: { kind: 'preconditionFailed', reason: 'changedMeanwhile', retry: 'later' },
  OperationAborted: { kind: 'conflict', retry: 'later' },
  EntityTooLarge: never('tooLarge', 'tooLargeToStore'),
  InvalidTag: never('invalid', 'tagsRefused'),
  MetadataTooLarge: never('invalid', 'metadataTooLarge'),
  KeyTooLong: never('invalid', 'keyTooLong'),
  KeyTooLongError: never('invalid', 'keyTooLong'),
  QuotaExceeded: never('denied', 'quotaExceeded'),
  BadDigest: { kind: 'network', reason: 'integrity', retry: 'later' },
  XAmzContentSHA256Mismatch: { kind: 'network', reason: 'integrity', retry: 'later' },
  IncompleteBody: { kind: 'network', reason: 'connectionLost', retry: 'later' },
  RequestTimeout: { kind: 'network', reason: 'timedOut', retry: 'later' },
  SlowDown: { kind: 'throttled', retry: 'later' },
  ServiceUnavailable: { kind: 'throttled', retry: 'later' },
  TooManyRequests: { kind: 'throttled', retry: 'later' },
  InternalError: { kind: 'network', retry: 'later' },
  NotImplemented: never('unsupported'),
  MethodNotAllowed: never('unsupported'),
  NoSuchObjectLockConfiguration: never('notFound'),
};

/** Operations on an upload. Where one finds no key it is the upload that is missing, as some servers put it. */
const uploadOperations = new Set(['UploadPart', 'ListParts', 'CompleteMultipartUpload', 'AbortMultipartUpload']);

/** SigV4 refuses clocks that differ by more than this (emulator-rules §20). */
const maxSkewMs = 15 * 60_000;

/**
 * The failure that an answer stands for: classified by status and error code, never by message text
 * (data-plane §2). The one place where that happens, for every request of the S3 side.
 */
export function answerFailure(subject: Subject, answer: ErrorAnswer): CosFailure {
  const error = childElement(parseXml(answer.body), 'Error');
  const code = childText(error, 'Code')?.trim();
  const message = childText(error, 'Message')?.trim();
  const requestId =
    childText(error, 'RequestId')?.trim() ?? answer.headers['x-amz-request-id'] ?? answer.headers['x-clv-request-id'];
  const skewMs = clockSkewMs(answer);
  let verdict = (code === undefined ? undefined : verdictByCode[code]) ?? verdictByStatus(subject, answer, code);
  if (verdict.reason === 'noSuchKey' && uploadOperations.has(subject.op)) verdict = never('notFound', 'noSuchUpload');
  if (skewMs !== undefined && (verdict.kind === 'denied' || verdict.kind === 'signInNeeded')) {
    verdict = never('denied', 'clockSkewed');
  }
  return new CosFailure(
    cosError(subject, answer, verdict, {
      ...(code === undefined || code === '' ? {} : { code }),
      ...(requestId === undefined || requestId === '' ? {} : { requestId }),
      ...saidOf(verdict, message),
      detail: detailOf(subject, answer, verdict, { code, message, skewMs }),
    }),
  );
}

function cosError(
  subject: Subject,
  answer: ErrorAnswer,
  verdict: Verdict,
  rest: Pick<CosError, 'detail' | 'code' | 'requestId' | 'said'>,
): CosError {
  const role = isPlainDenial(verdict) ? neededRole(subject.op) : undefined;
  return {
    kind: verdict.kind,
    op: subject.op,
    ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
    ...(subject.bucket === undefined ? {} : { bucket: subject.bucket }),
    ...(subject.key === undefined ? {} : { key: subject.key }),
    ...(role === undefined ? {} : { neededRole: role.role }),
    host: answer.host,
    retry: verdict.retry,
    httpStatus: answer.status,
    ...rest,
  };
}

/** Longest sentence of a service that is shown. */
const maxSaidCharacters = 300;

/** The service's own words where ours cannot know what is wrong. */
function saidOf({ kind, reason }: Verdict, message: string | undefined): Pick<CosError, 'said'> {
  const isOurs = reason !== undefined || (kind !== 'invalid' && kind !== 'conflict');
  const said = message?.replaceAll(/\s+/g, ' ').slice(0, maxSaidCharacters);
  return isOurs || said === undefined || said === '' ? {} : { said };
}

function isPlainDenial({ kind, reason }: Verdict): boolean {
  return kind === 'denied' && reason === undefined;
}

function verdictByStatus(subject: Subject, answer: ErrorAnswer, code: string | undefined): Verdict {
  const { status } = answer;
  if (code === undefined && status < 500 && !speaksS3(answer)) return never('network', 'notACosEndpoint');
  if (status === 304 || status === 412) return never('preconditionFailed', 'changedMeanwhile');
  if (status >= 300 && status < 400) return never('notFound', 'wrongLocation');
  if (status === 401) return { kind: 'signInNeeded', reason: 'sessionExpired', retry: 'afterSignIn' };
  if (status === 403) return never('denied');
  if (status === 404) {
    if (subject.key !== undefined) return never('notFound', 'noSuchKey');
    // A code of its own speaks of a configuration that the bucket does not have.
    const isBucket = subject.bucket !== undefined && (code === undefined || code === '' || code === 'NotFound');
    return isBucket ? never('notFound', 'noSuchBucket') : never('notFound');
  }
  if (status === 405 || status === 501) return never('unsupported');
  if (status === 409) return never('conflict');
  if (status === 413) return never('tooLarge', 'tooLargeToStore');
  if (status === 429 || status === 503) return { kind: 'throttled', retry: 'later' };
  if (status === 451) return never('held');
  if (status >= 500) return { kind: 'network', retry: 'later' };
  return never('invalid');
}

/**
 * Whether an answer without an error code can come from an S3 server: bodies are XML or absent, as on a HEAD. Some frameworks
 * name a type for a body that is not there; then a request id of S3's tells.
 */
function speaksS3(answer: ErrorAnswer): boolean {
  const body = answer.body.trimStart();
  const hasRequestId = Object.keys(answer.headers).some((name) => /^x-amzn?-/.test(name));
  if (body === '' && hasRequestId) return true;
  const type = answer.headers['content-type'] ?? '';
  if (/html|json|text\/plain/.test(type)) return false;
  return body === '' || (body.startsWith('<') && !/^<(?:!doctype html|html)/i.test(body));
}

/** Difference of the server's clock to ours where it is too much for signatures, else undefined. */
function clockSkewMs(answer: ErrorAnswer): number | undefined {
  const serverMs = Date.parse(answer.headers['date'] ?? '');
  const skewMs = serverMs - answer.nowMs;
  return Number.isFinite(skewMs) && Math.abs(skewMs) > maxSkewMs ? skewMs : undefined;
}

function detailOf(
  subject: Subject,
  answer: ErrorAnswer,
  verdict: Verdict,
  facts: { code: string | undefined; message: string | undefined; skewMs: number | undefined },
): string {
  const said = `${facts.code ?? `status ${answer.status}`}${facts.message === undefined ? '' : `: ${facts.message}`}`;
  switch (verdict.reason) {
    case 'notACosEndpoint':
      return `"${answer.host}" does not answer as object storage does (status ${answer.status}, ${answer.headers['content-type'] ?? 'no content type'}).`;
    case 'clockSkewed': {
      const minutes = Math.round((facts.skewMs ?? 0) / 60_000);
      const difference =
        facts.skewMs === undefined
          ? 'differs too much from the clock of the server'
          : `is ${Math.abs(minutes)} minutes ${minutes > 0 ? 'behind' : 'ahead of'} the clock of "${answer.host}"`;
      return `The clock of this machine ${difference}; signed requests are refused. Correct the clock (${said}).`;
    }
    default: {
      const failed = `${subject.op} failed at "${answer.host}" (${said}).`;
      const need = isPlainDenial(verdict) ? neededRole(subject.op) : undefined;
      if (need === undefined) return failed;
      return `${failed} It needs the role ${need.role} (cloud-object-storage.${need.action}); a firewall of the bucket or a context-based restriction may refuse it too. The account's administrator can tell.`;
    }
  }
}
