import type { Blobs } from './blobs';
import type { Segment } from './blobReader';
import type { Bucket, Buckets } from './buckets';
import type { Database } from './database';
import {
  keyBytes,
  newVersionId,
  nullVersion,
  seqOfVersionId,
  type NewVersion,
  type ObjectVersion,
  type VersionObserver,
  type VersionPatch,
} from './objects';
import type { Sequence } from './sequence';
import { insertSegmentRows, insertVersionRow, toVersion } from './versionRows';

/** Objects and their versions. Methods that change anything run only inside `Store.write`. */
export class Objects {
  readonly #database: Database;
  readonly #blobs: Blobs;
  readonly #buckets: Buckets;
  readonly #sequence: Sequence;
  readonly #observers: VersionObserver[] = [];

  constructor(database: Database, blobs: Blobs, buckets: Buckets, sequence: Sequence) {
    this.#database = database;
    this.#blobs = blobs;
    this.#buckets = buckets;
    this.#sequence = sequence;
  }

  /** Tells `observer` of every change from now on. */
  observe(observer: VersionObserver): void {
    this.#observers.push(observer);
  }

  /** The latest version of a key, which may be a delete marker. */
  findLatest(bucketId: number, key: string): ObjectVersion | undefined {
    const row = this.#database.get(
      'SELECT * FROM versions WHERE bucket_id = ? AND key = ? ORDER BY seq DESC LIMIT 1',
      bucketId,
      keyBytes(key),
    );
    return row === undefined ? undefined : toVersion(row);
  }

  findVersion(bucketId: number, key: string, versionId: string): ObjectVersion | undefined {
    if (versionId === nullVersion) {
      const latest = this.findLatest(bucketId, key);
      if (latest?.versionId === nullVersion) {
        return latest;
      }
      const old = this.#database.get(
        "SELECT * FROM versions WHERE bucket_id = ? AND key = ? AND version_id = 'null' AND is_latest = 0",
        bucketId,
        keyBytes(key),
      );
      return old === undefined ? undefined : toVersion(old);
    }
    const seq = seqOfVersionId(versionId);
    if (seq === undefined) {
      return undefined;
    }
    const row = this.#database.get(
      'SELECT * FROM versions WHERE bucket_id = ? AND key = ? AND seq = ?',
      bucketId,
      keyBytes(key),
      seq,
    );
    return row === undefined || row['version_id'] !== versionId ? undefined : toVersion(row);
  }

  /** The stored runs of bytes of a version, in order. */
  segments(version: ObjectVersion): Segment[] {
    return this.#database
      .all('SELECT part_number, size_bytes, blob FROM segments WHERE version = ? ORDER BY ordinal', version.rowId)
      .map((row) => ({
        blobId: Number(row['blob']),
        sizeBytes: Number(row['size_bytes']),
        ...(row['part_number'] === null ? {} : { partNumber: Number(row['part_number']) }),
      }));
  }

  /** Writes a version under the bucket's versioning state: replaces the `null` version, or adds a new one. */
  put(bucket: Bucket, version: NewVersion): ObjectVersion {
    const isVersioned = bucket.versioning === 'Enabled';
    const sizeBytes = version.segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
    // Before the replaced version lets go of its bytes: a copy onto itself shares them.
    for (const segment of version.segments) {
      this.#blobs.addReference(segment.blobId);
    }
    const inserted = this.#insert(bucket, isVersioned, { ...version, sizeBytes, isMarker: false });
    insertSegmentRows(this.#database, inserted.rowId, version.segments);
    this.#buckets.addUsage(bucket.id, 1, sizeBytes);
    const { segments: _segments, ...fields } = version;
    const written = { ...fields, ...inserted, bucketId: bucket.id, isLatest: true, isMarker: false, sizeBytes };
    for (const observer of this.#observers) observer.written(bucket, written);
    return written;
  }

  /**
   * Adds a delete marker as the latest version, for a bucket whose versioning is or was enabled. Backups and replication
   * do not follow one that a lifecycle rule makes.
   */
  putMarker(bucket: Bucket, key: string, ownerId: string, modifiedAtMs: number, origin?: 'lifecycle'): ObjectVersion {
    const by = origin === undefined ? {} : { origin };
    const marker = { ...markerFields, ...by, key, modifiedAtMs, ownerId, sizeBytes: 0, isMarker: true };
    const inserted = this.#insert(bucket, bucket.versioning === 'Enabled', marker);
    const written = { ...marker, ...inserted, bucketId: bucket.id, isLatest: true };
    for (const observer of this.#observers) observer.written(bucket, written);
    return written;
  }

  /**
   * Adds a version that was first written elsewhere at its own place in the history of its key: after those with a lower
   * sequence number, before those with a higher one. It keeps its id and its time. A `null` version gets an id where
   * the bucket has a `null` version of its own. Returns undefined, and does nothing, when the version is there already.
   */
  insertPast(
    bucketId: number,
    version: Omit<ObjectVersion, 'rowId' | 'bucketId' | 'isLatest'>,
    segments: readonly Segment[],
  ): ObjectVersion | undefined {
    const { key, seq } = version;
    const found = this.#database.get(
      'SELECT 1 FROM versions WHERE bucket_id = ? AND key = ? AND seq = ?',
      bucketId,
      keyBytes(key),
      seq,
    );
    if (found !== undefined) {
      return undefined;
    }
    const isTaken = version.versionId === nullVersion && this.findVersion(bucketId, key, nullVersion) !== undefined;
    const versionId = isTaken ? newVersionId(seq) : version.versionId;
    const latest = this.findLatest(bucketId, key);
    const isLatest = latest === undefined || latest.seq < seq;
    if (isLatest && latest !== undefined) {
      this.#database.run('UPDATE versions SET is_latest = 0 WHERE id = ?', latest.rowId);
    }
    for (const segment of segments) {
      this.#blobs.addReference(segment.blobId);
    }
    const inserted = { ...version, bucketId, versionId, isLatest };
    const rowId = insertVersionRow(this.#database, inserted);
    insertSegmentRows(this.#database, rowId, segments);
    if (!version.isMarker) {
      this.#buckets.addUsage(bucketId, 1, version.sizeBytes);
    }
    return { ...inserted, rowId };
  }

  /** Permanently removes one version. */
  remove(version: ObjectVersion): void {
    for (const observer of this.#observers) observer.removed(version);
    for (const segment of this.segments(version)) {
      this.#blobs.dropReference(segment.blobId);
    }
    this.#database.run('DELETE FROM segments WHERE version = ?', version.rowId);
    this.#database.run('DELETE FROM versions WHERE id = ?', version.rowId);
    if (!version.isMarker) {
      this.#buckets.addUsage(version.bucketId, -1, -version.sizeBytes);
    }
    if (version.isLatest) {
      const next = this.findLatest(version.bucketId, version.key);
      if (next !== undefined) {
        this.#database.run('UPDATE versions SET is_latest = 1 WHERE id = ?', next.rowId);
      }
    }
  }

  update(version: ObjectVersion, patch: VersionPatch): void {
    const set = (column: string, value: string | null): void => {
      this.#database.run(`UPDATE versions SET ${column} = ? WHERE id = ?`, value, version.rowId);
    };
    const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
    if (patch.tags !== undefined) {
      set('tags', JSON.stringify(patch.tags));
      for (const observer of this.#observers) observer.tagsChanged(version, patch.tags);
    }
    if (patch.acl !== undefined) set('acl', patch.acl);
    if (patch.storageClass !== undefined) set('storage_class', patch.storageClass);
    if ('replication' in patch) set('replication', patch.replication ?? null);
    if ('objectLock' in patch) set('object_lock', json(patch.objectLock));
    if ('retention' in patch) set('retention', json(patch.retention));
    if ('archive' in patch) set('archive', json(patch.archive));
  }

  #insert(
    bucket: Bucket,
    isVersioned: boolean,
    version: Omit<NewVersion, 'segments'> & { sizeBytes: number; isMarker: boolean; origin?: 'lifecycle' },
  ): { rowId: number; seq: number; versionId: string } {
    if (!isVersioned) {
      const replaced = this.findVersion(bucket.id, version.key, nullVersion);
      if (replaced !== undefined) {
        this.remove(replaced);
      }
    }
    const seq = this.#sequence.take();
    const versionId = isVersioned ? newVersionId(seq) : nullVersion;
    if (bucket.versioning !== 'never') {
      this.#database.run(
        'UPDATE versions SET is_latest = 0 WHERE id = (SELECT id FROM versions WHERE bucket_id = ? AND key = ? ORDER BY seq DESC LIMIT 1)',
        bucket.id,
        keyBytes(version.key),
      );
    }
    const rowId = insertVersionRow(this.#database, { ...version, bucketId: bucket.id, seq, versionId, isLatest: true });
    return { rowId, seq, versionId };
  }
}

const markerFields = {
  etag: '',
  storageClass: 'STANDARD',
  attributes: { headers: {}, metadata: {} },
  tags: [],
  acl: 'private',
} as const;
