import { randomBytes } from 'node:crypto';
import type { Segment } from './blobReader';
import type { Bucket, CannedAcl } from './buckets';
import type { SqlRow } from './database';

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

/** SSE-C: what is needed to recognise the customer's key and to decrypt with it, never the key itself. All values are base64. */
export interface Encryption {
  readonly salt: string;
  /** A digest of salt and key. */
  readonly keyCheck: string;
  /** One for each segment of the body, in order; none for an open upload, one for a part. */
  readonly segments: readonly { readonly salt: string; readonly mac: string }[];
}

/** Where a version stands in replication: on its way from here, or made by it. */
export type ReplicationStatus = 'PENDING' | 'COMPLETE' | 'FAILED' | 'REPLICA';

/** The restore from a backup that wrote a version. */
export interface Restored {
  readonly restoreId: string;
  readonly restoredAtMs: number;
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
  readonly replication?: ReplicationStatus;
  readonly restored?: Restored;
  /** Absent for what a request wrote. */
  readonly origin?: 'lifecycle';
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
  readonly replication?: ReplicationStatus | undefined;
}

/** Told of every change within its transaction, so that what it adds becomes durable together with the change. */
export interface VersionObserver {
  written(bucket: Bucket, version: ObjectVersion): void;
  tagsChanged(version: ObjectVersion, tags: readonly Tag[]): void;
  removed(version: ObjectVersion): void;
}

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

/** The id of versions that were written without versioning. */
export const nullVersion = 'null';

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

/** A new version id that carries its sequence number. */
export function newVersionId(seq: number): string {
  const head = seq.toString(16).padStart(16, '0');
  const tail = randomBytes(8).toString('hex');
  return `${head.slice(0, 8)}-${head.slice(8, 12)}-${head.slice(12)}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}
