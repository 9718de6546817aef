import * as vscode from '../ui/vscode';
import type { CosError, Result } from '../../model/cosError';
import { objectKey, type BucketName, type ConnectionId } from '../../model/ids';
import type { BucketsTree, Changes, Connections, EngineClient, RevealTarget } from '../services';
import { maxDocumentBytes } from '../documents/objectContent';
import { DisposableStore } from '../ui/lifecycle';
import { BackupListings } from './backupListings';
import { parentNodeOf } from './keptNodes';
import { ListingStore } from './listingStore';
import { PlaceFinder } from './placeFinder';
import { TreeContent, type ListedUploads, type LocalServerState } from './treeContent';
import { toTreeItem } from './treeItem';
import {
  folderRefOf,
  connectionNodeId,
  nodeId,
  type BucketNode,
  type BucketRef,
  type FolderNode,
  type FolderRef,
  type ObjectNode,
  type ParentNode,
  type TreeNode,
} from '../nodes/treeNode';

/** The Buckets view: connection → bucket → folder → object. */
export class BucketsView implements vscode.TreeDataProvider<TreeNode>, BucketsTree, vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #connections: Connections;
  readonly #localServer: LocalServerState;
  readonly #store: ListingStore;
  readonly #backups: BackupListings;
  readonly #finder: PlaceFinder;
  readonly #owned = new DisposableStore();
  readonly #onObjectShown: ((object: RevealTarget) => void) | undefined;
  readonly #didChange = this.#owned.add(new vscode.EventEmitter<TreeNode | undefined>());
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #content: TreeContent;
  /** Collapsed while listing: listed again when expanded. */
  readonly #stoppedNodes = new Set<string>();

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
    const newCancellation = () => new vscode.CancellationTokenSource();
    this.#store = new ListingStore(engine, newCancellation);
    this.#backups = new BackupListings(engine, newCancellation, (node) => this.#changed(node));
    this.#finder = new PlaceFinder(engine, this.#store);
    this.#content = new TreeContent(engine, connections, localServer, this.#store, this.#backups);
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
    this.#backups.stopAll();
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
    const { describeNode } = await import('./tooltips');
    item.tooltip = await describeNode(node, this.#engine, this.#connections, token);
    return item;
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node === undefined) {
      void this.#localServer.resume();
      return this.#content.top();
    }
    if (this.#stoppedNodes.has(nodeId(node))) return [];
    const children = await this.#content.children(node);
    // Deleted by another window or tool: then the buckets beside it may be others, too.
    if (node.kind === 'bucket' && this.#store.noticeGone(folderRefOf(node))) this.refreshBuckets(node.connection.id);
    return children;
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return this.#content.parent(node);
  }

  /** Shows a bucket's incomplete uploads, or no longer when there are none. */
  showUploads(target: BucketRef, listed: ListedUploads): void {
    const node = this.#content.setUploads(target, listed);
    if (node !== undefined) this.#changed(node);
  }

  /** Shows the versions of an object, or of everything in a bucket or folder with what was deleted there; or no longer. */
  toggleVersions(node: ObjectNode | BucketNode | FolderNode): void {
    this.#changed(this.#content.toggleVersions(node));
  }

  /** The same for a bucket by its name, which is shown and selected. */
  async toggleVersionsIn(target: BucketRef): Promise<Result<null>> {
    const revealed = await this.reveal({ ...target, key: objectKey('') });
    const node = this.#content.nodes.folder({ ...target, prefix: '' });
    if (revealed.ok && node !== undefined) this.toggleVersions(node);
    return revealed;
  }

  /** Shows the backup policies of a bucket above what is in it, or no longer. Whether they are shown now. */
  togglePolicies(target: BucketRef): boolean {
    const isShown = this.#content.togglePolicies(target);
    const node = this.#content.nodes.folder({ ...target, prefix: '' });
    if (node !== undefined) this.#changed(node);
    return isShown;
  }

  /** Lists the vaults of a connection or the backup policies of a bucket again, as far as they are shown. */
  refreshBackups(connectionId: ConnectionId, bucket?: BucketName): void {
    const node = this.#content.backupsNode(connectionId, bucket);
    if (node !== undefined) this.#changed(node);
  }

  /** Selects and expands a connection. */
  async revealConnection(id: ConnectionId): Promise<void> {
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    await this.#view.reveal(this.#content.connectionNode(connection), { select: true, focus: true, expand: true });
  }

  /** Lists a node again, or everything. */
  refresh(node?: TreeNode): void {
    if (node === undefined) {
      for (const { id } of this.#connections.list()) this.#store.refreshConnection(id);
      this.#stoppedNodes.clear();
      this.#didChange.fire(undefined);
      return;
    }
    const parent = parentNodeOf(node) ?? this.getParent(node);
    const stale = parent === undefined ? undefined : parentNodeOf(parent);
    if (stale === undefined) return;
    if (stale.kind === 'connection') this.#store.refreshConnection(stale.connection.id);
    if (stale.kind === 'bucket' || stale.kind === 'folder') this.#store.refreshFolder(folderRefOf(stale));
    this.#changed(stale);
  }

  /** Lists a folder again, if it is shown. */
  refreshFolder(ref: FolderRef): void {
    this.#store.refreshFolder(ref);
    const node = this.#content.nodes.folder(ref);
    if (node !== undefined) this.#changed(node);
  }

  /** Lists the buckets of a connection again, keeping the listings below them. */
  refreshBuckets(id: ConnectionId): void {
    this.#store.refreshBuckets(id);
    const connection = this.#connections.get(id);
    if (connection !== undefined) this.#changed(this.#content.connectionNode(connection));
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
    const node = this.#content.nodes.folder(ref);
    if (node === undefined) return;
    this.#content.nodes.keep({ ...node, filter });
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
    return await this.#show(target, true, token);
  }

  async select(target: RevealTarget): Promise<void> {
    // What is not there (any more), or cannot be looked up, is not worth a message: the work itself has ended well.
    if (this.isVisible) await this.#show(target, false);
  }

  async #show(target: RevealTarget, focus: boolean, token?: vscode.CancellationToken): Promise<Result<null>> {
    const connection = this.#connections.get(target.connectionId);
    if (connection === undefined) return { ok: false, error: noConnection() };
    const place = await this.#finder.find(target, token);
    if (!place.ok) return place;
    const node = this.#content.nodeOf(connection, place.value.bucket, place.value.found);
    for (let up: TreeNode | undefined = node; up !== undefined; up = this.getParent(up)) {
      this.#stoppedNodes.delete(nodeId(up));
    }
    this.#changed(this.#content.connectionNode(connection));
    await this.#view.reveal(node, { select: true, focus, expand: focus && node.kind !== 'object' });
    return { ok: true, value: null };
  }

  #changed(node: ParentNode): void {
    this.#stoppedNodes.delete(nodeId(node));
    this.#didChange.fire(this.#content.nodes.get(nodeId(node)) ?? node);
  }

  #collapsed(node: TreeNode): void {
    if (this.#stopListing(node)) this.#stoppedNodes.add(nodeId(node));
  }

  #stopListing(node: TreeNode): boolean {
    if (node.kind === 'connection') return this.#store.cancelBuckets(node.connection.id);
    if (node.kind === 'bucket' || node.kind === 'folder') return this.#store.cancelFolder(folderRefOf(node));
    return this.#backups.stop(nodeId(node));
  }

  #expanded(node: TreeNode): void {
    const parent = parentNodeOf(node);
    if (parent === node && this.#stoppedNodes.has(nodeId(node))) this.#changed(parent);
  }

  /** Nobody looks at a hidden view: its listings stop, and start again when it is shown. */
  #visibilityChanged(isVisible: boolean): void {
    if (isVisible) {
      for (const id of [...this.#stoppedNodes]) {
        const node = this.#content.nodes.get(id);
        if (node !== undefined) this.#changed(node);
      }
      return;
    }
    for (const id of this.#backups.stopAll()) this.#stoppedNodes.add(id);
    const stopped = this.#store.cancelAll();
    for (const id of stopped.connections) this.#stoppedNodes.add(connectionNodeId(id));
    for (const ref of stopped.folders) {
      const node = this.#content.nodes.folder(ref);
      if (node !== undefined) this.#stoppedNodes.add(nodeId(node));
    }
  }

  #connectionsChanged(changed: readonly ConnectionId[]): void {
    for (const id of changed) this.#store.forgetConnection(id);
    const known = new Set(this.#connections.list().map(({ id }) => id));
    this.#content.nodes.forget((id) => changed.includes(id) || !known.has(id));
    this.#didChange.fire(undefined);
  }
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
