import type { Database, SqlRow } from './database';
import { keyBytes, keyText } from './objects';

/** What has to reach the target: a version, a delete marker, or tags set later. */
export type SyncType = 'content' | 'delete' | 'tagging';

/** A version on its way to another bucket. One with attempts has failed so far. */
export interface ReplicationTask {
  readonly rowId: number;
  readonly bucketId: number;
  readonly key: string;
  readonly versionId: string;
  readonly syncType: SyncType;
  readonly targetCrn: string;
  readonly attempts: number;
  readonly firstAttemptAtMs?: number;
  readonly lastAttemptAtMs?: number;
  readonly cause?: string;
}

/** What replication still has to do. Methods that change anything run only inside `Store.write`. */
export class ReplicationTasks {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds a task, in place of an unfinished one for the same version. */
  add(
    task: Pick<ReplicationTask, 'bucketId' | 'key' | 'versionId' | 'syncType' | 'targetCrn'> & { readonly seq: number },
    dueAtMs: number,
  ): void {
    this.#database.run(
      `INSERT OR REPLACE INTO replication_tasks (bucket_id, key, version_id, seq, sync_type, target_crn, next_attempt_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      task.bucketId,
      keyBytes(task.key),
      task.versionId,
      task.seq,
      task.syncType,
      task.targetCrn,
      dueAtMs,
    );
  }

  /** The tasks whose time has come, the oldest first. */
  due(nowMs: number, limit: number): ReplicationTask[] {
    const sql = 'SELECT * FROM replication_tasks WHERE next_attempt_at <= ? ORDER BY next_attempt_at, id LIMIT ?';
    return this.#database.all(sql, nowMs, limit).map(toTask);
  }

  remove(rowId: number): void {
    this.#database.run('DELETE FROM replication_tasks WHERE id = ?', rowId);
  }

  /** Removes the task of a version that went away. */
  removeVersion(bucketId: number, key: string, seq: number): void {
    const sql = 'DELETE FROM replication_tasks WHERE bucket_id = ? AND key = ? AND seq = ?';
    this.#database.run(sql, bucketId, keyBytes(key), seq);
  }

  /** Notes a failed attempt. */
  fail(task: ReplicationTask, cause: string, atMs: number, nextAttemptAtMs: number): void {
    this.#database.run(
      `UPDATE replication_tasks SET attempts = attempts + 1, first_attempt_at = coalesce(first_attempt_at, ?1),
         last_attempt_at = ?1, next_attempt_at = ?2, cause = ?3 WHERE id = ?4`,
      atMs,
      nextAttemptAtMs,
      cause,
      task.rowId,
    );
  }

  /** Failures of a bucket first attempted before a time, in the order in which they were made, from after a row. */
  failures(
    bucketId: number,
    page: { readonly beforeMs: number; readonly afterRowId: number; readonly limit: number },
  ): ReplicationTask[] {
    const sql = `SELECT * FROM replication_tasks WHERE bucket_id = ? AND attempts > 0 AND first_attempt_at < ? AND id > ?
       ORDER BY id LIMIT ?`;
    return this.#database.all(sql, bucketId, page.beforeMs, page.afterRowId, page.limit).map(toTask);
  }

  /** Makes every failure of a bucket due. */
  reattempt(bucketId: number, nowMs: number): void {
    const sql = 'UPDATE replication_tasks SET next_attempt_at = ? WHERE bucket_id = ? AND attempts > 0';
    this.#database.run(sql, nowMs, bucketId);
  }
}

function toTask(row: SqlRow): ReplicationTask {
  const { first_attempt_at: first, last_attempt_at: last, cause } = row;
  return {
    rowId: Number(row['id']),
    bucketId: Number(row['bucket_id']),
    key: keyText(row['key'] ?? null),
    versionId: String(row['version_id']),
    // Only `add` writes the column.
    syncType: row['sync_type'] as SyncType,
    targetCrn: String(row['target_crn']),
    attempts: Number(row['attempts']),
    ...(typeof first === 'number' ? { firstAttemptAtMs: first } : {}),
    ...(typeof last === 'number' ? { lastAttemptAtMs: last } : {}),
    ...(typeof cause === 'string' ? { cause } : {}),
  };
}
