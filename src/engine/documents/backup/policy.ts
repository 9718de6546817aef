import type { BackupPolicy } from '../../../model/backup';
import type { BackupResource } from '../../../model/configDocument';
import { backupsOf } from '../../backup/backups';
import { editedFacts, type Facts } from '../facts';
import type { DocumentKind } from '../kind';
import { notAnObject, unknownNames } from '../rules';

/** A backup policy (control-plane §3.4). The service has no operation that changes one. */
export function policyDocument({ bucket, policyId }: BackupResource & { kind: 'policy' }): DocumentKind<unknown> {
  return {
    read: async ({ client }, signal) => await backupsOf(client)['backups/getPolicy']({ bucket, policyId }, signal),
    // The first copy goes on while somebody reads.
    isSame: (read, now) => read.id === now.id,
    print: (policy) => `${JSON.stringify({ facts: factsOf(policy) }, undefined, 2)}\n`,
    readOnlyReason: () =>
      'The service cannot change a backup policy. Delete it and create another; the backup that exists is kept as long as its recovery range says.',
    check: (document, policy) => [
      ...notAnObject(document),
      ...unknownNames(document, [], ['facts']),
      ...editedFacts(document, factsOf(policy)),
    ],
    plan: () => [],
  } satisfies DocumentKind<BackupPolicy>;
}

function factsOf(policy: BackupPolicy): Facts {
  return {
    name: policy.name,
    id: policy.id,
    status: policy.status,
    cause: policy.errorCause,
    initialSyncPercent: policy.initialSyncPercent,
    backupVault: policy.vaultCrn,
    deleteAfterDays: policy.deleteAfterDays,
  };
}
