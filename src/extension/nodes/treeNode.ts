import type { BackupPolicy, BackupRestore, RecoveryRange } from '../../model/backup';
import type { Connection } from '../../model/connection';
import type { CosError } from '../../model/cosError';
import type { BucketName, ConnectionId, ObjectKey } from '../../model/ids';
import type { BucketSummary, ObjectSummary } from '../../model/objectInfo';
import type { ObjectVersion } from '../../model/objectVersion';
import type { ListedVault } from '../../protocol/backups';
import type { OpenUpload } from '../../protocol/requests';

/** A bucket of a connection. */
export interface BucketRef {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
}

/** A bucket (empty prefix) or a folder of it (prefix ending in `/`). */
export interface FolderRef {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
  readonly prefix: string;
}

export interface ConnectionNode {
  readonly kind: 'connection';
  readonly connection: Connection;
  readonly isLocal: boolean;
}

export interface BucketNode {
  readonly kind: 'bucket';
  readonly connection: Connection;
  readonly bucket: BucketSummary;
  /** Added by name, so it can be removed from the view again. */
  readonly isExtra: boolean;
  /** Text that shown entries start with, after the prefix; empty shows all. */
  readonly filter: string;
}

export interface FolderNode {
  readonly kind: 'folder';
  readonly connection: Connection;
  readonly bucket: BucketSummary;
  readonly prefix: string;
  /** Prefix of the folder that shows it; the label is the rest. */
  readonly parentPrefix: string;
  /** Text that shown entries start with, after the prefix; empty shows all. */
  readonly filter: string;
}

export interface ObjectNode {
  readonly kind: 'object';
  readonly connection: Connection;
  readonly bucket: BucketSummary;
  readonly object: ObjectSummary;
  readonly parentPrefix: string;
  /** Its versions were asked for and are its children. */
  readonly hasVersions: boolean;
}

/** A version of an object, or a delete marker among them. */
export interface VersionNode {
  readonly kind: 'version';
  readonly connection: Connection;
  readonly bucket: BucketSummary;
  readonly version: ObjectVersion;
  readonly parent: ObjectNode | DeletedNode;
}

/** An object whose newest version is a delete marker. */
export interface DeletedNode {
  readonly kind: 'deleted';
  readonly connection: Connection;
  readonly bucket: BucketSummary;
  readonly key: ObjectKey;
  readonly deletedAtMs: number;
  readonly parentPrefix: string;
}

export interface LoadMoreNode {
  readonly kind: 'loadMore';
  readonly parent: BucketNode | FolderNode;
  readonly shownCount: number;
}

/** The incomplete uploads of a bucket, once they were asked for. */
export interface UploadsNode {
  readonly kind: 'uploads';
  readonly connection: Connection;
  readonly parent: BucketNode;
  readonly uploads: readonly OpenUpload[];
  readonly isComplete: boolean;
}

export interface UploadNode {
  readonly kind: 'upload';
  readonly connection: Connection;
  readonly parent: BucketNode;
  readonly upload: OpenUpload;
}

/** The backup vaults of a connection's instance. */
export interface VaultsNode {
  readonly kind: 'vaults';
  readonly connection: Connection;
  readonly parent: ConnectionNode;
}

export interface VaultNode {
  readonly kind: 'vault';
  readonly connection: Connection;
  readonly parent: VaultsNode;
  readonly vault: ListedVault;
}

/** A backup in a vault: the stretch of time that a bucket can be brought back to. */
export interface RangeNode {
  readonly kind: 'range';
  readonly connection: Connection;
  readonly parent: VaultNode;
  readonly range: RecoveryRange;
}

/** A restore that was made from a range. */
export interface RestoreNode {
  readonly kind: 'restore';
  readonly connection: Connection;
  readonly parent: RangeNode;
  readonly restore: BackupRestore;
}

/** The backup policies of a bucket, once they were asked for. */
export interface PoliciesNode {
  readonly kind: 'policies';
  readonly connection: Connection;
  readonly parent: BucketNode;
}

export interface PolicyNode {
  readonly kind: 'policy';
  readonly connection: Connection;
  readonly parent: PoliciesNode;
  readonly policy: BackupPolicy;
}

/** A node of backups that has children of its own, listed when it is expanded. */
export type BackupParentNode = VaultsNode | VaultNode | RangeNode | PoliciesNode;

/** What a node without children says instead of children. */
export type NodeState =
  | { readonly kind: 'emptyFolder' }
  | { readonly kind: 'noBuckets' }
  | { readonly kind: 'noVersions' }
  | { readonly kind: 'moreDeleted' }
  | { readonly kind: 'noMatches'; readonly filter: string }
  | { readonly kind: 'noVaults' }
  | { readonly kind: 'noRanges' }
  | { readonly kind: 'noRestores' }
  | { readonly kind: 'noPolicies' }
  | { readonly kind: 'localServerStopped' }
  | { readonly kind: 'localServerStarting' }
  /** The bucket is at a location that the connection has no endpoint for. */
  | { readonly kind: 'elsewhere'; readonly location: string }
  | { readonly kind: 'failed'; readonly error: CosError };

export interface StateNode {
  readonly kind: 'state';
  readonly parent: ContainerNode | ObjectNode | DeletedNode | BackupParentNode;
  readonly state: NodeState;
}

/** What a person can do about a state. */
export type NodeAction =
  | 'retry'
  | 'signIn'
  | 'editConnection'
  | 'addBucketByName'
  | 'goTo'
  | 'replaceKey'
  | 'diagnose'
  | 'whyRefused'
  | 'createBucket'
  | 'createVault'
  | 'createPolicy'
  | 'clearFilter'
  | 'startLocalServer'
  | 'showLog';

export interface ActionNode {
  readonly kind: 'action';
  readonly parent: ContainerNode | BackupParentNode;
  readonly action: NodeAction;
}

export type ContainerNode = ConnectionNode | BucketNode | FolderNode;
export type TreeNode =
  | ContainerNode
  | ObjectNode
  | DeletedNode
  | VersionNode
  | LoadMoreNode
  | StateNode
  | ActionNode
  | UploadsNode
  | UploadNode
  | BackupParentNode
  | RestoreNode
  | PolicyNode;

/** A node that stands for a connection or for something in a bucket; the others belong to one of these. */
export type PlaceNode = ContainerNode | ObjectNode | DeletedNode;

/** A node that children are listed for, and can be listed for again. */
export type ParentNode = ContainerNode | BackupParentNode;

/** Every kind of node, and whether children are listed for it. */
const nodeTraits: {
  readonly [K in TreeNode['kind']]: { readonly isParent: K extends ParentNode['kind'] ? true : false };
} = {
  connection: { isParent: true },
  bucket: { isParent: true },
  folder: { isParent: true },
  object: { isParent: false },
  deleted: { isParent: false },
  version: { isParent: false },
  uploads: { isParent: false },
  upload: { isParent: false },
  vaults: { isParent: true },
  vault: { isParent: true },
  range: { isParent: true },
  restore: { isParent: false },
  policies: { isParent: true },
  policy: { isParent: false },
  loadMore: { isParent: false },
  state: { isParent: false },
  action: { isParent: false },
};

/** Whether something that VS Code calls a command with is a node. */
export function isTreeNode(value: unknown): value is TreeNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    typeof value.kind === 'string' &&
    Object.hasOwn(nodeTraits, value.kind)
  );
}

/** Whether children are listed for a node. */
export function isParentNode(node: TreeNode): node is ParentNode {
  return nodeTraits[node.kind].isParent;
}

/** The place that a node is, or that it belongs to. */
export function placeNodeOf(node: TreeNode): PlaceNode {
  return 'parent' in node ? placeNodeOf(node.parent) : node;
}

/** The folder that a place is or is shown in; undefined for a connection. */
export function folderOf(place: PlaceNode): FolderRef | undefined {
  switch (place.kind) {
    case 'connection':
      return undefined;
    case 'bucket':
    case 'folder':
      return folderRefOf(place);
    case 'object':
    case 'deleted':
      return { connectionId: place.connection.id, bucket: place.bucket.name, prefix: place.parentPrefix };
  }
}

/** The folder that a bucket or folder node stands for. */
export function folderRefOf(node: BucketNode | FolderNode): FolderRef {
  return {
    connectionId: node.connection.id,
    bucket: node.bucket.name,
    prefix: node.kind === 'bucket' ? '' : node.prefix,
  };
}

/** Identity of a node, the same for the same thing however often it is built. Bucket names hold no newline, keys follow last. */
export function nodeId(node: TreeNode): string {
  switch (node.kind) {
    case 'connection':
      return connectionNodeId(node.connection.id);
    case 'bucket':
      return bucketNodeId(node.connection.id, node.bucket.name);
    case 'folder':
      return `f\n${node.connection.id}\n${node.bucket.name}\n${node.parentPrefix.length}\n${node.prefix}`;
    case 'object':
      return objectNodeId(node.connection.id, node.bucket.name, node.parentPrefix, node.object.key);
    case 'deleted':
      return `d\n${node.connection.id}\n${node.bucket.name}\n${node.parentPrefix.length}\n${node.key}`;
    case 'version':
      return `w\n${node.version.versionId}\n${nodeId(node.parent)}`;
    case 'uploads':
      return `u\n${nodeId(node.parent)}`;
    case 'upload':
      return `v\n${node.upload.uploadId}\n${nodeId(node.parent)}`;
    case 'vaults':
      return `bv\n${nodeId(node.parent)}`;
    case 'vault':
      return `bn\n${node.vault.name}\n${nodeId(node.parent)}`;
    case 'range':
      return `br\n${node.range.id}\n${nodeId(node.parent)}`;
    case 'restore':
      return `bs\n${node.restore.id}\n${nodeId(node.parent)}`;
    case 'policies':
      return `bp\n${nodeId(node.parent)}`;
    case 'policy':
      return `bq\n${node.policy.id}\n${nodeId(node.parent)}`;
    case 'loadMore':
      return `m\n${nodeId(node.parent)}`;
    case 'state':
      return `s\n${nodeId(node.parent)}`;
    case 'action':
      return `a\n${node.action}\n${nodeId(node.parent)}`;
  }
}

/** Identity of a connection's node. */
export function connectionNodeId(id: ConnectionId): string {
  return `c\n${id}`;
}

/** Identity of a bucket's node. */
export function bucketNodeId(id: ConnectionId, bucket: BucketName): string {
  return `b\n${id}\n${bucket}`;
}

/** Identity of an object's node below a folder. */
export function objectNodeId(id: ConnectionId, bucket: BucketName, parentPrefix: string, key: ObjectKey): string {
  return `o\n${id}\n${bucket}\n${parentPrefix.length}\n${key}`;
}
