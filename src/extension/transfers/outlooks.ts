import type { Disposable } from 'vscode';
import type { TransferId } from '../../model/ids';
import type { TransferMirror } from './mirror';
import { RemainingTime, type Outlook } from './remainingTime';

/** How long each transfer will still take, as far as that can be said. */
export class Outlooks implements Disposable {
  readonly #times = new Map<TransferId, RemainingTime>();
  readonly #listener: Disposable;

  constructor(mirror: TransferMirror, nowMs: () => number) {
    this.#listener = mirror.onDidChange(({ changed, removed }) => {
      for (const id of removed) this.#times.delete(id);
      for (const snapshot of changed) {
        const time = this.#times.get(snapshot.transferId) ?? new RemainingTime();
        this.#times.set(snapshot.transferId, time);
        time.observe(snapshot, nowMs());
      }
    });
  }

  of(id: TransferId, nowMs: number): Outlook {
    return this.#times.get(id)?.outlook(nowMs) ?? { kind: 'unknown' };
  }

  dispose(): void {
    this.#listener.dispose();
  }
}
