import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import type { TransferSnapshot } from '../../model/transferState';
import type { ObjectCount } from '../../protocol/requests';
import { dirtyObjects } from '../ui/openEditors';
import type { BucketsTree, EngineClient, Prompts, TransferRunner } from '../services';
import type { ObjectsTarget } from '../command/targets';
import { targetsOf, type CopyRequest } from './organisePlan';
import { countObjects } from '../command/countObjects';
import { needsCount, organiseQuestion } from './organiseTexts';

/** What copying and moving needs. */
export interface OrganiseServices {
  readonly engine: EngineClient;
  readonly prompts: Prompts;
  readonly transfers: TransferRunner;
  readonly view: Pick<BucketsTree, 'select'>;
}

/** How a job ended. `stopped`: the person said no, cancelled, or must do something first. */
export type OrganiseOutcome =
  | { readonly kind: 'over'; readonly isWhole: boolean }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly result: Extract<Result<unknown>, { ok: false }> };

/** Counts, asks where a job is large or moves several objects, and runs its transfers one after the other. */
export async function runOrganise(
  services: OrganiseServices,
  requests: readonly CopyRequest[],
  target: string,
  asked: 'not yet' | ObjectCount = 'not yet',
): Promise<OrganiseOutcome> {
  const count: Result<ObjectCount> =
    asked === 'not yet' ? await countJob(services.engine, requests) : { ok: true, value: asked };
  if (!count.ok) return { kind: 'failed', result: count };
  if (asked === 'not yet') {
    const question = organiseQuestion(requests, count.value, target, vscode.l10n.t);
    if (question !== undefined) {
      const { message, detail, button } = question;
      if ((await services.prompts.confirm(message, detail, button)) !== button) return { kind: 'stopped' };
    }
  }
  const [dirty] = requests.flatMap((request) => (request.deleteSource ? dirtyObjects(sourceOf(request)) : []));
  if (dirty !== undefined) {
    void services.prompts.warn(
      vscode.l10n.t('The object is open with unsaved changes; save or close it first: "{0}"', dirty),
    );
    return { kind: 'stopped' };
  }
  const { askIncomparable } = await import('./incomparable');
  const proof = await askIncomparable(services, requests, count.value);
  if (proof.kind !== 'run') return proof;
  const { askProtection } = await import('./keepQuestion');
  const decided = await askProtection(services, proof.requests);
  if (decided === undefined) return { kind: 'stopped' };
  let isWhole = true;
  for (const request of decided) {
    const run = await services.transfers.run(request);
    if (!run.ok) return { kind: 'failed', result: run };
    if (run.value.state === 'cancelled') return { kind: 'stopped' };
    isWhole &&= arrivedWhole(run.value);
  }
  const [made] = decided.flatMap(targetsOf);
  if (made !== undefined) await services.view.select(made);
  return { kind: 'over', isWhole };
}

/** What the requests of a job hold together. Single objects need no counting. */
export async function countJob(engine: EngineClient, requests: readonly CopyRequest[]): Promise<Result<ObjectCount>> {
  const single = requests.reduce((sum, { source }) => sum + source.keys.length, 0);
  if (!needsCount(requests)) return { ok: true, value: { objects: single, bytes: 0, isComplete: true } };
  return countObjects(engine, requests.map(sourceOf));
}

function sourceOf({ connectionId, source }: CopyRequest): ObjectsTarget {
  const { bucket, keys, prefixes } = source;
  return { connectionId: source.connectionId ?? connectionId, bucket, keys, prefixes };
}

function arrivedWhole({ state, itemsFailed, itemsSkipped }: TransferSnapshot): boolean {
  return state === 'done' && itemsFailed + itemsSkipped === 0;
}
