import * as vscode from 'vscode';
import type { Result } from '../../model/cosError';
import type { ObjectCount } from '../../protocol/requests';
import { formatBytes } from '../ui/format';
import type { Translate } from '../ui/messages';
import type { CommandOutcome, CommandServices } from './command';
import { rowCount } from './keyText';
import type { ObjectsTarget } from './targets';

/** Objects that are counted before the question; more are said to be more. */
const countLimit = 10_000;
/** Names that the question shows at most. */
const maxNames = 10;

/** Deletes objects and folders after a question that says how many there are and that it is for good. */
export async function deleteObjects(services: CommandServices, targets: readonly ObjectsTarget[]): Promise<CommandOutcome> {
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
async function countAll(
  { engine }: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<Result<ObjectCount>> {
  if (targets.every(({ prefixes }) => prefixes.length === 0)) {
    return { ok: true, value: { objects: rowCount(targets), bytes: 0, isComplete: true } };
  }
  const title = vscode.l10n.t('Counting objects');
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (_progress, token): Promise<Result<ObjectCount>> => {
    let total: ObjectCount = { objects: 0, bytes: 0, isComplete: true };
    for (const { connectionId, bucket, keys, prefixes } of targets) {
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

/** The question before a deletion: what, how many, and what it means. */
export function deleteQuestion(
  targets: readonly ObjectsTarget[],
  count: ObjectCount,
  t: Translate,
): { readonly message: string; readonly detail: string } {
  const names = targets.flatMap(({ bucket, keys, prefixes }) =>
    [...prefixes, ...keys].map((name) => `${bucket}/${name}`),
  );
  const meaning = t(
    'Deleted objects cannot be brought back. Only if the bucket keeps versions do the earlier versions stay.',
  );
  const [only] = names;
  if (names.length === 1 && only !== undefined) {
    const isFolder = only.endsWith('/') && (targets[0]?.prefixes.length ?? 0) > 0;
    const message = isFolder
      ? t('Delete the folder and the {0} in it: "{1}"?', countText(count, t), only)
      : t('Delete the object "{0}"?', only);
    return { message, detail: meaning };
  }
  const shown = names.slice(0, maxNames);
  const more = names.length - shown.length;
  const lines = [...shown, ...(more > 0 ? [t('… and {0} more', more)] : [])];
  return { message: t('Delete {0}?', countText(count, t)), detail: `${lines.join('\n')}\n\n${meaning}` };
}

function countText({ objects, bytes, isComplete }: ObjectCount, t: Translate): string {
  const number = objects.toLocaleString('en-US');
  if (!isComplete) return t('more than {0} objects', number);
  if (objects === 1) return bytes > 0 ? t('1 object ({0})', formatBytes(bytes)) : t('1 object');
  return bytes > 0 ? t('{0} objects ({1})', number, formatBytes(bytes)) : t('{0} objects', number);
}
