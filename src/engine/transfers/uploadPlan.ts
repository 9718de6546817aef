import { lstat, readdir, stat } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { keyProblem, objectKey, type ObjectKey } from '../../model/ids';
import type { ItemSkip } from '../../model/transferState';
import type { TransferRequest } from '../../protocol/requests';
import { cancelled } from '../failure';
import type { Transfer } from './transfer';
import { codeOf, errorOf, localFailure } from './localFailure';
import { nameChoice } from './nameFilter';
import type { FileState } from './sourceFile';
import { isTempFile } from './tempFile';

/** The request of an upload. */
export type UploadRequest = Extract<TransferRequest, { kind: 'upload' }>;

/** One file to upload. */
export interface UploadItem extends FileState {
  readonly fsPath: string;
  readonly key: ObjectKey;
}

/**
 * Finds the files below the sources and the keys they get: relative paths with `/`, below `prefix`. Symbolic links are
 * followed, or skipped where `skipSymlinks` says so and the link is no source itself; a link back to a folder that is being
 * walked is a skip. What cannot be uploaded is booked as skip or
 * failure with its reason. Holds the names of one folder per level, not of the whole tree. Empty folders make nothing, and are
 * counted: keys have no folders. What a download has not finished is never uploaded. What the filter leaves out is not looked at.
 */
export async function* planUpload(
  transfer: Transfer,
  { sources, prefix, filter }: Pick<UploadRequest, 'sources' | 'prefix' | 'filter'>,
  signal: AbortSignal,
  skipSymlinks = false,
): AsyncGenerator<UploadItem> {
  const choice = nameChoice(filter);
  const isLeftOut: IsLeftOut = (key, what) =>
    what === 'folder' ? choice.leavesOut(key.slice(prefix.length)) : !choice.takes(key.slice(prefix.length));
  const walk = new Walk(transfer, isLeftOut, skipSymlinks, signal);
  const seen = new Set<string>();
  const names = new Map<string, string>();
  for (const source of sources) {
    const fsPath = resolve(source.fsPath);
    if (seen.has(fsPath)) continue;
    seen.add(fsPath);
    const name = source.name ?? basename(fsPath);
    const other = names.get(name);
    // Sources from several folders may share a name, and then whole subtrees could share keys.
    if (other !== undefined && source.contentsOnly !== true) {
      walk.skip({ name: fsPath, reason: 'nameCollision', detail: `"${other}" is uploaded under the same name` });
      continue;
    }
    if (source.contentsOnly !== true) names.set(name, fsPath);
    yield* walk.source(fsPath, prefix, source.contentsOnly === true ? '' : name);
  }
  transfer.noteUnmatched(choice.unmatched());
}

/** Whether the filter leaves out a file with this key, or everything in a folder with this prefix (without its `/`). */
type IsLeftOut = (key: string, what: 'file' | 'folder') => boolean;

class Walk {
  readonly #transfer: Transfer;
  readonly #isLeftOut: IsLeftOut;
  readonly #skipSymlinks: boolean;
  readonly #signal: AbortSignal;
  #contentsOf: string | undefined;

  constructor(transfer: Transfer, isLeftOut: IsLeftOut, skipSymlinks: boolean, signal: AbortSignal) {
    this.#transfer = transfer;
    this.#isLeftOut = isLeftOut;
    this.#skipSymlinks = skipSymlinks;
    this.#signal = signal;
  }

  skip(skip: ItemSkip): void {
    this.#transfer.addPlanned(0);
    this.#transfer.addSkip(skip);
  }

  #fail(name: string, thrown: unknown): void {
    this.#transfer.addPlanFailure({ name, error: errorOf('upload', thrown) });
  }

  async *source(fsPath: string, prefix: string, name: string): AsyncGenerator<UploadItem> {
    if (name !== '' && this.#isLeftOutAnyhow(`${prefix}${name}`)) return;
    const state = await this.#stat(fsPath, `${prefix}${name}`);
    if (state === undefined) return;
    this.#contentsOf = name === '' ? fsPath : undefined;
    if (name !== '' && state.isDirectory() && this.#isLeftOut(`${prefix}${name}`, 'folder')) return;
    if (state.isDirectory()) yield* this.#folder(fsPath, name === '' ? prefix : `${prefix}${name}/`, [identity(state)]);
    else yield* this.#file(fsPath, `${prefix}${name === '' ? basename(fsPath) : name}`, state);
  }

  async *#folder(fsPath: string, prefix: string, above: readonly string[]): AsyncGenerator<UploadItem> {
    let entries: Buffer[];
    try {
      entries = await readdir(fsPath, { encoding: 'buffer' });
    } catch (cause) {
      this.#fail(fsPath, localFailure('upload', 'list', fsPath, cause));
      return;
    }
    // A source whose content alone is wanted gives its name to nothing.
    if (entries.length === 0 && fsPath !== this.#contentsOf) this.#transfer.addEmptyFolder();
    for (const entry of entries.sort((a, b) => Buffer.compare(a, b))) {
      if (this.#signal.aborted) throw cancelled('upload');
      const name = entry.toString('utf8');
      const path = join(fsPath, name);
      if (!Buffer.from(name, 'utf8').equals(entry)) {
        this.skip({ name: path, reason: 'notUnicode', detail: 'its name is not valid Unicode, and keys must be' });
        continue;
      }
      const key = `${prefix}${name}`;
      if (this.#isLeftOutAnyhow(key)) continue;
      const state = await this.#stat(path, key, this.#skipSymlinks ? lstat : stat);
      if (state === undefined) continue;
      if (state.isSymbolicLink()) {
        if (this.#isLeftOut(key, 'file')) continue;
        this.skip({ name: path, reason: 'symlink', detail: 'it is a symbolic link, and those are not followed' });
      } else if (!state.isDirectory()) {
        yield* this.#file(path, key, state);
      } else if (this.#isLeftOut(key, 'folder')) {
        continue;
      } else if (above.includes(identity(state))) {
        this.skip({ name: path, reason: 'symlinkLoop', detail: 'it links back to a folder that it lies in' });
      } else {
        yield* this.#folder(path, `${key}/`, [...above, identity(state)]);
      }
    }
  }

  *#file(fsPath: string, key: string, state: BigIntStats): Generator<UploadItem> {
    if (this.#isLeftOut(key, 'file')) return;
    if (isTempFile(fsPath)) {
      this.skip({ name: fsPath, reason: 'unfinishedDownload', detail: 'it is what a download has not finished' });
      return;
    }
    if (!state.isFile()) {
      this.skip({ name: fsPath, reason: 'notAFile', detail: `it is a ${kindOf(state)}, not a file or folder` });
      return;
    }
    switch (keyProblem(key)) {
      case 'tooLong':
        this.skip({ name: fsPath, reason: 'keyTooLong', detail: 'its key would be longer than 1,024 bytes' });
        return;
      case 'notUnicode':
      case 'empty':
        this.skip({ name: fsPath, reason: 'notUnicode', detail: 'its name is not valid Unicode, and keys must be' });
        return;
      case undefined: {
        const sizeBytes = Number(state.size);
        this.#transfer.addPlanned(sizeBytes);
        yield { fsPath, key: objectKey(key), sizeBytes, modifiedAtNs: state.mtimeNs };
      }
    }
  }

  /** Whether the filter leaves out what has this key, be it a file or a folder: then nobody needs to look at it. */
  #isLeftOutAnyhow(key: string): boolean {
    return this.#isLeftOut(key, 'file') && this.#isLeftOut(key, 'folder');
  }

  async #stat(fsPath: string, key: string, look: typeof stat = stat): Promise<BigIntStats | undefined> {
    try {
      return await look(fsPath, { bigint: true });
    } catch (cause) {
      // A link that leads nowhere is no folder: where no file of its name is wanted, it is not missed.
      const leadsNowhere = ['ELOOP', 'ENOENT'].includes(codeOf(cause) ?? '');
      if (leadsNowhere && this.#isLeftOut(key, 'file')) return undefined;
      if (codeOf(cause) === 'ELOOP') {
        this.skip({ name: fsPath, reason: 'symlinkLoop', detail: 'it is a symbolic link that leads to itself' });
      } else {
        this.#fail(fsPath, localFailure('upload', 'read', fsPath, cause));
      }
      return undefined;
    }
  }
}

function identity(state: BigIntStats): string {
  return `${state.dev}:${state.ino}`;
}

function kindOf(state: BigIntStats): string {
  if (state.isFIFO()) return 'pipe';
  if (state.isSocket()) return 'socket';
  return 'device';
}
