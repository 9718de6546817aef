import { describe, expect, it } from 'vitest';
import type { EngineClock } from '../../../src/engine/clock';
import { SmoothedRate } from '../../../src/engine/transfers/rate';
import { Reporter } from '../../../src/engine/transfers/reporter';
import { Transfer } from '../../../src/engine/transfers/transfer';
import type { TransferId } from '../../../src/model/ids';
import type { TransferSnapshot } from '../../../src/model/transferState';
import { connection, makeWorld } from './world';

class FakeClock implements EngineClock {
  timeMs = 1000;
  readonly #sleepers: { dueMs: number; wake: () => void }[] = [];
  nowMs = () => this.timeMs;
  monotonicMs = () => this.timeMs;
  sleep = (durationMs: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      this.#sleepers.push({ dueMs: this.timeMs + durationMs, wake: resolve });
      signal.addEventListener('abort', () => reject(new Error('aborted')));
    });

  async pass(durationMs: number): Promise<void> {
    this.timeMs += durationMs;
    for (const { dueMs, wake } of this.#sleepers) if (dueMs <= this.timeMs) wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function makeReporter() {
  const clock = new FakeClock();
  const sent: TransferSnapshot[][] = [];
  const reporter = new Reporter(clock, (transfers) => sent.push([...transfers]));
  const make = (id: string) =>
    new Transfer(
      { transferId: id as TransferId, kind: 'upload', connectionId: connection, title: id, source: '', target: '' },
      clock,
      (transfer, isNewState) => reporter.changed(transfer, isNewState),
    );
  return { clock, sent, make };
}

describe('progress', () => {
  it('goes out at most four times a second for all transfers together', async () => {
    const { clock, sent, make } = makeReporter();
    const transfers = [make('a'), make('b'), make('c')];
    for (const transfer of transfers) transfer.move('running');
    sent.length = 0;
    for (let tick = 0; tick < 200; tick++) {
      for (const transfer of transfers) transfer.addBytes(10);
      await clock.pass(10);
    }
    expect(sent.length).toBeLessThanOrEqual(9);
    expect(sent.length).toBeGreaterThanOrEqual(7);
    expect(sent.at(-1)!.map(({ title }) => title)).toEqual(['a', 'b', 'c']);
  });

  it('tells changes of state at once, with what waited to be told', async () => {
    const { clock, sent, make } = makeReporter();
    const [a, b] = [make('a'), make('b')];
    a.move('running');
    b.move('running');
    a.addBytes(5);
    b.move('done');
    expect(sent.map((batch) => batch.map(({ title, state, bytesDone }) => `${title} ${state} ${bytesDone}`))).toEqual([
      ['a running 0'],
      ['b running 0'],
      ['a running 5', 'b done 0'],
    ]);
    await clock.pass(1000);
    expect(sent.length).toBe(3);
  });

  it('has growing revisions, and totals only when planning is complete', () => {
    const { make } = makeReporter();
    const transfer = make('a');
    const first = transfer.snapshot();
    transfer.move('running');
    transfer.addPlanned(10);
    expect(transfer.snapshot().bytesTotal).toBeUndefined();
    transfer.completePlan();
    expect(transfer.snapshot()).toMatchObject({ bytesTotal: 10, itemsTotal: 1 });
    expect(transfer.snapshot().revision).toBeGreaterThan(first.revision);
  });

  it('refuses moves that the model refuses', () => {
    const { make } = makeReporter();
    const transfer = make('a');
    transfer.move('cancelled');
    expect(() => transfer.move('running')).toThrow(RangeError);
  });

  it('smooths the rate', () => {
    const rate = new SmoothedRate(0);
    expect(rate.bytesPerSecond(100)).toBeUndefined();
    for (let ms = 50; ms <= 10_000; ms += 50) rate.add(50, ms);
    expect(rate.bytesPerSecond(10_000)).toBeGreaterThan(950);
    expect(rate.bytesPerSecond(10_000)).toBeLessThan(1050);
    expect(rate.bytesPerSecond(11_000)).toBeLessThan(900);
    expect(rate.bytesPerSecond(60_000)).toBeLessThan(10);
  });
});

describe('the list of transfers', () => {
  it('keeps finished ones until they are cleared, and refuses unknown ids', async () => {
    const world = await makeWorld();
    const signal = new AbortController().signal;
    const { handlers } = world.transfers;
    world.client.put('bucket', 'a', 'x');
    await world.run({
      kind: 'delete',
      connectionId: connection,
      bucket: 'bucket' as never,
      keys: ['a' as never],
      prefixes: [],
    });
    expect((await handlers['transfers/list'](null, signal)).map(({ state }) => state)).toEqual(['done']);
    await handlers['transfers/clearFinished'](null, signal);
    expect(await handlers['transfers/list'](null, signal)).toEqual([]);
    await expect(handlers['transfers/cancel']({ transferId: 'x' as TransferId }, signal)).rejects.toMatchObject({
      error: { kind: 'notFound' },
    });
    await world.dispose();
  });

  it('is cancelled and waited for when the engine closes', async () => {
    const world = await makeWorld();
    world.client.put('bucket', 'a', Buffer.alloc(20 * 1024 * 1024));
    const id = await world.start({
      kind: 'download',
      connectionId: connection,
      bucket: 'bucket' as never,
      sources: [{ kind: 'object', key: 'a' as never }],
      folderFsPath: world.folder,
      clash: 'fail',
    });
    await world.transfers.close();
    expect(await world.end(id)).toMatchObject({ state: 'cancelled' });
    expect(world.client.requestsAtOnce).toBe(0);
    await expect(
      world.start({ kind: 'delete', connectionId: connection, bucket: 'bucket' as never, keys: [], prefixes: [] }),
    ).rejects.toMatchObject({ error: { kind: 'cancelled' } });
    await world.dispose();
  });
});
