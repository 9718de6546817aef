import type * as vscode from 'vscode';
import type { Connection } from '../../model/connection';
import type { BucketName, ConnectionId } from '../../model/ids';
import type { BucketSummary } from '../../model/objectInfo';
import type { EngineRequests, OpenUpload } from '../../protocol/requests';
import type { Connections, EngineClient } from '../services';
import { canHaveVaults, policiesOf, vaultsOf } from './backupChildren';
import type { BackupListings } from './backupListings';
import { bucketChildren, folderChildren, startingServerChildren, stoppedServerChildren } from './children';
import { KeptNodes } from './keptNodes';
import type { ListingStore } from './listingStore';
import { parentPrefixOf, type Found } from './placeFinder';
import { ShownVersions } from './shownVersions';
import {
  bucketNodeId,
  connectionNodeId,
  folderRefOf,
  nodeId,
  objectNodeId,
  type BucketNode,
  type BucketRef,
  type ConnectionNode,
  type FolderNode,
  type ObjectNode,
  type ParentNode,
  type TreeNode,
  type UploadNode,
  type UploadsNode,
} from '../nodes/treeNode';

/** What the view needs to know of the local server. */
export interface LocalServerState {
  readonly connectionId: ConnectionId;
  isRunning(): boolean;
  isStarting(): boolean;
  /** Starts it when it ran in the last window. */
  resume(): Promise<void>;
  readonly onDidChange: vscode.Event<void>;
}

/** Incomplete uploads of a bucket. */
export type ListedUploads = EngineRequests['uploads/list']['result'];

/** What the tree holds: the nodes below each node, and what was asked to be shown of them besides. */
export class TreeContent {
  readonly nodes = new KeptNodes();
  readonly #backups: Pick<BackupListings, 'children'>;
  readonly #connections: Pick<Connections, 'list' | 'get'>;
  readonly #localServer: Pick<LocalServerState, 'connectionId' | 'isRunning' | 'isStarting'>;
  readonly #store: ListingStore;
  readonly #versions: ShownVersions;
  /** What was listed of incomplete uploads, by the bucket's node. */
  readonly #uploads = new Map<string, ListedUploads>();
  /** Nodes of buckets whose backup policies were asked for. */
  readonly #withPolicies = new Set<string>();

  constructor(
    engine: Pick<EngineClient, 'send'>,
    connections: Pick<Connections, 'list' | 'get'>,
    localServer: Pick<LocalServerState, 'connectionId' | 'isRunning' | 'isStarting'>,
    store: ListingStore,
    backups: Pick<BackupListings, 'children'>,
  ) {
    this.#backups = backups;
    this.#connections = connections;
    this.#localServer = localServer;
    this.#store = store;
    this.#versions = new ShownVersions(engine, ({ connection, bucket, parentPrefix }) =>
      this.#folderNode(connection, bucket, parentPrefix),
    );
  }

  /** The nodes at the top: one for each connection. */
  top(): TreeNode[] {
    return this.#connections.list().map((connection) => this.connectionNode(connection));
  }

  async children(node: TreeNode): Promise<TreeNode[]> {
    const children = await this.#childrenOf(node);
    return children.map((child) => this.nodes.keep(child));
  }

  /** Remembers what was listed of a bucket's incomplete uploads. The node to list again, if it is shown. */
  setUploads({ connectionId, bucket }: BucketRef, listed: ListedUploads): ParentNode | undefined {
    const id = bucketNodeId(connectionId, bucket);
    if (listed.uploads.length > 0) this.#uploads.set(id, listed);
    else this.#uploads.delete(id);
    return this.nodes.get(id);
  }

  /** Shows versions of an object, bucket or folder, or no longer. The node to list again. */
  toggleVersions(node: ObjectNode | BucketNode | FolderNode): ParentNode {
    this.#versions.toggle(nodeId(node));
    return node.kind === 'object' ? this.#folderNode(node.connection, node.bucket, node.parentPrefix) : node;
  }

  /** Shows the backup policies of a bucket, or no longer. Whether they are shown now. */
  togglePolicies({ connectionId, bucket }: BucketRef): boolean {
    const id = bucketNodeId(connectionId, bucket);
    const isShown = !this.#withPolicies.delete(id);
    if (isShown) this.#withPolicies.add(id);
    return isShown;
  }

  /** The node of a connection's vaults, or of a bucket's policies, if it is shown. */
  backupsNode(connectionId: ConnectionId, bucket?: BucketName): ParentNode | undefined {
    const above = this.nodes.get(
      bucket === undefined ? connectionNodeId(connectionId) : bucketNodeId(connectionId, bucket),
    );
    if (above?.kind === 'connection') return this.nodes.get(nodeId(vaultsOf(above)));
    return above?.kind === 'bucket' ? this.nodes.get(nodeId(policiesOf(above))) : undefined;
  }

  /** The node above a node. */
  parent(node: TreeNode): TreeNode | undefined {
    if (node.kind === 'upload') {
      const uploads = this.#uploads.get(nodeId(node.parent));
      return uploads === undefined ? node.parent : uploadsNode(node.parent, uploads);
    }
    if ('parent' in node) return node.parent;
    if (node.kind === 'connection') return undefined;
    if (node.kind === 'bucket') return this.connectionNode(node.connection);
    return this.#folderNode(node.connection, node.bucket, node.parentPrefix);
  }

  /** The node of a place that was looked up. */
  nodeOf(connection: Connection, bucket: BucketSummary, found: Found): TreeNode {
    if (found.kind === 'folder') return this.#folderNode(connection, bucket, found.prefix);
    const parentPrefix = parentPrefixOf(found.object.key);
    const { object } = found;
    const id = objectNodeId(connection.id, bucket.name, parentPrefix, object.key);
    const hasVersions = this.#versions.isAsked(id);
    return { kind: 'object', connection, bucket, object, parentPrefix, hasVersions };
  }

  async #childrenOf(node: TreeNode): Promise<readonly TreeNode[]> {
    switch (node.kind) {
      case 'connection':
        return await this.#childrenOfConnection(node);
      case 'bucket':
        return [...this.#askedOf(node), ...(await this.#childrenOfFolder(node))];
      case 'folder':
        return await this.#childrenOfFolder(node);
      case 'object':
      case 'deleted':
        return await this.#versions.ofObject(node);
      case 'uploads':
        return node.uploads.map((upload) => uploadNode(node, upload));
      case 'vaults':
      case 'vault':
      case 'range':
      case 'policies':
        return await this.#backups.children(node);
      case 'version':
      case 'upload':
      case 'restore':
      case 'policy':
      case 'loadMore':
      case 'state':
      case 'action':
        return [];
    }
  }

  /** What is shown of a bucket, above what is in it, once somebody asked for it. */
  #askedOf(node: BucketNode): readonly TreeNode[] {
    const id = nodeId(node);
    const uploads = this.#uploads.get(id);
    return [
      ...(this.#withPolicies.has(id) ? [policiesOf(node)] : []),
      ...(uploads === undefined ? [] : [uploadsNode(node, uploads)]),
    ];
  }

  async #childrenOfConnection(node: ConnectionNode): Promise<readonly TreeNode[]> {
    if (node.isLocal && this.#localServer.isStarting()) return startingServerChildren(node);
    if (node.isLocal && !this.#localServer.isRunning()) return stoppedServerChildren(node);
    const { id } = node.connection;
    const state = await this.#store.buckets(id);
    const buckets = bucketChildren(node, state, ({ name }) =>
      this.#store.filterOf({ connectionId: id, bucket: name, prefix: '' }),
    );
    const isReached = state.kind === 'listed' || (state.kind === 'failed' && state.error.kind === 'denied');
    return isReached && canHaveVaults(node.connection) ? [...buckets, vaultsOf(node)] : buckets;
  }

  async #childrenOfFolder(node: BucketNode | FolderNode): Promise<readonly TreeNode[]> {
    const ref = folderRefOf(node);
    const state = await this.#store.folder(ref);
    const isVersioned = this.#versions.areShownIn(node);
    const { connection, bucket } = node;
    const children = folderChildren(
      node,
      state,
      (prefix) => this.#store.filterOf({ ...ref, prefix }),
      (key) => isVersioned || this.#versions.isAsked(objectNodeId(connection.id, bucket.name, ref.prefix, key)),
    );
    return isVersioned ? [...children, ...(await this.#versions.deletedIn(node))] : children;
  }

  connectionNode(connection: Connection): ConnectionNode {
    return this.nodes.keep({
      kind: 'connection',
      connection,
      isLocal: connection.id === this.#localServer.connectionId,
    });
  }

  #folderNode(connection: Connection, bucket: BucketSummary, prefix: string): BucketNode | FolderNode {
    const filter = this.#store.filterOf({ connectionId: connection.id, bucket: bucket.name, prefix });
    if (prefix !== '') {
      return this.nodes.keep({
        kind: 'folder',
        connection,
        bucket,
        prefix,
        parentPrefix: parentPrefixOf(prefix),
        filter,
      });
    }
    const isExtra = connection.extraBuckets?.includes(bucket.name) ?? false;
    return this.nodes.keep({ kind: 'bucket', connection, bucket, isExtra, filter });
  }
}

function uploadsNode(parent: BucketNode, { uploads, isComplete }: ListedUploads): UploadsNode {
  return { kind: 'uploads', connection: parent.connection, parent, uploads, isComplete };
}

function uploadNode({ connection, parent }: UploadsNode, upload: OpenUpload): UploadNode {
  return { kind: 'upload', connection, parent, upload };
}
