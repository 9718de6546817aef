import type { Event } from 'vscode';
import type { CosError } from '../../model/cosError';
import type { TransferId } from '../../model/ids';
import { isFinal, type TransferSnapshot } from '../../model/transferState';
import { Emitter } from '../ui/emitter';

/** What the engine's transfers look like from here: a mirror of snapshots, never the truth. */
export class TransferMirror {
  readonly #snapshots = new Map<TransferId, TransferSnapshot>();
  readonly #changed = new Emitter<readonly TransferSnapshot[]>();

  /** The snapshots that are new. */
  readonly onDidChange: Event<readonly TransferSnapshot[]> = this.#changed.event;

  get(id: TransferId): TransferSnapshot | undefined {
    return this.#snapshots.get(id);
  }

  list(): readonly TransferSnapshot[] {
    return [...this.#snapshots.values()];
  }

  /** The transfers that are not over. */
  unfinished(): readonly TransferSnapshot[] {
    return this.list().filter(({ state }) => !isFinal(state));
  }

  /** Takes snapshots in any order: one that is older than what is known of its transfer is dropped. */
  apply(snapshots: readonly TransferSnapshot[]): void {
    const news = snapshots.filter((snapshot) => {
      const known = this.#snapshots.get(snapshot.transferId);
      return known === undefined || (!isFinal(known.state) && snapshot.revision > known.revision);
    });
    for (const snapshot of news) this.#snapshots.set(snapshot.transferId, snapshot);
    if (news.length > 0) this.#changed.fire(news);
  }

  /** The engine that ran them is gone: what was not over has failed. */
  engineGone(finishedAtMs: number): void {
    this.apply(
      this.unfinished().map((snapshot) => {
        const { bytesPerSecond: _rate, ...rest } = snapshot;
        return { ...rest, state: 'failed', finishedAtMs, revision: snapshot.revision + 1, error: engineGoneError };
      }),
    );
  }
}

const engineGoneError: CosError = {
  kind: 'engineGone',
  op: 'transfers/start',
  retry: 'later',
  detail: 'the engine process ended while the transfer was running',
};
