import type { ObjectAddress } from '../cos/client';
import { CosFailure } from '../failure';

/** Failures after which the service could not even be asked; they keep their own kind, since a transfer may wait for it. */
const unasked = new WeakSet<CosFailure>();

/** Whether a failure leaves open if something of ours has arrived: then nothing is repeated, overwritten or aborted. */
export function isArrivalUnknown(thrown: unknown): boolean {
  return thrown instanceof CosFailure && (thrown.error.reason === 'arrivalUnknown' || unasked.has(thrown));
}

/** Whether a write that failed may have happened all the same: its answer was lost, or a repetition met its own object. */
export function isUnclear(thrown: unknown): boolean {
  return (
    thrown instanceof CosFailure &&
    (['network', 'throttled', 'cancelled', 'preconditionFailed', 'conflict'].includes(thrown.error.kind) ||
      thrown.error.reason === 'noSuchUpload')
  );
}

/** The end of a write whose object may be ours and may be somebody else's: no checksum of it can be compared. */
export function arrivalUnknown(op: string, { bucket, key }: ObjectAddress, left: string, cause: unknown): CosFailure {
  const detail =
    `Whether the object "${key}" in bucket "${bucket}" is the one just written or somebody else's cannot be told: ` +
    `the service names no checksum of it to compare. Nothing was repeated, overwritten or removed. ` +
    `Look at "${key}" and compare it with what you sent${left}.`;
  return new CosFailure(
    { kind: 'conflict', op, reason: 'arrivalUnknown', bucket, key, retry: 'never', detail },
    { cause },
  );
}

/** A write's own failure where nobody could be asked what became of it. */
export function notAsked(thrown: CosFailure, { bucket, key }: ObjectAddress): CosFailure {
  const detail = `${thrown.error.detail} Whether "${key}" arrived in bucket "${bucket}" could not be asked; nothing was repeated or removed.`;
  const failure = new CosFailure({ ...thrown.error, detail }, { cause: thrown });
  unasked.add(failure);
  return failure;
}
