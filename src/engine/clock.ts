import { setTimeout as delay } from 'node:timers/promises';

/** Time as the engine sees it. Injected, so that back-off and token lifetimes can be tested without waiting. */
export interface EngineClock {
  /** Milliseconds since the epoch; for signatures and dates shown to people. */
  nowMs(): number;
  /** Milliseconds that only grow, whatever happens to the wall clock; for lifetimes and pauses. */
  monotonicMs(): number;
  /** Resolves after so many milliseconds; rejects with the signal's reason when it aborts first. */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
}

/** The machine's own clocks. */
export const systemClock: EngineClock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (durationMs, signal) => {
    await delay(durationMs, undefined, { signal });
  },
};
