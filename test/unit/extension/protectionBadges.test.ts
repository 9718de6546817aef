import { describe, expect, it, vi } from 'vitest';

vi.mock('vscode', () => ({
  l10n: {
    t: (text: string, ...values: unknown[]) =>
      text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)])),
  },
}));
const { protectionBadge } = await import('../../../src/extension/tree/protectionBadges');

const nowMs = Date.UTC(2026, 0, 1);
const laterMs = nowMs + 86_400_000;

describe('the letters of a protected object', () => {
  it.each([
    ['nothing', {}, undefined],
    [
      'a retention that is over',
      { retention: { retainUntilMs: nowMs - 1, isIndefinite: false, legalHoldCount: 0 } },
      undefined,
    ],
    [
      'a lock that is over',
      { objectLock: { mode: 'COMPLIANCE', retainUntilMs: nowMs, hasLegalHold: false } },
      undefined,
    ],
    ['a retention', { retention: { retainUntilMs: laterMs, isIndefinite: false, legalHoldCount: 0 } }, 'R'],
    ['a retention without end', { retention: { isIndefinite: true, legalHoldCount: 0 } }, 'R'],
    ['holds alone', { retention: { retainUntilMs: 0, isIndefinite: false, legalHoldCount: 2 } }, 'H'],
    ['a retention and holds', { retention: { retainUntilMs: laterMs, isIndefinite: false, legalHoldCount: 1 } }, 'RH'],
    ['a lock', { objectLock: { mode: 'GOVERNANCE', retainUntilMs: laterMs, hasLegalHold: false } }, 'L'],
    ['a lock and its hold', { objectLock: { mode: 'GOVERNANCE', retainUntilMs: laterMs, hasLegalHold: true } }, 'LH'],
  ] as const)('say %s', (_what, protection, letters) => {
    expect(protectionBadge(protection, nowMs)?.badge).toBe(letters);
  });

  it('are explained in words for who cannot see them', () => {
    const retention = { isIndefinite: true, legalHoldCount: 2 };
    expect(protectionBadge({ retention }, nowMs)?.tooltip).toBe('Protected: retained without end, under 2 legal holds');
  });
});
