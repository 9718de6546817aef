import { randomUUID } from 'node:crypto';
import type { Blobs } from './blobs';
import type { CannedAcl } from './buckets';
import { parseStored } from './damaged';
import type { Database, SqlRow } from './database';
import {
  keyBytes,
  keyText,
  type ChecksumAlgorithm,
  type ChecksumType,
  type Encryption,
  type ObjectAttributes,
  type ObjectLock,
  type Tag,
} from './objects';

/** An open multipart upload. */
export interface Upload {
  readonly rowId: number;
  readonly uploadId: string;
  readonly bucketId: number;
  readonly key: string;
  readonly initiatedAtMs: number;
  readonly initiatorId: string;
  readonly storageClass: string;
  /** Absent when Create announced none; the object then gets CRC64NVME (rule 57). */
  readonly checksumAlgorithm?: ChecksumAlgorithm;
  readonly checksumType?: ChecksumType;
  readonly attributes: ObjectAttributes;
  readonly tags: readonly Tag[];
  readonly acl: CannedAcl;
  readonly objectLock?: ObjectLock;
  readonly encryption?: Encryption;
}

export type NewUpload = Omit<Upload, 'rowId' | 'uploadId'>;

/** Whether a text has the form of an upload's id. */
export function isUploadId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** One uploaded part. */
export interface Part {
  readonly partNumber: number;
  /** Without quotes: the MD5 of the part, or random hex under SSE-C. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  /** Base64 values by algorithm: the upload's own, and any other that the client sent. */
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
  readonly blobId: number;
  readonly encryption?: Encryption;
}

/** Open uploads and their parts. Methods that change anything run only inside `Store.write`. */
export class Uploads {
  readonly #database: Database;
  readonly #blobs: Blobs;

  constructor(database: Database, blobs: Blobs) {
    this.#database = database;
    this.#blobs = blobs;
  }

  find(bucketId: number, key: string, uploadId: string): Upload | undefined {
    const row = this.#database.get('SELECT * FROM uploads WHERE upload_id = ?', uploadId);
    if (row === undefined || row['bucket_id'] !== bucketId || keyText(row['key'] ?? null) !== key) {
      return undefined;
    }
    return toUpload(row);
  }

  create(upload: NewUpload): Upload {
    const uploadId = randomUUID();
    const { rowId } = this.#database.run(
      `INSERT INTO uploads (upload_id, bucket_id, key, initiated_at, initiator_id, storage_class, checksum_algorithm,
         checksum_type, attributes, tags, acl, object_lock, encryption) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      uploadId,
      upload.bucketId,
      keyBytes(upload.key),
      upload.initiatedAtMs,
      upload.initiatorId,
      upload.storageClass,
      upload.checksumAlgorithm ?? null,
      upload.checksumType ?? null,
      JSON.stringify(upload.attributes),
      JSON.stringify(upload.tags),
      upload.acl,
      upload.objectLock === undefined ? null : JSON.stringify(upload.objectLock),
      upload.encryption === undefined ? null : JSON.stringify(upload.encryption),
    );
    return { ...upload, rowId, uploadId };
  }

  /** Stores a part in place of one with the same number. */
  putPart(upload: Upload, part: Part): void {
    const replaced = this.findPart(upload, part.partNumber);
    if (replaced !== undefined) {
      this.#blobs.dropReference(replaced.blobId);
    }
    this.#blobs.addReference(part.blobId);
    this.#database.run(
      'INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      upload.rowId,
      part.partNumber,
      part.etag,
      part.sizeBytes,
      part.modifiedAtMs,
      JSON.stringify(part.checksums),
      part.blobId,
      part.encryption === undefined ? null : JSON.stringify(part.encryption),
    );
  }

  findPart(upload: Upload, partNumber: number): Part | undefined {
    const row = this.#database.get(
      'SELECT * FROM parts WHERE upload = ? AND part_number = ?',
      upload.rowId,
      partNumber,
    );
    return row === undefined ? undefined : toPart(row);
  }

  /** Parts by number, from after `afterPart`. */
  listParts(upload: Upload, afterPart: number, limit: number): Part[] {
    return this.#database
      .all(
        'SELECT * FROM parts WHERE upload = ? AND part_number > ? ORDER BY part_number LIMIT ?',
        upload.rowId,
        afterPart,
        limit,
      )
      .map(toPart);
  }

  /** Ends an upload and lets go of its parts; those that an object took over before stay. */
  remove(upload: Upload): void {
    for (const row of this.#database.all('SELECT blob FROM parts WHERE upload = ?', upload.rowId)) {
      this.#blobs.dropReference(Number(row['blob']));
    }
    this.#database.run('DELETE FROM parts WHERE upload = ?', upload.rowId);
    this.#database.run('DELETE FROM uploads WHERE id = ?', upload.rowId);
  }
}

function toUpload(row: SqlRow): Upload {
  const parse = <T>(column: string): T | undefined => {
    const value = row[column];
    return typeof value === 'string'
      ? parseStored<T>(value, () => `The upload of ${JSON.stringify(keyText(row['key'] ?? null))}`)
      : undefined;
  };
  const algorithm = row['checksum_algorithm'];
  const type = row['checksum_type'];
  const objectLock = parse<ObjectLock>('object_lock');
  const encryption = parse<Encryption>('encryption');
  return {
    rowId: Number(row['id']),
    uploadId: String(row['upload_id']),
    bucketId: Number(row['bucket_id']),
    key: keyText(row['key'] ?? null),
    initiatedAtMs: Number(row['initiated_at']),
    initiatorId: String(row['initiator_id']),
    storageClass: String(row['storage_class']),
    ...(typeof algorithm === 'string' ? { checksumAlgorithm: algorithm as ChecksumAlgorithm } : {}),
    ...(typeof type === 'string' ? { checksumType: type as ChecksumType } : {}),
    attributes: parse<ObjectAttributes>('attributes') ?? { headers: {}, metadata: {} },
    tags: parse<Tag[]>('tags') ?? [],
    acl: row['acl'] as CannedAcl,
    ...(objectLock === undefined ? {} : { objectLock }),
    ...(encryption === undefined ? {} : { encryption }),
  };
}

function toPart(row: SqlRow): Part {
  const encryption = row['encryption'];
  const name = (): string => `Part ${String(row['part_number'])} of an upload`;
  return {
    partNumber: Number(row['part_number']),
    etag: String(row['etag']),
    sizeBytes: Number(row['size_bytes']),
    modifiedAtMs: Number(row['modified_at']),
    checksums: parseStored<Partial<Record<ChecksumAlgorithm, string>>>(String(row['checksums']), name),
    blobId: Number(row['blob']),
    ...(typeof encryption === 'string' ? { encryption: parseStored<Encryption>(encryption, name) } : {}),
  };
}
