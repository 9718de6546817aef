import type { BackupVault } from '../../../model/backup';
import type { BackupResource } from '../../../model/configDocument';
import { backupsOf } from '../../backup/backups';
import { editedFacts, factDate, printedValue, type Facts } from '../facts';
import type { DocumentKind, PlannedStep } from '../kind';
import type { ParsedDocument } from '../parse';
import { notABoolean, notAnObject, unknownNames } from '../rules';

/** What of a vault can be changed, by the name in the document, and the member of the vault. */
const settings = {
  activityTracking: 'tracksManagementEvents',
  usageMetrics: 'hasUsageMetrics',
} as const satisfies Readonly<Record<string, keyof BackupVault>>;

/** A backup vault (control-plane §3.5): activity tracking of management events, and usage metrics. */
export function vaultDocument({ vault: name }: BackupResource & { kind: 'vault' }): DocumentKind<unknown> {
  return {
    read: async ({ client }, signal) => await backupsOf(client)['backups/getVault']({ vault: name }, signal),
    // Backups go on while somebody edits.
    isSame: (read, now) =>
      read.tracksManagementEvents === now.tracksManagementEvents && read.hasUsageMetrics === now.hasUsageMetrics,
    print,
    check: (document, vault) => [
      ...notAnObject(document),
      ...unknownNames(document, [], [...Object.keys(settings), 'facts']),
      ...Object.keys(settings).flatMap((setting) => notABoolean(document, [setting])),
      ...editedFacts(document, factsOf(vault)),
    ],
    plan: (document, vault) => {
      const tracking = changeOf(document, 'activityTracking', vault);
      const metrics = changeOf(document, 'usageMetrics', vault);
      if (tracking === undefined && metrics === undefined) return [];
      const sentences = [
        ...(tracking === undefined ? [] : [`${onOrOff(tracking)} activity tracking of management events`]),
        ...(metrics === undefined ? [] : [`${onOrOff(metrics)} usage metrics`]),
      ];
      const step: PlannedStep = {
        id: 'vault',
        operation: 'UpdateBackupVault',
        sentence: `${sentences.join(' and ')} of the backup vault '${name}'.`,
        run: async ({ client }, signal) => {
          const change = {
            vault: name,
            ...(tracking === undefined ? {} : { tracksManagementEvents: tracking }),
            ...(metrics === undefined ? {} : { hasUsageMetrics: metrics }),
          };
          await backupsOf(client)['backups/updateVault'](change, signal);
        },
      };
      return [step];
    },
  } satisfies DocumentKind<BackupVault>;
}

function print(vault: BackupVault): string {
  return `{
  // Whether management events of the vault go to Activity Tracker.
  "activityTracking": ${vault.tracksManagementEvents === true},
  // Whether usage goes to IBM Cloud Monitoring.
  "usageMetrics": ${vault.hasUsageMetrics === true},
  "facts": ${printedValue(factsOf(vault))}
}
`;
}

function factsOf(vault: BackupVault): Facts {
  return {
    name: vault.name,
    region: vault.region,
    crn: vault.crn,
    created: factDate(vault.createdAtMs),
    bytesUsed: vault.bytesUsed,
    rootKey: vault.rootKeyCrn,
  };
}

/** What a setting is to become; undefined where it stays, as it does when it is not in the document. */
function changeOf(document: ParsedDocument, name: keyof typeof settings, vault: BackupVault): boolean | undefined {
  const wanted = document.valueAt([name]);
  return typeof wanted !== 'boolean' || wanted === (vault[settings[name]] === true) ? undefined : wanted;
}

function onOrOff(isOn: boolean): string {
  return isOn ? 'Switch on' : 'Switch off';
}
