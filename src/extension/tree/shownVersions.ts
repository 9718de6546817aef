import type { EngineClient } from '../services';
import {
  folderRefOf,
  nodeId,
  type BucketNode,
  type DeletedNode,
  type FolderNode,
  type ObjectNode,
  type TreeNode,
} from '../nodes/treeNode';
import { deletedIn, versionsOf } from '../versions/versionListing';

/** What versions were asked for in the tree: of an object, or of everything in a bucket or folder. */
export class ShownVersions {
  readonly #engine: Pick<EngineClient, 'send'>;
  readonly #parentOf: (folder: FolderNode) => BucketNode | FolderNode;
  /** Nodes whose versions were asked for, by id. */
  readonly #asked = new Set<string>();

  constructor(engine: Pick<EngineClient, 'send'>, parentOf: (folder: FolderNode) => BucketNode | FolderNode) {
    this.#engine = engine;
    this.#parentOf = parentOf;
  }

  /** Whether the versions of this very node were asked for. */
  isAsked(id: string): boolean {
    return this.#asked.has(id);
  }

  toggle(id: string): void {
    if (this.#asked.has(id)) this.#asked.delete(id);
    else this.#asked.add(id);
  }

  /** A folder shows versions when it was asked to, or one above it was. */
  areShownIn(node: BucketNode | FolderNode): boolean {
    if (this.#asked.has(nodeId(node))) return true;
    return node.kind === 'folder' && this.areShownIn(this.#parentOf(node));
  }

  /** What was deleted in a folder, one listing of its versions. */
  async deletedIn(parent: BucketNode | FolderNode): Promise<readonly TreeNode[]> {
    const { connection, bucket } = parent;
    const ref = folderRefOf(parent);
    const answer = await deletedIn(this.#engine, ref);
    if (!answer.ok) return [{ kind: 'state', parent, state: { kind: 'failed', error: answer.error } }];
    const deleted = answer.value.markers.map(({ key, modifiedAtMs }): TreeNode => ({
      kind: 'deleted',
      connection,
      bucket,
      key,
      deletedAtMs: modifiedAtMs,
      parentPrefix: ref.prefix,
    }));
    return answer.value.isComplete ? deleted : [...deleted, { kind: 'state', parent, state: { kind: 'moreDeleted' } }];
  }

  /** The versions of an object. */
  async ofObject(parent: ObjectNode | DeletedNode): Promise<readonly TreeNode[]> {
    const { connection, bucket } = parent;
    const key = parent.kind === 'object' ? parent.object.key : parent.key;
    const versions = await versionsOf(this.#engine, { connectionId: connection.id, bucket: bucket.name, key });
    if (!versions.ok) return [{ kind: 'state', parent, state: { kind: 'failed', error: versions.error } }];
    const isNever = versions.value.every(({ versionId }) => versionId === 'null');
    return [
      ...versions.value.map((version): TreeNode => ({ kind: 'version', connection, bucket, version, parent })),
      ...(isNever ? [{ kind: 'state', parent, state: { kind: 'noVersions' } } as const] : []),
    ];
  }
}
