import { describe, expect, it } from 'vitest';
import type { TransferId } from '../../../../src/model/ids';
import { TransferMirror } from '../../../../src/extension/transfers/mirror';
import { snapshotOf } from './snapshots';

const id = 't1' as TransferId;

describe('the mirror of transfers', () => {
  it('drops snapshots that are older than what it knows', () => {
    const mirror = new TransferMirror();
    const seen: number[] = [];
    mirror.onDidChange(({ changed }) => seen.push(...changed.map(({ revision }) => revision)));
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
    mirror.apply([snapshotOf({ state: 'done' })]);
    mirror.apply([snapshotOf({ state: 'running', revision: 99 })]);
    expect(mirror.get(id)?.state).toBe('done');
  });

  it('follows a failed transfer that is tried again, whose bytes may start over', () => {
    const mirror = new TransferMirror();
    mirror.apply([snapshotOf({ state: 'failed', bytesDone: 90 })]);
    mirror.apply([snapshotOf({ state: 'queued', revision: 6, bytesDone: 0 })]);
    expect(mirror.get(id)).toMatchObject({ state: 'queued', bytesDone: 0 });
  });

  it('never lets the bytes of an attempt go back', () => {
    const mirror = new TransferMirror();
    mirror.apply([snapshotOf({ bytesDone: 80 })]);
    mirror.apply([snapshotOf({ state: 'paused', revision: 6, bytesDone: 60 })]);
    expect(mirror.get(id)).toMatchObject({ state: 'paused', bytesDone: 80 });
  });

  it('takes the word of a new engine, whatever its revisions, and fails what that one does not know', () => {
    const mirror = new TransferMirror();
    const lost = 't2' as TransferId;
    const over = 't3' as TransferId;
    mirror.apply([
      snapshotOf({ revision: 50 }),
      snapshotOf({ transferId: lost, revision: 50 }),
      snapshotOf({ transferId: over, state: 'done' }),
    ]);
    mirror.engineRestarted();
    expect(mirror.get(id)?.state).toBe('running');
    mirror.applyList([snapshotOf({ state: 'paused', revision: 2, bytesDone: 30_000_000 })], 99);
    expect(mirror.get(id)).toMatchObject({ state: 'paused', bytesDone: 30_000_000 });
    expect(mirror.get(lost)).toMatchObject({
      state: 'failed',
      finishedAtMs: 99,
      error: { kind: 'engineGone' },
      canPause: false,
    });
    expect(mirror.get(over)?.state).toBe('done');
  });

  it('keeps what this engine started since it answered with its list', () => {
    const mirror = new TransferMirror();
    mirror.apply([snapshotOf()]);
    mirror.applyList([], 99);
    expect(mirror.get(id)?.state).toBe('running');
  });

  it('forgets transfers of another window once the list is without them', () => {
    const mirror = new TransferMirror();
    const removed: TransferId[] = [];
    mirror.onDidChange((news) => removed.push(...news.removed));
    mirror.applyList([snapshotOf({ isOwnedElsewhere: true })], 1);
    mirror.applyList([], 2);
    expect(removed).toEqual([id]);
    expect(mirror.list()).toEqual([]);
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
