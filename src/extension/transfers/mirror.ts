import type { Event } from 'vscode';
import type { CosError } from '../../model/cosError';
import type { TransferId } from '../../model/ids';
import { isFinal, type TransferSnapshot } from '../../model/transferState';
import { Emitter } from '../ui/emitter';

/** What is new about transfers. */
export interface TransferNews {
  readonly changed: readonly TransferSnapshot[];
  readonly removed: readonly TransferId[];
}

interface Known {
  readonly snapshot: TransferSnapshot;
  /** Which engine, counted from the first, told it: each counts its revisions anew. */
  readonly engineNumber: number;
}

/** What the engine's transfers look like from here: a mirror of snapshots, never the truth. */
export class TransferMirror {
  readonly #known = new Map<TransferId, Known>();
  readonly #changed = new Emitter<TransferNews>();
  #engineNumber = 0;

  readonly onDidChange: Event<TransferNews> = this.#changed.event;

  get(id: TransferId): TransferSnapshot | undefined {
    return this.#known.get(id)?.snapshot;
  }

  list(): readonly TransferSnapshot[] {
    return [...this.#known.values()].map(({ snapshot }) => snapshot);
  }

  /** The transfers that are not over. */
  unfinished(): readonly TransferSnapshot[] {
    return this.list().filter(({ state }) => !isFinal(state));
  }

  /** Takes snapshots in any order: one that is older than what is known of its transfer is dropped. */
  apply(snapshots: readonly TransferSnapshot[]): void {
    this.#tell(snapshots.filter((snapshot) => this.#take(snapshot)));
  }

  /**
   * Takes the engine's whole list. What it does not know of an engine before it ended with that one; what another window
   * ran is gone with that window's list.
   */
  applyList(snapshots: readonly TransferSnapshot[], nowMs: number): void {
    const listed = new Set(snapshots.map(({ transferId }) => transferId));
    const news = snapshots.filter((snapshot) => this.#take(snapshot));
    const lost = [...this.#known.values()]
      .filter(({ snapshot, engineNumber }) => engineNumber < this.#engineNumber && !listed.has(snapshot.transferId))
      .filter(({ snapshot }) => !isFinal(snapshot.state))
      .map(({ snapshot }) => failedWithEngine(snapshot, nowMs));
    for (const snapshot of lost) this.#keep(snapshot);
    this.#tell([...news, ...lost]);
    const isForgotten = (snapshot: TransferSnapshot): boolean =>
      snapshot.isOwnedElsewhere && !listed.has(snapshot.transferId);
    this.remove(
      this.list()
        .filter(isForgotten)
        .map(({ transferId }) => transferId),
    );
  }

  /** Another engine answers from now on. What is known stays until that one says how it stands. */
  engineRestarted(): void {
    this.#engineNumber += 1;
  }

  /** The engine that ran them is gone and no other follows: what was not over has failed. */
  engineGone(finishedAtMs: number): void {
    const failed = this.unfinished().map((snapshot) => failedWithEngine(snapshot, finishedAtMs));
    for (const snapshot of failed) this.#keep(snapshot);
    this.#tell(failed);
  }

  /** Forgets transfers that the engine has dropped. */
  remove(ids: readonly TransferId[]): void {
    const removed = ids.filter((id) => this.#known.delete(id));
    if (removed.length > 0) this.#changed.fire({ changed: [], removed });
  }

  #take(snapshot: TransferSnapshot): boolean {
    const known = this.#known.get(snapshot.transferId);
    if (known === undefined || known.engineNumber !== this.#engineNumber) {
      this.#keep(snapshot);
      return true;
    }
    const before = known.snapshot;
    if (snapshot.revision <= before.revision || !canFollow(before, snapshot)) return false;
    // Bytes that were acknowledged stay acknowledged for as long as it is the same attempt.
    const bytesDone = isFinal(before.state) ? snapshot.bytesDone : Math.max(before.bytesDone, snapshot.bytesDone);
    this.#keep({ ...snapshot, bytesDone: Math.min(bytesDone, snapshot.bytesTotal ?? bytesDone) });
    return true;
  }

  #keep(snapshot: TransferSnapshot): void {
    this.#known.set(snapshot.transferId, { snapshot, engineNumber: this.#engineNumber });
  }

  #tell(taken: readonly TransferSnapshot[]): void {
    const changed = taken.flatMap(({ transferId }) => this.get(transferId) ?? []);
    if (changed.length > 0) this.#changed.fire({ changed, removed: [] });
  }
}

/** Nothing happens to a transfer that is over, except that one which did not arrive can be tried again. */
function canFollow(before: TransferSnapshot, next: TransferSnapshot): boolean {
  return !isFinal(before.state) || (before.state !== 'done' && !isFinal(next.state));
}

function failedWithEngine(snapshot: TransferSnapshot, finishedAtMs: number): TransferSnapshot {
  const { bytesPerSecond: _rate, ...rest } = snapshot;
  return {
    ...rest,
    state: 'failed',
    finishedAtMs,
    revision: snapshot.revision + 1,
    error: engineGoneError,
    canPause: false,
    canResume: false,
    canRetry: false,
  };
}

const engineGoneError: CosError = {
  kind: 'engineGone',
  op: 'transfers/start',
  retry: 'later',
  detail: 'the engine process ended while the transfer was running',
};
