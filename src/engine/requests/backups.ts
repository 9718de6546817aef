import type { BackupRequests } from '../../protocol/backups';
import { backupsOf } from '../backup/backups';
import type { EngineHandlers } from '../engine';
import type { ClientFor } from './buckets';

const methods = [
  'backups/listPolicies',
  'backups/getPolicy',
  'backups/createPolicy',
  'backups/deletePolicy',
  'backups/listVaults',
  'backups/getVault',
  'backups/createVault',
  'backups/updateVault',
  'backups/deleteVault',
  'backups/listRanges',
  'backups/getRange',
  'backups/extendRange',
  'backups/startRestore',
  'backups/listRestores',
  'backups/getRestore',
] as const satisfies readonly (keyof BackupRequests)[];

/** Requests about backups: each goes to the operation of its name. */
export function createBackupHandlers(clientFor: ClientFor): Pick<EngineHandlers, keyof BackupRequests> {
  const handler =
    <M extends keyof BackupRequests>(method: M) =>
    async ({ connectionId, ...params }: BackupRequests[M]['params'], signal: AbortSignal) => {
      const client = await clientFor(connectionId, signal);
      return await backupsOf(client)[method](params, signal);
    };
  return Object.fromEntries(methods.map((method) => [method, handler(method)])) as Pick<
    EngineHandlers,
    keyof BackupRequests
  >;
}
