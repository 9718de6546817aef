import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../../src/engine/transfers/rateLimit';
import { ManualClock } from '../../fakes/manualClock';

const never = new AbortController().signal;

describe('the rate limit', () => {
  it('lets everything through at once where there is none', () => {
    const limit = new RateLimit(new ManualClock(), undefined);
    for (let n = 0; n < 100; n++) expect(limit.take(1e9, never)).toBeUndefined();
  });

  it('holds the average over pieces of any size, for all that share it', async () => {
    const clock = new ManualClock();
    const limit = new RateLimit(clock, 1000);
    const pieces = [100, 5000, 1, 30, 700, 2500, 64, 1605];
    let passedBytes = 0;
    for (const bytes of pieces) {
      const pause = limit.take(bytes, never);
      clock.advance(clock.longestSleepMs);
      await pause;
      passedBytes += bytes;
      // What has passed is paid for, but for the last piece and a tenth of a second.
      expect(clock.monotonicMs()).toBeGreaterThanOrEqual(passedBytes - bytes - 100);
    }
    expect(passedBytes).toBe(10_000);
  });

  it('stops waiting when the transfer is cancelled', async () => {
    const limit = new RateLimit(new ManualClock(), 1000);
    const cancel = new AbortController();
    expect(limit.take(5000, cancel.signal)).toBeUndefined();
    const pause = limit.take(1, cancel.signal);
    cancel.abort();
    await expect(pause).rejects.toThrow('aborted');
  });

  it('charges nobody for what was cancelled before it went', async () => {
    const clock = new ManualClock();
    const limit = new RateLimit(clock, 1000);
    const cancel = new AbortController();
    expect(limit.take(1000, never)).toBeUndefined();
    const given = [5000, 7000].map((bytes) => limit.take(bytes, cancel.signal));
    let isThrough = false;
    const waiting = (async () => {
      await limit.take(2000, never);
      isThrough = true;
    })();
    expect(clock.longestSleepMs).toBe(13_000);
    cancel.abort();
    for (const one of given) await expect(one).rejects.toThrow('aborted');
    expect(clock.longestSleepMs).toBe(1000);
    clock.advance(1000);
    await waiting;
    expect(isThrough).toBe(true);
    void limit.take(1, never);
    expect(clock.longestSleepMs).toBe(2000);
  });

  it('can be taken away, also from what would have to wait', () => {
    const limit = new RateLimit(new ManualClock(), 1000);
    expect(limit.take(5000, never)).toBeUndefined();
    limit.set(undefined);
    expect(limit.take(5000, never)).toBeUndefined();
  });

  it('holds at once for what waits already, when it is raised, lowered or taken away', async () => {
    const clock = new ManualClock();
    const limit = new RateLimit(clock, 1);
    expect(limit.take(1_000_000, never)).toBeUndefined();
    const passed: string[] = [];
    const waiting = ['first', 'second'].map(async (name) => {
      await limit.take(5000, never);
      passed.push(name);
    });
    limit.set(1000);
    await waiting[0];
    expect(passed).toEqual(['first']);
    expect(clock.longestSleepMs).toBe(5000);
    limit.set(100);
    await waiting[1];
    expect(passed).toEqual(['first', 'second']);
    const third = limit.take(1, never);
    expect(clock.longestSleepMs).toBe(50_000);
    limit.set(undefined);
    await third;
  });
});
