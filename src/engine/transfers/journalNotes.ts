import { CosFailure } from '../failure';
import type { Journal } from './journal';
import type { Leases } from './leases';
import type { ItemNote, NotedOutcome, PartNote, TransferNotes } from './notes';

/** Outcomes wait in memory until there are so many, or the next beat: one commit for many small items. */
const mostUnsaved = 500;

/** Notes of one transfer in the journal. */
export class JournalNotes implements TransferNotes {
  readonly row: number;
  readonly #journal: Journal;
  readonly #leases: Leases;
  readonly #unsaved = new Map<string, NotedOutcome>();

  constructor(journal: Journal, leases: Leases, row: number) {
    this.row = row;
    this.#journal = journal;
    this.#leases = leases;
  }

  findItem(name: string): ItemNote | undefined {
    return this.#journal.item(this.row, name);
  }

  items(): readonly ItemNote[] {
    return this.#journal.items(this.row);
  }

  putItem(item: ItemNote): void {
    this.assertHeld();
    this.#journal.putItem(this.row, item);
  }

  /** Where the note stays, the next engine finds out that nothing is left of what it names. */
  removeItem(name: string): void {
    ifItWorks(() => {
      if (this.#leases.holds(this.row)) this.#journal.removeItem(this.row, name);
    });
  }

  /** A part without a note is compared by its bytes when it matters. */
  putPart(name: string, part: PartNote): void {
    ifItWorks(() => {
      if (this.#leases.holds(this.row)) this.#journal.putPart(this.row, name, part);
    });
  }

  parts(name: string): readonly PartNote[] {
    return this.#journal.parts(this.row, name);
  }

  outcomeOf(name: string): NotedOutcome | undefined {
    return this.#unsaved.get(name) ?? this.#journal.outcome(this.row, name);
  }

  putOutcome(name: string, outcome: NotedOutcome): void {
    this.#unsaved.set(name, outcome);
    // What cannot be saved now stays in memory for the next time.
    if (this.#unsaved.size % mostUnsaved === 0) ifItWorks(() => this.flush());
  }

  /** Saves what waits in memory. */
  flush(): void {
    if (this.#unsaved.size === 0) return;
    if (this.#leases.holds(this.row)) this.#journal.putOutcomes(this.row, this.#unsaved);
    this.#unsaved.clear();
  }

  assertHeld(): void {
    if (this.#leases.holds(this.row)) return;
    const detail = 'another window has taken this transfer over';
    throw new CosFailure({ kind: 'conflict', op: 'transfer', retry: 'never', detail });
  }
}

/** What merely saves work later must not fail what works now: a journal that fails costs survival, not the transfer. */
function ifItWorks(act: () => void): void {
  try {
    act();
  } catch (thrown) {
    if (!(thrown instanceof CosFailure) || thrown.error.op !== 'journal') throw thrown;
  }
}
