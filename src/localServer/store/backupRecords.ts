import { parseStored } from './damaged';
import type { Database, SqlRow } from './database';

/** A backup vault. Its name is unique among buckets and vaults. */
export interface BackupVault {
  readonly name: string;
  readonly instanceGuid: string;
  readonly region: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly managementEvents?: boolean;
  readonly usageMetrics?: boolean;
  readonly rootKeyCrn?: string;
}

/** Where a walk over the versions of a bucket or range stands. */
export interface Walk {
  readonly totalCount: number;
  readonly visitedCount: number;
  readonly after?: { readonly key: string; readonly versionId: string };
}

/** Why a policy does not sync. `failed` is final. */
export interface PolicyTrouble {
  readonly status: 'degraded' | 'action_needed' | 'failed';
  readonly cause: string;
  /** `asked` came through the admin endpoint and goes the same way. */
  readonly origin: 'found' | 'asked';
}

/** A backup policy of a bucket. */
export interface BackupPolicy {
  readonly policyId: string;
  readonly bucketId: number;
  readonly name: string;
  readonly vaultId: number;
  readonly vaultCrn: string;
  readonly retentionDays: number;
  readonly createdAtMs: number;
  readonly rangeRowId: number;
  readonly stage: 'pending' | 'initializing' | 'active';
  /** By the server's clock; with stages other than `pending`. */
  readonly initializingSinceMs?: number;
  /** Over what the bucket holds: the initial sync, or what was missed during trouble. Absent when nothing is left to walk. */
  readonly walk?: Walk;
  readonly trouble?: PolicyTrouble;
}

/** A recovery range of a vault. Its versions are those of the bucket id `-rowId`. */
export interface RecoveryRange {
  readonly rangeId: string;
  readonly vaultId: number;
  readonly sourceCrn: string;
  readonly policyName: string;
  /** -1: indefinite. */
  readonly retentionDays: number;
  readonly createdAtMs: number;
  /** Absent until the initial sync is complete, and with it the range's place in lists. */
  readonly startedAtMs?: number;
  readonly syncedUntilMs: number;
  readonly state: 'open' | 'closed';
  /** What was no longer needed for points in time from then on has been removed. */
  readonly purgedUntilMs: number;
}

/** A restore from a range into a bucket. */
export interface Restore {
  readonly restoreId: string;
  readonly vaultId: number;
  readonly rangeRowId: number;
  readonly rangeId: string;
  readonly sourceCrn: string;
  readonly targetCrn: string;
  readonly targetBucketId: number;
  readonly pointInTimeMs: number;
  readonly initializedAtMs: number;
  readonly status: 'initializing' | 'running' | 'complete' | 'failed';
  readonly completedAtMs?: number;
  readonly walk?: Walk;
  readonly cause?: string;
}

/** A record with its row id, which grows with every new one. */
export type Stored<T> = T & { readonly rowId: number };

interface Page {
  readonly afterRowId: number;
  readonly limit: number;
}

/** Records of backups. Methods that change anything run only inside `Store.write`. */
export class BackupRecords {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  findVault(name: string): Stored<BackupVault> | undefined {
    return one<BackupVault>(this.#database.get('SELECT * FROM backup_vaults WHERE name = ?', name));
  }

  findVaultById(rowId: number): Stored<BackupVault> | undefined {
    return one<BackupVault>(this.#database.get('SELECT * FROM backup_vaults WHERE id = ?', rowId));
  }

  listVaults(instanceGuid: string, page: Page): Stored<BackupVault>[] {
    const sql = 'SELECT * FROM backup_vaults WHERE instance_guid = ? AND id > ? ORDER BY id LIMIT ?';
    return many<BackupVault>(this.#database.all(sql, instanceGuid, page.afterRowId, page.limit));
  }

  addVault(vault: BackupVault): void {
    const sql = 'INSERT INTO backup_vaults (name, instance_guid, record) VALUES (?, ?, ?)';
    this.#database.run(sql, vault.name, vault.instanceGuid, JSON.stringify(vault));
  }

  saveVault(vault: Stored<BackupVault>): void {
    this.#database.run('UPDATE backup_vaults SET record = ? WHERE id = ?', recordOf(vault), vault.rowId);
  }

  /** Removes a vault without ranges, and the record of its restores. */
  removeVault(rowId: number): void {
    this.#database.run('DELETE FROM restores WHERE vault_id = ?', rowId);
    this.#database.run('DELETE FROM backup_vaults WHERE id = ?', rowId);
  }

  /** In bytes, of all its ranges. */
  vaultSize(rowId: number): number {
    const sql = 'SELECT sum(size_bytes) AS total FROM recovery_ranges WHERE vault_id = ?';
    return Number(this.#database.get(sql, rowId)?.['total'] ?? 0);
  }

  findPolicy(policyId: string): Stored<BackupPolicy> | undefined {
    return one<BackupPolicy>(this.#database.get('SELECT * FROM backup_policies WHERE policy_id = ?', policyId));
  }

  policiesOf(bucketId: number): Stored<BackupPolicy>[] {
    const sql = 'SELECT * FROM backup_policies WHERE bucket_id = ? ORDER BY id';
    return many<BackupPolicy>(this.#database.all(sql, bucketId));
  }

  allPolicies(): Stored<BackupPolicy>[] {
    return many<BackupPolicy>(this.#database.all('SELECT * FROM backup_policies ORDER BY id'));
  }

  hasPolicy(bucketId: number): boolean {
    return this.#database.get('SELECT 1 FROM backup_policies WHERE bucket_id = ? LIMIT 1', bucketId) !== undefined;
  }

  addPolicy(policy: BackupPolicy): void {
    const sql = 'INSERT INTO backup_policies (policy_id, bucket_id, record) VALUES (?, ?, ?)';
    this.#database.run(sql, policy.policyId, policy.bucketId, JSON.stringify(policy));
  }

  savePolicy(policy: Stored<BackupPolicy>): void {
    this.#database.run('UPDATE backup_policies SET record = ? WHERE id = ?', recordOf(policy), policy.rowId);
  }

  removePolicy(rowId: number): void {
    this.#database.run('DELETE FROM backup_policies WHERE id = ?', rowId);
  }

  findRange(rangeId: string): Stored<RecoveryRange> | undefined {
    return one<RecoveryRange>(this.#database.get('SELECT * FROM recovery_ranges WHERE range_id = ?', rangeId));
  }

  findRangeById(rowId: number): Stored<RecoveryRange> | undefined {
    return one<RecoveryRange>(this.#database.get('SELECT * FROM recovery_ranges WHERE id = ?', rowId));
  }

  rangesOf(vaultId: number, page: Page): Stored<RecoveryRange>[] {
    const sql = 'SELECT * FROM recovery_ranges WHERE vault_id = ? AND id > ? ORDER BY id LIMIT ?';
    return many<RecoveryRange>(this.#database.all(sql, vaultId, page.afterRowId, page.limit));
  }

  allRanges(): Stored<RecoveryRange>[] {
    return many<RecoveryRange>(this.#database.all('SELECT * FROM recovery_ranges ORDER BY id'));
  }

  /** Returns the row id. */
  addRange(range: RecoveryRange): number {
    const sql = 'INSERT INTO recovery_ranges (range_id, vault_id, record) VALUES (?, ?, ?)';
    return this.#database.run(sql, range.rangeId, range.vaultId, JSON.stringify(range)).rowId;
  }

  saveRange(range: Stored<RecoveryRange>): void {
    this.#database.run('UPDATE recovery_ranges SET record = ? WHERE id = ?', recordOf(range), range.rowId);
  }

  /** Adds to the bytes that a range is said to use. */
  addRangeSize(rowId: number, sizeBytes: number): void {
    this.#database.run('UPDATE recovery_ranges SET size_bytes = size_bytes + ? WHERE id = ?', sizeBytes, rowId);
  }

  removeRange(rowId: number): void {
    this.#database.run('DELETE FROM recovery_ranges WHERE id = ?', rowId);
  }

  findRestore(restoreId: string): Stored<Restore> | undefined {
    return one<Restore>(this.#database.get('SELECT * FROM restores WHERE restore_id = ?', restoreId));
  }

  restoresOf(vaultId: number, page: Page): Stored<Restore>[] {
    const sql = 'SELECT * FROM restores WHERE vault_id = ? AND id > ? ORDER BY id LIMIT ?';
    return many<Restore>(this.#database.all(sql, vaultId, page.afterRowId, page.limit));
  }

  /** Those that are not finished, of one vault or of all. */
  activeRestores(vaultId?: number): Stored<Restore>[] {
    const sql = `SELECT * FROM restores WHERE json_extract(record, '$.status') IN ('initializing', 'running') ORDER BY id`;
    const active = many<Restore>(this.#database.all(sql));
    return vaultId === undefined ? active : active.filter((restore) => restore.vaultId === vaultId);
  }

  addRestore(restore: Restore): void {
    const sql = 'INSERT INTO restores (restore_id, vault_id, record) VALUES (?, ?, ?)';
    this.#database.run(sql, restore.restoreId, restore.vaultId, JSON.stringify(restore));
  }

  saveRestore(restore: Stored<Restore>): void {
    this.#database.run('UPDATE restores SET record = ? WHERE id = ?', recordOf(restore), restore.rowId);
  }

  /** How many versions and markers a bucket, or with `-rowId` a range, holds. */
  countVersions(bucketId: number): number {
    return Number(this.#database.get('SELECT count(*) AS n FROM versions WHERE bucket_id = ?', bucketId)?.['n'] ?? 0);
  }
}

function one<T>(row: SqlRow | undefined): Stored<T> | undefined {
  // The class alone writes the column.
  return row === undefined
    ? undefined
    : {
        ...parseStored<T>(String(row['record']), () => `Record ${String(row['id'])} of the backups`),
        rowId: Number(row['id']),
      };
}

function many<T>(rows: readonly SqlRow[]): Stored<T>[] {
  return rows.flatMap((row) => one<T>(row) ?? []);
}

function recordOf(stored: { readonly rowId: number }): string {
  const { rowId: _rowId, ...record } = stored;
  return JSON.stringify(record);
}
