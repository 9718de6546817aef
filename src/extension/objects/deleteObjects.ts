import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import { objectKey } from '../../model/ids';
import { parentPrefix } from '../nodes/place';
import type { ObjectCount } from '../../protocol/requests';
import { countText } from '../ui/format';
import { countObjects } from '../command/countObjects';
import type { CommandOutcome, CommandServices } from '../command/command';
import { deleteQuestion } from './deleteQuestion';
import { rowCount } from '../command/keyText';
import type { DeletionRun } from '../command/lastDelete';
import type { ObjectsTarget } from '../command/targets';

/** Deletes objects and folders after a question that says how many there are and that it is permanent. */
export async function deleteObjects(
  services: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<CommandOutcome> {
  const count = await countAll(services, targets);
  if (!count.ok) return count;
  const { countProtected } = await import('../command/protectedCount');
  const [isUndoable, held] = await Promise.all([
    keepVersions(services, targets),
    countProtected(services.engine, targets, Date.now()),
  ]);
  const { message, detail } = deleteQuestion(targets, count.value, { isUndoable, held }, vscode.l10n.t);
  const button = vscode.l10n.t('Delete');
  if ((await services.prompts.confirm(message, detail, button)) !== button) return;
  const { deleted, runs, outcome } = await runDeletions(services, targets);
  // What was deleted before a failure or a cancel can be undone as well.
  if (runs.length > 0) services.deletes.last = { kind: 'transfers', runs };
  if (deleted > 0) await selectAbove(services, targets);
  if (isUndoable && deleted > 0) void offerUndo(services, deleted);
  return outcome;
}

/** Deletes bucket after bucket, up to the first that fails or is cancelled. `deleted`: objects that are gone. */
async function runDeletions(
  { transfers }: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<{
  readonly deleted: number;
  readonly runs: readonly DeletionRun[];
  readonly outcome: CommandOutcome;
}> {
  let deleted = 0;
  const runs: DeletionRun[] = [];
  for (const { connectionId, bucket, keys, prefixes } of targets) {
    const run = await transfers.run({ kind: 'delete', connectionId, bucket, keys, prefixes });
    if (!run.ok) return { deleted, runs, outcome: run };
    if (run.value.itemsDone > 0) runs.push({ transferId: run.value.transferId, connectionId, bucket });
    deleted += run.value.itemsDone;
    if (run.value.state === 'cancelled') break;
  }
  return { deleted, runs, outcome: undefined };
}

/** Rows that are gone stay selected in VS Code, which hides what is for one row only: the folder they were in is selected. */
async function selectAbove({ view }: CommandServices, [first]: readonly ObjectsTarget[]): Promise<void> {
  const name = first?.prefixes[0] ?? first?.keys[0];
  if (first === undefined || name === undefined) return;
  const { connectionId, bucket } = first;
  await view.select({ connectionId, bucket, key: objectKey(parentPrefix(name)) });
}

/** Whether all buckets keep versions, so that a deletion can be undone. Somebody who may not ask is told of no undo. */
async function keepVersions({ engine }: CommandServices, targets: readonly ObjectsTarget[]): Promise<boolean> {
  const states = await Promise.all(
    targets.map(({ connectionId, bucket }) => engine.send('versioning/get', { connectionId, bucket })),
  );
  return states.every((state) => state.ok && state.value === 'enabled');
}

async function offerUndo({ prompts }: CommandServices, objects: number): Promise<void> {
  const undo = vscode.l10n.t('Undo');
  const count = { objects, bytes: 0, isComplete: true };
  const answer = await prompts.info(vscode.l10n.t('Deleted {0}.', countText(count, vscode.l10n.t)), undo);
  if (answer === undo) await vscode.commands.executeCommand('ibmcos.object.undoDelete');
}

/** A selection without folders needs no counting. */
async function countAll({ engine }: CommandServices, targets: readonly ObjectsTarget[]): Promise<Result<ObjectCount>> {
  if (targets.every(({ prefixes }) => prefixes.length === 0)) {
    return { ok: true, value: { objects: rowCount(targets), bytes: 0, isComplete: true } };
  }
  return countObjects(engine, targets);
}
