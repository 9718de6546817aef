import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import type { TransferSnapshot } from '../../model/transferState';
import type { ObjectCount } from '../../protocol/requests';
import { dirtyObjects } from '../documents/openEditors';
import type { EngineClient, Prompts } from '../services';
import type { CopyRequest, ObjectSelection } from './organisePlan';
import { needsCount, organiseQuestion } from './organiseTexts';
import type { TransferRunner } from './runner';

/** Objects that are counted before a question; more are said to be more. */
const countLimit = 10_000;

/** What copying and moving needs. */
export interface OrganiseServices {
  readonly engine: EngineClient;
  readonly prompts: Prompts;
  readonly transfers: TransferRunner;
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
  asked: 'not yet' | 'already' = 'not yet',
): Promise<OrganiseOutcome> {
  if (asked === 'not yet') {
    const count = await countJob(services.engine, requests);
    if (!count.ok) return { kind: 'failed', result: count };
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
  const { askProtection } = await import('../protection/keepQuestion');
  const decided = await askProtection(services, requests);
  if (decided === undefined) return { kind: 'stopped' };
  let isWhole = true;
  for (const request of decided) {
    const run = await services.transfers.run(request);
    if (!run.ok) return { kind: 'failed', result: run };
    if (run.value.state === 'cancelled') return { kind: 'stopped' };
    isWhole &&= arrivedWhole(run.value);
  }
  return { kind: 'over', isWhole };
}

/** What the requests of a job hold together. Single objects need no counting. */
export async function countJob(engine: EngineClient, requests: readonly CopyRequest[]): Promise<Result<ObjectCount>> {
  const single = requests.reduce((sum, { source }) => sum + source.keys.length, 0);
  if (!needsCount(requests)) return { ok: true, value: { objects: single, bytes: 0, isComplete: true } };
  return countObjects(engine, requests.map(sourceOf));
}

/** Counts what is selected, at most ten thousand objects, under a notification that can be cancelled. */
export async function countObjects(
  engine: EngineClient,
  selections: readonly ObjectSelection[],
): Promise<Result<ObjectCount>> {
  const title = vscode.l10n.t('Counting objects');
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (_progress, token): Promise<Result<ObjectCount>> => {
    let total: ObjectCount = { objects: 0, bytes: 0, isComplete: true };
    for (const { connectionId, bucket, keys, prefixes } of selections) {
      const limit = countLimit - total.objects;
      if (limit <= 0) return { ok: true, value: { ...total, isComplete: false } };
      const count = await engine.send('objects/count', { connectionId, bucket, keys, prefixes, limit }, token);
      if (!count.ok) return count;
      const { objects, bytes, isComplete } = count.value;
      total = {
        objects: total.objects + objects,
        bytes: total.bytes + bytes,
        isComplete: total.isComplete && isComplete,
      };
    }
    return { ok: true, value: total };
  });
}

function sourceOf({ connectionId, source }: CopyRequest): ObjectSelection {
  const { bucket, keys, prefixes } = source;
  return { connectionId: source.connectionId ?? connectionId, bucket, keys, prefixes };
}

function arrivedWhole({ state, itemsFailed, itemsSkipped }: TransferSnapshot): boolean {
  return state === 'done' && itemsFailed + itemsSkipped === 0;
}
