import { describe, expect, it } from 'vitest';
import { canMove, isFinal, type TransferState } from '../../../src/model/transferState';

const states: TransferState[] = ['queued', 'running', 'paused', 'done', 'failed', 'cancelled'];

describe('transfer states', () => {
  it('allow exactly these moves', () => {
    const moves = states.flatMap((from) => states.filter((to) => canMove(from, to)).map((to) => `${from} → ${to}`));
    expect(moves.join('\n')).toMatchInlineSnapshot(`
      "queued → running
      queued → paused
      queued → failed
      queued → cancelled
      running → paused
      running → done
      running → failed
      running → cancelled
      paused → queued
      paused → running
      paused → failed
      paused → cancelled"
    `);
  });

  it('are final when nothing can follow', () => {
    expect(states.filter(isFinal)).toEqual(['done', 'failed', 'cancelled']);
  });
});
