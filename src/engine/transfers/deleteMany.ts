import { objectKey, type ObjectKey } from '../../model/ids';
import type { TransferRequest } from '../../protocol/requests';
import { inConnection, type TransferContext } from './context';
import { batchKeys, clockToleranceMs, deleteTogether, keyError, parallelBatches } from './deleteBatch';
import { runLanes } from './lanes';
import { objectsBelow, outermostPrefixes } from './selection';

/** The request of a deletion. */
export type DeleteRequest = Extract<TransferRequest, { kind: 'delete' }>;

/**
 * Deletes keys and everything below prefixes, in batches, while listing goes on. Counts keys; books each that stays.
 * Another run lists what is left; objects written after the transfer was asked for are not what was meant, and stay.
 */
export async function deleteMany(
  context: TransferContext,
  request: DeleteRequest,
  stop: AbortController,
): Promise<void> {
  if (context.run !== 'first') context.transfer.addDoneBefore();
  await runLanes(
    batches(context, request),
    () => 'large',
    { small: 1, large: parallelBatches },
    (keys) => deleteBatch(context, request, keys),
    stop,
  );
}

async function* batches(context: TransferContext, request: DeleteRequest): AsyncGenerator<readonly ObjectKey[]> {
  let batch: ObjectKey[] = [];
  for await (const key of keysOf(context, request)) {
    const { notes, run } = context;
    if (run === 'failedOnly' && notes.outcomeOf(key) !== 'failed') continue;
    context.transfer.addPlanned(0);
    batch.push(key);
    if (batch.length < batchKeys) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
  context.transfer.completePlan();
}

/** Each key once: prefixes within prefixes and keys below them are listed with the outermost. */
async function* keysOf(context: TransferContext, request: DeleteRequest): AsyncGenerator<ObjectKey> {
  const outermost = outermostPrefixes(request.prefixes);
  for (const key of new Set(request.keys)) {
    if (outermost.some((prefix) => key.startsWith(prefix))) continue;
    if (context.run === 'first' || context.notes.outcomeOf(key) !== 'done') yield key;
  }
  for (const prefix of outermost) {
    for await (const object of objectsBelow(context, request.bucket, prefix)) {
      const isNewer = object.modifiedAtMs > context.transfer.startedAtMs + clockToleranceMs;
      if (context.run === 'first' || !isNewer) yield objectKey(object.key);
    }
  }
}

async function deleteBatch(
  context: TransferContext,
  { bucket, keys: named }: DeleteRequest,
  keys: readonly ObjectKey[],
): Promise<void> {
  const { client, notes, signal } = context;
  const items = keys.map((key) => ({ name: key, key }));
  await deleteTogether(context, items, async () => {
    const failures = await inConnection(context, signal, () => client.deleteObjects(bucket, keys, signal));
    // What lies below a prefix is not listed again once it is deleted; keys that were named would be.
    if (named.length > 0) for (const key of keys) notes.putOutcome(key, 'done');
    return failures.map((failure) => ({ name: failure.key, error: keyError(bucket, failure) }));
  });
}
