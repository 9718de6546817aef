import type { CosError } from '../../model/cosError';
import type { ConnectionId } from '../../model/ids';
import type { LocalPlatform } from '../../model/localNames';
import type { EngineConfiguration, HostRequests, TransferRequest } from '../../protocol/requests';
import { cancelled } from '../failure';
import { changeMany } from './changeMany';
import { patientSignals, type TransferClient, type TransferContext, type TransferEnd } from './context';
import { copyMany } from './copyMany';
import { deleteMany } from './deleteMany';
import { download } from './download';
import { emptyBucket } from './emptyBucket';
import { errorOf } from './localFailure';
import type { Entry } from './entry';
import { finishUpload } from './finishUpload';
import { areReachable, canGoOnLater, type ReachedBucket } from './interruption';
import { upload } from './upload';

/** What a run needs besides its transfer. */
export interface RunSurroundings extends Pick<
  TransferContext,
  'budget' | 'garbage' | 'checksums' | 'connections' | 'rateLimit' | 'warn' | 'deletions' | 'platform' | 'nowMs'
> {
  readonly configuration: EngineConfiguration;
  clientFor(signal: AbortSignal): Promise<TransferClient>;
  endOf(connectionId: ConnectionId, signal: AbortSignal): Promise<TransferEnd>;
  decideClashes(
    clashes: Pick<HostRequests['transfer/decideClashes']['params'], 'clashCount' | 'examples' | 'protectedTargets'>,
    signal: AbortSignal,
  ): Promise<'skip' | 'replace' | 'keepBoth' | 'cancel'>;
  /** Whether another engine has taken the transfer over. */
  isLost(): boolean;
  /** Whether a transfer stands still, instead of failing, when the network or the sign-in is gone. */
  readonly canStandStill: boolean;
}

/**
 * Runs a transfer, from `queued` to wherever it gets: `done`, `failed`, `cancelled`, or `paused` with what is half-made
 * kept in its notes. Never throws for what happens to the transfer.
 */
export async function runTransfer(
  entry: Entry,
  mode: TransferContext['run'],
  { cancel, pause }: { readonly cancel: AbortController; readonly pause: AbortController },
  around: RunSurroundings,
): Promise<void> {
  const { transfer, request, notes } = entry;
  const { configuration } = around;
  // Failures that stop the whole transfer abort `stop`; only `cancel` makes it cancelled.
  const stop = new AbortController();
  const signal = AbortSignal.any([cancel.signal, pause.signal, stop.signal]);
  let client: TransferClient | undefined;
  const isInterruption = (error: CosError) => around.canStandStill && canGoOnLater(error);
  try {
    transfer.move('running');
    client = await around.clientFor(signal);
    const context: TransferContext = {
      client,
      transfer,
      signal,
      patient: patientSignals(signal),
      notes,
      run: mode,
      // What stops the whole transfer may leave something to go on with: what does not is cleaned up after its end.
      keepsTraces: (thrown) => {
        const isStopped = pause.signal.aborted || stop.signal.aborted;
        const isKept = isStopped || isInterruption(errorOf(request.kind, thrown));
        return (isKept && !cancel.signal.aborted) || around.isLost();
      },
      isCutOff: async (error) => {
        if (!isInterruption(error)) return false;
        if (error.kind === 'signInNeeded') return true;
        return !(await areReachable(await reachedBuckets(request, around, signal), signal));
      },
      budget: around.budget,
      garbage: around.garbage,
      checksums: around.checksums,
      rateLimit: around.rateLimit,
      warn: around.warn,
      deletions: around.deletions,
      connections: around.connections,
      endOf: (connectionId) => around.endOf(connectionId, signal),
      maxConnections: configuration.maxConnections,
      partBytes: configuration.preferredPartBytes,
      platform: around.platform,
      skipSymlinks: configuration.skipSymlinks === true,
      nowMs: around.nowMs,
      decideClashes: async (clashCount, examples, protectedTargets) => {
        const clashes = { clashCount, examples, ...(protectedTargets === undefined ? {} : { protectedTargets }) };
        const answer = await around.decideClashes(clashes, signal);
        if (answer !== 'cancel') return answer;
        cancel.abort();
        throw cancelled(request.kind);
      },
    };
    await move(context, request, stop);
    if (around.isLost()) transfer.move('paused');
    else if (transfer.itemsFailed > 0) transfer.move('failed', transfer.firstError);
    else transfer.move('done');
  } catch (thrown) {
    if (cancel.signal.aborted) transfer.move('cancelled');
    else if (pause.signal.aborted || around.isLost()) transfer.move('paused');
    // Nobody is signed in, for example: what an earlier run has made is not given up for that.
    else if (client === undefined && mode !== 'first') transfer.move('paused', errorOf(request.kind, thrown));
    else if (isInterruption(errorOf(request.kind, thrown)) && (mode !== 'first' || hasBegun(entry))) {
      transfer.move('paused', errorOf(request.kind, thrown));
    } else transfer.move('failed', errorOf(request.kind, thrown));
  }
}

/** Whether a transfer has made anything that it would be a pity to lose. */
function hasBegun({ transfer, notes }: Entry): boolean {
  const { bytesDone, itemsDone } = transfer.snapshot();
  if (bytesDone > 0 || itemsDone > 0) return true;
  try {
    return notes.items().length > 0;
  } catch {
    return false; // a journal that cannot be read has nothing to go on with
  }
}

/** The buckets that a transfer reads and writes. */
export async function reachedBuckets(
  request: TransferRequest,
  around: Pick<RunSurroundings, 'clientFor'> & {
    readonly endOf: (id: ConnectionId, signal: AbortSignal) => Promise<Pick<TransferEnd, 'client'>>;
  },
  signal: AbortSignal,
): Promise<readonly ReachedBucket[]> {
  const client = await around.clientFor(signal);
  if (request.kind !== 'copy') return [{ client, bucket: request.bucket }];
  const { source, target } = request;
  const from = source.connectionId === undefined ? client : (await around.endOf(source.connectionId, signal)).client;
  return [
    { client: from, bucket: source.bucket },
    { client, bucket: target.bucket },
  ];
}

/** One mover for each kind. */
async function move(context: TransferContext, request: TransferRequest, stop: AbortController): Promise<void> {
  switch (request.kind) {
    case 'upload':
      return await upload(context, request, stop);
    case 'resumeUpload':
      return await finishUpload(context, request);
    case 'download':
      return await download(context, request, stop);
    case 'delete':
      return await deleteMany(context, request, stop);
    case 'change':
      return await changeMany(context, request, stop);
    case 'empty':
      return await emptyBucket(context, request, stop);
    case 'copy':
      return await copyMany(context, request, stop);
  }
}

/** Whose rules for file names apply on a platform of Node. */
export function platformOf(platform: NodeJS.Platform): LocalPlatform {
  return platform === 'win32' || platform === 'darwin' ? platform : 'posix';
}
