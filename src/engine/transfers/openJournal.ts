import { basename, dirname, join } from 'node:path';
import { Journal, journalName, NewerVersion, ownJournalName } from './journal';
import { alone, isBlocked, kindAt, makePlace, setAside } from './journalPlace';

/** A journal that can be used, and where the one is that could not. */
export interface OpenedJournal {
  readonly journal: Journal;
  /** What was in its place, under its new name; absent where all is well. */
  readonly setAside?: string;
  /** The journal of a newer version, which was left as it is; told when the one beside it is begun. */
  readonly newer?: string;
}

/** Results of SQLite that say something of the moment or of rights, and nothing of the file (sqlite.org/rescode.html). */
const passing = new Set([3, 5, 6, 7, 8, 10, 13, 14]);

/**
 * Opens the journal in a folder. What is there and cannot be one (garbage, bits that a disk has flipped, a folder, a pipe, a
 * device, a link to nothing, a file in place of its folder) is set aside as `*.damaged-<date>`, and a new one is begun; that of a
 * newer version stays, and may be in use: then there is one beside it. Throws where none can be kept at all: no rights, no
 * room, no such place.
 */
export function openJournal(folderFsPath: string, nowMs: number): OpenedJournal {
  const aside = makePlace(folderFsPath, nowMs);
  const told = aside === undefined ? {} : { setAside: aside };
  const fsPath = join(folderFsPath, journalName);
  try {
    return { ...told, ...openAt(fsPath, nowMs) };
  } catch (thrown) {
    if (!(thrown instanceof NewerVersion)) throw thrown;
  }
  const own = join(folderFsPath, ownJournalName);
  const isBegun = kindAt(own) !== 'none';
  return { ...told, ...openAt(own, nowMs), ...(isBegun ? {} : { newer: fsPath }) };
}

function openAt(fsPath: string, nowMs: number): OpenedJournal {
  try {
    return { journal: openSound(fsPath) };
  } catch (thrown) {
    if (!isOfTheFile(thrown)) throw thrown;
  }
  return alone(fsPath, () => {
    // Another run may have set it aside meanwhile: what is there now is its new one.
    try {
      return { journal: openSound(fsPath) };
    } catch (thrown) {
      if (!isOfTheFile(thrown)) throw thrown;
    }
    const aside = setAside(fsPath, nowMs);
    return { journal: openSound(fsPath), ...(aside === undefined ? {} : { setAside: aside }) };
  });
}

/** What stands in a journal's place and must not be opened: a pipe would never answer, and a link leads elsewhere. */
class Blocked extends Error {}

function openSound(fsPath: string): Journal {
  if (isBlocked(fsPath)) throw new Blocked(`"${fsPath}" is no file`);
  const journal = Journal.open(dirname(fsPath), basename(fsPath));
  try {
    journal.verify();
    return journal;
  } catch (thrown) {
    journal.close();
    throw thrown;
  }
}

/** Whether a failure to open says that the file itself is no journal of ours. */
function isOfTheFile(thrown: unknown): boolean {
  if (thrown instanceof Blocked) return true;
  if (thrown instanceof NewerVersion) return false;
  const code = resultOf(thrown);
  return code === undefined ? !hasSystemCode(thrown) : !passing.has(code);
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
