import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bucketName, connectionId, objectKey } from '../../../src/model/ids';
import type { Protection } from '../../../src/model/protection';
import type { TransferRequest } from '../../../src/protocol/requests';
import { failure, MemoryCosClient } from '../../fakes/memoryCosClient';
import { bucket, connection, makeWorld, mebibyte, patternBytes, type World } from './world';

type CopyRequest = Extract<TransferRequest, { kind: 'copy' }>;

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.dispose());

const copy = (keys: string[], prefixes: string[], prefix: string, more: Partial<CopyRequest> = {}): CopyRequest => ({
  kind: 'copy',
  connectionId: connection,
  source: { bucket, keys: keys.map(objectKey), prefixes },
  target: { bucket, prefix },
  deleteSource: false,
  clash: 'fail',
  ...more,
});
const fill = (...keys: string[]): void => {
  for (const key of keys) world.client.put('bucket', key, key);
};

describe('copying and moving many', () => {
  it('keeps the names of folders below their last segment, markers and odd names too', async () => {
    fill('a/f/', 'a/f/1', 'a/f//2', 'a/f/g/3', 'a/fx', 'k', 'd/k2');
    const end = await world.run(copy(['k', 'd/k2'], ['a/f/'], 't/'));
    expect(end).toMatchObject({ state: 'done', itemsDone: 6, itemsTotal: 6, bytesDone: end.bytesTotal! });
    expect(world.client.keys('bucket').filter((key) => key.startsWith('t/'))).toEqual([
      't/f/',
      't/f//2',
      't/f/1',
      't/f/g/3',
      't/k',
      't/k2',
    ]);
    expect(world.client.text('bucket', 't/f/g/3')).toBe('a/f/g/3');
  });

  it('renames a folder, and leaves its neighbours', async () => {
    fill('a/', 'a/1', 'a/b/2', 'ab/3');
    const source = { bucket, keys: [], prefixes: ['a/'], contentsOnly: true } as const;
    const end = await world.run(copy([], [], 'z/', { source, deleteSource: true }));
    expect(end).toMatchObject({ state: 'done', itemsDone: 3 });
    expect(world.client.keys('bucket')).toEqual(['ab/3', 'z/', 'z/1', 'z/b/2']);
  });

  it('copies while the source is still listed where nothing lies below the target', async () => {
    world.client.pageKeys = 10;
    fill(...Array.from({ length: 100 }, (_none, at) => `a/${at}`));
    let copiedBeforeLastPage = 0;
    world.client.intercept = (operation, key) => {
      if (operation === 'listPage' && key === 'a/') copiedBeforeLastPage = world.client.count('copyObject');
    };
    const end = await world.run(copy([], ['a/'], 't/', { clash: 'ask' }));
    expect(end).toMatchObject({ state: 'done', itemsDone: 100 });
    expect(copiedBeforeLastPage).toBeGreaterThan(0);
    expect(world.client.text('bucket', 't/a/99')).toBe('a/99');
  });

  it('asks once for a batch, with the names that exist, and never overwrites unasked', async () => {
    fill('a/1', 'a/2', 'a/3', 'k', 't/a/1', 't/a/3', 't/k');
    world.answer = 'skip';
    const end = await world.run(copy(['k'], ['a/'], 't/', { clash: 'ask' }));
    expect(world.questions).toHaveLength(1);
    expect(world.questions[0]).toMatchObject({ clashCount: 3 });
    expect([...world.questions[0]!.examples].sort()).toEqual(['t/a/1', 't/a/3', 't/k']);
    expect(end).toMatchObject({ state: 'done', itemsDone: 1, itemsSkipped: 3 });
    expect(world.client.text('bucket', 't/a/1')).toBe('t/a/1');
    expect(world.client.text('bucket', 't/a/2')).toBe('a/2');
  });

  it('keeps both under numbered names, and the sources of what a move skipped', async () => {
    fill('a/x.txt', 'a/y', 't/a/x.txt');
    await world.run(copy([], ['a/'], 't/', { clash: 'keepBoth' }));
    expect(world.client.text('bucket', 't/a/x (1).txt')).toBe('a/x.txt');
    expect(world.client.text('bucket', 't/a/x.txt')).toBe('t/a/x.txt');
    const end = await world.run(copy([], ['a/'], 't/', { clash: 'skip', deleteSource: true }));
    expect(end).toMatchObject({ itemsSkipped: 2 });
    expect(world.client.keys('bucket')).toEqual(expect.arrayContaining(['a/x.txt', 'a/y']));
  });

  it('duplicates an object and a whole folder beside themselves', async () => {
    fill('d/k.txt', 'd/f/1', 'd/f/2', 'd/f (1)/taken');
    const end = await world.run(copy(['d/k.txt'], ['d/f/'], 'd/', { clash: 'keepBoth' }));
    expect(end).toMatchObject({ state: 'done', itemsDone: 3 });
    expect(world.client.keys('bucket')).toEqual([
      'd/f (1)/taken',
      'd/f (2)/1',
      'd/f (2)/2',
      'd/f/1',
      'd/f/2',
      'd/k (1).txt',
      'd/k.txt',
    ]);
  });

  it.each([
    ['a folder into itself', copy([], ['a/'], 'a/b/'), /into itself/],
    ['a folder to where it is', copy([], ['d/a/'], 'd/'), /there already/],
    ['a whole bucket into itself', copy([], [''], 'x/'), /bucket cannot be copied into itself/],
    ['an object onto itself', copy(['d/k'], [], 'd/'), /onto itself/],
    [
      'several objects under one key',
      copy(['a', 'b'], [], '', { target: { bucket, prefix: '', key: objectKey('c') } }),
      /single/,
    ],
  ])('refuses %s in a sentence, before anything is sent', async (_name, request, sentence) => {
    fill('a/1', 'd/a/1', 'd/k', 'a', 'b');
    const end = await world.run(request);
    expect(end).toMatchObject({ state: 'failed', error: { kind: 'invalid' } });
    expect(end.error!.detail).toMatch(sentence);
    expect(world.client.calls).toEqual([]);
  });

  it('leaves out the second of two that go to the same key, and keeps its source', async () => {
    fill('a/x', 'b/x');
    const end = await world.run(copy(['a/x', 'b/x'], [], 't/', { deleteSource: true }));
    expect(end).toMatchObject({ itemsDone: 1, itemsSkipped: 1, skips: [{ name: 'b/x', reason: 'nameCollision' }] });
    expect(world.client.keys('bucket')).toEqual(['b/x', 't/x']);
  });

  it('leaves out what would get too long a key', async () => {
    fill(`a/${'n'.repeat(1015)}`, 'a/ok');
    const end = await world.run(copy([], ['a/'], 'a folder with a name/', { deleteSource: true }));
    expect(end).toMatchObject({ itemsDone: 1, itemsSkipped: 1, skips: [{ reason: 'keyTooLong' }] });
    expect(world.client.keys('bucket')).toHaveLength(2);
  });

  it('keeps the source of each that failed, and moves the others', async () => {
    fill('a/1', 'a/2', 'a/3');
    world.client.intercept = (operation, key) => {
      if (operation === 'copyObject' && key === 't/a/2') throw failure('denied', undefined, 'bucket', key);
    };
    const end = await world.run(copy([], ['a/'], 't/', { deleteSource: true }));
    expect(end).toMatchObject({ state: 'failed', itemsDone: 2, itemsFailed: 1, failures: [{ name: 'a/2' }] });
    expect(world.client.keys('bucket')).toEqual(['a/2', 't/a/1', 't/a/3']);
  });

  it('does not keep a copy of a source that changed since it was listed', async () => {
    fill('a/1');
    world.client.intercept = (operation) => {
      if (operation === 'copyObject') world.client.put('bucket', 'a/1', 'newer');
    };
    const end = await world.run(copy([], ['a/'], 't/', { deleteSource: true }));
    expect(end).toMatchObject({ state: 'failed', error: { reason: 'changedMeanwhile' } });
    expect(world.client.keys('bucket')).toEqual(['a/1']);
  });

  it('says that the source changed, and not that there is a target that was to be replaced', async () => {
    fill('a/1', 't/a/1');
    world.client.intercept = (operation) => {
      if (operation === 'copyObject') world.client.put('bucket', 'a/1', 'newer');
    };
    const end = await world.run(copy([], ['a/'], 't/', { clash: 'replace' }));
    expect(end).toMatchObject({ state: 'failed', error: { reason: 'changedMeanwhile', key: 'a/1' } });
    expect(world.client.text('bucket', 't/a/1')).toBe('t/a/1');
  });

  it('keeps nothing of each object in memory until the transfer ends', async () => {
    fill(...Array.from({ length: 300 }, (_, at) => `a/${at}`));
    const list = world.client.listPage.bind(world.client);
    let ofTransfer = new AbortController().signal;
    world.client.listPage = async (...args) => {
      [, , ofTransfer] = args;
      return await list(...args);
    };
    let most = 0;
    world.client.intercept = () => {
      most = Math.max(most, getEventListeners(ofTransfer, 'abort').length);
    };
    await world.run(copy([], ['a/'], 't/'));
    expect(most).toBeLessThan(20);
  });

  it('costs one request an object where listing and answer tell the same MD5', async () => {
    fill('a/1', 'a/2', 'a/3');
    await world.run(copy([], ['a/'], 't/'));
    expect(world.client.calls.map(({ operation }) => operation)).toEqual([
      'listPage',
      'copyObject',
      'copyObject',
      'copyObject',
    ]);
  });

  it('loses nothing when it is cancelled in the middle of a move', async () => {
    const keys = Array.from({ length: 200 }, (_, n) => `a/${n}`);
    fill(...keys);
    const id = await world.start(copy([], ['a/'], 't/', { deleteSource: true }));
    let deleted = 0;
    world.client.intercept = (operation) => {
      if (operation === 'deleteObject' && ++deleted === 20) {
        void world.transfers.handlers['transfers/cancel']({ transferId: id }, new AbortController().signal);
      }
    };
    expect(await world.end(id)).toMatchObject({ state: 'cancelled' });
    const left = new Set(world.client.keys('bucket').map((key) => key.replace(/^t\//, '')));
    expect(left).toEqual(new Set(keys));
    expect(world.client.keys('bucket').filter((key) => key.startsWith('a/')).length).toBeGreaterThan(0);
  });
});

describe('copying between connections', () => {
  const far = connectionId('far');
  let other: MemoryCosClient;
  const across = (keys: string[], prefixes: string[], more: Partial<CopyRequest> = {}): CopyRequest =>
    copy([], [], 't/', {
      source: { bucket: bucketName('far'), keys: keys.map(objectKey), prefixes, connectionId: far },
      ...more,
    });

  beforeEach(() => {
    other = new MemoryCosClient('far', 'another service');
    world.others.set(far, other);
  });

  it('streams, with headers, metadata and tags', async () => {
    const attributes = { headers: { contentType: 'text/x' }, metadata: { m: '1' }, tags: { t: '2' } };
    other.put('far', 'f/a', 'bytes', attributes);
    other.put('far', 'f/', '');
    const end = await world.run(across([], ['f/'], { deleteSource: true }));
    expect(end).toMatchObject({ state: 'done', itemsDone: 2, bytesDone: 5, bytesTotal: 5 });
    const made = world.client.buckets.get('bucket')!.get('t/f/a')!;
    expect([made.bytes.toString(), made.info.headers, made.info.metadata, made.tags]).toEqual([
      'bytes',
      { contentType: 'text/x' },
      { m: '1' },
      { t: '2' },
    ]);
    expect(other.keys('far')).toEqual([]);
  });

  it.each(['FULL_OBJECT', 'none'] as const)('streams large objects by parts (checksums: %s)', async (checksums) => {
    other.checksums = checksums;
    const bytes = patternBytes(17 * mebibyte);
    other.put('far', 'big', bytes);
    const end = await world.run(across(['big'], [], { deleteSource: true }));
    expect(end).toMatchObject({ state: 'done', bytesDone: bytes.length });
    expect(world.client.count('uploadPart')).toBe(4);
    expect(world.client.buckets.get('bucket')!.get('t/big')!.bytes.equals(bytes)).toBe(true);
    expect(other.keys('far')).toEqual([]);
  });

  it.each([4 * mebibyte, 12 * mebibyte])(
    'keeps the source of %d bytes that were damaged on their way',
    async (size) => {
      other.put('far', 'big', patternBytes(size));
      const stored = other.buckets.get('far')!.get('big')!;
      const readObject = other.readObject.bind(other);
      other.readObject = (address, options, sink, signal) =>
        readObject(
          address,
          options,
          (piece, offset) => {
            if (offset === 0) piece[0] = (piece[0] ?? 0) ^ 1;
            return sink(piece, offset);
          },
          signal,
        );
      const end = await world.run(across(['big'], [], { deleteSource: true }));
      expect(end).toMatchObject({ state: 'failed', error: { reason: 'integrity' } });
      expect(other.buckets.get('far')!.get('big')).toBe(stored);
      expect(world.client.keys('bucket')).toEqual([]);
      expect(world.client.uploads.size).toBe(0);
    },
  );

  it('leaves no upload and both objects when it is cancelled in the middle', async () => {
    other.put('far', 'big', patternBytes(30 * mebibyte));
    const id = await world.start(across(['big'], [], { deleteSource: true }));
    world.client.intercept = (operation, _key, { partNumber }) => {
      if (operation === 'uploadPart' && partNumber === 3) {
        void world.transfers.handlers['transfers/cancel']({ transferId: id }, new AbortController().signal);
      }
    };
    expect(await world.end(id)).toMatchObject({ state: 'cancelled' });
    expect(world.client.uploads.size).toBe(0);
    expect(world.client.keys('bucket')).toEqual([]);
    expect(other.keys('far')).toEqual(['big']);
  });

  it('refuses to move from a connection that is read-only, and copies from it', async () => {
    other.put('far', 'a', 'a');
    other.isReadOnly = true;
    const end = await world.run(across(['a'], [], { deleteSource: true }));
    expect(end).toMatchObject({ state: 'failed', error: { reason: 'readOnlyConnection' } });
    expect(world.client.keys('bucket')).toEqual([]);
    expect(await world.run(across(['a'], []))).toMatchObject({ state: 'done' });
  });

  it('reads once what retains a source, for the copy and for the proof', async () => {
    const end = { kind: 'indefinite' } as const;
    const retention: Protection = { kind: 'retention', end, periodSeconds: -1, holds: [] };
    for (const client of [other, world.client]) {
      const read = client.getProtection.bind(client);
      client.getProtection = async (...args) => await read(...args).then(() => retention);
    }
    other.put('far', 'a', 'a');
    const stored = other.buckets.get('far')!.get('a')!;
    stored.info = { ...stored.info, protection: { retention: { isIndefinite: true, legalHoldCount: 0 } } };
    expect(await world.run(across(['a'], [], { protection: 'keep' }))).toMatchObject({ failures: [], state: 'done' });
    expect([other.count('getProtection'), world.client.count('getProtection')]).toEqual([1, 1]);
  });

  it('never deletes an object that it meets through two connections', async () => {
    fill('t/a');
    world.others.set(
      far,
      Object.assign(new MemoryCosClient('bucket', 'other name'), { buckets: world.client.buckets }),
    );
    const source = { bucket, keys: [objectKey('t/a')], prefixes: [], connectionId: far };
    const end = await world.run(copy([], [], 't/', { source, deleteSource: true, clash: 'replace' }));
    expect(end).toMatchObject({ state: 'failed', error: { kind: 'invalid' } });
    expect(world.client.text('bucket', 't/a')).toBe('t/a');
  });

  it('copies inside the service where both connections reach the same, and streams where that is denied', async () => {
    const same = Object.assign(new MemoryCosClient('bucket'), { buckets: world.client.buckets });
    world.client.buckets.set('far', new Map());
    world.client.put('far', 'a', 'a');
    world.others.set(far, same);
    await world.run(across(['a'], []));
    expect([world.client.count('copyObject'), same.count('readObject')]).toEqual([1, 0]);
    world.client.intercept = (operation) => {
      if (operation === 'copyObject') throw failure('denied', undefined, 'bucket', '');
    };
    const end = await world.run(across(['a'], [], { clash: 'replace' }));
    expect(end).toMatchObject({ state: 'done', itemsDone: 1 });
    expect(same.count('readObject')).toBe(1);
  });
});
