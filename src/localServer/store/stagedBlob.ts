import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { syncFolder } from './syncFolder';

/** Bodies up to this size live in the database: one fsync instead of three, and no file each. */
const inlineLimitBytes = 16 * 1024;
const writeChunkBytes = 512 * 1024;
/** Zeros are compared in steps of this. */
const holeBytes = 64 * 1024;
const zeros = Buffer.alloc(holeBytes);
/** A block of most file systems; less cannot be left out. */
const smallestHoleBytes = 4096;

/** Where staged bytes go. */
export interface BlobFiles {
  createFile(): Promise<{ file: string; folder: string; handle: FileHandle }>;
  insert(sizeBytes: number, crc32: number, content: { file: string } | { bytes: Buffer }): number;
  removeLoose(file: string): Promise<void>;
}

/** A body being received. Nothing of it is visible until `commit` runs inside a write transaction. */
export interface StagedBlob {
  readonly sizeBytes: number;
  write(chunk: Buffer): Promise<void>;
  /** Makes the bytes durable. Must be awaited before `commit`. */
  seal(): Promise<void>;
  /** Inserts the row, inside a write transaction. Returns the blob id, with no references yet. */
  commit(): number;
  /** Removes the bytes, unless `commit` was made durable. */
  discard(): Promise<void>;
}

/** A body on its way in: kept in memory while it is small, then in a file that nothing refers to yet. */
export class Staged implements StagedBlob {
  sizeBytes = 0;
  /** Of all that was received, as it came: what is read later is compared with it. */
  #crc32 = 0;
  readonly #blobs: BlobFiles;
  readonly #isLarge: boolean;
  /** Received and not yet handed to the disk. */
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #file: { file: string; folder: string; handle: FileHandle | undefined } | undefined;
  /** How far the file is written, holes included. */
  #position = 0;
  /** The write that is under way; at most one, so that receiving, hashing and writing overlap in bounded memory. */
  #writing: Promise<void> = Promise.resolve();

  constructor(blobs: BlobFiles, expectedBytes: number | undefined) {
    this.#blobs = blobs;
    this.#isLarge = expectedBytes !== undefined && expectedBytes > inlineLimitBytes;
  }

  async write(chunk: Buffer): Promise<void> {
    this.sizeBytes += chunk.length;
    this.#crc32 = crc32(chunk, this.#crc32);
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
      // A hole at the end is no byte written.
      if ((await file.handle.stat()).size < this.sizeBytes) {
        await file.handle.truncate(this.sizeBytes);
      }
      await file.handle.datasync();
      await file.handle.close();
      file.handle = undefined;
      await syncFolder(file.folder);
    }
  }

  commit(): number {
    return this.#file === undefined
      ? this.#blobs.insert(this.sizeBytes, this.#crc32, { bytes: Buffer.concat(this.#queue) })
      : this.#blobs.insert(this.sizeBytes, this.#crc32, { file: this.#file.file });
  }

  async discard(): Promise<void> {
    this.#queue = [];
    await this.#writing.catch(() => undefined);
    if (this.#file !== undefined) {
      await this.#file.handle?.close();
      this.#file.handle = undefined;
      await this.#blobs.removeLoose(this.#file.file);
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
    this.#writing = writeAll(handle, batch, this.#position);
    this.#position += batch.reduce((sum, chunk) => sum + chunk.length, 0);
    // Awaited by the next flush or by seal, which then fail; until then the rejection must not count as unhandled.
    this.#writing.catch(() => undefined);
  }
}

/** Writes from a position on. What is all zeros is skipped: the file reads the same, and takes no room for it. */
async function writeAll(handle: FileHandle, chunks: readonly Buffer[], start: number): Promise<void> {
  let position = start;
  let run: Buffer[] = [];
  const writeRun = async (): Promise<void> => {
    position += await writeRunAt(handle, run, position);
    run = [];
  };
  for (const chunk of chunks) {
    if (isAllZeros(chunk)) {
      await writeRun();
      position += chunk.length;
    } else {
      run.push(chunk);
    }
  }
  await writeRun();
}

function isAllZeros(chunk: Buffer): boolean {
  if (chunk.length < smallestHoleBytes) {
    return false;
  }
  for (let at = 0; at < chunk.length; at += holeBytes) {
    const end = Math.min(at + holeBytes, chunk.length);
    if (chunk.compare(zeros, 0, end - at, at, end) !== 0) {
      return false;
    }
  }
  return true;
}

/** Writes pieces one after the other and answers how many bytes they have. */
async function writeRunAt(handle: FileHandle, chunks: readonly Buffer[], position: number): Promise<number> {
  const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (total === 0) {
    return 0;
  }
  const { bytesWritten } = await handle.writev(chunks, position);
  // The disk may take less than it was given.
  const rest = bytesWritten < total ? Buffer.concat(chunks).subarray(bytesWritten) : undefined;
  let offset = 0;
  while (rest !== undefined && offset < rest.length) {
    const { bytesWritten: more } = await handle.write(
      rest,
      offset,
      rest.length - offset,
      position + bytesWritten + offset,
    );
    offset += more;
  }
  return total;
}
