import type { CosError } from '../../model/cosError';
import type { BucketName, ObjectKey } from '../../model/ids';
import type { ItemFailure } from '../../model/transferState';
import type { DeleteFailure } from '../cos/client';
import { cancelled, CosFailure } from '../failure';
import { throwIfCutOff, type TransferContext } from './context';
import { errorOf } from './localFailure';

/** Keys of one DeleteObjects request (data-plane §5.5). */
export const batchKeys = 1000;
/** Batches that are deleted at once. */
export const parallelBatches = 3;

/** Something to delete, by the name that the transfer knows it by. */
export interface BatchItem {
  readonly name: string;
  readonly key: ObjectKey;
}

/**
 * Deletes items together, and books each that stays; the others are done. A batch that fails as a whole fails each of its
 * items; what would fail every other batch as well (signed out, bucket gone) is thrown.
 */
export async function deleteTogether(
  context: TransferContext,
  items: readonly BatchItem[],
  remove: () => Promise<readonly ItemFailure[]>,
): Promise<void> {
  const { notes, signal, transfer } = context;
  const fail = (failure: ItemFailure): void => {
    transfer.addFailure(failure);
    notes.putOutcome(failure.name, 'failed');
  };
  try {
    const failures = await remove();
    for (const failure of failures) fail(failure);
    transfer.addDone(items.length - failures.length);
  } catch (thrown) {
    if (signal.aborted) throw cancelled('delete');
    const error = errorOf('delete', thrown);
    await throwIfCutOff(context, error, thrown);
    for (const { name, key } of items) fail({ name, error: { ...error, key } });
    if (error.kind === 'signInNeeded' || error.reason === 'noSuchBucket') {
      throw new CosFailure(error, { cause: thrown });
    }
  }
}

/** The error of one key of a batch. */
export function keyError(bucket: BucketName, { key, code, detail }: DeleteFailure): CosError {
  return { ...kindOfCode(code), op: 'DeleteObjects', bucket, key, code, detail };
}

/** Codes of data-plane §2 that a key of a batch can have. */
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
