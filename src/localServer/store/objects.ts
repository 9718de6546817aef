import { randomBytes } from 'node:crypto';
import type { Blobs, Segment } from './blobs';
import type { Bucket, Buckets, CannedAcl } from './buckets';
import type { Database, SqlRow } from './database';

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** A checksum of a whole object. The value is base64, with `-<parts>` after it when composite. */
export interface ObjectChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
  readonly value: string;
}

/** Headers that are given back as they were sent. Names are lower case. */
export interface ObjectAttributes {
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata by name without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** S3 Object Lock state of one version. */
export interface ObjectLock {
  readonly mode?: 'GOVERNANCE' | 'COMPLIANCE';
  readonly untilMs?: number;
  readonly legalHold?: 'ON' | 'OFF';
}

/** IBM Immutable Object Storage state of one object. */
export interface Retention {
  /** Seconds from creation; -1 indefinite, -2 permanent. */
  readonly periodSeconds: number;
  readonly createdAtMs: number;
  /** Absent when the period is negative. */
  readonly untilMs?: number;
  readonly holds: readonly { readonly id: string; readonly placedAtMs: number }[];
}

/** State of an object under an archive rule. */
export interface Archive {
  readonly storageClass: 'GLACIER' | 'ACCELERATED';
  /** When the object becomes, or became, archived. */
  readonly archivedAtMs: number;
  readonly restore?: {
    readonly requestedAtMs: number;
    readonly readyAtMs: number;
    readonly expiresAtMs: number;
  };
}

/** SSE-C: what is needed to recognise the customer's key and to decrypt, never the key itself. */
export interface Encryption {
  readonly keyMd5: string;
  readonly salt: string;
  readonly keyCheck: string;
}

/** One version of an object, or a delete marker. */
export interface ObjectVersion {
  readonly rowId: number;
  readonly bucketId: number;
  readonly key: string;
  readonly seq: number;
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly isMarker: boolean;
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedAtMs: number;
  readonly ownerId: string;
  readonly storageClass: string;
  readonly checksum?: ObjectChecksum;
  /** Only for objects made by a multipart upload. */
  readonly partCount?: number;
  readonly attributes: ObjectAttributes;
  readonly tags: readonly Tag[];
  readonly acl: CannedAcl;
  readonly objectLock?: ObjectLock;
  readonly retention?: Retention;
  readonly archive?: Archive;
  readonly encryption?: Encryption;
}

/** A version to be written. */
export interface NewVersion {
  readonly key: string;
  readonly etag: string;
  readonly modifiedAtMs: number;
  readonly ownerId: string;
  readonly storageClass: string;
  readonly checksum?: ObjectChecksum;
  readonly partCount?: number;
  readonly attributes: ObjectAttributes;
  readonly tags: readonly Tag[];
  readonly acl: CannedAcl;
  readonly objectLock?: ObjectLock;
  readonly retention?: Retention;
  readonly archive?: Archive;
  readonly encryption?: Encryption;
  readonly segments: readonly Segment[];
}

/** What may change on a version without a new one being written. Undefined removes. */
export interface VersionPatch {
  readonly tags?: readonly Tag[];
  readonly acl?: CannedAcl;
  readonly objectLock?: ObjectLock | undefined;
  readonly retention?: Retention | undefined;
  readonly archive?: Archive | undefined;
  readonly storageClass?: string;
}

const nullVersion = 'null';

/** Objects and their versions. Methods that change anything run only inside `Store.write`. */
export class Objects {
  readonly #database: Database;
  readonly #blobs: Blobs;
  readonly #buckets: Buckets;
  #nextSeq: number;

  constructor(database: Database, blobs: Blobs, buckets: Buckets) {
    this.#database = database;
    this.#blobs = blobs;
    this.#buckets = buckets;
    // Upper bound of every sequence number ever used: kept apart from the rows, because rows can be deleted.
    const reserved = Number(database.get("SELECT value FROM meta WHERE name = 'seq'")?.['value'] ?? 0);
    this.#nextSeq = reserved + 1;
    database.writeNow(() => this.#reserveSeqs());
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
    const { rowId, seq, versionId } = this.#insert(bucket, isVersioned, { ...version, sizeBytes, isMarker: false });
    let offset = 0;
    for (const [ordinal, segment] of version.segments.entries()) {
      this.#database.run(
        'INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?)',
        rowId,
        ordinal,
        segment.partNumber ?? null,
        offset,
        segment.sizeBytes,
        segment.blobId,
      );
      offset += segment.sizeBytes;
    }
    this.#buckets.addUsage(bucket.id, 1, sizeBytes);
    const { segments: _segments, ...fields } = version;
    return { ...fields, rowId, bucketId: bucket.id, seq, versionId, isLatest: true, isMarker: false, sizeBytes };
  }

  /** Adds a delete marker as the latest version, for a bucket whose versioning is or was enabled. */
  putMarker(bucket: Bucket, key: string, ownerId: string, modifiedAtMs: number): ObjectVersion {
    const marker = {
      key,
      etag: '',
      modifiedAtMs,
      ownerId,
      storageClass: 'STANDARD',
      attributes: { headers: {}, metadata: {} },
      tags: [],
      acl: 'private' as const,
      sizeBytes: 0,
      isMarker: true,
    };
    const inserted = this.#insert(bucket, bucket.versioning === 'Enabled', marker);
    return { ...marker, ...inserted, bucketId: bucket.id, isLatest: true };
  }

  /** Removes one version for good. */
  remove(version: ObjectVersion): void {
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
    if (patch.tags !== undefined) set('tags', JSON.stringify(patch.tags));
    if (patch.acl !== undefined) set('acl', patch.acl);
    if (patch.storageClass !== undefined) set('storage_class', patch.storageClass);
    if ('objectLock' in patch) set('object_lock', json(patch.objectLock));
    if ('retention' in patch) set('retention', json(patch.retention));
    if ('archive' in patch) set('archive', json(patch.archive));
  }

  #insert(
    bucket: Bucket,
    isVersioned: boolean,
    version: Omit<NewVersion, 'segments'> & { sizeBytes: number; isMarker: boolean },
  ): { rowId: number; seq: number; versionId: string } {
    if (!isVersioned) {
      const replaced = this.findVersion(bucket.id, version.key, nullVersion);
      if (replaced !== undefined) {
        this.remove(replaced);
      }
    }
    const seq = this.#takeSeq();
    const versionId = isVersioned ? newVersionId(seq) : nullVersion;
    const key = keyBytes(version.key);
    if (bucket.versioning !== 'never') {
      this.#database.run(
        'UPDATE versions SET is_latest = 0 WHERE id = (SELECT id FROM versions WHERE bucket_id = ? AND key = ? ORDER BY seq DESC LIMIT 1)',
        bucket.id,
        key,
      );
    }
    const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
    const { rowId } = this.#database.run(
      `INSERT INTO versions (bucket_id, key, seq, version_id, is_latest, is_marker, size_bytes, etag, modified_at, owner_id,
         storage_class, checksum_algorithm, checksum_type, checksum_value, part_count, attributes, tags, acl, object_lock,
         retention, archive, encryption) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      bucket.id,
      key,
      seq,
      versionId,
      version.isMarker ? 1 : 0,
      version.sizeBytes,
      version.etag,
      version.modifiedAtMs,
      version.ownerId,
      version.storageClass,
      version.checksum?.algorithm ?? null,
      version.checksum?.type ?? null,
      version.checksum?.value ?? null,
      version.partCount ?? null,
      JSON.stringify(version.attributes),
      JSON.stringify(version.tags),
      version.acl,
      json(version.objectLock),
      json(version.retention),
      json(version.archive),
      json(version.encryption),
    );
    return { rowId, seq, versionId };
  }

  #takeSeq(): number {
    if (this.#nextSeq % seqReserve === 0) {
      this.#reserveSeqs();
    }
    return this.#nextSeq++;
  }

  #reserveSeqs(): void {
    this.#database.run("INSERT OR REPLACE INTO meta VALUES ('seq', ?)", String(this.#nextSeq + seqReserve));
  }
}

/** How many sequence numbers one row in `meta` sets aside; unused ones are skipped after a restart. */
const seqReserve = 1000;

/** A key's UTF-8 bytes, as stored and compared. */
export function keyBytes(key: string): Buffer {
  return Buffer.from(key, 'utf8');
}

/** A stored key as text. */
export function keyText(value: SqlRow[string]): string {
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')
    : '';
}

/** True for text that could be a version id of this store. */
export function isVersionId(text: string): boolean {
  return text === nullVersion || seqOfVersionId(text) !== undefined;
}

/** The sequence number inside a version id, by which the id is found without an index of its own. */
export function seqOfVersionId(versionId: string): number | undefined {
  const match = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-[0-9a-f]{4}-[0-9a-f]{12}$/.exec(versionId);
  if (match === null) {
    return undefined;
  }
  const seq = Number.parseInt(`${match[1]}${match[2]}${match[3]}`, 16);
  return Number.isSafeInteger(seq) ? seq : undefined;
}

function newVersionId(seq: number): string {
  const head = seq.toString(16).padStart(16, '0');
  const tail = randomBytes(8).toString('hex');
  return `${head.slice(0, 8)}-${head.slice(8, 12)}-${head.slice(12)}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}

/** A `versions` row as a record. */
function toVersion(row: SqlRow): ObjectVersion {
  const parse = <T>(column: string): T | undefined => {
    const value = row[column];
    return typeof value === 'string' ? (JSON.parse(value) as T) : undefined;
  };
  const objectLock = parse<ObjectLock>('object_lock');
  const retention = parse<Retention>('retention');
  const archive = parse<Archive>('archive');
  const encryption = parse<Encryption>('encryption');
  const checksumValue = row['checksum_value'];
  return {
    rowId: Number(row['id']),
    bucketId: Number(row['bucket_id']),
    key: keyText(row['key'] ?? null),
    seq: Number(row['seq']),
    versionId: String(row['version_id']),
    isLatest: row['is_latest'] === 1,
    isMarker: row['is_marker'] === 1,
    sizeBytes: Number(row['size_bytes']),
    etag: String(row['etag']),
    modifiedAtMs: Number(row['modified_at']),
    ownerId: String(row['owner_id']),
    storageClass: String(row['storage_class']),
    ...(typeof checksumValue === 'string'
      ? {
          checksum: {
            algorithm: row['checksum_algorithm'] as ChecksumAlgorithm,
            type: row['checksum_type'] as ChecksumType,
            value: checksumValue,
          },
        }
      : {}),
    ...(row['part_count'] === null ? {} : { partCount: Number(row['part_count']) }),
    attributes: parse<ObjectAttributes>('attributes') ?? { headers: {}, metadata: {} },
    tags: parse<Tag[]>('tags') ?? [],
    acl: row['acl'] as CannedAcl,
    ...(objectLock === undefined ? {} : { objectLock }),
    ...(retention === undefined ? {} : { retention }),
    ...(archive === undefined ? {} : { archive }),
    ...(encryption === undefined ? {} : { encryption }),
  };
}
