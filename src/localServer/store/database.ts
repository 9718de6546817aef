import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { schemaSteps } from './schema';

/** A column value as SQLite returns it. */
export type SqlValue = null | number | bigint | string | Uint8Array;

/** A row by column name. */
export type SqlRow = Record<string, SqlValue>;

/** So often the event loop goes round without another write before those that wait are committed. */
const quietTurns = 3;
/** The longest that they wait. */
const longestWaitMs = 100;

interface PendingWrite {
  readonly run: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * The server's SQLite file. Reads are synchronous and always see the last commit. Writes are closures that run
 * synchronously inside a transaction; those that arrive together share one commit, so that many small requests cost
 * one fsync rather than one each. The event loop takes one new connection a turn, so a commit waits for as long as turns
 * go on to bring writes, but no longer than the last one took: on a slow disk many clients would queue for one each. A promise of `write` settles only after that commit is on disk.
 */
export class Database {
  readonly #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #idle = new Map<string, StatementSync[]>();
  #pending: PendingWrite[] = [];
  #scheduled = false;
  #lastCommitMs = 0;
  #writing = false;
  #closed = false;
  #afterCommit: (() => void)[] = [];
  #transaction = 0;

  constructor(file: string) {
    this.#sqlite = new DatabaseSync(file);
    this.#sqlite.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -32768; ' +
        'PRAGMA journal_size_limit = 67108864;',
    );
    const version = Number(this.get('PRAGMA user_version')?.['user_version'] ?? 0);
    if (version > schemaSteps.length) {
      this.#sqlite.close();
      throw new Error(
        `The data folder was written by a newer version of the local server (format ${version}, this one reads ${schemaSteps.length}): "${file}". Choose another data folder.`,
      );
    }
    if (version < schemaSteps.length) {
      const steps = schemaSteps.slice(version).join('');
      this.#sqlite.exec(`BEGIN; ${steps} PRAGMA user_version = ${schemaSteps.length}; COMMIT;`);
    }
  }

  /** The first row, or undefined. */
  get(sql: string, ...parameters: SQLInputValue[]): SqlRow | undefined {
    return this.#prepare(sql).get(...parameters);
  }

  /** All rows. The caller bounds their number in the statement. */
  all(sql: string, ...parameters: SQLInputValue[]): SqlRow[] {
    return this.#prepare(sql).all(...parameters);
  }

  /** Rows one at a time; a caller that stops early has paid only for the rows it took. */
  *iterate(sql: string, ...parameters: SQLInputValue[]): Generator<SqlRow, void, undefined> {
    // A statement may still be stepping in an outer loop, so each iteration has one of its own. Finished ones are kept:
    // a listing seeks a thousand times a page, and a statement costs memory until the collector finds it.
    const idle = this.#idle.get(sql) ?? [];
    this.#idle.set(sql, idle);
    const statement = idle.pop() ?? this.#sqlite.prepare(sql);
    try {
      yield* statement.iterate(...parameters);
    } finally {
      if (!this.#closed) idle.push(statement);
    }
  }

  /** Runs a change. Only inside a `write` closure. Returns the new row id. */
  run(sql: string, ...parameters: SQLInputValue[]): { changes: number; rowId: number } {
    if (!this.#writing) {
      throw new Error('A change was attempted outside a write transaction.');
    }
    const result = this.#prepare(sql).run(...parameters);
    return { changes: Number(result.changes), rowId: Number(result.lastInsertRowid) };
  }

  /** Runs `change` atomically; resolves once it is durable, rejects with what it threw after undoing all it did. */
  write<T>(change: () => T): Promise<T> {
    if (this.#closed) {
      return Promise.reject(new Error('The store is closed.'));
    }
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({ run: change, resolve: (value) => resolve(value as T), reject });
      if (!this.#scheduled) {
        this.#scheduled = true;
        this.#commitSoon(performance.now() + Math.min(this.#lastCommitMs, longestWaitMs));
      }
    });
  }

  /** Runs `change` at once in its own transaction. For opening the store, before anyone else writes. */
  writeNow<T>(change: () => T): T {
    this.#sqlite.exec('BEGIN IMMEDIATE');
    this.#writing = true;
    try {
      const result = change();
      this.#sqlite.exec('COMMIT');
      return result;
    } catch (error) {
      this.#sqlite.exec('ROLLBACK');
      throw error;
    } finally {
      this.#writing = false;
    }
  }

  /** Changes with every `write` closure, so that what one of them did can be told from what another did. */
  get transaction(): number {
    return this.#transaction;
  }

  /** Calls `action` after the commit that holds the current change; dropped if the change fails. */
  afterCommit(action: () => void): void {
    this.#afterCommit.push(action);
  }

  close(): void {
    if (!this.#closed) {
      this.#commitPending();
      this.#closed = true;
      this.#statements.clear();
      this.#idle.clear();
      this.#sqlite.close();
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#sqlite.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #commitSoon(latestMs: number, seen = 0, quiet = 0): void {
    setImmediate(() => {
      const count = this.#pending.length;
      const isQuiet = count === seen;
      if ((isQuiet && quiet + 1 >= quietTurns) || performance.now() >= latestMs) this.#commitPending();
      else this.#commitSoon(latestMs, count, isQuiet ? quiet + 1 : 0);
    });
  }

  #commitPending(): void {
    this.#scheduled = false;
    const batch = this.#pending;
    this.#pending = [];
    if (batch.length === 0 || this.#closed) {
      return;
    }
    const startedAtMs = performance.now();
    const settle: (() => void)[] = [];
    const actions: (() => void)[] = [];
    try {
      this.#sqlite.exec('BEGIN IMMEDIATE');
      this.#writing = true;
      for (const write of batch) {
        this.#runOne(write, settle, actions);
      }
      this.#sqlite.exec('COMMIT');
      this.#lastCommitMs = performance.now() - startedAtMs;
    } catch (error) {
      this.#rollBack();
      for (const write of batch) {
        write.reject(error);
      }
      return;
    } finally {
      this.#writing = false;
      this.#afterCommit = [];
    }
    for (const action of actions) {
      action();
    }
    for (const answer of settle) {
      answer();
    }
  }

  #runOne(write: PendingWrite, settle: (() => void)[], actions: (() => void)[]): void {
    this.#afterCommit = [];
    this.#transaction++;
    this.#sqlite.exec('SAVEPOINT one');
    try {
      const result = write.run();
      this.#sqlite.exec('RELEASE one');
      actions.push(...this.#afterCommit);
      settle.push(() => write.resolve(result));
    } catch (error) {
      this.#sqlite.exec('ROLLBACK TO one; RELEASE one');
      settle.push(() => write.reject(error));
    }
  }

  #rollBack(): void {
    try {
      this.#sqlite.exec('ROLLBACK');
    } catch (error) {
      // SQLite rolls back by itself on some errors (disk full); then there is nothing left to roll back.
      if (!(error instanceof Error && error.message.includes('no transaction is active'))) {
        throw error;
      }
    }
  }
}
