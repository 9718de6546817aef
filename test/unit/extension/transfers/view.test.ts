import { describe, expect, it } from 'vitest';
import type { CosError } from '../../../../src/model/cosError';
import type { TransferId } from '../../../../src/model/ids';
import type { TransferSnapshot } from '../../../../src/model/transferState';
import { Interruptions } from '../../../../src/extension/transfers/interruption';
import { orderTransfers, redrawFor } from '../../../../src/extension/transfers/order';
import { isSingle, localPathOf, remotePlaceOf } from '../../../../src/extension/transfers/places';
import { RemainingTime } from '../../../../src/extension/transfers/remainingTime';
import { itemRows, presentItem, presentTransfer, transferTooltip } from '../../../../src/extension/transfers/rowText';
import { transferNodeId } from '../../../../src/extension/nodes/transferNode';
import { standsStill, standstillText } from '../../../../src/extension/transfers/standstillText';
import { UpdateGate } from '../../../../src/extension/transfers/updateGate';
import { formatDuration } from '../../../../src/extension/ui/format';
import { english, snapshotOf } from './snapshots';

const idOf = (text: string) => text as TransferId;
const named = (id: string, changes: Partial<TransferSnapshot> = {}) => snapshotOf({ transferId: idOf(id), ...changes });
const unknown = { kind: 'unknown' } as const;
const denied: CosError = { kind: 'denied', op: 'PutObject', retry: 'never', detail: 'no' };
const gone: CosError = { kind: 'engineGone', op: 'transfers/list', retry: 'later', detail: 'gone' };
const describeRow = (changes: Partial<TransferSnapshot>) => presentTransfer(snapshotOf(changes), unknown, english);

describe('the order of transfers', () => {
  it('is what moves, what waits, what is paused, what failed, what is done, newest results first', () => {
    const ordered = orderTransfers([
      named('cancelled', { state: 'cancelled', finishedAtMs: 99 }),
      named('done old', { state: 'done', finishedAtMs: 10 }),
      named('done new', { state: 'done', finishedAtMs: 20 }),
      named('failed', { state: 'failed', finishedAtMs: 1 }),
      named('paused', { state: 'paused' }),
      named('queued', { state: 'queued' }),
      named('second', { startedAtMs: 2 }),
      named('first', { startedAtMs: 1 }),
    ]);
    expect(ordered.map(({ transferId }) => transferId)).toEqual(
      ['first', 'second', 'queued', 'paused', 'failed', 'done new', 'done old', 'cancelled'].map(idOf),
    );
  });

  it('does not depend on the order in which they came', () => {
    const one = [named('a'), named('b'), named('c')];
    expect(orderTransfers(one.toReversed())).toEqual(orderTransfers(one));
  });
});

describe('what is drawn again', () => {
  const shown = ['a', 'b', 'c'].map(idOf);
  const now = [named('a'), named('b'), named('c')];

  it('is the rows that changed, where they stand', () => {
    expect(redrawFor(shown, new Set([idOf('c')]), now)).toEqual({ kind: 'rows', ids: ['c'] });
  });

  it('is nothing when no row that is shown changed', () => {
    expect(redrawFor(shown, new Set(), now)).toEqual({ kind: 'nothing' });
  });

  it('is everything when a row came, went or moved', () => {
    const changed = new Set([idOf('a')]);
    expect(redrawFor(shown, changed, [...now, named('d')]).kind).toBe('all');
    expect(redrawFor(shown, changed, now.slice(1)).kind).toBe('all');
    expect(redrawFor(shown, changed, now.toReversed()).kind).toBe('all');
  });
});

describe('the gate of updates', () => {
  function world() {
    const opened: string[][] = [];
    let nowMs = 0;
    let timer: { atMs: number; call: () => void } | undefined;
    const clock = {
      nowMs: () => nowMs,
      after: (delayMs: number, call: () => void) => {
        timer = { atMs: nowMs + delayMs, call };
        return () => (timer = undefined);
      },
    };
    const gate = new UpdateGate(clock, (ids) => opened.push([...ids]));
    const goTo = (atMs: number) => {
      const due = timer;
      if (due !== undefined && due.atMs <= atMs) {
        nowMs = due.atMs;
        timer = undefined;
        due.call();
      }
      nowMs = atMs;
    };
    return { gate, opened, goTo, hasTimer: () => timer !== undefined };
  }

  it('opens at most four times a second, and then for everything that changed', () => {
    const { gate, opened, goTo } = world();
    for (let atMs = 0; atMs < 1000; atMs += 10) {
      goTo(atMs);
      gate.changed([idOf(`t${atMs % 3}`)], false);
    }
    expect(opened).toHaveLength(4);
    expect(opened[1]!.toSorted()).toEqual(['t0', 't1', 't2']);
  });

  it('opens at once for what is urgent, with what was waiting', () => {
    const { gate, opened, goTo, hasTimer } = world();
    gate.changed([idOf('a')], false);
    goTo(10);
    gate.changed([idOf('b')], false);
    gate.changed([idOf('c')], true);
    expect(opened).toEqual([['a'], ['b', 'c']]);
    expect(hasTimer()).toBe(false);
  });
});

describe('the time left', () => {
  const running = (bytesDone: number, bytesPerSecond: number) =>
    snapshotOf({ bytesDone, bytesPerSecond, bytesTotal: 1_000_000_000 });

  it('is not said in the first two seconds, nor before all is counted', () => {
    const time = new RemainingTime();
    time.observe(running(0, 10_000_000), 0);
    expect(time.outlook(1_999)).toEqual(unknown);
    expect(time.outlook(2_000)).toEqual({ kind: 'left', leftMs: 98_000 });
    const uncounted = new RemainingTime();
    const { bytesTotal: _total, ...rest } = snapshotOf();
    uncounted.observe(rest, 0);
    uncounted.observe(rest, 5_000);
    expect(uncounted.outlook(5_000)).toEqual(unknown);
  });

  it('runs down as time goes by at a steady rate', () => {
    const time = new RemainingTime();
    for (let second = 0; second <= 50; second++) time.observe(running(second * 10_000_000, 10_000_000), second * 1000);
    const outlook = time.outlook(50_000);
    expect(outlook.kind === 'left' && Math.round(outlook.leftMs)).toBe(50_000);
  });

  it('does not jump when the rate halves for a moment, and follows when it stays so', () => {
    const time = new RemainingTime();
    let bytes = 0;
    let nowMs = 0;
    const go = (count: number, rate: number) => {
      for (let tick = 0; tick < count; tick++) {
        nowMs += 250;
        bytes += rate / 4;
        time.observe(running(bytes, rate), nowMs);
      }
      const outlook = time.outlook(nowMs);
      return outlook.kind === 'left' ? outlook.leftMs : Number.NaN;
    };
    const steady = go(40, 10_000_000); // 10 s: 900 MB are left
    expect(steady).toBeCloseTo(90_000, -2);
    const moment = go(1, 5_000_000);
    expect(moment).toBeGreaterThan(steady);
    expect(moment).toBeLessThan(steady * 1.1);
    const after = go(80, 5_000_000); // 20 s at half the rate: about 799 MB at 5 MB/s
    expect(after / 1000).toBeGreaterThan(150);
    expect(after / 1000).toBeLessThan(162);
  });

  it('gives way to how long nothing has moved', () => {
    const time = new RemainingTime();
    time.observe(running(5, 10_000_000), 0);
    time.observe(running(5, 9_000_000), 40_000);
    expect(time.outlook(45_000)).toEqual({ kind: 'stalled', sinceMs: 45_000 });
    time.observe(running(6, 9_000_000), 46_000);
    expect(time.outlook(46_000).kind).toBe('left');
  });

  it('starts over after a pause', () => {
    const time = new RemainingTime();
    time.observe(running(0, 10_000_000), 0);
    time.observe(snapshotOf({ state: 'paused' }), 3_000);
    expect(time.outlook(90_000)).toEqual(unknown);
    time.observe(running(0, 10_000_000), 90_000);
    expect(time.outlook(91_000)).toEqual(unknown);
  });

  it('is said in round numbers', () => {
    const said = [1, 9_400, 10_001, 54_000, 56_000, 119_000, 3_600_000, 5_400_000, 200_000_000];
    expect(said.map((ms) => formatDuration(ms, english))).toEqual([
      '1 s',
      '10 s',
      '15 s',
      '55 s',
      '1 min',
      '2 min',
      '1 h',
      '1 h 30 min',
      '3 d',
    ]);
  });
});

describe('the row of a transfer', () => {
  it('says items, bytes, rate and time left while it moves', () => {
    const row = presentTransfer(snapshotOf(), { kind: 'left', leftMs: 7_000 }, english);
    expect(row).toEqual({
      label: '12 files',
      description: 'Uploading → photos/2024/ · 3 of 12 files · 40.0 MB of 120 MB · 12.0 MB/s · 7 s left',
      icon: 'cloud-upload',
      color: 'charts.blue',
      context: ['transfer', 'pausable', 'cancellable', 'onDisk', 'inBucket'],
      isExpandable: false,
      accessibilityLabel:
        '12 files, Uploading → photos/2024/ · 3 of 12 files · 40.0 MB of 120 MB · 12.0 MB/s · 7 s left',
    });
  });

  it('says no rate when nothing moves', () => {
    const row = presentTransfer(snapshotOf({ itemsTotal: 1 }), { kind: 'stalled', sinceMs: 61_000 }, english);
    expect(row.description).toBe('Uploading → photos/2024/ · 40.0 MB of 120 MB · no progress for 2 min');
  });

  it('says of each state what matters', () => {
    const single = { itemsTotal: 1, itemsDone: 0 } as const;
    const texts = [
      describeRow({ state: 'queued' }),
      describeRow({ ...single, state: 'paused', bytesPerSecond: 0 }),
      describeRow({ ...single, state: 'paused', error: gone, bytesPerSecond: 0 }),
      describeRow({ ...single, state: 'failed', error: denied, canPause: false }),
      describeRow({ state: 'failed', itemsFailed: 2, itemsSkipped: 1, canPause: false }),
      describeRow({ state: 'done', itemsDone: 12, bytesDone: 120_000_000, finishedAtMs: 9_000, canPause: false }),
      describeRow({ state: 'cancelled', canPause: false }),
    ].map(({ description, icon }) => `${icon}: ${description}`);
    expect(texts).toEqual([
      'watch: Upload waiting → photos/2024/',
      'debug-pause: Upload paused → photos/2024/ · 40.0 MB of 120 MB',
      'debug-pause: Upload paused → photos/2024/ · interrupted · 40.0 MB of 120 MB',
      'error: Upload failed → photos/2024/ · access is denied; it needs the role Object Writer, and no firewall or context rule may shut this network out',
      'error: Upload failed → photos/2024/ · 2 of 12 failed · 1 left out',
      'pass: Uploaded → photos/2024/ · 120 MB · 12 done · took 9 s',
      'circle-slash: Upload cancelled → photos/2024/',
    ]);
  });

  it('says of each kind what was done where, a move and what left everything out included', () => {
    const done = { state: 'done', itemsDone: 12, bytesTotal: 0, itemsTotal: 1 } as const;
    const texts = [
      describeRow({ ...done, kind: 'download', target: '/home/me' }),
      describeRow({ ...done, kind: 'copy', target: 'b/x/' }),
      describeRow({ ...done, kind: 'copy', target: 'b/x/', isMove: true }),
      describeRow({ ...done, kind: 'delete', source: 'b/x/', target: '' }),
      describeRow({ ...done, kind: 'change', source: 'b/x/', target: '' }),
      describeRow({ ...done, itemsDone: 0, itemsSkipped: 1 }),
    ].map(({ description }) => description);
    expect(texts).toEqual([
      'Downloaded → /home/me',
      'Copied → b/x/',
      'Moved → b/x/',
      'Deleted: b/x/',
      'Changed: b/x/',
      'Nothing uploaded → photos/2024/ · 1 left out',
    ]);
  });

  it('offers what can be done in each state', () => {
    const offered = [
      describeRow({ state: 'paused', canPause: false, canResume: true, kind: 'delete', source: 'b/', target: '' }),
      describeRow({ state: 'failed', canPause: false, canRetry: true, error: denied, source: '2 sources' }),
      describeRow({ state: 'done', canPause: false, itemsTotal: 1, source: '2 sources' }),
    ].map(({ context }) => context.join(' '));
    expect(offered).toEqual([
      'transfer resumable cancellable inBucket',
      'transfer retriable removable inBucket reported',
      'transfer removable inBucket openable',
    ]);
  });

  it('only looks at what another window runs', () => {
    const row = describeRow({ isOwnedElsewhere: true, canPause: true, itemsTotal: 1 });
    expect(row.description).toBe('Uploading → photos/2024/ · 40.0 MB of 120 MB · 12.0 MB/s · in another window');
    expect(row.color).toBe('disabledForeground');
    expect(row.context).toEqual(['transfer', 'onDisk', 'inBucket']);
    const over = describeRow({ isOwnedElsewhere: true, state: 'failed', canRetry: true });
    expect(over.context).not.toContain('retriable');
    expect(over.context).not.toContain('removable');
  });

  it('unfolds to failed items with their reasons, then what was left out, then how many more', () => {
    const snapshot = snapshotOf({
      itemsFailed: 3,
      itemsSkipped: 1,
      failures: [{ name: 'a.txt', error: denied }],
      skips: [{ name: 'b.txt', reason: 'exists', detail: '' }],
    });
    const rows = itemRows(snapshot);
    expect(rows.map((row) => `${presentItem(row, english).icon} ${presentItem(row, english).label}`)).toEqual([
      'error a.txt',
      'debug-step-over b.txt',
      'ellipsis and 2 more',
    ]);
    expect(presentItem(rows[1]!, english).description).toBe('The target exists already.');
    expect(new Set(rows.map(transferNodeId)).size).toBe(3);
    expect(presentTransfer(snapshot, unknown, english).isExpandable).toBe(true);
    expect(itemRows(snapshotOf())).toEqual([]);
  });

  it('says the rest when the mouse rests on it', () => {
    const sentence = () => 'It was denied.';
    const failing = snapshotOf({
      state: 'failed',
      itemsFailed: 1,
      error: denied,
      failures: [{ name: 'a', error: gone }],
    });
    expect(transferTooltip(failing, unknown, sentence, english).split('\n').slice(0, 5)).toEqual([
      '12 files',
      'Upload failed → photos/2024/',
      'From: /home/me/photos',
      'Items: 3 of 12, 1 failed, 0 left out',
      'Bytes: 40.0 MB of 120 MB',
    ]);
    expect(transferTooltip(failing, unknown, sentence, english)).toContain('It was denied.');
  });
});

describe('the places of a transfer', () => {
  const place = (changes: Partial<TransferSnapshot>) => {
    const found = remotePlaceOf(snapshotOf(changes));
    return found === undefined ? undefined : `${found.bucket} ${found.key}`;
  };

  it('is where it ends up in a bucket', () => {
    const one = { itemsTotal: 1, state: 'done', title: 'a.txt' } as const;
    expect(place({})).toBe('photos 2024/');
    expect(place({ ...one, target: 'photos/2024/' })).toBe('photos 2024/a.txt');
    expect(place({ ...one, target: 'photos/' })).toBe('photos a.txt');
    expect(place({ kind: 'copy', target: 'b/x//y' })).toBe('b x//y');
    expect(place({ kind: 'delete', source: 'b/x/y', target: '' })).toBe('b x/');
    expect(place({ kind: 'download', source: 'b/', target: '/tmp' })).toBe('b ');
  });

  it('on this machine is a path, never a count of sources', () => {
    expect(localPathOf(snapshotOf())).toBe('/home/me/photos');
    expect(localPathOf(snapshotOf({ source: '3 sources' }))).toBeUndefined();
    expect(localPathOf(snapshotOf({ kind: 'download', target: 'C:\\data' }))).toBe('C:\\data');
    expect(localPathOf(snapshotOf({ kind: 'copy' }))).toBeUndefined();
    expect(isSingle(snapshotOf({ itemsTotal: 1, itemsSkipped: 1 }))).toBe(false);
  });
});

describe('interrupted transfers', () => {
  it('are told of once, and not those of other windows or those that somebody paused', () => {
    const now = [
      named('a', { state: 'paused', error: gone }),
      named('b', { state: 'failed', error: gone }),
      named('c', { state: 'paused' }),
      named('d', { state: 'paused', error: gone, isOwnedElsewhere: true }),
    ];
    const interruptions = new Interruptions();
    expect(interruptions.take(now).map(({ transferId }) => transferId)).toEqual(['a', 'b']);
    expect(interruptions.take(now)).toEqual([]);
    interruptions.take([named('a')]);
    expect(interruptions.take(now).map(({ transferId }) => transferId)).toEqual(['a']);
  });
});

describe('transfers that stand still', () => {
  const offline: CosError = {
    kind: 'network',
    op: 'PutObject',
    reason: 'connectionLost',
    retry: 'later',
    detail: 'cut',
  };
  const expired: CosError = { kind: 'signInNeeded', op: 'PutObject', retry: 'afterSignIn', detail: 'expired' };
  const paused = (changes: Partial<TransferSnapshot>) => snapshotOf({ state: 'paused', title: 'a.txt', ...changes });

  it('are those that network or sign-in stopped, in this window', () => {
    expect(standsStill(paused({ error: offline }))).toBe(true);
    expect(standsStill(paused({ error: expired }))).toBe(true);
    expect(standsStill(paused({}))).toBe(false);
    expect(standsStill(paused({ error: gone }))).toBe(false);
    expect(standsStill(paused({ error: offline, isOwnedElsewhere: true }))).toBe(false);
    expect(standsStill(snapshotOf({ state: 'failed', error: offline }))).toBe(false);
  });

  it('say why, what is kept, and whether they go on by themselves', () => {
    const text = (changes: Partial<TransferSnapshot>, count = 1) => standstillText(paused(changes), count, english);
    expect(text({ error: offline, isWaiting: true })).toBe(
      'A transfer waits, since the service cannot be reached; it goes on by itself: "a.txt"',
    );
    expect(text({ error: offline })).toContain('what has arrived is kept');
    expect(text({ error: expired }, 3)).toBe('3 transfers wait until you sign in; what has arrived is kept.');
  });

  it('say so in their row', () => {
    const row = (changes: Partial<TransferSnapshot>) => presentTransfer(paused(changes), unknown, english).description;
    expect(row({ error: offline, isWaiting: true })).toMatch(/ · waiting for the service/);
    expect(row({ error: expired })).toMatch(/ · sign in to go on/);
    expect(row({ error: offline })).toMatch(/ · interrupted/);
  });
});
