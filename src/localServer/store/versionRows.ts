import type { Segment } from './blobReader';
import type { CannedAcl } from './buckets';
import { parseStored } from './damaged';
import type { Database, SqlRow } from './database';
import {
  keyBytes,
  keyText,
  nullVersion,
  type Archive,
  type ChecksumAlgorithm,
  type ChecksumType,
  type Encryption,
  type NewVersion,
  type ObjectAttributes,
  type ObjectLock,
  type ObjectVersion,
  type ReplicationStatus,
  type Restored,
  type Retention,
  type Tag,
} from './objects';

/** A row of `versions` to be. */
export interface NewVersionRow extends Omit<NewVersion, 'segments'> {
  readonly bucketId: number;
  readonly seq: number;
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly isMarker: boolean;
  readonly sizeBytes: number;
  readonly replication?: ReplicationStatus;
  readonly restored?: Restored;
  readonly origin?: 'lifecycle';
}

/** Inserts a row, inside a write transaction. Returns its id. */
export function insertVersionRow(database: Database, version: NewVersionRow): number {
  const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
  return database.run(
    `INSERT INTO versions (bucket_id, key, seq, version_id, is_latest, is_marker, size_bytes, etag, modified_at, owner_id,
       storage_class, checksum_algorithm, checksum_type, checksum_value, part_count, attributes, tags, acl, object_lock,
       retention, archive, encryption, replication, restored, origin)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    version.bucketId,
    keyBytes(version.key),
    version.seq,
    version.versionId,
    version.isLatest ? 1 : 0,
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
    version.replication ?? null,
    json(version.restored),
    version.origin ?? null,
  ).rowId;
}

/** Inserts the runs of bytes of a version, inside a write transaction. */
export function insertSegmentRows(database: Database, versionRowId: number, segments: readonly Segment[]): void {
  let offset = 0;
  for (const [ordinal, segment] of segments.entries()) {
    database.run(
      'INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?)',
      versionRowId,
      ordinal,
      segment.partNumber ?? null,
      offset,
      segment.sizeBytes,
      segment.blobId,
    );
    offset += segment.sizeBytes;
  }
}

/** What a damaged row is called. */
export function nameOf(row: SqlRow): string {
  const versionId = String(row['version_id']);
  return `The object ${JSON.stringify(keyText(row['key'] ?? null))}${versionId === nullVersion ? '' : ` (version ${versionId})`}`;
}

/** A `versions` row as a record. */
export function toVersion(row: SqlRow): ObjectVersion {
  const parse = <T>(column: string): T | undefined => {
    const value = row[column];
    return typeof value === 'string' ? parseStored<T>(value, () => nameOf(row)) : undefined;
  };
  const objectLock = parse<ObjectLock>('object_lock');
  const retention = parse<Retention>('retention');
  const archive = parse<Archive>('archive');
  const encryption = parse<Encryption>('encryption');
  const restored = parse<Restored>('restored');
  const replication = row['replication'];
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
    ...(typeof replication === 'string' ? { replication: replication as ReplicationStatus } : {}),
    ...(restored === undefined ? {} : { restored }),
    ...(row['origin'] === 'lifecycle' ? { origin: 'lifecycle' } : {}),
  };
}
