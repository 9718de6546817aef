import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archiveStateOf } from '../../../src/model/archive';
import { maxMetadataBytes, metadataProblems, metadataSizeBytes } from '../../../src/model/metadataRules';
import { tagProblems } from '../../../src/model/tags';

describe('tags', () => {
  it('are ten at most, with names, in lengths of characters and of bytes', () => {
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`t${at}`, '']));
    expect(tagProblems(many)).toEqual([{ part: 'set', kind: 'tooMany', severity: 'error' }]);
    expect(tagProblems({ '': 'v' })).toMatchObject([{ kind: 'empty' }]);
    expect(tagProblems({ ['k'.repeat(129)]: 'v' })).toMatchObject([{ part: 'key', kind: 'tooLong' }]);
    expect(tagProblems({ k: 'v'.repeat(257) })).toMatchObject([{ part: 'value', kind: 'tooLong' }]);
    expect(tagProblems({ k: '世'.repeat(171) })[0]).toMatchObject({ part: 'value', kind: 'tooLong' });
    expect(tagProblems({ 'ibm:a': 'v' })).toMatchObject([{ kind: 'reservedPrefix' }]);
  });

  it('are wrong with a character that no page allows, and doubtful with one that only one page does', () => {
    expect(tagProblems({ a: 'b<c' })).toMatchObject([{ part: 'value', character: '<', severity: 'error' }]);
    expect(tagProblems({ 'a@b': 'c' })).toMatchObject([{ part: 'key', character: '@', severity: 'warning' }]);
  });

  it('have no problem within the safe characters and lengths', () => {
    const text = fc.stringMatching(/^[A-Za-z0-9 _.:-]{1,100}$/).filter((each) => !each.startsWith('ibm:'));
    fc.assert(
      fc.property(fc.dictionary(text, text, { maxKeys: 10 }), (tags) => {
        expect(tagProblems(tags)).toEqual([]);
      }),
    );
  });
});

describe('metadata', () => {
  it('has names that headers can have, in lower case, and values that survive them', () => {
    const kinds = (metadata: Record<string, string>) => metadataProblems(metadata).map(({ kind }) => kind);
    expect(kinds({ 'a-b_c.d': 'Grüße 世界\t!' })).toEqual([]);
    expect(kinds({ '': 'v' })).toEqual(['emptyName']);
    expect(kinds({ 'a b': 'v' })).toEqual(['nameCharacter']);
    expect(kinds({ ü: 'v' })).toEqual(['nameCharacter']);
    expect(kinds({ Name: 'v' })).toEqual(['nameCase']);
    expect(kinds({ a: 'x\ny' })).toEqual(['valueCharacter']);
    expect(kinds({ a: ' x' })).toEqual(['valueBlankAtEnd']);
  });

  it('takes two kilobytes at most, names and values in UTF-8', () => {
    const fits = { a: 'x'.repeat(maxMetadataBytes - 1) };
    expect(metadataProblems(fits)).toEqual([]);
    expect(metadataProblems({ ...fits, b: '' })).toEqual([{ kind: 'tooLarge', sizeBytes: maxMetadataBytes + 1 }]);
    expect(metadataSizeBytes({ ab: '世' })).toBe(5);
  });
});

describe('the state of an object in archive', () => {
  it('is told from its class and the restore header', () => {
    const expiresAtMs = Date.parse('Fri, 21 Dec 2012 00:00:00 GMT');
    const ready = 'ongoing-request="false", expiry-date="Fri, 21 Dec 2012 00:00:00 GMT"';
    expect(archiveStateOf({})).toEqual({ kind: 'active' });
    expect(archiveStateOf({ storageClass: 'STANDARD' })).toEqual({ kind: 'active' });
    expect(archiveStateOf({ storageClass: 'ACCELERATED' })).toMatchObject({ kind: 'archived' });
    expect(archiveStateOf({ storageClass: 'GLACIER', restore: 'ongoing-request="true"' })).toMatchObject({
      kind: 'restoring',
    });
    expect(archiveStateOf({ storageClass: 'GLACIER', restore: ready })).toMatchObject({
      kind: 'restored',
      expiresAtMs,
    });
    expect(archiveStateOf({ restore: 'ongoing-request="false"' })).toEqual({ kind: 'restored' });
  });
});
