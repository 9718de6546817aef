import { parseStored } from './damaged';
import type { Database, SqlRow } from './database';

/** `never` is the state of a bucket whose versioning was never configured (rule 79). */
export type Versioning = 'never' | 'Enabled' | 'Suspended';

export type CannedAcl = 'private' | 'public-read';

/** A bucket as stored. Sizes count every version and every completed part of an object, not open uploads. */
export interface Bucket {
  readonly id: number;
  readonly name: string;
  /** Location code such as `us-south`. */
  readonly location: string;
  /** `<location>-<class>`, for example `us-south-smart`. */
  readonly provisioningCode: string;
  readonly instanceGuid: string;
  readonly ownerId: string;
  readonly createdAtMs: number;
  readonly versioning: Versioning;
  readonly hasObjectLock: boolean;
  readonly acl: CannedAcl;
  readonly rootKeyCrn?: string;
  readonly objectCount: number;
  readonly sizeBytes: number;
}

export interface NewBucket {
  readonly name: string;
  readonly location: string;
  readonly provisioningCode: string;
  readonly instanceGuid: string;
  readonly ownerId: string;
  readonly createdAtMs: number;
  readonly versioning: Versioning;
  readonly hasObjectLock: boolean;
  readonly acl: CannedAcl;
  readonly rootKeyCrn?: string;
}

/**
 * Names of per-bucket settings. Values are JSON, shaped by whoever owns the setting: the data plane its sub-resources,
 * the configuration API `hardQuotaBytes`, `firewall`, `activityTracking`, `metrics` and `managed`.
 */
export type BucketSetting =
  | 'cors'
  | 'lifecycle'
  | 'website'
  | 'objectLock'
  | 'protection'
  | 'publicAccessBlock'
  | 'replication'
  | 'tagging'
  | 'hardQuotaBytes'
  | 'firewall'
  | 'activityTracking'
  | 'metrics'
  | 'managed';

export class Buckets {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  find(name: string): Bucket | undefined {
    const row = this.#database.get('SELECT * FROM buckets WHERE name = ?', name);
    return row === undefined ? undefined : toBucket(row);
  }

  findById(id: number): Bucket | undefined {
    const row = this.#database.get('SELECT * FROM buckets WHERE id = ?', id);
    return row === undefined ? undefined : toBucket(row);
  }

  /** Buckets of an instance by name, from after `marker`, at most `limit`. */
  list(instanceGuid: string, page: { prefix?: string; marker?: string; limit?: number } = {}): Bucket[] {
    const prefix = page.prefix ?? '';
    return this.#database
      .all(
        'SELECT * FROM buckets WHERE instance_guid = ? AND name > ? AND substr(name, 1, ?) = ? ORDER BY name LIMIT ?',
        instanceGuid,
        page.marker ?? '',
        prefix.length,
        prefix,
        page.limit ?? -1,
      )
      .map(toBucket);
  }

  /** Buckets and backup vaults of an instance: they share one quota (control-plane §3.5). */
  count(instanceGuid: string): number {
    const sql =
      'SELECT (SELECT count(*) FROM buckets WHERE instance_guid = ?1) + (SELECT count(*) FROM backup_vaults WHERE instance_guid = ?1) AS n';
    return Number(this.#database.get(sql, instanceGuid)?.['n'] ?? 0);
  }

  /** Until when a name stays unusable, if it does: that of a deleted bucket for a while, that of a backup vault forever. */
  findReservation(name: string): number | undefined {
    if (this.#database.get('SELECT 1 FROM backup_vaults WHERE name = ?', name) !== undefined) {
      return Number.POSITIVE_INFINITY;
    }
    const row = this.#database.get('SELECT until_at FROM reserved_names WHERE name = ?', name);
    return row === undefined ? undefined : Number(row['until_at']);
  }

  create(bucket: NewBucket): Bucket {
    this.#database.run('DELETE FROM reserved_names WHERE name = ?', bucket.name);
    const { rowId } = this.#database.run(
      `INSERT INTO buckets (name, location, provisioning_code, instance_guid, owner_id, created_at, versioning,
         has_object_lock, acl, root_key_crn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      bucket.name,
      bucket.location,
      bucket.provisioningCode,
      bucket.instanceGuid,
      bucket.ownerId,
      bucket.createdAtMs,
      bucket.versioning,
      bucket.hasObjectLock ? 1 : 0,
      bucket.acl,
      bucket.rootKeyCrn ?? null,
    );
    return { ...bucket, id: rowId, objectCount: 0, sizeBytes: 0 };
  }

  /** True when no version, delete marker or open upload is left (rule 37). */
  isEmpty(id: number): boolean {
    return (
      this.#database.get('SELECT 1 FROM versions WHERE bucket_id = ? LIMIT 1', id) === undefined &&
      this.#database.get('SELECT 1 FROM uploads WHERE bucket_id = ? LIMIT 1', id) === undefined
    );
  }

  delete(bucket: Bucket, reservedUntilMs: number): void {
    this.#database.run('DELETE FROM buckets WHERE id = ?', bucket.id);
    this.#database.run('DELETE FROM bucket_settings WHERE bucket_id = ?', bucket.id);
    this.#database.run('INSERT OR REPLACE INTO reserved_names VALUES (?, ?)', bucket.name, reservedUntilMs);
  }

  setVersioning(id: number, versioning: Versioning): void {
    this.#database.run('UPDATE buckets SET versioning = ? WHERE id = ?', versioning, id);
  }

  setObjectLock(id: number): void {
    this.#database.run('UPDATE buckets SET has_object_lock = 1 WHERE id = ?', id);
  }

  setAcl(id: number, acl: CannedAcl): void {
    this.#database.run('UPDATE buckets SET acl = ? WHERE id = ?', acl, id);
  }

  /** A setting's value as stored, undefined when it is not set. The caller knows its shape. */
  getSetting(id: number, name: BucketSetting): unknown {
    const row = this.#database.get('SELECT value FROM bucket_settings WHERE bucket_id = ? AND name = ?', id, name);
    return row === undefined
      ? undefined
      : parseStored<unknown>(
          String(row['value']),
          () => `The setting "${name}" of the bucket "${this.findById(id)?.name ?? id}"`,
        );
  }

  setSetting(id: number, name: BucketSetting, value: unknown): void {
    this.#database.run('INSERT OR REPLACE INTO bucket_settings VALUES (?, ?, ?)', id, name, JSON.stringify(value));
  }

  deleteSetting(id: number, name: BucketSetting): void {
    this.#database.run('DELETE FROM bucket_settings WHERE bucket_id = ? AND name = ?', id, name);
  }

  /** Adds to the counters that quota and the configuration API read. */
  addUsage(id: number, objects: number, sizeBytes: number): void {
    this.#database.run(
      'UPDATE buckets SET object_count = object_count + ?, size_bytes = size_bytes + ? WHERE id = ?',
      objects,
      sizeBytes,
      id,
    );
  }
}

function toBucket(row: SqlRow): Bucket {
  const rootKeyCrn = row['root_key_crn'];
  return {
    id: Number(row['id']),
    name: String(row['name']),
    location: String(row['location']),
    provisioningCode: String(row['provisioning_code']),
    instanceGuid: String(row['instance_guid']),
    ownerId: String(row['owner_id']),
    createdAtMs: Number(row['created_at']),
    versioning: row['versioning'] as Versioning,
    hasObjectLock: row['has_object_lock'] === 1,
    acl: row['acl'] as CannedAcl,
    ...(typeof rootKeyCrn === 'string' ? { rootKeyCrn } : {}),
    objectCount: Number(row['object_count']),
    sizeBytes: Number(row['size_bytes']),
  };
}
