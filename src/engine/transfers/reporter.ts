import type { TransferSnapshot } from '../../model/transferState';
import type { EngineClock } from '../clock';
import type { Transfer } from './transfer';

const intervalMs = 250;

/**
 * Tells of transfers that changed: changes of state at once, the rest at most four times a second for all transfers
 * together.
 */
export class Reporter {
  readonly #clock: EngineClock;
  readonly #send: (transfers: readonly TransferSnapshot[]) => void;
  readonly #dirty = new Set<Transfer>();
  #lastSentAtMs = Number.NEGATIVE_INFINITY;
  #timer: AbortController | undefined;

  constructor(clock: EngineClock, send: (transfers: readonly TransferSnapshot[]) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** To be told of every change; `isNewState` goes out before this returns. */
  changed(transfer: Transfer, isNewState: boolean): void {
    this.#dirty.add(transfer);
    if (isNewState) {
      this.#flush();
      return;
    }
    if (this.#timer !== undefined) return;
    const dueInMs = this.#lastSentAtMs + intervalMs - this.#clock.monotonicMs();
    if (dueInMs <= 0) this.#flush();
    else void this.#flushIn(dueInMs);
  }

  close(): void {
    this.#timer?.abort();
    this.#timer = undefined;
  }

  async #flushIn(delayMs: number): Promise<void> {
    const timer = new AbortController();
    this.#timer = timer;
    try {
      await this.#clock.sleep(delayMs, timer.signal);
    } catch {
      return; // a change of state was told meanwhile, and this with it
    }
    if (!timer.signal.aborted) this.#flush();
  }

  #flush(): void {
    this.close();
    const transfers = [...this.#dirty].map((transfer) => transfer.snapshot());
    this.#dirty.clear();
    this.#lastSentAtMs = this.#clock.monotonicMs();
    if (transfers.length > 0) this.#send(transfers);
  }
}
