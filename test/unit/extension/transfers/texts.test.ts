import { describe, expect, it } from 'vitest';
import type { CosError } from '../../../../src/model/cosError';
import type { TransferSnapshot } from '../../../../src/model/transferState';
import { clashDetail } from '../../../../src/extension/transfers/clashes';
import { fractionDone, progressLine, progressTitle } from '../../../../src/extension/transfers/progressText';
import { reportText } from '../../../../src/extension/transfers/report';
import { summaryOf } from '../../../../src/extension/transfers/summary';
import { english, snapshotOf } from './snapshots';

const denied: CosError = { kind: 'denied', op: 'PutObject', retry: 'never', detail: 'no' };
const sentence = (error: CosError): string => `It was ${error.kind}.`;
const without = (snapshot: TransferSnapshot, ...names: (keyof TransferSnapshot)[]): TransferSnapshot =>
  Object.fromEntries(Object.entries(snapshot).filter(([name]) => !names.includes(name as never))) as never;

describe('how far a transfer is', () => {
  it('says items, bytes and rate', () => {
    expect(progressTitle('upload', '12 files', english)).toBe('Uploading "12 files"');
    expect(progressLine(snapshotOf(), english)).toBe('3 of 12 files, 40.0 MB of 120 MB, 12.0 MB/s');
  });

  it('leaves out what is not known yet', () => {
    const counting = without(snapshotOf({ bytesDone: 0, itemsDone: 0 }), 'bytesTotal', 'itemsTotal', 'bytesPerSecond');
    expect(progressLine(counting, english)).toBe('0 so far');
    expect(progressLine(snapshotOf({ state: 'queued' }), english)).toBe('waiting');
    expect(fractionDone(counting)).toBeUndefined();
  });

  it('does not count a single file', () => {
    expect(progressLine(snapshotOf({ itemsDone: 0, itemsTotal: 1 }), english)).toBe('40.0 MB of 120 MB, 12.0 MB/s');
  });

  it('counts objects where there are no bytes', () => {
    const deleting = without(snapshotOf({ kind: 'delete', bytesDone: 0 }), 'bytesTotal', 'bytesPerSecond');
    expect(progressLine(deleting, english)).toBe('3 of 12 objects');
    expect(fractionDone(deleting)).toBe(0.25);
    expect(fractionDone(snapshotOf({ bytesDone: 999_000_000 }))).toBe(1);
  });
});

describe('what is said at the end', () => {
  const over = (changes: Partial<TransferSnapshot>) =>
    summaryOf(snapshotOf({ state: 'done', finishedAtMs: 1000, ...changes }), sentence, english);

  it('is nothing when it was quick and all went well, or when it was cancelled', () => {
    expect(over({})).toBeUndefined();
    expect(over({ state: 'cancelled', itemsFailed: 3 })).toBeUndefined();
  });

  it('is that it is done when it took long', () => {
    expect(over({ kind: 'download', finishedAtMs: 60_000 })).toEqual({
      severity: 'info',
      text: 'Downloaded "12 files"',
      actions: ['reveal'],
    });
  });

  it('is why it failed as a whole', () => {
    expect(over({ state: 'failed', error: denied })).toEqual({
      severity: 'error',
      text: 'It was denied.',
      actions: ['retry'],
    });
  });

  it('is how many items failed, or the reason of the only one', () => {
    expect(over({ itemsFailed: 2 })?.text).toBe('2 could not be transferred; the report says why: "12 files"');
    expect(over({ itemsFailed: 1, failures: [{ name: 'a', error: denied }] })).toEqual({
      severity: 'error',
      text: 'It was denied.',
      actions: ['showReport', 'retry'],
    });
  });

  it('is how many were left out', () => {
    expect(over({ itemsSkipped: 2, kind: 'download' })).toEqual({
      severity: 'warning',
      text: '2 were left out; the report says why: "12 files"',
      actions: ['showReport', 'reveal'],
    });
  });
});

describe('the report', () => {
  it('lists what failed and what was left out, and counts what it does not list', () => {
    const text = reportText(
      snapshotOf({
        state: 'done',
        itemsFailed: 2,
        itemsSkipped: 1,
        failures: [{ name: 'a.txt', error: denied }],
        skips: [{ name: 'b.txt', reason: 'exists', detail: '' }],
      }),
      sentence,
      english,
    );
    expect(text).toBe(
      [
        'Uploading "12 files"',
        'From: /home/me/photos',
        'To: photos/2024/',
        '3 done, 2 failed, 1 left out',
        '',
        'Failed:',
        '- a.txt',
        '  It was denied.',
        '- and 1 more',
        '',
        'Left out:',
        '- b.txt',
        '  The target exists already.',
        '',
      ].join('\n'),
    );
  });
});

describe('the question about existing targets', () => {
  it('names at most twenty', () => {
    const names = Array.from({ length: 30 }, (_, n) => `file ${n}`);
    const detail = clashDetail(30, names, english).split('\n');
    expect(detail.slice(0, 2)).toEqual(['file 0', 'file 1']);
    expect(detail).toHaveLength(23);
    expect(detail[20]).toBe('… and 10 more');
  });

  it('does not repeat the only name', () => {
    expect(clashDetail(1, ['a'], english)).not.toContain('a\n');
  });
});
