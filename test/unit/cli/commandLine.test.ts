import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/commandLine';
import { parseCosUri, parseTargetFolder } from '../../../src/cli/cosUri';
import { UsageError } from '../../../src/cli/exitCode';

describe('an empty place', () => {
  it.each([
    [['cp', 'cos://b/k', '']],
    [['cp', '', 'cos://b/k']],
    [['ls', '']],
    [['stat', '']],
    [['rm', 'cos://b/k', '']],
  ])('is wrong usage in %j', (args) => {
    expect(() => parseCommandLine(args)).toThrow(UsageError);
    expect(() => parseCommandLine(args)).toThrow('one of the places is empty ("")');
  });
});

describe('a malformed pattern', () => {
  it.each(['[', 'x[a', '[!', '[a/b]', 'a\\', '!*', '!(a)', '[z-a]', '{a,b', '{a,{b}', '', '/', '//'])(
    'is named and wrong usage: %j',
    (pattern) => {
      for (const flag of ['--include', '--exclude']) {
        const args = ['cp', '-r', 'folder', 'cos://b/p', flag, pattern];
        expect(() => parseCommandLine(args)).toThrow(`the pattern "${pattern}" of ${flag} `);
        expect(() => parseCommandLine(args)).toThrow(UsageError);
      }
    },
  );

  it.each([
    '*',
    '[]]',
    '[!]]',
    '[^a-z]',
    '[a-]',
    '[[:alpha:]]',
    '[\\]]',
    '\\[',
    '\\!x',
    'a!',
    '}',
    '{}',
    '{a}',
    'a{b,c{d,e}}',
    '#x',
    '(',
    '+',
  ])('is not %j', (pattern) => {
    const args = ['cp', '-r', 'folder', 'cos://b/p', '--include', pattern];
    expect(parseCommandLine(args)).toMatchObject({ filter: { include: [pattern] } });
  });
});

describe('what names no place in the service', () => {
  it.each([
    ['/hunt', 'write cos://hunt'],
    ['hunt/x', 'write cos://hunt/x'],
    ['cos:///hunt/x', 'write cos://hunt/x'],
    ['cos:hunt', 'write cos://hunt'],
    ['cos://', 'write cos://bucket/key'],
    ['https://host/b/k', 'write cos://bucket/key'],
    ['C:\\hunt', 'write cos://bucket/key'],
    ['./hunt', 'write cos://bucket/key'],
  ])('%j is told how it was meant', (text, hint) => {
    let said = '';
    try {
      parseCosUri(text);
    } catch (error) {
      said = String(error);
    }
    expect(said.endsWith(hint), said).toBe(true);
  });

  it('a target that ends in a star is refused', () => {
    expect(() => parseTargetFolder('cos://b/k*')).toThrow('the target "cos://b/k*" ends in "*"; name a folder');
  });
});
