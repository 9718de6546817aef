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
  readonly #waiting = new Set<WaitingPiece>();

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

  /** Nothing to wait for when it answers with undefined. Rejects when the signal aborts first: then it costs nothing. */
  take(bytes: number, signal: AbortSignal): Promise<void> | undefined {
    if (this.#bytesPerSecond === undefined) return undefined;
    const nowMs = this.#clock.monotonicMs();
    const dueAtMs = Math.max(this.#paidAtMs, nowMs);
    const priceMs = (bytes * 1000) / this.#bytesPerSecond;
    this.#paidAtMs = dueAtMs + priceMs;
    if (dueAtMs - nowMs <= burstMs) return undefined;
    return this.#wait(bytes, { dueAtMs, priceMs, moved: new AbortController() }, signal);
  }

  async #wait(bytes: number, piece: WaitingPiece, signal: AbortSignal): Promise<void> {
    const changed = this.#changed.signal;
    this.#waiting.add(piece);
    try {
      await this.#sleepUntilDue(piece, AbortSignal.any([signal, changed]));
    } catch (thrown) {
      if (signal.aborted && !changed.aborted) this.#refund(piece);
      if (signal.aborted || !changed.aborted) throw thrown;
      await this.take(bytes, signal);
    } finally {
      this.#waiting.delete(piece);
    }
  }

  async #sleepUntilDue(piece: WaitingPiece, signal: AbortSignal): Promise<void> {
    for (;;) {
      const moved = piece.moved.signal;
      const waitMs = piece.dueAtMs - this.#clock.monotonicMs();
      if (waitMs <= 0) return;
      try {
        await this.#clock.sleep(waitMs, AbortSignal.any([signal, moved]));
        return;
      } catch (thrown) {
        if (signal.aborted || !moved.aborted) throw thrown;
      }
    }
  }

  /** What was never let through is not owed: whoever waits behind it goes so much earlier. */
  #refund({ dueAtMs, priceMs }: WaitingPiece): void {
    this.#paidAtMs -= priceMs;
    for (const other of this.#waiting) {
      if (other.dueAtMs <= dueAtMs) continue;
      const { moved } = other;
      other.dueAtMs -= priceMs;
      other.moved = new AbortController();
      moved.abort();
    }
  }
}

interface WaitingPiece {
  dueAtMs: number;
  readonly priceMs: number;
  /** Aborts when the piece is due at another time than before. */
  moved: AbortController;
}
