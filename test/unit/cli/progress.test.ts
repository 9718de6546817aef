import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connectionId, type TransferId } from '../../../src/model/ids';
import type { TransferSnapshot } from '../../../src/model/transferState';
import { Progress } from '../../../src/cli/transfer';
import { fitted, widthOf } from '../../../src/cli/terminalText';

const { isTTY, columns } = process.stderr;
let written: string[] = [];
beforeEach(() => {
  written = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  Object.assign(process.stderr, { isTTY, columns });
});

function snapshot(title: string, bytesDone: number): TransferSnapshot {
  const flags = { isOwnedElsewhere: false, canPause: true, canResume: false, canRetry: false };
  const counts = { itemsDone: 3, itemsTotal: 9, itemsSkipped: 0, itemsFailed: 0, failures: [], skips: [] };
  const names = { transferId: 't' as TransferId, connectionId: connectionId('c'), title, source: 's', target: 't' };
  const rates = { bytesDone, bytesTotal: 123_456_789_012, bytesPerSecond: 12_345_678, startedAtMs: 0, revision: 1 };
  return { ...names, kind: 'upload', state: 'running', ...rates, ...counts, ...flags };
}

it.each([
  [60, 'a-file-with-a-name-that-is-much-too-long-for-a-narrow-terminal.tar.gz'],
  [60, '写真のとても長い名前のファイルです、端末には入りません.zip'],
  [60, '👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦'],
  [20, 'name'],
  [2, 'name'],
])('the line of progress fits into %d columns: %s', (width, title) => {
  Object.assign(process.stderr, { isTTY: true, columns: width });
  const progress = new Progress(false);
  progress.show([snapshot(title, 100_000_000_000)]);
  progress.show([snapshot(title, 0)]);
  progress.clear();
  expect(written).toHaveLength(3);
  for (const text of written) expect(widthOf(text.replaceAll('\r', ''))).toBeLessThan(width);
  if (width === 60) expect(written[0]).toContain('93.1 GiB of 115.0 GiB');
});

it('a title cannot move the cursor or turn the line round', () => {
  Object.assign(process.stderr, { isTTY: true, columns: 200 });
  new Progress(false).show([snapshot('a\u001b[2Jb\u202ec', 0)]);
  expect(written[0]).toContain('a<U+001B>[2Jb<U+202E>c: 0 B');
});

it('a text that is cut keeps both ends and no half characters', () => {
  expect(fitted('short', 5)).toBe('short');
  expect(fitted('abcdefgh', 5)).toBe('ab…gh');
  expect(fitted('漢字漢字', 4)).toBe('漢…');
  expect(widthOf('e\u0301')).toBe(1);
});
