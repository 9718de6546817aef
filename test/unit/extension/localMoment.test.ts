import { describe, expect, it, vi } from 'vitest';

vi.mock('vscode', () => ({}));
const { localMoment, readLocalMoment } = await import('../../../src/extension/versions/versionCommands');

describe('a moment that a person types', () => {
  it('is read as it is written, to the minute', () => {
    const ms = new Date(2026, 0, 31, 14, 30).getTime();
    expect(localMoment(ms)).toBe('2026-01-31 14:30');
    expect(readLocalMoment('2026-01-31 14:30')).toBe(ms);
  });

  it('may have seconds, a T, or no time', () => {
    expect(readLocalMoment(' 2026-01-31T14:30:15 ')).toBe(new Date(2026, 0, 31, 14, 30, 15).getTime());
    expect(readLocalMoment('2026-01-31')).toBe(new Date(2026, 0, 31).getTime());
  });

  it.each(['', 'yesterday', '2026-1-31', '2026-13-01 10:00', '31.01.2026'])('is not "%s"', (text) => {
    expect(readLocalMoment(text)).toBeUndefined();
  });
});
