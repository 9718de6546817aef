import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { BucketName, ConnectionId, ObjectKey, UploadId } from '../../model/ids';

/** Something half-made that must not stay when the engine is killed: a download before it is whole, an open upload. */
export type Leftover =
  | { readonly kind: 'tempFile'; readonly fsPath: string }
  | {
      readonly kind: 'upload';
      readonly connectionId: ConnectionId;
      readonly bucket: BucketName;
      readonly key: ObjectKey;
      readonly uploadId: UploadId;
    };

/** Keeps track of what is half-made, so that the next engine can clean up after one that was killed. */
export interface Leftovers {
  /** Notes something before (or as soon as) it exists. Call the answer once it is whole or gone. */
  note(leftover: Leftover): () => void;
}

/** For engines without a folder of their own, such as the command line's. */
export const unrecordedLeftovers: Leftovers = { note: () => () => undefined };

const journalName = /^(\d+)-[0-9a-z]+\.journal$/;

/**
 * One append-only file per engine process: a line `+<id> <json>` for what is noted, `-<id>` for what is settled. Enough to
 * survive the process's death; after a power loss a line may be missing, and stale temporary files are found by age.
 */
export class LeftoverJournal implements Leftovers {
  readonly #folder: string;
  readonly #fsPath: string;
  readonly #file: number;
  #nextId = 1;

  constructor(folder: string, pid: number, nowMs: number) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    this.#fsPath = join(folder, `${pid}-${nowMs.toString(36)}.journal`);
    this.#file = openSync(this.#fsPath, 'a', 0o600);
  }

  note(leftover: Leftover): () => void {
    const id = this.#nextId++;
    writeSync(this.#file, `+${id} ${JSON.stringify(leftover)}\n`);
    return () => {
      writeSync(this.#file, `-${id}\n`);
    };
  }

  /**
   * Cleans up after engines that are no longer there. What cannot be cleaned up now (a connection that is offline) is
   * taken over into this journal, for the next time. Answers what was removed.
   */
  async cleanUp(remove: (leftover: Leftover) => Promise<void>): Promise<readonly Leftover[]> {
    const removed: Leftover[] = [];
    for (const name of readdirSync(this.#folder)) {
      const pid = Number(journalName.exec(name)?.[1]);
      const fsPath = join(this.#folder, name);
      if (Number.isNaN(pid) || fsPath === this.#fsPath || isAlive(pid)) continue;
      for (const leftover of unsettled(readFileSync(fsPath, 'utf8'))) {
        const settle = this.note(leftover);
        try {
          await remove(leftover);
        } catch {
          continue; // stays noted here; the one who removes has said why in the log
        }
        settle();
        removed.push(leftover);
      }
      rmSync(fsPath, { force: true });
    }
    return removed;
  }

  /** Closes the file, and removes it when nothing in it is left to do. */
  close(): void {
    closeSync(this.#file);
    if (unsettled(readFileSync(this.#fsPath, 'utf8')).length === 0) rmSync(this.#fsPath, { force: true });
  }
}

/** What a journal has noted and not settled. A last line that a kill cut short is left out. */
export function unsettled(text: string): readonly Leftover[] {
  const open = new Map<string, Leftover>();
  for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
    const noted = /^\+(\d+) (.*)$/.exec(line);
    if (noted?.[1] !== undefined && noted[2] !== undefined) open.set(noted[1], JSON.parse(noted[2]) as Leftover);
    else if (line.startsWith('-')) open.delete(line.slice(1));
  }
  return [...open.values()];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
