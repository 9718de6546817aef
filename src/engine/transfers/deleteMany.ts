import type { CosError } from '../../model/cosError';
import { objectKey, type BucketName, type ObjectKey } from '../../model/ids';
import type { TransferRequest } from '../../protocol/requests';
import type { DeleteFailure } from '../cos/client';
import { cancelled, CosFailure } from '../failure';
import { inConnection, throwIfCutOff, type TransferContext } from './context';
import { runLanes } from './lanes';
import { errorOf } from './localFailure';
import { objectsBelow, outermostPrefixes } from './selection';

/** The request of a deletion. */
export type DeleteRequest = Extract<TransferRequest, { kind: 'delete' }>;

/** Keys of one DeleteObjects request (data-plane.md §5.5). */
const batchKeys = 1000;
const parallelBatches = 3;
/** How far the clocks of service and machine may be apart. */
const clockToleranceMs = 5 * 60_000;

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
  const { client, notes, signal, transfer } = context;
  let failures: readonly DeleteFailure[];
  try {
    failures = await inConnection(context, signal, () => client.deleteObjects(bucket, keys, signal));
  } catch (thrown) {
    if (signal.aborted) throw cancelled('delete');
    const error = errorOf('delete', thrown);
    await throwIfCutOff(context, error, thrown);
    for (const key of keys) {
      transfer.addFailure({ name: key, error: { ...error, key } });
      notes.putOutcome(key, 'failed');
    }
    if (error.kind === 'signInNeeded' || error.reason === 'noSuchBucket')
      throw new CosFailure(error, { cause: thrown });
    return;
  }
  // What lies below a prefix is not listed again once it is deleted; keys that were named would be.
  if (named.length > 0) for (const key of keys) notes.putOutcome(key, 'done');
  for (const failure of failures) {
    transfer.addFailure({ name: failure.key, error: keyError(bucket, failure) });
    notes.putOutcome(failure.key, 'failed');
  }
  transfer.addDone(keys.length - failures.length);
}

function keyError(bucket: BucketName, failure: DeleteFailure): CosError {
  const { key, code, detail } = failure;
  return { ...kindOfCode(code), op: 'DeleteObjects', bucket, key, code, detail };
}

/** Codes of data-plane.md §2 that a key of a batch can have. */
function kindOfCode(code: string): Pick<CosError, 'kind' | 'retry'> {
  switch (code) {
    case 'AccessDenied':
      return { kind: 'denied', retry: 'never' };
    case 'UnavailableForLegalReasons':
    case 'ObjectLockedByBucketPolicy':
      return { kind: 'held', retry: 'never' };
    case 'SlowDown':
    case 'ServiceUnavailable':
    case 'InternalError':
      return { kind: 'throttled', retry: 'later' };
    default:
      return { kind: 'internal', retry: 'never' };
  }
}
