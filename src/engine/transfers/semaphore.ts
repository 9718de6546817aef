import { cancelled } from '../failure';

interface Waiter {
  readonly amount: number;
  readonly grant: () => void;
}

/**
 * A fixed amount of something (bytes of memory, connections) that work takes before it starts and gives back after.
 * First come, first served: a large request is not starved by small ones. A request for more than there is at all gets
 * everything, so it runs alone instead of never.
 */
export class Semaphore {
  readonly #waiters: Waiter[] = [];
  #total: number;
  #taken = 0;

  constructor(total: number) {
    this.#total = total;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Changes the amount; what is taken stays taken. */
  resize(total: number): void {
    this.#total = total;
    this.#grantWaiting();
  }

  /** Waits for the amount. The answer gives it back; calling it again does nothing. Throws `cancelled` on abort. */
  async take(amount: number, signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) throw cancelled('transfer');
    const granted = Math.min(amount, this.#total);
    if (this.#waiters.length > 0 || this.#taken + granted > this.#total) await this.#wait(granted, signal);
    else this.#taken += granted;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#taken -= granted;
      this.#grantWaiting();
    };
  }

  #wait(amount: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        amount,
        grant: () => {
          signal.removeEventListener('abort', onAbort);
          this.#taken += amount;
          resolve();
        },
      };
      const onAbort = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(cancelled('transfer'));
        this.#grantWaiting();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiters.push(waiter);
    });
  }

  #grantWaiting(): void {
    for (;;) {
      const first = this.#waiters[0];
      // Nothing taken: grant whatever the first wants, it may have been asked for before a resize.
      if (first === undefined || (this.#taken > 0 && this.#taken + first.amount > this.#total)) return;
      this.#waiters.shift();
      first.grant();
    }
  }
}
