import type { TransferRequest } from '../../protocol/requests';
import type { ConnectionId } from '../../model/ids';
import type { EngineClock } from '../clock';
import type { TransferClient } from './context';
import type { Entry } from './entry';
import { areReachable, isUnreachable } from './interruption';
import { reachedBuckets } from './runTransfer';

/** How long a transfer that the network cut off waits before it looks for the service again: first, and at most. */
const pauseMs = { first: 2000, most: 60_000 } as const;

/** What is around the transfers that wait. */
interface Around {
  readonly clock: EngineClock;
  /** Ends every wait. */
  readonly closing: AbortSignal;
  readonly clientFor: (connectionId: ConnectionId, signal: AbortSignal) => Promise<TransferClient>;
  /** Runs a transfer again. May throw: then it stands still. */
  readonly goOn: (entry: Entry) => void;
}

/** Transfers that the network cut off, and that go on by themselves. */
export interface ComeBack {
  /** Has a transfer wait, if it stands still for want of the network alone. */
  begin(entry: Entry): void;
  /** Somebody decides about the transfer: it waits for nothing any more. */
  stop(entry: Entry): void;
}

/** Goes on with transfers once their service can be reached again, unless somebody is quicker. */
export function createComeBack({ clock, closing, clientFor, goOn }: Around): ComeBack {
  const stop = (entry: Entry): void => {
    entry.waiting?.abort();
    delete entry.waiting;
    entry.transfer.waitForService(false);
  };

  const isReachable = async (request: TransferRequest, signal: AbortSignal): Promise<boolean> => {
    const around = {
      clientFor: async (until: AbortSignal) => await clientFor(request.connectionId, until),
      endOf: async (id: ConnectionId, until: AbortSignal) => ({ client: await clientFor(id, until) }),
    };
    return await areReachable(await reachedBuckets(request, around, signal), signal);
  };

  const wait = async (entry: Entry): Promise<void> => {
    const stopped = new AbortController();
    entry.waiting = stopped;
    entry.transfer.waitForService(true);
    const signal = AbortSignal.any([stopped.signal, closing]);
    try {
      for (let waitMs: number = pauseMs.first; ; waitMs = Math.min(pauseMs.most, waitMs * 2)) {
        await clock.sleep(waitMs, signal);
        if (entry.transfer.state !== 'paused' || (await isReachable(entry.request, signal))) break;
      }
      if (!signal.aborted && entry.transfer.state === 'paused') goOn(entry);
    } catch {
      // Stopped, signed out, or another window goes on with it: it stands still until somebody resumes it.
    }
    if (entry.waiting === stopped) stop(entry);
  };

  return {
    begin: (entry) => {
      const { state, error } = entry.transfer.snapshot();
      if (state === 'paused' && error !== undefined && isUnreachable(error)) void wait(entry);
    },
    stop,
  };
}
