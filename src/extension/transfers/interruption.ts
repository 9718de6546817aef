import type { TransferId } from '../../model/ids';
import type { TransferSnapshot } from '../../model/transferState';

/** Whether a transfer of this window stands still because the engine that ran it is gone. */
export function isInterrupted({ state, error, isOwnedElsewhere }: TransferSnapshot): boolean {
  return !isOwnedElsewhere && (state === 'paused' || state === 'failed') && error?.kind === 'engineGone';
}

/** Knows which interruptions the person was told of. */
export class Interruptions {
  readonly #told = new Set<TransferId>();

  /** The interrupted transfers that the person was not told of since they last went on; from here on they are told. */
  take(now: readonly TransferSnapshot[]): readonly TransferSnapshot[] {
    const news = now.filter((snapshot) => isInterrupted(snapshot) && !this.#told.has(snapshot.transferId));
    for (const snapshot of now) {
      if (isInterrupted(snapshot)) this.#told.add(snapshot.transferId);
      else this.#told.delete(snapshot.transferId);
    }
    return news;
  }
}
