import type { ConnectionId } from '../../model/ids';
import { isFinal } from '../../model/transferState';
import { ByteBudget } from './byteBudget';
import type { ComeBack } from './comeBack';
import type { TransferContext } from './context';
import type { TransfersDependencies } from './dependencies';
import type { Entry, Run } from './entry';
import type { Leftovers } from './leftovers';
import type { WithJournal } from './journalKeeper';
import { RateLimit } from './rateLimit';
import { ReceivedGarbage } from './receivedGarbage';
import { platformOf, runTransfer } from './runTransfer';
import { Semaphore } from './semaphore';

/** What a run leads to. */
interface Around {
  readonly closing: AbortSignal;
  readonly leftovers: Leftovers;
  readonly comeBack: ComeBack;
  readonly withJournal: WithJournal;
}

/** Runs of transfers. Memory, connections and speed are shared by all. */
export interface Runs {
  /** Begins to run a transfer. */
  begin(entry: Entry, mode: TransferContext['run']): void;
  /** Takes over what of a new configuration concerns transfers that run already. */
  configured(): void;
}

/** Runs transfers to their end, and sees to what comes then. */
export function createRuns(
  dependencies: TransfersDependencies,
  { closing, leftovers, comeBack, withJournal }: Around,
): Runs {
  const { clock, host, keeper } = dependencies;
  const budget = new ByteBudget(dependencies.configuration().memoryBudgetBytes);
  const rateLimit = new RateLimit(clock, dependencies.configuration().maxBytesPerSecond);
  const garbage = new ReceivedGarbage();
  const connections = new Map<ConnectionId, Semaphore>();

  const connectionsOf = (connectionId: ConnectionId, count: number): Semaphore => {
    const known = connections.get(connectionId) ?? new Semaphore(count);
    known.resize(count);
    connections.set(connectionId, known);
    return known;
  };

  const runToEnd = async (
    entry: Entry,
    mode: TransferContext['run'],
    controllers: Pick<Run, 'cancel' | 'pause'>,
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
      checksums: dependencies.checksums,
      rateLimit,
      warn: (text) => host.notify('engine/log', { level: 'warn', text }),
      deletions: dependencies.deletions,
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
    if (isFinal(transfer.state)) await leftovers.remove(entry);
    const isEngineGoing = closing.aborted && transfer.state === 'paused';
    withJournal((it) => it.ended(entry, isEngineGoing), undefined);
    delete entry.run;
    comeBack.begin(entry);
    if (budget.reservedBytes === 0) budget.trim();
  };

  return {
    begin: (entry, mode) => {
      const controllers = { cancel: new AbortController(), pause: new AbortController() };
      entry.run = { ...controllers, finished: (async () => await runToEnd(entry, mode, controllers))() };
    },
    configured: () => rateLimit.set(dependencies.configuration().maxBytesPerSecond),
  };
}
