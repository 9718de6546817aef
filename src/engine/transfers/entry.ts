import type { UploadId } from '../../model/ids';
import type { TransferRequest } from '../../protocol/requests';
import type { TransferNotes } from './notes';
import type { Transfer } from './transfer';

/** A transfer with what it takes to run it, as often as that is asked for. */
export interface Entry {
  readonly transfer: Transfer;
  readonly request: TransferRequest;
  /** Its notes; those of a transfer of another engine are the journal's. */
  notes: TransferNotes;
  /** Present while it runs here. */
  run?: Run;
  /** Present while it stands still and goes on by itself once the service can be reached; aborting ends the wait. */
  waiting?: AbortController;
  /** Present while it is being ended without running. */
  cancelling?: Promise<void>;
  /** What of the journal was last shown, for transfers that are not run here. */
  shown?: string;
}

/** Whether it runs, and nobody has told it to stop. */
export function isGoingOn({ run, transfer: { state } }: Entry): boolean {
  const isUnderWay = run !== undefined && (state === 'queued' || state === 'running');
  return isUnderWay && !run.pause.signal.aborted && !run.cancel.signal.aborted;
}

/** The open uploads that a transfer is at, in this engine or another. */
export function runningUploadsOf({ run, transfer, request, notes }: Entry): readonly UploadId[] {
  if (run === undefined && !transfer.isRunningElsewhere) return [];
  const noted = notes
    .items()
    .flatMap((note) => ('uploadId' in note && note.uploadId !== undefined ? [note.uploadId] : []));
  return request.kind === 'resumeUpload' ? [request.uploadId, ...noted] : noted;
}

/** One run of a transfer. */
export interface Run {
  readonly cancel: AbortController;
  /** Ends the run and keeps what is half-made. */
  readonly pause: AbortController;
  readonly finished: Promise<void>;
}
