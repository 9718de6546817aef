import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { link, lstat, open, rename, stat, statfs, unlink, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CosFailure } from '../failure';
import { codeOf, diskFullFailure, localFailure } from './localFailure';

const tempEndLength = 16 + '.cospart'.length;
/** Which machine and process a temporary file is of; what is left of the sixteen digits is by chance. */
const machineMark = createHash('sha256').update(hostname()).digest('hex').slice(0, 3);
const processDigits = 6;
const tempName = /^\..*\.[0-9a-f]{16}\.cospart$/s;
/** Below this, a full disk shows soon enough by itself. */
const askForSpaceBytes = 16 * 1024 * 1024;
/** So many written bytes go on to the disk while others still arrive, so that little is left to wait for at the end. */
const flushBytes = 64 * 1024 * 1024;

// Of many small files, the objects around handles cost more than what is done with them.
const onDescriptor = {
  open: promisify(fs.open),
  write: promisify(fs.write),
  futimes: promisify(fs.futimes),
  fsync: promisify(fs.fsync),
  fstat: promisify(fs.fstat),
  close: promisify(fs.close),
};

/** Downloads are written in pieces of this size, large enough for writes to be few, and read so to be compared. */
export const pieceBytes = 1024 * 1024;

/** Whether a complete file takes the place of another one. */
export type Placement = 'replace' | 'onlyIfAbsent';

/**
 * A download before it is complete: `.<name>.<16 hex digits>.cospart` beside its target; the digits tell whose it is. It takes the target's name in
 * one step when it is whole; discarding removes it. A killed process can leave one behind: the next engine
 * goes on with it or removes it (the transfer's notes), or `StaleTempFiles` finds it.
 */
export class TempFile {
  readonly fsPath: string;
  readonly #targetFsPath: string;
  /** Until it is finished. */
  readonly #handle: FileHandle | undefined;
  #isPlaced = false;
  /** As it was when it was whole. */
  #finished: fs.BigIntStats | undefined;
  #unflushedBytes = 0;
  #flushing: Promise<void> | undefined;
  #lost: { readonly cause: unknown } | undefined;

  private constructor(fsPath: string, targetFsPath: string, handle?: FileHandle) {
    this.fsPath = fsPath;
    this.#targetFsPath = targetFsPath;
    this.#handle = handle;
  }

  /**
   * Creates the file, exclusively, at its final size; tells its path before it exists. Throws `localFile` failures naming the
   * target.
   */
  static async create(targetFsPath: string, sizeBytes: number, willBe: (fsPath: string) => void): Promise<TempFile> {
    const fsPath = tempPath(targetFsPath);
    await assertSpace(dirname(targetFsPath), targetFsPath, sizeBytes);
    willBe(fsPath);
    let handle: FileHandle;
    try {
      handle = await open(fsPath, 'wx+', 0o666);
    } catch (cause) {
      throw localFailure('download', 'write', targetFsPath, cause);
    }
    const file = new TempFile(fsPath, targetFsPath, handle);
    try {
      await handle.truncate(sizeBytes);
    } catch (cause) {
      await file.discard();
      throw localFailure('download', 'write', targetFsPath, cause);
    }
    return file;
  }

  /**
   * Writes a small file in one go, exclusively: with its date, durable and closed. Tells its path before it exists; nothing of
   * it stays where that fails. Throws `localFile` failures naming the target.
   */
  static async write(
    targetFsPath: string,
    bytes: Uint8Array,
    modifiedAtMs: number,
    willBe: (fsPath: string) => void,
  ): Promise<TempFile> {
    const fsPath = tempPath(targetFsPath);
    const file = new TempFile(fsPath, targetFsPath);
    willBe(fsPath);
    let isThere = false;
    try {
      const fd = await onDescriptor.open(fsPath, 'wx', 0o666);
      isThere = true;
      try {
        for (let done = 0; done < bytes.length;) {
          done += (await onDescriptor.write(fd, bytes, done, bytes.length - done, done)).bytesWritten;
        }
        await onDescriptor.futimes(fd, modifiedAtMs / 1000, modifiedAtMs / 1000);
        await onDescriptor.fsync(fd);
        file.#finished = await onDescriptor.fstat(fd, { bigint: true });
      } finally {
        await onDescriptor.close(fd);
      }
      return file;
    } catch (cause) {
      if (isThere) await file.discard();
      throw localFailure('download', 'write', targetFsPath, cause);
    }
  }

  /**
   * Opens the file of an earlier run, and makes it one of this process; tells its path before it has it. Undefined where it is
   * gone, or cannot be the one that was left.
   */
  static async reopen(
    fsPath: string,
    targetFsPath: string,
    sizeBytes: number,
    willBe: (fsPath: string) => void,
  ): Promise<TempFile | undefined> {
    if (!isTempFile(fsPath) || dirname(fsPath) !== dirname(targetFsPath)) return undefined;
    let handle: FileHandle;
    try {
      handle = await open(fsPath, fs.constants.O_RDWR | (fs.constants.O_NOFOLLOW ?? 0));
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return undefined;
      throw localFailure('download', 'write', targetFsPath, cause);
    }
    const state = await handle.stat();
    if (!state.isFile() || state.size !== sizeBytes) {
      await handle.close();
      return undefined;
    }
    const ownFsPath = tempPath(targetFsPath);
    willBe(ownFsPath);
    try {
      await rename(fsPath, ownFsPath);
    } catch (cause) {
      await handle.close();
      throw localFailure('download', 'write', targetFsPath, cause);
    }
    return new TempFile(ownFsPath, targetFsPath, handle);
  }

  /** Writes all of the bytes at an offset. */
  async writeAt(bytes: Uint8Array, offsetBytes: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#open.write(bytes, done, bytes.length - done, offsetBytes + done);
        done += bytesWritten;
      }
    } catch (cause) {
      throw localFailure('download', 'write', this.#targetFsPath, cause);
    }
    this.#unflushedBytes += bytes.length;
    if (this.#unflushedBytes >= flushBytes) this.#flush();
  }

  /** Begins to make durable what is written, unless that is already going on. */
  #flush(): void {
    if (this.#flushing !== undefined) return;
    this.#unflushedBytes = 0;
    this.#flushing = this.#open.datasync().finally(() => (this.#flushing = undefined));
    // The system tells of lost bytes once for each open file: whoever asks first has to pass it on.
    this.#flushing.catch((cause: unknown) => (this.#lost = { cause }));
  }

  /** Reads the whole file in order, or so many bytes of it, in pieces of 1 MiB; the last one is shorter. */
  async read(take: (bytes: Uint8Array) => void, offsetBytes = 0, lengthBytes = Number.MAX_SAFE_INTEGER): Promise<void> {
    const buffer = Buffer.allocUnsafe(pieceBytes);
    for (let done = 0; done < lengthBytes;) {
      const wantedBytes = Math.min(buffer.length, lengthBytes - done);
      const readBytes = await this.#fill(buffer, wantedBytes, offsetBytes + done);
      if (readBytes > 0) take(buffer.subarray(0, readBytes));
      if (readBytes < wantedBytes) return;
      done += readBytes;
    }
  }

  /** Tells how many bytes there are, where the file ends earlier. */
  async #fill(buffer: Buffer, wantedBytes: number, offsetBytes: number): Promise<number> {
    let done = 0;
    while (done < wantedBytes) {
      let bytesRead: number;
      try {
        ({ bytesRead } = await this.#open.read(buffer, done, wantedBytes - done, offsetBytes + done));
      } catch (cause) {
        throw localFailure('download', 'read', this.fsPath, cause);
      }
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  /** Dates the file, makes its bytes durable and closes it. */
  async finish(modifiedAtMs: number): Promise<void> {
    try {
      await this.#open.utimes(modifiedAtMs / 1000, modifiedAtMs / 1000);
      await this.#flushing;
      await this.#open.sync();
      if (this.#lost !== undefined) throw this.#lost.cause;
      this.#finished = await this.#open.stat({ bigint: true });
      await this.#open.close();
    } catch (cause) {
      throw localFailure('download', 'write', this.#targetFsPath, cause);
    }
  }

  /** Gives a finished file its name in one step. False when something has that name and must stay. */
  async place(targetFsPath: string, placement: Placement): Promise<boolean> {
    await this.#assertOwn();
    try {
      switch (placement) {
        case 'replace':
          await assertReplaceable(targetFsPath);
          await rename(this.fsPath, targetFsPath);
          this.#isPlaced = true;
          break;
        case 'onlyIfAbsent':
          this.#isPlaced = await this.#placeIfAbsent(targetFsPath);
      }
      return this.#isPlaced;
    } catch (cause) {
      throw localFailure('download', 'write', targetFsPath, cause);
    }
  }

  /** What gets the target's name is the very file that was written: its own name may stand for another by now. */
  async #assertOwn(): Promise<void> {
    const written = this.#finished;
    let state: fs.BigIntStats | undefined;
    try {
      state = await lstat(this.fsPath, { bigint: true });
    } catch (cause) {
      if (codeOf(cause) !== 'ENOENT') throw localFailure('download', 'write', this.fsPath, cause);
    }
    const isOwn =
      written !== undefined &&
      state?.ino === written.ino &&
      state.dev === written.dev &&
      state.size === written.size &&
      state.ctimeNs === written.ctimeNs;
    if (!isOwn) throw takenAway(this.fsPath, this.#targetFsPath);
  }

  /** Removes the file. Does nothing once it has been placed. */
  async discard(): Promise<void> {
    if (this.#isPlaced) return;
    await this.#handle?.close();
    try {
      await unlink(this.fsPath);
    } catch (cause) {
      if (codeOf(cause) !== 'ENOENT') throw localFailure('download', 'write', this.fsPath, cause);
    }
  }

  /** Closes the file and leaves it for the next run. */
  async keep(): Promise<void> {
    await this.#handle?.close();
  }

  get #open(): FileHandle {
    if (this.#handle === undefined) throw new Error('the file was written in one go');
    return this.#handle;
  }

  async #placeIfAbsent(targetFsPath: string): Promise<boolean> {
    try {
      await link(this.fsPath, targetFsPath);
    } catch (cause) {
      switch (codeOf(cause)) {
        case 'EEXIST':
          return false;
        case 'EPERM':
        case 'ENOSYS':
        case 'ENOTSUP':
        case 'EOPNOTSUPP':
        case 'EMLINK':
        case 'EACCES':
          return await this.#claimAndRename(targetFsPath);
        default:
          throw cause;
      }
    }
    await unlink(this.fsPath);
    return true;
  }

  /** For file systems without hard links: an empty file takes the name, exclusively, and is replaced at once. */
  async #claimAndRename(targetFsPath: string): Promise<boolean> {
    try {
      await (await open(targetFsPath, 'wx')).close();
    } catch (cause) {
      if (codeOf(cause) === 'EEXIST') return false;
      throw cause;
    }
    try {
      await rename(this.fsPath, targetFsPath);
    } catch (cause) {
      await unlink(targetFsPath);
      throw cause;
    }
    return true;
  }
}

function takenAway(fsPath: string, targetFsPath: string): CosFailure {
  return new CosFailure({
    kind: 'localFile',
    op: 'download',
    reason: 'changedMeanwhile',
    fsPath,
    retry: 'later',
    detail: `Another program removed, replaced or changed "${fsPath}", the unfinished download of "${targetFsPath}"; nothing of it was kept`,
  });
}

/** Whether a path can only be a temporary file of ours, so that removing it cannot hurt anybody else's file. */
export function isTempFile(fsPath: string): boolean {
  return tempName.test(basename(fsPath));
}

/** Whether a name is that of a temporary file of this target. */
export function isTempNameOf(name: string, target: string): boolean {
  const stem = tempStem(target);
  return name.startsWith(stem) && name.length === stem.length + tempEndLength && tempName.test(name);
}

/**
 * Whether the process that a temporary file is of is gone, as far as this machine can tell: what another machine writes to a
 * shared folder is not known here.
 */
export function isOfDeadProcess(fsPath: string): boolean {
  const mark = /\.([0-9a-f]{16})\.cospart$/.exec(basename(fsPath))?.[1];
  if (mark?.startsWith(machineMark) !== true) return false;
  const pid = Number.parseInt(mark.slice(machineMark.length, machineMark.length + processDigits), 16);
  try {
    process.kill(pid, 0);
    return false;
  } catch (cause) {
    return codeOf(cause) === 'ESRCH';
  }
}

function tempPath(targetFsPath: string): string {
  const stem = tempStem(basename(targetFsPath));
  const owner = machineMark + (process.pid & 0xffffff).toString(16).padStart(processDigits, '0');
  const mark = (owner + randomBytes(8).toString('hex')).slice(0, 16);
  return join(dirname(targetFsPath), `${stem}${mark}.cospart`);
}

/** A long name is cut: the temporary name must fit where the name itself does. */
function tempStem(name: string): string {
  return `.${[...name].slice(0, 50).join('')}.`;
}

/**
 * Devices, pipes and sockets are never replaced by a file, nor links that lead to them. Throws `localFile` with what to do
 * instead.
 */
export async function assertReplaceable(targetFsPath: string): Promise<void> {
  let state: fs.Stats;
  try {
    state = await stat(targetFsPath);
  } catch (cause) {
    // Nothing, or a link that leads nowhere, which is a name like any other.
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR' || codeOf(cause) === 'ELOOP') return;
    throw localFailure('download', 'write', targetFsPath, cause);
  }
  if (state.isFile() || state.isDirectory()) return;
  const kind = state.isFIFO() ? 'pipe' : state.isSocket() ? 'socket' : 'device';
  throw new CosFailure({
    kind: 'localFile',
    op: 'download',
    reason: 'notWritable',
    fsPath: targetFsPath,
    retry: 'never',
    detail: `"${targetFsPath}" is a ${kind}, and is never replaced by a file; to write to it, copy to "-" and redirect that`,
  });
}

async function assertSpace(folder: string, targetFsPath: string, sizeBytes: number): Promise<void> {
  if (sizeBytes < askForSpaceBytes) return;
  let freeBytes: number;
  try {
    const space = await statfs(folder);
    freeBytes = space.bavail * space.bsize;
  } catch (cause) {
    throw localFailure('download', 'write', targetFsPath, cause);
  }
  if (freeBytes < sizeBytes) throw diskFullFailure('download', targetFsPath, sizeBytes, freeBytes);
}

/** Removes a temporary file of an earlier run; never a file that is not one. */
export async function removeTempFile(fsPath: string): Promise<void> {
  if (!isTempFile(fsPath)) return;
  try {
    await unlink(fsPath);
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw localFailure('download', 'write', fsPath, cause);
  }
}
