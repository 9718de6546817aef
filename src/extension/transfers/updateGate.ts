import type { TransferId } from '../../model/ids';

/** Time as the gate sees it. */
export interface GateClock {
  nowMs(): number;
  /** Calls back once; the answer takes it back. */
  after(delayMs: number, call: () => void): () => void;
}

const intervalMs = 250;

/** Lets changes through to the view at once when they are urgent, otherwise together, at most four times a second. */
export class UpdateGate {
  readonly #clock: GateClock;
  readonly #open: (ids: ReadonlySet<TransferId>) => void;
  #waiting = new Set<TransferId>();
  #openedAtMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;

  constructor(clock: GateClock, open: (ids: ReadonlySet<TransferId>) => void) {
    this.#clock = clock;
    this.#open = open;
  }

  changed(ids: Iterable<TransferId>, isUrgent: boolean): void {
    for (const id of ids) this.#waiting.add(id);
    const dueInMs = this.#openedAtMs + intervalMs - this.#clock.nowMs();
    if (isUrgent || dueInMs <= 0) this.#flush();
    else this.#cancelTimer ??= this.#clock.after(dueInMs, () => this.#flush());
  }

  dispose(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #flush(): void {
    this.dispose();
    this.#openedAtMs = this.#clock.nowMs();
    const ids = this.#waiting;
    this.#waiting = new Set();
    this.#open(ids);
  }
}
