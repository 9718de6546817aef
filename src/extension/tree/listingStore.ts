import type { CancellationToken } from 'vscode';
import type { CosError, Result } from '../../model/cosError';
import type { ConnectionId } from '../../model/ids';
import type { BucketSummary, ObjectPage, ObjectSummary } from '../../model/objectInfo';
import type { EngineClient } from '../services';
import type { FolderRef } from '../nodes/treeNode';

/** A source of cancellation, as `vscode.CancellationTokenSource` is one. */
export interface Cancellation {
  readonly token: CancellationToken;
  cancel(): void;
  dispose(): void;
}

/** What is known of a connection's buckets. `stopped`: the listing was cancelled and nothing is known. */
export type BucketsState =
  | { readonly kind: 'listed'; readonly buckets: readonly BucketSummary[] }
  | { readonly kind: 'failed'; readonly error: CosError; readonly buckets: readonly BucketSummary[] }
  | { readonly kind: 'stopped' };

/** What is known of a folder: the pages so far, in the server's order, and what was looked up besides them. */
export interface FolderState {
  readonly folders: readonly string[];
  readonly objects: readonly ObjectSummary[];
  /** More pages are to be had. */
  readonly hasMore: boolean;
  /** The last page failed; what came before it still stands. */
  readonly error?: CosError;
  /** The listing was cancelled before its first page came. */
  readonly isStopped: boolean;
  readonly filter: string;
}

interface Folder {
  readonly ref: FolderRef;
  filter: string;
  generation: number;
  pages: ObjectPage[];
  error: CosError | undefined;
  inFlight: { readonly work: Promise<void>; readonly cancellation: Cancellation } | undefined;
  /** Entries shown although their page is not loaded, e.g. after *Go to*. */
  pinnedFolders: readonly string[];
  pinnedObjects: readonly ObjectSummary[];
}

interface Buckets {
  generation: number;
  answer: Result<readonly BucketSummary[]> | undefined;
  inFlight: { readonly work: Promise<void>; readonly cancellation: Cancellation } | undefined;
  pinned: readonly BucketSummary[];
  /** The listing after which a bucket that is gone was noticed; one that brings it again is believed. */
  doubted?: number;
}

/**
 * The listings behind the tree. Equal requests are joined, one page is in flight for each folder, answers of an older
 * generation are dropped.
 */
export class ListingStore {
  readonly #engine: Pick<EngineClient, 'send'>;
  readonly #newCancellation: () => Cancellation;
  readonly #buckets = new Map<ConnectionId, Buckets>();
  readonly #folders = new Map<string, Folder>();

  constructor(engine: Pick<EngineClient, 'send'>, newCancellation: () => Cancellation) {
    this.#engine = engine;
    this.#newCancellation = newCancellation;
  }

  /** The buckets of a connection, listed at the first call and after a refresh. */
  async buckets(id: ConnectionId): Promise<BucketsState> {
    const buckets = this.#bucketsOf(id);
    while (buckets.answer === undefined) {
      const generation = buckets.generation;
      buckets.inFlight ??= this.#run((token) => this.#listBuckets(id, buckets, token));
      await buckets.inFlight.work;
      if (buckets.answer === undefined && buckets.generation === generation) return { kind: 'stopped' };
    }
    const { answer, pinned } = buckets;
    return answer.ok
      ? { kind: 'listed', buckets: withPinned(answer.value, pinned) }
      : { kind: 'failed', error: answer.error, buckets: pinned };
  }

  /** A folder with at least its first page, listed at the first call and after a refresh. */
  async folder(ref: FolderRef): Promise<FolderState> {
    const folder = this.#folderOf(ref);
    while (folder.pages.length === 0 && folder.error === undefined) {
      const generation = folder.generation;
      await this.#page(folder);
      const isUnchanged = folder.generation === generation;
      if (isUnchanged && folder.pages.length === 0 && folder.error === undefined) return stateOf(folder, true);
    }
    return stateOf(folder, false);
  }

  /** Lists the next page of a folder; a page in flight is joined. */
  async loadMore(ref: FolderRef): Promise<FolderState> {
    const folder = this.#folderOf(ref);
    if (folder.inFlight !== undefined || folder.pages.length === 0 || cursorOf(folder) !== undefined) {
      await this.#page(folder);
    }
    return stateOf(folder, folder.pages.length === 0 && folder.error === undefined);
  }

  /** Stops the listing of one folder. Returns whether there was one. */
  cancelFolder(ref: FolderRef): boolean {
    const folder = this.#folders.get(folderKey(ref));
    if (folder?.inFlight === undefined) return false;
    folder.inFlight.cancellation.cancel();
    return true;
  }

  /** Stops every listing. Returns what was stopped. */
  cancelAll(): { readonly connections: readonly ConnectionId[]; readonly folders: readonly FolderRef[] } {
    const connections = [...this.#buckets].filter(([, buckets]) => buckets.inFlight !== undefined);
    const folders = [...this.#folders.values()].filter((folder) => folder.inFlight !== undefined);
    for (const [, buckets] of connections) buckets.inFlight?.cancellation.cancel();
    for (const folder of folders) folder.inFlight?.cancellation.cancel();
    return { connections: connections.map(([id]) => id), folders: folders.map(({ ref }) => ref) };
  }

  cancelBuckets(id: ConnectionId): boolean {
    const buckets = this.#buckets.get(id);
    if (buckets?.inFlight === undefined) return false;
    buckets.inFlight.cancellation.cancel();
    return true;
  }

  /** Forgets pages and looked-up entries of a folder and of the folders below it; filters stay. */
  refreshFolder(ref: FolderRef): void {
    for (const folder of this.#folders.values()) {
      const isBelow =
        folder.ref.connectionId === ref.connectionId &&
        folder.ref.bucket === ref.bucket &&
        folder.ref.prefix.startsWith(ref.prefix);
      if (isBelow) this.#forget(folder);
    }
  }

  /** The folder to list again when something in a folder changed: the outermost one above it that lacks the way to it. */
  staleFolder(ref: FolderRef): FolderRef {
    let stale = ref;
    for (const { ref: shown, filter, pages, inFlight } of this.#folders.values()) {
      const isAbove =
        shown.connectionId === ref.connectionId &&
        shown.bucket === ref.bucket &&
        shown.prefix.length < stale.prefix.length &&
        ref.prefix.startsWith(shown.prefix + filter);
      if (!isAbove || (pages.length === 0 && inFlight === undefined)) continue;
      const below = ref.prefix.slice(0, ref.prefix.indexOf('/', shown.prefix.length) + 1);
      if (!pages.some(({ folders }) => folders.includes(below))) stale = shown;
    }
    return stale;
  }

  /** Forgets all that is known of a connection. */
  refreshConnection(id: ConnectionId): void {
    const buckets = this.#buckets.get(id);
    if (buckets !== undefined) {
      buckets.generation += 1;
      buckets.answer = undefined;
      buckets.inFlight?.cancellation.cancel();
      buckets.inFlight = undefined;
    }
    for (const folder of this.#folders.values()) if (folder.ref.connectionId === id) this.#forget(folder);
  }

  /** Forgets the buckets' names only, e.g. after one was created. */
  refreshBuckets(id: ConnectionId): void {
    const buckets = this.#buckets.get(id);
    if (buckets === undefined) return;
    buckets.generation += 1;
    buckets.answer = undefined;
    buckets.inFlight?.cancellation.cancel();
    buckets.inFlight = undefined;
  }

  /**
   * Whether a bucket that is shown turned out not to exist any more, so that the buckets are to be listed again. Says so once
   * for each listing; a bucket that was looked up is dropped.
   */
  noticeGone({ connectionId, bucket }: Omit<FolderRef, 'prefix'>): boolean {
    const buckets = this.#buckets.get(connectionId);
    const error = this.#folders.get(folderKey({ connectionId, bucket, prefix: '' }))?.error;
    if (buckets === undefined || error?.reason !== 'noSuchBucket') return false;
    const isPinned = buckets.pinned.some(({ name }) => name === bucket);
    const isListed = buckets.answer?.ok === true && buckets.answer.value.some(({ name }) => name === bucket);
    if (isPinned) this.unpinBucket(connectionId, bucket);
    if (!isListed || buckets.doubted === buckets.generation) return isPinned;
    buckets.doubted = buckets.generation + 1;
    return true;
  }

  filterOf(ref: FolderRef): string {
    return this.#folders.get(folderKey(ref))?.filter ?? '';
  }

  /** Shows only what starts with the folder's prefix and this text; empty shows all. */
  setFilter(ref: FolderRef, filter: string): void {
    const folder = this.#folderOf(ref);
    if (folder.filter === filter) return;
    folder.filter = filter;
    this.#restart(folder);
  }

  /** Shows an entry whether or not its page is loaded. */
  pinFolder(ref: FolderRef, prefix: string): void {
    const folder = this.#folderOf(ref);
    if (!folder.pinnedFolders.includes(prefix)) folder.pinnedFolders = [...folder.pinnedFolders, prefix];
  }

  pinObject(ref: FolderRef, object: ObjectSummary): void {
    const folder = this.#folderOf(ref);
    folder.pinnedObjects = [...folder.pinnedObjects.filter(({ key }) => key !== object.key), object];
  }

  pinBucket(id: ConnectionId, bucket: BucketSummary): void {
    const buckets = this.#bucketsOf(id);
    buckets.pinned = [...buckets.pinned.filter(({ name }) => name !== bucket.name), bucket];
  }

  unpinBucket(id: ConnectionId, name: string): void {
    const buckets = this.#buckets.get(id);
    if (buckets !== undefined) buckets.pinned = buckets.pinned.filter((bucket) => bucket.name !== name);
  }

  /** Drops everything of a connection that is gone. */
  forgetConnection(id: ConnectionId): void {
    this.refreshConnection(id);
    this.#buckets.delete(id);
    for (const [key, folder] of this.#folders) if (folder.ref.connectionId === id) this.#folders.delete(key);
  }

  #run(work: (token: CancellationToken) => Promise<void>): { work: Promise<void>; cancellation: Cancellation } {
    const cancellation = this.#newCancellation();
    return { work: work(cancellation.token).finally(() => cancellation.dispose()), cancellation };
  }

  /** A listing that died with the engine is repeated once: the engine is back by then, or was given up. */
  async #ask<T>(request: () => Promise<Result<T>>): Promise<Result<T>> {
    const answer = await request();
    return !answer.ok && answer.error.kind === 'engineGone' ? request() : answer;
  }

  async #listBuckets(id: ConnectionId, buckets: Buckets, token: CancellationToken): Promise<void> {
    const { generation } = buckets;
    const answer = await this.#ask(() => this.#engine.send('buckets/list', { connectionId: id }, token));
    if (buckets.generation !== generation) return;
    buckets.inFlight = undefined;
    if (answer.ok || answer.error.kind !== 'cancelled') buckets.answer = answer;
  }

  async #page(folder: Folder): Promise<void> {
    folder.inFlight ??= this.#run((token) => this.#listPage(folder, token));
    await folder.inFlight.work;
  }

  async #listPage(folder: Folder, token: CancellationToken): Promise<void> {
    const { generation, ref } = folder;
    const cursor = cursorOf(folder);
    const params = {
      connectionId: ref.connectionId,
      bucket: ref.bucket,
      prefix: ref.prefix + folder.filter,
      delimiter: '/',
      ...(cursor === undefined ? {} : { cursor }),
    } as const;
    const answer = await this.#ask(() => this.#engine.send('objects/listPage', params, token));
    if (folder.generation !== generation) return;
    folder.inFlight = undefined;
    if (answer.ok) {
      folder.pages.push(answer.value);
      folder.error = undefined;
    } else if (answer.error.kind !== 'cancelled') {
      folder.error = answer.error;
    }
  }

  #forget(folder: Folder): void {
    folder.pinnedFolders = [];
    folder.pinnedObjects = [];
    this.#restart(folder);
  }

  #restart(folder: Folder): void {
    folder.generation += 1;
    folder.pages = [];
    folder.error = undefined;
    folder.inFlight?.cancellation.cancel();
    folder.inFlight = undefined;
  }

  #bucketsOf(id: ConnectionId): Buckets {
    let buckets = this.#buckets.get(id);
    if (buckets === undefined) {
      buckets = { generation: 0, answer: undefined, inFlight: undefined, pinned: [] };
      this.#buckets.set(id, buckets);
    }
    return buckets;
  }

  #folderOf(ref: FolderRef): Folder {
    const key = folderKey(ref);
    let folder = this.#folders.get(key);
    if (folder === undefined) {
      folder = {
        ref,
        filter: '',
        generation: 0,
        pages: [],
        error: undefined,
        inFlight: undefined,
        pinnedFolders: [],
        pinnedObjects: [],
      };
      this.#folders.set(key, folder);
    }
    return folder;
  }
}

function folderKey(ref: FolderRef): string {
  return `${ref.connectionId}\n${ref.bucket}\n${ref.prefix}`;
}

function cursorOf(folder: Folder): string | undefined {
  return folder.pages.at(-1)?.nextCursor;
}

/** A folder's own marker object (`a/` within `a/`) is the folder itself and not shown inside of it. */
function stateOf(folder: Folder, isStopped: boolean): FolderState {
  const listedFolders = folder.pages.flatMap((page) => page.folders);
  const listedObjects = folder.pages.flatMap((page) => page.objects).filter(({ key }) => key !== folder.ref.prefix);
  const folderNames = new Set(listedFolders);
  const keys = new Set<string>(listedObjects.map(({ key }) => key));
  const wanted = folder.ref.prefix + folder.filter;
  return {
    folders: [
      ...listedFolders,
      ...folder.pinnedFolders.filter((prefix) => !folderNames.has(prefix) && prefix.startsWith(wanted)),
    ],
    objects: [...listedObjects, ...folder.pinnedObjects.filter(({ key }) => !keys.has(key) && key.startsWith(wanted))],
    hasMore: cursorOf(folder) !== undefined,
    ...(folder.error === undefined ? {} : { error: folder.error }),
    isStopped,
    filter: folder.filter,
  };
}

function withPinned(listed: readonly BucketSummary[], pinned: readonly BucketSummary[]): readonly BucketSummary[] {
  const names = new Set<string>(listed.map(({ name }) => name));
  return [...listed, ...pinned.filter(({ name }) => !names.has(name))];
}
