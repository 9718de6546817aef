import { describe, expect, it } from 'vitest';
import type { EngineClient } from '../../../src/extension/services';
import { ListingStore } from '../../../src/extension/tree/listingStore';
import { parentPrefixOf, PlaceFinder } from '../../../src/extension/tree/placeFinder';
import type { CosError } from '../../../src/model/cosError';
import { bucketName, connectionId, objectKey } from '../../../src/model/ids';

const connection = connectionId('c');
const bucket = bucketName('b');

/** A service with these keys in bucket `b`; `denied` methods are refused. */
function world(keys: readonly string[], denied: readonly string[] = []): { store: ListingStore; finder: PlaceFinder } {
  const failed = (kind: CosError['kind']): unknown => ({
    ok: false,
    error: { kind, op: '', retry: 'never', detail: '' },
  });
  const answer = (method: string, params: { key?: string; prefix?: string; bucket?: string }): unknown => {
    if (denied.includes(method)) return failed('denied');
    switch (method) {
      case 'buckets/list':
        return { ok: true, value: [{ name: 'listed' }] };
      case 'buckets/get':
        return params.bucket === 'b' ? { ok: true, value: { name: 'b' } } : failed('notFound');
      case 'objects/head':
        return keys.includes(params.key ?? '')
          ? { ok: true, value: { key: params.key, sizeBytes: 1, modifiedAtMs: 0, etag: 'e' } }
          : failed('notFound');
      default: {
        const objects = keys.filter((key) => key.startsWith(params.prefix ?? '')).map((key) => ({ key }));
        return { ok: true, value: { folders: [], objects: objects.slice(0, 1) } };
      }
    }
  };
  const send = (async (method: string, params: object) => answer(method, params)) as unknown as EngineClient['send'];
  const store = new ListingStore({ send }, () => {
    const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) };
    return { token, cancel: () => undefined, dispose: () => undefined };
  });
  return { store, finder: new PlaceFinder({ send }, store) };
}

const find = (finder: PlaceFinder, key: string, name = bucket): ReturnType<PlaceFinder['find']> =>
  finder.find({ connectionId: connection, bucket: name, key: objectKey(key) }, undefined);

describe('going to a place', () => {
  it('shows a bucket that is not listed, every folder on the way, and the object', async () => {
    const { store, finder } = world(['a/b/c.txt']);
    expect(await find(finder, 'a/b/c.txt')).toMatchObject({ ok: true, value: { found: { kind: 'object' } } });
    expect(await store.buckets(connection)).toMatchObject({ buckets: [{ name: 'listed' }, { name: 'b' }] });
    expect((await store.folder({ connectionId: connection, bucket, prefix: '' })).folders).toEqual(['a/']);
    expect((await store.folder({ connectionId: connection, bucket, prefix: 'a/' })).folders).toEqual(['a/b/']);
  });

  it('finds a folder, with or without its slash', async () => {
    const { finder } = world(['a/b/c.txt']);
    for (const key of ['a/b', 'a/b/']) {
      expect(await find(finder, key)).toMatchObject({ value: { found: { kind: 'folder', prefix: 'a/b/' } } });
    }
  });

  it('clears a filter that would hide the place', async () => {
    const { store, finder } = world(['a/b.txt']);
    const root = { connectionId: connection, bucket, prefix: '' };
    store.setFilter(root, 'z');
    await find(finder, 'a/b.txt');
    expect(store.filterOf(root)).toBe('');
  });

  it('opens a prefix and a bucket that may neither be listed nor looked up', async () => {
    const { finder } = world([], ['buckets/list', 'buckets/get', 'objects/head', 'objects/listPage']);
    expect(await find(finder, 'team/a/')).toMatchObject({ value: { found: { kind: 'folder', prefix: 'team/a/' } } });
  });

  it('says when there is nothing', async () => {
    const { finder } = world(['a']);
    expect(await find(finder, 'b')).toMatchObject({ ok: false, error: { reason: 'noSuchKey', key: 'b' } });
    expect(await find(finder, '', bucketName('none'))).toMatchObject({ ok: false, error: { kind: 'notFound' } });
  });

  it.each([
    ['a', ''],
    ['a/', ''],
    ['a/b', 'a/'],
    ['a//', 'a/'],
    ['/', ''],
    ['//', '/'],
  ])('takes "%s" to be within "%s"', (name, prefix) => {
    expect(parentPrefixOf(name)).toBe(prefix);
  });
});
