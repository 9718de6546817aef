import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentsOf, timelineBar } from '../../../src/extension/backups/moments';

const t = (text: string): string => text;
const hourMs = 3_600_000;
const endMs = Date.UTC(2026, 5, 1);

describe('moments of a backup', () => {
  it('go from its last state to its first, in steps that it covers', () => {
    expect(momentsOf({ startMs: endMs - 30 * hourMs, endMs }, t).map(({ name }) => name)).toEqual([
      'Last State',
      '5 minutes earlier',
      '30 minutes earlier',
      '1 hour earlier',
      '6 hours earlier',
      '1 day earlier',
      'First State',
    ]);
    expect(momentsOf({ startMs: endMs - 60_000, endMs }, t).map(({ atMs }) => atMs)).toEqual([endMs, endMs - 60_000]);
  });

  it('lie within it, each once, the newest first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 * 365 * 24 }), (hours) => {
        const range = { startMs: endMs - hours * hourMs, endMs };
        const times = momentsOf(range, t).map(({ atMs }) => atMs);
        expect(times).toEqual([...new Set(times)].sort((a, b) => b - a));
        expect([times[0], times.at(-1)]).toEqual([endMs, range.startMs]);
      }),
    );
  });

  it('are drawn where they lie, on lines of one length', () => {
    const range = { startMs: 0, endMs: 1000 };
    expect(timelineBar(0, range)).toBe(`├●${'─'.repeat(24)}┤`);
    expect(timelineBar(500, range)).toBe(`├${'─'.repeat(12)}●${'─'.repeat(12)}┤`);
    expect(timelineBar(1000, range)).toBe(`├${'─'.repeat(24)}●┤`);
    expect(timelineBar(5, { startMs: 5, endMs: 5 })).toHaveLength(27);
  });
});
