import { plain } from '../ui/gate/plain';
import { nameOfCrn } from '../../model/backup';
import { bucketText, keptText, policyText, rangeText, restoreText } from '../backups/backupTexts';
import { formatBytes } from '../ui/format';
import { cause } from '../ui/messages';
import type { Translate } from '../ui/translate';
import type { BackupParentNode, PolicyNode, RestoreNode, VaultNode } from '../nodes/treeNode';

interface BackupTexts {
  readonly label: string;
  readonly description?: string;
  readonly icon: string;
  readonly collapsible: 'none' | 'collapsed' | 'expanded';
  readonly accessibilityLabel: string;
  readonly tooltip?: string;
  readonly command?: { readonly id: string; readonly title: string };
}

/** How a node of backups looks: vaults, the backups in them, their restores, and the policies of a bucket. */
export function presentBackup(node: BackupParentNode | RestoreNode | PolicyNode, t: Translate) {
  const writability = node.connection.isReadOnly === true ? 'readOnly' : 'writable';
  return { ...textsOf(node, t), context: [node.kind, writability] } as const;
}

function textsOf(node: BackupParentNode | RestoreNode | PolicyNode, t: Translate): BackupTexts {
  switch (node.kind) {
    case 'vaults':
      return {
        label: t('Backup vaults'),
        icon: 'archive',
        collapsible: 'collapsed',
        accessibilityLabel: t('Backup vaults of the connection {0}', node.connection.name),
      };
    case 'vault':
      return vaultTexts(node, t);
    case 'range': {
      const label = bucketText(node.range.sourceCrn);
      const description = rangeText(node.range, t);
      return {
        label,
        description,
        icon: 'history',
        collapsible: 'collapsed',
        accessibilityLabel: t('Backup of the bucket {0}, {1}', label, description),
        tooltip: `${plain(description)}\n${plain(keptText(node.range, t))}`,
      };
    }
    case 'restore':
      return restoreTexts(node, t);
    case 'policies':
      return {
        label: t('Backup policies'),
        icon: 'shield',
        collapsible: 'expanded',
        accessibilityLabel: t('Backup policies of the bucket {0}', node.parent.bucket.name),
      };
    case 'policy': {
      const { policy } = node;
      const description = t('into {0} · {1}', nameOfCrn(policy.vaultCrn) ?? policy.vaultCrn, policyText(policy, t));
      return {
        label: policy.name,
        description,
        icon: policy.status === 'failed' || policy.status === 'actionNeeded' ? 'warning' : 'sync',
        collapsible: 'none',
        accessibilityLabel: t('Backup policy {0}, {1}', policy.name, description),
        tooltip: keptText(policy, t),
        command: { id: 'ibmcos.backup.openPolicy', title: t('Open as a Document') },
      };
    }
  }
}

function vaultTexts({ vault }: VaultNode, t: Translate): BackupTexts {
  const used = vault.bytesUsed === undefined ? undefined : formatBytes(vault.bytesUsed);
  const description = [vault.region, used].filter((word) => word !== undefined).join(' · ');
  return {
    label: vault.name,
    ...(description === '' ? {} : { description }),
    icon: 'archive',
    collapsible: 'collapsed',
    accessibilityLabel:
      description === '' ? t('Backup vault {0}', vault.name) : t('Backup vault {0}, {1}', vault.name, description),
    ...(vault.unreadable === undefined
      ? {}
      : { tooltip: t('What it holds could not be read: {0}', cause(vault.unreadable, t)) }),
  };
}

function restoreTexts({ restore }: RestoreNode, t: Translate): BackupTexts {
  const label = t('Restore into {0}', bucketText(restore.targetCrn));
  const description = restoreText(restore, t);
  return {
    label,
    description,
    icon: restoreIcon(restore.status),
    collapsible: 'none',
    accessibilityLabel: `${label}, ${description}`,
    tooltip: description,
    command: { id: 'ibmcos.backup.followRestore', title: t('Show Progress') },
  };
}

function restoreIcon(status: RestoreNode['restore']['status']): string {
  switch (status) {
    case 'initializing':
    case 'running':
      return 'sync';
    case 'complete':
      return 'check';
    case 'failed':
      return 'error';
    case 'other':
      return 'question';
  }
}
