import * as vscode from '../ui/vscode';
import { isRetentionDays, maxRetentionDays, policyNameProblem, type BackupPolicy } from '../../model/backup';
import type { CommandOutcome, CommandServices } from '../command/command';
import type { BucketTarget } from '../command/targets';
import { openConfiguration } from '../configuration/openDocuments';
import { bucketText, policyText } from './backupTexts';

/** Lists the backup policies of a bucket, to look at one or to create another. */
export async function showPolicies(services: CommandServices, target: BucketTarget): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const { connectionId, bucket } = target;
  const listed = await engine.send('backups/listPolicies', { connectionId, bucket });
  if (!listed.ok) return listed;
  const items: readonly (vscode.QuickPickItem & { readonly policy?: BackupPolicy })[] = [
    ...listed.value.map((policy) => ({
      label: policy.name,
      description: policyText(policy, vscode.l10n.t),
      detail: vscode.l10n.t('into the vault "{0}"', bucketText(policy.vaultCrn)),
      policy,
    })),
    { icon: 'add', label: vscode.l10n.t('Create Backup Policy…') },
  ];
  const chosen = await prompts.pick(items, { placeHolder: vscode.l10n.t('Backup policy of "{0}"', bucket) });
  if (chosen === undefined) return;
  return chosen.policy === undefined
    ? await createPolicy(services, target)
    : await showPolicy(services, target, chosen.policy);
}

/** Asks for vault, name and days, and starts to back a bucket up. */
export async function createPolicy(
  services: CommandServices,
  { connectionId, bucket }: BucketTarget,
): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const vaults = await engine.send('backups/listVaults', { connectionId });
  if (!vaults.ok) return vaults;
  const title = vscode.l10n.t('Back up "{0}"', bucket);
  if (vaults.value.length === 0) {
    const create = vscode.l10n.t('Create Backup Vault…');
    const answer = await prompts.info(vscode.l10n.t('There is no backup vault to back up into yet.'), create);
    if (answer === create) await vscode.commands.executeCommand('ibmcos.backup.createVault');
    return;
  }
  const items = vaults.value.map((vault) => ({ label: vault.name, description: vault.region ?? '', vault }));
  const chosen = await prompts.pick(items, { title, placeHolder: vscode.l10n.t('Vault to back up into') });
  if (chosen === undefined) return;
  const name = await prompts.input({
    title,
    prompt: vscode.l10n.t('Name of the policy'),
    value: 'continuous',
    validateInput: (text) =>
      policyNameProblem(text) === undefined
        ? undefined
        : vscode.l10n.t('Use letters, digits, "_", "-" and "."; a policy needs a name.'),
  });
  if (name === undefined) return;
  const days = await prompts.input({
    title,
    prompt: vscode.l10n.t('Days that every state of the bucket is kept'),
    value: '30',
    validateInput: (text) =>
      /^\d+$/.test(text) && isRetentionDays(Number(text))
        ? undefined
        : vscode.l10n.t('Enter a whole number of days, 1 to {0}.', maxRetentionDays),
  });
  if (days === undefined) return;
  const params = { connectionId, bucket, name, vaultCrn: chosen.vault.crn, deleteAfterDays: Number(days) };
  const created = await engine.send('backups/createPolicy', params);
  services.view.refreshBackups(connectionId, bucket);
  if (created.ok) void prompts.info(vscode.l10n.t('"{0}" is being backed up into "{1}".', bucket, chosen.vault.name));
  return created;
}

async function showPolicy(
  services: CommandServices,
  { connectionId, bucket }: BucketTarget,
  policy: BackupPolicy,
): Promise<CommandOutcome> {
  const { prompts } = services;
  const items = [
    { label: vscode.l10n.t('Open as a Document'), act: 'open' },
    { label: vscode.l10n.t('Delete Backup Policy…'), act: 'delete' },
  ] as const;
  const placeHolder = `${policy.name}: ${policyText(policy, vscode.l10n.t)}`;
  const chosen = await prompts.pick(items, { placeHolder });
  if (chosen === undefined) return;
  return await (chosen.act === 'open' ? openPolicy : deletePolicy)(services, { connectionId, bucket }, policy);
}

/** Opens a policy as a document. */
export async function openPolicy(
  services: CommandServices,
  { connectionId, bucket }: BucketTarget,
  policy: BackupPolicy,
): Promise<CommandOutcome> {
  const resource = { kind: 'policy', bucket, policyId: policy.id, name: policy.name } as const;
  return await openConfiguration(services, { kind: 'backup', connectionId, resource });
}

/** Asks, and ends a backup. */
export async function deletePolicy(
  { engine, prompts, view }: CommandServices,
  { connectionId, bucket }: BucketTarget,
  policy: BackupPolicy,
): Promise<CommandOutcome> {
  const button = vscode.l10n.t('Delete Backup Policy');
  const question = vscode.l10n.t('Stop backing up "{0}" by the policy "{1}"?', bucket, policy.name);
  const detail = vscode.l10n.t('What is in the vault stays until its time is over. A new policy begins a new backup.');
  if ((await prompts.confirm(question, detail, button)) !== button) return;
  const deleted = await engine.send('backups/deletePolicy', { connectionId, bucket, policyId: policy.id });
  view.refreshBackups(connectionId, bucket);
  return deleted;
}
