import type { CosClient, ListedUpload } from '../cos/client';
import type { UploadId } from '../../model/ids';
import type { TransferContext } from './context';
import type { ItemNote } from './notes';
import type { Rivals } from './rivals';

/** An upload that was asked for and whose id has not come, or had not been noted when the engine ended. */
export type Beginning = Pick<Extract<ItemNote, { kind: 'beginning' }>, 'bucket' | 'key' | 'beganAtMs'>;

/** How far the clocks of service and machine may be apart, and how long the answer may have taken. */
const toleranceMs = 60_000;

/**
 * Aborts what the service may have begun although its answer was lost: the one open upload of the same key that began at that
 * time and has no part. Where there are several, or another transfer of this machine has noted that upload or waits for the
 * id of one, it is not certain whose it is, and all stay: without parts they cost nothing, and are shown as incomplete uploads.
 */
export async function abortLost(
  client: Pick<CosClient, 'listMultipartUploads' | 'listParts' | 'abortMultipartUpload'>,
  { bucket, key, beganAtMs }: Beginning,
  rivals: () => ReturnType<Rivals>,
  signal: AbortSignal,
): Promise<void> {
  const page = await client.listMultipartUploads(bucket, { prefix: key }, signal);
  const isLost = (upload: ListedUpload) =>
    upload.key === key && Math.abs(upload.initiatedAtMs - beganAtMs) <= toleranceMs;
  const empty: UploadId[] = [];
  for (const { uploadId } of page.uploads.filter(isLost)) {
    if ((await client.listParts({ bucket, key }, uploadId, signal)).length === 0) empty.push(uploadId);
  }
  // Only now: whoever has begun one of those that are listed has noted it by this time.
  const others = rivals();
  const [mine, ...further] = empty.filter((uploadId) => !others.includes(uploadId));
  if (mine === undefined || further.length > 0 || others.includes('unknown')) return;
  await client.abortMultipartUpload({ bucket, key }, mine, signal);
}

/** Removes what an earlier attempt at an item may have begun, before it begins anew. */
export async function forgetLost(
  { client, notes, rivals, signal, transfer }: TransferContext,
  name: string,
): Promise<void> {
  const note = notes.findItem(name);
  if (note?.kind !== 'beginning') return;
  const { transferId } = transfer.identity;
  await abortLost(client, note, () => rivals({ ...note, transferId }), signal);
  notes.removeItem(name);
}
