import { formatDuration } from './format';
import { plainName } from './gate/plain';
import type { CosError, CosErrorReason } from '../../model/cosError';
import type { FailureAction } from '../services';
import { operationName } from './operationNames';
import { causeOfRefusal } from './refusals';
import type { Translate } from './translate';

/** One failure in the words of the user's language. */
export interface FailureMessage {
  /** What failed, why and what to do, then on what. */
  readonly text: string;
  readonly actions: readonly FailureAction[];
}

/** The message of a failure, or undefined for cancelled work, which shows nothing. */
export function failureMessage(error: CosError, t: Translate): FailureMessage | undefined {
  if (error.kind === 'cancelled') return undefined;
  const subject = subjectOf(error);
  const text =
    error.reason === 'bucketNotEmpty'
      ? t('The bucket was not deleted, because {0}', cause(error, t))
      : t('{0} failed: {1}', operationName(error.op, t), cause(error, t));
  return { text: subject === '' ? `${text}.` : `${text}: "${plainName(subject)}"`, actions: actionsOf(error) };
}

/** Why something failed and what to do about it, as a clause without a full stop. For states in the tree. */
export function cause(error: CosError, t: Translate): string {
  const { reason, refusal } = error;
  return (
    (reason === undefined ? undefined : causeOfReason(reason, error, t)) ??
    (refusal === undefined ? undefined : causeOfRefusal(refusal, error, t)) ??
    causeOfKind(error, t)
  );
}

function actionsOf(error: CosError): readonly FailureAction[] {
  const remedy = remedyOf(error.reason);
  if (remedy !== undefined) return [remedy, 'showLog'];
  if (error.kind === 'denied' && error.reason === undefined) return ['whyRefused', 'showLog'];
  if (error.kind === 'tls' || hasToDoWithNetwork(error)) {
    return error.retry === 'later' ? ['retry', 'diagnose', 'showLog'] : ['diagnose', 'showLog'];
  }
  switch (error.retry) {
    case 'afterSignIn':
      return ['signIn', 'showLog'];
    case 'later':
      return ['retry', 'showLog'];
    case 'never':
      return error.kind === 'signInNeeded' ? ['signIn', 'showLog'] : ['showLog'];
  }
}

/** Failures on the way to the service, of which the connection doctor tells more. A server that is merely gone says enough. */
function hasToDoWithNetwork({ kind, reason }: CosError): boolean {
  if (reason === 'clockSkewed') return true;
  return kind === 'network' && reason !== 'integrity' && reason !== undefined;
}

/** What helps where signing in again with the same secret, or trying again, cannot. */
function remedyOf(reason: CosErrorReason | undefined): FailureAction | undefined {
  switch (reason) {
    case 'apiKeyUnknown':
    case 'apiKeyDisabled':
    case 'apiKeyLocked':
    case 'apiKeyExpired':
    case 'accessKeyUnknown':
    case 'signatureMismatch':
    case 'passcodeNeeded':
    case 'signInRefused':
      return 'replaceKey';
    case 'instanceUnknown':
    case 'otherAccount':
      return 'editConnection';
    case 'productionLocked':
      return 'allowChanges';
    default:
      return undefined;
  }
}

function subjectOf(error: CosError): string {
  if (error.fsPath !== undefined) return error.fsPath;
  if (error.bucket !== undefined) return error.key === undefined ? error.bucket : `${error.bucket}/${error.key}`;
  return error.host ?? '';
}

function causeOfKind(error: CosError, t: Translate): string {
  switch (error.kind) {
    case 'notFound':
      return t('it does not exist (any more); refresh to see what is there');
    case 'denied':
      return deniedCause(error, t);
    case 'signInNeeded':
      return t('the service did not accept the credentials; sign in again');
    case 'conflict':
      return error.said === undefined
        ? t('it clashes with the present state; refresh and try again')
        : t('it clashes with the present state; refresh and try again (the service says: {0})', error.said);
    case 'preconditionFailed':
      return t('somebody else changed it meanwhile; reload it before changing it');
    case 'held':
      return t('a retention period or legal hold protects it until that ends or is removed');
    case 'throttled':
      return error.retryAfterMs === undefined
        ? t('the service is busy; try again in a moment')
        : t('the service is busy and asks to wait {0}; try again then', formatDuration(error.retryAfterMs, t));
    case 'network':
      return t('the service cannot be reached; check the network and the endpoint');
    case 'tls':
      return t('no secure connection could be made; check the certificate settings');
    case 'invalid':
      return error.said === undefined
        ? t('the request was refused ({0}); the log has the details', error.code ?? error.detail)
        : t('the service refused the request; it says: {0}', error.said);
    case 'tooLarge':
      return t('it is too large to open; download it instead');
    case 'localFile':
      return t('the file or folder on this machine cannot be used ({0})', error.code ?? error.detail);
    case 'cancelled':
      return t('it was cancelled');
    case 'engineGone':
      return t('the background process of COS Explorer ended; try again in a moment');
    case 'unsupported':
      return t('this service does not support it');
    case 'internal':
      return t('something unexpected happened ({0}); the log has the details', error.code ?? error.detail);
  }
}

function causeOfReason(reason: CosErrorReason, error: CosError, t: Translate): string | undefined {
  switch (reason) {
    case 'noSuchBucket':
      return t('there is no such bucket here; check its name and the endpoint');
    case 'noSuchKey':
      return t('there is no such object (any more); refresh to see what is there');
    case 'noSuchUpload':
      return t('the incomplete upload no longer exists; start it again');
    case 'wrongLocation':
      return t('the bucket is at another location; reach it through the endpoint of its own location');
    case 'redirected':
      return t('it is sent on to {0}, which gets no credentials; check the endpoint', error.host ?? '?');
    case 'bucketNotEmpty':
      return t('it is not empty; Empty Bucket deletes its objects, versions and incomplete uploads');
    case 'bucketNameTaken':
      return t('the name is taken, by you or by anybody else, or not free again yet; choose another name');
    case 'invalidBucketName':
      return t('the service does not accept this bucket name; choose another name');
    case 'invalidLocation':
      return t('the location and storage class do not go together here; choose others');
    case 'tooManyBuckets':
      return t('the service instance has as many buckets as it may have; delete one or use another instance');
    case 'rootKeyRefused':
      return t(
        'the root key cannot be used; it must be active, and an authorization in IAM must let this Cloud Object Storage instance read it (the service says: {0})',
        error.detail,
      );
    case 'alreadyExists':
      return t('something of this name exists already; choose another name');
    case 'arrivalUnknown':
      return t(
        'it is not known whether what is there is yours or somebody else’s: nothing that the service says of it tells. Nothing was repeated, overwritten or removed; check what it holds',
      );
    case 'apiKeyUnknown':
      return t('the API key was not accepted by IBM Cloud IAM; enter a valid key');
    case 'apiKeyDisabled':
      return t('the API key is disabled; enable it in IBM Cloud (Manage > Access > API keys), or replace it here');
    case 'apiKeyLocked':
      return t('the API key is locked; unlock it in IBM Cloud (Manage > Access > API keys), or replace it here');
    case 'apiKeyExpired':
      return t('the API key has expired; create a new one in IBM Cloud and replace it here');
    case 'passcodeRefused':
      return t('the one-time passcode was not accepted; each works once, within five minutes: get another one');
    case 'profileRefused':
      return t(
        "IAM does not accept this machine's token for the trusted profile; check the profile's conditions and the token file",
      );
    case 'passcodeNeeded':
      return t('this identity may only sign in with a one-time passcode; use the API key of a service ID instead');
    case 'signInRefused':
      return t('IBM Cloud IAM refused to sign in; it says: {0}', error.detail);
    case 'sessionExpired':
      return t('the session has ended; sign in again');
    case 'instanceUnknown':
      return t('there is no such service instance for this login; check its id or CRN');
    case 'otherAccount':
      return t('the service instance belongs to another account than the API key; use a key of that account');
    case 'accessKeyUnknown':
      return t('the service does not know the access key; enter a valid HMAC pair');
    case 'signatureMismatch':
      return t('the secret access key does not match its access key id; enter the pair again');
    case 'clockSkewed':
      return t("this machine's clock differs too much from the service's; set the clock");
    case 'notACosEndpoint':
      return t('what answers at the endpoint is not object storage; check the endpoint');
    case 'hostUnknown':
      return t('the host name cannot be found; check the endpoint and the network');
    case 'connectionRefused':
      return t('nothing answers at this address; check the endpoint, and whether the server runs');
    case 'connectionLost':
      return t('the connection was lost; try again');
    case 'timedOut':
      return t('there was no answer in time; try again, or raise ibmcos.network.requestTimeoutSeconds');
    case 'proxyRefused':
      return t('the proxy refused the connection; check http.proxy');
    case 'certificateUntrusted':
      return t('the certificate of the server is not trusted; name its authority in ibmcos.network.caFiles');
    case 'integrity':
      return t('the bytes that arrived are not the ones that were sent; try again');
    case 'changedMeanwhile':
      return error.op === 'ChangeAttributes'
        ? t('somebody else changed it meanwhile, so it was left as it is; start again')
        : t('it changed while it was being transferred; start again');
    case 'documentProblems':
      return t('the document has errors: {0} Correct what is underlined, then save again', error.detail);
    case 'notConfirmed':
      return t('a change that cannot be undone was not confirmed; nothing was applied');
    case 'archived':
      return t('it is in archive; bring it back with Restore from Archive first');
    case 'secretMissing':
      return t('no keychain holds its secret; sign in again');
    case 'noConnection':
      return t('the connection no longer exists; add it again');
    case 'diskFull':
      return t('the disk is full; free some space and try again');
    case 'notWritable':
      return t('the folder or file cannot be written; choose another place or change its permissions');
    case 'noSuchFile':
      return t('the file or folder does not exist (any more); choose another');
    case 'unsafeName':
      return t('the name cannot be that of a file on this machine; download it alone, under another name');
    case 'readOnlyConnection':
      return t('the connection is marked read-only, which only Protect Connection from Changes ends');
    case 'productionLocked':
      return t('the connection is marked as production; allow changes by typing its name, then try again');
    case 'grantsRefused':
      return t('its access list lets people in by name, and would lose them; nothing was changed');
    case 'grantsMissing':
      return t('it was written, but its access list lacks people it named before; let them in anew');
    case 'tagsRefused':
      return t(
        'the service does not take these tags: at most 10, with different keys of 1 to 128 and values of up to 256 characters, of letters, digits, spaces and _ . - :',
      );
    case 'metadataTooLarge':
      return t('its metadata is larger than the service takes; shorten or remove entries');
    case 'keyTooLong':
      return t('the name is longer than the 1,024 bytes that the service takes; choose a shorter one');
    case 'tooLargeToStore':
      return t('it is larger than the service takes in one object or request; split it or make it smaller');
    case 'tooLargeToSend':
      return t('it is too large to be written anew by way of this machine; let the service copy it instead');
    case 'quotaExceeded':
      return t('the quota is used up; delete something or raise the quota');
    default:
      return unknownReason(reason, error);
  }
}

/** A reason of a newer engine says nothing here; the kind does. The parameter's type keeps the switch above complete. */
function unknownReason(_reason: never, _error: CosError): undefined {
  return undefined;
}

/** Roles by operation (credentials §5.2); the body of a 403 does not tell role, firewall and restriction apart (credentials §5.4). */
function deniedCause(error: CosError, t: Translate): string {
  if (error.op === 'ListBuckets') {
    return t(
      'access is denied; it needs the role Reader on this service instance, and no firewall or context rule may shut this network out',
    );
  }
  const role = error.neededRole ?? roleFor(error.op);
  return role === undefined
    ? t('access is denied; a role is missing, or a firewall or context rule shuts this network out')
    : t('access is denied; it needs the role {0}, and no firewall or context rule may shut this network out', role);
}

function roleFor(op: string): string | undefined {
  switch (op) {
    case 'ListBuckets':
    case 'ListBucketsExtended':
    case 'buckets/list':
    case 'connection/test':
    case 'HeadBucket':
    case 'GetBucketLocation':
    case 'buckets/get':
      return 'Reader';
    case 'ListObjects':
    case 'ListObjectsV2':
    case 'objects/listPage':
    case 'objects/count':
      return 'Content Reader';
    case 'GetObject':
    case 'HeadObject':
    case 'GetObjectTagging':
    case 'objects/head':
    case 'objects/read':
    case 'objects/getTags':
      return 'Object Reader';
    case 'PutObject':
    case 'UploadPart':
    case 'CreateMultipartUpload':
    case 'CompleteMultipartUpload':
    case 'CopyObject':
    case 'objects/write':
    case 'objects/createFolder':
      return 'Object Writer';
    case 'DeleteObject':
    case 'DeleteObjects':
    case 'CreateBucket':
    case 'DeleteBucket':
    case 'buckets/create':
    case 'buckets/delete':
      return 'Writer';
    default:
      return undefined;
  }
}
