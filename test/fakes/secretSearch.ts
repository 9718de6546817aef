import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { descendants } from '../../scripts/vscodeServer.mjs';

/** Processes that one started, directly or not: id and command line. */
export function processesBelow(pid: number): { pid: number; argv: string }[] {
  return descendants(pid)
    .map((id) => ({ pid: id, argv: (readIfThere(`/proc/${id}/cmdline`) ?? '').replaceAll('\0', ' ') }))
    .filter(({ argv }) => argv !== '');
}

/** Files below a folder that hold one of the secrets, in whatever format. */
export function filesHolding(folder: string, secrets: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => holds(readIfThere(path), secrets));
}

/** Processes below one whose command line or environment holds one of the secrets. */
export function processesHolding(pid: number, secrets: readonly string[]): string[] {
  return processesBelow(pid).flatMap(({ pid: id, argv }) => [
    ...(holds(argv, secrets) ? [`argv of ${id}`] : []),
    ...(holds(readIfThere(`/proc/${id}/environ`), secrets) ? [`environment of ${id}`] : []),
  ]);
}

function holds(text: string | undefined, secrets: readonly string[]): boolean {
  return text !== undefined && secrets.some((secret) => text.includes(secret));
}

/** Undefined when the file, or the process it tells of, has just gone. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
