import type { ConnectionId } from '../../model/ids';
import type { ClashChoice } from '../../model/transferState';
import type { LocalPlatform } from '../../model/localNames';
import { cancelled, CosFailure } from '../failure';
import type { CosClient } from '../cos/client';
import type { ByteBudget } from './byteBudget';
import type { Leftovers } from './leftovers';
import { errorOf } from './localFailure';
import type { ReceivedGarbage } from './receivedGarbage';
import type { Semaphore } from './semaphore';
import type { Transfer } from './transfer';

/** A service that a transfer works with, and how much it may ask of it at once. */
export interface TransferEnd {
  readonly client: CosClient;
  /** Requests that may be under way to this connection at once. */
  readonly connections: Semaphore;
}

/** What every mover works with. */
export interface TransferContext extends TransferEnd {
  readonly transfer: Transfer;
  /** Aborts when the transfer is cancelled or cannot go on. */
  readonly signal: AbortSignal;
  readonly budget: ByteBudget;
  readonly garbage: ReceivedGarbage;
  /** Where half-made things are noted, for the next engine should this one be killed. */
  readonly leftovers: Leftovers;
  /** The service behind another connection, for what goes from one to the other. */
  readonly endOf: (connectionId: ConnectionId) => Promise<TransferEnd>;
  readonly maxConnections: number;
  /** Objects up to this size are moved whole, larger ones in parts of about this size. */
  readonly partBytes: number;
  readonly platform: LocalPlatform;
  readonly nowMs: () => number;
  /** Asks what to do with targets that exist; throws `cancelled` when the answer is to cancel. */
  readonly decideClashes: (clashCount: number, examples: readonly string[]) => Promise<DecidedClash>;
}

/** A choice that needs no more asking. */
export type DecidedClash = Exclude<ClashChoice, 'ask'>;

/** How an item ended, when it did not fail. */
export type ItemOutcome = { readonly kind: 'done' } | { readonly kind: 'exists'; readonly detail: string };

/** Runs a request in one of the connection's places. Reserve memory first, then the place: never the other way round. */
export async function inConnection<T>(
  context: Pick<TransferContext, 'connections'>,
  signal: AbortSignal,
  request: () => Promise<T>,
): Promise<T> {
  const giveBack = await context.connections.take(1, signal);
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
  name: string,
  move: () => Promise<ItemOutcome>,
): Promise<void> {
  try {
    const outcome = await move();
    if (outcome.kind === 'done') context.transfer.addDone();
    else context.transfer.addSkip({ name, reason: 'exists', detail: outcome.detail });
  } catch (thrown) {
    const error = errorOf(context.transfer.identity.kind, thrown);
    if (context.signal.aborted) {
      // Cancelled is not failed; but traces that could not be removed are told.
      if (error.op === 'AbortMultipartUpload') context.transfer.addFailure({ name, error });
      throw cancelled(context.transfer.identity.kind);
    }
    context.transfer.addFailure({ name, error });
    if (error.kind === 'signInNeeded' || error.reason === 'noSuchBucket')
      throw new CosFailure(error, { cause: thrown });
  }
}

/** A signal that follows another one late, for requests that must not be cut where it would leave traces. */
export function lateSignal(signal: AbortSignal, graceMs: number): AbortSignal {
  const late = new AbortController();
  const follow = () => setTimeout(() => late.abort(), graceMs).unref();
  if (signal.aborted) follow();
  else signal.addEventListener('abort', follow, { once: true });
  return late.signal;
}
