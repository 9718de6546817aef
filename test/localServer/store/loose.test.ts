import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../../src/localServer/store/store';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'loose-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const fileCount = (): number =>
  readdirSync(join(folder, 'blobs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, 'blobs', name)).isFile(),
  ).length;

it('removes the file of a body that was cut off by the end of the server', async () => {
  const store = openStore(folder);
  const staged = store.blobs.stage();
  await staged.write(Buffer.alloc(1024 * 1024, 1));
  await staged.seal();
  // The process ends before the request learns that its client is gone.
  await store.close();
  expect(fileCount()).toBe(1);
  await openStore(folder).close();
  expect(fileCount()).toBe(0);
});

it('never removes a body that is stored', async () => {
  const store = openStore(folder);
  const staged = store.blobs.stage();
  await staged.write(Buffer.alloc(1024 * 1024, 1));
  await staged.seal();
  await store.write(() => store.blobs.addReference(staged.commit()));
  await staged.discard();
  await store.close();
  expect(fileCount()).toBe(1);
  await openStore(folder).close();
  expect(fileCount()).toBe(1);
});
