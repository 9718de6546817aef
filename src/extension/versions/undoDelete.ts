import * as vscode from '../ui/vscode';
import { objectKey } from '../../model/ids';
import type { CommandOutcome, CommandServices } from '../commands/command';
import type { LastDelete } from '../commands/lastDelete';
import type { ObjectTarget } from '../commands/targets';
import { summarise, workThrough } from '../protection/workThrough';

/** Brings back what the last deletion of this window deleted: removes the delete markers that it made. */
export async function undoDelete(services: CommandServices, last: LastDelete | undefined): Promise<CommandOutcome> {
  const { engine, prompts, changes } = services;
  if (last === undefined) {
    void prompts.info(vscode.l10n.t('Nothing was deleted in this window that could be brought back.'));
    return;
  }
  const objects: ObjectTarget[] = [];
  for (const { connectionId, bucket, keys, prefixes } of last.targets) {
    objects.push(...keys.map((key) => ({ connectionId, bucket, key })));
    for (const prefix of prefixes) {
      let cursor: string | undefined;
      do {
        const from = cursor === undefined ? {} : { cursor };
        const page = await engine.send('versions/listPage', { connectionId, bucket, prefix, delimiter: '', ...from });
        if (!page.ok) return page;
        // What was deleted before, or by somebody else later, was not this deletion's work.
        const made = page.value.versions.filter(
          ({ kind, isLatest, modifiedAtMs }) =>
            kind === 'deleteMarker' && isLatest && modifiedAtMs >= last.startedAtMs && modifiedAtMs <= last.endedAtMs,
        );
        objects.push(...made.map(({ key }) => ({ connectionId, bucket, key: objectKey(key) })));
        cursor = page.value.nextCursor;
      } while (cursor !== undefined);
    }
  }
  const worked = await workThrough(
    vscode.l10n.t('Bringing objects back'),
    objects,
    async ({ connectionId, bucket, key }, token) =>
      engine.send('versions/undelete', { connectionId, bucket, key }, token),
  );
  for (const { connectionId, bucket } of last.targets)
    changes.fire({ connectionId, bucket, prefix: '', kind: 'changed' });
  return await summarise(services, worked, objects.length, (count) =>
    count === 1 ? vscode.l10n.t('1 object is there again.') : vscode.l10n.t('{0} objects are there again.', count),
  );
}
