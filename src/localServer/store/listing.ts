import { parseStored } from './damaged';
import type { Database, SqlRow } from './database';
import { keyBytes, keyText, seqOfVersionId, type Archive } from './objects';
import { nameOf } from './versionRows';

/** What a listing shows of one version. */
export interface ListedVersion {
  readonly key: string;
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly isMarker: boolean;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly modifiedAtMs: number;
  readonly ownerId: string;
  readonly storageClass: string;
  readonly checksum?: { readonly algorithm: string; readonly type: string };
  readonly archive?: Archive;
}

export type ListedEntry<T> =
  | { readonly kind: 'item'; readonly item: T }
  /** A common prefix: everything up to and including the delimiter. */
  | { readonly kind: 'prefix'; readonly prefix: string };

export interface ListedPage<T> {
  readonly entries: readonly ListedEntry<T>[];
  readonly isTruncated: boolean;
}

/** An open upload as listed. */
export interface ListedUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly initiatedAtMs: number;
  readonly initiatorId: string;
  readonly storageClass: string;
  readonly checksum?: { readonly algorithm: string; readonly type: string };
}

interface ListRequest {
  readonly bucketId: number;
  readonly prefix: string;
  /** Empty for none. */
  readonly delimiter: string;
  readonly limit: number;
}

/** Where a listing goes on. */
export type ListStart =
  | { readonly kind: 'beginning' }
  | { readonly kind: 'afterKey'; readonly key: string }
  /** Past every key that begins with this. */
  | { readonly kind: 'afterPrefix'; readonly prefix: string };

// No UTF-8 text holds 0xff, so this sorts after every key.
const afterEverything = Buffer.from([0xff]);
const listedColumns =
  'key, seq, version_id, is_latest, is_marker, size_bytes, etag, modified_at, owner_id, storage_class, checksum_algorithm, checksum_type, archive';

/**
 * Pages of keys in UTF-8 order. The cost of a page grows with the page: rows come from an index in order, and a common
 * prefix is left by seeking to the first key after it rather than by reading what it holds.
 */
export class Listing {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  objects(request: ListRequest, start: ListStart): ListedPage<ListedVersion> {
    return walk(
      request,
      startKey(request.prefix, start),
      (from, to) =>
        this.#database.iterate(
          `SELECT ${listedColumns} FROM versions INDEXED BY current_objects
           WHERE bucket_id = ? AND is_latest = 1 AND is_marker = 0 AND key >= ? AND key < ? ORDER BY key`,
          request.bucketId,
          from,
          to,
        ),
      toListedVersion,
    );
  }

  /** Versions and delete markers, newest first within a key. */
  versions(
    request: ListRequest,
    start: ListStart | { readonly kind: 'afterVersion'; readonly key: string; readonly versionId: string },
  ): ListedPage<ListedVersion> {
    const select = `SELECT ${listedColumns} FROM versions INDEXED BY versions_by_key WHERE bucket_id = ?`;
    const rest = (from: Buffer, to: Buffer): Iterable<SqlRow> =>
      this.#database.iterate(`${select} AND key >= ? AND key < ? ORDER BY key, seq DESC`, request.bucketId, from, to);
    if (start.kind !== 'afterVersion') {
      return walk(request, startKey(request.prefix, start), rest, toListedVersion);
    }
    const key = keyBytes(start.key);
    const seq = seqOfVersionId(start.versionId) ?? this.#nullSeq(request.bucketId, key);
    const database = this.#database;
    const older = (from: Buffer, to: Buffer): Iterable<SqlRow> => {
      if (!from.equals(key)) {
        return rest(from, to);
      }
      return (function* () {
        yield* database.iterate(`${select} AND key = ? AND seq < ? ORDER BY seq DESC`, request.bucketId, key, seq);
        yield* rest(successorOfKey(key), to);
      })();
    };
    return walk(request, key, older, toListedVersion);
  }

  uploads(
    request: ListRequest,
    start: ListStart | { readonly kind: 'afterUpload'; readonly key: string; readonly uploadId: string },
  ): ListedPage<ListedUpload> {
    const select = 'SELECT * FROM uploads INDEXED BY uploads_by_key WHERE bucket_id = ?';
    const rest = (from: Buffer, to: Buffer): Iterable<SqlRow> =>
      this.#database.iterate(`${select} AND key >= ? AND key < ? ORDER BY key, id`, request.bucketId, from, to);
    if (start.kind !== 'afterUpload') {
      return walk(request, startKey(request.prefix, start), rest, toListedUpload);
    }
    const key = keyBytes(start.key);
    const id = Number(this.#database.get('SELECT id FROM uploads WHERE upload_id = ?', start.uploadId)?.['id'] ?? 0);
    const database = this.#database;
    const later = (from: Buffer, to: Buffer): Iterable<SqlRow> => {
      if (!from.equals(key)) {
        return rest(from, to);
      }
      return (function* () {
        yield* database.iterate(`${select} AND key = ? AND id > ? ORDER BY id`, request.bucketId, key, id);
        yield* rest(successorOfKey(key), to);
      })();
    };
    return walk(request, key, later, toListedUpload);
  }

  #nullSeq(bucketId: number, key: Buffer): number {
    const row = this.#database.get(
      "SELECT seq FROM versions WHERE bucket_id = ? AND key = ? AND version_id = 'null'",
      bucketId,
      key,
    );
    // A null version that went away between two pages: begin the key again, so that nothing is left out.
    return row === undefined ? Number.MAX_SAFE_INTEGER : Number(row['seq']);
  }
}

function walk<T>(
  request: ListRequest,
  first: Buffer,
  rowsFrom: (from: Buffer, to: Buffer) => Iterable<SqlRow>,
  toItem: (row: SqlRow) => T,
): ListedPage<T> {
  const prefix = keyBytes(request.prefix);
  const delimiter = keyBytes(request.delimiter);
  const end = prefix.length === 0 ? afterEverything : successorOfPrefix(prefix);
  const entries: ListedEntry<T>[] = [];
  if (request.limit === 0) {
    return { entries, isTruncated: false };
  }
  let from: Buffer | undefined = Buffer.compare(first, prefix) < 0 ? prefix : first;
  while (from !== undefined) {
    let next: Buffer | undefined;
    for (const row of rowsFrom(from, end)) {
      if (entries.length === request.limit) {
        return { entries, isTruncated: true };
      }
      const common = commonPrefix(row, prefix, delimiter);
      if (common === undefined) {
        entries.push({ kind: 'item', item: toItem(row) });
      } else {
        entries.push({ kind: 'prefix', prefix: common.toString('utf8') });
        next = successorOfPrefix(common);
        break;
      }
    }
    from = next;
  }
  return { entries, isTruncated: false };
}

function commonPrefix(row: SqlRow, prefix: Buffer, delimiter: Buffer): Buffer | undefined {
  if (delimiter.length === 0) {
    return undefined;
  }
  const value = row['key'];
  if (!(value instanceof Uint8Array)) {
    return undefined;
  }
  const key = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.subarray(0, at + delimiter.length);
}

function startKey(prefix: string, start: ListStart): Buffer {
  switch (start.kind) {
    case 'beginning':
      return keyBytes(prefix);
    case 'afterKey':
      return successorOfKey(keyBytes(start.key));
    case 'afterPrefix':
      return successorOfPrefix(keyBytes(start.prefix));
  }
}

/** The smallest byte string that sorts after `key`. */
function successorOfKey(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.from([0])]);
}

/** The smallest byte string that sorts after everything that begins with `prefix`. */
function successorOfPrefix(prefix: Buffer): Buffer {
  for (let last = prefix.length - 1; last >= 0; last--) {
    const byte = prefix[last] ?? 0;
    if (byte < 0xff) {
      const successor = Buffer.from(prefix.subarray(0, last + 1));
      successor[last] = byte + 1;
      return successor;
    }
  }
  return afterEverything;
}

function checksumOf(row: SqlRow): { checksum?: { algorithm: string; type: string } } {
  const algorithm = row['checksum_algorithm'];
  const type = row['checksum_type'];
  return typeof algorithm === 'string' && typeof type === 'string' ? { checksum: { algorithm, type } } : {};
}

function toListedVersion(row: SqlRow): ListedVersion {
  const archive = row['archive'];
  return {
    key: keyText(row['key'] ?? null),
    versionId: String(row['version_id']),
    isLatest: row['is_latest'] === 1,
    isMarker: row['is_marker'] === 1,
    sizeBytes: Number(row['size_bytes']),
    etag: String(row['etag']),
    modifiedAtMs: Number(row['modified_at']),
    ownerId: String(row['owner_id']),
    storageClass: String(row['storage_class']),
    ...checksumOf(row),
    ...(typeof archive === 'string' ? { archive: parseStored<Archive>(archive, () => nameOf(row)) } : {}),
  };
}

function toListedUpload(row: SqlRow): ListedUpload {
  return {
    key: keyText(row['key'] ?? null),
    uploadId: String(row['upload_id']),
    initiatedAtMs: Number(row['initiated_at']),
    initiatorId: String(row['initiator_id']),
    storageClass: String(row['storage_class']),
    ...checksumOf(row),
  };
}
