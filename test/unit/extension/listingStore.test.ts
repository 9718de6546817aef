import { describe, expect, it } from 'vitest';
import type { EngineClient } from '../../../src/extension/services';
import { ListingStore, type Cancellation } from '../../../src/extension/tree/listingStore';
import { Emitter } from '../../../src/extension/ui/emitter';
import type { CosError, Result } from '../../../src/model/cosError';
import { bucketName, connectionId, objectKey } from '../../../src/model/ids';
import type { ObjectPage, ObjectSummary } from '../../../src/model/objectInfo';

const connection = connectionId('c');
const root = { connectionId: connection, bucket: bucketName('b'), prefix: '' };
const docs = { ...root, prefix: 'docs/' };

interface Asked {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  isCancelled: boolean;
  answer(result: Result<unknown>): void;
}

/** A far side that answers when the test says so. */
class AskedEngine {
  readonly asked: Asked[] = [];

  readonly send = ((
    method: string,
    params: Readonly<Record<string, unknown>>,
    token?: { onCancellationRequested: Emitter<void>['event'] },
  ) =>
    new Promise<Result<unknown>>((resolve) => {
      const request: Asked = { method, params, isCancelled: false, answer: resolve };
      token?.onCancellationRequested(() => {
        request.isCancelled = true;
        resolve({ ok: false, error: failure('cancelled') });
      });
      this.asked.push(request);
    })) as unknown as EngineClient['send'];
}

function newCancellation(): Cancellation {
  const emitter = new Emitter<void>();
  return {
    token: { isCancellationRequested: false, onCancellationRequested: emitter.event },
    cancel: () => emitter.fire(),
    dispose: () => emitter.dispose(),
  };
}

function world(): { engine: AskedEngine; store: ListingStore } {
  const engine = new AskedEngine();
  return { engine, store: new ListingStore(engine, newCancellation) };
}

const failure = (kind: CosError['kind']): CosError => ({ kind, op: 'x', retry: 'never', detail: '' });
const object = (key: string): ObjectSummary => ({ key: objectKey(key), sizeBytes: 1, modifiedAtMs: 0, etag: 'e' });
const page = (keys: readonly string[], nextCursor?: string, folders: readonly string[] = []): Result<ObjectPage> => ({
  ok: true,
  value: { folders, objects: keys.map(object), ...(nextCursor === undefined ? {} : { nextCursor }) },
});
const keysOf = (state: { objects: readonly ObjectSummary[] }): string[] => state.objects.map(({ key }) => key);

describe('the listing store', () => {
  it('notices once for each listing that a listed bucket is gone', async () => {
    const { engine, store } = world();
    const list = async (...names: string[]): Promise<void> => {
      const listing = store.buckets(connection);
      engine.asked.at(-1)!.answer({ ok: true, value: names.map((name) => ({ name: bucketName(name) })) });
      await listing;
    };
    const open = async (): Promise<void> => {
      store.refreshFolder(root);
      const opening = store.folder(root);
      engine.asked.at(-1)!.answer({ ok: false, error: { ...failure('notFound'), reason: 'noSuchBucket' } });
      await opening;
    };
    await list('a', 'b');
    expect(store.noticeGone(root)).toBe(false);
    await open();
    expect(store.noticeGone(root)).toBe(true);
    store.refreshBuckets(connection);
    await list('a', 'b');
    await open();
    expect(store.noticeGone(root)).toBe(false);
    store.refreshBuckets(connection);
    await list('a', 'b');
    expect(store.noticeGone(root)).toBe(true);
  });

  it('shows a looked-up bucket no longer that is gone', async () => {
    const { engine, store } = world();
    store.pinBucket(connection, { name: bucketName('b') });
    const listing = store.buckets(connection);
    engine.asked[0]!.answer({ ok: true, value: [] });
    expect(await listing).toMatchObject({ buckets: [{ name: 'b' }] });
    const opening = store.folder(root);
    engine.asked[1]!.answer({ ok: false, error: { ...failure('notFound'), reason: 'noSuchBucket' } });
    await opening;
    expect(store.noticeGone(root)).toBe(true);
    expect(await store.buckets(connection)).toMatchObject({ buckets: [] });
  });

  it('asks once for what is wanted twice', async () => {
    const { engine, store } = world();
    const both = [store.folder(root), store.folder(root)];
    engine.asked[0]!.answer(page(['a']));
    expect((await Promise.all(both)).map(keysOf)).toEqual([['a'], ['a']]);
    expect(keysOf(await store.folder(root))).toEqual(['a']);
    expect(engine.asked).toHaveLength(1);
  });

  it('lists one page at a time, in the order of the server, until there is no cursor', async () => {
    const { engine, store } = world();
    const first = store.folder(docs);
    engine.asked[0]!.answer(page(['docs/z'], 'cursor', ['docs/m/']));
    expect(await first).toMatchObject({ hasMore: true, folders: ['docs/m/'] });
    const more = [store.loadMore(docs), store.loadMore(docs)];
    expect(engine.asked[1]!.params).toMatchObject({ prefix: 'docs/', delimiter: '/', cursor: 'cursor' });
    engine.asked[1]!.answer(page(['docs/a']));
    for (const state of await Promise.all(more)) {
      expect(keysOf(state)).toEqual(['docs/z', 'docs/a']);
      expect(state.hasMore).toBe(false);
    }
    await store.loadMore(docs);
    expect(engine.asked).toHaveLength(2);
  });

  it('drops the answer to a listing that a refresh made stale, and waits for the new one', async () => {
    const { engine, store } = world();
    const listing = store.folder(root);
    store.refreshFolder(root);
    expect(engine.asked[0]!.isCancelled).toBe(true);
    await Promise.resolve();
    await expect.poll(() => engine.asked.length).toBe(2);
    engine.asked[1]!.answer(page(['new']));
    expect(keysOf(await listing)).toEqual(['new']);
  });

  it('says that a cancelled listing stopped, and lists anew when asked again', async () => {
    const { engine, store } = world();
    const listing = store.folder(root);
    expect(store.cancelFolder(root)).toBe(true);
    expect((await listing).isStopped).toBe(true);
    expect(store.cancelFolder(root)).toBe(false);
    const again = store.folder(root);
    engine.asked[1]!.answer(page(['a']));
    expect(await again).toMatchObject({ isStopped: false });
  });

  it('cancels everything and tells what it was', async () => {
    const { engine, store } = world();
    const all = [store.folder(docs), store.buckets(connection)];
    expect(store.cancelAll()).toEqual({ connections: [connection], folders: [docs] });
    await Promise.all(all);
    expect(engine.asked.every(({ isCancelled }) => isCancelled)).toBe(true);
    expect(await all[1]).toEqual({ kind: 'stopped' });
  });

  it('keeps the pages before a page that failed, and tries that page again', async () => {
    const { engine, store } = world();
    const first = store.folder(root);
    engine.asked[0]!.answer(page(['a'], 'cursor'));
    await first;
    const second = store.loadMore(root);
    engine.asked[1]!.answer({ ok: false, error: failure('throttled') });
    expect(await second).toMatchObject({ error: { kind: 'throttled' }, hasMore: true });
    const third = store.loadMore(root);
    expect(engine.asked[2]!.params).toMatchObject({ cursor: 'cursor' });
    engine.asked[2]!.answer(page(['b']));
    const state = await third;
    expect(keysOf(state)).toEqual(['a', 'b']);
    expect(state.error).toBeUndefined();
  });

  it('repeats a listing that died with the engine, once', async () => {
    const { engine, store } = world();
    const listing = store.folder(root);
    engine.asked[0]!.answer({ ok: false, error: failure('engineGone') });
    await expect.poll(() => engine.asked.length).toBe(2);
    engine.asked[1]!.answer({ ok: false, error: failure('engineGone') });
    expect((await listing).error?.kind).toBe('engineGone');
    expect(engine.asked).toHaveLength(2);
  });

  it('does not ask again by itself for a folder that failed', async () => {
    const { engine, store } = world();
    const first = store.folder(root);
    engine.asked[0]!.answer({ ok: false, error: failure('denied') });
    expect((await first).error?.kind).toBe('denied');
    expect((await store.folder(root)).error?.kind).toBe('denied');
    expect(engine.asked).toHaveLength(1);
  });

  it('hides the object that stands for the folder itself', async () => {
    const { engine, store } = world();
    const listing = store.folder(docs);
    engine.asked[0]!.answer(page(['docs/', 'docs/a']));
    expect(keysOf(await listing)).toEqual(['docs/a']);
  });

  it('lists with the filter behind the prefix, and keeps the filter over a refresh', async () => {
    const { engine, store } = world();
    store.setFilter(docs, '2024');
    void store.folder(docs);
    store.refreshFolder(root);
    const listing = store.folder(docs);
    expect(engine.asked.at(-1)!.params).toMatchObject({ prefix: 'docs/2024' });
    engine.asked.at(-1)!.answer(page([]));
    expect(await listing).toMatchObject({ filter: '2024' });
  });

  it('shows looked-up entries beside the pages, once, and not past the filter', async () => {
    const { engine, store } = world();
    store.pinObject(root, object('zz'));
    store.pinObject(root, object('a'));
    store.pinFolder(root, 'far/');
    const listing = store.folder(root);
    engine.asked[0]!.answer(page(['a', 'b'], 'cursor'));
    const state = await listing;
    expect(keysOf(state)).toEqual(['a', 'b', 'zz']);
    expect(state.folders).toEqual(['far/']);
    store.setFilter(root, 'a');
    const filtered = store.folder(root);
    engine.asked[1]!.answer(page(['a']));
    expect(await filtered).toMatchObject({ folders: [], hasMore: false });
    expect(keysOf(await filtered)).toEqual(['a']);
  });

  it('refreshes what lies below a folder and nothing beside it', async () => {
    const { engine, store } = world();
    for (const ref of [root, docs]) {
      const listing = store.folder(ref);
      engine.asked.at(-1)!.answer(page([]));
      await listing;
    }
    store.refreshFolder(docs);
    await store.folder(root);
    expect(engine.asked).toHaveLength(2);
    void store.folder(docs);
    expect(engine.asked).toHaveLength(3);
  });

  it('finds the outermost folder that lacks the way to a change', async () => {
    const { engine, store } = world();
    const deep = { ...root, prefix: 'docs/deep/new/' };
    expect(store.staleFolder(deep)).toEqual(deep);
    const list = async (ref: typeof root, folders: readonly string[]): Promise<void> => {
      const listing = store.folder(ref);
      engine.asked.at(-1)!.answer(page([], undefined, folders));
      await listing;
    };
    await list(root, ['docs/']);
    expect(store.staleFolder(deep)).toEqual(deep);
    await list(docs, ['docs/other/']);
    expect(store.staleFolder(deep)).toEqual(docs);
    expect(store.staleFolder({ ...root, prefix: 'other/' })).toEqual(root);
    expect(store.staleFolder(docs)).toEqual(docs);
    store.setFilter(docs, 'x');
    await list(docs, []);
    expect(store.staleFolder(deep)).toEqual(deep);
  });

  it('shows a bucket that was looked up although it is not listed, also when nothing may be listed', async () => {
    const { engine, store } = world();
    store.pinBucket(connection, { name: bucketName('mine') });
    const listing = store.buckets(connection);
    engine.asked[0]!.answer({ ok: false, error: failure('denied') });
    expect(await listing).toEqual({ kind: 'failed', error: failure('denied'), buckets: [{ name: 'mine' }] });
  });
});
