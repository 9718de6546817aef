import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import { objectKey } from '../../model/ids';
import type { CommandServices } from '../command/command';
import type { ObjectsTarget, ObjectTarget } from '../command/targets';
import { countObjects } from '../command/countObjects';
import { objectPages } from '../pages';

/** More than these are worked on only after a question that says how many requests that takes. */
const manyObjects = 100;

/** What a selection stands for, object by object. Undefined when the person did not want so many. */
export async function chosenObjects(
  services: CommandServices,
  targets: readonly ObjectsTarget[],
  requestsPerObject: number,
): Promise<Result<readonly ObjectTarget[]> | undefined> {
  const named = targets.flatMap(({ connectionId, bucket, keys }) => keys.map((key) => ({ connectionId, bucket, key })));
  if (targets.every(({ prefixes }) => prefixes.length === 0) && named.length <= manyObjects) {
    return { ok: true, value: named };
  }
  const count = await countObjects(services.engine, targets);
  if (!count.ok) return count;
  const { objects, isComplete } = count.value;
  if (objects > manyObjects || !isComplete) {
    const button = vscode.l10n.t('Continue');
    const number = isComplete ? objects.toLocaleString('en-US') : vscode.l10n.t('more than {0}', objects);
    const requests = (objects * requestsPerObject).toLocaleString('en-US');
    const question = vscode.l10n.t('Go through {0} objects? That takes about {1} requests.', number, requests);
    if ((await services.prompts.confirm(question, '', button)) !== button) return undefined;
  }
  return listed(services, targets, named);
}

async function listed(
  { engine }: CommandServices,
  targets: readonly ObjectsTarget[],
  named: readonly ObjectTarget[],
): Promise<Result<readonly ObjectTarget[]> | undefined> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Listing objects'),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (_progress, token) => {
    const found = [...named];
    for (const { connectionId, bucket, prefixes } of targets) {
      for (const prefix of prefixes) {
        for await (const page of objectPages(engine, { connectionId, bucket, prefix, delimiter: '' }, token)) {
          if (!page.ok) return page.error.kind === 'cancelled' ? undefined : page;
          found.push(...page.value.objects.map(({ key }) => ({ connectionId, bucket, key: objectKey(key) })));
        }
      }
    }
    return { ok: true, value: found };
  });
}
