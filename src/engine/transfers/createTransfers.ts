import type { ConnectionId, TransferId, UploadId } from '../../model/ids';
import type { LocalPlatform } from '../../model/localNames';
import { isFinal } from '../../model/transferState';
import type { EngineConfiguration, TransferRequest } from '../../protocol/requests';
import type { EngineClock } from '../clock';
import type { EngineHandlers, EngineHost } from '../engine';
import { cancelled, CosFailure } from '../failure';
import { ByteBudget } from './byteBudget';
import { removeTraces } from './cleanUp';
import type { TransferClient, TransferContext } from './context';
import { describe, transferKindOf } from './describe';
import type { Entry } from './entry';
import type { JournalKeeper } from './journalKeeper';
import { beatMs } from './leases';
import { areReachable, isUnreachable } from './interruption';
import { errorOf } from './localFailure';
import { MemoryNotes, type TransferNotes } from './notes';
import { RateLimit } from './rateLimit';
import { ReceivedGarbage } from './receivedGarbage';
import { Reporter } from './reporter';
import { platformOf, reachedBuckets, runTransfer } from './runTransfer';
import { Semaphore } from './semaphore';
import { Transfer, type TransferIdentity } from './transfer';
import { requireValidOptions } from './uploadOptions';

const cleanUpMs = 60_000;
/** Between two looks for what could not be removed. */
const cleanUpPauseMs = 60_000;
/** How long a transfer that the network cut off waits before it looks for the service again: first, and at most. */
const comeBackMs = { first: 2000, most: 60_000 } as const;

/** What transfers need from the engine around them. */
export interface TransfersDependencies {
  clientFor(connectionId: ConnectionId, signal: AbortSignal): Promise<TransferClient>;
  readonly host: Pick<EngineHost, 'decideClashes' | 'notify'>;
  configuration(): EngineConfiguration;
  readonly clock: EngineClock;
  readonly ids: () => TransferId;
  /** Transfers end with the engine when absent. */
  readonly keeper?: JournalKeeper;
  /** Whose rules for file names apply; this machine's when absent. */
  readonly platform?: LocalPlatform;
}

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
  /** Open uploads that transfers of this engine are at: they are nobody's to abort. */
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
  const budget = new ByteBudget(dependencies.configuration().memoryBudgetBytes);
  const rateLimit = new RateLimit(clock, dependencies.configuration().maxBytesPerSecond);
  const garbage = new ReceivedGarbage();
  const connections = new Map<ConnectionId, Semaphore>();
  /** Transfers whose traces are being removed: nobody may go on with them meanwhile. */
  const cleaning = new Map<TransferId, Promise<unknown>>();
  const closing = new AbortController();
  const isClosed = () => closing.signal.aborted;

  const connectionsOf = (connectionId: ConnectionId, count: number): Semaphore => {
    const known = connections.get(connectionId) ?? new Semaphore(count);
    known.resize(count);
    connections.set(connectionId, known);
    return known;
  };

  const makeEntry = (identity: TransferIdentity, request: TransferRequest, notes: TransferNotes): Entry => {
    const transfer = new Transfer(identity, clock, (changed, isNew) => reporter.changed(changed, isNew));
    const entry: Entry = { transfer, request, notes };
    entries.set(identity.transferId, entry);
    return entry;
  };

  /** A journal that fails costs survival, not the transfer. */
  const withJournal = <T>(act: (keeper: JournalKeeper) => T, otherwise: T): T => {
    if (keeper === undefined) return otherwise;
    try {
      return act(keeper);
    } catch (thrown) {
      const { detail } = errorOf('journal', thrown);
      host.notify('engine/log', { level: 'warn', text: `transfers may not survive this window: ${detail}` });
      return otherwise;
    }
  };

  const run = (entry: Entry, mode: TransferContext['run']): void => {
    const cancel = new AbortController();
    const pause = new AbortController();
    entry.run = { cancel, pause, finished: (async () => await runToEnd(entry, mode, { cancel, pause }))() };
  };

  const runToEnd = async (
    entry: Entry,
    mode: TransferContext['run'],
    controllers: { cancel: AbortController; pause: AbortController },
  ): Promise<void> => {
    const { transfer, request } = entry;
    const configuration = dependencies.configuration();
    budget.resize(configuration.memoryBudgetBytes);
    rateLimit.set(configuration.maxBytesPerSecond);
    const { transferId, title, target } = transfer.identity;
    await runTransfer(entry, mode, controllers, {
      configuration,
      budget,
      garbage,
      rateLimit,
      connections: connectionsOf(request.connectionId, configuration.maxConnections),
      platform: dependencies.platform ?? platformOf(process.platform),
      nowMs: () => clock.nowMs(),
      clientFor: (signal) => dependencies.clientFor(request.connectionId, signal),
      endOf: async (connectionId, signal) => ({
        client: await dependencies.clientFor(connectionId, signal),
        connections: connectionsOf(connectionId, configuration.maxConnections),
      }),
      decideClashes: (clashes, signal) => host.decideClashes({ transferId, ...clashes, title, target }, signal),
      isLost: () => withJournal((it) => it.isLost(entry), false),
      canStandStill: keeper !== undefined,
    });
    if (isFinal(transfer.state)) await dropTraces(entry);
    const isEngineGoing = isClosed() && transfer.state === 'paused';
    withJournal((it) => it.ended(entry, isEngineGoing), undefined);
    delete entry.run;
    if (isWaiting(entry)) void comeBack(entry);
    if (budget.reservedBytes === 0) budget.trim();
  };

  /** Goes on by itself once the service can be reached again, unless somebody is quicker. */
  const comeBack = async (entry: Entry): Promise<void> => {
    const stop = new AbortController();
    entry.waiting = stop;
    entry.transfer.waitForService(true);
    const signal = AbortSignal.any([stop.signal, closing.signal]);
    const around = {
      clientFor: (until: AbortSignal) => dependencies.clientFor(entry.request.connectionId, until),
      endOf: async (id: ConnectionId, until: AbortSignal) => ({ client: await dependencies.clientFor(id, until) }),
    };
    try {
      for (let waitMs: number = comeBackMs.first; ; waitMs = Math.min(comeBackMs.most, waitMs * 2)) {
        await clock.sleep(waitMs, signal);
        if (entry.transfer.state !== 'paused') break;
        if (await areReachable(await reachedBuckets(entry.request, around, signal), signal)) break;
      }
      if (!signal.aborted && entry.transfer.state === 'paused') runAgain(entry, 'again', 'transfers/resume');
    } catch {
      // Stopped, signed out, or another window goes on with it: it stands still until somebody resumes it.
    }
    if (entry.waiting === stop) stopWaiting(entry);
  };

  const stopWaiting = (entry: Entry): void => {
    entry.waiting?.abort();
    delete entry.waiting;
    entry.transfer.waitForService(false);
  };

  const dropTraces = async ({ notes, request }: Entry): Promise<void> => {
    const signal = AbortSignal.timeout(cleanUpMs);
    await removeTraces(notes, () => dependencies.clientFor(request.connectionId, signal), host, signal);
  };

  /** Brings what does not run here up to date. A closed engine has nothing to tell any more. */
  const refresh = (): void => {
    if (!isClosed()) withJournal((it) => it.sync(entries, adopt), undefined);
  };

  const find = (transferId: TransferId, op: string): Entry => {
    refresh();
    const entry = entries.get(transferId);
    if (entry === undefined) {
      const detail = `there is no transfer "${transferId}"`;
      throw new CosFailure({ kind: 'notFound', op, retry: 'never', detail });
    }
    return entry;
  };

  const adopt = (
    { snapshot, request }: { snapshot: TransferIdentity; request: TransferRequest },
    notes: TransferNotes,
  ) => {
    const { transferId, kind, connectionId, title, source, target } = snapshot;
    return makeEntry({ transferId, kind, connectionId, title, source, target }, request, notes);
  };

  const claim = (entry: Entry, op: string): 'held' | 'anew' => {
    if (isClosed()) throw cancelled(op);
    if (entry.cancelling !== undefined) throw refused(entry, op, 'it is being cancelled');
    const claimed = keeper?.claim(entry) ?? 'held';
    if (claimed === 'elsewhere') throw refused(entry, op, 'another window runs it');
    delete entry.shown;
    return claimed;
  };

  const runAgain = (entry: Entry, mode: TransferContext['run'], op: string) => {
    const claimed = claim(entry, op);
    stopWaiting(entry);
    entry.transfer.queueAgain();
    const queued = entry.transfer.snapshot();
    withJournal((it) => it.save(entry), undefined);
    // What failed stood in the notes: without them, each item is looked at.
    run(entry, mode === 'failedOnly' && claimed === 'anew' ? 'again' : mode);
    return queued;
  };

  /** Ends a transfer that does not run. */
  const cancelStanding = async (entry: Entry): Promise<void> => {
    if (isFinal(entry.transfer.state)) return;
    claim(entry, 'transfers/cancel');
    stopWaiting(entry);
    const cancelling = (async () => {
      await dropTraces(entry);
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

  /** What ended transfers have left, of this engine or of dead ones: a service that was busy is asked again later. */
  const cleanUp = async (): Promise<void> => {
    for (const discarded of withJournal((it) => it.claimDiscarded(), [])) {
      const { request, transferId } = discarded;
      const notes = keeper?.notesOf(discarded) ?? new MemoryNotes();
      const client = () => dependencies.clientFor(request.connectionId, closing.signal);
      const removing = removeTraces(notes, client, host, closing.signal);
      cleaning.set(transferId, removing);
      await removing;
      cleaning.delete(transferId);
      withJournal((it) => it.cleanedUp(discarded), undefined);
    }
  };

  const cleanUpUntilClosed = async (): Promise<void> => {
    for (;;) {
      await cleanUp();
      try {
        await clock.sleep(cleanUpPauseMs, closing.signal);
      } catch {
        return; // closed
      }
    }
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

  const background = keeper === undefined ? [] : [cleanUpUntilClosed(), beatUntilClosed()];

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
        run(entry, 'first');
        return queued;
      },
      'transfers/list': async () => {
        refresh();
        return [...entries.values()].map(({ transfer }) => transfer.snapshot());
      },
      'transfers/pause': async ({ transferId }) => {
        const entry = find(transferId, 'transfers/pause');
        if (entry.waiting !== undefined) {
          stopWaiting(entry);
          return entry.transfer.snapshot();
        }
        if (entry.run === undefined) throw refused(entry, 'transfers/pause', 'it does not run in this window');
        entry.run.pause.abort();
        await entry.run.finished;
        return entry.transfer.snapshot();
      },
      'transfers/resume': async ({ transferId }) => {
        const entry = find(transferId, 'transfers/resume');
        await entry.run?.finished;
        if (entry.transfer.state !== 'paused') throw refused(entry, 'transfers/resume', 'it is not paused');
        return runAgain(entry, 'again', 'transfers/resume');
      },
      'transfers/retry': async ({ transferId }) => {
        const entry = find(transferId, 'transfers/retry');
        await entry.run?.finished;
        await cleaning.get(transferId);
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
    configured: () => rateLimit.set(dependencies.configuration().maxBytesPerSecond),
    runningUploads: () => {
      const running = new Set<UploadId>();
      for (const entry of entries.values()) {
        if (entry.run === undefined) continue;
        if (entry.request.kind === 'resumeUpload') running.add(entry.request.uploadId);
        for (const note of entry.notes.items()) {
          if ('uploadId' in note && note.uploadId !== undefined) running.add(note.uploadId);
        }
      }
      return running;
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
        await dropTraces(entry);
        entry.transfer.move('cancelled');
      }
      await Promise.all(background);
      withJournal((it) => it.close(), undefined);
      reporter.close();
    },
  };
}

/** Whether a transfer stands still for want of the network alone. */
function isWaiting({ transfer }: Entry): boolean {
  const { state, error } = transfer.snapshot();
  return state === 'paused' && error !== undefined && isUnreachable(error);
}

function connectionsIn(request: TransferRequest): readonly ConnectionId[] {
  const from = request.kind === 'copy' ? request.source.connectionId : undefined;
  return from === undefined ? [request.connectionId] : [request.connectionId, from];
}

function refused({ transfer }: Entry, op: string, why: string): CosFailure {
  const detail = `"${transfer.identity.title}" cannot be changed so: ${why}`;
  return new CosFailure({ kind: 'conflict', op, retry: 'never', detail });
}
