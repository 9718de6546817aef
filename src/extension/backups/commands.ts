import { objectKey } from '../../model/ids';
import type { BackupAct } from './backupTargets';
import type { TreeNode } from '../nodes/treeNode';
import type { CommandOutcome, CommandServices, CommandTable } from '../command/command';
import type { BucketTarget } from '../command/targets';

/** Commands on backups. */
export const backupCommands = {
  'ibmcos.backup.policies': {
    target: 'bucket',
    effect: 'reads',
    run: async (services, bucket) => (await import('./policies')).showPolicies(services, bucket),
  },
  'ibmcos.backup.showPolicies': { target: 'bucket', effect: 'reads', run: togglePolicies },
  'ibmcos.backup.createPolicy': {
    target: 'bucket',
    effect: 'writes',
    run: async (services, bucket) => (await import('./policies')).createPolicy(services, bucket),
  },
  'ibmcos.backup.openPolicy': { target: 'anyNode', effect: 'reads', run: runs('openPolicy') },
  'ibmcos.backup.deletePolicy': { target: 'anyNode', effect: 'writes', run: runs('deletePolicy') },
  'ibmcos.backup.vaults': {
    target: 'connection',
    effect: 'reads',
    run: async (services, { connectionId }) => (await import('./vaults')).showVaults(services, connectionId),
  },
  'ibmcos.backup.createVault': {
    target: 'connection',
    effect: 'writes',
    run: async (services, { connectionId }) => (await import('./vaults')).createVault(services, connectionId),
  },
  'ibmcos.backup.openVault': { target: 'anyNode', effect: 'reads', run: runs('openVault') },
  'ibmcos.backup.deleteVault': { target: 'anyNode', effect: 'writes', run: runs('deleteVault') },
  'ibmcos.backup.restore': { target: 'anyNode', effect: 'writes', run: runs('restore') },
  'ibmcos.backup.extendRange': { target: 'anyNode', effect: 'writes', run: runs('extendRange') },
  'ibmcos.backup.openRange': { target: 'anyNode', effect: 'reads', run: runs('openRange') },
  'ibmcos.backup.followRestore': { target: 'anyNode', effect: 'reads', run: runs('followRestore') },
} satisfies CommandTable;

function runs(act: BackupAct) {
  return async (services: CommandServices, node: TreeNode | undefined): Promise<CommandOutcome> =>
    (await import('./backupTargets')).runOnBackup(act, services, node);
}

/** Shows the policies of a bucket in the tree, where they are listed each time that they are opened; or no longer. */
async function togglePolicies({ view }: CommandServices, target: BucketTarget): Promise<CommandOutcome> {
  if (!view.togglePolicies(target)) return;
  return await view.reveal({ ...target, key: objectKey('') });
}
