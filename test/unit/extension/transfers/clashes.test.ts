import { describe, expect, it } from 'vitest';
import type { CancellationToken } from 'vscode';
import type { TransferId } from '../../../../src/model/ids';
import { clashAnswer } from '../../../../src/extension/transfers/clashes';
import { english } from './snapshots';

const question = { transferId: 't1' as TransferId, clashCount: 2, examples: ['a', 'b'], title: '2 files' };
const token = (isCancellationRequested: boolean): CancellationToken => ({
  isCancellationRequested,
  onCancellationRequested: () => ({ dispose: () => undefined }),
});

describe('the answer about existing targets', () => {
  it.each([
    ['Replace', 'replace'],
    ['Skip', 'skip'],
    ['Keep Both', 'keepBoth'],
    [undefined, 'cancel'],
  ] as const)('is %s', async (button, expected) => {
    const asked: string[] = [];
    const answer = clashAnswer(
      {
        confirm: async (message, _detail, ...buttons) => {
          asked.push(message, ...buttons);
          return button;
        },
      },
      english,
    );
    expect(await answer(question, token(false))).toEqual({ ok: true, value: expected });
    expect(asked).toEqual(['2 targets exist already: "2 files"', 'Replace', 'Skip', 'Keep Both']);
  });

  it('counts for nothing once the transfer was cancelled', async () => {
    const answer = clashAnswer({ confirm: async () => 'Replace' }, english);
    expect(await answer(question, token(true))).toEqual({ ok: true, value: 'cancel' });
  });
});
