import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobChecks, isSoundInline } from './blobChecks';
import { DamagedError } from './damaged';
import type { Database } from './database';

const readChunkBytes = 256 * 1024;
/** So much of a body is compared before its first byte is sent; what comes later breaks the body off where it is damaged. */
const comparedAheadBytes = 8 * 1024 ** 3;

/** One stored run of bytes, part of a body. */
export interface Segment {
  readonly blobId: number;
  readonly partNumber?: number;
  readonly sizeBytes: number;
}

/** Whose bytes are read. */
export interface BodyOwner {
  readonly bucketId: number;
  readonly key: string;
  readonly versionId: string;
}

/** Where bytes are. */
export type Content = { readonly file: string } | { readonly bytes: Buffer };

/** A stored run of bytes, and what of it is wanted. */
export interface Piece {
  readonly content: Content;
  readonly sizeBytes: number;
  /** Absent where a version of the server stored it that took none. */
  readonly crc32: number | undefined;
  readonly from: number;
  readonly to: number;
  isCompared: boolean;
}

/** Finds and reads stored bytes, compared with what was stored before any of them is given out. */
export class BlobReader {
  readonly #database: Database;
  readonly #root: string;
  readonly #checks: BlobChecks;

  constructor(database: Database, root: string) {
    this.#database = database;
    this.#root = root;
    this.#checks = new BlobChecks(root);
  }

  /** The stored runs of bytes that a range of a body is in. */
  find(owner: BodyOwner, segments: readonly Segment[], startByte: number, endByte: number): Piece[] {
    const pieces: Piece[] = [];
    let offset = 0;
    for (const segment of segments) {
      const from = Math.max(startByte - offset, 0);
      const to = Math.min(endByte - offset, segment.sizeBytes);
      offset += segment.sizeBytes;
      if (from < to) {
        pieces.push({ ...this.#stored(owner, segment), from, to, isCompared: false });
      }
    }
    return pieces;
  }

  /** Before the first byte is sent. */
  async compareAhead(owner: BodyOwner, pieces: readonly Piece[]): Promise<void> {
    let aheadBytes = 0;
    for (const piece of pieces) {
      if (aheadBytes > comparedAheadBytes) break;
      await this.#compare(owner, piece);
      aheadBytes += piece.sizeBytes;
    }
  }

  /** A file is no longer there. */
  forget(file: string): void {
    this.#checks.forget(file);
  }

  async *stream(owner: BodyOwner, pieces: readonly Piece[]): AsyncGenerator<Buffer> {
    for (const piece of pieces) {
      const { content, from, to } = piece;
      await this.#compare(owner, piece);
      if ('bytes' in content) {
        yield content.bytes.subarray(from, to);
        continue;
      }
      const handle = await open(join(this.#root, content.file), 'r');
      try {
        let position = from;
        while (position < to) {
          const buffer = Buffer.allocUnsafe(Math.min(readChunkBytes, to - position));
          const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
          if (bytesRead === 0) {
            throw new Error('A byte file is shorter than its record says.');
          }
          position += bytesRead;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await handle.close();
      }
    }
  }

  async #compare(owner: BodyOwner, piece: Piece): Promise<void> {
    if (piece.isCompared) return;
    const { content, sizeBytes, crc32 } = piece;
    const isSound =
      'file' in content
        ? await this.#checks.isSound(content.file, sizeBytes, crc32)
        : isSoundInline(content.bytes, sizeBytes, crc32);
    if (!isSound) throw this.#damaged(owner);
    piece.isCompared = true;
  }

  #stored(owner: BodyOwner, segment: Segment): Pick<Piece, 'content' | 'sizeBytes' | 'crc32'> {
    const row = this.#database.get('SELECT file, bytes, size_bytes, crc32 FROM blobs WHERE id = ?', segment.blobId);
    const crc32 = typeof row?.['crc32'] === 'number' ? row['crc32'] : undefined;
    const file = row?.['file'];
    const bytes = row?.['bytes'];
    const { sizeBytes } = segment;
    if (row?.['size_bytes'] !== sizeBytes) throw this.#damaged(owner);
    if (typeof file === 'string') return { content: { file }, sizeBytes, crc32 };
    if (!(bytes instanceof Uint8Array)) throw this.#damaged(owner);
    return { content: { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) }, sizeBytes, crc32 };
  }

  #damaged({ bucketId, key, versionId }: BodyOwner): DamagedError {
    const bucket = this.#database.get('SELECT name FROM buckets WHERE id = ?', bucketId)?.['name'];
    const where = typeof bucket === 'string' ? ` in the bucket "${bucket}"` : '';
    const which = versionId === 'null' ? '' : ` (version ${versionId})`;
    return new DamagedError(
      `The bytes of ${JSON.stringify(key)}${which}${where} are damaged: in the data folder of the local server they are no longer what was uploaded. Upload the object again.`,
    );
  }
}
