import type { CommandTable } from './command';

/** Commands on backups. */
export const backupCommands = {
  'ibmcos.backup.policies': {
    target: 'bucket',
    run: async (services, bucket) => (await import('../backups/policies')).showPolicies(services, bucket),
  },
  'ibmcos.backup.vaults': {
    target: 'connection',
    run: async (services, { connectionId }) => (await import('../backups/vaults')).showVaults(services, connectionId),
  },
  'ibmcos.backup.createVault': {
    target: 'connection',
    run: async (services, { connectionId }) => (await import('../backups/vaults')).createVault(services, connectionId),
  },
} satisfies CommandTable;
