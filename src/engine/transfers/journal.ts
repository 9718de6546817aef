import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { TransferId } from '../../model/ids';
import type { TransferSnapshot } from '../../model/transferState';
import type { TransferRequest } from '../../protocol/requests';
import { CosFailure } from '../failure';
import { makeFolderSync } from '../../system/makeFolder';
import type { ItemNote, NotedOutcome, PartNote } from './notes';

const formatVersion = 2;
/** The file in its folder; SQLite puts two more beside it. */
export const journalName = 'transfers.sqlite';

/** The file of this version where the other one is of a newer one. */
export const ownJournalName = `transfers-${formatVersion}.sqlite`;
/** What is above is no version, but damage. */
const mostVersion = 1000;

/** A journal of a newer version of this program, which may be at work with it. */
export class NewerVersion extends Error {
  constructor(fsPath: string, version: number) {
    super(`"${fsPath}" was written by a newer version of COS Explorer (${version})`);
  }
}

/** Rows are never used twice: who still knows one of a transfer that was forgotten must not meet another's. */
const transfersTable = `CREATE TABLE transfers (
    row INTEGER PRIMARY KEY AUTOINCREMENT, transferId TEXT NOT NULL UNIQUE, ownerId TEXT, intent TEXT NOT NULL,
    request TEXT NOT NULL, snapshot TEXT NOT NULL);`;

const schema = `
  CREATE TABLE owners (ownerId TEXT PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, beat INTEGER NOT NULL);
  ${transfersTable}
  CREATE TABLE items (transfer INTEGER, name BLOB, note TEXT NOT NULL, PRIMARY KEY (transfer, name)) WITHOUT ROWID;
  CREATE TABLE parts (transfer INTEGER, name BLOB, partNumber INTEGER, lengthBytes INTEGER NOT NULL,
    mark TEXT NOT NULL, PRIMARY KEY (transfer, name, partNumber)) WITHOUT ROWID;
  CREATE TABLE outcomes (transfer INTEGER, name BLOB, outcome TEXT NOT NULL, PRIMARY KEY (transfer, name)) WITHOUT ROWID;
`;

/** What was told to people on this machine. Older engines do not look at it, so it needs no version of its own. */
const announcementsTable =
  'CREATE TABLE IF NOT EXISTS announcements (name BLOB PRIMARY KEY, atMs INTEGER NOT NULL) WITHOUT ROWID;';
/** Nothing is told again so long after. */
const announcedForMs = 30 * 24 * 3_600_000;

/** Version 1 used rows again. */
const fromVersion1 = `
  ALTER TABLE transfers RENAME TO transfers1;
  ${transfersTable}
  INSERT INTO transfers SELECT row, transferId, ownerId, intent, request, snapshot FROM transfers1;
  DROP TABLE transfers1;
`;

/**
 * What should become of a transfer. `run` and `paused`: it goes on some time; `ended`: told to other windows, then
 * forgotten; `discard`: what it left half-made is to be removed.
 */
export type Intent = (typeof intents)[number];
const intents = ['run', 'paused', 'ended', 'discard'] as const;

/** A transfer as the journal has it. */
export interface JournalledTransfer {
  readonly row: number;
  readonly transferId: TransferId;
  /** Engine that works on it. */
  readonly ownerId?: string;
  readonly intent: Intent;
  readonly request: TransferRequest;
  readonly snapshot: TransferSnapshot;
}

/** An engine that works on transfers of the journal, or died doing so. */
export interface Owner {
  readonly ownerId: string;
  readonly host: string;
  readonly pid: number;
  /** Grows while the engine lives. */
  readonly beat: number;
}

/**
 * The transfers of this machine that have not ended, in one SQLite file for all windows. Names are kept as hashes, since
 * finished items are many. Commits survive the death of the process at once, and a power loss up to the last checkpoint:
 * whoever goes on compares notes with bytes. Holds no secrets: a request names its connection.
 */
export class Journal {
  readonly fsPath: string;
  readonly #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(fsPath: string, sqlite: DatabaseSync) {
    this.fsPath = fsPath;
    this.#sqlite = sqlite;
  }

  /** Opens or makes the journal in a folder. Throws an Error that says what is wrong with it. */
  static open(folderFsPath: string, name = journalName): Journal {
    const sqlite = process.getBuiltinModule('node:sqlite');
    if (sqlite === undefined) throw new Error(`this Node (${process.version}) comes without SQLite`);
    makeFolderSync(folderFsPath, 0o700);
    const fsPath = join(folderFsPath, name);
    const database = new sqlite.DatabaseSync(fsPath);
    try {
      database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
      const journal = new Journal(fsPath, database);
      journal.inTransaction(() => {
        const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
        const change = ({ 0: schema, 1: fromVersion1 } as Readonly<Record<number, string>>)[version];
        if (change !== undefined) database.exec(`${change} PRAGMA user_version = ${formatVersion};`);
        else if (version > formatVersion && version <= mostVersion) throw new NewerVersion(fsPath, version);
        else if (version !== formatVersion) throw new Error(`"${fsPath}" is of no version (${version})`);
        database.exec(announcementsTable);
      });
      return journal;
    } catch (thrown) {
      database.close();
      throw thrown;
    }
  }

  /** Throws where anything of it cannot be what an engine has written: bits that a disk has flipped, rows of somebody else. */
  verify(): void {
    const found = this.#all('PRAGMA quick_check').map((row) => row['quick_check']);
    if (found[0] !== 'ok') throw new Error(`"${this.fsPath}" is damaged: ${String(found[0])}`);
    for (const { row } of this.transfers()) this.items(row);
  }

  close(): void {
    this.#statements.clear();
    this.#sqlite.close();
  }

  /** Runs changes as one, alone among all engines; none of them happens when one throws. */
  inTransaction<T>(change: () => T): T {
    this.#guard(() => this.#sqlite.exec('BEGIN IMMEDIATE'));
    try {
      const value = change();
      this.#guard(() => this.#sqlite.exec('COMMIT'));
      return value;
    } catch (thrown) {
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK');
      throw thrown;
    }
  }

  /** Of what is to be told once on this machine, that which nobody has told: it counts as told from here on. */
  claimAnnouncements(names: readonly string[], nowMs: number): readonly string[] {
    return this.inTransaction(() => {
      this.#run('DELETE FROM announcements WHERE atMs < ?', nowMs - announcedForMs);
      const sql = 'INSERT OR IGNORE INTO announcements (name, atMs) VALUES (?, ?)';
      return names.filter((name) => this.#run(sql, hashOf(name), nowMs) === 1);
    });
  }

  owner(ownerId: string): Owner | undefined {
    const row = this.#get('SELECT ownerId, host, pid, beat FROM owners WHERE ownerId = ?', ownerId);
    return row && { ownerId, host: String(row['host']), pid: Number(row['pid']), beat: Number(row['beat']) };
  }

  addOwner({ ownerId, host, pid }: Omit<Owner, 'beat'>): void {
    this.#run('INSERT OR REPLACE INTO owners (ownerId, host, pid, beat) VALUES (?, ?, ?, 0)', ownerId, host, pid);
  }

  /** False when somebody has removed the owner meanwhile. */
  beat(ownerId: string): boolean {
    return this.#run('UPDATE owners SET beat = beat + 1 WHERE ownerId = ?', ownerId) === 1;
  }

  removeOwner(ownerId: string): void {
    this.#run('DELETE FROM owners WHERE ownerId = ?', ownerId);
    this.#run('UPDATE transfers SET ownerId = NULL WHERE ownerId = ?', ownerId);
  }

  transfers(): readonly JournalledTransfer[] {
    return this.#guard(() => this.#all('SELECT * FROM transfers ORDER BY row').map(journalled));
  }

  transfer(transferId: TransferId): JournalledTransfer | undefined {
    const row = this.#get('SELECT * FROM transfers WHERE transferId = ?', transferId);
    return row && this.#guard(() => journalled(row));
  }

  /** Begins to note a transfer; answers with its row. */
  addTransfer(ownerId: string, request: TransferRequest, snapshot: TransferSnapshot): number {
    const sql = `INSERT INTO transfers (transferId, ownerId, intent, request, snapshot) VALUES (?, ?, 'run', ?, ?)`;
    this.#run(sql, snapshot.transferId, ownerId, JSON.stringify(request), JSON.stringify(snapshot));
    return Number(this.#get('SELECT row FROM transfers WHERE transferId = ?', snapshot.transferId)?.['row']);
  }

  setOwner(row: number, ownerId: string | null): void {
    this.#run('UPDATE transfers SET ownerId = ? WHERE row = ?', ownerId, row);
  }

  ownerOf(row: number): string | undefined {
    const found = this.#get('SELECT ownerId FROM transfers WHERE row = ?', row);
    return typeof found?.['ownerId'] === 'string' ? found['ownerId'] : undefined;
  }

  save(row: number, intent: Intent, snapshot: TransferSnapshot): void {
    this.#run('UPDATE transfers SET intent = ?, snapshot = ? WHERE row = ?', intent, JSON.stringify(snapshot), row);
  }

  /** Forgets what a transfer is made of; the transfer itself stays. */
  clearTransfer(row: number): void {
    for (const table of ['items', 'parts', 'outcomes']) this.#run(`DELETE FROM ${table} WHERE transfer = ?`, row);
  }

  removeTransfer(row: number): void {
    this.clearTransfer(row);
    this.#run('DELETE FROM transfers WHERE row = ?', row);
  }

  item(row: number, name: string): ItemNote | undefined {
    const found = this.#get('SELECT note FROM items WHERE transfer = ? AND name = ?', row, hashOf(name));
    return found && this.#guard(() => JSON.parse(String(found['note'])) as ItemNote);
  }

  items(row: number): readonly ItemNote[] {
    const found = this.#all('SELECT note FROM items WHERE transfer = ?', row);
    return this.#guard(() => found.map(({ note }) => JSON.parse(String(note)) as ItemNote));
  }

  putItem(row: number, note: ItemNote): void {
    const sql = 'INSERT OR REPLACE INTO items (transfer, name, note) VALUES (?, ?, ?)';
    this.#run(sql, row, hashOf(note.name), JSON.stringify(note));
  }

  removeItem(row: number, name: string): void {
    this.#run('DELETE FROM parts WHERE transfer = ? AND name = ?', row, hashOf(name));
    this.#run('DELETE FROM items WHERE transfer = ? AND name = ?', row, hashOf(name));
  }

  putPart(row: number, name: string, { partNumber, lengthBytes, mark }: PartNote): void {
    const sql = 'INSERT OR REPLACE INTO parts (transfer, name, partNumber, lengthBytes, mark) VALUES (?, ?, ?, ?, ?)';
    this.#run(sql, row, hashOf(name), partNumber, lengthBytes, mark);
  }

  parts(row: number, name: string): readonly PartNote[] {
    const sql = 'SELECT partNumber, lengthBytes, mark FROM parts WHERE transfer = ? AND name = ?';
    return this.#all(sql, row, hashOf(name)).map((part) => ({
      partNumber: Number(part['partNumber']),
      lengthBytes: Number(part['lengthBytes']),
      mark: String(part['mark']),
    }));
  }

  outcome(row: number, name: string): NotedOutcome | undefined {
    const found = this.#get('SELECT outcome FROM outcomes WHERE transfer = ? AND name = ?', row, hashOf(name));
    return found && (String(found['outcome']) as NotedOutcome);
  }

  putOutcomes(row: number, outcomes: ReadonlyMap<string, NotedOutcome>): void {
    const sql = 'INSERT OR REPLACE INTO outcomes (transfer, name, outcome) VALUES (?, ?, ?)';
    this.inTransaction(() => {
      for (const [name, outcome] of outcomes) this.#run(sql, row, hashOf(name), outcome);
    });
  }

  #get(sql: string, ...values: SQLInputValue[]) {
    return this.#guard(() => this.#prepare(sql).get(...values));
  }

  #all(sql: string, ...values: SQLInputValue[]) {
    return this.#guard(() => this.#prepare(sql).all(...values));
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return this.#guard(() => Number(this.#prepare(sql).run(...values).changes));
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#sqlite.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  #guard<T>(act: () => T): T {
    try {
      return act();
    } catch (cause) {
      if (cause instanceof CosFailure) throw cause;
      const detail = `the journal of transfers "${this.fsPath}" cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`;
      throw new CosFailure(
        { kind: 'localFile', op: 'journal', fsPath: this.fsPath, retry: 'later', detail },
        { cause },
      );
    }
  }
}

function journalled(row: Record<string, unknown>): JournalledTransfer {
  const found = {
    row: Number(row['row']),
    transferId: String(row['transferId']) as TransferId,
    ...(typeof row['ownerId'] === 'string' ? { ownerId: row['ownerId'] } : {}),
    intent: String(row['intent']) as Intent,
    request: JSON.parse(String(row['request'])) as TransferRequest,
    snapshot: JSON.parse(String(row['snapshot'])) as TransferSnapshot,
  };
  const { intent, request, snapshot, transferId } = found;
  const isOurs = intents.includes(intent) && snapshot.transferId === transferId && typeof request.kind === 'string';
  if (!isOurs) throw new Error(`row ${found.row} is no transfer`);
  return found;
}

function hashOf(name: string): Buffer {
  return createHash('sha256').update(name).digest().subarray(0, 16);
}
