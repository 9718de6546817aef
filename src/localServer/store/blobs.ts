import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolderSync } from '../../system/makeFolder';
import type { Database } from './database';
import { Staged, type StagedBlob } from './stagedBlob';
import { syncFolder } from './syncFolder';

const readChunkBytes = 256 * 1024;

/** One stored run of bytes, part of a body. */
export interface Segment {
  readonly blobId: number;
  readonly partNumber?: number;
  readonly sizeBytes: number;
}

/**
 * Bytes of objects and parts. Files are named by random ids under `blobs/<session>/<two hex digits>/`, never by keys.
 * Each opening of the store is a new session, so that after a crash only the last session's folder can hold orphans.
 */
export class Blobs {
  readonly #database: Database;
  readonly #root: string;
  readonly #session: string;
  readonly #knownFolders = new Set<string>();
  readonly #pins = new Map<string, number>();
  readonly #unlinkWhenUnpinned = new Set<string>();
  readonly #work = new Set<Promise<void>>();
  /** Files of bodies on their way in, to which no row refers yet. */
  readonly #loose = new Set<string>();
  #nextId: number;

  constructor(database: Database, root: string) {
    this.#database = database;
    this.#root = root;
    makeFolderSync(root);
    this.#removeOrphans();
    const last = Number(database.get("SELECT value FROM meta WHERE name = 'session'")?.['value'] ?? 0);
    this.#session = String(last + 1);
    this.#nextId = Number(database.get('SELECT max(id) AS id FROM blobs')?.['id'] ?? 0) + 1;
    database.writeNow(() => {
      database.run("INSERT OR REPLACE INTO meta VALUES ('session', ?)", this.#session);
      database.run("INSERT OR REPLACE INTO meta VALUES ('clean', '0')");
      database.run("INSERT OR REPLACE INTO meta VALUES ('firstBlob', ?)", String(this.#nextId));
    });
  }

  stage(expectedBytes?: number): StagedBlob {
    return new Staged(this, expectedBytes);
  }

  /** Creates the byte file of a staged blob. */
  async createFile(): Promise<{ file: string; folder: string; handle: FileHandle }> {
    const id = randomBytes(16).toString('hex');
    const relativeFolder = `${this.#session}/${id.slice(0, 2)}`;
    const folder = this.#ensureFolder(relativeFolder);
    const file = `${relativeFolder}/${id}`;
    this.#loose.add(file);
    return { file, folder, handle: await open(join(this.#root, file), 'wx') };
  }

  /** Inserts a row, inside a write transaction. */
  insert(sizeBytes: number, content: { file: string } | { bytes: Buffer }): number {
    const id = this.#nextId++;
    if ('file' in content) {
      this.#database.afterCommit(() => this.#loose.delete(content.file));
    }
    this.#database.run(
      'INSERT INTO blobs (id, refs, size_bytes, file, bytes) VALUES (?, 0, ?, ?, ?)',
      id,
      sizeBytes,
      'file' in content ? content.file : null,
      'bytes' in content ? content.bytes : null,
    );
    return id;
  }

  addReference(blobId: number): void {
    if (this.#database.run('UPDATE blobs SET refs = refs + 1 WHERE id = ?', blobId).changes === 0) {
      throw new Error('Bytes that are no longer stored were to be referred to.');
    }
  }

  /** Drops a reference, inside a write transaction; the bytes go when nothing refers to them and no reader holds them. */
  dropReference(blobId: number): void {
    const row = this.#database.get('SELECT refs, file FROM blobs WHERE id = ?', blobId);
    if (row === undefined) {
      return;
    }
    if (Number(row['refs']) > 1) {
      this.#database.run('UPDATE blobs SET refs = refs - 1 WHERE id = ?', blobId);
      return;
    }
    this.#database.run('DELETE FROM blobs WHERE id = ?', blobId);
    const file = row['file'];
    if (typeof file === 'string') {
      this.#database.run('INSERT OR IGNORE INTO garbage VALUES (?)', file);
      this.#database.afterCommit(() => this.#unlinkLater(file));
    }
  }

  /**
   * Opens a byte range of a body for reading. The files are pinned at once, so that a delete that commits while the
   * body is being sent does not cut it off. The caller must run the generator to its end or `return` it.
   */
  read(segments: readonly Segment[], startByte: number, endByte: number): AsyncIterableIterator<Buffer> {
    const pieces: { source: { file: string } | { bytes: Buffer }; from: number; to: number }[] = [];
    let offset = 0;
    for (const segment of segments) {
      const from = Math.max(startByte - offset, 0);
      const to = Math.min(endByte - offset, segment.sizeBytes);
      offset += segment.sizeBytes;
      if (from < to) {
        pieces.push({ source: this.#source(segment.blobId), from, to });
      }
    }
    for (const piece of pieces) {
      if ('file' in piece.source) {
        this.#pins.set(piece.source.file, (this.#pins.get(piece.source.file) ?? 0) + 1);
      }
    }
    return releasing(this.#stream(pieces), () => {
      for (const piece of pieces) {
        if ('file' in piece.source) {
          this.#unpin(piece.source.file);
        }
      }
    });
  }

  /** True while a body is neither stored nor removed: then the next opening of the store has to look for its file. */
  get hasLooseFiles(): boolean {
    return this.#loose.size > 0;
  }

  /** Removes the file of a body that was not stored. One that was stored is never touched. */
  async removeLoose(file: string): Promise<void> {
    if (this.#loose.has(file)) {
      await this.#removeFile(file);
      this.#loose.delete(file);
    }
  }

  async #removeFile(file: string): Promise<void> {
    await unlink(join(this.#root, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') {
        throw error;
      }
    });
  }

  /** Waits for file removals that are under way. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#work]);
  }

  async *#stream(
    pieces: readonly { source: { file: string } | { bytes: Buffer }; from: number; to: number }[],
  ): AsyncGenerator<Buffer> {
    for (const { source, from, to } of pieces) {
      if ('bytes' in source) {
        yield source.bytes.subarray(from, to);
        continue;
      }
      const handle = await open(join(this.#root, source.file), 'r');
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

  #source(blobId: number): { file: string } | { bytes: Buffer } {
    const row = this.#database.get('SELECT file, bytes FROM blobs WHERE id = ?', blobId);
    const file = row?.['file'];
    if (typeof file === 'string') {
      return { file };
    }
    const bytes = row?.['bytes'];
    if (bytes instanceof Uint8Array) {
      return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
    }
    throw new Error('The bytes of an object are missing from the store.');
  }

  #unpin(file: string): void {
    const count = (this.#pins.get(file) ?? 1) - 1;
    if (count > 0) {
      this.#pins.set(file, count);
      return;
    }
    this.#pins.delete(file);
    if (this.#unlinkWhenUnpinned.delete(file)) {
      this.#unlinkLater(file);
    }
  }

  #unlinkLater(file: string): void {
    if (this.#pins.has(file)) {
      this.#unlinkWhenUnpinned.add(file);
      return;
    }
    const work = this.#removeFile(file)
      .then(() => this.#database.write(() => this.#database.run('DELETE FROM garbage WHERE file = ?', file)))
      .then(
        () => undefined,
        // The row in `garbage` stays, so the next opening of the store tries again.
        () => undefined,
      );
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }

  #ensureFolder(relative: string): string {
    const folder = join(this.#root, relative);
    if (!this.#knownFolders.has(relative)) {
      makeFolderSync(folder);
      syncFolder(join(this.#root, this.#session));
      syncFolder(this.#root);
      this.#knownFolders.add(relative);
    }
    return folder;
  }

  #removeOrphans(): void {
    const garbage = this.#database.all('SELECT file FROM garbage').map((row) => String(row['file']));
    for (const file of garbage) {
      rmSync(join(this.#root, file), { force: true });
    }
    this.#database.writeNow(() => this.#database.run('DELETE FROM garbage'));
    if (this.#database.get("SELECT value FROM meta WHERE name = 'clean'")?.['value'] === '1') {
      return;
    }
    const session = this.#database.get("SELECT value FROM meta WHERE name = 'session'")?.['value'];
    const firstBlob = Number(this.#database.get("SELECT value FROM meta WHERE name = 'firstBlob'")?.['value'] ?? 0);
    const folder = join(this.#root, String(session));
    if (typeof session !== 'string' || !existsSync(folder)) {
      return;
    }
    const known = new Set<string>();
    for (const row of this.#database.iterate('SELECT file FROM blobs WHERE id >= ? AND file IS NOT NULL', firstBlob)) {
      known.add(String(row['file']));
    }
    for (const subfolder of readdirSync(folder)) {
      for (const name of readdirSync(join(folder, subfolder))) {
        const file = `${session}/${subfolder}/${name}`;
        if (!known.has(file)) {
          rmSync(join(this.#root, file), { force: true });
        }
      }
    }
  }
}

/** Passes `inner` through and calls `release` exactly once: at its end, on failure, or when it is given up unread. */
function releasing(inner: AsyncGenerator<Buffer>, release: () => void): AsyncIterableIterator<Buffer> {
  let isReleased = false;
  const done = (): void => {
    if (!isReleased) {
      isReleased = true;
      release();
    }
  };
  const outer: AsyncIterableIterator<Buffer> = {
    async next() {
      try {
        const step = await inner.next();
        if (step.done === true) {
          done();
        }
        return step;
      } catch (error) {
        done();
        throw error;
      }
    },
    async return(value: unknown) {
      try {
        return await inner.return(value);
      } finally {
        done();
      }
    },
    [Symbol.asyncIterator]: () => outer,
  };
  return outer;
}
