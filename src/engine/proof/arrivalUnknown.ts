import type { ObjectAddress } from '../cos/client';
import { CosFailure } from '../failure';
import type { Untold } from './arrival';

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

const untoldTexts: Readonly<Record<Untold, string>> = {
  noChecksum: 'the service gives no checksum of it',
  incomparable: 'the checksums that the service gives of it are of another kind than those of what was sent',
};

/** The end of a write whose object may be ours and may be somebody else's: no checksum of it can be compared. */
export function arrivalUnknown(
  op: string,
  { bucket, key }: ObjectAddress,
  why: Untold,
  left: string,
  cause: unknown,
): CosFailure {
  const detail =
    `It is not known whether the object "${key}" in bucket "${bucket}" is the one you just wrote or somebody else's: ` +
    `${untoldTexts[why]}. Nothing was repeated, overwritten or removed. ` +
    `Check whether "${key}" holds what you sent${left}.`;
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
