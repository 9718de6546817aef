import { mkdtemp, open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TempFile } from '../../../src/engine/transfers/tempFile';

const mebibyte = 1024 * 1024;
let folder: string;
let methods: FileHandle;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temp-file-'));
  const handle = await open(folder, 'r');
  methods = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

async function fill(file: TempFile, from: number, to: number): Promise<void> {
  const bytes = Buffer.alloc(mebibyte, 1);
  for (let at = from; at < to; at++) await file.writeAt(bytes, at * mebibyte);
}

test('a large file goes to the disk while it still arrives, once at a time', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const datasync = vi.spyOn(methods, 'datasync').mockImplementation(() => held);
  const file = await TempFile.create(join(folder, 'a'), 200 * mebibyte, () => undefined);
  await fill(file, 0, 63);
  expect(datasync).toHaveBeenCalledTimes(0);
  await fill(file, 63, 199);
  expect(datasync).toHaveBeenCalledTimes(1);
  release();
  await held;
  await fill(file, 199, 200);
  expect(datasync).toHaveBeenCalledTimes(2);
  await file.finish(0);
  expect(await file.place(join(folder, 'a'), 'onlyIfAbsent')).toBe(true);
  expect((await stat(join(folder, 'a'))).size).toBe(200 * mebibyte);
});

test.each([64, 65])('bytes that the disk lost on the way are not forgotten (%d MiB)', async (count) => {
  const lost = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  vi.spyOn(methods, 'datasync').mockRejectedValueOnce(lost);
  const file = await TempFile.create(join(folder, 'a'), 65 * mebibyte, () => undefined);
  await fill(file, 0, count);
  await expect(file.finish(0)).rejects.toMatchObject({
    error: { kind: 'localFile', detail: expect.stringContaining('full') as string },
  });
  await file.discard();
  expect(await readdir(folder)).toEqual([]);
});
