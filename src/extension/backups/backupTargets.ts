import * as vscode from '../ui/vscode';
import type { BackupPolicy, BackupRestore, RecoveryRange } from '../../model/backup';
import type { Result } from '../../model/cosError';
import type { CommandOutcome, CommandServices } from '../command/command';
import { pickBucket, pickConnection } from '../command/pickTarget';
import type { BucketTarget } from '../command/targets';
import { openConfiguration } from '../configuration/openDocuments';
import type { TreeNode } from '../nodes/treeNode';
import { bucketText, policyText, rangeText, restoreText } from './backupTexts';
import { deletePolicy, openPolicy } from './policies';
import { followRestore, startRestore, type VaultRef } from './restores';
import { deleteVault, extendRange, rangeResource } from './vaults';

/** Undefined when the person gave up choosing. */
type Chosen<T> = Result<T> | undefined;
type RangeTarget = VaultRef & { readonly range: RecoveryRange };
type RestoreTarget = VaultRef & { readonly restore: BackupRestore };
type PolicyTarget = BucketTarget & { readonly policy: BackupPolicy };
type Item<T> = vscode.QuickPickItem & { readonly value: T };

/** What can be done with a vault, a backup in it, a restore, or a policy. */
export type BackupAct =
  | 'openVault'
  | 'deleteVault'
  | 'restore'
  | 'extendRange'
  | 'openRange'
  | 'followRestore'
  | 'openPolicy'
  | 'deletePolicy';

/** What a command on a vault, a backup in it, a restore, or a policy does: on a node, or on what is chosen. */
export async function runOnBackup(
  act: BackupAct,
  services: CommandServices,
  node: TreeNode | undefined,
): Promise<CommandOutcome> {
  switch (act) {
    case 'openVault':
      return await onChosen(await chooseVault(services, node), async ({ connectionId, vault }) =>
        openConfiguration(services, { kind: 'backup', connectionId, resource: { kind: 'vault', vault } }),
      );
    case 'deleteVault':
      return await onChosen(await chooseVault(services, node), (vault) => deleteVault(services, vault));
    case 'restore':
      return await onChosen(await chooseRange(services, node), (on) => startRestore(services, on, on.range));
    case 'extendRange':
      return await onChosen(await chooseRange(services, node), (on) => extendRange(services, on, on.range));
    case 'openRange':
      return await onChosen(await chooseRange(services, node), async ({ connectionId, vault, range }) => {
        const resource = rangeResource(vault, range);
        return await openConfiguration(services, { kind: 'backup', connectionId, resource });
      });
    case 'followRestore':
      return await onChosen(await chooseRestore(services, node), ({ restore, ...vault }) =>
        followRestore(services, { ...vault, restoreId: restore.id }),
      );
    case 'openPolicy':
      return await onChosen(await choosePolicy(services, node), (on) => openPolicy(services, on, on.policy));
    case 'deletePolicy':
      return await onChosen(await choosePolicy(services, node), (on) => deletePolicy(services, on, on.policy));
  }
}

async function onChosen<T>(chosen: Chosen<T>, act: (value: T) => Promise<CommandOutcome>): Promise<CommandOutcome> {
  if (chosen === undefined || !chosen.ok) return chosen;
  return await act(chosen.value);
}

async function chooseVault(services: CommandServices, node: TreeNode | undefined): Promise<Chosen<VaultRef>> {
  const given = vaultOf(node);
  if (given !== undefined) return { ok: true, value: given };
  const connectionId =
    node === undefined || !('connection' in node) ? await pickConnection(services) : node.connection.id;
  if (connectionId === undefined) return undefined;
  const listed = await services.engine.send('backups/listVaults', { connectionId });
  const none = vscode.l10n.t('There is no backup vault yet. Create Backup Vault makes one.');
  return await choose(services, listed, { placeHolder: vscode.l10n.t('Backup vault'), none }, (vault) => ({
    label: vault.name,
    description: vault.region ?? '',
    value: { connectionId, vault: vault.name },
  }));
}

async function chooseRange(services: CommandServices, node: TreeNode | undefined): Promise<Chosen<RangeTarget>> {
  const vault = await chooseVault(services, node);
  if (vault === undefined || !vault.ok) return vault;
  if (node?.kind === 'range') return { ok: true, value: { ...vault.value, range: node.range } };
  const listed = await services.engine.send('backups/listRanges', vault.value);
  const none = vscode.l10n.t(
    'Nothing is backed up in the vault "{0}" yet, or first copies are still being made.',
    vault.value.vault,
  );
  return await choose(services, listed, { placeHolder: vscode.l10n.t('Backup of a bucket'), none }, (range) => ({
    label: bucketText(range.sourceCrn),
    description: rangeText(range, vscode.l10n.t),
    value: { ...vault.value, range },
  }));
}

async function chooseRestore(services: CommandServices, node: TreeNode | undefined): Promise<Chosen<RestoreTarget>> {
  const vault = await chooseVault(services, node);
  if (vault === undefined || !vault.ok) return vault;
  if (node?.kind === 'restore') return { ok: true, value: { ...vault.value, restore: node.restore } };
  const listed = await services.engine.send('backups/listRestores', vault.value);
  const none = vscode.l10n.t('Nothing was restored from the vault "{0}" yet.', vault.value.vault);
  return await choose(services, listed, { placeHolder: vscode.l10n.t('Restore'), none }, (restore) => ({
    label: vscode.l10n.t('Restore into {0}', bucketText(restore.targetCrn)),
    description: restoreText(restore, vscode.l10n.t),
    value: { ...vault.value, restore },
  }));
}

async function choosePolicy(services: CommandServices, node: TreeNode | undefined): Promise<Chosen<PolicyTarget>> {
  if (node?.kind === 'policy') {
    const { connection, parent, policy } = node;
    return { ok: true, value: { connectionId: connection.id, bucket: parent.parent.bucket.name, policy } };
  }
  const connectionId = await pickConnection(services);
  if (connectionId === undefined) return undefined;
  const bucket = await pickBucket(services, connectionId);
  if (bucket === undefined || !bucket.ok) return bucket;
  const target = { connectionId, bucket: bucket.value };
  const listed = await services.engine.send('backups/listPolicies', target);
  const placeHolder = vscode.l10n.t('Backup policy of "{0}"', target.bucket);
  const none = vscode.l10n.t('The bucket "{0}" is not backed up. Create Backup Policy begins that.', target.bucket);
  return await choose(services, listed, { placeHolder, none }, (policy) => ({
    label: policy.name,
    description: policyText(policy, vscode.l10n.t),
    value: { ...target, policy },
  }));
}

/** One of what was listed; says so when there is nothing. */
async function choose<F, T>(
  { prompts }: CommandServices,
  listed: Result<readonly F[]>,
  { placeHolder, none }: { readonly placeHolder: string; readonly none: string },
  toItem: (found: F) => Item<T>,
): Promise<Chosen<T>> {
  if (!listed.ok) return listed;
  if (listed.value.length === 0) {
    void prompts.info(none);
    return undefined;
  }
  const chosen = await prompts.pick(listed.value.map(toItem), { placeHolder });
  return chosen === undefined ? undefined : { ok: true, value: chosen.value };
}

function vaultOf(node: TreeNode | undefined): VaultRef | undefined {
  switch (node?.kind) {
    case 'vault':
      return { connectionId: node.connection.id, vault: node.vault.name };
    case 'range':
    case 'restore':
      return vaultOf(node.parent);
    default:
      return undefined;
  }
}
