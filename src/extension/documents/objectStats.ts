import type { Result } from '../../model/cosError';
import type { BucketName, ConnectionId } from '../../model/ids';
import type { ObjectInfo } from '../../model/objectInfo';
import type { ObjectRef } from '../../protocol/requests';
import type { EngineClient, ObjectChange } from '../services';
import type { DirectoryEntry } from './directory';
import { folderId, objectId, parentPrefix, refOf, type EntryPlace } from '../nodes/place';
import { KnownProbes } from './probes';
import { StatCache, type CachedStat } from './statCache';

/** Answers what is at a path: an object if there is one, else a folder if there is anything below. */
export class ObjectStats {
  readonly #engine: Pick<EngineClient, 'send'>;
  readonly #cache: StatCache;
  readonly #probes = new KnownProbes();
  readonly #running = new Map<string, Promise<Result<CachedStat>>>();
  /** Counts invalidations: an answer that was asked for before one is not remembered. */
  #generation = 0;

  constructor(engine: Pick<EngineClient, 'send'>, nowMs: () => number) {
    this.#engine = engine;
    this.#cache = new StatCache({ maxAgeMs: 10_000, maxEntries: 50_000, nowMs });
  }

  /** Joins equal questions. `isOpen`: an editor shows it, so that it is no mere probe. */
  async stat(place: EntryPlace, isOpen: boolean): Promise<Result<CachedStat>> {
    const id = statId(place);
    const cached = this.#cache.get(id);
    if (cached !== undefined) return { ok: true, value: cached };
    if (!isOpen && this.#probes.isUnfounded(bucketId(place), place.key)) return { ok: true, value: { kind: 'absent' } };
    const running = this.#running.get(id);
    if (running !== undefined) return running;
    const generation = this.#generation;
    const asked = this.#ask(place).then((answer) => {
      if (answer.ok && generation === this.#generation) this.#cache.set(id, answer.value);
      return answer;
    });
    this.#running.set(id, asked);
    try {
      return await asked;
    } finally {
      this.#running.delete(id);
    }
  }

  async #ask(place: EntryPlace): Promise<Result<CachedStat>> {
    if (!place.isFolderOnly) {
      const head = await this.#engine.send('objects/head', refOf(place));
      if (head.ok) return { ok: true, value: statOf(head.value) };
      if (head.error.kind !== 'notFound') return head;
      if (place.versionId !== undefined) return { ok: true, value: { kind: 'absent' } };
    }
    const { connectionId, bucket, prefix } = place;
    const page = await this.#engine.send('objects/listPage', {
      connectionId,
      bucket,
      prefix,
      delimiter: '/',
      maxKeys: 1,
    });
    if (page.ok) {
      const exists = page.value.folders.length > 0 || page.value.objects.length > 0;
      return { ok: true, value: { kind: exists ? 'folder' : 'absent' } };
    }
    // Who may not list sees no folders, but the answer about the object stands.
    if (page.error.kind === 'denied' || page.error.kind === 'notFound') return { ok: true, value: { kind: 'absent' } };
    return page;
  }

  /** Remembers what a request for the object itself told. */
  noteObject(ref: ObjectRef, info: ObjectInfo): void {
    this.#cache.set(objectId(ref), statOf(info));
    this.#probes.add(bucketId(ref), ref.key);
  }

  /** Whether the last answer about an object came from a listing, which does not tell of protection. */
  isUnsure(ref: ObjectRef): boolean {
    const known = this.#cache.get(objectId(ref));
    return known?.kind === 'file' && known.protection === undefined;
  }

  /** Remembers a whole listing, so that showing a folder costs no request per object. */
  noteListing(connectionId: ConnectionId, bucket: BucketName, entries: readonly DirectoryEntry[]): void {
    for (const entry of entries) {
      if (entry.kind === 'folder') {
        this.#probes.add(bucketId({ connectionId, bucket }), entry.prefix);
        const suffix = entry.name.endsWith('~d') ? '~d' : '';
        this.#cache.set(`${folderId(connectionId, bucket, entry.prefix).slice(0, -1)}${suffix}?`, { kind: 'folder' });
        continue;
      }
      const { key, sizeBytes, modifiedAtMs } = entry.object;
      const id = objectId({ connectionId, bucket, key });
      this.#probes.add(bucketId({ connectionId, bucket }), key);
      const known = this.#cache.get(id);
      const isSame =
        known?.kind === 'file' && known.sizeBytes === sizeBytes && known.modifiedAtMs === wholeSeconds(modifiedAtMs);
      if (!isSame) this.#cache.set(id, { kind: 'file', sizeBytes, modifiedAtMs: wholeSeconds(modifiedAtMs) });
    }
  }

  /** Somebody showed that this exists (a row of the tree was opened), whatever its name looks like. */
  noteExists(ref: ObjectRef): void {
    this.#probes.add(bucketId(ref), ref.key);
  }

  /** Forgets what a change may have made wrong: the keys, what is below the prefix, and the folders above. */
  invalidate(change: ObjectChange): void {
    this.#generation += 1;
    const { connectionId, bucket } = change;
    for (const key of change.keys ?? []) {
      this.#cache.delete(objectId({ connectionId, bucket, key }));
      this.#forgetFoldersAbove(connectionId, bucket, key);
      if (change.kind !== 'deleted') this.#probes.add(bucketId(change), key);
    }
    if (change.keys === undefined) {
      this.#cache.deleteBelow(folderId(connectionId, bucket, change.prefix));
      if (change.prefix !== '') {
        const id = folderId(connectionId, bucket, change.prefix).slice(0, -1);
        this.#cache.delete(`${id}?`);
        this.#cache.delete(`${id}~d?`);
        this.#forgetFoldersAbove(connectionId, bucket, change.prefix);
      }
    }
  }

  #forgetFoldersAbove(connectionId: ConnectionId, bucket: BucketName, key: string): void {
    for (let prefix = parentPrefix(key); prefix !== ''; prefix = parentPrefix(prefix)) {
      const id = folderId(connectionId, bucket, prefix).slice(0, -1);
      this.#cache.delete(`${id}?`);
      this.#cache.delete(`${id}~d?`);
    }
  }
}

/** Listings tell milliseconds where HEADs tell seconds; editors compare the two. */
export function wholeSeconds(timeMs: number): number {
  return Math.floor(timeMs / 1000) * 1000;
}

function statOf(info: ObjectInfo): CachedStat {
  return {
    kind: 'file',
    sizeBytes: info.sizeBytes,
    modifiedAtMs: wholeSeconds(info.modifiedAtMs),
    protection: info.protection,
  };
}

function statId(place: EntryPlace): string {
  const id = objectId(refOf(place));
  return place.isFolderOnly ? id.replace(/\?$/, '~d?') : id;
}

function bucketId(ref: { readonly connectionId: ConnectionId; readonly bucket: BucketName }): string {
  return `${ref.connectionId}/${ref.bucket}`;
}
