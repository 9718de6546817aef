import { open, stat, type FileHandle } from 'node:fs/promises';
import { constants, type BigIntStats } from 'node:fs';
import { CosFailure } from '../failure';
import { localFailure } from './localFailure';

/** How a file was when it was planned. */
export interface FileState {
  readonly sizeBytes: number;
  readonly modifiedAtNs: bigint;
}

/** The kernel is not to be interrupted in a call on most systems: while it reads 8 MiB, an editor on the same core would wait. */
const longestReadBytes = 512 * 1024;

/** A file that is being uploaded: read at any offset, and known to be the same from plan to end. */
export class SourceFile {
  readonly fsPath: string;
  readonly #handle: FileHandle;
  readonly #state: FileState;
  /** Of the open file: its time can be set back after a change, and this one cannot. */
  readonly #statusChangedAtNs: bigint;

  private constructor(fsPath: string, handle: FileHandle, state: FileState, statusChangedAtNs: bigint) {
    this.fsPath = fsPath;
    this.#handle = handle;
    this.#state = state;
    this.#statusChangedAtNs = statusChangedAtNs;
  }

  /** Opens a planned file. Throws `localFile` failures. Whether it is as it was planned, `assertUnchanged` tells. */
  static async open(fsPath: string, state: FileState): Promise<SourceFile> {
    try {
      // A pipe that has taken the file's place since it was planned would keep whoever opens it waiting for a writer, forever.
      const handle = await open(fsPath, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      const opened = await handle.stat({ bigint: true });
      if (opened.isFile()) return new SourceFile(fsPath, handle, state, opened.ctimeNs);
      await handle.close();
    } catch (cause) {
      throw localFailure('upload', 'read', fsPath, cause);
    }
    throw changed(fsPath);
  }

  get sizeBytes(): number {
    return this.#state.sizeBytes;
  }

  /** Fills the buffer's first `lengthBytes` from an offset. A file that ends earlier has changed. */
  async readAt(buffer: Buffer, lengthBytes: number, offsetBytes: number): Promise<void> {
    let done = 0;
    while (done < lengthBytes) {
      let bytesRead: number;
      try {
        const pieceBytes = Math.min(longestReadBytes, lengthBytes - done);
        ({ bytesRead } = await this.#handle.read(buffer, done, pieceBytes, offsetBytes + done));
      } catch (cause) {
        throw localFailure('upload', 'read', this.fsPath, cause);
      }
      if (bytesRead === 0) throw changed(this.fsPath);
      done += bytesRead;
    }
  }

  /** Reads a stretch of the file, piece by piece; a piece is only valid until the next. */
  async read(take: (bytes: Uint8Array) => void, offsetBytes = 0, lengthBytes = this.sizeBytes): Promise<void> {
    const buffer = Buffer.allocUnsafe(Math.min(1024 * 1024, lengthBytes));
    for (let done = 0; done < lengthBytes;) {
      const pieceBytes = Math.min(buffer.length, lengthBytes - done);
      await this.readAt(buffer, pieceBytes, offsetBytes + done);
      take(buffer.subarray(0, pieceBytes));
      done += pieceBytes;
    }
  }

  /** Compares size and time of the open file, and of whatever its name stands for by now, with the plan. */
  async assertUnchanged(): Promise<void> {
    await Promise.all([this.assertReadUnchanged(), this.#assertAsPlanned(() => stat(this.fsPath, { bigint: true }))]);
  }

  /** Compares size and times of the open file with the plan: enough for what was read at once. */
  async assertReadUnchanged(): Promise<void> {
    await this.#assertAsPlanned(async () => {
      const state = await this.#handle.stat({ bigint: true });
      if (state.ctimeNs !== this.#statusChangedAtNs) throw changed(this.fsPath);
      return state;
    });
  }

  async #assertAsPlanned(stateOf: () => Promise<BigIntStats>): Promise<void> {
    let state: BigIntStats;
    try {
      state = await stateOf();
    } catch (cause) {
      throw cause instanceof CosFailure ? cause : localFailure('upload', 'read', this.fsPath, cause);
    }
    const isSame = state.size === BigInt(this.#state.sizeBytes) && state.mtimeNs === this.#state.modifiedAtNs;
    if (!isSame) throw changed(this.fsPath);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function changed(fsPath: string): CosFailure {
  return new CosFailure({
    kind: 'localFile',
    op: 'upload',
    reason: 'changedMeanwhile',
    fsPath,
    retry: 'later',
    detail: `"${fsPath}" changed while it was being uploaded; nothing of it was stored`,
  });
}
