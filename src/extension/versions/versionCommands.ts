import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import type { ObjectVersion } from '../../model/objectVersion';
import { objectUri } from '../../model/objectUri';
import type { CommandOutcome, CommandServices } from '../command/command';
import { pickTarget } from '../command/pickTarget';
import type { BucketTarget, ObjectTarget } from '../command/targets';
import { baseName } from '../nodes/place';
import { versionsOf } from './versionListing';
import type { TreeNode } from '../nodes/treeNode';
import { formatMoment } from '../ui/format';
import { fireObjects } from '../ui/objectChanges';
import { chosenObject, chosenVersion, pickVersion, versionOfNode, type ChosenVersion } from './chosenVersion';

/** Shows the versions of a node in the tree, or no longer; from the palette, those of a bucket that is asked for. */
export async function showVersions(services: CommandServices, node: TreeNode | undefined): Promise<CommandOutcome> {
  if (node?.kind === 'bucket' || node?.kind === 'folder' || node?.kind === 'object') {
    services.view.toggleVersions(node);
    return;
  }
  if (node !== undefined) return await openVersion(services, node);
  const bucket = (await pickTarget('bucket', services)) as Result<BucketTarget> | undefined;
  return bucket?.ok === true ? await services.view.toggleVersionsIn(bucket.value) : bucket;
}

/** Opens a version, read-only. */
export async function openVersion(services: CommandServices, node: TreeNode | undefined): Promise<CommandOutcome> {
  const chosen = await chosenVersion(services, node, vscode.l10n.t('Version to open'));
  if (chosen === undefined || !chosen.ok) return chosen;
  if (isMarker(services, chosen.value)) return;
  await vscode.commands.executeCommand('vscode.open', uriOf(chosen.value), { preview: true });
  return;
}

/** Opens a version beside the object as it is now. */
export async function compareWithCurrent(
  services: CommandServices,
  node: TreeNode | undefined,
): Promise<CommandOutcome> {
  const chosen = await chosenVersion(services, node, vscode.l10n.t('Version to compare with the current one'));
  if (chosen === undefined || !chosen.ok) return chosen;
  if (isMarker(services, chosen.value)) return;
  const { object, version } = chosen.value;
  const now = vscode.Uri.from(objectUri(object.connectionId, object.bucket, object.key));
  const title = vscode.l10n.t('{0} ({1} ↔ now)', baseName(object.key), formatMoment(version.modifiedAtMs));
  await vscode.commands.executeCommand('vscode.diff', uriOf(chosen.value), now, title);
  return;
}

/** Opens two selected versions, or two that are picked, beside each other: the older one on the left. */
export async function compareVersions(services: CommandServices, node: TreeNode | undefined): Promise<CommandOutcome> {
  const selected = services.view.selection.flatMap((one) => (one.kind === 'version' ? [versionOfNode(one)] : []));
  const pair = selected.length === 2 ? selected : await pickTwo(services, node);
  if (pair === undefined || 'ok' in pair) return pair;
  const [older, newer] = [...pair].sort((a, b) => a.version.modifiedAtMs - b.version.modifiedAtMs);
  if (older === undefined || newer === undefined || isMarker(services, older) || isMarker(services, newer)) return;
  const title = vscode.l10n.t(
    '{0} ({1} ↔ {2})',
    baseName(newer.object.key),
    formatMoment(older.version.modifiedAtMs),
    formatMoment(newer.version.modifiedAtMs),
  );
  await vscode.commands.executeCommand('vscode.diff', uriOf(older), uriOf(newer), title);
  return;
}

async function pickTwo(services: CommandServices, node: TreeNode | undefined) {
  const first = await chosenVersion(services, node, vscode.l10n.t('First version to compare'));
  if (first === undefined || !first.ok) return first;
  const versions = await versionsOf(services.engine, first.value.object);
  if (!versions.ok) return versions;
  const others = versions.value.filter(({ versionId }) => versionId !== first.value.version.versionId);
  if (versions.value.length > 0 && others.length === 0) {
    void services.prompts.info(vscode.l10n.t('There is one version only, and none to compare it with.'));
    return undefined;
  }
  const other = await pickVersion(services, others, vscode.l10n.t('Version to compare it with'));
  return other === undefined ? undefined : [first.value, { object: first.value.object, version: other }];
}

/** Opens a version beside a file of this machine. */
export async function compareWithFile(services: CommandServices, node: TreeNode | undefined): Promise<CommandOutcome> {
  const chosen = await chosenVersion(services, node, vscode.l10n.t('Version to compare with a file'));
  if (chosen === undefined || !chosen.ok) return chosen;
  if (isMarker(services, chosen.value)) return;
  const files = await services.prompts.openFiles({ canSelectMany: false, openLabel: vscode.l10n.t('Compare') });
  const [file] = files ?? [];
  if (file === undefined) return;
  const title = vscode.l10n.t(
    '{0} ({1} ↔ file)',
    baseName(chosen.value.object.key),
    formatMoment(chosen.value.version.modifiedAtMs),
  );
  await vscode.commands.executeCommand('vscode.diff', uriOf(chosen.value), file, title);
  return;
}

/** Makes an old version the current one, by a copy inside the service. What is current now stays as a version. */
export async function restoreVersion(services: CommandServices, node: TreeNode | undefined): Promise<CommandOutcome> {
  const chosen = await chosenVersion(services, node, vscode.l10n.t('Version to restore'));
  if (chosen === undefined || !chosen.ok) return chosen;
  if (isMarker(services, chosen.value)) return;
  const { engine, prompts, changes } = services;
  const { object, version } = chosen.value;
  if (version.isLatest) {
    void prompts.info(vscode.l10n.t('This version is the current one already.'));
    return;
  }
  const head = await engine.send('objects/head', object);
  if (!head.ok && head.error.kind !== 'notFound') return head;
  const button = vscode.l10n.t('Restore');
  const question = vscode.l10n.t('Restore "{0}" as it was on {1}?', object.key, formatMoment(version.modifiedAtMs));
  const detail = vscode.l10n.t(
    'The version is copied over inside the service, with its headers, metadata, tags and the lock that it is under. What is there now stays as a version.',
  );
  if ((await prompts.confirm(question, detail, button)) !== button) return;
  const condition = head.ok ? ({ kind: 'ifMatch', etag: head.value.etag } as const) : ({ kind: 'ifAbsent' } as const);
  const restored = await engine.send('versions/restore', {
    ...object,
    versionId: version.versionId,
    condition,
    lock: 'keep',
  });
  if (!restored.ok) return restored;
  fireObjects(changes, [object]);
  void prompts.info(vscode.l10n.t('Restored "{0}" as it was on {1}.', object.key, formatMoment(version.modifiedAtMs)));
  return;
}

/** Permanently deletes one version, or a delete marker. */
export async function deleteVersion(services: CommandServices, node: TreeNode | undefined): Promise<CommandOutcome> {
  const chosen = await chosenVersion(services, node, vscode.l10n.t('Version to delete permanently'));
  if (chosen === undefined || !chosen.ok) return chosen;
  const { engine, prompts, changes } = services;
  const { object, version } = chosen.value;
  const isDeleteMarker = version.kind === 'deleteMarker';
  const button = isDeleteMarker ? vscode.l10n.t('Remove Delete Marker') : vscode.l10n.t('Delete Permanently');
  const question = isDeleteMarker
    ? vscode.l10n.t('Remove the delete marker of {0} from "{1}"?', formatMoment(version.modifiedAtMs), object.key)
    : vscode.l10n.t('Permanently delete the version of {0} of "{1}"?', formatMoment(version.modifiedAtMs), object.key);
  const detail = isDeleteMarker
    ? vscode.l10n.t('If it is the newest, the version before it becomes the object again.')
    : vscode.l10n.t('This cannot be undone: the bytes of this version are gone.');
  if ((await prompts.confirm(question, detail, button)) !== button) return;
  const params = { ...object, versionId: version.versionId };
  let deleted = await engine.send('versions/delete', { ...params, bypassGovernance: false });
  if (!deleted.ok && deleted.error.kind === 'held' && (await mayBypass(services, params))) {
    const bypass = vscode.l10n.t('Bypass GOVERNANCE');
    const locked = vscode.l10n.t('The version is locked in GOVERNANCE mode. Delete it all the same?');
    if ((await prompts.confirm(locked, detail, bypass)) !== bypass) return;
    deleted = await engine.send('versions/delete', { ...params, bypassGovernance: true });
  }
  if (deleted.ok && !isDeleteMarker) services.deletes.last = { kind: 'permanent' };
  fireObjects(changes, [object]);
  return deleted;
}

async function mayBypass(
  { engine }: CommandServices,
  version: ObjectTarget & { readonly versionId: string },
): Promise<boolean> {
  const protection = await engine.send('protection/get', version);
  if (!protection.ok || protection.value.kind !== 'objectLock') return false;
  return protection.value.mode === 'GOVERNANCE' && !protection.value.hasLegalHold;
}

/** Brings a deleted object back by removing its delete markers. */
export async function undelete(services: CommandServices, node: TreeNode | undefined): Promise<CommandOutcome> {
  const object = await chosenObject(services, node);
  if (object === undefined || !object.ok) return object;
  const { connectionId, bucket, key } = object.value;
  const answer = await services.engine.send('versions/undelete', { connectionId, bucket, key });
  if (!answer.ok) return answer;
  if (answer.value.removedMarkers === 0) {
    void services.prompts.info(vscode.l10n.t('"{0}" is not deleted, so there is nothing to bring back.', key));
    return;
  }
  fireObjects(services.changes, [object.value], 'created');
  void services.prompts.info(vscode.l10n.t('"{0}" is there again.', key));
  return;
}

/** Shows what an object was at a moment that is typed or picked. */
export async function timeMachine(services: CommandServices, object: ObjectTarget): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const versions = await versionsOf(engine, object);
  if (!versions.ok) return versions;
  const oldest = versions.value.at(-1);
  if (oldest === undefined) {
    void prompts.info(vscode.l10n.t('There is no version of this object: "{0}"', object.key));
    return;
  }
  const typed = await prompts.input({
    title: vscode.l10n.t('"{0}" at a Moment', object.key),
    prompt: vscode.l10n.t(
      'Date and time in the time of this machine, such as 2026-01-31 14:30; versions since {0}',
      formatMoment(oldest.modifiedAtMs),
    ),
    value: localMoment(Date.now()),
    validateInput: (text) =>
      readLocalMoment(text) === undefined
        ? vscode.l10n.t('Enter a date and time such as 2026-01-31 14:30.')
        : undefined,
  });
  const momentMs = readLocalMoment(typed);
  if (momentMs === undefined) return;
  const then = versions.value.find(({ modifiedAtMs }) => modifiedAtMs <= momentMs);
  if (then === undefined) {
    void prompts.info(
      vscode.l10n.t(
        '"{0}" did not exist then; its oldest version is of {1}.',
        object.key,
        formatMoment(oldest.modifiedAtMs),
      ),
    );
    return;
  }
  if (then.kind === 'deleteMarker') {
    void prompts.info(vscode.l10n.t('"{0}" was deleted then, since {1}.', object.key, formatMoment(then.modifiedAtMs)));
    return;
  }
  const chosen = { object, version: then };
  await vscode.commands.executeCommand('vscode.open', uriOf(chosen), { preview: true });
  const compare = vscode.l10n.t('Compare with Now');
  const text = vscode.l10n.t('This is "{0}" as it was from {1} on.', object.key, formatMoment(then.modifiedAtMs));
  if ((await prompts.info(text, compare)) !== compare) return;
  const now = vscode.Uri.from(objectUri(object.connectionId, object.bucket, object.key));
  await vscode.commands.executeCommand(
    'vscode.diff',
    uriOf(chosen),
    now,
    vscode.l10n.t('{0} (then ↔ now)', baseName(object.key)),
  );
  return;
}

/** Copies the id of a version. */
export async function copyVersionId(services: CommandServices, node: TreeNode | undefined): Promise<CommandOutcome> {
  const chosen = await chosenVersion(services, node, vscode.l10n.t('Version whose id to copy'));
  if (chosen === undefined || !chosen.ok) return chosen;
  await vscode.env.clipboard.writeText(chosen.value.version.versionId);
  return;
}

function isMarker({ prompts }: CommandServices, { version }: ChosenVersion): boolean {
  if (version.kind !== 'deleteMarker') return false;
  void prompts.info(
    vscode.l10n.t(
      'A delete marker has no content: it says that the object was deleted on {0}.',
      formatMoment(version.modifiedAtMs),
    ),
  );
  return true;
}

function uriOf({ object, version }: { readonly object: ObjectTarget; readonly version: ObjectVersion }): vscode.Uri {
  return vscode.Uri.from(objectUri(object.connectionId, object.bucket, object.key, version.versionId));
}

/** A moment as a person types it, in the time of this machine. */
export function localMoment(ms: number): string {
  const date = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 16).replace('T', ' ');
}

/** Reads what `localMoment` writes; seconds may follow, and the time may be left out. */
export function readLocalMoment(text: string | undefined): number | undefined {
  const match = /^\s*(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?\s*$/.exec(text ?? '');
  if (match === null) return undefined;
  const ms = Date.parse(`${match[1] ?? ''}T${match[2] ?? '00:00'}`);
  return Number.isNaN(ms) ? undefined : ms;
}
