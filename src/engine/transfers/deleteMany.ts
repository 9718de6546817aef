import type { CosError } from '../../model/cosError';
import { objectKey, type BucketName, type ObjectKey } from '../../model/ids';
import type { ObjectInfo } from '../../model/objectInfo';
import type { TransferRequest } from '../../protocol/requests';
import { CosFailure } from '../failure';
import { inConnection, type TransferContext } from './context';
import { batchKeys, deleteTogether, keyError, parallelBatches } from './deleteBatch';
import { runLanes } from './lanes';
import { findObject } from './remoteClash';
import { isNewer, objectsBelow, outermostPrefixes } from './selection';

/** The request of a deletion. */
export type DeleteRequest = Extract<TransferRequest, { kind: 'delete' }>;

/** HEADs of named keys that are under way at once; the connection's own limit holds besides. */
const headsAtOnce = 16;

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
  const { notes, run } = context;
  const outermost = outermostPrefixes(request.prefixes);
  const named = [...new Set(request.keys)].filter((key) => !outermost.some((prefix) => key.startsWith(prefix)));
  if (run === 'first') yield* named;
  else
    yield* stillMeant(
      context,
      request,
      named.filter((key) => notes.outcomeOf(key) !== 'done'),
    );
  for (const prefix of outermost) {
    for await (const object of objectsBelow(context, request.bucket, prefix)) {
      if (!isNewer(context, object)) yield objectKey(object.key);
    }
  }
}

/** Of keys that a later run comes to, those whose object is not another one by now; the others are booked as failed. */
async function* stillMeant(
  context: TransferContext,
  { bucket }: DeleteRequest,
  keys: readonly ObjectKey[],
): AsyncGenerator<ObjectKey> {
  const { client, notes, signal, transfer } = context;
  const find = async (key: ObjectKey): Promise<ObjectInfo | undefined> => {
    try {
      return await findObject(client, { bucket, key }, signal);
    } catch (thrown) {
      // Who may delete and not look deletes what was named.
      if (thrown instanceof CosFailure && thrown.error.kind === 'denied') return undefined;
      throw thrown;
    }
  };
  for (let at = 0; at < keys.length; at += headsAtOnce) {
    const some = keys.slice(at, at + headsAtOnce);
    const found = await Promise.all(some.map((key) => inConnection(context, signal, () => find(key))));
    for (const [index, key] of some.entries()) {
      const object = found[index];
      if (object === undefined || !isNewer(context, object)) {
        yield key;
        continue;
      }
      transfer.addPlanned(0);
      transfer.addFailure({ name: key, error: writtenSince(bucket, key) });
      notes.putOutcome(key, 'failed');
    }
  }
}

function writtenSince(bucket: BucketName, key: ObjectKey): CosError {
  const detail = `"${key}" was written anew after its deletion was asked for, and was left as it is`;
  return {
    kind: 'preconditionFailed',
    op: 'DeleteObjects',
    reason: 'changedMeanwhile',
    bucket,
    key,
    retry: 'never',
    detail,
  };
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
