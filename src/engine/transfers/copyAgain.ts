import type { ObjectInfo } from '../../model/objectInfo';
import type { Verdict } from '../../model/verdict';
import { isReplaceRefused } from '../../model/protection';
import type { ObjectAddress } from '../cos/client';
import { CosFailure } from '../failure';
import { holds } from './carriedAttributes';
import { inConnection, type TransferContext, type TransferEnd } from './context';
import { abortCopyUpload, type CopyNote } from './copyNote';
import type { CopyItem, CopyRequest, CopyRoute } from './copyPlan';
import { proveCopy } from './copyProof';
import { deleteSource, sourceInfo } from './sourceObject';
import { accessOfCopy, proveAccess } from './keptAccess';
import { hasLock, lockOf, proveRetained, retentionOfSource } from './keptProtection';
import { emptyUploadText } from './lostUpload';
import { findObject } from '../cos/absence';

/**
 * Aborts the upload that an earlier run has left, and answers with what vouches for its copy, if that is there: then the
 * source of a move is deleted. The proof is made again in any case, since the source may be another one by now. An object of
 * the same bytes that lacks something of the source was there before, and is no copy of it.
 */
export async function verdictOfEarlier(
  context: TransferContext,
  request: CopyRequest,
  route: CopyRoute,
  item: CopyItem,
  earlier: CopyNote,
): Promise<Verdict | undefined> {
  const { client, notes, signal, transfer } = context;
  const { source } = route;
  const { uploadId, beganAtMs, ...rest } = earlier;
  const target = { bucket: earlier.bucket, key: earlier.key };
  if (uploadId === undefined && beganAtMs !== undefined) context.warn(emptyUploadText(earlier));
  if (uploadId !== undefined || beganAtMs !== undefined) {
    await inConnection(context, signal, () => abortCopyUpload(() => Promise.resolve(client), earlier, signal));
    notes.putItem(rest);
  }
  const found = await inConnection(context, signal, () => findObject(client, target, signal));
  if (found === undefined) return undefined;
  const info = item.info ?? (await sourceInfo(context, source, item));
  if (!(await hasAllOf(context, source, { info, from: item.from }, { info: found, from: target }))) return undefined;
  if (request.protection === 'keep' && !isAsProtected(info, found, context.nowMs())) return undefined;
  let verdict: Verdict;
  try {
    const wishes = { isMove: request.deleteSource, incomparable: request.incomparable, isKnown: earlier.isVerified };
    verdict = await proveCopy(context, source, { source: info, from: item.from, target }, wishes);
  } catch (thrown) {
    if (thrown instanceof CosFailure && thrown.error.reason === 'integrity') return undefined;
    throw thrown;
  }
  if (request.protection === 'keep' && isReplaceRefused(info.protection, context.nowMs()))
    await proveRetained(context, retentionOfSource(context, source, item.from), item.from, target);
  await proveAccess(context, target, found.etag, await accessOfCopy(context, request, route, item.from));
  transfer.addBytesBefore(item.object.sizeBytes);
  if (request.deleteSource) await deleteSource(context, source, item, info, rest);
  notes.removeItem(item.from.key);
  return verdict;
}

/** An object, and where it lies. */
export interface Known {
  readonly info: ObjectInfo;
  readonly from: ObjectAddress;
}

/** Whether an object has the headers, metadata and tags of another one. */
export async function hasAllOf(
  context: TransferContext,
  end: TransferEnd,
  source: Known,
  found: Known,
): Promise<boolean> {
  if (!holds(found.info.headers, source.info.headers) || !holds(found.info.metadata, source.info.metadata))
    return false;
  if (found.info.tagCount !== source.info.tagCount) return false;
  if (source.info.tagCount === 0) return true;
  const { signal } = context;
  const wanted = await inConnection(end, signal, () => end.client.getTags(source.from, signal));
  const has = await inConnection(context, signal, () => context.client.getTags(found.from, signal));
  return holds(has, wanted);
}

function isAsProtected(source: ObjectInfo, copy: ObjectInfo, nowMs: number): boolean {
  const lock = lockOf(source, nowMs);
  const isLocked = lock === undefined || hasLock(copy, lock, nowMs);
  return isLocked && (!isReplaceRefused(source.protection, nowMs) || isReplaceRefused(copy.protection, nowMs));
}
