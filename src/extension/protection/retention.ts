import { plainName } from '../ui/gate/plain';
import * as vscode from '../ui/vscode';
import { readDate } from '../../model/dates';
import type { LockMode, Protection } from '../../model/protection';
import {
  extendedEnd,
  extensionProblem,
  lockProblem,
  type ExtensionProblem,
  type LockRetention,
  type RetentionExtension,
} from '../../model/retention';
import type { CommandOutcome, CommandServices } from '../command/command';
import type { ObjectsTarget, ObjectTarget } from '../command/targets';
import { fireObjects } from '../ui/objectChanges';
import { askExtension, dateSentence } from './askExtension';
import { chosenObjects } from './chosenObjects';
import { countOf, countText, protectable } from './holds';
import { momentText } from './protectionTexts';
import { summarise, workThrough, type Worked } from './workThrough';

const daySeconds = 86_400;

/** Extends the retention of objects, or locks their present versions, as their bucket has it. */
export async function extendRetention(
  services: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<CommandOutcome> {
  const chosen = await protectable(services, targets);
  if (chosen === undefined || 'ok' in chosen) return chosen;
  return chosen.mechanism === 'retention'
    ? await extend(services, chosen.objects, chosen.first)
    : await lock(services, chosen.objects, chosen.first);
}

async function extend(
  services: CommandServices,
  objects: readonly ObjectTarget[],
  first: Protection,
): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  if (first.kind !== 'retention' && objects.length === 1) {
    void prompts.info(
      vscode.l10n.t(
        '{0} has no retention that could be extended; objects get one when they are written.',
        countOf(objects),
      ),
    );
    return;
  }
  const [object] = objects;
  if (object === undefined) return;
  const found = await engine.send('bucketProtection/get', { connectionId: object.connectionId, bucket: object.bucket });
  const policy = found.ok && found.value.kind === 'retention' ? found.value.policy : undefined;
  const extension = await askExtension(services, objects, (wanted) => {
    // Of several objects each has its own dates; the service judges those.
    const problem =
      objects.length > 1 || first.kind !== 'retention'
        ? undefined
        : extensionProblem(first, wanted, policy, Date.now());
    return problem === undefined ? undefined : extensionSentence(problem);
  });
  if (extension === undefined) return;
  const end = objects.length > 1 || first.kind !== 'retention' ? undefined : extendedEnd(first, extension, Date.now());
  const button = vscode.l10n.t('Extend Retention');
  const question = vscode.l10n.t('Extend the retention of {0}?', countOf(objects));
  if ((await prompts.confirm(question, consequence(extension, end, objects), button)) !== button) return;
  const worked = await workThrough(vscode.l10n.t('Extending retention'), objects, async (each, token) =>
    engine.send('protection/extend', { ...each, extension }, token),
  );
  fireObjects(services.changes, objects);
  return await summarise(services, worked, objects.length, (count) => extendedText(count, worked));
}

function consequence(
  extension: RetentionExtension,
  end: ReturnType<typeof extendedEnd>,
  objects: readonly ObjectTarget[],
): string {
  const until = ((): string => {
    if (extension.kind === 'period' && extension.seconds === -1) {
      return vscode.l10n.t('Nobody can delete or overwrite them until somebody sets an end.');
    }
    if (extension.kind === 'period' && extension.seconds === -2) {
      return vscode.l10n.t('Nobody can ever delete or overwrite them again.');
    }
    if (end?.kind === 'until') return before(end.untilMs);
    switch (extension.kind) {
      case 'until':
        return before(extension.untilMs);
      case 'fromNow':
        return before(Date.now() + extension.seconds * 1000);
      case 'additional':
        return vscode.l10n.t('Each is retained {0} days longer than it is now.', extension.seconds / daySeconds);
      case 'period':
        return vscode.l10n.t('Each is retained {0} days from its creation.', extension.seconds / daySeconds);
    }
  })();
  return [namesOf(objects), '', until, vscode.l10n.t('This cannot be undone.')].join('\n');
}

function before(untilMs: number): string {
  return vscode.l10n.t('Nobody can delete or overwrite them before {0}.', momentText(untilMs));
}

/** The first names of a selection, a line each, and how many more there are. */
function namesOf(objects: readonly ObjectTarget[]): string {
  const names = objects.slice(0, 10).map(({ bucket, key }) => plainName(`${bucket}/${key}`));
  const more = objects.length - names.length;
  return [...names, ...(more > 0 ? [vscode.l10n.t('… and {0} more', more)] : [])].join('\n');
}

function extendedText(count: number, worked: readonly Worked<Protection>[]): string {
  const [only, ...others] = worked;
  if (only !== undefined && others.length === 0 && only.result.ok && only.result.value.kind === 'retention') {
    const { end } = only.result.value;
    if (end.kind === 'until')
      return vscode.l10n.t('"{0}" is retained until {1}.', only.object.key, momentText(end.untilMs));
  }
  return vscode.l10n.t('Extended the retention of {0}.', countText(count));
}

async function lock(
  services: CommandServices,
  objects: readonly ObjectTarget[],
  first: Protection,
): Promise<CommandOutcome> {
  const { prompts } = services;
  const modes: readonly (vscode.QuickPickItem & { readonly mode: LockMode })[] = [
    { label: 'GOVERNANCE', description: vscode.l10n.t('who is permitted to can make it weaker'), mode: 'GOVERNANCE' },
    { label: 'COMPLIANCE', description: vscode.l10n.t('nobody can make it weaker'), mode: 'COMPLIANCE' },
  ];
  const title = vscode.l10n.t('Lock {0}', countOf(objects));
  const chosen = await prompts.pick(modes, { title, placeHolder: vscode.l10n.t('Mode of the lock') });
  if (chosen === undefined) return;
  const text = await prompts.input({
    title,
    prompt: vscode.l10n.t('Locked until: a date such as 2030-01-31, or 2030-01-31T12:00:00Z'),
    validateInput: (typed) => {
      const retainUntilMs = readDate(typed);
      if (retainUntilMs === undefined) return dateSentence();
      const problem = lockProblem(
        objects.length > 1 ? unlocked : first,
        { mode: chosen.mode, retainUntilMs },
        true,
        Date.now(),
      );
      return problem === undefined ? undefined : lockSentence(problem);
    },
  });
  const retainUntilMs = readDate(text);
  if (retainUntilMs === undefined) return;
  const retention: LockRetention = { mode: chosen.mode, retainUntilMs };
  if (chosen.mode === 'COMPLIANCE') {
    const button = vscode.l10n.t('Lock for Good');
    const question = vscode.l10n.t('Lock {0} until {1}?', countOf(objects), momentText(retainUntilMs));
    const detail = vscode.l10n.t(
      "Nobody, not even the account's owner, can delete these versions or shorten the lock before then. This cannot be undone.",
    );
    if ((await prompts.confirm(question, `${namesOf(objects)}\n\n${detail}`, button)) !== button) return;
  }
  return await setLock(services, objects, retention);
}

const unlocked: Protection = { kind: 'none', mechanism: 'objectLock' };

/** Removes the GOVERNANCE lock of objects' present versions. */
export async function removeLock(
  services: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<CommandOutcome> {
  const objects = await chosenObjects(services, targets, 1);
  if (objects === undefined || !objects.ok) return objects;
  const [first] = objects.value;
  if (first !== undefined && (await isKnownUnlockable(services, first))) {
    void services.prompts.info(
      vscode.l10n.t('The bucket "{0}" has no Object Lock, so there is no lock to remove.', first.bucket),
    );
    return;
  }
  const button = vscode.l10n.t('Remove Lock');
  const question = vscode.l10n.t('Remove the lock of {0}?', countOf(objects.value));
  const detail = vscode.l10n.t(
    'The present versions can be deleted from then on. COMPLIANCE locks stay whatever one may do.',
  );
  if ((await services.prompts.confirm(question, detail, button)) !== button) return;
  return await setLock(services, objects.value, null);
}

/** Whether the object's bucket certainly has no Object Lock; who may not ask that may still remove a lock. */
async function isKnownUnlockable({ engine }: CommandServices, object: ObjectTarget): Promise<boolean> {
  const found = await engine.send('protection/get', object);
  if (!found.ok || found.value.kind === 'objectLock') return false;
  if (found.value.kind === 'retention') return true;
  return found.value.mechanism === 'retention' || found.value.mechanism === 'none';
}

/** Asks for the bypass of GOVERNANCE only where the service wants it. */
async function setLock(
  services: CommandServices,
  objects: readonly ObjectTarget[],
  retention: LockRetention | null,
): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const send = async (some: readonly ObjectTarget[], bypassGovernance: boolean) =>
    workThrough(vscode.l10n.t('Setting locks'), some, async (object, token) =>
      engine.send('protection/setLock', { ...object, retention, bypassGovernance }, token),
    );
  let worked = await send(objects, false);
  const needing = worked.flatMap(({ object, result }) =>
    !result.ok && result.error.refusal === 'lockNeedsBypass' ? [object] : [],
  );
  if (needing.length > 0) {
    const button = vscode.l10n.t('Bypass GOVERNANCE');
    const question = vscode.l10n.t(
      'The lock of {0} can only be made weaker with the bypass of GOVERNANCE.',
      countOf(needing),
    );
    const detail = vscode.l10n.t(
      'It needs a permission of its own, and who bypasses a lock is recorded by the service.',
    );
    if ((await prompts.confirm(question, detail, button)) === button) {
      const again = await send(needing, true);
      worked = [...worked.filter(({ object }) => !needing.includes(object)), ...again];
    }
  }
  fireObjects(services.changes, objects);
  return await summarise(services, worked, objects.length, (count) =>
    retention === null
      ? vscode.l10n.t('Removed the lock of {0}.', countText(count))
      : vscode.l10n.t('Locked {0} until {1}.', countText(count), momentText(retention.retainUntilMs)),
  );
}

function extensionSentence(problem: ExtensionProblem): string {
  switch (problem.kind) {
    case 'notWholeSeconds':
      return vscode.l10n.t('Enter whole seconds.');
    case 'permanentAlready':
      return vscode.l10n.t('The object is retained forever already.');
    case 'permanentNotAllowed':
      return vscode.l10n.t("The bucket's retention policy does not allow objects to be retained forever.");
    case 'additionToIndefinite':
      return vscode.l10n.t('The object is retained without end already; choose a date instead.');
    case 'notLater':
      return vscode.l10n.t('A retention never gets shorter; it ends at {0} already.', momentText(problem.untilMs));
    case 'tooLate':
      return vscode.l10n.t("The bucket's retention policy allows dates up to {0}.", momentText(problem.latestMs));
    case 'outsidePolicy':
      return vscode.l10n.t(
        "The bucket's retention policy allows {0} to {1} days from the object's creation.",
        problem.minimumDays,
        problem.maximumDays,
      );
  }
}

function lockSentence(problem: NonNullable<ReturnType<typeof lockProblem>>): string {
  switch (problem.kind) {
    case 'past':
      return vscode.l10n.t('A lock ends in the future.');
    case 'complianceWeaker':
      return vscode.l10n.t('A COMPLIANCE lock only gets later; it ends at {0} already.', momentText(problem.untilMs));
    case 'needsBypass':
      return vscode.l10n.t(
        'The lock ends at {0}; making it weaker needs the bypass of GOVERNANCE.',
        momentText(problem.untilMs),
      );
  }
}
