import type { Bucket, Buckets } from './buckets';
import type { Database } from './database';
import { keyBytes, newVersionId, nullVersion, type NewVersion } from './objects';
import type { Sequence } from './sequence';
import { insertSegmentRows, insertVersionRow } from './versionRows';

/** Writes many equal objects: for filling a bucket with a million of them in seconds. */
export class BulkObjects {
  readonly #database: Database;
  readonly #buckets: Buckets;
  readonly #sequence: Sequence;

  constructor(database: Database, buckets: Buckets, sequence: Sequence) {
    this.#database = database;
    this.#buckets = buckets;
    this.#sequence = sequence;
  }

  /** Those of `keys` that the bucket does not have and never had. */
  missing(bucket: Bucket, keys: readonly string[]): readonly string[] {
    // Looking each key up would cost as much as writing it.
    if (this.#database.get('SELECT 1 FROM versions WHERE bucket_id = ? LIMIT 1', bucket.id) === undefined) return keys;
    const sql = 'SELECT 1 FROM versions WHERE bucket_id = ? AND key = ? LIMIT 1';
    return keys.filter((key) => this.#database.get(sql, bucket.id, keyBytes(key)) === undefined);
  }

  /**
   * Adds an object like `object` under each of some missing keys, all sharing its bytes, inside a write transaction.
   * Backups and replication do not follow.
   */
  add(bucket: Bucket, keys: readonly string[], object: Omit<NewVersion, 'key'>): void {
    const { segments, ...fields } = object;
    const sizeBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
    for (const key of keys) {
      const seq = this.#sequence.take();
      const versionId = bucket.versioning === 'Enabled' ? newVersionId(seq) : nullVersion;
      const row = { ...fields, key, bucketId: bucket.id, seq, versionId, isLatest: true, isMarker: false, sizeBytes };
      insertSegmentRows(this.#database, insertVersionRow(this.#database, row), segments);
    }
    for (const { blobId } of segments) {
      this.#database.run('UPDATE blobs SET refs = refs + ? WHERE id = ?', keys.length, blobId);
    }
    this.#buckets.addUsage(bucket.id, keys.length, keys.length * sizeBytes);
  }
}
