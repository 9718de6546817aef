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

  it('takes each character but those of globs as it stands', () => {
    const odd = ['report (1).pdf', 'a|b', '+(a)', '#x', '!x', '${x}', 'x@y', 'a//b/c', '..', '07', '7', '[x]'];
    const matched = (pattern: string) =>
      odd.filter((name) => nameChoice({ include: [pattern], exclude: [] }).takes(name));
    for (const name of odd.slice(0, 4)) expect(matched(name)).toEqual([name]);
    expect(matched('\\!x')).toEqual(['!x']);
    expect(matched('a//b')).toEqual(['a//b/c']);
    expect(matched('{1..12}')).toEqual(['7']);
    expect(matched('{01..12}')).toEqual(['07']);
    expect(matched('\\[x\\]')).toEqual(['[x]']);
  });

  it('means folders only by a pattern that ends in a slash', () => {
    const choice = nameChoice({ include: [], exclude: ['drafts/', '/top/'] });
    const taken = ['drafts', 'a/drafts', 'top', 'a/top/x'].filter((name) => choice.takes(name));
    expect(taken).toEqual(['drafts', 'a/drafts', 'top', 'a/top/x']);
    const left = ['drafts/', 'drafts/x', 'a/drafts/', 'a/drafts/x/y', 'top/', 'top/x'];
    expect(left.filter((name) => choice.takes(name))).toEqual([]);
    expect(choice.leavesOut('a/drafts')).toBe(true);
  });

  it('knows the patterns that have matched nothing', () => {
    const choice = nameChoice({ include: ['*.csv', '*.tsv'], exclude: ['a', 'b/', 'c'] });
    for (const name of ['x.csv', 'a', 'b']) choice.takes(name);
    choice.leavesOut('c');
    expect(choice.unmatched()).toEqual(['*.tsv', 'b/']);
  });
});
