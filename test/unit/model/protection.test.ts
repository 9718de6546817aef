import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deletability,
  isLegalHoldId,
  isOverwriteRefused,
  newHoldIdProblem,
  obstaclesOf,
  type Protection,
} from '../../../src/model/protection';

const nowMs = 1_800_000_000_000;
const hold = { id: 'case-1' };
const retained = (
  end: Extract<Protection, { kind: 'retention' }>['end'],
  holds = [] as { id: string }[],
): Protection => ({
  kind: 'retention',
  end,
  holds,
});
const locked = (mode: 'GOVERNANCE' | 'COMPLIANCE', retainUntilMs: number, hasLegalHold = false): Protection => ({
  kind: 'objectLock',
  mode,
  retainUntilMs,
  hasLegalHold,
});

describe('when an object can be deleted', () => {
  it('is now where nothing protects it, or its time is over', () => {
    expect(deletability({ kind: 'none', mechanism: 'retention' }, nowMs)).toEqual({ kind: 'now' });
    expect(deletability(retained({ kind: 'until', untilMs: nowMs }), nowMs)).toEqual({ kind: 'now' });
    expect(deletability(locked('COMPLIANCE', nowMs), nowMs)).toEqual({ kind: 'now' });
  });

  it('is a date, before which only GOVERNANCE can be bypassed', () => {
    const untilMs = nowMs + 1;
    expect(deletability(retained({ kind: 'until', untilMs }), nowMs)).toMatchObject({
      atMs: untilMs,
      canBypass: false,
    });
    expect(deletability(locked('COMPLIANCE', untilMs), nowMs)).toMatchObject({ atMs: untilMs, canBypass: false });
    expect(deletability(locked('GOVERNANCE', untilMs), nowMs)).toMatchObject({ atMs: untilMs, canBypass: true });
  });

  it('is not known while a hold is on it or its retention has no end, and never under permanent retention', () => {
    const untilMs = nowMs + 1;
    expect(deletability(retained({ kind: 'until', untilMs }, [hold]), nowMs)).toMatchObject({
      kind: 'held',
      notBeforeMs: untilMs,
      obstacles: [{ kind: 'retained' }, { kind: 'legalHold', hold }],
    });
    const held = deletability(locked('GOVERNANCE', nowMs - 1, true), nowMs);
    expect(held).toEqual({ kind: 'held', obstacles: [{ kind: 'lockHold' }] });
    expect(deletability(retained({ kind: 'indefinite' }), nowMs)).toMatchObject({ kind: 'held' });
    expect(deletability(retained({ kind: 'permanent' }, [hold]), nowMs)).toMatchObject({ kind: 'never' });
  });

  it('never comes earlier by another obstacle, and is now exactly when there is none', () => {
    const end = fc.oneof(
      fc.record({ kind: fc.constant('until' as const), untilMs: fc.integer({ min: nowMs - 9, max: nowMs + 9 }) }),
      fc.constantFrom({ kind: 'indefinite' as const }, { kind: 'permanent' as const }),
    );
    const holds = fc.array(fc.constant(hold), { maxLength: 2 });
    fc.assert(
      fc.property(end, holds, (retentionEnd, all) => {
        const protection = retained(retentionEnd, all);
        const answer = deletability(protection, nowMs);
        expect(answer.kind === 'now').toBe(obstaclesOf(protection, nowMs).length === 0);
        expect(isOverwriteRefused(protection, nowMs)).toBe(answer.kind !== 'now');
        if (all.length > 0) expect(['held', 'never']).toContain(answer.kind);
        if (answer.kind === 'at') expect(answer.atMs).toBeGreaterThan(nowMs);
      }),
    );
  });

  it('does not keep a locked object from being written: that makes a new version', () => {
    expect(isOverwriteRefused(locked('COMPLIANCE', nowMs + 1, true), nowMs)).toBe(false);
  });
});

describe('names of legal holds', () => {
  it('are 1 to 64 of the characters that all pages allow', () => {
    expect(newHoldIdProblem('')).toEqual({ kind: 'empty' });
    expect(newHoldIdProblem('x'.repeat(64))).toBeUndefined();
    expect(newHoldIdProblem('x'.repeat(65))).toMatchObject({ kind: 'tooLong' });
    expect(newHoldIdProblem('ab🎉')).toEqual({ kind: 'character', character: '🎉', at: 2 });
    expect(newHoldIdProblem("it's")).toMatchObject({ character: "'" });
    expect(isLegalHoldId("it's")).toBe(true);
  });

  it('can always be removed where they can be added', () => {
    fc.assert(
      fc.property(fc.string(), (id) => {
        if (newHoldIdProblem(id) === undefined) expect(isLegalHoldId(id)).toBe(true);
      }),
    );
  });
});
