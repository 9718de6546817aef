import { renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolderSync } from '../../system/makeFolder';
import { Journal, journalName } from './journal';

/** A journal that can be used, and where the one is that could not. */
export interface OpenedJournal {
  readonly journal: Journal;
  /** What was in its place, under its new name; absent where all is well. */
  readonly setAside?: string;
}

/** Results of SQLite that say something of the moment or of rights, and nothing of the file (sqlite.org/rescode.html). */
const passing = new Set([3, 5, 6, 7, 8, 10, 13]);
const cannotOpen = 14;

/**
 * Opens the journal in a folder. What is there and cannot be one (garbage, bits that a disk has flipped, a folder, one of a
 * newer version, a file in place of its folder) is set aside as `*.damaged-<date>`, and a new one is begun. Throws where
 * none can be kept at all: no rights, no room, no such place.
 */
export function openJournal(folderFsPath: string, nowMs: number): OpenedJournal {
  const asideFolder = setFileAside(folderFsPath, nowMs);
  const fsPath = join(folderFsPath, journalName);
  try {
    return { journal: openSound(folderFsPath), ...asideFolder };
  } catch (thrown) {
    if (!isOfTheFile(thrown, fsPath)) throw thrown;
  }
  const setAside = nameAside(fsPath, nowMs);
  renameSync(fsPath, setAside);
  for (const end of ['-wal', '-shm']) {
    // What the damaged one had not taken in yet belongs to it; the other file is made anew by whoever opens it.
    if (isThere(fsPath + end)) renameSync(fsPath + end, setAside + end);
  }
  return { journal: openSound(folderFsPath), setAside };
}

function openSound(folderFsPath: string): Journal {
  const journal = Journal.open(folderFsPath);
  try {
    journal.verify();
    return journal;
  } catch (thrown) {
    journal.close();
    throw thrown;
  }
}

/** A file where the folder should be, or one above it. */
function setFileAside(folderFsPath: string, nowMs: number): Pick<OpenedJournal, 'setAside'> {
  if (isThere(folderFsPath) && !statSync(folderFsPath).isDirectory()) {
    const setAside = nameAside(folderFsPath, nowMs);
    renameSync(folderFsPath, setAside);
    makeFolderSync(folderFsPath, 0o700);
    return { setAside };
  }
  return {};
}

/** Whether a failure to open says that the file itself is no journal of ours. */
function isOfTheFile(thrown: unknown, fsPath: string): boolean {
  if (!isThere(fsPath)) return false;
  const code = resultOf(thrown);
  if (code === undefined) return !hasSystemCode(thrown);
  if (code === cannotOpen) return statSync(fsPath).isDirectory();
  return !passing.has(code);
}

/** The primary result code of SQLite, of an error or of what it was caused by. */
function resultOf(thrown: unknown): number | undefined {
  for (let at = thrown; at instanceof Error; at = at.cause) {
    if ('errcode' in at && typeof at.errcode === 'number') return at.errcode & 0xff;
  }
  return undefined;
}

/** Whether the system has refused something (EACCES and its like). */
function hasSystemCode(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown;
}

function nameAside(fsPath: string, nowMs: number): string {
  const date = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-');
  for (let n = 1; ; n++) {
    const name = `${fsPath}.damaged-${date}${n === 1 ? '' : `-${n}`}`;
    if (!isThere(name)) return name;
  }
}

function isThere(fsPath: string): boolean {
  return statSync(fsPath, { throwIfNoEntry: false }) !== undefined;
}
