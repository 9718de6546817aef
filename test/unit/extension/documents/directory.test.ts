import { describe, expect, it } from 'vitest';
import { objectKey } from '../../../../src/model/ids';
import type { ObjectSummary } from '../../../../src/model/objectInfo';
import { directoryEntries, isMarker, showsFolder } from '../../../../src/extension/documents/directory';

const object = (key: string, sizeBytes = 1): ObjectSummary => ({
  key: objectKey(key),
  sizeBytes,
  modifiedAtMs: 0,
  etag: 'e',
});
const names = (prefix: string, ...pages: { folders?: string[]; objects?: ObjectSummary[] }[]) =>
  directoryEntries(
    prefix,
    pages.map((page) => ({ folders: page.folders ?? [], objects: page.objects ?? [] })),
  ).map(({ kind, name }) => `${kind} ${name}`);

describe('a directory listing', () => {
  it('leaves out the empty object that marks the folder', () => {
    expect(names('docs/', { objects: [object('docs/', 0), object('docs/a.txt')] })).toEqual(['file a.txt']);
  });

  it('shows an object named like its folder that holds something', () => {
    expect(names('docs/', { objects: [object('docs/', 5)] })).toEqual(['file ~']);
  });

  it('names a folder apart from an object of the same name, even on another page', () => {
    expect(names('', { objects: [object('a'), object('a.txt')] }, { folders: ['a/'] })).toEqual([
      'folder a~d',
      'file a',
      'file a.txt',
    ]);
  });

  it('names a folder once that two pages show', () => {
    expect(names('', { folders: ['a/'] }, { folders: ['a/'] })).toEqual(['folder a']);
  });

  it('escapes names that a path cannot hold', () => {
    expect(names('', { folders: ['/', '../'], objects: [object('a\\b'), object('100%')] })).toEqual([
      'folder ~',
      'folder ~2E~2E',
      'file a~5Cb',
      'file 100~25',
    ]);
  });

  it('knows a folder by anything that is listed, a mere marker included', () => {
    expect(showsFolder([{ folders: [], objects: [] }])).toBe(false);
    expect(showsFolder([{ folders: [], objects: [object('a/', 0)] }])).toBe(true);
    expect(isMarker('', object('', 0))).toBe(false);
  });
});
