import { stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FolderNames } from './folderNames';
import { codeOf, localFailure } from './localFailure';
import { isOfDeadProcess, isTempFile, isTempNameOf } from './tempFile';

const staleAfterMs = 24 * 60 * 60 * 1000;

/** What killed downloads have left. Each folder is looked through once in a transfer. */
export class StaleTempFiles {
  readonly #nowMs: () => number;
  readonly #names: FolderNames;
  readonly #folders = new Map<string, Promise<readonly string[]>>();

  constructor(nowMs: () => number, names: FolderNames) {
    this.#nowMs = nowMs;
    this.#names = names;
  }

  /** Removes the temporary files of this target whose process is gone, or that are more than a day old. */
  async remove(targetFsPath: string): Promise<void> {
    const folder = dirname(targetFsPath);
    const target = basename(targetFsPath);
    for (const name of await this.#tempNames(folder)) {
      if (!isTempNameOf(name, target)) continue;
      const fsPath = join(folder, name);
      try {
        const isStale = isOfDeadProcess(fsPath) || this.#nowMs() - (await stat(fsPath)).ctimeMs > staleAfterMs;
        if (isStale) await unlink(fsPath);
      } catch (cause) {
        if (codeOf(cause) !== 'ENOENT') throw localFailure('download', 'write', fsPath, cause);
      }
    }
  }

  #tempNames(folder: string): Promise<readonly string[]> {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const found = this.#names.hidden(folder).then((names) => names.filter(isTempFile));
    this.#folders.set(folder, found);
    return found;
  }
}
