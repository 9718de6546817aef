import { describe, expect, it } from 'vitest';
import { nameChoice } from '../../../src/engine/transfers/nameFilter';

const names = [
  'a.csv',
  'b.txt',
  '.hidden',
  '2026/x.csv',
  '2026/drafts/y.csv',
  'drafts/z.csv',
  'odd\\name.csv',
  'a\nb.csv',
];

function chosen(include: string[], exclude: string[] = []): string[] {
  const choice = nameChoice({ include, exclude });
  return names.filter((name) => choice.takes(name));
}

describe('a filter of names', () => {
  it('takes everything where there is none', () => {
    expect(names.filter((name) => nameChoice(undefined).takes(name))).toEqual(names);
    expect(chosen([])).toEqual(names);
  });

  it('compares patterns without a slash with the last segment, whatever characters it has', () => {
    expect(chosen(['*.csv'])).toEqual(names.filter((name) => name.endsWith('.csv')));
    expect(chosen(['.h*'])).toEqual(['.hidden']);
  });

  it('compares patterns with a slash with the whole name', () => {
    expect(chosen(['2026/*.csv'])).toEqual(['2026/x.csv']);
    expect(chosen(['2026/**/*.csv'])).toEqual(['2026/x.csv', '2026/drafts/y.csv']);
    expect(chosen(['{a,b}.*'])).toEqual(['a.csv', 'b.txt']);
    expect(chosen(['/drafts'])).toEqual(['drafts/z.csv']);
    expect(chosen(['drafts'])).toEqual(['2026/drafts/y.csv', 'drafts/z.csv']);
  });

  it('means by a folder all that is in it, and lets exclude win', () => {
    expect(chosen(['2026'])).toEqual(['2026/x.csv', '2026/drafts/y.csv']);
    expect(chosen(['2026'], ['drafts'])).toEqual(['2026/x.csv']);
    expect(chosen([], ['*.csv'])).toEqual(['b.txt', '.hidden']);
  });

  it('knows folders that nobody needs to look into, but not those that merely are not included', () => {
    const choice = nameChoice({ include: ['*.csv'], exclude: ['drafts'] });
    expect(choice.leavesOut('2026/drafts')).toBe(true);
    expect(choice.leavesOut('2026')).toBe(false);
  });
});
