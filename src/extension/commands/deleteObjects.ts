import * as vscode from 'vscode';
import type { Result } from '../../model/cosError';
import type { ObjectCount } from '../../protocol/requests';
import { countObjects } from '../transfers/organise';
import type { CommandOutcome, CommandServices } from './command';
import { deleteQuestion } from './deleteQuestion';
import { rowCount } from './keyText';
import type { ObjectsTarget } from './targets';

/** Deletes objects and folders after a question that says how many there are and that it is for good. */
export async function deleteObjects(
  services: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<CommandOutcome> {
  const count = await countAll(services, targets);
  if (!count.ok) return count;
  const { message, detail } = deleteQuestion(targets, count.value, vscode.l10n.t);
  const button = vscode.l10n.t('Delete');
  if ((await services.prompts.confirm(message, detail, button)) !== button) return;
  for (const { connectionId, bucket, keys, prefixes } of targets) {
    const run = await services.transfers.run({ kind: 'delete', connectionId, bucket, keys, prefixes });
    if (!run.ok) return run;
    if (run.value.state === 'cancelled') return;
  }
  return;
}

/** A selection without folders needs no counting. */
async function countAll({ engine }: CommandServices, targets: readonly ObjectsTarget[]): Promise<Result<ObjectCount>> {
  if (targets.every(({ prefixes }) => prefixes.length === 0)) {
    return { ok: true, value: { objects: rowCount(targets), bytes: 0, isComplete: true } };
  }
  return countObjects(engine, targets);
}
