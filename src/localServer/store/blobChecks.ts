import type { BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { systemErrorCode } from '../startError';

const readBytes = 1024 * 1024;
/** A file that is written to twice within a tick of the file system's clock shows it only once. */
const settledMs = 200;
const mostRemembered = 100_000;

/**
 * Compares byte files with the checksums that were taken when they were received. What was compared is remembered for as
 * long as the file's times stay what they were, so that it costs nothing to read again.
 */
export class BlobChecks {
  readonly #root: string;
  readonly #sound = new Map<string, string>();
  readonly #running = new Map<string, Promise<boolean>>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Whether the file holds what it was stored with; of one without a checksum, whether it has its size. */
  isSound(file: string, sizeBytes: number, expected: number | undefined): Promise<boolean> {
    let running = this.#running.get(file);
    if (running === undefined) {
      running = this.#look(file, sizeBytes, expected).finally(() => this.#running.delete(file));
      this.#running.set(file, running);
    }
    return running;
  }

  forget(file: string): void {
    this.#sound.delete(file);
  }

  async #look(file: string, sizeBytes: number, expected: number | undefined): Promise<boolean> {
    try {
      const handle = await open(join(this.#root, file), 'r');
      try {
        const stats = await handle.stat({ bigint: true });
        if (stats.size !== BigInt(sizeBytes)) return false;
        const stamp = stampOf(stats);
        if (expected === undefined || this.#sound.get(file) === stamp) return true;
        const buffer = Buffer.allocUnsafe(Math.min(readBytes, sizeBytes));
        let found = 0;
        for (let position = 0; position < sizeBytes;) {
          const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
          if (bytesRead === 0) return false;
          found = crc32(buffer.subarray(0, bytesRead), found);
          position += bytesRead;
        }
        if (found !== expected) return false;
        if (Date.now() - Number(stats.ctimeMs) > settledMs) this.#remember(file, stamp);
        return true;
      } finally {
        await handle.close();
      }
    } catch (error) {
      // Gone, or on a sector that can no longer be read.
      if (['ENOENT', 'EIO'].includes(systemErrorCode(error) ?? '')) return false;
      throw error;
    }
  }

  #remember(file: string, stamp: string): void {
    if (this.#sound.size >= mostRemembered) this.#sound.clear();
    this.#sound.set(file, stamp);
  }
}

function stampOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [ino, size, mtimeNs, ctimeNs].join(' ');
}

/** The same for bytes that are kept in the database. */
export function isSoundInline(bytes: Buffer, sizeBytes: number, expected: number | undefined): boolean {
  return bytes.length === sizeBytes && (expected === undefined || crc32(bytes) === expected);
}
