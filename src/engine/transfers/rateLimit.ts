import type { EngineClock } from '../clock';

/** Pieces are let through while the debt is smaller than this. */
const burstMs = 100;

/**
 * Bytes per second for all transfers together, up and down. A piece is let through when what went before has been paid
 * for; its own price is paid by the next. So a piece larger than the rate goes as well, and the average holds.
 */
export class RateLimit {
  readonly #clock: EngineClock;
  #bytesPerSecond: number | undefined;
  /** Monotonic time at which everything let through so far is paid for. */
  #paidAtMs = 0;
  /** Aborts when the limit becomes another one: what waits is judged anew. */
  #changed = new AbortController();

  constructor(clock: EngineClock, bytesPerSecond: number | undefined) {
    this.#clock = clock;
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Undefined takes the limit away. What waits already waits as the new limit says. */
  set(bytesPerSecond: number | undefined): void {
    if (bytesPerSecond === this.#bytesPerSecond) return;
    this.#bytesPerSecond = bytesPerSecond;
    this.#paidAtMs = 0;
    const waiting = this.#changed;
    this.#changed = new AbortController();
    waiting.abort();
  }

  /** Nothing to wait for when it answers with undefined. Rejects when the signal aborts first. */
  take(bytes: number, signal: AbortSignal): Promise<void> | undefined {
    if (this.#bytesPerSecond === undefined) return undefined;
    const nowMs = this.#clock.monotonicMs();
    const dueAtMs = Math.max(this.#paidAtMs, nowMs);
    this.#paidAtMs = dueAtMs + (bytes * 1000) / this.#bytesPerSecond;
    const waitMs = dueAtMs - nowMs;
    return waitMs <= burstMs ? undefined : this.#wait(bytes, waitMs, signal);
  }

  async #wait(bytes: number, waitMs: number, signal: AbortSignal): Promise<void> {
    const changed = this.#changed.signal;
    try {
      await this.#clock.sleep(waitMs, AbortSignal.any([signal, changed]));
    } catch (thrown) {
      if (signal.aborted || !changed.aborted) throw thrown;
      await this.take(bytes, signal);
    }
  }
}
