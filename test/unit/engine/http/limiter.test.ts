import { describe, expect, it } from 'vitest';
import type { EngineClock } from '../../../../src/engine/clock';
import { createLimiter } from '../../../../src/engine/http/limiter';

const never = new AbortController().signal;

/** A clock whose sleepers wake when the test moves it. */
function manualClock() {
  let nowMs = 0;
  const sleepers = new Set<{ atMs: number; wake: () => void }>();
  const clock: EngineClock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (durationMs) => new Promise((wake) => void sleepers.add({ atMs: nowMs + durationMs, wake })),
  };
  const advance = async (byMs: number) => {
    nowMs += byMs;
    for (const sleeper of sleepers) {
      if (sleeper.atMs > nowMs) continue;
      sleepers.delete(sleeper);
      sleeper.wake();
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, advance };
}

describe('the limiter of an endpoint', () => {
  it('lets as many requests go as its window, then one for each that ends', async () => {
    const limiter = createLimiter(2, manualClock().clock);
    let started = 0;
    for (let request = 0; request < 4; request++) void limiter.acquire(never).then(() => (started += 1));
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toBe(2);
    limiter.release('answered');
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toBe(3);
  });

  it('halves its window once for refusals that come together, pauses, and recovers', async () => {
    const { clock, advance } = manualClock();
    const limiter = createLimiter(16, clock);
    for (let request = 0; request < 3; request++) await limiter.acquire(never);
    for (let request = 0; request < 3; request++) limiter.release('throttled', 1000);
    expect(limiter.window).toBe(8);
    let started = 0;
    void limiter.acquire(never).then(() => (started += 1));
    await advance(999);
    expect(started).toBe(0);
    await advance(1);
    expect(started).toBe(1);
    limiter.release('answered');
    for (let request = 0; request < 200; request++) {
      await limiter.acquire(never);
      limiter.release('answered');
    }
    expect(limiter.window).toBe(16);
  });

  it('never closes entirely', async () => {
    const { clock, advance } = manualClock();
    const limiter = createLimiter(4, clock);
    for (let storm = 0; storm < 10; storm++) {
      await limiter.acquire(never);
      limiter.release('throttled', 10);
      await advance(10);
    }
    expect(limiter.window).toBe(1);
    await limiter.acquire(never);
  });

  it('forgets a waiter whose signal aborts', async () => {
    const limiter = createLimiter(1, manualClock().clock);
    await limiter.acquire(never);
    const cancel = new AbortController();
    const waiting = limiter.acquire(cancel.signal);
    cancel.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    limiter.release('answered');
    await limiter.acquire(never);
  });
});
