import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { countFiles, hasFolders } from '../../../../src/extension/uploads/countFiles';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'count-files-'));
  mkdirSync(join(folder, 'a/b'), { recursive: true });
  for (const [name, size] of [
    ['one', 1],
    ['a/two', 2],
    ['a/b/three', 3],
  ] as const) {
    writeFileSync(join(folder, name), Buffer.alloc(size));
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('counts the files of folders and files, and ends at a link back to a folder', async () => {
  symlinkSync(folder, join(folder, 'a/loop'));
  expect(await countFiles([folder])).toEqual({ objects: 3, bytes: 6, isComplete: true });
  expect(await countFiles([join(folder, 'one'), join(folder, 'a')])).toEqual({
    objects: 3,
    bytes: 6,
    isComplete: true,
  });
  expect(await countFiles([join(folder, 'gone')])).toEqual({ objects: 0, bytes: 0, isComplete: true });
});

it('ends at the limit, and when it is stopped', async () => {
  expect(await countFiles([folder], undefined, 2)).toMatchObject({ objects: 2, isComplete: false });
  expect(await countFiles([folder], () => true)).toBeUndefined();
});

it('knows files from folders', async () => {
  expect(await hasFolders([join(folder, 'one'), join(folder, 'gone')])).toBe(false);
  expect(await hasFolders([join(folder, 'one'), join(folder, 'a')])).toBe(true);
});
