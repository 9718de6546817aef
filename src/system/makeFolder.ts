import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it that are missing, and answers with the first one that it made. Node's own `recursive`
 * never comes back where the system says of a folder that it cannot be made since it is not there (`/proc/x`). Throws what
 * the system says of the one that could not be made.
 */
export function makeFolderSync(fsPath: string, mode = 0o777): string | undefined {
  const missing: string[] = [];
  for (let at = resolve(fsPath); statSync(at, { throwIfNoEntry: false }) === undefined; at = dirname(at)) {
    missing.push(at);
  }
  for (const folder of missing.toReversed()) {
    try {
      mkdirSync(folder, { mode });
    } catch (cause) {
      // Somebody else has just made it.
      if (!isTaken(cause) || !statSync(folder).isDirectory()) throw cause;
    }
  }
  // What is there and no folder is told as the system tells it.
  if (missing.length === 0 && !statSync(fsPath).isDirectory()) mkdirSync(fsPath);
  return missing.at(-1);
}

/** The same, without holding up the event loop. */
export async function makeFolder(fsPath: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let at = resolve(fsPath); !(await isThere(at)); at = dirname(at)) missing.push(at);
  for (const folder of missing.toReversed()) {
    try {
      await mkdir(folder);
    } catch (cause) {
      if (!isTaken(cause) || !(await stat(folder)).isDirectory()) throw cause;
    }
  }
  if (missing.length === 0 && !(await stat(fsPath)).isDirectory()) await mkdir(fsPath);
  return missing.at(-1);
}

async function isThere(fsPath: string): Promise<boolean> {
  try {
    await stat(fsPath);
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return false;
    throw cause;
  }
}

function isTaken(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
}
