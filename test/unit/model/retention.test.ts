import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  extendedEnd,
  extensionProblem,
  lockDefaultProblem,
  isLockedAsWanted,
  lockProblem,
  newRetentionProblem,
  retentionPolicyProblems,
  type ObjectRetention,
  type RetentionExtension,
} from '../../../src/model/retention';

const nowMs = 1_800_000_000_000;
const dayMs = 86_400_000;
const policy = { minimumDays: 1, defaultDays: 2, maximumDays: 30, isPermanentAllowed: false };
const current = (untilMs: number): ObjectRetention => ({
  kind: 'retention',
  end: { kind: 'until', untilMs },
  createdAtMs: nowMs - dayMs,
  holds: [],
});
const indefinite: ObjectRetention = { kind: 'retention', end: { kind: 'indefinite' }, createdAtMs: nowMs, holds: [] };

describe('retention policies of buckets', () => {
  it('hold whole days in rising order, up to 99 years', () => {
    expect(retentionPolicyProblems(policy)).toEqual([]);
    expect(retentionPolicyProblems({ ...policy, minimumDays: 3 })).toEqual([
      { kind: 'order', smaller: 'minimumDays', larger: 'defaultDays' },
    ]);
    expect(retentionPolicyProblems({ ...policy, maximumDays: 36_136 })).toMatchObject([{ kind: 'tooLong' }]);
    expect(retentionPolicyProblems({ ...policy, minimumDays: 0.5 })).toMatchObject([{ kind: 'notWholeDays' }]);
  });

  it('never take permanent retention back', () => {
    expect(retentionPolicyProblems(policy, { ...policy, isPermanentAllowed: true })).toEqual([
      { kind: 'permanentTakenBack' },
    ]);
  });
});

describe('extending a retention', () => {
  it('is refused where it would not end later, for every way to say it', () => {
    const untilMs = nowMs + 5 * dayMs;
    const extensions: RetentionExtension[] = [
      { kind: 'additional', seconds: 0 },
      { kind: 'fromNow', seconds: 86_400 },
      { kind: 'until', untilMs },
      { kind: 'period', seconds: 6 * 86_400 },
    ];
    for (const extension of extensions) {
      expect(extensionProblem(current(untilMs), extension, policy, nowMs)).toEqual({ kind: 'notLater', untilMs });
    }
  });

  it('never shortens and never goes beyond the maximum from now', () => {
    const seconds = fc.integer({ min: -10, max: 60 * 86_400 });
    const extension: fc.Arbitrary<RetentionExtension> = fc.oneof(
      seconds.map((each) => ({ kind: 'additional' as const, seconds: each })),
      seconds.map((each) => ({ kind: 'fromNow' as const, seconds: each })),
      seconds.map((each) => ({ kind: 'until' as const, untilMs: nowMs + each * 1000 })),
      seconds.filter((each) => each >= 0).map((each) => ({ kind: 'period' as const, seconds: each })),
    );
    fc.assert(
      fc.property(extension, fc.integer({ min: -5, max: 20 }), (asked, days) => {
        const before = current(nowMs + days * dayMs);
        if (extensionProblem(before, asked, policy, nowMs) !== undefined) return;
        const end = extendedEnd(before, asked, nowMs);
        expect(end?.kind === 'until' && end.untilMs > nowMs + days * dayMs).toBe(true);
        expect(end?.kind === 'until' && end.untilMs <= nowMs + 30 * dayMs).toBe(true);
      }),
    );
  });

  it('gives an indefinite retention an end within the policy, and takes nothing from a permanent one', () => {
    expect(extensionProblem(indefinite, { kind: 'fromNow', seconds: 2 * 86_400 }, policy, nowMs)).toBeUndefined();
    expect(extensionProblem(indefinite, { kind: 'fromNow', seconds: 60 }, policy, nowMs)).toMatchObject({
      kind: 'outsidePolicy',
    });
    expect(extensionProblem(indefinite, { kind: 'additional', seconds: 60 }, policy, nowMs)).toEqual({
      kind: 'additionToIndefinite',
    });
    const permanent: ObjectRetention = { ...indefinite, end: { kind: 'permanent' } };
    expect(extensionProblem(permanent, { kind: 'period', seconds: -1 }, policy, nowMs)).toEqual({
      kind: 'permanentAlready',
    });
    expect(extensionProblem(indefinite, { kind: 'period', seconds: -2 }, policy, nowMs)).toEqual({
      kind: 'permanentNotAllowed',
    });
    expect(extensionProblem(indefinite, { kind: 'fromNow', seconds: 1.5 }, policy, nowMs)).toEqual({
      kind: 'notWholeSeconds',
    });
  });
});

describe('Object Lock', () => {
  it('is as wanted where it is as hard and lasts as long, to the second', () => {
    const wanted = { mode: 'GOVERNANCE', retainUntilMs: nowMs + dayMs } as const;
    expect(isLockedAsWanted(wanted, wanted)).toBe(true);
    expect(isLockedAsWanted({ ...wanted, mode: 'COMPLIANCE' }, wanted)).toBe(true);
    expect(isLockedAsWanted(wanted, { ...wanted, mode: 'COMPLIANCE' })).toBe(false);
    expect(isLockedAsWanted({ ...wanted, retainUntilMs: nowMs + dayMs - 999 }, wanted)).toBe(true);
    expect(isLockedAsWanted({ ...wanted, retainUntilMs: nowMs + dayMs - 1000 }, wanted)).toBe(false);
    expect(isLockedAsWanted({}, wanted)).toBe(false);
  });

  const locked = (mode: 'GOVERNANCE' | 'COMPLIANCE') =>
    ({ kind: 'objectLock', mode, retainUntilMs: nowMs + dayMs, hasLegalHold: false }) as const;

  it('only ever gets later and stricter, but for GOVERNANCE with the bypass', () => {
    const later = { mode: 'GOVERNANCE', retainUntilMs: nowMs + 2 * dayMs } as const;
    const sooner = { mode: 'GOVERNANCE', retainUntilMs: nowMs + dayMs / 2 } as const;
    expect(lockProblem(locked('GOVERNANCE'), later, false, nowMs)).toBeUndefined();
    expect(lockProblem(locked('COMPLIANCE'), later, true, nowMs)).toMatchObject({ kind: 'complianceWeaker' });
    expect(lockProblem(locked('GOVERNANCE'), { ...later, mode: 'COMPLIANCE' }, false, nowMs)).toBeUndefined();
    expect(lockProblem(locked('GOVERNANCE'), sooner, false, nowMs)).toMatchObject({ kind: 'needsBypass' });
    expect(lockProblem(locked('GOVERNANCE'), sooner, true, nowMs)).toBeUndefined();
    expect(lockProblem(locked('GOVERNANCE'), undefined, false, nowMs)).toMatchObject({ kind: 'needsBypass' });
    expect(lockProblem(locked('COMPLIANCE'), undefined, false, nowMs + dayMs)).toBeUndefined();
    expect(lockProblem(locked('GOVERNANCE'), { ...later, retainUntilMs: nowMs }, true, nowMs)).toEqual({
      kind: 'past',
    });
  });

  it('has a default of 1 to 36,500 days or 100 years', () => {
    const of = (unit: 'days' | 'years', count: number) =>
      lockDefaultProblem({ mode: 'GOVERNANCE', duration: { unit, count } });
    expect(of('days', 36_500)).toBeUndefined();
    expect(of('days', 36_501)).toMatchObject({ maxCount: 36_500 });
    expect(of('years', 101)).toMatchObject({ maxCount: 100 });
    expect(of('years', 0)).toBeDefined();
  });
});

describe('the retention of a new object', () => {
  it('is within the policy, or without end, and said in one way', () => {
    const problem = (wanted: object) => newRetentionProblem({ kind: 'retention', ...wanted }, policy, nowMs);
    expect(problem({})).toBeUndefined();
    expect(problem({ periodSeconds: -1 })).toBeUndefined();
    expect(problem({ periodSeconds: -2 })).toBe('permanentNotAllowed');
    expect(problem({ periodSeconds: 0 })).toBe('outsidePolicy');
    expect(problem({ periodSeconds: 1.5 })).toBe('notWholeSeconds');
    expect(problem({ untilMs: nowMs - 1 })).toBe('past');
    expect(problem({ untilMs: nowMs + 31 * dayMs })).toBe('outsidePolicy');
    expect(problem({ untilMs: nowMs + 2 * dayMs, periodSeconds: 1 })).toBe('periodAndDate');
  });
});
