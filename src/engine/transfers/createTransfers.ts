import type { ConnectionId, TransferId, UploadId } from '../../model/ids';
import { isFinal } from '../../model/transferState';
import type { TransferRequest } from '../../protocol/requests';
import type { EngineHandlers } from '../engine';
import { cancelled, CosFailure } from '../failure';
import { createComeBack } from './comeBack';
import type { TransferContext } from './context';
import type { TransfersDependencies } from './dependencies';
import { describe, transferKindOf } from './describe';
import { isGoingOn, runningUploadsOf, type Entry } from './entry';
import type { WithJournal } from './journalKeeper';
import { beatMs } from './leases';
import { createLeftovers } from './leftovers';
import { errorOf } from './localFailure';
import { MemoryNotes, type TransferNotes } from './notes';
import { Reporter } from './reporter';
import { createRuns } from './runs';
import { Transfer, type TransferIdentity } from './transfer';
import { requireValidOptions } from './uploadOptions';

/** The transfers of an engine. */
export interface Transfers {
  readonly handlers: Pick<
    EngineHandlers,
    | 'transfers/start'
    | 'transfers/list'
    | 'transfers/pause'
    | 'transfers/resume'
    | 'transfers/retry'
    | 'transfers/cancel'
    | 'transfers/remove'
    | 'transfers/clearFinished'
  >;
  /** Takes over what of a new configuration concerns transfers that run already. */
  configured(): void;
  /** Open uploads that transfers of this engine, or of another window, are at: they are nobody's to abort. */
  runningUploads(): ReadonlySet<UploadId>;
  /** The request of a transfer that is listed. */
  requestOf(transferId: TransferId): TransferRequest;
  /** Answers once the transfer does not run any more, in whatever way. */
  finished(transferId: TransferId): Promise<void>;
  /** Answers once none of the transfers that work with a connection now runs any more. */
  ended(connectionId: ConnectionId): Promise<void>;
  /** Pauses what is in the journal for a later engine, cancels the rest, and waits until that is done. */
  close(): Promise<void>;
}

/** Starts with the transfers of the journal. Memory and connections are shared by all that will run. */
export function createTransfers(dependencies: TransfersDependencies): Transfers {
  const { clock, host, keeper } = dependencies;
  const entries = new Map<TransferId, Entry>();
  const reporter = new Reporter(clock, (transfers) => host.notify('transfers/progress', { transfers }));
  const closing = new AbortController();
  const isClosed = () => closing.signal.aborted;

  const makeEntry = (identity: TransferIdentity, request: TransferRequest, notes: TransferNotes): Entry => {
    const transfer = new Transfer(identity, clock, (changed, isNew) => reporter.changed(changed, isNew));
    const entry: Entry = { transfer, request, notes };
    entries.set(identity.transferId, entry);
    return entry;
  };

  /** A journal that fails costs survival, not the transfer. */
  const withJournal: WithJournal = (act, otherwise) => {
    if (keeper === undefined) return otherwise;
    try {
      return act(keeper);
    } catch (thrown) {
      const { detail } = errorOf('journal', thrown);
      host.notify('engine/log', { level: 'warn', text: `transfers may not survive this window: ${detail}` });
      return otherwise;
    }
  };

  const { clientFor } = dependencies;
  const leftovers = createLeftovers({ clock, host, closing: closing.signal, clientFor, withJournal });
  const comeBack = createComeBack({
    clock,
    closing: closing.signal,
    clientFor,
    goOn: (entry) => void runAgain(entry, 'again', 'transfers/resume'),
  });

  const runs = createRuns(dependencies, { closing: closing.signal, leftovers, comeBack, withJournal });

  /** Brings what does not run here up to date. A closed engine has nothing to tell any more. */
  const refresh = (): void => {
    if (!isClosed()) withJournal((it) => it.sync(entries, adopt), undefined);
  };

  const find = (transferId: TransferId, op: string): Entry => {
    refresh();
    return listed(transferId, op);
  };

  const listed = (transferId: TransferId, op: string): Entry => {
    const entry = entries.get(transferId);
    if (entry !== undefined) return entry;
    throw new CosFailure({ kind: 'notFound', op, retry: 'never', detail: `there is no transfer "${transferId}"` });
  };

  const adopt = (
    { snapshot, request }: { snapshot: TransferIdentity; request: TransferRequest },
    notes: TransferNotes,
  ) => {
    const { transferId, kind, connectionId, title, source, target, isMove } = snapshot;
    const move = isMove === undefined ? {} : { isMove };
    return makeEntry({ transferId, kind, connectionId, title, source, target, ...move }, request, notes);
  };

  const claim = (entry: Entry, op: string): 'held' | 'anew' => {
    if (isClosed()) throw cancelled(op);
    listed(entry.transfer.identity.transferId, op); // or it was taken from the list meanwhile
    if (entry.cancelling !== undefined) throw refused(entry, op, 'it is being cancelled');
    const claimed = keeper?.claim(entry) ?? 'held';
    if (claimed === 'elsewhere') throw refused(entry, op, 'another window runs it');
    delete entry.shown;
    return claimed;
  };

  const runAgain = (entry: Entry, mode: TransferContext['run'], op: string) => {
    const claimed = claim(entry, op);
    comeBack.stop(entry);
    entry.transfer.queueAgain();
    const queued = entry.transfer.snapshot();
    withJournal((it) => it.save(entry), undefined);
    // What failed stood in the notes: without them, each item is looked at.
    runs.begin(entry, mode === 'failedOnly' && claimed === 'anew' ? 'again' : mode);
    return queued;
  };

  /** Ends a transfer that does not run. */
  const cancelStanding = async (entry: Entry): Promise<void> => {
    if (isFinal(entry.transfer.state)) return;
    claim(entry, 'transfers/cancel');
    comeBack.stop(entry);
    const cancelling = (async () => {
      await leftovers.remove(entry);
      entry.transfer.move('cancelled');
      withJournal((it) => it.ended(entry, false), undefined);
    })();
    entry.cancelling = cancelling;
    try {
      await cancelling;
    } finally {
      delete entry.cancelling;
    }
  };

  const remove = (entry: Entry): void => {
    if (!isFinal(entry.transfer.state)) return; // tried again meanwhile
    withJournal((it) => it.forget(entry), undefined);
    entries.delete(entry.transfer.identity.transferId);
  };

  const tick = (): void => {
    withJournal((it) => {
      const running = [...entries.values()].filter((entry) => entry.run !== undefined);
      if (it.beat()) for (const entry of running) it.save(entry);
      else for (const { notes, run: lost } of running) if (!(notes instanceof MemoryNotes)) lost?.pause.abort();
    }, undefined);
    refresh();
  };

  const beatUntilClosed = async (): Promise<void> => {
    for (;;) {
      try {
        await clock.sleep(beatMs, closing.signal);
      } catch {
        return; // closed
      }
      tick();
    }
  };

  const background = keeper === undefined ? [] : [leftovers.removeUntilClosed(), beatUntilClosed()];

  return {
    handlers: {
      'transfers/start': async (request) => {
        if (isClosed()) throw cancelled('transfers/start');
        if (request.kind === 'upload') requireValidOptions(request.options, clock.nowMs());
        const identity = {
          transferId: dependencies.ids(),
          kind: transferKindOf(request),
          connectionId: request.connectionId,
          ...describe(request),
        };
        const entry = makeEntry(identity, request, new MemoryNotes());
        const queued = entry.transfer.snapshot();
        entry.notes = withJournal((it) => it.begin(request, queued), entry.notes);
        runs.begin(entry, 'first');
        return queued;
      },
      'transfers/list': async () => {
        refresh();
        return [...entries.values()].map(({ transfer }) => transfer.snapshot());
      },
      'transfers/pause': async ({ transferId }) => {
        const entry = find(transferId, 'transfers/pause');
        if (entry.waiting !== undefined) {
          comeBack.stop(entry);
          return entry.transfer.snapshot();
        }
        if (entry.run === undefined) throw refused(entry, 'transfers/pause', 'it does not run in this window');
        entry.run.pause.abort();
        await entry.run.finished;
        return entry.transfer.snapshot();
      },
      'transfers/resume': async ({ transferId }) => {
        const entry = find(transferId, 'transfers/resume');
        if (!isGoingOn(entry)) await entry.run?.finished;
        if (entry.transfer.state !== 'paused') throw refused(entry, 'transfers/resume', 'it is not paused');
        return runAgain(entry, 'again', 'transfers/resume');
      },
      'transfers/retry': async ({ transferId }) => {
        const entry = find(transferId, 'transfers/retry');
        if (!isGoingOn(entry)) await entry.run?.finished;
        await leftovers.settled(transferId);
        const { state, isWorkedThrough } = entry.transfer;
        switch (state) {
          case 'failed':
            return runAgain(entry, isWorkedThrough ? 'failedOnly' : 'again', 'transfers/retry');
          case 'cancelled':
            return runAgain(entry, 'again', 'transfers/retry');
          case 'queued':
          case 'running':
          case 'paused':
          case 'done':
            throw refused(entry, 'transfers/retry', 'it has neither failed nor been cancelled');
        }
      },
      'transfers/cancel': async ({ transferId }) => {
        const entry = find(transferId, 'transfers/cancel');
        if (entry.run !== undefined) {
          entry.run.cancel.abort();
          await entry.run.finished;
        }
        await (entry.cancelling ?? cancelStanding(entry));
        return entry.transfer.snapshot();
      },
      'transfers/remove': async ({ transferId }) => {
        const entry = find(transferId, 'transfers/remove');
        if (!isFinal(entry.transfer.state)) throw refused(entry, 'transfers/remove', 'it has not ended');
        await entry.run?.finished;
        remove(entry);
        return null;
      },
      'transfers/clearFinished': async () => {
        for (const entry of [...entries.values()]) {
          if (!isFinal(entry.transfer.state)) continue;
          await entry.run?.finished;
          remove(entry);
        }
        return null;
      },
    },
    configured: () => runs.configured(),
    runningUploads: () => {
      refresh();
      return new Set([...entries.values()].flatMap(runningUploadsOf));
    },
    requestOf: (transferId) => find(transferId, 'transfers/list').request,
    finished: async (transferId) => {
      await find(transferId, 'transfers/list').run?.finished;
    },
    ended: async (connectionId) => {
      const running = [...entries.values()].filter(({ request }) => connectionsIn(request).includes(connectionId));
      await Promise.all(running.map(async (entry) => await entry.run?.finished));
    },
    close: async () => {
      closing.abort(new Error('the engine is closing'));
      for (const { run: going, notes } of entries.values()) {
        if (notes instanceof MemoryNotes) going?.cancel.abort();
        else going?.pause.abort();
      }
      for (const entry of entries.values()) await Promise.all([entry.run?.finished, entry.cancelling]);
      for (const entry of entries.values()) {
        if (!(entry.notes instanceof MemoryNotes) || isFinal(entry.transfer.state)) continue;
        await leftovers.remove(entry);
        entry.transfer.move('cancelled');
      }
      await Promise.all(background);
      withJournal((it) => it.close(), undefined);
      reporter.close();
    },
  };
}

function connectionsIn(request: TransferRequest): readonly ConnectionId[] {
  const from = request.kind === 'copy' ? request.source.connectionId : undefined;
  return from === undefined ? [request.connectionId] : [request.connectionId, from];
}

function refused({ transfer }: Entry, op: string, why: string): CosFailure {
  const detail = `"${transfer.identity.title}" cannot be changed so: ${why}`;
  return new CosFailure({ kind: 'conflict', op, retry: 'never', detail });
}
