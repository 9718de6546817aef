import { describe, expect, it } from 'vitest';
import type { CancellationToken } from 'vscode';
import type { TransferId } from '../../../../src/model/ids';
import { clashAnswer } from '../../../../src/extension/transfers/clashes';
import { english } from './snapshots';

const question = {
  transferId: 't1' as TransferId,
  clashCount: 2,
  examples: ['a', 'b'],
  title: '2 files',
  target: 'logs/a/',
};
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
    expect(asked).toEqual(['2 of the names exist already in "logs/a/"', 'Skip', 'Keep Both', 'Replace']);
  });

  it.each([
    [{ clashCount: 1, examples: ['a/x'], target: 'logs/a/' }, '"a/x" exists already in "logs/a/"'],
    [{ clashCount: 1, examples: ['a/x'], target: 'logs/a/x' }, 'The target exists already: "logs/a/x"'],
  ])('names where %j is', async (fields, expected) => {
    const asked: string[] = [];
    const confirm = async (message: string): Promise<undefined> => void asked.push(message);
    await clashAnswer({ confirm }, english)({ ...question, ...fields }, token(false));
    expect(asked).toEqual([expected]);
  });

  it.each([
    [{ count: 2, looked: 2 }, 'All of them are protected and cannot be replaced.', ['Skip', 'Keep Both']],
    [{ count: 1, looked: 2 }, '1 of them are protected and cannot be replaced. Replacing fails for those', undefined],
    [{ count: 1, looked: 1 }, 'At least 1 of them are protected and cannot be replaced (1 were looked at).', undefined],
  ])('tells what of it cannot be replaced: %j', async (protectedTargets, expected, buttons) => {
    const asked: string[][] = [];
    const confirm = async (_message: string, ...rest: string[]): Promise<undefined> => void asked.push(rest);
    await clashAnswer({ confirm }, english)({ ...question, protectedTargets }, token(false));
    const [detail, ...offered] = asked[0]!;
    expect(detail).toContain(expected);
    expect(offered).toEqual(buttons ?? ['Skip', 'Keep Both', 'Replace']);
  });

  it('counts for nothing once the transfer was cancelled', async () => {
    const answer = clashAnswer({ confirm: async () => 'Replace' }, english);
    expect(await answer(question, token(true))).toEqual({ ok: true, value: 'cancel' });
  });
});
