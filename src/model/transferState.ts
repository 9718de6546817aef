import type { CosError } from './cosError';
import type { ConnectionId, TransferId } from './ids';
import type { VerdictCount } from './verdict';

/** States of a transfer: `queued → running ⇄ paused → done | failed | cancelled`. */
export type TransferState = 'queued' | 'running' | 'paused' | 'done' | 'failed' | 'cancelled';

const moves: Readonly<Record<TransferState, readonly TransferState[]>> = {
  queued: ['running', 'paused', 'cancelled', 'failed'],
  running: ['paused', 'done', 'failed', 'cancelled'],
  paused: ['queued', 'running', 'cancelled', 'failed'],
  done: [],
  failed: [],
  cancelled: [],
};

/** Whether a transfer may go from one state to the other. */
export function canMove(from: TransferState, to: TransferState): boolean {
  return moves[from].includes(to);
}

/** Whether nothing more will happen to a transfer in this state. */
export function isFinal(state: TransferState): boolean {
  return moves[state].length === 0;
}

/** Whether a transfer in this state can be tried again: it goes back to `queued`, for what did not arrive. */
export function canRetry(state: TransferState): boolean {
  return state === 'failed' || state === 'cancelled';
}

/** What a transfer moves. */
export type TransferKind = 'upload' | 'download' | 'delete' | 'copy' | 'change';

/** What to do where the target already exists; decided once per batch. `ask`: the engine asks the user. */
export type ClashChoice = 'skip' | 'replace' | 'keepBoth' | 'fail' | 'ask';

/** One item of a transfer that did not arrive. */
export interface ItemFailure {
  /** Key or file, as the user knows it. */
  readonly name: string;
  readonly error: CosError;
}

/** One item that was left out on purpose, with the reason in plain words. */
export interface ItemSkip {
  readonly name: string;
  readonly reason:
    | 'exists'
    | 'unsafeName'
    | 'nameCollision'
    | 'notAFile'
    | 'symlink'
    | 'symlinkLoop'
    | 'notUnicode'
    | 'keyTooLong'
    | 'unfinishedDownload';
  readonly detail: string;
}

/** A transfer as it stands: a whole snapshot, never a difference. `bytesDone` never falls, `revision` always grows. */
export interface TransferSnapshot {
  readonly transferId: TransferId;
  readonly kind: TransferKind;
  readonly connectionId: ConnectionId;
  readonly state: TransferState;
  /** What is moved, for people: a file name, or `12 files`. */
  readonly title: string;
  readonly source: string;
  readonly target: string;
  /** A copy that deletes its source. */
  readonly isMove?: true;
  readonly bytesDone: number;
  /** Absent until planning has counted everything. */
  readonly bytesTotal?: number;
  readonly itemsDone: number;
  readonly itemsTotal?: number;
  readonly itemsSkipped: number;
  readonly itemsFailed: number;
  /** The first hundred of each, skips for other reasons than `exists` first; the counts above are complete. */
  readonly failures: readonly ItemFailure[];
  readonly skips: readonly ItemSkip[];
  /** What vouches for the bytes of the items that are done; absent where nothing with bytes is. */
  readonly verdicts?: readonly VerdictCount[];
  /** Patterns of the request's filter that no name has matched, once planning has looked at all; absent where there are none. */
  readonly unmatchedPatterns?: readonly string[];
  /** Empty folders of this machine that an upload met; nothing stands for them in a bucket. Absent where there are none. */
  readonly emptyFolders?: number;
  readonly startedAtMs: number;
  readonly finishedAtMs?: number;
  /** Smoothed, bytes per second, while running. */
  readonly bytesPerSecond?: number;
  readonly revision: number;
  /** Another window runs it: it can only be looked at from here. */
  readonly isOwnedElsewhere: boolean;
  readonly canPause: boolean;
  readonly canResume: boolean;
  readonly canRetry: boolean;
  /** Why a failed transfer failed as a whole, or why one is paused that nobody paused (engine, network or sign-in gone). */
  readonly error?: CosError;
  /** Paused since the service cannot be reached: goes on by itself once it can. */
  readonly isWaiting?: true;
}
