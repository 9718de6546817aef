import type { EngineClient } from '../services';
import { backupChildren } from './backupChildren';
import type { Cancellation } from './listingStore';
import { nodeId, type BackupParentNode, type TreeNode } from '../nodes/treeNode';

/** Between two looks at restores that run. */
const lookAgainAfterMs = 5000;

/** Lists what is below nodes of backups: it stops when nobody looks, and looks again while a restore that is shown runs. */
export class BackupListings {
  readonly #engine: Pick<EngineClient, 'send'>;
  readonly #newCancellation: () => Cancellation;
  readonly #listAgain: (node: BackupParentNode) => void;
  readonly #running = new Map<string, Cancellation>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  /** `listAgain` has the view ask for the children of a node once more. */
  constructor(
    engine: Pick<EngineClient, 'send'>,
    newCancellation: () => Cancellation,
    listAgain: (node: BackupParentNode) => void,
  ) {
    this.#engine = engine;
    this.#newCancellation = newCancellation;
    this.#listAgain = listAgain;
  }

  async children(parent: BackupParentNode): Promise<readonly TreeNode[]> {
    const id = nodeId(parent);
    this.#endTimer(id);
    const cancellation = this.#newCancellation();
    this.#running.set(id, cancellation);
    try {
      const children = await backupChildren(parent, this.#engine, cancellation.token);
      const isCurrent = this.#running.get(id) === cancellation && !cancellation.token.isCancellationRequested;
      if (isCurrent && children.some(isUnderWay)) {
        this.#timers.set(
          id,
          setTimeout(() => {
            this.#timers.delete(id);
            this.#listAgain(parent);
          }, lookAgainAfterMs),
        );
      }
      return children;
    } finally {
      if (this.#running.get(id) === cancellation) this.#running.delete(id);
      cancellation.dispose();
    }
  }

  /** Stops listing a node and looking at it again. Whether there was anything to stop. */
  stop(id: string): boolean {
    const running = this.#running.get(id);
    running?.cancel();
    return this.#endTimer(id) || running !== undefined;
  }

  /** Stops everything; answers the ids of the nodes that were listed or looked at again. */
  stopAll(): readonly string[] {
    const ids = [...new Set([...this.#running.keys(), ...this.#timers.keys()])];
    for (const id of ids) this.stop(id);
    return ids;
  }

  #endTimer(id: string): boolean {
    clearTimeout(this.#timers.get(id));
    return this.#timers.delete(id);
  }
}

function isUnderWay(node: TreeNode): boolean {
  return node.kind === 'restore' && (node.restore.status === 'initializing' || node.restore.status === 'running');
}
