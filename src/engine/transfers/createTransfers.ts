import type { ConnectionId, TransferId } from '../../model/ids';
import type { LocalPlatform } from '../../model/localNames';
import { isFinal } from '../../model/transferState';
import type { EngineConfiguration, TransferRequest } from '../../protocol/requests';
import type { EngineClock } from '../clock';
import type { CosClient } from '../cos/client';
import type { EngineHandlers, EngineHost } from '../engine';
import { cancelled, CosFailure } from '../failure';
import { ByteBudget } from './byteBudget';
import type { TransferContext } from './context';
import { copyMany } from './copyMany';
import { deleteMany } from './deleteMany';
import { describe, transferKindOf } from './describe';
import { download } from './download';
import { unrecordedLeftovers, type Leftovers } from './leftovers';
import { errorOf } from './localFailure';
import { ReceivedGarbage } from './receivedGarbage';
import { Reporter } from './reporter';
import { finishUpload } from './finishUpload';
import { Semaphore } from './semaphore';
import { Transfer } from './transfer';
import { upload } from './upload';

/** What transfers need from the engine around them. */
export interface TransfersDependencies {
  clientFor(connectionId: ConnectionId, signal: AbortSignal): Promise<CosClient>;
  readonly host: Pick<EngineHost, 'decideClashes' | 'notify'>;
  configuration(): EngineConfiguration;
  readonly clock: EngineClock;
  readonly ids: () => TransferId;
  /** Nothing is noted when absent. */
  readonly leftovers?: Leftovers;
  /** Whose rules for file names apply; this machine's when absent. */
  readonly platform?: LocalPlatform;
}

/** The transfers of an engine. */
export interface Transfers {
  readonly handlers: Pick<
    EngineHandlers,
    'transfers/start' | 'transfers/list' | 'transfers/cancel' | 'transfers/clearFinished'
  >;
  /** Answers once the transfer has ended, in whatever way. */
  finished(transferId: TransferId): Promise<void>;
  /** Cancels everything and waits until its traces are gone. */
  close(): Promise<void>;
}

interface Entry {
  readonly transfer: Transfer;
  readonly cancel: AbortController;
  readonly finished: Promise<void>;
}

/** Starts with no transfers. Memory and connections are shared by all that will run. */
export function createTransfers(dependencies: TransfersDependencies): Transfers {
  const { clock, host } = dependencies;
  const entries = new Map<TransferId, Entry>();
  const reporter = new Reporter(clock, (transfers) => host.notify('transfers/progress', { transfers }));
  const budget = new ByteBudget(dependencies.configuration().memoryBudgetBytes);
  const garbage = new ReceivedGarbage();
  const connections = new Map<ConnectionId, Semaphore>();
  let isClosed = false;

  const connectionsOf = (connectionId: ConnectionId, count: number): Semaphore => {
    const known = connections.get(connectionId) ?? new Semaphore(count);
    known.resize(count);
    connections.set(connectionId, known);
    return known;
  };

  const run = async (transfer: Transfer, request: TransferRequest, cancel: AbortController): Promise<void> => {
    // Failures that stop the whole transfer abort `stop`; only `cancel` makes it cancelled.
    const stop = new AbortController();
    const signal = AbortSignal.any([cancel.signal, stop.signal]);
    try {
      transfer.move('running');
      const configuration = dependencies.configuration();
      budget.resize(configuration.memoryBudgetBytes);
      const context: TransferContext = {
        client: await dependencies.clientFor(request.connectionId, signal),
        transfer,
        signal,
        budget,
        garbage,
        leftovers: dependencies.leftovers ?? unrecordedLeftovers,
        connections: connectionsOf(request.connectionId, configuration.maxConnections),
        endOf: async (connectionId) => ({
          client: await dependencies.clientFor(connectionId, signal),
          connections: connectionsOf(connectionId, configuration.maxConnections),
        }),
        maxConnections: configuration.maxConnections,
        partBytes: configuration.preferredPartBytes,
        platform: dependencies.platform ?? platformOf(process.platform),
        nowMs: () => clock.nowMs(),
        decideClashes: async (clashCount, examples) => {
          const { transferId } = transfer.identity;
          const title = transfer.identity.title;
          const answer = await host.decideClashes({ transferId, clashCount, examples, title }, signal);
          if (answer !== 'cancel') return answer;
          cancel.abort();
          throw cancelled(request.kind);
        },
      };
      await move(context, request, stop);
      if (transfer.itemsFailed > 0) transfer.move('failed', transfer.firstError);
      else transfer.move('done');
    } catch (thrown) {
      if (cancel.signal.aborted) transfer.move('cancelled');
      else transfer.move('failed', errorOf(request.kind, thrown));
    } finally {
      if (budget.reservedBytes === 0) budget.trim();
    }
  };

  const find = (transferId: TransferId): Entry => {
    const entry = entries.get(transferId);
    if (entry === undefined) {
      const detail = `there is no transfer "${transferId}"`;
      throw new CosFailure({ kind: 'notFound', op: 'transfers/cancel', retry: 'never', detail });
    }
    return entry;
  };

  return {
    handlers: {
      'transfers/start': async (request) => {
        if (isClosed) throw cancelled('transfers/start');
        const identity = {
          transferId: dependencies.ids(),
          kind: transferKindOf(request),
          connectionId: request.connectionId,
          ...describe(request),
        };
        const cancel = new AbortController();
        const transfer = new Transfer(identity, clock, (changed, isNew) => reporter.changed(changed, isNew));
        const queued = transfer.snapshot();
        entries.set(identity.transferId, { transfer, cancel, finished: run(transfer, request, cancel) });
        return queued;
      },
      'transfers/list': async () => [...entries.values()].map(({ transfer }) => transfer.snapshot()),
      'transfers/cancel': async ({ transferId }) => {
        const entry = find(transferId);
        entry.cancel.abort();
        await entry.finished;
        return entry.transfer.snapshot();
      },
      'transfers/clearFinished': async () => {
        for (const [transferId, { transfer }] of entries) {
          if (isFinal(transfer.state)) entries.delete(transferId);
        }
        return null;
      },
    },
    finished: async (transferId) => {
      await find(transferId).finished;
    },
    close: async () => {
      isClosed = true;
      for (const { cancel } of entries.values()) cancel.abort();
      await Promise.all([...entries.values()].map((entry) => entry.finished));
      reporter.close();
    },
  };
}

/** One mover for each kind. A journal goes between planning and these. */
async function move(context: TransferContext, request: TransferRequest, stop: AbortController): Promise<void> {
  switch (request.kind) {
    case 'upload':
      return await upload(context, request, stop);
    case 'download':
      return await download(context, request, stop);
    case 'resumeUpload':
      return await finishUpload(context, request);
    case 'delete':
      return await deleteMany(context, request, stop);
    case 'copy':
      return await copyMany(context, request, stop);
  }
}

function platformOf(platform: NodeJS.Platform): LocalPlatform {
  return platform === 'win32' || platform === 'darwin' ? platform : 'posix';
}
