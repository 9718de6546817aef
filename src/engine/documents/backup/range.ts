import { isRetentionDays, maxRetentionDays, minRetentionDays, type RecoveryRange } from '../../../model/backup';
import type { BackupResource } from '../../../model/configDocument';
import { backupsOf } from '../../backup/backups';
import { editedFacts, factDate, printedValue, type Facts } from '../facts';
import type { DocumentKind } from '../kind';
import { notAnObject, unknownNames } from '../rules';

/** A recovery range (control-plane §3.6): how long the backup is kept, which can be extended and never shortened. */
export function rangeDocument({ vault, rangeId }: BackupResource & { kind: 'range' }): DocumentKind<unknown> {
  return {
    read: async ({ client }, signal) => await backupsOf(client)['backups/getRange']({ vault, rangeId }, signal),
    // The range moves on by itself.
    isSame: (read, now) => read.id === now.id && read.deleteAfterDays === now.deleteAfterDays,
    print,
    readOnlyReason: ({ deleteAfterDays }) =>
      deleteAfterDays === -1 ? 'This backup is kept without end, which cannot be changed.' : undefined,
    check: (document, range) => {
      const days = document.valueAt(['deleteAfterDays']);
      const problems = [
        ...notAnObject(document),
        ...unknownNames(document, [], ['deleteAfterDays', 'facts']),
        ...editedFacts(document, factsOf(range)),
      ];
      if (days === undefined || days === null || days === range.deleteAfterDays) return problems;
      const { deleteAfterDays } = range;
      const at = (code: string, message: string) =>
        document.problem(['deleteAfterDays'], { severity: 'error', code, message });
      if (typeof days !== 'number' || !isRetentionDays(days)) {
        return [
          ...problems,
          at('retentionDays', `A backup is kept for ${minRetentionDays} to ${maxRetentionDays} whole days.`),
        ];
      }
      if (deleteAfterDays !== undefined && days < deleteAfterDays) {
        const message = `The backup is kept for ${deleteAfterDays} days already; that can be extended and never shortened.`;
        return [...problems, at('retentionNotLater', message)];
      }
      return problems;
    },
    plan: (document, range) => {
      const days = document.valueAt(['deleteAfterDays']);
      if (typeof days !== 'number' || days === range.deleteAfterDays) return [];
      return [
        {
          id: 'range',
          operation: 'UpdateRecoveryRange',
          sentence: `Keep what is in the backup for ${days} days instead of ${range.deleteAfterDays ?? 'an unknown time'}.`,
          irreversible: `The backup in the vault '${vault}' cannot be made to end earlier than after ${days} days again.`,
          run: async ({ client }, signal) => {
            const change = { vault, rangeId, deleteAfterDays: days };
            await backupsOf(client)['backups/extendRange'](change, signal);
          },
        },
      ];
    },
  } satisfies DocumentKind<RecoveryRange>;
}

function print(range: RecoveryRange): string {
  return `{
  // Days that every state of the bucket is kept. Can be extended, never shortened.
  "deleteAfterDays": ${range.deleteAfterDays ?? 'null'},
  "facts": ${printedValue(factsOf(range))}
}
`;
}

function factsOf(range: RecoveryRange): Facts {
  return {
    id: range.id,
    bucket: range.sourceCrn,
    policy: range.policyName,
    from: factDate(range.startMs),
    to: factDate(range.endMs),
    created: factDate(range.createdAtMs),
  };
}
