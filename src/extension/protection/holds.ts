import * as vscode from '../ui/vscode';
import type { CosError, Result } from '../../model/cosError';
import { newHoldIdProblem, type HoldIdProblem, type LegalHold, type Protection } from '../../model/protection';
import { folderUri } from '../../model/objectUri';
import type { CommandOutcome, CommandServices } from '../command/command';
import type { ObjectsTarget, ObjectTarget } from '../command/targets';
import { countText as formatCount } from '../ui/format';
import { fireObjects } from '../ui/objectChanges';
import { chosenObjects } from './chosenObjects';
import { mechanismOf, momentText } from './protectionTexts';
import { summarise, workThrough } from './workThrough';

/** Adds a named legal hold, or puts the one of Object Lock, as the bucket has it. */
export async function addHold(services: CommandServices, targets: readonly ObjectsTarget[]): Promise<CommandOutcome> {
  const chosen = await protectable(services, targets);
  if (chosen === undefined || 'ok' in chosen) return chosen;
  const { objects, mechanism } = chosen;
  const { engine, prompts } = services;
  if (mechanism === 'objectLock') {
    const button = vscode.l10n.t('Put Legal Hold');
    const question = vscode.l10n.t('Put {0} under a legal hold?', countOf(objects));
    const detail = vscode.l10n.t('Its present version cannot be deleted by anybody until the hold is removed.');
    if ((await prompts.confirm(question, detail, button)) !== button) return;
    const worked = await workThrough(vscode.l10n.t('Putting legal holds'), objects, async (object, token) =>
      engine.send('protection/setLockHold', { ...object, isOn: true }, token),
    );
    fireObjects(services.changes, objects);
    return await summarise(services, worked, objects.length, (count) =>
      vscode.l10n.t('{0} under a legal hold.', countText(count)),
    );
  }
  const holdId = await prompts.input({
    title: vscode.l10n.t('Add Legal Hold to {0}', countOf(objects)),
    prompt: vscode.l10n.t('Id of the hold, such as a case number. Nobody can delete or overwrite a held object.'),
    validateInput: (text) => {
      const problem = newHoldIdProblem(text);
      return problem === undefined ? undefined : holdIdSentence(problem);
    },
  });
  if (holdId === undefined) return;
  const worked = await workThrough(vscode.l10n.t('Adding legal holds'), objects, async (object, token) =>
    engine.send('protection/addHold', { ...object, holdId }, token),
  );
  fireObjects(services.changes, objects);
  return await summarise(services, worked, objects.length, (count) =>
    vscode.l10n.t('Added the legal hold "{0}" to {1}.', holdId, countText(count)),
  );
}

/** Removes one of the named legal holds, or the one of Object Lock. Lists those that there are. */
export async function removeHold(
  services: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<CommandOutcome> {
  const objects = await chosenObjects(services, targets, 2);
  if (objects === undefined || !objects.ok) return objects;
  const { engine, prompts } = services;
  const read = await workThrough(vscode.l10n.t('Reading legal holds'), objects.value, async (object, token) =>
    engine.send('protection/get', object, token),
  );
  // Cancelled: what was read so far is not the whole truth.
  if (read.length < objects.value.length) return;
  const failed = read.filter(({ result }) => !result.ok);
  const [first] = failed;
  if (first !== undefined && failed.length === read.length) return first.result;
  const found = heldBy(read.flatMap(({ object, result }) => (result.ok ? [{ object, protection: result.value }] : [])));
  const [only] = found;
  if (only === undefined) {
    void prompts.info(vscode.l10n.t('{0}: there is no legal hold.', countOf(objects.value)));
    return;
  }
  const items = found.map((hold) => ({
    label: hold.id ?? vscode.l10n.t('Legal hold of Object Lock'),
    description:
      hold.placedAtMs === undefined
        ? vscode.l10n.t('on {0}', countText(hold.objects.length))
        : vscode.l10n.t('since {0} · on {1}', momentText(hold.placedAtMs), countText(hold.objects.length)),
    hold,
  }));
  const chosen = await prompts.pick(items, { placeHolder: vscode.l10n.t('Legal hold to remove') });
  if (chosen === undefined) return;
  const { id, objects: held } = chosen.hold;
  const button = vscode.l10n.t('Remove Legal Hold');
  const question = vscode.l10n.t('Remove the legal hold "{0}" from {1}?', chosen.label, countOf(held));
  const unread =
    failed.length === 0
      ? ''
      : `${vscode.l10n.t('{0} could not be read and stay as they are.', countText(failed.length))}\n\n`;
  const detail = vscode.l10n.t(
    'What no other hold and no retention protects can be deleted and overwritten from then on. Make sure that nobody needs the hold any more.',
  );
  if ((await prompts.confirm(question, unread + detail, button)) !== button) return;
  const worked = await workThrough(vscode.l10n.t('Removing legal holds'), held, async (object, token) =>
    id === undefined
      ? engine.send('protection/setLockHold', { ...object, isOn: false }, token)
      : engine.send('protection/removeHold', { ...object, holdId: id }, token),
  );
  fireObjects(services.changes, held);
  return await summarise(services, worked, held.length, (count) =>
    vscode.l10n.t('Removed the legal hold "{0}" from {1}.', chosen.label, countText(count)),
  );
}

/** A legal hold and the objects that have it; without an id it is that of Object Lock. */
interface HeldHold {
  readonly id?: string;
  readonly placedAtMs?: number;
  readonly objects: readonly ObjectTarget[];
}

function heldBy(
  read: readonly { readonly object: ObjectTarget; readonly protection: Protection }[],
): readonly HeldHold[] {
  const named = new Map<string, { hold: LegalHold; objects: ObjectTarget[] }>();
  const locked: ObjectTarget[] = [];
  for (const { object, protection } of read) {
    if (protection.kind === 'objectLock' && protection.hasLegalHold) locked.push(object);
    if (protection.kind !== 'retention') continue;
    for (const hold of protection.holds) {
      const known = named.get(hold.id);
      if (known === undefined) named.set(hold.id, { hold, objects: [object] });
      else known.objects.push(object);
    }
  }
  const holds = [...named.values()].map(({ hold, objects }): HeldHold => ({ ...hold, objects }));
  return locked.length === 0 ? holds : [...holds, { objects: locked }];
}

/** The objects chosen, with what protects in their bucket. Says so where nothing does. */
export async function protectable(
  services: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<
  | { objects: readonly ObjectTarget[]; mechanism: 'retention' | 'objectLock'; first: Protection }
  | Result<unknown>
  | undefined
> {
  if (targets.length > 1) {
    void services.prompts.info(
      vscode.l10n.t('Select objects of one bucket: each bucket protects in a way of its own.'),
    );
    return undefined;
  }
  const objects = await chosenObjects(services, targets, 1);
  if (objects === undefined || !objects.ok) return objects;
  const [object] = objects.value;
  if (object === undefined) {
    void services.prompts.info(vscode.l10n.t('There is no object in what is selected.'));
    return undefined;
  }
  const first = await services.engine.send('protection/get', object);
  if (!first.ok) return first;
  const mechanism = mechanismOf(first.value);
  if (mechanism !== undefined) return { objects: objects.value, mechanism, first: first.value };
  if (first.value.kind === 'none' && first.value.mechanism === 'unknown') return { ok: false, error: unknown(object) };
  const open = vscode.l10n.t('Bucket Configuration…');
  const text = vscode.l10n.t(
    'The bucket "{0}" has neither a retention policy nor Object Lock, so its objects cannot be protected. Set one up in its configuration.',
    object.bucket,
  );
  if ((await services.prompts.info(text, open)) === open) {
    const bucket = vscode.Uri.from(folderUri(object.connectionId, object.bucket, ''));
    await vscode.commands.executeCommand('ibmcos.bucket.openConfiguration', bucket);
  }
  return undefined;
}

function unknown(object: ObjectTarget): CosError {
  return {
    kind: 'denied',
    op: 'GetBucketProtectionConfiguration',
    bucket: object.bucket,
    retry: 'never',
    neededRole: 'Reader',
    detail: 'the protection of the bucket may not be read',
  };
}

/** One object by its name, several by their number. */
export function countOf(objects: readonly ObjectTarget[]): string {
  const [only, ...others] = objects;
  return only !== undefined && others.length === 0 ? `"${only.key}"` : countText(objects.length);
}

/** A number of objects. */
export function countText(objects: number): string {
  return formatCount({ objects, bytes: 0, isComplete: true }, vscode.l10n.t);
}

/** Why a text cannot name a legal hold. */
export function holdIdSentence(problem: HoldIdProblem): string {
  switch (problem.kind) {
    case 'empty':
      return vscode.l10n.t('Enter an id.');
    case 'tooLong':
      return vscode.l10n.t('An id has at most {0} characters.', problem.maxCharacters);
    case 'character':
      return vscode.l10n.t('"{0}" cannot be in an id; use letters, digits and ! _ . * ( ) -', problem.character);
  }
}
