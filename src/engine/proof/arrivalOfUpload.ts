import type { ObjectInfo } from '../../model/objectInfo';
import type { UploadId } from '../../model/ids';
import type { WriteOutcome } from '../../protocol/requests';
import type { CosClient, ObjectAddress, UploadCompletion, UploadedPart } from '../cos/client';
import { createFindObject } from '../cos/objects';
import { CosFailure } from '../failure';
import { compareWith, type Compared, type SentBytes } from './arrival';
import { arrivalUnknown, isUnclear, notAsked } from './arrivalUnknown';
import { sentAs, sentParts } from './sentBytes';

/** How long asking what became of a write may take. */
const askMs = 60_000;

/** What completes an upload, and what can be asked about it. */
export type Completer = Pick<CosClient, 'completeMultipartUpload' | 'headObject' | 'listParts'>;

/** What tells an upload's object from others, besides the checksums of its parts. */
export interface UploadEvidence {
  readonly sent?: SentBytes;
  /** Whether an object has all else that ours gets. */
  readonly carries?: (found: ObjectInfo, signal: AbortSignal) => Promise<boolean>;
}

/**
 * Completes an upload. Where its answer is lost, refused, or says that the upload is gone (data-plane §22 #15), the object
 * that is there is compared with what was sent: it is ours by its checksum, and only if the upload is open no more. Where that
 * cannot be told the failure says so, see `isArrivalUnknown`; else the completion has not happened, and its own failure is thrown.
 */
export async function completeUpload(
  client: Completer,
  address: ObjectAddress,
  uploadId: UploadId,
  parts: readonly UploadedPart[],
  completion: UploadCompletion,
  evidence: UploadEvidence,
  signal: AbortSignal,
): Promise<WriteOutcome> {
  try {
    return await client.completeMultipartUpload(address, uploadId, parts, completion, signal);
  } catch (thrown) {
    if (!(thrown instanceof CosFailure) || !isUnclear(thrown) || wasNotSent(thrown)) throw thrown;
    // Not with the caller's signal: what was cancelled may have happened all the same.
    const asking = AbortSignal.timeout(askMs);
    const left = `; then abort its unfinished upload ("${uploadId}"), if that is still there`;
    const sent = sentAs(sentParts(parts), evidence.sent);
    let looked: Looked;
    try {
      looked = await arrivalOfUpload(client, address, uploadId, sent, evidence, asking);
    } catch {
      throw notAsked(thrown, address);
    }
    if (looked.arrival === 'cannotTell')
      throw arrivalUnknown('CompleteMultipartUpload', address, looked.why, left, thrown);
    if (looked.arrival !== 'ours' || looked.found === undefined) throw thrown;
    const { etag, modifiedAtMs, versionId } = looked.found;
    const version = versionId === undefined ? {} : { versionId };
    return { etag, modifiedAtMs, ...version, conditionCheckedBy: 'headBefore', verdict: looked.verdict };
  }
}

/** A condition that a look before the write has found broken: then nothing was sent. */
function wasNotSent({ error }: CosFailure): boolean {
  return error.kind === 'preconditionFailed' && error.httpStatus === undefined;
}

/** A decision, with the object that was found to be ours. */
export type Looked = Compared & { readonly found?: ObjectInfo };

/** Whether an upload was completed to the object that is there. One that is still open was not, whatever is there. */
export async function arrivalOfUpload(
  client: Pick<CosClient, 'headObject' | 'listParts'>,
  address: ObjectAddress,
  uploadId: UploadId,
  sent: SentBytes,
  { carries = () => Promise.resolve(true) }: Pick<UploadEvidence, 'carries'>,
  signal: AbortSignal,
): Promise<Looked> {
  const find = createFindObject((at, until) => client.headObject(at, until));
  const found = await find(address, signal);
  const compared = await compareWith(found, sent);
  if (compared.arrival !== 'ours' || found === undefined) return compared;
  const isOurs = (await carries(found, signal)) && !(await isOpen(client, address, uploadId, signal));
  return isOurs ? { ...compared, found } : { arrival: 'notOurs' };
}

/** Whether an upload is open. */
export async function isOpen(
  client: Pick<CosClient, 'listParts'>,
  address: ObjectAddress,
  uploadId: UploadId,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await client.listParts(address, uploadId, signal);
    return true;
  } catch (thrown) {
    if (thrown instanceof CosFailure && thrown.error.reason === 'noSuchUpload') return false;
    throw thrown;
  }
}
