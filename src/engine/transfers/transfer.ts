import type { CosError } from '../../model/cosError';
import type { ConnectionId, TransferId } from '../../model/ids';
import {
  canMove,
  canRetry,
  isFinal,
  type ItemFailure,
  type ItemSkip,
  type TransferKind,
  type TransferSnapshot,
  type TransferState,
} from '../../model/transferState';
import { addVerdict, type Verdict, type VerdictCount } from '../../model/verdict';
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
  /** A copy that deletes its source. */
  readonly isMove?: true;
}

/** How a transfer stands: counts what happens to it and makes snapshots. Tells `changed` of every change. */
export class Transfer {
  readonly identity: TransferIdentity;
  readonly #clock: EngineClock;
  readonly #changed: (transfer: Transfer, isNewState: boolean) => void;
  #startedAtMs: number;
  #rate: SmoothedRate;
  #failures: ItemFailure[] = [];
  /** What exists already was left out on purpose; anything else that was left out matters more. */
  #existing: ItemSkip[] = [];
  #unmovable: ItemSkip[] = [];
  /** What was told of an earlier run, in this engine or another: numbers never fall below it. */
  #before: TransferSnapshot | undefined;
  #isOwnedElsewhere = false;
  #isWaiting = false;
  #state: TransferState = 'queued';
  #bytesDone = 0;
  #itemsDone = 0;
  #bytesPlanned = 0;
  #itemsPlanned = 0;
  #isPlanComplete = false;
  #hasPlanFailed = false;
  #itemsSkipped = 0;
  #itemsFailed = 0;
  #verdicts: readonly VerdictCount[] = [];
  #emptyFolders = 0;
  #unmatched: readonly string[] = [];
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

  /** Shows what another engine has noted of the transfer. */
  show(noted: TransferSnapshot, isOwnedElsewhere: boolean): void {
    const isChanged = isOwnedElsewhere !== this.#isOwnedElsewhere || noted.state !== this.#state;
    this.#isOwnedElsewhere = isOwnedElsewhere;
    this.#state = noted.state;
    this.#error = noted.error;
    this.#startedAtMs = noted.startedAtMs;
    this.#finishedAtMs = noted.finishedAtMs;
    this.#reset(noted);
    this.#touch(isChanged);
  }

  /** Whether it goes on by itself once the service can be reached. Does nothing when it is so already. */
  waitForService(isWaiting: boolean): void {
    if (isWaiting === this.#isWaiting) return;
    this.#isWaiting = isWaiting;
    this.#touch(true);
  }

  /** Goes back to the queue for another run, which plans anew. Throws a RangeError for a state without one. */
  queueAgain(): void {
    if (this.#state !== 'paused' && !canRetry(this.#state)) {
      throw new RangeError(`a transfer that is ${this.#state} cannot be queued again`);
    }
    this.#reset(this.snapshot());
    this.#isOwnedElsewhere = false;
    this.#state = 'queued';
    this.#finishedAtMs = undefined;
    this.#error = undefined;
    this.#touch(true);
  }

  #reset(before: TransferSnapshot): void {
    this.#before = before;
    this.#rate = new SmoothedRate(this.#clock.monotonicMs());
    this.#failures = [];
    this.#existing = [];
    this.#unmovable = [];
    this.#bytesDone = 0;
    this.#itemsDone = 0;
    this.#bytesPlanned = 0;
    this.#itemsPlanned = 0;
    this.#isPlanComplete = false;
    this.#hasPlanFailed = false;
    this.#itemsSkipped = 0;
    this.#itemsFailed = 0;
    this.#verdicts = before.verdicts ?? [];
    this.#unmatched = [];
    this.#revision = Math.max(this.#revision, before.revision);
  }

  get state(): TransferState {
    return this.#state;
  }

  get isRunningElsewhere(): boolean {
    return this.#isOwnedElsewhere && !isFinal(this.#state);
  }

  get startedAtMs(): number {
    return this.#startedAtMs;
  }

  /** Whether planning has found everything and each item of it has ended in some way: nothing was cut off. */
  get isWorkedThrough(): boolean {
    const isEach = this.#itemsDone + this.#itemsFailed + this.#itemsSkipped === this.#itemsPlanned;
    return this.#isPlanComplete && !this.#hasPlanFailed && isEach;
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

  /** Bytes that an earlier run has moved. */
  addBytesBefore(count: number): void {
    this.#bytesDone += count;
    this.#touch(false);
  }

  /** An item that this run leaves alone after all. */
  dropPlanned(bytes: number): void {
    this.#itemsPlanned--;
    this.#bytesPlanned -= bytes;
  }

  /** Items that an earlier run has dealt with and this one cannot find again, such as deleted objects. */
  addDoneBefore(): void {
    const items = this.#before?.itemsDone ?? 0;
    const bytes = this.#before?.bytesDone ?? 0;
    this.#itemsPlanned += items;
    this.#itemsDone += items;
    this.#bytesPlanned += bytes;
    this.#bytesDone += bytes;
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

  /** Items are done; what vouches for their bytes is kept from an earlier run, and given by the one that moved them. */
  addDone(items = 1, verdict?: Verdict): void {
    this.#itemsDone += items;
    if (verdict !== undefined) this.#verdicts = addVerdict(this.#verdicts, verdict, items);
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

  /** Planning could not look at something: nobody knows how many items there are in it. */
  addPlanFailure(failure: ItemFailure): void {
    this.addPlanned(0);
    this.#hasPlanFailed = true;
    this.addFailure(failure);
  }

  /** Patterns of the filter that no name has matched. */
  /** A folder of this machine that nothing was uploaded for. */
  addEmptyFolder(): void {
    this.#emptyFolders++;
    this.#touch(false);
  }

  noteUnmatched(patterns: readonly string[]): void {
    this.#unmatched = patterns;
  }

  snapshot(): TransferSnapshot {
    const isRunning = this.#state === 'running' && !this.#isOwnedElsewhere;
    const rate = isRunning ? this.#rate.bytesPerSecond(this.#clock.monotonicMs()) : this.#before?.bytesPerSecond;
    const isShown = this.#itemsPlanned === 0 && !this.#isPlanComplete;
    const before = this.#before;
    const totals = this.#isPlanComplete
      ? { bytesTotal: this.#bytesPlanned, itemsTotal: this.#itemsPlanned }
      : {
          ...(before?.bytesTotal === undefined ? {} : { bytesTotal: before.bytesTotal }),
          ...(before?.itemsTotal === undefined ? {} : { itemsTotal: before.itemsTotal }),
        };
    const skips = [...this.#unmovable, ...this.#existing].slice(0, keptReports);
    return {
      ...this.identity,
      state: this.#state,
      bytesDone: Math.max(this.#bytesDone, before?.bytesDone ?? 0),
      ...totals,
      itemsDone: isFinal(this.#state) && !isShown ? this.#itemsDone : Math.max(this.#itemsDone, before?.itemsDone ?? 0),
      itemsSkipped: isShown ? (before?.itemsSkipped ?? 0) : this.#itemsSkipped,
      itemsFailed: isShown ? (before?.itemsFailed ?? 0) : this.#itemsFailed,
      failures: isShown ? (before?.failures ?? []) : [...this.#failures],
      skips: isShown ? (before?.skips ?? []) : skips,
      ...(this.#verdicts.length === 0 ? {} : { verdicts: this.#verdicts }),
      ...(this.#emptyFolders === 0 ? {} : { emptyFolders: this.#emptyFolders }),
      ...(this.#unmatched.length === 0 ? {} : { unmatchedPatterns: this.#unmatched }),
      startedAtMs: this.#startedAtMs,
      ...(this.#finishedAtMs === undefined ? {} : { finishedAtMs: this.#finishedAtMs }),
      ...(rate === undefined || this.#state !== 'running' ? {} : { bytesPerSecond: rate }),
      revision: this.#revision,
      isOwnedElsewhere: this.#isOwnedElsewhere,
      canPause: !this.#isOwnedElsewhere && (this.#state === 'queued' || this.#state === 'running' || this.#isWaiting),
      canResume: !this.#isOwnedElsewhere && this.#state === 'paused',
      canRetry: !this.#isOwnedElsewhere && canRetry(this.#state),
      ...(this.#error === undefined ? {} : { error: this.#error }),
      ...(this.#isWaiting ? { isWaiting: true } : {}),
    };
  }

  #touch(isNewState: boolean): void {
    this.#revision++;
    this.#changed(this, isNewState);
  }
}
