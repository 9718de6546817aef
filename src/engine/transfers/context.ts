import type { CosError } from '../../model/cosError';
import type { BucketName, ConnectionId, TransferId } from '../../model/ids';
import type { LocalPlatform } from '../../model/localNames';
import type { Verdict } from '../../model/verdict';
import type { ProtectedTargets } from '../../protocol/requests';
import { cancelled, CosFailure } from '../failure';
import type { Checksums } from '../checksums/checksums';
import type { AclOperations } from '../cos/acl';
import type { CosClient, DeletedKey } from '../cos/client';
import type { MetadataOperations } from '../cos/metadata';
import type { ProtectionOperations } from '../cos/protection';
import type { ByteBudget } from './byteBudget';
import type { DecidedClash } from './clash';
import { errorOf } from './localFailure';
import type { TransferNotes } from './notes';
import type { RateLimit } from './rateLimit';
import type { ReceivedGarbage } from './receivedGarbage';
import type { Semaphore } from './semaphore';
import type { Transfer } from './transfer';

/** What transfers ask of a service. */
export type TransferClient = CosClient &
  Pick<AclOperations, 'hasGrants' | 'getAccessList' | 'putAcl'> &
  Pick<MetadataOperations, 'changeAttributes'> &
  Pick<ProtectionOperations, 'getProtection' | 'addLegalHold'>;

/** A service that a transfer works with, and how much it may ask of it at once. */
export interface TransferEnd {
  readonly client: TransferClient;
  /** Requests that may be under way to this connection at once. */
  readonly connections: Semaphore;
}

/** Where deletions note what they made, so that they can be undone. */
export interface DeletionNotes {
  note(
    transferId: TransferId,
    place: { readonly connectionId: ConnectionId; readonly bucket: BucketName },
    deleted: readonly DeletedKey[],
  ): void;
}

/** What every mover works with. */
export interface TransferContext extends TransferEnd {
  readonly transfer: Transfer;
  /** Aborts when the transfer is paused, cancelled or cannot go on. */
  readonly signal: AbortSignal;
  /** A signal that follows `signal` late, for requests that must not be cut where that would leave traces. */
  readonly patient: () => AbortSignal;
  readonly budget: ByteBudget;
  readonly garbage: ReceivedGarbage;
  readonly checksums: Checksums;
  /** Where half-made things and what is done are noted, for the next run of this transfer. */
  readonly notes: TransferNotes;
  /** `first`; `again` after a pause or the end of an engine; `failedOnly` for those items alone that did not arrive. */
  readonly run: 'first' | 'again' | 'failedOnly';
  readonly rateLimit: RateLimit;
  /** Tells what people should know although nothing failed. */
  readonly warn: (text: string) => void;
  /** Where a deletion notes what it made. */
  readonly deletions: DeletionNotes | undefined;
  /** Whether what is half-made stays for the next run (paused, or cut off by what `thrown` says), or is not ours any more. */
  readonly keepsTraces: (thrown: unknown) => boolean;
  /** Whether a failure of one item meets every other as well, and the transfer is to stand still until that is over. */
  readonly isCutOff: (error: CosError) => Promise<boolean>;
  /** The service behind another connection, for what goes from one to the other. */
  readonly endOf: (connectionId: ConnectionId) => Promise<TransferEnd>;
  readonly maxConnections: number;
  /** Objects up to this size are moved whole, larger ones in parts of about this size. */
  readonly partBytes: number;
  readonly platform: LocalPlatform;
  readonly skipSymlinks: boolean;
  readonly nowMs: () => number;
  /** Asks what to do with targets that exist; throws `cancelled` when the answer is to cancel. */
  readonly decideClashes: (
    clashCount: number,
    examples: readonly string[],
    protectedTargets?: ProtectedTargets,
  ) => Promise<DecidedClash>;
}

/** How an item ended, when it did not fail. */
export type ItemOutcome =
  | {
      readonly kind: 'done';
      /** What vouches for its bytes, where it has some. */
      readonly verdict?: Verdict;
    }
  | { readonly kind: 'exists'; readonly detail: string };

/** Runs a request in one of the connection's places. Reserve memory first, then the place: never the other way round. */
export async function inConnection<T>(
  end: Pick<TransferEnd, 'connections'>,
  signal: AbortSignal,
  request: () => Promise<T>,
): Promise<T> {
  const giveBack = await end.connections.take(1, signal);
  try {
    return await request();
  } finally {
    giveBack();
  }
}

/**
 * Moves one item and books how it ended. Its failure is the item's own; what would fail every other item as well
 * (signed out, bucket gone) and a cancelled transfer are thrown.
 */
export async function moveItem(
  context: TransferContext,
  item: { readonly name: string; readonly sizeBytes: number },
  move: () => Promise<ItemOutcome>,
): Promise<void> {
  const { name } = item;
  if (context.run !== 'first' && wasMoved(context, item)) return;
  try {
    const outcome = await move();
    if (outcome.kind === 'done') context.transfer.addDone(1, outcome.verdict);
    else context.transfer.addSkip({ name, reason: 'exists', detail: outcome.detail });
    context.notes.putOutcome(name, outcome.kind);
  } catch (thrown) {
    const error = errorOf(context.transfer.identity.kind, thrown);
    if (context.signal.aborted) {
      // Cancelled is not failed; but traces that could not be removed are told.
      if (error.op === 'AbortMultipartUpload' || error.reason === 'arrivalUnknown')
        context.transfer.addFailure({ name, error });
      throw cancelled(context.transfer.identity.kind);
    }
    await throwIfCutOff(context, error, thrown);
    context.transfer.addFailure({ name, error });
    context.notes.putOutcome(name, 'failed');
    if (error.kind === 'signInNeeded' || error.reason === 'noSuchBucket')
      throw new CosFailure(error, { cause: thrown });
  }
}

/** Throws on what is no failure of one item, but of the network or the sign-in: nothing is booked for it. */
export async function throwIfCutOff(context: TransferContext, error: CosError, cause: unknown): Promise<void> {
  const isCutOff = await context.isCutOff(error);
  if (context.signal.aborted) throw cancelled(context.transfer.identity.kind);
  if (isCutOff) throw new CosFailure(error, { cause });
}

/** Books an item that an earlier run has dealt with, and answers whether there was one. */
function wasMoved(context: TransferContext, { name, sizeBytes }: { name: string; sizeBytes: number }): boolean {
  const { notes, transfer } = context;
  switch (notes.outcomeOf(name)) {
    case 'done':
      transfer.addBytesBefore(sizeBytes);
      transfer.addDone();
      return true;
    case 'exists':
      // Whether it still exists is asked again, unless only what failed is wanted.
      if (context.run === 'again') return false;
      transfer.addSkip({ name, reason: 'exists', detail: 'its target existed at the first attempt' });
      return true;
    case 'failed':
      return false;
    case undefined:
      if (context.run === 'again') return false;
      transfer.dropPlanned(sizeBytes);
      return true;
  }
}

const graceMs = 10_000;

/** Answers with `TransferContext.patient`. Who asks in time shares one signal: transfers of many items ask as often. */
export function patientSignals(signal: AbortSignal): () => AbortSignal {
  const shared = new AbortController();
  const soon = (late: AbortController) => void setTimeout(() => late.abort(), graceMs).unref();
  signal.addEventListener('abort', () => soon(shared), { once: true });
  return () => {
    if (!signal.aborted) return shared.signal;
    const late = new AbortController();
    soon(late);
    return late.signal;
  };
}
