/**
 * What went wrong, as a value that both halves of the extension understand.
 * Classified from HTTP status and error code, never from message text (data-plane §2).
 */
export type CosErrorKind =
  | 'notFound'
  | 'denied'
  | 'signInNeeded'
  | 'conflict'
  | 'preconditionFailed'
  | 'held'
  | 'throttled'
  | 'network'
  | 'tls'
  | 'invalid'
  | 'tooLarge'
  | 'localFile'
  | 'cancelled'
  | 'engineGone'
  | 'unsupported'
  | 'internal';

/** When trying the same thing again can help. */
export type RetryAdvice = 'never' | 'later' | 'afterSignIn';

/**
 * Finer reasons that get a sentence or a button of their own. Absent when the kind says everything.
 * `wrongLocation`: a bucket answers NoSuchBucket here but is known at another location (data-plane §1.1).
 */
export type CosErrorReason =
  | 'noSuchBucket'
  | 'noSuchKey'
  | 'noSuchUpload'
  | 'wrongLocation'
  /** The service sends a request on to a host (`host`) that is none of the connection's. */
  | 'redirected'
  | 'bucketNotEmpty'
  | 'bucketNameTaken'
  | 'invalidBucketName'
  | 'invalidLocation'
  | 'tooManyBuckets'
  /** The service cannot encrypt a new bucket with the root key that was named. */
  | 'rootKeyRefused'
  | 'alreadyExists'
  /** An object is there, and no checksum tells whether it is the one that was written or somebody else's. */
  | 'arrivalUnknown'
  | 'apiKeyUnknown'
  | 'apiKeyDisabled'
  | 'apiKeyLocked'
  | 'apiKeyExpired'
  /** A one-time passcode is wrong, was used or is too old; or the identity may sign in with one only. */
  | 'passcodeRefused'
  | 'passcodeNeeded'
  /** The token of the compute resource is not good for the trusted profile. */
  | 'profileRefused'
  /** IAM refused with a code that no table knows. */
  | 'signInRefused'
  | 'sessionExpired'
  | 'instanceUnknown'
  /** The instance belongs to another account than the identity signed in for. */
  | 'otherAccount'
  | 'accessKeyUnknown'
  | 'signatureMismatch'
  | 'clockSkewed'
  | 'notACosEndpoint'
  | 'hostUnknown'
  | 'connectionRefused'
  | 'connectionLost'
  | 'timedOut'
  | 'proxyRefused'
  | 'certificateUntrusted'
  | 'integrity'
  | 'changedMeanwhile'
  /** A configuration document has errors, or an irreversible change of it was not confirmed. */
  | 'documentProblems'
  | 'notConfirmed'
  | 'archived'
  | 'secretMissing'
  | 'noConnection'
  | 'diskFull'
  | 'notWritable'
  | 'noSuchFile'
  | 'unsafeName'
  | 'readOnlyConnection'
  /** A production connection, and nobody has allowed changes. */
  | 'productionLocked'
  /** The service does not take the grants of an object's access list with the object; nothing was written. */
  | 'grantsRefused'
  /** An object was written, and its access list lacks grants. */
  | 'grantsMissing'
  | 'tagsRefused'
  | 'metadataTooLarge'
  | 'keyTooLong'
  /** More than one object or one request may have. */
  | 'tooLargeToStore'
  /** More than can be written anew by way of this machine. */
  | 'tooLargeToSend'
  | 'quotaExceeded';

/** Roles of IBM Cloud Object Storage, as IBM prints them (credentials §5.1). */
export type ServiceRole =
  | 'Object Reader'
  | 'Content Reader'
  | 'Reader'
  | 'Object Writer'
  | 'Writer'
  | 'Manager'
  | 'Backup Reader'
  | 'Backup Manager';

/**
 * What about an object's protection made the service, or the engine before any request, refuse. `protected`: a retention,
 * hold or lock is in force. `mechanism`: the bucket or object has another kind of protection, or none.
 */
export type ProtectionRefusal =
  | 'protected'
  | 'mechanism'
  | 'holdId'
  | 'holdExists'
  | 'noSuchHold'
  | 'tooManyHolds'
  | 'retentionNotLater'
  | 'retentionOutsidePolicy'
  | 'lockNotLater'
  | 'lockNeedsBypass';

/** One failure: what was tried, on what, why it failed, and whether trying again can help. Holds no secrets. */
export interface CosError {
  readonly kind: CosErrorKind;
  /** The operation in S3 or protocol vocabulary, e.g. `PutObject` or `transfers/start`. */
  readonly op: string;
  readonly reason?: CosErrorReason;
  readonly bucket?: string;
  readonly key?: string;
  /** Local file concerned, for kind `localFile`. */
  readonly fsPath?: string;
  /** Host concerned, for kinds `network` and `tls`. */
  readonly host?: string;
  /** The host is a proxy's: it, and not the service, was not reached or refused. */
  readonly isProxy?: true;
  readonly retry: RetryAdvice;
  /** How long the service asks to be left alone, where that is longer than anybody waits for it. */
  readonly retryAfterMs?: number;
  readonly httpStatus?: number;
  /** The service's own error code, e.g. `NoSuchKey` or `BXNIM0415E`. */
  readonly code?: string;
  readonly requestId?: string;
  /** Least predefined role that the operation needs, where it was denied (credentials §5.2). */
  readonly neededRole?: ServiceRole;
  /** Finer cause of a refusal that concerns protection. */
  readonly refusal?: ProtectionRefusal;
  /** The service's own words about a request that is wrong or clashes (kinds `invalid`, `conflict`), on one line; English. */
  readonly said?: string;
  /** English text for the log; never a secret. */
  readonly detail: string;
}

/** The answer of every request across the process border: a value or a typed failure. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: CosError };
