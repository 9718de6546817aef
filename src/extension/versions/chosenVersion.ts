import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import type { ObjectVersion } from '../../model/objectVersion';
import type { CommandServices } from '../command/command';
import { pickTarget } from '../command/pickTarget';
import type { ObjectTarget } from '../command/targets';
import { versionsOf } from './versionListing';
import type { TreeNode } from '../nodes/treeNode';
import { formatBytes, formatMoment } from '../ui/format';

/** A version of an object, with the object. */
export interface ChosenVersion {
  readonly object: ObjectTarget;
  readonly version: ObjectVersion;
}

/** The version that a node stands for, or one that a person picks of the object that it stands for. */
export async function chosenVersion(
  services: CommandServices,
  node: TreeNode | undefined,
  placeHolder: string,
): Promise<Result<ChosenVersion> | undefined> {
  if (node?.kind === 'version') return { ok: true, value: versionOfNode(node) };
  const object = await chosenObject(services, node);
  if (object === undefined || !object.ok) return object;
  const versions = await versionsOf(services.engine, object.value);
  if (!versions.ok) return versions;
  const version = await pickVersion(services, versions.value, placeHolder);
  return version === undefined ? undefined : { ok: true, value: { object: object.value, version } };
}

/** The version of a node, with its object. */
export function versionOfNode(node: TreeNode & { readonly kind: 'version' }): ChosenVersion {
  const { connection, bucket, version } = node;
  return { object: { connectionId: connection.id, bucket: bucket.name, key: version.key }, version };
}

/** The object that a node stands for, or one that a person names. */
export async function chosenObject(
  services: CommandServices,
  node: TreeNode | undefined,
): Promise<Result<ObjectTarget> | undefined> {
  if (node?.kind === 'object' || node?.kind === 'deleted') {
    const key = node.kind === 'object' ? node.object.key : node.key;
    return { ok: true, value: { connectionId: node.connection.id, bucket: node.bucket.name, key } };
  }
  return (await pickTarget('object', services)) as Result<ObjectTarget> | undefined;
}

/** Lets a person pick one of an object's versions, newest first. */
export async function pickVersion(
  { prompts }: CommandServices,
  versions: readonly ObjectVersion[],
  placeHolder: string,
): Promise<ObjectVersion | undefined> {
  if (versions.length === 0) {
    void prompts.info(
      vscode.l10n.t('There is no version of this object: its key is another, or it was deleted with all of them.'),
    );
    return undefined;
  }
  const items = versions.map((version) => ({
    label: formatMoment(version.modifiedAtMs),
    description: [
      ...(version.isLatest ? [vscode.l10n.t('current')] : []),
      version.kind === 'deleteMarker' ? vscode.l10n.t('deleted') : formatBytes(version.sizeBytes),
    ].join(' · '),
    detail: version.versionId,
    version,
  }));
  return (await prompts.pick(items, { placeHolder, matchOnDetail: true }))?.version;
}
