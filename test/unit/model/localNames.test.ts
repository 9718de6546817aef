import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  localNameOf,
  numberedName,
  prefixToStrip,
  TakenNames,
  type LocalPlatform,
} from '../../../src/model/localNames';

const platforms: LocalPlatform[] = ['posix', 'win32', 'darwin'];

function verdict(key: string, platform: LocalPlatform): string {
  const name = localNameOf(key, platform);
  return name.kind === 'skip' ? name.reason : `${name.kind} ${name.segments.join('|')}`;
}

describe('local names', () => {
  it.each(['../x', 'a/../../x', '..', '.', 'a/./b', '/etc/passwd', 'a//b', '//', 'nul\0'])(
    'leave out %j on every platform',
    (key) => {
      for (const platform of platforms) expect(verdict(key, platform)).toBe('unsafeName');
    },
  );

  it.each([
    'C:\\x',
    'C:',
    'C:x',
    '\\\\server\\share',
    'a\\..\\b',
    'a:b',
    'file.txt:stream',
    'a*',
    'a?',
    'a"',
    '<',
    '>',
    '|',
    'tab\t',
    'dot.',
    'space ',
    'folder./x',
    'folder /x',
    '...',
    'CON',
    'con',
    'nul.txt',
    'a/AUX.tar.gz',
    'COM1',
    'com¹',
    'LPT9.x',
    'PRN .txt',
    'CONOUT$',
  ])('leave out %j on Windows', (key) => {
    expect(verdict(key, 'win32')).toBe('unsafeName');
  });

  it.each(['console', 'com', 'com10', 'a.con', 'LPT', '.hidden', ' leading', 'a.b', 'ü', 'nul_'])(
    'keep %j on Windows',
    (key) => {
      expect(verdict(key, 'win32')).toBe(`file ${key}`);
    },
  );

  it.each(['a:b', 'a\\b', 'CON', 'dot.', 'line\nbreak'])('keep %j where it is an ordinary name', (key) => {
    expect(verdict(key, 'posix')).toBe(`file ${key}`);
    expect(verdict(key, 'darwin')).toBe(`file ${key}`);
  });

  it('take a key that ends in a slash for a folder', () => {
    expect(verdict('a/b/', 'posix')).toBe('folder a|b');
    expect(verdict('a/b', 'posix')).toBe('file a|b');
  });

  it('leave out names that are too long for a file, by bytes or characters as the platform counts', () => {
    expect(verdict('é'.repeat(128), 'posix')).toBe('unsafeName');
    expect(verdict('é'.repeat(127), 'posix')).toMatch(/^file/);
    expect(verdict('é'.repeat(255), 'win32')).toMatch(/^file/);
    expect(verdict('é'.repeat(256), 'darwin')).toBe('unsafeName');
  });

  it('leave out what is not Unicode', () => {
    expect(verdict('a\ud800', 'posix')).toBe('notUnicode');
  });

  it('never lead out of the folder, whatever the key', () => {
    const piece = fc.constantFrom('..', '.', '/', '\\', 'C:', 'a', '\0', ' ', '~', 'CON', ':');
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { minLength: 1, maxLength: 8 }), (pieces) => {
        for (const [platform, path] of [
          ['posix', posix],
          ['win32', win32],
        ] as const) {
          const name = localNameOf(pieces.join(''), platform);
          if (name.kind === 'skip') continue;
          const root = platform === 'win32' ? 'C:\\chosen' : '/chosen';
          const target = path.resolve(root, ...name.segments);
          expect(target.startsWith(root + path.sep)).toBe(true);
          expect(path.relative(root, target).split(path.sep)).toEqual(name.segments);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('names that are taken', () => {
  it('collide in case and normalisation on Windows and macOS, not on Linux', () => {
    for (const platform of platforms) {
      const taken = new TakenNames(platform);
      expect(taken.take('file', ['dir', 'Readme'])).toBeUndefined();
      expect(taken.take('file', ['DIR', 'x']) === undefined).toBe(platform === 'posix');
      expect(taken.take('file', ['dir', 'README']) === undefined).toBe(platform === 'posix');
      expect(taken.take('file', ['e\u0301'])).toBeUndefined();
      expect(taken.take('file', ['\u00e9']) === undefined).toBe(platform === 'posix');
    }
  });

  it.each([
    ['stra\u00dfe', 'STRA\u1e9eE', true, true],
    ['STRASSE', 'stra\u1e9ee', true, true],
    ['a\u200cb', 'ab', false, true],
    ['a\ufeffb', 'ab', false, true],
    ['\u00e9', 'e\u0301', true, true],
    ['a', 'b', false, false],
  ])('%j and %j collide on Windows: %s, on macOS: %s', (first, second, onWindows, onMac) => {
    const collides = (platform: 'win32' | 'darwin') => {
      const taken = new TakenNames(platform);
      taken.take('file', [first]);
      return taken.take('file', [second]) !== undefined;
    };
    expect([collides('win32'), collides('darwin')]).toEqual([onWindows, onMac]);
  });

  it('collide where a file and a folder have one name, in both orders', () => {
    const taken = new TakenNames('posix');
    expect(taken.take('file', ['a'])).toBeUndefined();
    expect(taken.take('file', ['a', 'b'])?.detail).toMatch(/needs a folder "a"/);
    expect(taken.take('file', ['c', 'd'])).toBeUndefined();
    expect(taken.take('file', ['c'])?.detail).toMatch(/a folder "c"/);
    expect(taken.take('folder', ['c'])).toBeUndefined();
    expect(taken.take('folder', ['a'])).toBeDefined();
  });

  it('never give one name to two', () => {
    const segment = fc.constantFrom('a', 'A', 'b', 'é', 'e\u0301', 'É', 'ß', 'SS', 'ſ', 's');
    const path = fc.array(segment, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(path, { maxLength: 12 }), (paths) => {
        const taken = new TakenNames('win32');
        const accepted = paths.filter((one) => taken.take('file', one) === undefined);
        const folded = accepted.map((one) => one.join('/').normalize('NFC').toLowerCase());
        expect(new Set(folded).size).toBe(folded.length);
        for (const one of folded) expect(folded.some((other) => other.startsWith(`${one}/`))).toBe(false);
      }),
    );
  });
});

describe('numbered names', () => {
  it.each([
    ['report.txt', 'report (2).txt'],
    ['a.b/report', 'a.b/report (2)'],
    ['x/.hidden', 'x/.hidden (2)'],
    ['archive.tar.gz', 'archive.tar (2).gz'],
    ['plain', 'plain (2)'],
  ])('%s → %s', (name, numbered) => {
    expect(numberedName(name, 2)).toBe(numbered);
  });
});

describe('the prefix that a download strips', () => {
  it.each([
    ['photos/2024/', 'photos/', 'photos/2024/'],
    ['photos/', '', 'photos/'],
    ['photos/20', 'photos/', 'photos/'],
    ['', '', ''],
    ['/', '', '/'],
    ['a//', 'a/', 'a//'],
  ])('of %j is %j, or %j without the last segment', (prefix, keeping, dropping) => {
    expect(prefixToStrip(prefix, 'lastSegment')).toBe(keeping);
    expect(prefixToStrip(prefix, 'nothing')).toBe(dropping);
  });
});
