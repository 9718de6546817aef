import { describe, expect, it } from 'vitest';
import { ByteBudget } from '../../../src/engine/transfers/byteBudget';
import { runLanes } from '../../../src/engine/transfers/lanes';
import { Semaphore } from '../../../src/engine/transfers/semaphore';

const never = new AbortController().signal;
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the byte budget', () => {
  it('makes the next wait until there is room, first come first served', async () => {
    const budget = new ByteBudget(100);
    const order: string[] = [];
    const first = await budget.reserve(60, never);
    const large = budget.reserve(90, never).then((reservation) => (order.push('large'), reservation));
    const small = budget.reserve(10, never).then((reservation) => (order.push('small'), reservation));
    await settle();
    expect(order).toEqual([]);
    first.release();
    first.release();
    await settle();
    expect(order).toEqual(['large', 'small']);
    expect(budget.reservedBytes).toBe(100);
    (await large).release();
    (await small).discard();
    expect(budget.reservedBytes).toBe(0);
  });

  it('lets what is larger than the budget run alone', async () => {
    const budget = new ByteBudget(100);
    const small = await budget.reserve(1, never);
    let isGranted = false;
    const huge = budget.reserve(1000, never).then((reservation) => ((isGranted = true), reservation));
    await settle();
    expect(isGranted).toBe(false);
    small.release();
    expect((await huge).buffer.length).toBe(1000);
  });

  it('hands a released buffer out again, and never a discarded one', async () => {
    const budget = new ByteBudget(1024 * 1024);
    const first = await budget.reserve(128 * 1024, never);
    const { buffer } = first;
    first.release();
    const second = await budget.reserve(128 * 1024, never);
    expect(second.buffer).toBe(buffer);
    second.discard();
    expect((await budget.reserve(128 * 1024, never)).buffer).not.toBe(buffer);
  });

  it('forgets a waiter that is cancelled', async () => {
    const semaphore = new Semaphore(1);
    const giveBack = await semaphore.take(1, never);
    const cancel = new AbortController();
    const waiting = semaphore.take(1, cancel.signal);
    cancel.abort();
    await expect(waiting).rejects.toMatchObject({ error: { kind: 'cancelled' } });
    await expect(semaphore.take(1, cancel.signal)).rejects.toMatchObject({ error: { kind: 'cancelled' } });
    giveBack();
    expect(semaphore.taken).toBe(0);
    await semaphore.take(1, never);
  });

  it('grants waiting work when it grows', async () => {
    const semaphore = new Semaphore(1);
    await semaphore.take(1, never);
    const waiting = semaphore.take(1, never);
    semaphore.resize(2);
    await waiting;
    expect(semaphore.taken).toBe(2);
  });
});

describe('lanes', () => {
  it('work on many small items at once and few large ones, and never wait for the plan to end', async () => {
    const atOnce = { small: 0, large: 0 };
    const most = { small: 0, large: 0 };
    let planned = 0;
    let plannedAtFirstEnd = 0;
    async function* plan() {
      for (let n = 0; n < 5000; n++) {
        planned++;
        yield n % 10 === 0 ? ('large' as const) : ('small' as const);
      }
    }
    const work = async (lane: 'small' | 'large') => {
      most[lane] = Math.max(most[lane], ++atOnce[lane]);
      await settle();
      atOnce[lane]--;
      plannedAtFirstEnd ||= planned;
    };
    await runLanes(plan(), (lane) => lane, { small: 8, large: 2 }, work, new AbortController());
    expect(most).toEqual({ small: 8, large: 2 });
    expect(plannedAtFirstEnd).toBeLessThan(1100);
  });

  it('stop everything when the work throws, and throw when nothing runs any more', async () => {
    const stop = new AbortController();
    let running = 0;
    async function* plan() {
      for (let n = 0; n < 100; n++) yield n;
    }
    const work = async (n: number) => {
      running++;
      await settle();
      await settle();
      running--;
      if (n === 3) throw new Error('enough');
    };
    await expect(runLanes(plan(), () => 'small', { small: 4, large: 1 }, work, stop)).rejects.toThrow('enough');
    expect(running).toBe(0);
    expect(stop.signal.aborted).toBe(true);
  });
});
