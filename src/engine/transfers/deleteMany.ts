import { objectKey, type ObjectKey } from '../../model/ids';
import type { ObjectInfo } from '../../model/objectInfo';
import type { TransferRequest } from '../../protocol/requests';
import type { OnDeleted } from '../cos/client';
import { CosFailure } from '../failure';
import { inConnection, type TransferContext } from './context';
import { batchKeys, deleteTogether, parallelBatches } from './deleteBatch';
import { deleteOnce, writtenSince, type Doomed } from './deleteOnce';
import { runLanes } from './lanes';
import { findObject } from '../cos/absence';
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

async function* batches(context: TransferContext, request: DeleteRequest): AsyncGenerator<readonly Doomed[]> {
  let batch: Doomed[] = [];
  for await (const one of keysOf(context, request)) {
    const { notes, run } = context;
    if (run === 'failedOnly' && notes.outcomeOf(one.key) !== 'failed') continue;
    context.transfer.addPlanned(0);
    batch.push(one);
    if (batch.length < batchKeys) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
  context.transfer.completePlan();
}

/** Each key once: prefixes within prefixes and keys below them are listed with the outermost. */
async function* keysOf(context: TransferContext, request: DeleteRequest): AsyncGenerator<Doomed> {
  const { notes, run } = context;
  const outermost = outermostPrefixes(request.prefixes);
  const named = [...new Set(request.keys)].filter((key) => !outermost.some((prefix) => key.startsWith(prefix)));
  if (run === 'first') for (const key of named) yield { key };
  else
    yield* stillMeant(
      context,
      request,
      named.filter((key) => notes.outcomeOf(key) !== 'done'),
    );
  for (const prefix of outermost) {
    for await (const object of objectsBelow(context, request.bucket, prefix)) {
      const { etag, key, modifiedAtMs } = object;
      if (!isNewer(context, object)) yield { key: objectKey(key), seen: { etag, modifiedAtMs } };
    }
  }
}

/** Of keys that a later run comes to, those whose object is not another one by now; the others are booked as failed. */
async function* stillMeant(
  context: TransferContext,
  { bucket }: DeleteRequest,
  keys: readonly ObjectKey[],
): AsyncGenerator<Doomed> {
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
        yield { key, ...(object === undefined ? {} : { seen: object }) };
        continue;
      }
      transfer.addPlanned(0);
      transfer.addFailure({ name: key, error: writtenSince(bucket, key) });
      notes.putOutcome(key, 'failed');
    }
  }
}

async function deleteBatch(
  context: TransferContext,
  { connectionId, bucket, keys: named }: DeleteRequest,
  doomed: readonly Doomed[],
): Promise<void> {
  const { deletions, notes, transfer } = context;
  const items = doomed.map(({ key }) => ({ name: key, key }));
  const noteDeleted: OnDeleted | undefined =
    deletions && ((deleted) => deletions.note(transfer.identity.transferId, { connectionId, bucket }, deleted));
  await deleteTogether(context, items, async () => {
    const failures = await deleteOnce(context, bucket, doomed, noteDeleted);
    // What lies below a prefix is not listed again once it is deleted; keys that were named would be.
    if (named.length > 0) for (const { key } of doomed) notes.putOutcome(key, 'done');
    return failures;
  });
}
