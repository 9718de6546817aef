import { describe, expect, it } from 'vitest';
import type { TransferId } from '../../../../src/model/ids';
import { TransferMirror } from '../../../../src/extension/transfers/mirror';
import { snapshotOf } from './snapshots';

const id = 't1' as TransferId;

describe('the mirror of transfers', () => {
  it('drops snapshots that are older than what it knows', () => {
    const mirror = new TransferMirror();
    const seen: number[] = [];
    mirror.onDidChange((news) => seen.push(...news.map(({ revision }) => revision)));
    mirror.apply([snapshotOf({ revision: 5 })]);
    mirror.apply([snapshotOf({ revision: 4 }), snapshotOf({ revision: 5 })]);
    mirror.apply([snapshotOf({ revision: 6 })]);
    expect(seen).toEqual([5, 6]);
    expect(mirror.get(id)?.revision).toBe(6);
  });

  it('fails what was running when the engine went away, and nothing else', () => {
    const mirror = new TransferMirror();
    mirror.apply([
      snapshotOf(),
      snapshotOf({ transferId: 't2' as TransferId, state: 'queued' }),
      snapshotOf({ transferId: 't3' as TransferId, state: 'done' }),
    ]);
    mirror.engineGone(77);
    expect(mirror.list().map(({ state, error }) => [state, error?.kind])).toEqual([
      ['failed', 'engineGone'],
      ['failed', 'engineGone'],
      ['done', undefined],
    ]);
    expect(mirror.get(id)).toMatchObject({ finishedAtMs: 77, bytesDone: 40_000_000 });
    expect(mirror.get(id)).not.toHaveProperty('bytesPerSecond');
    expect(mirror.unfinished()).toEqual([]);
  });

  it('lets nothing happen to a transfer that is over', () => {
    const mirror = new TransferMirror();
    mirror.apply([snapshotOf({ state: 'failed' })]);
    mirror.apply([snapshotOf({ state: 'running', revision: 99 })]);
    expect(mirror.get(id)?.state).toBe('failed');
  });

  it('says nothing when nothing is new', () => {
    const mirror = new TransferMirror();
    let count = 0;
    mirror.onDidChange(() => count++);
    mirror.apply([]);
    mirror.engineGone(1);
    expect(count).toBe(0);
  });
});
