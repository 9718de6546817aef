import type { CancellationToken } from 'vscode';
import type { Connection } from '../../model/connection';
import type { CosError, Result } from '../../model/cosError';
import type { EngineClient } from '../services';
import { signInActions } from './signInActions';
import type {
  BackupParentNode,
  BucketNode,
  ConnectionNode,
  NodeAction,
  NodeState,
  PoliciesNode,
  TreeNode,
  VaultsNode,
} from '../nodes/treeNode';

/** Whether a connection can have backup vaults: they belong to a service instance and are reached through IAM. */
export function canHaveVaults(connection: Connection): boolean {
  return connection.kind === 'iam' && connection.serviceInstanceId !== '';
}

/** The node above the vaults of a connection. */
export function vaultsOf(parent: ConnectionNode): VaultsNode {
  return { kind: 'vaults', connection: parent.connection, parent };
}

/** The node above the backup policies of a bucket. */
export function policiesOf(parent: BucketNode): PoliciesNode {
  return { kind: 'policies', connection: parent.connection, parent };
}

/** The children of a node of backups, listed now. Nothing of them is listed before somebody expands the node. */
export async function backupChildren(
  parent: BackupParentNode,
  engine: Pick<EngineClient, 'send'>,
  token: CancellationToken,
): Promise<readonly TreeNode[]> {
  const { connection } = parent;
  const connectionId = connection.id;
  switch (parent.kind) {
    case 'vaults':
      return childrenOf(
        parent,
        await engine.send('backups/listVaults', { connectionId }, token),
        (vault) => ({ kind: 'vault', connection, parent, vault }),
        'noVaults',
      );
    case 'vault':
      return childrenOf(
        parent,
        await engine.send('backups/listRanges', { connectionId, vault: parent.vault.name }, token),
        (range) => ({ kind: 'range', connection, parent, range }),
        'noRanges',
      );
    case 'range': {
      const vault = parent.parent.vault.name;
      const listed = await engine.send('backups/listRestores', { connectionId, vault }, token);
      const own = listed.ok
        ? { ok: true as const, value: listed.value.filter(({ rangeId }) => rangeId === parent.range.id) }
        : listed;
      return childrenOf(parent, own, (restore) => ({ kind: 'restore', connection, parent, restore }), 'noRestores');
    }
    case 'policies': {
      const bucket = parent.parent.bucket.name;
      return childrenOf(
        parent,
        await engine.send('backups/listPolicies', { connectionId, bucket }, token),
        (policy) => ({ kind: 'policy', connection, parent, policy }),
        'noPolicies',
      );
    }
  }
}

function childrenOf<T>(
  parent: BackupParentNode,
  listed: Result<readonly T[]>,
  toNode: (one: T) => TreeNode,
  none: Extract<NodeState['kind'], 'noVaults' | 'noRanges' | 'noRestores' | 'noPolicies'>,
): readonly TreeNode[] {
  // Nobody looks any more; it is listed again when somebody does.
  if (!listed.ok && listed.error.kind === 'cancelled') return [];
  if (!listed.ok) return withActions(parent, { kind: 'failed', error: listed.error }, actionsFor(listed.error));
  if (listed.value.length > 0) return listed.value.map(toNode);
  return withActions(parent, { kind: none }, actionsForNone(parent));
}

function withActions(parent: BackupParentNode, state: NodeState, actions: readonly NodeAction[]): readonly TreeNode[] {
  return [{ kind: 'state', parent, state }, ...actions.map((action): TreeNode => ({ kind: 'action', parent, action }))];
}

function actionsForNone({ kind, connection }: BackupParentNode): readonly NodeAction[] {
  if (connection.isReadOnly === true) return [];
  if (kind === 'vaults') return ['createVault'];
  return kind === 'policies' ? ['createPolicy'] : [];
}

function actionsFor(error: CosError): readonly NodeAction[] {
  switch (error.kind) {
    case 'signInNeeded':
      return signInActions(error);
    case 'denied':
      return ['diagnose', 'retry'];
    case 'network':
    case 'tls':
    case 'notFound':
    case 'invalid':
    case 'unsupported':
    case 'conflict':
    case 'preconditionFailed':
    case 'held':
    case 'throttled':
    case 'tooLarge':
    case 'localFile':
    case 'cancelled':
    case 'engineGone':
    case 'internal':
      return ['retry', 'showLog'];
  }
}
