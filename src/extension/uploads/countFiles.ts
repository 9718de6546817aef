import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectCount } from '../../protocol/requests';

/** More files than these are said to be more. */
const countLimit = 10_000;

/**
 * Counts the files of folders and what they hold, for a question before they are uploaded. What cannot be read is left out
 * here, as are folders behind symbolic links: the upload itself finds and tells them. Undefined where `isStopped` says so.
 */
export async function countFiles(
  fsPaths: readonly string[],
  isStopped: () => boolean = () => false,
  limit = countLimit,
): Promise<ObjectCount | undefined> {
  let objects = 0;
  let bytes = 0;
  for await (const fsPath of filesBelow(fsPaths)) {
    if (isStopped()) return undefined;
    if (objects >= limit) return { objects, bytes, isComplete: false };
    const found = await stat(fsPath).catch(() => undefined);
    if (found?.isFile() !== true) continue;
    objects += 1;
    bytes += found.size;
  }
  return { objects, bytes, isComplete: true };
}

/** Whether any of the paths is a folder. */
export async function hasFolders(fsPaths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(fsPaths.map((fsPath) => stat(fsPath).catch(() => undefined)));
  return found.some((each) => each?.isDirectory() === true);
}

async function* filesBelow(fsPaths: readonly string[]): AsyncGenerator<string> {
  for (const fsPath of fsPaths) {
    const found = await stat(fsPath).catch(() => undefined);
    if (found?.isDirectory() === true) yield* filesOf(fsPath);
    else yield fsPath;
  }
}

async function* filesOf(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  for (const entry of entries) {
    if (entry.isDirectory()) yield* filesOf(join(folder, entry.name));
    else yield join(folder, entry.name);
  }
}
