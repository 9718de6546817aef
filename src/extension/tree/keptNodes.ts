import type { ConnectionId } from '../../model/ids';
import {
  folderRefOf,
  isParentNode,
  nodeId,
  type BucketNode,
  type FolderNode,
  type FolderRef,
  type ParentNode,
  type TreeNode,
} from '../nodes/treeNode';

/** Nodes with children keep their identity, so that a change can be announced for the very object that VS Code holds. */
export class KeptNodes {
  readonly #nodes = new Map<string, ParentNode>();

  get(id: string): ParentNode | undefined {
    return this.#nodes.get(id);
  }

  /** The one object that stands for a node, brought up to date. */
  keep<N extends TreeNode>(node: N): N {
    if (!isParentNode(node)) return node;
    const id = nodeId(node);
    const known = this.#nodes.get(id);
    if (known !== undefined) return Object.assign(known, node);
    this.#nodes.set(id, node);
    return node;
  }

  /** The node of a folder that was shown before. */
  folder(ref: FolderRef): BucketNode | FolderNode | undefined {
    for (const node of this.#nodes.values()) {
      if (node.kind !== 'bucket' && node.kind !== 'folder') continue;
      const shown = folderRefOf(node);
      const isIt =
        shown.connectionId === ref.connectionId && shown.bucket === ref.bucket && shown.prefix === ref.prefix;
      if (isIt) return node;
    }
    return undefined;
  }

  /** Forgets the nodes of some connections. */
  forget(isGone: (id: ConnectionId) => boolean): void {
    for (const [id, node] of this.#nodes) if (isGone(node.connection.id)) this.#nodes.delete(id);
  }
}

/** The node to list again for a node: itself, or the one that it belongs to or speaks of. Undefined for objects. */
export function parentNodeOf(node: TreeNode): ParentNode | undefined {
  if (isParentNode(node)) return node;
  return 'parent' in node ? parentNodeOf(node.parent) : undefined;
}
