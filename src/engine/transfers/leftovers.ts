import type { ConnectionId, TransferId } from '../../model/ids';
import type { EngineClock } from '../clock';
import type { EngineHost } from '../engine';
import { removeTraces } from './cleanUp';
import type { TransferClient } from './context';
import type { Entry } from './entry';
import type { WithJournal } from './journalKeeper';

/** How long an ended transfer may take to remove what it has left. */
const limitMs = 60_000;
/** Between two looks for what could not be removed. */
const pauseMs = 60_000;

/** What is around the leftovers. */
interface Around {
  readonly clock: EngineClock;
  readonly host: Pick<EngineHost, 'notify'>;
  readonly closing: AbortSignal;
  readonly clientFor: (connectionId: ConnectionId, signal: AbortSignal) => Promise<TransferClient>;
  readonly withJournal: WithJournal;
}

/** What transfers leave half-made. */
export interface Leftovers {
  /** Removes those of a transfer that has ended here. */
  remove(entry: Entry): Promise<void>;
  /** Answers once nothing of a transfer is being removed: nobody may go on with it meanwhile. */
  settled(transferId: TransferId): Promise<void>;
  /** Removes those of ended transfers, of this engine or of dead ones: a service that was busy is asked again later. */
  removeUntilClosed(): Promise<void>;
}

/** Removes temporary files and open uploads of transfers that do not go on. */
export function createLeftovers({ clock, host, closing, clientFor, withJournal }: Around): Leftovers {
  const removing = new Map<TransferId, Promise<unknown>>();

  const removeDiscarded = async (): Promise<void> => {
    for (const discarded of withJournal((keeper) => keeper.claimDiscarded(), [])) {
      const { request, transferId } = discarded;
      const notes = withJournal((keeper) => keeper.notesOf(discarded), undefined);
      if (notes === undefined) continue;
      const client = () => clientFor(request.connectionId, closing);
      const removed = removeTraces(notes, client, host, closing);
      removing.set(transferId, removed);
      await removed;
      removing.delete(transferId);
      withJournal((keeper) => keeper.cleanedUp(discarded), undefined);
    }
  };

  return {
    remove: async ({ notes, request }) => {
      const signal = AbortSignal.timeout(limitMs);
      const client = () => clientFor(request.connectionId, signal);
      await removeTraces(notes, client, host, signal);
    },
    settled: async (transferId) => {
      await removing.get(transferId);
    },
    removeUntilClosed: async () => {
      for (;;) {
        await removeDiscarded();
        try {
          await clock.sleep(pauseMs, closing);
        } catch {
          return; // closed
        }
      }
    },
  };
}
