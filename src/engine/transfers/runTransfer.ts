import type { ConnectionId } from '../../model/ids';
import type { LocalPlatform } from '../../model/localNames';
import type { EngineConfiguration, TransferRequest } from '../../protocol/requests';
import type { CosClient } from '../cos/client';
import { cancelled } from '../failure';
import type { TransferContext, TransferEnd } from './context';
import { copyMany } from './copyMany';
import { deleteMany } from './deleteMany';
import { download } from './download';
import { errorOf } from './localFailure';
import type { Entry } from './entry';
import { finishUpload } from './finishUpload';
import { upload } from './upload';

/** What a run needs besides its transfer. */
export interface RunSurroundings extends Pick<
  TransferContext,
  'budget' | 'garbage' | 'connections' | 'rateLimit' | 'platform' | 'nowMs'
> {
  readonly configuration: EngineConfiguration;
  clientFor(signal: AbortSignal): Promise<CosClient>;
  endOf(connectionId: ConnectionId, signal: AbortSignal): Promise<TransferEnd>;
  decideClashes(
    clashCount: number,
    examples: readonly string[],
    signal: AbortSignal,
  ): Promise<'skip' | 'replace' | 'keepBoth' | 'cancel'>;
  /** Whether another engine has taken the transfer over. */
  isLost(): boolean;
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
  let client: CosClient | undefined;
  try {
    transfer.move('running');
    client = await around.clientFor(signal);
    const context: TransferContext = {
      client,
      transfer,
      signal,
      notes,
      run: mode,
      keepsTraces: () => (pause.signal.aborted && !cancel.signal.aborted) || around.isLost(),
      budget: around.budget,
      garbage: around.garbage,
      rateLimit: around.rateLimit,
      connections: around.connections,
      endOf: (connectionId) => around.endOf(connectionId, signal),
      maxConnections: configuration.maxConnections,
      partBytes: configuration.preferredPartBytes,
      platform: around.platform,
      nowMs: around.nowMs,
      decideClashes: async (clashCount, examples) => {
        const answer = await around.decideClashes(clashCount, examples, signal);
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
    else transfer.move('failed', errorOf(request.kind, thrown));
  }
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
    case 'copy':
      return await copyMany(context, request, stop);
  }
}

/** Whose rules for file names apply on a platform of Node. */
export function platformOf(platform: NodeJS.Platform): LocalPlatform {
  return platform === 'win32' || platform === 'darwin' ? platform : 'posix';
}
