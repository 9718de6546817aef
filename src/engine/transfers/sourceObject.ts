import type { ObjectInfo } from '../../model/objectInfo';
import { CosFailure } from '../failure';
import { inConnection, type TransferContext, type TransferEnd } from './context';
import type { CopyNote } from './copyNote';
import type { CopyItem, CopyRequest, CopyRoute } from './copyPlan';
import { deleteUnchanged } from './copyProof';
import { findObject } from '../cos/absence';
import { isSameEtag, noEtag } from '../cos/etag';

/** What a HEAD says of the source. Throws `changedMeanwhile` where it is not the object of the plan any more. */
export async function sourceInfo({ signal }: TransferContext, end: TransferEnd, item: CopyItem): Promise<ObjectInfo> {
  const info = await inConnection(end, signal, () => end.client.headObject(item.from, signal));
  if (info.etag === '' || item.object.etag === '') throw noEtag('CopyObject', item.from);
  if (!isSameEtag(info.etag, item.object.etag) || info.sizeBytes !== item.object.sizeBytes) throw sourceChanged(item);
  return info;
}

/**
 * Deletes the source of a move whose copy is proven, unless it is another one than before the copy, by a HEAD each time, or
 * another engine goes on with the transfer.
 */
export async function deleteSource(
  context: TransferContext,
  source: TransferEnd,
  { from }: CopyItem,
  was: ObjectInfo,
  { uploadId: _settled, ...note }: CopyNote,
): Promise<void> {
  context.notes.putItem({ ...note, isVerified: true });
  context.notes.assertHeld();
  await deleteUnchanged(context, source, from, was);
}

/**
 * A bucket may be reached through two connections: then an object moved to its own key would be deleted. Two objects of
 * one key, size, ETag and time in buckets of one name are taken for the same.
 */
export async function refuseOnto(
  context: TransferContext,
  request: CopyRequest,
  route: CopyRoute,
  { from, targetKey, object }: CopyItem,
): Promise<void> {
  const { client, signal } = context;
  if (route.isOneService || from.bucket !== request.target.bucket || from.key !== targetKey) return;
  const found = await inConnection(context, signal, () =>
    findObject(client, { bucket: from.bucket, key: targetKey }, signal),
  );
  const seconds = (timeMs: number): number => Math.floor(timeMs / 1000);
  // Without ETags nobody can tell, and then it is better left as it is.
  const isSame =
    found?.etag === object.etag &&
    found.sizeBytes === object.sizeBytes &&
    seconds(found.modifiedAtMs) === seconds(object.modifiedAtMs);
  if (!isSame) return;
  throw new CosFailure({
    kind: 'invalid',
    op: 'CopyObject',
    bucket: from.bucket,
    key: from.key,
    retry: 'never',
    detail: `"${from.key}" is the same object through both connections; it was left as it is`,
  });
}

/** The failure of a copy whose source is another object by now. */
export function sourceChanged({ from }: CopyItem, cause?: unknown): CosFailure {
  return new CosFailure(
    {
      kind: 'preconditionFailed',
      op: 'CopyObject',
      reason: 'changedMeanwhile',
      bucket: from.bucket,
      key: from.key,
      retry: 'later',
      detail: `"${from.key}" changed while it was being copied; the copy was not kept`,
    },
    { cause },
  );
}
