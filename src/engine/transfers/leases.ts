import { hostname } from 'node:os';
import type { EngineClock } from '../clock';
import type { Journal, JournalledTransfer } from './journal';

/** How often an engine shows that it lives. */
export const beatMs = 2000;
/** An engine that has not shown that it lives for so long, on the observer's own monotonic clock, is gone. */
export const leaseMs = 15_000;

/** Who this engine is, among those of the machine, and how it finds out about processes. */
export interface LeaseHolder {
  readonly ownerId: string;
  readonly pid: number;
  readonly host?: string;
  readonly isAlive?: (pid: number) => boolean;
}

/**
 * Who may run which transfer of the journal. An engine proves that it lives by a counter that it raises; others compare
 * what they have seen with their own monotonic clock, so that no wall clock can end a lease. An engine of this machine
 * whose process is gone loses its leases at once. One that was merely stopped finds out before it completes anything
 * (`holds`): who takes over removes it from the list of owners.
 */
export class Leases {
  readonly #journal: Journal;
  readonly #clock: EngineClock;
  readonly #me: Required<LeaseHolder>;
  readonly #seen = new Map<string, { beat: number; atMs: number }>();
  #isListed = false;

  constructor(journal: Journal, clock: EngineClock, me: LeaseHolder) {
    this.#journal = journal;
    this.#clock = clock;
    this.#me = { host: hostname(), isAlive: isAlive, ...me };
  }

  get ownerId(): string {
    return this.#me.ownerId;
  }

  /** To be called every `beatMs`. False when the leases of this engine were taken from it. */
  beat(): boolean {
    if (!this.#isListed) return true;
    if (this.#journal.beat(this.#me.ownerId)) return true;
    this.#isListed = false;
    return false;
  }

  /** Lists this engine as one that may own transfers. */
  enter(): void {
    if (this.#isListed) return;
    this.#journal.addOwner(this.#me);
    this.#isListed = true;
  }

  /** Takes a transfer that nobody runs. False when somebody does. */
  claim(row: number): boolean {
    this.enter();
    return this.#journal.inTransaction(() => {
      const ownerId = this.#journal.ownerOf(row);
      if (ownerId === this.#me.ownerId) return true;
      if (ownerId !== undefined) {
        if (!this.hasLapsed(ownerId)) return false;
        this.#journal.removeOwner(ownerId);
      }
      this.#journal.setOwner(row, this.#me.ownerId);
      return true;
    });
  }

  holds(row: number): boolean {
    return this.#journal.ownerOf(row) === this.#me.ownerId;
  }

  /** Whether another window runs this transfer. */
  isElsewhere({ ownerId }: Pick<JournalledTransfer, 'ownerId'>): boolean {
    return ownerId !== undefined && ownerId !== this.#me.ownerId && !this.hasLapsed(ownerId);
  }

  /** Whether an owner is gone, as far as this engine can tell by now. */
  hasLapsed(ownerId: string): boolean {
    const owner = this.#journal.owner(ownerId);
    if (owner === undefined) return true;
    if (owner.host === this.#me.host && !this.#me.isAlive(owner.pid)) return true;
    const seen = this.#seen.get(ownerId);
    const nowMs = this.#clock.monotonicMs();
    if (seen?.beat === owner.beat) return nowMs - seen.atMs >= leaseMs;
    this.#seen.set(ownerId, { beat: owner.beat, atMs: nowMs });
    return false;
  }

  /** Gives every lease back. */
  leave(): void {
    if (this.#isListed) this.#journal.inTransaction(() => this.#journal.removeOwner(this.#me.ownerId));
    this.#isListed = false;
  }
}

/** Whether a process of this machine is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
