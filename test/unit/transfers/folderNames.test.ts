import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FolderNames } from '../../../src/engine/transfers/folderNames';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'folder-names-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('a name is free unless something has it, in any form that a file system could take for it', async () => {
  for (const name of ['file', 'Über.TXT', '.hidden']) writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, 'below'));
  const names = new FolderNames();
  const free = async (name: string) => await names.isFree(join(folder, name));
  for (const name of ['file', 'FILE', 'über.txt', 'u\u0308ber.txt', '.hidden', 'below']) {
    expect(await free(name), name).toBe(false);
  }
  for (const name of ['file2', 'fil', 'hidden']) expect(await free(name), name).toBe(true);
  expect(await names.hidden(folder)).toEqual(['.hidden']);
});

test('nobody knows of a folder that cannot be listed', async () => {
  const names = new FolderNames();
  expect(await names.isFree(join(folder, 'missing', 'a'))).toBe(false);
  expect(await names.hidden(join(folder, 'missing'))).toEqual([]);
});
