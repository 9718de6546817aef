import type { TransferId } from '../../model/ids';
import { isFinal } from '../../model/transferState';
import type { TransferSnapshot } from '../../model/transferState';
import type { TransferRequest } from '../../protocol/requests';
import type { Entry } from './entry';
import type { Journal, JournalledTransfer } from './journal';
import { JournalNotes } from './journalNotes';
import type { Leases } from './leases';
import { isHalfMade, type TransferNotes } from './notes';

/** An engine that died had told more than it had noted: what is told of its transfers from here on counts as newer. */
const untoldRevisions = 2 ** 20;

/** Does something with the journal, if there is one that works; answers with `otherwise` if not. */
export type WithJournal = <T>(act: (keeper: JournalKeeper) => T, otherwise: T) => T;

/** Keeps the transfers of this engine in the journal, and finds those of others there. */
export class JournalKeeper {
  readonly #journal: Journal;
  readonly #leases: Leases;
  /** Ended transfers that other windows have not been given the time to see yet: first those of this beat. */
  #justEnded: JournalNotes[] = [];
  #toForget: JournalNotes[] = [];

  constructor(journal: Journal, leases: Leases) {
    this.#journal = journal;
    this.#leases = leases;
  }

  /** Begins to note a transfer that runs here. */
  begin(request: TransferRequest, snapshot: TransferSnapshot): TransferNotes {
    this.#leases.enter();
    const row = this.#journal.addTransfer(this.#leases.ownerId, request, snapshot);
    return new JournalNotes(this.#journal, this.#leases, row);
  }

  /** Takes a transfer in order to run or end it. `anew`: nothing is known any more of what it has done. */
  claim(entry: Entry): 'held' | 'anew' | 'elsewhere' {
    if (!(entry.notes instanceof JournalNotes)) return 'held';
    if (this.#journal.transfer(entry.transfer.identity.transferId) === undefined) {
      entry.notes = this.begin(entry.request, entry.transfer.snapshot());
      return 'anew';
    }
    return this.#leases.claim(entry.notes.row) ? 'held' : 'elsewhere';
  }

  /** Whether the transfer was taken from this engine, which has been stopped for too long. */
  isLost({ notes }: Entry): boolean {
    return notes instanceof JournalNotes && !this.#leases.holds(notes.row);
  }

  /** Notes how a transfer that runs here stands. */
  save({ notes, transfer }: Entry): void {
    if (!(notes instanceof JournalNotes) || !this.#leases.holds(notes.row)) return;
    notes.flush();
    this.#journal.save(notes.row, 'run', transfer.snapshot());
  }

  /** Notes that a run has ended. `isResumable` without a pause by the user: the engine is going. */
  ended({ notes, transfer }: Entry, isEngineGoing: boolean): void {
    if (!(notes instanceof JournalNotes) || !this.#leases.holds(notes.row)) return;
    notes.flush();
    const snapshot = transfer.snapshot();
    if (!isFinal(snapshot.state)) {
      this.#journal.save(notes.row, isEngineGoing ? 'run' : 'paused', snapshot);
      this.#journal.setOwner(notes.row, null);
    } else if (notes.items().some(isHalfMade)) {
      this.#journal.save(notes.row, 'discard', snapshot);
      this.#journal.setOwner(notes.row, null);
    } else {
      // What has arrived is remembered for a retry, as long as this engine lives.
      if (snapshot.state === 'done') this.#journal.clearTransfer(notes.row);
      this.#journal.save(notes.row, 'ended', snapshot);
      if (snapshot.state === 'done') this.#justEnded.push(notes);
    }
  }

  /** Forgets a finished transfer that was dropped from the list. */
  forget({ notes }: Entry): void {
    if (!(notes instanceof JournalNotes) || !this.#leases.holds(notes.row)) return;
    this.#journal.removeTransfer(notes.row);
  }

  /** To be called every `beatMs`. False when the leases of this engine were taken from it. */
  beat(): boolean {
    const isAlive = this.#leases.beat();
    for (const notes of this.#toForget) {
      if (this.#leases.holds(notes.row)) this.#journal.removeTransfer(notes.row);
    }
    // A whole beat goes by before they are forgotten, so that every window has looked at least once.
    this.#toForget = this.#justEnded.splice(0);
    return isAlive;
  }

  /** Brings the entries that do not run here up to date with the journal. `make` adds one. */
  sync(entries: Map<TransferId, Entry>, make: (noted: JournalledTransfer, notes: TransferNotes) => Entry): void {
    const found = new Set<TransferId>();
    for (const noted of this.#journal.transfers()) {
      found.add(noted.transferId);
      const known = entries.get(noted.transferId);
      if (known?.run !== undefined || noted.ownerId === this.#leases.ownerId || noted.intent === 'discard') continue;
      const isElsewhere = this.#leases.isElsewhere(noted);
      if (noted.intent === 'ended' && !isElsewhere) {
        this.#journal.removeTransfer(noted.row);
        found.delete(noted.transferId);
        continue;
      }
      const entry = known ?? make(noted, new JournalNotes(this.#journal, this.#leases, noted.row));
      const shown = `${isElsewhere} ${noted.intent} ${noted.snapshot.revision}`;
      if (entry.shown === shown) continue;
      entry.shown = shown;
      const { snapshot } = noted;
      const revision = snapshot.revision + (known === undefined ? untoldRevisions : 0);
      entry.transfer.show({ ...(isElsewhere ? snapshot : orphaned(noted)), revision }, isElsewhere);
    }
    for (const [transferId, entry] of entries) {
      if (entry.run !== undefined || entry.shown === undefined || found.has(transferId)) continue;
      if (entry.transfer.state !== 'cancelled' && !isFinal(entry.transfer.state)) {
        entry.transfer.show({ ...entry.transfer.snapshot(), state: 'cancelled' }, false);
      }
      entries.delete(transferId);
    }
  }

  /** Transfers that will not go on and have left something half-made; each is this engine's from here on. */
  claimDiscarded(): readonly JournalledTransfer[] {
    return this.#journal.transfers().filter(({ intent, row }) => intent === 'discard' && this.#leases.claim(row));
  }

  notesOf({ row }: JournalledTransfer): TransferNotes {
    return new JournalNotes(this.#journal, this.#leases, row);
  }

  /** Ends what was claimed for cleaning up: forgotten when nothing is left, for the next engine otherwise. */
  cleanedUp({ row }: JournalledTransfer): void {
    if (!this.#leases.holds(row)) return;
    if (this.#journal.items(row).length === 0) this.#journal.removeTransfer(row);
    else this.#journal.setOwner(row, null);
  }

  /** Gives everything back: what is unfinished is for later engines, what is finished leaves nothing behind. */
  close(): void {
    for (const { row, intent, ownerId } of this.#journal.transfers()) {
      if (intent === 'ended' && ownerId === this.#leases.ownerId) this.#journal.removeTransfer(row);
    }
    this.#leases.leave();
  }
}

/** How a transfer is shown that nobody runs. */
function orphaned({ intent, snapshot }: JournalledTransfer): TransferSnapshot {
  if (intent === 'paused') return snapshot;
  return {
    ...snapshot,
    state: 'paused',
    error: {
      kind: 'engineGone',
      op: 'transfer',
      retry: 'later',
      detail: 'it was interrupted when its window or engine ended; it can be resumed',
    },
  };
}
