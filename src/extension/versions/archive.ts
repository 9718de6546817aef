import * as vscode from '../ui/vscode';
import type { RestoreTier } from '../../model/archive';
import type { CommandOutcome, CommandServices } from '../command/command';
import type { ObjectsTarget } from '../command/targets';
import { chosenObjects } from '../protection/chosenObjects';
import { countOf } from '../protection/holds';
import { summarise, workThrough } from '../protection/workThrough';

/** Longest that a restored copy is kept (data-plane §9.2). */
const maxDays = 30;

/** Brings archived objects back to be read for some days. */
export async function restoreFromArchive(
  services: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<CommandOutcome> {
  const objects = await chosenObjects(services, targets, 1);
  if (objects === undefined || !objects.ok) return objects;
  const { engine, prompts } = services;
  const title = vscode.l10n.t('Restore {0} from Archive', countOf(objects.value));
  const tiers: readonly (vscode.QuickPickItem & { readonly tier: RestoreTier | undefined })[] = [
    {
      label: vscode.l10n.t('As archived'),
      description: vscode.l10n.t('the speed of the archive that it is in'),
      tier: undefined,
    },
    { label: vscode.l10n.t('Bulk'), description: vscode.l10n.t('archive: within 12 hours'), tier: 'Bulk' },
    {
      label: vscode.l10n.t('Accelerated'),
      description: vscode.l10n.t('accelerated archive: within 2 hours, at a higher price'),
      tier: 'Accelerated',
    },
  ];
  const chosen = await prompts.pick(tiers, { title, placeHolder: vscode.l10n.t('How fast') });
  if (chosen === undefined) return;
  const typed = await prompts.input({
    title,
    prompt: vscode.l10n.t('Days that it can be read; each day costs the storage of a second copy'),
    value: '7',
    validateInput: (text) =>
      /^[1-9]\d*$/.test(text) && Number(text) <= maxDays
        ? undefined
        : vscode.l10n.t('Enter a whole number of days, 1 to {0}.', maxDays),
  });
  if (typed === undefined) return;
  const days = Number(typed);
  const { tier } = chosen;
  const worked = await workThrough(vscode.l10n.t('Asking for restores'), objects.value, async (object, token) =>
    engine.send('archive/restore', { ...object, days, ...(tier === undefined ? {} : { tier }) }, token),
  );
  const started = worked.flatMap(({ object, result }) => (result.ok && result.value === 'started' ? [object] : []));
  if (started.length > 0) await services.restores.add(started);
  return await summarise(services, worked, objects.value.length, (count) =>
    vscode.l10n.t(
      'Asked for {0}. They can be read when the service is done, which takes hours; you will be told.',
      vscode.l10n.t('{0} restores', count),
    ),
  );
}
