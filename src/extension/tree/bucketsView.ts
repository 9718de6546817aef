import * as vscode from 'vscode';
import type { Connection } from '../../model/connection';
import type { CosError, Result } from '../../model/cosError';
import type { BucketName, ConnectionId } from '../../model/ids';
import type { BucketSummary } from '../../model/objectInfo';
import type { EngineRequests, OpenUpload } from '../../protocol/requests';
import type { Changes, Connections, EngineClient } from '../services';
import { maxDocumentBytes } from '../documents/objectContent';
import { DisposableStore } from '../ui/lifecycle';
import { bucketChildren, folderChildren, startingServerChildren, stoppedServerChildren } from './children';
import { ListingStore } from './listingStore';
import { parentPrefixOf, PlaceFinder, type Found, type RevealTarget } from './placeFinder';
import { deletedIn, versionsOf } from './versionListing';
import { describeNode } from './tooltips';
import { toTreeItem } from './treeItem';
import {
  folderRefOf,
  connectionNodeId,
  nodeId,
  objectNodeId,
  type BucketNode,
  type ConnectionNode,
  type ContainerNode,
  type DeletedNode,
  type FolderNode,
  type FolderRef,
  type ObjectNode,
  type TreeNode,
  type UploadNode,
  type UploadsNode,
} from './treeNode';

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
type ListedUploads = EngineRequests['uploads/list']['result'];

/** The Buckets view: connection → bucket → folder → object. */
export class BucketsView implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #connections: Connections;
  readonly #localServer: LocalServerState;
  readonly #store: ListingStore;
  readonly #finder: PlaceFinder;
  readonly #owned = new DisposableStore();
  readonly #onObjectShown: ((object: RevealTarget) => void) | undefined;
  readonly #didChange = this.#owned.add(new vscode.EventEmitter<TreeNode | undefined>());
  readonly #view: vscode.TreeView<TreeNode>;
  /** Nodes keep their identity, so that a change can be announced for the very object that VS Code holds. */
  readonly #nodes = new Map<string, ContainerNode>();
  /** What was listed of incomplete uploads, by the bucket's node. */
  readonly #uploads = new Map<string, ListedUploads>();
  /** Collapsed while listing: listed again when expanded. */
  readonly #stoppedNodes = new Set<string>();
  /** Buckets, folders and objects whose versions were asked for. */
  readonly #versioned = new Set<string>();

  readonly onDidChangeTreeData = this.#didChange.event;

  constructor(
    engine: EngineClient,
    connections: Connections,
    localServer: LocalServerState,
    changes: Changes,
    dragAndDrop?: vscode.TreeDragAndDropController<TreeNode>,
    onObjectShown?: (object: RevealTarget) => void,
  ) {
    this.#onObjectShown = onObjectShown;
    this.#engine = engine;
    this.#connections = connections;
    this.#localServer = localServer;
    this.#store = new ListingStore(engine, () => new vscode.CancellationTokenSource());
    this.#finder = new PlaceFinder(engine, this.#store);
    this.#view = this.#owned.add(
      vscode.window.createTreeView('ibmcos.buckets', {
        treeDataProvider: this,
        canSelectMany: true,
        showCollapseAll: true,
        ...(dragAndDrop === undefined ? {} : { dragAndDropController: dragAndDrop }),
      }),
    );
    this.#owned.add(this.#view.onDidCollapseElement(({ element }) => this.#collapsed(element)));
    this.#owned.add(this.#view.onDidExpandElement(({ element }) => this.#expanded(element)));
    this.#owned.add(this.#view.onDidChangeVisibility(({ visible }) => this.#visibilityChanged(visible)));
    this.#owned.add(connections.onDidChange(({ changed }) => this.#connectionsChanged(changed)));
    this.#owned.add(localServer.onDidChange(() => this.#connectionsChanged([localServer.connectionId])));
    this.#owned.add(
      changes.onDidChange(({ connectionId, bucket, prefix }) =>
        this.refreshFolder(this.#store.staleFolder({ connectionId, bucket, prefix })),
      ),
    );
  }

  dispose(): void {
    this.#store.cancelAll();
    this.#owned.dispose();
  }

  get isVisible(): boolean {
    return this.#view.visible;
  }

  get selection(): readonly TreeNode[] {
    return this.#view.selection;
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    if (node.kind === 'object') {
      this.#onObjectShown?.({ connectionId: node.connection.id, bucket: node.bucket.name, key: node.object.key });
    }
    const setting = vscode.workspace.getConfiguration('ibmcos').get<number>('documents.maxSizeMiB');
    return toTreeItem(node, Date.now(), maxDocumentBytes(setting));
  }

  async resolveTreeItem(
    item: vscode.TreeItem,
    node: TreeNode,
    token: vscode.CancellationToken,
  ): Promise<vscode.TreeItem> {
    item.tooltip = await describeNode(node, this.#engine, this.#connections, token);
    return item;
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node === undefined) {
      void this.#localServer.resume();
      return this.#connections.list().map((connection) => this.#connectionNode(connection));
    }
    if (node.kind === 'uploads') return node.uploads.map((upload) => uploadNode(node, upload));
    if (node.kind === 'object' || node.kind === 'deleted') return this.#childrenOfObject(node);
    if (node.kind !== 'connection' && node.kind !== 'bucket' && node.kind !== 'folder') return [];
    if (this.#stoppedNodes.has(nodeId(node))) return [];
    const children =
      node.kind === 'connection' ? await this.#childrenOfConnection(node) : await this.#childrenOfFolder(node);
    const uploads = node.kind === 'bucket' ? this.#uploads.get(nodeId(node)) : undefined;
    const shown = uploads === undefined || node.kind !== 'bucket' ? [] : [uploadsNode(node, uploads)];
    return [...shown, ...children].map((child) => this.#keep(child));
  }

  getParent(node: TreeNode): TreeNode | undefined {
    switch (node.kind) {
      case 'connection':
        return undefined;
      case 'bucket':
        return this.#connectionNode(node.connection);
      case 'folder':
      case 'object':
      case 'deleted':
        return this.#folderNode(node.connection, node.bucket, node.parentPrefix);
      case 'version':
      case 'uploads':
      case 'loadMore':
      case 'state':
      case 'action':
        return node.parent;
      case 'upload': {
        const uploads = this.#uploads.get(nodeId(node.parent));
        return uploads === undefined ? node.parent : uploadsNode(node.parent, uploads);
      }
    }
  }

  /** Shows a bucket's incomplete uploads, or no longer when there are none. */
  showUploads(target: { connectionId: ConnectionId; bucket: BucketName }, listed: ListedUploads): void {
    const node = this.#shownFolder({ ...target, prefix: '' });
    const id = `b\n${target.connectionId}\n${target.bucket}`;
    if (listed.uploads.length > 0) this.#uploads.set(id, listed);
    else this.#uploads.delete(id);
    if (node !== undefined) this.#changed(node);
  }

  /** Shows the versions of an object, or of everything in a bucket or folder with what was deleted there; or no longer. */
  toggleVersions(node: ObjectNode | BucketNode | FolderNode): void {
    const id = nodeId(node);
    if (this.#versioned.has(id)) this.#versioned.delete(id);
    else this.#versioned.add(id);
    const folder = node.kind === 'object' ? this.#folderNode(node.connection, node.bucket, node.parentPrefix) : node;
    this.#changed(folder);
  }

  /** Selects and expands a connection. */
  async revealConnection(id: ConnectionId): Promise<void> {
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    await this.#view.reveal(this.#connectionNode(connection), { select: true, focus: true, expand: true });
  }

  /** Lists a node again, or everything. */
  refresh(node?: TreeNode): void {
    if (node === undefined) {
      for (const { id } of this.#connections.list()) this.#store.refreshConnection(id);
      this.#stoppedNodes.clear();
      this.#didChange.fire(undefined);
      return;
    }
    const container = containerOf(node) ?? this.getParent(node);
    if (container?.kind === 'connection') {
      this.#store.refreshConnection(container.connection.id);
      this.#changed(container);
    } else if (container?.kind === 'bucket' || container?.kind === 'folder') {
      this.#store.refreshFolder(folderRefOf(container));
      this.#changed(container);
    }
  }

  /** Lists a folder again, if it is shown. */
  refreshFolder(ref: FolderRef): void {
    this.#store.refreshFolder(ref);
    const node = this.#shownFolder(ref);
    if (node !== undefined) this.#changed(node);
  }

  /** Lists the buckets of a connection again, keeping the listings below them. */
  refreshBuckets(id: ConnectionId): void {
    this.#store.refreshBuckets(id);
    const connection = this.#connections.get(id);
    if (connection !== undefined) this.#changed(this.#connectionNode(connection));
  }

  /** Stops showing a bucket that was looked up or deleted. */
  forgetBucket(id: ConnectionId, bucket: BucketName): void {
    this.#store.unpinBucket(id, bucket);
    this.#store.refreshFolder({ connectionId: id, bucket, prefix: '' });
    this.refreshBuckets(id);
  }

  filterOf(ref: FolderRef): string {
    return this.#store.filterOf(ref);
  }

  /** Shows only what starts with a text, in this folder; empty shows all. */
  setFilter(ref: FolderRef, filter: string): void {
    this.#store.setFilter(ref, filter);
    const node = this.#shownFolder(ref);
    if (node === undefined) return;
    this.#keep({ ...node, filter });
    this.#changed(node);
  }

  /** Lists the next page of a folder. A failure shows as a node. */
  async loadMore(node: TreeNode): Promise<void> {
    if (node.kind !== 'loadMore') return;
    await this.#store.loadMore(folderRefOf(node.parent));
    this.#changed(node.parent);
  }

  /** Shows and selects a bucket, folder or object, also one on a page that is not loaded. */
  async reveal(target: RevealTarget, token?: vscode.CancellationToken): Promise<Result<null>> {
    const connection = this.#connections.get(target.connectionId);
    if (connection === undefined) return { ok: false, error: noConnection() };
    const place = await this.#finder.find(target, token);
    if (!place.ok) return place;
    const node = this.#nodeOf(connection, place.value.bucket, place.value.found);
    for (let up: TreeNode | undefined = node; up !== undefined; up = this.getParent(up)) {
      this.#stoppedNodes.delete(nodeId(up));
    }
    this.#changed(this.#connectionNode(connection));
    await this.#view.reveal(node, { select: true, focus: true, expand: node.kind !== 'object' });
    return { ok: true, value: null };
  }

  #nodeOf(connection: Connection, bucket: BucketSummary, found: Found): TreeNode {
    if (found.kind === 'folder') return this.#folderNode(connection, bucket, found.prefix);
    const parentPrefix = parentPrefixOf(found.object.key);
    const { object } = found;
    const id = objectNodeId(connection.id, bucket.name, parentPrefix, object.key);
    const hasVersions = this.#versioned.has(id);
    return { kind: 'object', connection, bucket, object, parentPrefix, hasVersions };
  }

  async #childrenOfConnection(node: ConnectionNode): Promise<readonly TreeNode[]> {
    if (node.isLocal && this.#localServer.isStarting()) return startingServerChildren(node);
    if (node.isLocal && !this.#localServer.isRunning()) return stoppedServerChildren(node);
    const { id } = node.connection;
    const state = await this.#store.buckets(id);
    return bucketChildren(node, state, ({ name }) =>
      this.#store.filterOf({ connectionId: id, bucket: name, prefix: '' }),
    );
  }

  async #childrenOfFolder(node: BucketNode | FolderNode): Promise<readonly TreeNode[]> {
    const ref = folderRefOf(node);
    const state = await this.#store.folder(ref);
    const isVersioned = this.#showsVersions(node);
    const { connection, bucket } = node;
    const children = folderChildren(
      node,
      state,
      (prefix) => this.#store.filterOf({ ...ref, prefix }),
      (key) => isVersioned || this.#versioned.has(objectNodeId(connection.id, bucket.name, ref.prefix, key)),
    );
    return isVersioned ? [...children, ...(await this.#deletedIn(node))] : children;
  }

  /** A folder shows versions when it was asked to, or one above it was. */
  #showsVersions(node: BucketNode | FolderNode): boolean {
    if (this.#versioned.has(nodeId(node))) return true;
    if (node.kind === 'bucket') return false;
    const parent = this.#folderNode(node.connection, node.bucket, node.parentPrefix);
    return this.#showsVersions(parent);
  }

  async #deletedIn(parent: BucketNode | FolderNode): Promise<readonly TreeNode[]> {
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

  async #childrenOfObject(parent: ObjectNode | DeletedNode): Promise<TreeNode[]> {
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

  #connectionNode(connection: Connection): ConnectionNode {
    return this.#keep({ kind: 'connection', connection, isLocal: connection.id === this.#localServer.connectionId });
  }

  #folderNode(connection: Connection, bucket: BucketSummary, prefix: string): BucketNode | FolderNode {
    const filter = this.#store.filterOf({ connectionId: connection.id, bucket: bucket.name, prefix });
    if (prefix !== '') {
      return this.#keep({ kind: 'folder', connection, bucket, prefix, parentPrefix: parentPrefixOf(prefix), filter });
    }
    const isExtra = connection.extraBuckets?.includes(bucket.name) ?? false;
    return this.#keep({ kind: 'bucket', connection, bucket, isExtra, filter });
  }

  #shownFolder(ref: FolderRef): BucketNode | FolderNode | undefined {
    for (const node of this.#nodes.values()) {
      if (node.kind === 'connection') continue;
      const shown = folderRefOf(node);
      const isIt =
        shown.connectionId === ref.connectionId && shown.bucket === ref.bucket && shown.prefix === ref.prefix;
      if (isIt) return node;
    }
    return undefined;
  }

  /** The one object that stands for a node, brought up to date. */
  #keep<N extends TreeNode>(node: N): N {
    if (node.kind !== 'connection' && node.kind !== 'bucket' && node.kind !== 'folder') return node;
    const id = nodeId(node);
    const known = this.#nodes.get(id);
    if (known !== undefined) return Object.assign(known, node);
    this.#nodes.set(id, node);
    return node;
  }

  #changed(node: ContainerNode): void {
    this.#stoppedNodes.delete(nodeId(node));
    this.#didChange.fire(this.#nodes.get(nodeId(node)) ?? node);
  }

  #collapsed(node: TreeNode): void {
    const wasListing =
      node.kind === 'connection'
        ? this.#store.cancelBuckets(node.connection.id)
        : (node.kind === 'bucket' || node.kind === 'folder') && this.#store.cancelFolder(folderRefOf(node));
    if (wasListing) this.#stoppedNodes.add(nodeId(node));
  }

  #expanded(node: TreeNode): void {
    if (this.#stoppedNodes.has(nodeId(node)) && isContainer(node)) this.#changed(node);
  }

  /** Nobody looks at a hidden view: its listings stop, and start again when it is shown. */
  #visibilityChanged(isVisible: boolean): void {
    if (isVisible) {
      for (const id of [...this.#stoppedNodes]) {
        const node = this.#nodes.get(id);
        if (node !== undefined) this.#changed(node);
      }
      return;
    }
    const stopped = this.#store.cancelAll();
    for (const id of stopped.connections) this.#stoppedNodes.add(connectionNodeId(id));
    for (const ref of stopped.folders) {
      const node = this.#shownFolder(ref);
      if (node !== undefined) this.#stoppedNodes.add(nodeId(node));
    }
  }

  #connectionsChanged(changed: readonly ConnectionId[]): void {
    for (const id of changed) this.#store.forgetConnection(id);
    const known = new Set(this.#connections.list().map(({ id }) => id));
    for (const [id, node] of this.#nodes) {
      if (changed.includes(node.connection.id) || !known.has(node.connection.id)) this.#nodes.delete(id);
    }
    this.#didChange.fire(undefined);
  }
}

function uploadsNode(parent: BucketNode, { uploads, isComplete }: ListedUploads): UploadsNode {
  return { kind: 'uploads', connection: parent.connection, parent, uploads, isComplete };
}

function uploadNode({ connection, parent }: UploadsNode, upload: OpenUpload): UploadNode {
  return { kind: 'upload', connection, parent, upload };
}

function noConnection(): CosError {
  return {
    kind: 'invalid',
    reason: 'noConnection',
    op: 'connection/resolve',
    retry: 'never',
    detail: 'the connection is gone',
  };
}

function isContainer(node: TreeNode): node is ContainerNode {
  return node.kind === 'connection' || node.kind === 'bucket' || node.kind === 'folder';
}

/** The container that a node stands for or speaks of. */
function containerOf(node: TreeNode): ContainerNode | undefined {
  if (isContainer(node)) return node;
  switch (node.kind) {
    case 'object':
    case 'deleted':
    case 'version':
      return undefined;
    case 'uploads':
    case 'upload':
    case 'loadMore':
      return node.parent;
    case 'state':
    case 'action':
      return isContainer(node.parent) ? node.parent : undefined;
  }
}
