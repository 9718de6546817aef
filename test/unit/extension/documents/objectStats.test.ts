import { describe, expect, it } from 'vitest';
import type { CosErrorKind, Result } from '../../../../src/model/cosError';
import { bucketName, connectionId, objectKey } from '../../../../src/model/ids';
import type { ObjectInfo, ObjectPage } from '../../../../src/model/objectInfo';
import type { EngineMethod, EngineRequests } from '../../../../src/protocol/requests';
import { directoryEntries } from '../../../../src/extension/documents/directory';
import { ObjectStats, wholeSeconds } from '../../../../src/extension/documents/objectStats';
import { placeOf, type EntryPlace } from '../../../../src/extension/nodes/place';
import type { EngineClient } from '../../../../src/extension/services';

const connection = connectionId('home');
const bucket = bucketName('photos');

/** An engine over a set of keys that writes down what it is asked. */
class KeyEngine implements Pick<EngineClient, 'send'> {
  readonly keys: Set<string>;
  readonly asked: string[] = [];
  listFailure: CosErrorKind | undefined;

  constructor(...keys: string[]) {
    this.keys = new Set(keys);
  }

  async send<M extends EngineMethod>(
    method: M,
    params: EngineRequests[M]['params'],
  ): Promise<Result<EngineRequests[M]['result']>> {
    if (method === 'objects/head') {
      const { key } = params as EngineRequests['objects/head']['params'];
      this.asked.push(`head ${key}`);
      return (this.keys.has(key) ? { ok: true, value: infoOf(key) } : failure('notFound')) as never;
    }
    const { prefix } = params as EngineRequests['objects/listPage']['params'];
    this.asked.push(`list ${prefix}`);
    if (this.listFailure !== undefined) return failure(this.listFailure);
    const below = [...this.keys].filter((key) => key.startsWith(prefix)).map((key) => infoOf(key));
    const page: ObjectPage = { folders: [], objects: below.slice(0, 1) };
    return { ok: true, value: page } as never;
  }
}

const failure = (kind: CosErrorKind) => ({
  ok: false as const,
  error: { kind, op: 'test', retry: 'never' as const, detail: kind },
});

function infoOf(key: string): ObjectInfo {
  return {
    key: objectKey(key),
    sizeBytes: 3,
    modifiedAtMs: 1_999,
    etag: 'e',
    headers: {},
    metadata: {},
    tagCount: 0,
    checksums: {},
    protection: {},
  };
}

function entry(path: string): EntryPlace {
  const place = placeOf({ scheme: 'ibmcos', authority: 'home', path: `/photos/${path}`, query: '' });
  if (place?.kind !== 'entry') throw new Error('not an entry');
  return place;
}

const kindOf = async (stats: ObjectStats, path: string, isOpen = false): Promise<string> => {
  const stat = await stats.stat(entry(path), isOpen);
  return stat.ok ? stat.value.kind : stat.error.kind;
};

describe('what is at a path', () => {
  it('is an object, else a folder, else nothing', async () => {
    const engine = new KeyEngine('a', 'a/b', 'c/d');
    const stats = new ObjectStats(engine, () => 0);
    expect(await kindOf(stats, 'a')).toBe('file');
    expect(await kindOf(stats, 'a~d')).toBe('folder');
    expect(await kindOf(stats, 'c')).toBe('folder');
    expect(await kindOf(stats, 'x')).toBe('absent');
    expect(engine.asked).toEqual(['head a', 'list a/', 'head c', 'list c/', 'head x', 'list x/']);
  });

  it('is asked once for equal questions, and not again for some seconds', async () => {
    const engine = new KeyEngine('a');
    let nowMs = 0;
    const stats = new ObjectStats(engine, () => nowMs);
    await Promise.all([kindOf(stats, 'a'), kindOf(stats, 'a')]);
    await kindOf(stats, 'a');
    expect(engine.asked).toEqual(['head a']);
    nowMs = 60_000;
    await kindOf(stats, 'a');
    expect(engine.asked).toEqual(['head a', 'head a']);
  });

  it('costs no request for a probe, unless an editor shows it or a listing showed it', async () => {
    const engine = new KeyEngine('.vscode/settings.json');
    const stats = new ObjectStats(engine, () => 0);
    expect(await kindOf(stats, '.git')).toBe('absent');
    expect(await kindOf(stats, '.vscode/settings.json')).toBe('absent');
    expect(engine.asked).toEqual([]);
    expect(await kindOf(stats, '.vscode/settings.json', true)).toBe('file');
    stats.noteListing(connection, bucket, directoryEntries('', [{ folders: ['.git/'], objects: [] }]));
    expect(await kindOf(stats, '.git/HEAD')).toBe('absent');
    expect(engine.asked).toEqual(['head .vscode/settings.json', 'head .git/HEAD', 'list .git/HEAD/']);
  });

  it('costs no request after a listing', async () => {
    const engine = new KeyEngine();
    const stats = new ObjectStats(engine, () => 0);
    const page = { folders: ['a/', 'b/'], objects: [infoOf('a'), infoOf('c')] };
    stats.noteListing(connection, bucket, directoryEntries('', [page]));
    expect(await Promise.all(['a', 'a~d', 'b', 'c'].map((path) => kindOf(stats, path)))).toEqual([
      'file',
      'folder',
      'folder',
      'file',
    ]);
    expect(engine.asked).toEqual([]);
    expect(stats.isUnsure({ connectionId: connection, bucket, key: objectKey('a') })).toBe(true);
  });

  it('is asked again after a change, of its folders too', async () => {
    const engine = new KeyEngine('a/b');
    const stats = new ObjectStats(engine, () => 0);
    await kindOf(stats, 'a/b');
    await kindOf(stats, 'a');
    engine.keys.clear();
    stats.invalidate({ connectionId: connection, bucket, prefix: 'a/', keys: [objectKey('a/b')], kind: 'deleted' });
    expect([await kindOf(stats, 'a/b'), await kindOf(stats, 'a')]).toEqual(['absent', 'absent']);
    engine.keys.add('a/b');
    stats.invalidate({ connectionId: connection, bucket, prefix: '', kind: 'changed' });
    expect([await kindOf(stats, 'a/b'), await kindOf(stats, 'a')]).toEqual(['file', 'folder']);
  });

  it('is not remembered from an answer that a change overtook', async () => {
    const engine = new KeyEngine('a');
    const stats = new ObjectStats(engine, () => 0);
    const running = kindOf(stats, 'a');
    engine.keys.clear();
    stats.invalidate({ connectionId: connection, bucket, prefix: '', kind: 'changed' });
    expect(await running).toBe('file');
    expect(await kindOf(stats, 'a')).toBe('absent');
  });

  it('does not depend on the right to list', async () => {
    const engine = new KeyEngine('a');
    engine.listFailure = 'denied';
    const stats = new ObjectStats(engine, () => 0);
    expect([await kindOf(stats, 'a'), await kindOf(stats, 'x')]).toEqual(['file', 'absent']);
    engine.listFailure = 'network';
    expect(await kindOf(stats, 'y')).toBe('network');
  });

  it('has times in whole seconds, as listings and HEADs differ below', () => {
    expect(wholeSeconds(1_999)).toBe(1_000);
  });
});
