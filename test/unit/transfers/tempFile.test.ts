import type * as Fs from 'node:fs';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm, stat, symlink, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TempFile } from '../../../src/engine/transfers/tempFile';

const disk = vi.hoisted(() => ({ isFull: false }));
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof Fs>();
  const { promisify } = await import('node:util');
  const write = promisify(fs.write);
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  const onDisk = (...args: Parameters<typeof write>) => (disk.isFull ? Promise.reject(full) : write(...args));
  const mocked = { ...fs, write: Object.assign(() => undefined, { [promisify.custom]: onDisk }) };
  return { ...mocked, default: mocked };
});

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
  disk.isFull = false;
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

describe('a small file, in one go', () => {
  const modifiedAtMs = Date.UTC(2020, 1, 2, 3, 4, 5);

  test('is told before it is there, is whole and dated, and takes its name', async () => {
    let told: readonly string[] = [];
    const file = await TempFile.write(join(folder, 'a'), Buffer.from('hello'), modifiedAtMs, (fsPath) => {
      told = [fsPath, String(existsSync(fsPath))];
    });
    expect(told).toEqual([file.fsPath, 'false']);
    expect(await readFile(file.fsPath, 'utf8')).toBe('hello');
    expect(await file.place(join(folder, 'a'), 'onlyIfAbsent')).toBe(true);
    await file.discard();
    expect(await readdir(folder)).toEqual(['a']);
    expect((await stat(join(folder, 'a'))).mtimeMs).toBe(modifiedAtMs);
  });

  test('may be empty, and is removed where it does not get its name', async () => {
    await writeFile(join(folder, 'a'), 'theirs');
    const file = await TempFile.write(join(folder, 'a'), Buffer.alloc(0), modifiedAtMs, () => undefined);
    expect(await file.place(join(folder, 'a'), 'onlyIfAbsent')).toBe(false);
    await file.discard();
    expect(await readdir(folder)).toEqual(['a']);
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('theirs');
  });

  test('says where it cannot be written', async () => {
    const target = join(folder, 'missing', 'a');
    await expect(TempFile.write(target, Buffer.from('x'), 0, () => undefined)).rejects.toMatchObject({
      error: { kind: 'localFile', fsPath: target },
    });
  });

  test('leaves nothing behind on a full disk', async () => {
    disk.isFull = true;
    const target = join(folder, 'a');
    await expect(TempFile.write(target, Buffer.from('hello'), 0, () => undefined)).rejects.toMatchObject({
      error: { kind: 'localFile', reason: 'diskFull', fsPath: target },
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a file whose name stands for another by now', () => {
  const swaps: Readonly<Record<string, (fsPath: string) => Promise<void>>> = {
    'another file': async (fsPath) => {
      await rm(fsPath);
      await writeFile(fsPath, 'evil');
    },
    'another file of its size': async (fsPath) => {
      await rm(fsPath);
      await writeFile(fsPath, 'evil!');
    },
    'a link': async (fsPath) => {
      await rm(fsPath);
      await writeFile(join(folder, 'elsewhere'), 'other');
      await symlink(join(folder, 'elsewhere'), fsPath);
    },
    'what was written into it since': async (fsPath) => writeFile(fsPath, 'evil!'),
    nothing: async (fsPath) => rm(fsPath),
  };

  test.each(
    Object.entries(swaps).flatMap(([what, swap]) =>
      (['replace', 'onlyIfAbsent'] as const).map((how) => [what, how, swap] as const),
    ),
  )('never becomes the target: %s (%s)', async (_what, placement, swap) => {
    const target = join(folder, 'out');
    const large = await TempFile.create(target, 5, () => undefined);
    await large.writeAt(Buffer.from('right'), 0);
    await large.finish(1000);
    const small = await TempFile.write(target, Buffer.from('right'), 1000, () => undefined);
    for (const file of [large, small]) {
      await swap(file.fsPath);
      await expect(file.place(target, placement)).rejects.toMatchObject({
        error: { kind: 'localFile', reason: 'changedMeanwhile', fsPath: file.fsPath },
      });
      await file.discard();
      expect(existsSync(target)).toBe(false);
      expect(existsSync(file.fsPath)).toBe(false);
    }
  });
});
