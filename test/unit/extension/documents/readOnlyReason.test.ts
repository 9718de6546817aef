import { describe, expect, it } from 'vitest';
import { readOnlyReason } from '../../../../src/extension/documents/readOnlyReason';

const context = { isVersion: false, isReadOnlyConnection: false, nowMs: 1000 };

describe('why an object is read-only', () => {
  it('is nothing without protection', () => {
    expect(readOnlyReason(undefined, context)).toBeUndefined();
    expect(readOnlyReason({}, context)).toBeUndefined();
  });

  it('is a version or a read-only connection, whatever protects it', () => {
    expect(readOnlyReason({}, { ...context, isVersion: true })).toEqual({ kind: 'version' });
    expect(readOnlyReason({}, { ...context, isReadOnlyConnection: true })).toEqual({ kind: 'connection' });
  });

  it('is a retention only until it ends', () => {
    const retention = { isIndefinite: false, legalHoldCount: 0, retainUntilMs: 2000 };
    expect(readOnlyReason({ retention }, context)).toEqual({ kind: 'retainedUntil', untilMs: 2000 });
    expect(readOnlyReason({ retention }, { ...context, nowMs: 2000 })).toBeUndefined();
    expect(readOnlyReason({ retention: { isIndefinite: true, legalHoldCount: 0 } }, context)).toEqual({
      kind: 'retainedIndefinitely',
    });
  });

  it('is a legal hold even after the retention has ended', () => {
    const retention = { isIndefinite: false, legalHoldCount: 2, retainUntilMs: 1 };
    expect(readOnlyReason({ retention }, context)).toEqual({ kind: 'legalHolds', count: 2 });
  });

  it('is never Object Lock, where a save makes a new version', () => {
    const objectLock = { mode: 'COMPLIANCE', retainUntilMs: 9000, hasLegalHold: true } as const;
    expect(readOnlyReason({ objectLock }, context)).toBeUndefined();
  });
});
