import type { Database } from './database';

/** How many sequence numbers one row in `meta` sets aside; unused ones are skipped after a restart. */
const reserve = 1000;

/**
 * The numbers by which versions are ordered. Each is given once, ever. The upper bound is kept apart from the rows,
 * because rows can be deleted, and counts only once it is committed, because transactions can fail.
 */
export class Sequence {
  readonly #database: Database;
  #next: number;
  /** The upper bound that is on disk. */
  #reserved: number;
  /** The upper bound that the present transaction has written. */
  #asked = { transaction: 0, bound: 0 };

  constructor(database: Database) {
    this.#database = database;
    this.#reserved = Number(database.get("SELECT value FROM meta WHERE name = 'seq'")?.['value'] ?? 0);
    this.#next = this.#reserved + 1;
  }

  /** The next number, inside a write transaction. */
  take(): number {
    const isAsked = this.#asked.transaction === this.#database.transaction && this.#next <= this.#asked.bound;
    if (this.#next > this.#reserved && !isAsked) {
      const bound = this.#next + reserve;
      this.#asked = { transaction: this.#database.transaction, bound };
      this.#database.run("INSERT OR REPLACE INTO meta VALUES ('seq', ?)", String(bound));
      this.#database.afterCommit(() => (this.#reserved = Math.max(this.#reserved, bound)));
    }
    return this.#next++;
  }
}
