import type { EngineClock } from '../../src/engine/clock';

/** A clock that stands still until a test moves it. */
export class ManualClock implements EngineClock {
  wallMs = Date.UTC(2026, 0, 1);
  #monotonicMs = 0;
  readonly #sleepers = new Set<{ dueAtMs: number; wake: () => void }>();

  nowMs(): number {
    return this.wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** How long everybody who sleeps still has to, at most. */
  get longestSleepMs(): number {
    return Math.max(0, ...[...this.#sleepers].map(({ dueAtMs }) => dueAtMs - this.#monotonicMs));
  }

  sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = {
        dueAtMs: this.#monotonicMs + durationMs,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(new Error('aborted'));
      });
    });
  }

  /** Moves both clocks on and wakes whoever is due. */
  advance(durationMs: number): void {
    this.#monotonicMs += durationMs;
    this.wallMs += durationMs;
    for (const sleeper of [...this.#sleepers]) if (sleeper.dueAtMs <= this.#monotonicMs) sleeper.wake();
  }
}
