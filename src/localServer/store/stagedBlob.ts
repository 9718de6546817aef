import type { FileHandle } from 'node:fs/promises';
import { syncFolder } from './syncFolder';

/** Bodies up to this size live in the database: one fsync instead of three, and no file each. */
const inlineLimitBytes = 16 * 1024;
const writeChunkBytes = 512 * 1024;

/** Where staged bytes go. */
export interface BlobFiles {
  createFile(): Promise<{ file: string; folder: string; handle: FileHandle }>;
  insert(sizeBytes: number, content: { file: string } | { bytes: Buffer }): number;
  removeFile(file: string): Promise<void>;
}

/** A body being received. Nothing of it is visible until `commit` runs inside a write transaction. */
export interface StagedBlob {
  readonly sizeBytes: number;
  write(chunk: Buffer): Promise<void>;
  /** Makes the bytes durable. Must be awaited before `commit`. */
  seal(): Promise<void>;
  /** Inserts the row, inside a write transaction. Returns the blob id, with no references yet. */
  commit(): number;
  /** Removes the bytes. For every path on which `commit` was not made durable. */
  discard(): Promise<void>;
}

/** A body on its way in: kept in memory while it is small, then in a file that nothing refers to yet. */
export class Staged implements StagedBlob {
  sizeBytes = 0;
  readonly #blobs: BlobFiles;
  readonly #isLarge: boolean;
  /** Received and not yet handed to the disk. */
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #file: { file: string; folder: string; handle: FileHandle | undefined } | undefined;
  /** The write that is under way; at most one, so that receiving, hashing and writing overlap in bounded memory. */
  #writing: Promise<void> = Promise.resolve();

  constructor(blobs: BlobFiles, expectedBytes: number | undefined) {
    this.#blobs = blobs;
    this.#isLarge = expectedBytes !== undefined && expectedBytes > inlineLimitBytes;
  }

  async write(chunk: Buffer): Promise<void> {
    this.sizeBytes += chunk.length;
    this.#queue.push(chunk);
    this.#queuedBytes += chunk.length;
    const isInline = this.#file === undefined && !this.#isLarge && this.sizeBytes <= inlineLimitBytes;
    if (!isInline && this.#queuedBytes >= writeChunkBytes) {
      await this.#flush();
    }
  }

  async seal(): Promise<void> {
    if (this.#file === undefined && this.sizeBytes <= inlineLimitBytes) {
      return;
    }
    await this.#flush();
    await this.#writing;
    const file = this.#file;
    if (file?.handle !== undefined) {
      await file.handle.datasync();
      await file.handle.close();
      file.handle = undefined;
      syncFolder(file.folder);
    }
  }

  commit(): number {
    return this.#file === undefined
      ? this.#blobs.insert(this.sizeBytes, { bytes: Buffer.concat(this.#queue) })
      : this.#blobs.insert(this.sizeBytes, { file: this.#file.file });
  }

  async discard(): Promise<void> {
    this.#queue = [];
    await this.#writing.catch(() => undefined);
    if (this.#file !== undefined) {
      await this.#file.handle?.close();
      this.#file.handle = undefined;
      await this.#blobs.removeFile(this.#file.file);
    }
  }

  async #flush(): Promise<void> {
    await this.#writing;
    this.#file ??= await this.#blobs.createFile();
    const { handle } = this.#file;
    if (handle === undefined) {
      throw new Error('A sealed body was written to.');
    }
    const batch = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#writing = writeAll(handle, batch);
    // Awaited by the next flush or by seal, which then fail; until then the rejection must not count as unhandled.
    this.#writing.catch(() => undefined);
  }
}

async function writeAll(handle: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (total === 0) {
    return;
  }
  const { bytesWritten } = await handle.writev(chunks);
  // The disk may take less than it was given.
  const rest = bytesWritten < total ? Buffer.concat(chunks).subarray(bytesWritten) : undefined;
  let offset = 0;
  while (rest !== undefined && offset < rest.length) {
    offset += (await handle.write(rest, offset, rest.length - offset)).bytesWritten;
  }
}
