import type { TransferId } from '../../model/ids';
import { isFinal, type TransferSnapshot, type TransferState } from '../../model/transferState';

const ranks: Readonly<Record<TransferState, number>> = {
  running: 0,
  queued: 1,
  paused: 2,
  failed: 3,
  done: 4,
  cancelled: 5,
};

/** Transfers as the view shows them: what moves first, then what waits, what needs a look, and what is over, newest first. */
export function orderTransfers(snapshots: readonly TransferSnapshot[]): readonly TransferSnapshot[] {
  return [...snapshots].sort(
    (a, b) => ranks[a.state] - ranks[b.state] || byAge(a, b) || (a.transferId < b.transferId ? -1 : 1),
  );
}

function byAge(a: TransferSnapshot, b: TransferSnapshot): number {
  if (isFinal(a.state)) return (b.finishedAtMs ?? b.startedAtMs) - (a.finishedAtMs ?? a.startedAtMs);
  return a.startedAtMs - b.startedAtMs;
}

/** What of the view has to be drawn again: some rows where they stand, or all of them because rows came, went or moved. */
export type Redraw =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'rows'; readonly ids: readonly TransferId[] }
  | { readonly kind: 'all' };

/** Compares what is shown, in its order, with what there is now. */
export function redrawFor(
  shown: readonly TransferId[],
  changed: ReadonlySet<TransferId>,
  now: readonly TransferSnapshot[],
): Redraw {
  const isSame = shown.length === now.length && now.every(({ transferId }, index) => transferId === shown[index]);
  if (!isSame) return { kind: 'all' };
  const ids = shown.filter((id) => changed.has(id));
  return ids.length === 0 ? { kind: 'nothing' } : { kind: 'rows', ids };
}
