import type { EngineClock } from '../clock';

/** How a request that held a slot ended, as far as the limiter cares. */
export type SlotOutcome = 'answered' | 'throttled' | 'failed';

/** Bounds how many requests an endpoint has at once, and slows all of them down when it says that it is too much. */
export interface Limiter {
  /** Waits for a slot; rejects with the signal's reason. Every slot must be released once. */
  acquire(signal: AbortSignal): Promise<void>;
  /** `pauseMs`: no request of this endpoint starts before so long, when throttled. */
  release(outcome: SlotOutcome, pauseMs?: number): void;
  /** Requests allowed at once at the moment. */
  readonly window: number;
}

interface Waiter {
  readonly start: () => void;
  readonly signal: AbortSignal;
}

/**
 * Additive increase, multiplicative decrease: a 503 or 429 halves the window (once per pause, since requests that were
 * in flight together are refused together), each answer lets it grow by a fraction of one.
 */
export function createLimiter(maxWindow: number, clock: EngineClock): Limiter {
  let window = maxWindow;
  let inFlight = 0;
  let pausedUntilMs = 0;
  let wakeUp: AbortController | undefined;
  const waiting = new Set<Waiter>();

  function startWaiting(): void {
    const pauseMs = pausedUntilMs - clock.monotonicMs();
    if (pauseMs > 0) {
      if (waiting.size > 0 && wakeUp === undefined) wakeAfter(pauseMs);
      return;
    }
    for (const waiter of waiting) {
      if (inFlight >= Math.max(1, Math.floor(window))) return;
      waiting.delete(waiter);
      inFlight += 1;
      waiter.start();
    }
  }

  function wakeAfter(pauseMs: number): void {
    const controller = new AbortController();
    wakeUp = controller;
    const next = () => {
      wakeUp = undefined;
      startWaiting();
    };
    clock.sleep(pauseMs, controller.signal).then(next, next);
  }

  return {
    get window() {
      return window;
    },
    async acquire(signal) {
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const onAbort = () => {
          waiting.delete(waiter);
          if (waiting.size === 0) wakeUp?.abort();
          reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
        };
        const waiter: Waiter = {
          signal,
          start: () => {
            signal.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.add(waiter);
        startWaiting();
      });
    },
    release(outcome, pauseMs = 0) {
      inFlight -= 1;
      if (outcome === 'throttled') {
        const now = clock.monotonicMs();
        if (now >= pausedUntilMs) window = Math.max(1, window / 2);
        pausedUntilMs = Math.max(pausedUntilMs, now + pauseMs);
      } else if (outcome === 'answered') {
        window = Math.min(maxWindow, window + 1 / Math.max(1, window));
      }
      startWaiting();
    },
  };
}
