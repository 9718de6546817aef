import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import type { ObjectCount } from '../../protocol/requests';
import type { EngineClient, Prompts } from '../services';
import { formatBytes } from '../ui/format';
import { countObjects } from '../command/countObjects';
import type { CopyRequest } from './organisePlan';
import { incomparableQuestion } from './incomparableText';

/** What a move is to do with objects that no checksum compares with their copies. */
export type IncomparableAnswer =
  | { readonly kind: 'run'; readonly requests: readonly CopyRequest[] }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly result: Extract<Result<unknown>, { ok: false }> };

/**
 * Asks before a move what is to prove copies whose checksums cannot be compared with those of their sources: that both are read
 * through this machine, or that the service is trusted. A listing tells how many that are. `count`: what is known of the job.
 */
export async function askIncomparable(
  services: { readonly engine: EngineClient; readonly prompts: Pick<Prompts, 'confirm'> },
  requests: readonly CopyRequest[],
  count?: ObjectCount,
): Promise<IncomparableAnswer> {
  const moves = requests.filter(({ deleteSource }) => deleteSource);
  if (moves.length === 0) return { kind: 'run', requests };
  const counted =
    count === undefined ? await countMoves(services.engine, moves) : ({ ok: true, value: count } as const);
  if (!counted.ok) return { kind: 'failed', result: counted };
  const { incomparable } = counted.value;
  if (incomparable === undefined) return { kind: 'run', requests };
  const read = vscode.l10n.t('Read Both ({0})', formatBytes(2 * incomparable.bytes));
  const trust = vscode.l10n.t('Trust the Service');
  const { message, detail } = incomparableQuestion(counted.value, vscode.l10n.t);
  const answer = await services.prompts.confirm(message, detail, read, trust);
  if (answer === undefined) return { kind: 'stopped' };
  const chosen = answer === trust ? 'trust' : 'read';
  return {
    kind: 'run',
    requests: requests.map((request) => (request.deleteSource ? { ...request, incomparable: chosen } : request)),
  };
}

/** A single object is asked about at once; folders are listed where it can be seen and cancelled. */
async function countMoves(engine: EngineClient, moves: readonly CopyRequest[]): Promise<Result<ObjectCount>> {
  const [only, ...others] = moves.map(sourceOf);
  const isOne = only !== undefined && others.length === 0 && only.keys.length === 1 && only.prefixes.length === 0;
  if (isOne) return engine.send('objects/count', { ...only, limit: 1 });
  return countObjects(engine, moves.map(sourceOf));
}

function sourceOf({ connectionId, source }: CopyRequest) {
  const { bucket, keys, prefixes } = source;
  return { connectionId: source.connectionId ?? connectionId, bucket, keys, prefixes };
}
