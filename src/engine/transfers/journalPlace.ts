import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { lstatSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { makeFolderSync } from '../../system/makeFolder';
import { isAlive } from './leases';

/** What SQLite puts beside a database. */
const besides = ['-wal', '-shm', '-journal'] as const;
const waitMs = 20;
/** Renaming takes no time, checking a large journal some. */
const mostWaitMs = 15_000;

/** What is at a path itself: `other` for whatever a program must not open (pipe, device, socket, a link to one or to nothing). */
export function kindAt(fsPath: string): 'none' | 'file' | 'folder' | 'other' {
  if (!isThere(fsPath)) return 'none';
  try {
    const state = statSync(fsPath);
    return state.isFile() ? 'file' : state.isDirectory() ? 'folder' : 'other';
  } catch {
    return 'other'; // a link to nothing, or in a circle
  }
}

/** Whether what is at a journal's place, or beside it, is anything but files. */
export function isBlocked(fsPath: string): boolean {
  return ['', ...besides].some((end) => !['none', 'file'].includes(kindAt(fsPath + end)));
}

/** Sets a journal aside with what lies beside it, and answers with its new name; undefined where somebody else has done so. */
export function setAside(fsPath: string, nowMs: number): string | undefined {
  const aside = nameAside(fsPath, nowMs);
  // First what belongs to it: as long as it is there itself nobody makes a new one, which would have such files of its own.
  for (const end of besides) rename(fsPath + end, aside + end);
  const isMoved = rename(fsPath, aside);
  return isMoved || besides.some((end) => isThere(aside + end)) ? aside : undefined;
}

/** Makes the folder of a journal. What has its name and is no folder is set aside; its new name is the answer. */
export function makePlace(folderFsPath: string, nowMs: number): string | undefined {
  const isTaken = () => !['none', 'folder'].includes(kindAt(folderFsPath));
  try {
    if (!isTaken()) {
      makeFolderSync(folderFsPath, 0o700);
      return undefined;
    }
    return alone(folderFsPath, () => {
      const aside = isTaken() ? setAside(folderFsPath, nowMs) : undefined;
      makeFolderSync(folderFsPath, 0o700);
      return aside;
    });
  } catch (cause) {
    const inTheWay = codeOf(cause) === 'ENOTDIR' ? firstFileAbove(folderFsPath) : undefined;
    if (inTheWay === undefined) throw cause;
    throw new Error(`"${inTheWay}" is a file, and a folder is needed there`, { cause });
  }
}

/** Does something while no other process of this machine does it for the same path. What died at it is nobody. */
export function alone<T>(fsPath: string, act: () => T): T {
  const lock = `${fsPath}.lock`;
  for (let waitedMs = 0; !take(lock); waitedMs += waitMs) {
    if (waitedMs >= mostWaitMs)
      throw new Error(`"${lock}" says that another program is at work there; if none is, remove it`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
  }
  try {
    return act();
  } finally {
    unlinkSync(lock);
  }
}

function take(lock: string): boolean {
  try {
    writeFileSync(lock, `${process.pid} ${hostname()}`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (cause) {
    if (codeOf(cause) !== 'EEXIST') throw cause;
  }
  try {
    if (kindAt(lock) !== 'file') return false;
    const [, pid, host] = /^(\d+) (.+)$/.exec(readFileSync(lock, 'utf8')) ?? [];
    if (pid !== undefined && host === hostname() && !isAlive(Number(pid))) unlinkSync(lock);
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause; // given back meanwhile
  }
  return false;
}

/** Renames what is there itself, a link and not what it leads to. False where nothing is, or no more. */
function rename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return false;
    throw cause;
  }
}

function nameAside(fsPath: string, nowMs: number): string {
  const date = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-');
  for (let n = 1; ; n++) {
    const name = `${fsPath}.damaged-${date}${n === 1 ? '' : `-${n}`}`;
    if (['', ...besides].every((end) => !isThere(name + end))) return name;
  }
}

function firstFileAbove(fsPath: string): string | undefined {
  for (let at = dirname(fsPath); at !== dirname(at); at = dirname(at)) {
    if (!['none', 'folder'].includes(kindAt(at))) return at;
  }
  return undefined;
}

function isThere(fsPath: string): boolean {
  return lstatSync(fsPath, { throwIfNoEntry: false }) !== undefined;
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}
