import type { CosClient, ListedUpload } from '../cos/client';
import type { ItemNote, TransferNotes } from './notes';

/** An upload that was asked for and whose id has not come, or had not been noted when the engine ended. */
export type Beginning = Pick<Extract<ItemNote, { kind: 'beginning' }>, 'bucket' | 'key' | 'beganAtMs'>;

/** How far the clocks of service and machine may be apart, and how long the answer may have taken. */
const toleranceMs = 60_000;

/**
 * Aborts what the service may have begun although its answer was lost: open uploads of the same key that began at that
 * time and have no part. Whoever else begins an upload of the same key in the same minute may meet this before the first
 * part; uploads with parts are never touched.
 */
export async function abortLost(
  client: Pick<CosClient, 'listMultipartUploads' | 'listParts' | 'abortMultipartUpload'>,
  { bucket, key, beganAtMs }: Beginning,
  signal: AbortSignal,
): Promise<void> {
  const page = await client.listMultipartUploads(bucket, { prefix: key }, signal);
  const isLost = (upload: ListedUpload) =>
    upload.key === key && Math.abs(upload.initiatedAtMs - beganAtMs) <= toleranceMs;
  for (const { uploadId } of page.uploads.filter(isLost)) {
    const parts = await client.listParts({ bucket, key }, uploadId, signal);
    if (parts.length === 0) await client.abortMultipartUpload({ bucket, key }, uploadId, signal);
  }
}

/** Removes what an earlier attempt at an item may have begun, before it begins anew. */
export async function forgetLost(
  client: Parameters<typeof abortLost>[0],
  notes: TransferNotes,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const note = notes.findItem(name);
  if (note?.kind !== 'beginning') return;
  await abortLost(client, note, signal);
  notes.removeItem(name);
}
