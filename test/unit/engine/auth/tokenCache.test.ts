import { describe, expect, it } from 'vitest';
import { createTokenCache } from '../../../../src/engine/auth/tokenCache';
import type { EngineClock } from '../../../../src/engine/clock';
import { CosFailure } from '../../../../src/engine/failure';

const never = new AbortController().signal;

/** A cache over an IAM that gives `t1`, `t2` …, on a clock that the test moves. */
function world(lifetimeMs = 3_600_000) {
  let nowMs = 0;
  let asked = 0;
  let failure: CosFailure | undefined;
  const clock: EngineClock = { nowMs: () => 0, monotonicMs: () => nowMs, sleep: async () => undefined };
  const cache = createTokenCache(async () => {
    asked += 1;
    await Promise.resolve();
    if (failure !== undefined) throw failure;
    return { accessToken: `t${asked}`, lifetimeMs };
  }, clock);
  return {
    cache,
    asked: () => asked,
    at: (minutes: number) => void (nowMs = minutes * 60_000),
    fail: (error: CosFailure | undefined) => void (failure = error),
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const failure = (kind: 'network' | 'signInNeeded') =>
  new CosFailure({ kind, op: 'IamToken', retry: 'later', detail: kind });

describe('the token cache', () => {
  it('asks once for all who wait, and keeps the token', async () => {
    const { cache, asked, at } = world();
    expect(await Promise.all([cache.get(never), cache.get(never), cache.get(never)])).toEqual(['t1', 't1', 't1']);
    at(44);
    expect(await cache.get(never)).toBe('t1');
    expect(asked()).toBe(1);
  });

  it('renews in the background from three quarters of the lifetime', async () => {
    const { cache, asked, at } = world();
    await cache.get(never);
    at(45);
    expect([await cache.get(never), await cache.get(never)]).toEqual(['t1', 't1']);
    await settled();
    expect(asked()).toBe(2);
    expect(await cache.get(never)).toBe('t2');
  });

  it('never uses a token in its last minute', async () => {
    const { cache, at } = world();
    await cache.get(never);
    at(59.5);
    expect(await cache.get(never)).toBe('t2');
  });

  it('keeps the current token when the background refresh fails, until it ends', async () => {
    const { cache, at, fail } = world();
    await cache.get(never);
    fail(failure('network'));
    at(50);
    expect(await cache.get(never)).toBe('t1');
    await settled();
    at(58);
    expect(await cache.get(never)).toBe('t1');
    await settled();
    at(60);
    await expect(cache.get(never)).rejects.toMatchObject({ error: { kind: 'network' } });
    fail(undefined);
    expect(await cache.get(never)).toMatch(/^t/);
  });

  it('stops for good when IAM does not know the key', async () => {
    const { cache, asked, fail } = world();
    fail(failure('signInNeeded'));
    await expect(cache.get(never)).rejects.toMatchObject({ error: { kind: 'signInNeeded' } });
    fail(undefined);
    await expect(cache.get(never)).rejects.toMatchObject({ error: { kind: 'signInNeeded' } });
    expect(asked()).toBe(1);
  });

  it('renews a refused token once, and once only for some time', async () => {
    const { cache, asked, at } = world();
    await cache.get(never);
    expect(await Promise.all([cache.afterRefusal('t1', never), cache.afterRefusal('t1', never)])).toEqual(['t2', 't2']);
    expect(await cache.afterRefusal('t1', never)).toBe('t2');
    expect(await cache.afterRefusal('t2', never)).toBeUndefined();
    expect(asked()).toBe(2);
    at(1);
    expect(await cache.afterRefusal('t2', never)).toBe('t3');
  });

  it('lets one caller go without ending the request of the others', async () => {
    const { cache } = world();
    const cancel = new AbortController();
    const [gone, stays] = [cache.get(cancel.signal), cache.get(never)];
    cancel.abort(new Error('cancelled'));
    await expect(gone).rejects.toThrow('cancelled');
    expect(await stays).toBe('t1');
  });
});
