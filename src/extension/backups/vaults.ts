import * as vscode from '../ui/vscode';
import {
  isRetentionDays,
  maxRetentionDays,
  minRetentionDays,
  vaultNameProblem,
  type RecoveryRange,
} from '../../model/backup';
import type { BackupResource } from '../../model/configDocument';
import type { ConnectionId } from '../../model/ids';
import type { ListedVault } from '../../protocol/backups';
import { askRootKey } from '../buckets/askRootKey';
import { bucketNameSentence } from '../buckets/bucketNameSentence';
import type { CommandOutcome, CommandServices } from '../command/command';
import { openConfiguration } from '../configuration/openDocuments';
import { formatBytes } from '../ui/format';
import { bucketText, keptText, rangeText, restoreText } from './backupTexts';
import { followRestore, startRestore, type VaultRef } from './restores';

type VaultPick = vscode.QuickPickItem & { readonly vault?: ListedVault };

/** Lists the backup vaults of an instance, to look into one or to create another. */
export async function showVaults(services: CommandServices, connectionId: ConnectionId): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const listed = await engine.send('backups/listVaults', { connectionId });
  if (!listed.ok) return listed;
  const items: readonly VaultPick[] = [
    ...listed.value.map((vault) => ({
      label: vault.name,
      description: [vault.region, vault.bytesUsed === undefined ? undefined : formatBytes(vault.bytesUsed)]
        .filter((word) => word !== undefined)
        .join(' · '),
      vault,
    })),
    { icon: 'add', label: vscode.l10n.t('Create Backup Vault…') },
  ];
  const chosen = await prompts.pick(items, { placeHolder: vscode.l10n.t('Backup vault') });
  if (chosen === undefined) return;
  return chosen.vault === undefined
    ? await createVault(services, connectionId)
    : await showVault(services, connectionId, chosen.vault);
}

/** Asks for name, region and root key, and creates a vault. */
export async function createVault(services: CommandServices, connectionId: ConnectionId): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const vault = await prompts.input({
    title: vscode.l10n.t('Create Backup Vault'),
    prompt: vscode.l10n.t('Name of the vault, unlike that of any other vault or bucket of anybody'),
    validateInput: (text) => (vaultNameProblem(text) === undefined ? undefined : bucketNameSentence(text)),
  });
  if (vault === undefined) return;
  const region = await prompts.input({
    title: vscode.l10n.t('Create Backup Vault'),
    prompt: vscode.l10n.t('Region of the vault; it cannot be changed later'),
    value: 'us-south',
    validateInput: (text) =>
      /^[a-z0-9-]+$/.test(text) ? undefined : vscode.l10n.t('Enter a region such as us-south.'),
  });
  if (region === undefined) return;
  const place = { connectionId, title: vscode.l10n.t('Create Backup Vault: Encryption'), location: undefined };
  const chosen = await askRootKey(services, { ...place, canList: true }, undefined);
  if (chosen === undefined) return;
  const settings = {
    tracksManagementEvents: false,
    hasUsageMetrics: false,
    ...(chosen.rootKey === undefined ? {} : { rootKeyCrn: chosen.rootKey.crn }),
  };
  const created = await engine.send('backups/createVault', { connectionId, vault, region, ...settings });
  services.view.refreshBackups(connectionId);
  if (created.ok) void prompts.info(vscode.l10n.t('Created the backup vault "{0}".', vault));
  return created;
}

type Act =
  | { readonly kind: 'range'; readonly range: RecoveryRange }
  | { readonly kind: 'restore'; readonly restoreId: string }
  | { readonly kind: 'open' | 'delete' };

/** What is in a vault: backups to restore from, restores, its settings. */
async function showVault(
  services: CommandServices,
  connectionId: ConnectionId,
  { name: vault }: ListedVault,
): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const [ranges, restores] = await Promise.all([
    engine.send('backups/listRanges', { connectionId, vault }),
    engine.send('backups/listRestores', { connectionId, vault }),
  ]);
  if (!ranges.ok) return ranges;
  const t = vscode.l10n.t;
  const items: readonly (vscode.QuickPickItem & { readonly act: Act })[] = [
    ...ranges.value.map((range) => ({
      icon: 'history',
      label: bucketText(range.sourceCrn),
      description: rangeText(range, t),
      detail: keptText(range, t),
      act: { kind: 'range', range } as const,
    })),
    ...(restores.ok ? restores.value : []).map((restore) => ({
      icon: 'sync',
      label: t('Restore into {0}', bucketText(restore.targetCrn)),
      description: restoreText(restore, t),
      act: { kind: 'restore', restoreId: restore.id } as const,
    })),
    { icon: 'settings-gear', label: t('Settings of the vault'), act: { kind: 'open' } },
    { icon: 'trash', label: t('Delete Backup Vault…'), act: { kind: 'delete' } },
  ];
  const placeHolder =
    ranges.value.length === 0
      ? t('Nothing is backed up here yet, or first copies are still being made')
      : t('Backup to restore or keep longer, or what to do with the vault');
  const chosen = await prompts.pick(items, { placeHolder });
  switch (chosen?.act.kind) {
    case undefined:
      return;
    case 'range':
      return await showRange(services, connectionId, vault, chosen.act.range);
    case 'restore':
      return await followRestore(services, { connectionId, vault, restoreId: chosen.act.restoreId });
    case 'open':
      return await openConfiguration(services, { kind: 'backup', connectionId, resource: { kind: 'vault', vault } });
    case 'delete':
      return await deleteVault(services, { connectionId, vault });
  }
}

/** Asks, and deletes a vault. */
export async function deleteVault(
  services: CommandServices,
  { connectionId, vault }: VaultRef,
): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const button = vscode.l10n.t('Delete Backup Vault');
  const question = vscode.l10n.t('Delete the backup vault "{0}"?', vault);
  const detail = vscode.l10n.t('This cannot be undone. A vault that still holds backups is refused by the service.');
  if ((await prompts.confirm(question, detail, button)) !== button) return;
  const deleted = await engine.send('backups/deleteVault', { connectionId, vault });
  services.view.refreshBackups(connectionId);
  if (deleted.ok) void prompts.info(vscode.l10n.t('Deleted the backup vault "{0}".', vault));
  return deleted;
}

async function showRange(
  services: CommandServices,
  connectionId: ConnectionId,
  vault: string,
  range: RecoveryRange,
): Promise<CommandOutcome> {
  const items = [
    { label: vscode.l10n.t('Restore a Moment…'), act: 'restore' },
    { label: vscode.l10n.t('Keep Longer…'), description: keptText(range, vscode.l10n.t), act: 'extend' },
    { label: vscode.l10n.t('Open as a Document'), act: 'open' },
  ] as const;
  const placeHolder = vscode.l10n.t(
    'Backup of "{0}", {1}',
    bucketText(range.sourceCrn),
    rangeText(range, vscode.l10n.t),
  );
  const chosen = await services.prompts.pick(items, { placeHolder });
  switch (chosen?.act) {
    case undefined:
      return;
    case 'restore':
      return await startRestore(services, { connectionId, vault }, range);
    case 'extend':
      return await extendRange(services, { connectionId, vault }, range);
    case 'open': {
      const resource = rangeResource(vault, range);
      return await openConfiguration(services, { kind: 'backup', connectionId, resource });
    }
  }
}

/** A backup as the subject of a document, called after the bucket that it is of. */
export function rangeResource(vault: string, { id, sourceCrn }: RecoveryRange): BackupResource {
  return { kind: 'range', vault, rangeId: id, name: bucketText(sourceCrn) };
}

/** Asks how long a backup is to be kept, never shorter than it is. */
export async function extendRange(
  { engine, prompts, view }: CommandServices,
  { connectionId, vault }: VaultRef,
  range: RecoveryRange,
): Promise<CommandOutcome> {
  const least = Math.max(minRetentionDays, (range.deleteAfterDays ?? 0) + 1);
  const typed = await prompts.input({
    title: vscode.l10n.t('Keep the Backup of "{0}" Longer', bucketText(range.sourceCrn)),
    prompt: vscode.l10n.t('Days that every state is kept; it can be extended and never shortened'),
    value: String(least),
    validateInput: (text) =>
      /^\d+$/.test(text) && isRetentionDays(Number(text)) && Number(text) >= least
        ? undefined
        : vscode.l10n.t('Enter a whole number of days, {0} to {1}.', least, maxRetentionDays),
  });
  if (typed === undefined) return;
  const button = vscode.l10n.t('Keep Longer');
  const question = vscode.l10n.t('Keep every state for {0} days?', typed);
  if ((await prompts.confirm(question, vscode.l10n.t('This cannot be made shorter again.'), button)) !== button) return;
  const params = { connectionId, vault, rangeId: range.id, deleteAfterDays: Number(typed) };
  const extended = await engine.send('backups/extendRange', params);
  view.refreshBackups(connectionId);
  if (extended.ok) void prompts.info(keptText(extended.value, vscode.l10n.t));
  return extended;
}
