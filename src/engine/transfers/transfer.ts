import type { CosError } from '../../model/cosError';
import type { ConnectionId, TransferId } from '../../model/ids';
import {
  canMove,
  isFinal,
  type ItemFailure,
  type ItemSkip,
  type TransferKind,
  type TransferSnapshot,
  type TransferState,
} from '../../model/transferState';
import type { EngineClock } from '../clock';
import { SmoothedRate } from './rate';

const keptReports = 100;

/** What a transfer is, apart from how it stands. */
export interface TransferIdentity {
  readonly transferId: TransferId;
  readonly kind: TransferKind;
  readonly connectionId: ConnectionId;
  readonly title: string;
  readonly source: string;
  readonly target: string;
}

/** How a transfer stands: counts what happens to it and makes snapshots. Tells `changed` of every change. */
export class Transfer {
  readonly identity: TransferIdentity;
  readonly #clock: EngineClock;
  readonly #changed: (transfer: Transfer, isNewState: boolean) => void;
  readonly #startedAtMs: number;
  readonly #rate: SmoothedRate;
  readonly #failures: ItemFailure[] = [];
  /** What exists already was left out on purpose; anything else that was left out matters more. */
  readonly #existing: ItemSkip[] = [];
  readonly #unmovable: ItemSkip[] = [];
  #state: TransferState = 'queued';
  #bytesDone = 0;
  #itemsDone = 0;
  #bytesPlanned = 0;
  #itemsPlanned = 0;
  #isPlanComplete = false;
  #itemsSkipped = 0;
  #itemsFailed = 0;
  #finishedAtMs: number | undefined;
  #revision = 1;
  #error: CosError | undefined;

  constructor(
    identity: TransferIdentity,
    clock: EngineClock,
    changed: (transfer: Transfer, isNewState: boolean) => void,
  ) {
    this.identity = identity;
    this.#clock = clock;
    this.#changed = changed;
    this.#startedAtMs = clock.nowMs();
    this.#rate = new SmoothedRate(clock.monotonicMs());
  }

  get state(): TransferState {
    return this.#state;
  }

  get itemsFailed(): number {
    return this.#itemsFailed;
  }

  get firstError(): CosError | undefined {
    return this.#failures[0]?.error;
  }

  /** Goes to another state. Throws a RangeError for a move that the model refuses. */
  move(to: TransferState, error?: CosError): void {
    if (!canMove(this.#state, to)) throw new RangeError(`a transfer cannot go from ${this.#state} to ${to}`);
    this.#state = to;
    if (isFinal(to)) this.#finishedAtMs = this.#clock.nowMs();
    this.#error = error;
    this.#touch(true);
  }

  /** Bytes that the far side (or the disk) has acknowledged. */
  addBytes(count: number): void {
    this.#bytesDone += count;
    this.#rate.add(count, this.#clock.monotonicMs());
    this.#touch(false);
  }

  /** Planning has found an item; every item ends as done, skipped or failed, unless the transfer is cut. */
  addPlanned(bytes: number): void {
    this.#itemsPlanned++;
    this.#bytesPlanned += bytes;
  }

  /** Planning has found everything: totals are known from here on. */
  completePlan(): void {
    this.#isPlanComplete = true;
    this.#touch(false);
  }

  addDone(items = 1): void {
    this.#itemsDone += items;
    this.#touch(false);
  }

  addSkip(skip: ItemSkip): void {
    this.#itemsSkipped++;
    const kept = skip.reason === 'exists' ? this.#existing : this.#unmovable;
    if (kept.length < keptReports) kept.push(skip);
    this.#touch(false);
  }

  addFailure(failure: ItemFailure): void {
    this.#itemsFailed++;
    if (this.#failures.length < keptReports) this.#failures.push(failure);
    this.#touch(false);
  }

  snapshot(): TransferSnapshot {
    const rate = this.#state === 'running' ? this.#rate.bytesPerSecond(this.#clock.monotonicMs()) : undefined;
    return {
      ...this.identity,
      state: this.#state,
      bytesDone: this.#bytesDone,
      ...(this.#isPlanComplete ? { bytesTotal: this.#bytesPlanned, itemsTotal: this.#itemsPlanned } : {}),
      itemsDone: this.#itemsDone,
      itemsSkipped: this.#itemsSkipped,
      itemsFailed: this.#itemsFailed,
      failures: [...this.#failures],
      skips: [...this.#unmovable, ...this.#existing].slice(0, keptReports),
      startedAtMs: this.#startedAtMs,
      ...(this.#finishedAtMs === undefined ? {} : { finishedAtMs: this.#finishedAtMs }),
      ...(rate === undefined ? {} : { bytesPerSecond: rate }),
      revision: this.#revision,
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }

  #touch(isNewState: boolean): void {
    this.#revision++;
    this.#changed(this, isNewState);
  }
}
