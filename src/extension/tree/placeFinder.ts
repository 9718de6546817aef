import type { CancellationToken } from 'vscode';
import type { CosError, Result } from '../../model/cosError';
import type { BucketName, ConnectionId } from '../../model/ids';
import type { BucketSummary, ObjectSummary } from '../../model/objectInfo';
import type { EngineClient, RevealTarget } from '../services';
import type { ListingStore } from './listingStore';
import type { FolderRef } from '../nodes/treeNode';

/** What *Go to* found. */
export type Found =
  { readonly kind: 'folder'; readonly prefix: string } | { readonly kind: 'object'; readonly object: ObjectSummary };

const noSuchKey: CosError = {
  kind: 'notFound',
  reason: 'noSuchKey',
  op: 'objects/head',
  retry: 'never',
  detail: 'neither an object nor a folder has this name',
};

/** Looks up a bucket, folder or object, and makes the store show the way to it, whether or not its page is loaded. */
export class PlaceFinder {
  readonly #engine: Pick<EngineClient, 'send'>;
  readonly #store: ListingStore;

  constructor(engine: Pick<EngineClient, 'send'>, store: ListingStore) {
    this.#engine = engine;
    this.#store = store;
  }

  async find(
    target: RevealTarget,
    token: CancellationToken | undefined,
  ): Promise<Result<{ readonly bucket: BucketSummary; readonly found: Found }>> {
    const bucket = await this.#findBucket(target, token);
    if (!bucket.ok) return bucket;
    const found = await this.#pinTarget(target, token);
    return found.ok ? { ok: true, value: { bucket: bucket.value, found: found.value } } : found;
  }

  async #findBucket(target: RevealTarget, token: CancellationToken | undefined): Promise<Result<BucketSummary>> {
    const state = await this.#store.buckets(target.connectionId);
    const listed = state.kind === 'stopped' ? undefined : state.buckets.find(({ name }) => name === target.bucket);
    if (listed !== undefined) return { ok: true, value: listed };
    const { connectionId, bucket } = target;
    const answer = await this.#engine.send('buckets/get', { connectionId, bucket }, token);
    if (!answer.ok && answer.error.kind !== 'denied') return answer;
    // Object Reader may not look a bucket up, and still use what is in it.
    const summary = answer.ok ? answer.value : { name: bucket };
    this.#store.pinBucket(connectionId, summary);
    return { ok: true, value: summary };
  }

  /** Makes the store show the way to a target. The answer is the folder or object that is there. */
  async #pinTarget(
    { connectionId, bucket, key }: RevealTarget,
    token: CancellationToken | undefined,
  ): Promise<Result<Found>> {
    if (key === '') return { ok: true, value: { kind: 'folder', prefix: '' } };
    if (!key.endsWith('/')) {
      const head = await this.#engine.send('objects/head', { connectionId, bucket, key }, token);
      if (head.ok) {
        const parentPrefix = parentPrefixOf(key);
        this.#pinFolders(connectionId, bucket, parentPrefix);
        this.#showPrefix({ connectionId, bucket, prefix: parentPrefix }, key);
        this.#store.pinObject({ connectionId, bucket, prefix: parentPrefix }, head.value);
        return { ok: true, value: { kind: 'object', object: head.value } };
      }
      if (head.error.kind !== 'notFound' && head.error.kind !== 'denied') return head;
    }
    const prefix = key.endsWith('/') ? key : `${key}/`;
    const page = { connectionId, bucket, prefix, delimiter: '/', maxKeys: 1 } as const;
    const listed = await this.#engine.send('objects/listPage', page, token);
    if (!listed.ok && listed.error.kind !== 'denied') return listed;
    if (listed.ok && listed.value.folders.length + listed.value.objects.length === 0) {
      return { ok: false, error: { ...noSuchKey, bucket, key } };
    }
    this.#pinFolders(connectionId, bucket, prefix);
    return { ok: true, value: { kind: 'folder', prefix } };
  }

  /** Pins every folder from the bucket down to a prefix into the folder above it. */
  #pinFolders(connectionId: ConnectionId, bucket: BucketName, prefix: string): void {
    for (let end = prefix.indexOf('/'); end >= 0; end = prefix.indexOf('/', end + 1)) {
      const below = prefix.slice(0, end + 1);
      const above = { connectionId, bucket, prefix: parentPrefixOf(below) };
      this.#showPrefix(above, below);
      this.#store.pinFolder(above, below);
    }
  }

  /** Clears a filter that would hide what is to be shown. */
  #showPrefix(ref: FolderRef, name: string): void {
    if (!name.startsWith(ref.prefix + this.#store.filterOf(ref))) this.#store.setFilter(ref, '');
  }
}

/** The prefix of the folder that holds a key or a folder. */
export function parentPrefixOf(name: string): string {
  const inner = name.endsWith('/') ? name.slice(0, -1) : name;
  return inner.slice(0, inner.lastIndexOf('/') + 1);
}
