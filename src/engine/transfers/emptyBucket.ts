import { objectKey, type ObjectKey, type UploadId } from '../../model/ids';
import type { ItemFailure } from '../../model/transferState';
import type { TransferRequest } from '../../protocol/requests';
import type { DeleteFailure } from '../cos/client';
import { uploadPages, versionPages } from '../pages';
import { inConnection, type TransferContext } from './context';
import { batchKeys, deleteTogether, keyError, parallelBatches } from './deleteBatch';
import { canGoOnLater } from './interruption';
import { runLanes } from './lanes';
import { errorOf } from './localFailure';
import { isNewer, objectsBelow } from './selection';

/** The request to empty a bucket. */
export type EmptyRequest = Extract<TransferRequest, { kind: 'empty' }>;

interface Item {
  readonly name: string;
  readonly key: ObjectKey;
  /** Absent for objects of a bucket without versions. */
  readonly versionId?: string;
}

interface Upload {
  readonly name: string;
  readonly key: ObjectKey;
  readonly uploadId: UploadId;
}

type Batch =
  | { readonly kind: 'objects'; readonly items: readonly Item[] }
  | { readonly kind: 'uploads'; readonly items: readonly Upload[] };

/**
 * Aborts the open uploads of a bucket and permanently deletes everything in it, versions and delete markers too; then the bucket,
 * where that is asked for and nothing stayed. Another run works on what is left; what was written after the transfer was asked
 * for is not what was meant, and stays.
 */
export async function emptyBucket(
  context: TransferContext,
  request: EmptyRequest,
  stop: AbortController,
): Promise<void> {
  const { client, run, signal, transfer } = context;
  const { bucket } = request;
  // Aborting uploads is possible through a connection that refuses changes; here it must not be.
  await client.deleteVersions(bucket, [], signal);
  if (run !== 'first') transfer.addDoneBefore();
  try {
    await runLanes(
      batches(context, request),
      () => 'large',
      { small: 1, large: parallelBatches },
      (batch) => removeBatch(context, request, batch),
      stop,
    );
    if (!request.deleteBucket || transfer.itemsFailed > 0) return;
    await inConnection(context, signal, () => client.deleteBucket(bucket, signal));
  } catch (thrown) {
    // An engine that ended just after it deleted the bucket has done everything.
    const isGone = request.deleteBucket && run !== 'first' && errorOf('empty', thrown).reason === 'noSuchBucket';
    if (!isGone || transfer.itemsFailed > 0) throw thrown;
    transfer.completePlan();
  }
}

async function* batches(context: TransferContext, request: EmptyRequest): AsyncGenerator<Batch> {
  for await (const items of chunks(context, uploadsOf(context, request))) yield { kind: 'uploads', items };
  const found = request.hasVersions ? versionsOf(context, request) : objectsOf(context, request);
  for await (const items of chunks(context, found)) yield { kind: 'objects', items };
  context.transfer.completePlan();
}

async function* chunks<T extends { readonly name: string }>(
  { notes, run, transfer }: TransferContext,
  items: AsyncIterable<T>,
): AsyncGenerator<readonly T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    if (run === 'failedOnly' && notes.outcomeOf(item.name) !== 'failed') continue;
    transfer.addPlanned(0);
    chunk.push(item);
    if (chunk.length < batchKeys) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

async function* uploadsOf(context: TransferContext, { bucket }: EmptyRequest): AsyncGenerator<Upload> {
  const { client, signal } = context;
  const pages = uploadPages(bucket, (from) =>
    inConnection(context, signal, () => client.listMultipartUploads(bucket, from, signal)),
  );
  for await (const page of pages) {
    for (const { key, uploadId, initiatedAtMs } of page.uploads) {
      if (!isNewer(context, { modifiedAtMs: initiatedAtMs }))
        yield { name: `${key}?uploadId=${uploadId}`, key, uploadId };
    }
  }
}

async function* versionsOf(context: TransferContext, { bucket }: EmptyRequest): AsyncGenerator<Item> {
  const { client, signal } = context;
  const pages = versionPages(bucket, { prefix: '', delimiter: '' }, (query) =>
    inConnection(context, signal, () => client.listVersions(bucket, query, signal)),
  );
  for await (const page of pages) {
    for (const { key, versionId, modifiedAtMs } of page.versions) {
      if (!isNewer(context, { modifiedAtMs })) yield { name: `${key}?versionId=${versionId}`, key, versionId };
    }
  }
}

async function* objectsOf(context: TransferContext, { bucket }: EmptyRequest): AsyncGenerator<Item> {
  for await (const { key, modifiedAtMs } of objectsBelow(context, bucket, '')) {
    if (!isNewer(context, { modifiedAtMs })) yield { name: key, key: objectKey(key) };
  }
}

async function removeBatch(context: TransferContext, request: EmptyRequest, batch: Batch): Promise<void> {
  await deleteTogether(context, batch.items, async () => {
    switch (batch.kind) {
      case 'uploads':
        return await abortUploads(context, request, batch.items);
      case 'objects':
        return await deleteItems(context, request, batch.items);
    }
  });
}

async function deleteItems(
  context: TransferContext,
  { bucket, isLocked }: EmptyRequest,
  items: readonly Item[],
): Promise<readonly ItemFailure[]> {
  const { client, signal } = context;
  const failures = await inConnection(context, signal, () => client.deleteVersions(bucket, items, signal));
  return failures.map((failure) => {
    const error = keyError(bucket, failure);
    // Who may send such a request at all is refused single versions for their lock, with the code of a missing role.
    const isLock = isLocked && error.kind === 'denied';
    return { name: nameOf(failure), error: isLock ? { ...error, kind: 'held' } : error };
  });
}

function nameOf({ key, versionId }: DeleteFailure): string {
  return versionId === undefined ? key : `${key}?versionId=${versionId}`;
}

async function abortUploads(
  context: TransferContext,
  { bucket }: EmptyRequest,
  uploads: readonly Upload[],
): Promise<readonly ItemFailure[]> {
  const { client, signal } = context;
  const failures: ItemFailure[] = [];
  const thrownByAll: unknown[] = [];
  await Promise.all(
    uploads.map(async ({ name, key, uploadId }) => {
      try {
        await inConnection(context, signal, () => client.abortMultipartUpload({ bucket, key }, uploadId, signal));
      } catch (thrown) {
        const error = errorOf('empty', thrown);
        if (signal.aborted || canGoOnLater(error) || error.reason === 'noSuchBucket') thrownByAll.push(thrown);
        else failures.push({ name, error: { ...error, bucket, key } });
      }
    }),
  );
  // Only now: while a request is under way, nothing has ended.
  if (thrownByAll.length > 0) throw thrownByAll[0];
  return failures;
}
