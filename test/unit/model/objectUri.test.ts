import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketName, connectionId, keyProblem, objectKey } from '../../../src/model/ids';
import {
  decodeKey,
  decodeSegment,
  encodeKey,
  encodeSegment,
  folderUri,
  objectUri,
  parseObjectUri,
} from '../../../src/model/objectUri';

const connection = connectionId('cos-1');
const bucket = bucketName('some.bucket');

/** Keys made of the pieces that break naive code, mixed with any Unicode. */
const hostilePiece = fc.constantFrom(
  '/',
  '//',
  '.',
  '..',
  '~',
  '~~',
  '~2E',
  '~d',
  '%',
  '%2F',
  '%2f',
  '\\',
  '?',
  '#',
  ' ',
  '+',
  ':',
  '\u0000',
  '\n',
  '\u001f',
  '\u007f',
  'é',
  'e\u0301',
  '😀',
  'a',
  'A',
  'b',
);
const hostileKey = fc
  .array(
    fc.oneof(hostilePiece, fc.string({ unit: 'grapheme', maxLength: 4 }), fc.string({ unit: 'binary', maxLength: 4 })),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((pieces) => pieces.join(''))
  .filter((key) => keyProblem(key) === undefined);

describe('object URIs', () => {
  it('bring every key back', () => {
    fc.assert(
      fc.property(hostileKey, (key) => {
        const uri = objectUri(connection, bucket, objectKey(key));
        expect(parseObjectUri(uri)).toEqual({ connectionId: connection, bucket, key });
      }),
      { numRuns: 2000 },
    );
  });

  it('bring every key and version back after path normalisation and percent-encoding', () => {
    fc.assert(
      fc.property(hostileKey, fc.string({ minLength: 1 }), (key, versionId) => {
        fc.pre(keyProblem(versionId) === undefined);
        const uri = objectUri(connection, bucket, objectKey(key), versionId);
        const encoded = encodeURIComponent(uri.path).replaceAll('%2F', '/');
        const path = decodeURIComponent(posix.normalize(encoded));
        expect(posix.normalize(uri.path)).toBe(uri.path);
        expect(parseObjectUri({ ...uri, path })).toEqual({ connectionId: connection, bucket, key, versionId });
      }),
      { numRuns: 2000 },
    );
  });

  it('are different for different keys', () => {
    fc.assert(
      fc.property(hostileKey, hostileKey, (one, other) => {
        expect(encodeKey(one) === encodeKey(other)).toBe(one === other);
      }),
      { numRuns: 2000 },
    );
  });

  it('are different for keys that differ only in what is escaped', () => {
    const keys = [
      '',
      '/',
      '//',
      '~',
      '~/',
      '/~',
      '.',
      '~2E',
      '..',
      '~2E~2E',
      'a',
      'a/',
      'a//',
      '/a',
      'a/~',
      'a/.',
      '%',
      '~25',
      'a~d',
      'a~7Ed',
      '\\',
      '~5C',
    ];
    expect(new Set(keys.map(encodeKey)).size).toBe(keys.length);
    for (const key of keys) expect(decodeKey(encodeKey(key))).toBe(key);
  });

  it('hold no control character, percent sign, backslash, empty segment or dot segment', () => {
    fc.assert(
      fc.property(hostileKey, (key) => {
        const path = encodeKey(key);
        // eslint-disable-next-line no-control-regex -- control characters are what must not be there
        expect(path).not.toMatch(/[\u0000-\u001f\u007f%\\]/);
        for (const segment of path.split('/')) expect(['', '.', '..']).not.toContain(segment);
      }),
    );
  });

  it('show what nobody would see in a tab or a title', () => {
    const { path } = objectUri(connectionId('c'), bucketName('b'), objectKey('in\u202egpj\u200b.\u{e0041}exe'));
    expect(path).toBe('/b/in~u202Egpj~u200B.~uDB40~uDC41exe');
  });

  it('survive as the path of a percent-encoded file-like URI', () => {
    const uri = objectUri(connection, bucket, objectKey('a b/ü?#%.txt'));
    expect(uri).toEqual({ scheme: 'ibmcos', authority: 'cos-1', path: '/some.bucket/a b/ü?#~25.txt', query: '' });
  });

  it('name a bucket by an empty key and a connection by no bucket', () => {
    expect(parseObjectUri(folderUri(connection, bucket, ''))).toEqual({ connectionId: connection, bucket, key: '' });
    expect(parseObjectUri({ scheme: 'ibmcos', authority: 'cos-1', path: '/', query: '' })).toEqual({
      connectionId: connection,
      key: '',
    });
  });

  it('name a folder by its prefix without the last slash', () => {
    expect(folderUri(connection, bucket, 'a/b/').path).toBe('/some.bucket/a/b');
    expect(parseObjectUri(folderUri(connection, bucket, 'a//'))?.key).toBe('a/');
  });

  it('take the folder suffix of a directory listing for nothing', () => {
    expect(decodeSegment('a~d')).toBe('a');
    expect(decodeSegment(encodeSegment('a~d'))).toBe('a~d');
  });

  it('are not read from another scheme or a host that names no connection', () => {
    expect(parseObjectUri({ scheme: 'file', authority: 'cos-1', path: '/b/k', query: '' })).toBeUndefined();
    expect(parseObjectUri({ scheme: 'ibmcos', authority: 'Not Valid', path: '/b/k', query: '' })).toBeUndefined();
  });
});

describe('keys', () => {
  it.each([
    ['', 'empty'],
    ['\ud800', 'notUnicode'],
    ['a\udc00b', 'notUnicode'],
    ['😀'.repeat(257), 'tooLong'],
    ['x'.repeat(1025), 'tooLong'],
    ['x'.repeat(1024), undefined],
    ['😀'.repeat(256), undefined],
    ['../..//\u0000', undefined],
  ])('%j are checked: %s', (key, problem) => {
    expect(keyProblem(key)).toBe(problem);
  });

  it('are refused when they hold half of a surrogate pair, wherever', () => {
    const lone = fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit));
    fc.assert(
      fc.property(fc.string({ maxLength: 5 }), lone, fc.string({ maxLength: 5 }), (before, half, after) => {
        expect(keyProblem(before + half + after)).toBe('notUnicode');
      }),
    );
  });

  it('belong to connections with lower-case ids of 1 to 63 characters', () => {
    for (const id of ['a', 'a-b', '0', 'x'.repeat(63)]) expect(connectionId(id)).toBe(id);
    for (const id of ['', 'A', '-a', 'a-', 'a_b', 'x'.repeat(64), 'a.b'])
      expect(() => connectionId(id)).toThrow(RangeError);
  });
});
