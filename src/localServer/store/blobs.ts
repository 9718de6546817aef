import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolderSync } from '../../system/makeFolder';
import { BlobReader, type BodyOwner, type Content, type Segment } from './blobReader';
import type { Database } from './database';
import { releasing } from './releasing';
import { Staged, type StagedBlob } from './stagedBlob';
import { syncFolder } from './syncFolder';

/**
 * Bytes of objects and parts. Files are named by random ids under `blobs/<session>/<hex digit>/`, never by keys.
 * Each opening of the store is a new session, so that after a crash only the last session's folder can hold orphans.
 */
export class Blobs {
  readonly #database: Database;
  readonly #root: string;
  readonly #session: string;
  readonly #knownFolders = new Map<string, Promise<void>>();
  readonly #pins = new Map<string, number>();
  readonly #unlinkWhenUnpinned = new Set<string>();
  readonly #work = new Set<Promise<void>>();
  /** Files of bodies on their way in, to which no row refers yet. */
  readonly #loose = new Set<string>();
  readonly #reader: BlobReader;
  #nextId: number;

  constructor(database: Database, root: string) {
    this.#database = database;
    this.#root = root;
    this.#reader = new BlobReader(database, root);
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
    const relativeFolder = `${this.#session}/${id.slice(0, 1)}`;
    const folder = await this.#ensureFolder(relativeFolder);
    const file = `${relativeFolder}/${id}`;
    this.#loose.add(file);
    return { file, folder, handle: await open(join(this.#root, file), 'wx') };
  }

  /** Inserts a row, inside a write transaction. */
  insert(sizeBytes: number, crc32: number, content: Content): number {
    const id = this.#nextId++;
    if ('file' in content) {
      this.#database.afterCommit(() => this.#loose.delete(content.file));
    }
    this.#database.run(
      'INSERT INTO blobs (id, refs, size_bytes, file, bytes, crc32) VALUES (?, 0, ?, ?, ?, ?)',
      id,
      sizeBytes,
      'file' in content ? content.file : null,
      'bytes' in content ? content.bytes : null,
      crc32,
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
   * body is being sent does not cut it off. The caller must run the generator to its end or `return` it. A chunk never
   * crosses from one segment to the next. Rejects with `DamagedError` when what is stored is not what was stored.
   */
  async read(
    owner: BodyOwner,
    segments: readonly Segment[],
    startByte: number,
    endByte: number,
  ): Promise<AsyncIterableIterator<Buffer>> {
    const pieces = this.#reader.find(owner, segments, startByte, endByte);
    for (const { content } of pieces) {
      if ('file' in content) {
        this.#pins.set(content.file, (this.#pins.get(content.file) ?? 0) + 1);
      }
    }
    const release = (): void => {
      for (const { content } of pieces) {
        if ('file' in content) {
          this.#unpin(content.file);
        }
      }
    };
    try {
      await this.#reader.compareAhead(owner, pieces);
    } catch (error) {
      release();
      throw error;
    }
    return releasing(this.#reader.stream(owner, pieces), release);
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
    this.#reader.forget(file);
  }

  /** Waits for file removals that are under way. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#work]);
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

  async #ensureFolder(relative: string): Promise<string> {
    const folder = join(this.#root, relative);
    let made = this.#knownFolders.get(relative);
    if (made === undefined) {
      makeFolderSync(folder);
      made = syncFolder(join(this.#root, this.#session)).then(() => syncFolder(this.#root));
      this.#knownFolders.set(relative, made);
      // A folder that could not be made durable is tried again.
      made.catch(() => this.#knownFolders.delete(relative));
    }
    await made;
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
