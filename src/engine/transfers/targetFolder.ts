import { lstat, mkdir, realpath, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { CosFailure } from '../failure';
import { makeFolder } from '../../system/makeFolder';
import { codeOf, localFailure } from './localFailure';

/**
 * The folder that a download goes into. Makes the folders below it and answers only with folders that really lie in it:
 * a symbolic link that leads out of it is refused.
 */
export class TargetFolder {
  readonly #fsPath: string;
  readonly #real: string;
  readonly #known = new Map<string, Promise<string>>();
  readonly #created: string[] = [];
  /** What each folder was when it was looked at. */
  readonly #identities = new Map<string, string>();

  private constructor(fsPath: string, real: string) {
    this.#fsPath = fsPath;
    this.#real = real;
  }

  /** Opens the chosen folder, making it where it does not exist. */
  static async open(fsPath: string): Promise<TargetFolder> {
    try {
      const first = await makeFolder(fsPath);
      const folder = new TargetFolder(fsPath, await realpath(fsPath));
      await folder.#remember(fsPath);
      for (let made = first; made !== undefined && made !== dirname(made);) {
        folder.#created.push(made);
        const next = relative(made, resolve(fsPath)).split(sep)[0];
        made = next === undefined || next === '' ? undefined : join(made, next);
      }
      return folder;
    } catch (cause) {
      throw localFailure('download', 'write', fsPath, cause);
    }
  }

  /** The path of a folder below, made with all folders above it where they do not exist. */
  ensure(segments: readonly string[]): Promise<string> {
    if (segments.length === 0) return Promise.resolve(this.#fsPath);
    const key = segments.join('/');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = this.#make(segments);
    this.#known.set(key, made);
    return made;
  }

  /** Removes the folders made here that are still empty, deepest first: for a transfer that was cut or failed. */
  async removeEmptyCreated(): Promise<void> {
    for (const fsPath of this.#created.toReversed()) {
      try {
        await rmdir(fsPath);
      } catch (cause) {
        // Not empty, or removed by somebody else: then it is not ours to remove.
        if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(cause) ?? '')) {
          throw localFailure('download', 'write', fsPath, cause);
        }
      }
    }
  }

  async #make(segments: readonly string[]): Promise<string> {
    const fsPath = join(await this.ensure(segments.slice(0, -1)), segments.at(-1) ?? '');
    try {
      await mkdir(fsPath);
      this.#created.push(fsPath);
      await this.#remember(fsPath);
      return fsPath;
    } catch (cause) {
      if (codeOf(cause) !== 'EEXIST') throw localFailure('download', 'write', fsPath, cause);
    }
    await this.#assertInside(fsPath);
    await this.#remember(fsPath);
    return fsPath;
  }

  /**
   * Looks once more at a folder that `ensure` has answered with: a link may have taken its place since, and would lead whatever
   * is written there out of the chosen folder. Throws `localFile`; nothing is written then.
   */
  async assertSame(fsPath: string): Promise<void> {
    if ((await identityOf(fsPath)) === this.#identities.get(fsPath)) return;
    throw new CosFailure({
      kind: 'localFile',
      op: 'download',
      reason: 'unsafeName',
      fsPath,
      retry: 'later',
      detail: `"${fsPath}" was removed or replaced by something else during the download; nothing was written there`,
    });
  }

  async #remember(fsPath: string): Promise<void> {
    const identity = await identityOf(fsPath);
    if (identity !== undefined) this.#identities.set(fsPath, identity);
  }

  async #assertInside(fsPath: string): Promise<void> {
    let real: string;
    let isFolder: boolean;
    try {
      real = await realpath(fsPath);
      isFolder = (await lstat(real)).isDirectory();
    } catch (cause) {
      throw localFailure('download', 'write', fsPath, cause);
    }
    if (!isFolder) {
      throw new CosFailure({
        kind: 'localFile',
        op: 'download',
        reason: 'notWritable',
        fsPath,
        retry: 'never',
        detail: `"${fsPath}" is a file; a folder of that name is needed`,
      });
    }
    const root = this.#real.endsWith(sep) ? this.#real : `${this.#real}${sep}`;
    if (real !== this.#real && !real.startsWith(root)) {
      throw new CosFailure({
        kind: 'localFile',
        op: 'download',
        reason: 'unsafeName',
        fsPath,
        retry: 'never',
        detail: `"${fsPath}" is a link to "${real}", outside of the chosen folder`,
      });
    }
  }
}

/** Device, inode and true path: a folder that was moved away is another one, though a link leads to it. Undefined where nothing is. */
async function identityOf(fsPath: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(fsPath, { bigint: true });
    return `${dev}:${ino}:${await realpath(fsPath)}`;
  } catch {
    return undefined; // whatever is wrong with it shows when it is written to
  }
}
