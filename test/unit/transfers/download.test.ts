import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { objectKey } from '../../../src/model/ids';
import type { ClashChoice } from '../../../src/model/transferState';
import type { DownloadSource } from '../../../src/protocol/requests';
import { failure } from '../../fakes/memoryCosClient';
import { bucket, connection, makeWorld, mebibyte, patternBytes, tree, type World } from './world';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.dispose());

const request = (sources: (DownloadSource | string)[], clash: ClashChoice = 'fail', below = '') =>
  ({
    kind: 'download',
    connectionId: connection,
    bucket,
    sources: sources.map((source) =>
      typeof source === 'string' ? ({ kind: 'object', key: objectKey(source) } as const) : source,
    ),
    folderFsPath: join(world.folder, below),
    clash,
  }) as const;

describe('download', () => {
  it('writes an object under its last segment with the date of the object', async () => {
    world.client.put('bucket', 'a/b/note.txt', 'hello');
    const end = await world.run(request(['a/b/note.txt']));
    expect(end).toMatchObject({ state: 'done', bytesDone: 5, bytesTotal: 5, itemsDone: 1, itemsTotal: 1 });
    expect(await tree(world.folder)).toEqual({ 'note.txt': 'hello' });
    expect(statSync(join(world.folder, 'note.txt')).mtimeMs).toBe(world.client.nowMs);
  });

  it('writes to exactly the file that a dialog named, replacing it', async () => {
    world.client.put('bucket', 'a', 'new');
    writeFileSync(join(world.folder, 'chosen'), 'old');
    const end = await world.run({ ...request(['a'], 'ask'), fileFsPath: join(world.folder, 'chosen') });
    expect(end.state).toBe('done');
    expect(await tree(world.folder)).toEqual({ chosen: 'new' });
  });

  it('keeps the names below the last segment of a prefix, page after page', async () => {
    world.client.pageKeys = 2;
    for (const key of ['x/other', 'x/top/1', 'x/top/2', 'x/top/sub/3', 'x/top/sub/4', 'x/top/sub/deep/5']) {
      world.client.put('bucket', key, key);
    }
    expect(await world.run(request([{ kind: 'prefix', prefix: 'x/top/' }]))).toMatchObject({
      state: 'done',
      itemsDone: 5,
    });
    expect(Object.keys(await tree(world.folder)).sort()).toEqual([
      'top/1',
      'top/2',
      'top/sub/3',
      'top/sub/4',
      'top/sub/deep/5',
    ]);
  });

  it('strips the whole prefix when asked for its content only', async () => {
    world.client.put('bucket', 'x/top/', '');
    world.client.put('bucket', 'x/top/1', '1');
    await world.run(request([{ kind: 'prefix', prefix: 'x/top/', contentsOnly: true }]));
    expect(await tree(world.folder)).toEqual({ '1': '1' });
  });

  it('makes folders of folder markers and no files', async () => {
    world.client.put('bucket', 'd/empty/', '');
    world.client.put('bucket', 'd/odd/', 'bytes');
    const end = await world.run(request([{ kind: 'prefix', prefix: 'd/' }]));
    expect(await tree(world.folder)).toEqual({ 'd/empty/': '' });
    expect(end.skips).toMatchObject([{ name: 'd/odd/', reason: 'unsafeName' }]);
  });

  it.each(['FULL_OBJECT', 'none'] as const)('fetches ranges of a large object (checksums: %s)', async (checksums) => {
    world.client.checksums = checksums;
    const bytes = patternBytes(17 * mebibyte + 3);
    world.client.put('bucket', 'big', bytes);
    const end = await world.run(request(['big']));
    expect(end).toMatchObject({ state: 'done', bytesDone: bytes.length });
    expect(readFileSync(join(world.folder, 'big')).equals(bytes)).toBe(true);
    expect(world.client.count('readObject')).toBe(4);
  });

  it.each(['FULL_OBJECT', 'none'] as const)('keeps nothing of a corrupted range (checksums: %s)', async (checksums) => {
    world.client.checksums = checksums;
    world.client.put('bucket', 'big', patternBytes(12 * mebibyte));
    const read = world.client.readObject.bind(world.client);
    world.client.readObject = (address, options, sink, signal) =>
      read(
        address,
        options,
        (bytes, at) => {
          if (options.range?.offsetBytes === 5 * mebibyte && at === 0) bytes[7]! ^= 1;
          return sink(bytes, at);
        },
        signal,
      );
    const end = await world.run(request(['big']));
    expect(end).toMatchObject({ state: 'failed', error: { kind: 'network', reason: 'integrity', key: 'big' } });
    expect(await tree(world.folder)).toEqual({});
  });

  it('believes an ETag that looks like an MD5, unless a key of the owner encrypts the object', async () => {
    world.client.checksums = 'none';
    for (const key of ['wrong', 'sealed']) {
      world.client.put('bucket', key, patternBytes(6 * mebibyte));
      const stored = world.client.buckets.get('bucket')!.get(key)!;
      stored.info = { ...stored.info, etag: 'f'.repeat(32), ...(key === 'sealed' ? { hasOwnKey: true } : {}) };
    }
    expect(await world.run(request(['wrong']))).toMatchObject({ state: 'failed', error: { reason: 'integrity' } });
    expect(await world.run(request(['sealed']))).toMatchObject({
      state: 'done',
      verdicts: [{ verdict: { kind: 'sizeOnly', why: 'ownKey' }, items: 1 }],
    });
  });

  it('mixes nothing when the object changes between two ranges', async () => {
    world.client.put('bucket', 'big', patternBytes(12 * mebibyte));
    let reads = 0;
    world.client.intercept = (operation) => {
      if (operation === 'readObject' && ++reads === 2)
        world.client.put('bucket', 'big', patternBytes(12 * mebibyte, 9));
    };
    const end = await world.run(request(['big']));
    expect(end).toMatchObject({ state: 'failed', error: { kind: 'preconditionFailed', reason: 'changedMeanwhile' } });
    expect(await tree(world.folder)).toEqual({});
  });

  it('goes on with the others when one fails, and is failed in the end', async () => {
    for (const key of ['d/1', 'd/2', 'd/3']) world.client.put('bucket', key, key);
    world.client.intercept = (operation, key) => {
      if (operation === 'readObject' && key === 'd/2') throw failure('denied', undefined, 'bucket', key);
    };
    const end = await world.run(request([{ kind: 'prefix', prefix: 'd/' }]));
    expect(end).toMatchObject({ state: 'failed', itemsDone: 2, itemsFailed: 1, failures: [{ name: 'd/2' }] });
    expect(await tree(world.folder)).toEqual({ 'd/1': 'd/1', 'd/3': 'd/3' });
  });

  it('fails for an object or prefix that does not exist, and leaves no folder', async () => {
    const end = await world.run(request(['gone', { kind: 'prefix', prefix: 'none/' }], 'fail', 'new/folder'));
    expect(end.failures.map(({ name, error }) => [name, error.kind])).toEqual([
      ['gone', 'notFound'],
      ['none/', 'notFound'],
    ]);
    expect(existsSync(join(world.folder, 'new'))).toBe(false);
  });
});

describe('names of a download', () => {
  it('never lets a key out of the folder, and reports each that is left out', async () => {
    for (const key of ['p/../../x', '/etc/x', 'p//x', 'p/./x', 'p/ok']) world.client.put('bucket', key, 'x');
    const end = await world.run(request([{ kind: 'prefix', prefix: '' }], 'fail', 'in'));
    expect(await tree(world.folder)).toEqual({ 'in/p/ok': 'x' });
    expect(end).toMatchObject({ state: 'done', itemsSkipped: 4, itemsDone: 1, itemsTotal: 5 });
    expect(new Set(end.skips.map(({ reason }) => reason))).toEqual(new Set(['unsafeName']));
  });

  it('refuses to follow a link in the folder that leads out of it', async () => {
    mkdirSync(join(world.folder, 'outside'));
    mkdirSync(join(world.folder, 'in/inner'), { recursive: true });
    symlinkSync(join(world.folder, 'outside'), join(world.folder, 'in/sub'));
    symlinkSync('inner', join(world.folder, 'in/fine'));
    world.client.put('bucket', 'sub/x', 'x');
    world.client.put('bucket', 'fine/x', 'x');
    const end = await world.run(request([{ kind: 'prefix', prefix: '' }], 'fail', 'in'));
    expect(end.failures).toMatchObject([{ name: 'sub/x', error: { kind: 'localFile', reason: 'unsafeName' } }]);
    expect(await tree(join(world.folder, 'outside'))).toEqual({});
    expect(await tree(join(world.folder, 'in/inner'))).toEqual({ x: 'x' });
  });

  it('replaces a link that has the name of a file instead of writing through it', async () => {
    writeFileSync(join(world.folder, 'precious'), 'keep');
    symlinkSync('precious', join(world.folder, 'x'));
    world.client.put('bucket', 'x', 'new');
    await world.run(request(['x'], 'replace'));
    expect(await tree(world.folder)).toEqual({ precious: 'keep', x: 'new' });
  });

  it('keeps the first of names that the file system could not tell apart', async () => {
    await world.dispose();
    world = await makeWorld({ platform: 'darwin' });
    for (const key of ['README', 'Readme', 'a', 'a/b', 'e\u0301', '\u00e9']) world.client.put('bucket', key, key);
    const end = await world.run(request([{ kind: 'prefix', prefix: '' }]));
    expect(end).toMatchObject({ state: 'done', itemsDone: 3, itemsSkipped: 3 });
    expect(end.skips.map(({ name, reason }) => [name, reason])).toEqual([
      ['Readme', 'nameCollision'],
      ['a/b', 'nameCollision'],
      ['\u00e9', 'nameCollision'],
    ]);
  });
});

describe('download where the file exists', () => {
  beforeEach(() => {
    world.client.put('bucket', 'a.txt', 'new');
    writeFileSync(join(world.folder, 'a.txt'), 'old');
  });

  it.each([
    ['replace', { state: 'done', itemsDone: 1 }, { 'a.txt': 'new' }],
    ['skip', { state: 'done', itemsSkipped: 1, skips: [{ reason: 'exists' }] }, { 'a.txt': 'old' }],
    ['fail', { state: 'failed', error: { kind: 'conflict', reason: 'alreadyExists' } }, { 'a.txt': 'old' }],
    ['keepBoth', { state: 'done', itemsDone: 1 }, { 'a.txt': 'old', 'a (1).txt': 'new' }],
  ] as const)('with %s', async (clash, expected, files) => {
    expect(await world.run(request(['a.txt'], clash))).toMatchObject(expected);
    expect(await tree(world.folder)).toEqual(files);
  });

  it('asks once with examples and does as told', async () => {
    world.client.put('bucket', 'b.txt', 'new');
    world.answer = 'skip';
    const end = await world.run(request([{ kind: 'prefix', prefix: '' }], 'ask'));
    expect(world.questions).toMatchObject([{ clashCount: 1, examples: [join(world.folder, 'a.txt')] }]);
    expect(end).toMatchObject({ state: 'done', itemsDone: 1, itemsSkipped: 1 });
    expect(await tree(world.folder)).toEqual({ 'a.txt': 'old', 'b.txt': 'new' });
  });

  it.each([
    ['skip', { 'c.txt': 'theirs' }],
    ['fail', { 'c.txt': 'theirs' }],
    ['keepBoth', { 'c.txt': 'theirs', 'c (1).txt': 'new' }],
  ] as const)('with %s, leaves alone a file that appears during the download', async (clash, files) => {
    world.client.put('bucket', 'c.txt', 'new');
    world.client.intercept = (operation) => {
      if (operation === 'readObject') writeFileSync(join(world.folder, 'c.txt'), 'theirs');
    };
    await world.run(request(['c.txt'], clash));
    expect(await tree(world.folder)).toEqual({ 'a.txt': 'old', ...files });
  });

  it('keeps the old file when the download that was to replace it fails', async () => {
    world.client.intercept = (operation) => {
      if (operation === 'readObject') throw failure('network', 'connectionLost', 'bucket', 'a.txt');
    };
    expect(await world.run(request(['a.txt'], 'replace'))).toMatchObject({ state: 'failed' });
    expect(await tree(world.folder)).toEqual({ 'a.txt': 'old' });
  });

  it('never replaces a folder by an object', async () => {
    mkdirSync(join(world.folder, 'd'));
    world.client.put('bucket', 'd', 'x');
    const end = await world.run(request(['d'], 'replace'));
    expect(end).toMatchObject({ state: 'failed', error: { kind: 'localFile', fsPath: join(world.folder, 'd') } });
  });
});

describe('a download and its disk', () => {
  it('says which folder may not be written', async () => {
    writeFileSync(join(world.folder, 'file'), '');
    world.client.put('bucket', 'a', 'x');
    const end = await world.run(request(['a'], 'fail', 'file/below'));
    expect(end).toMatchObject({
      state: 'failed',
      error: { kind: 'localFile', fsPath: join(world.folder, 'file/below') },
    });
  });

  it("reports a full disk with the target's name", async () => {
    world.client.put('bucket', 'a', 'x');
    const stored = world.client.buckets.get('bucket')!.get('a')!;
    stored.info = { ...stored.info, sizeBytes: 2 ** 52 };
    const end = await world.run(request(['a']));
    expect(end).toMatchObject({
      state: 'failed',
      error: { kind: 'localFile', reason: 'diskFull', fsPath: join(world.folder, 'a') },
    });
    expect(await tree(world.folder)).toEqual({});
  });

  it('removes a day-old temporary file of a killed download of the same object, and no other', async () => {
    const names = ['.a.txt.0123456789abcdef.cospart', '.b.txt.0123456789abcdef.cospart', '.a.txt.cospart'];
    for (const name of names) {
      writeFileSync(join(world.folder, name), '');
      utimesSync(join(world.folder, name), 0, 0);
    }
    world.client.put('bucket', 'a.txt', 'x');
    const tomorrow = Date.now() + 25 * 60 * 60 * 1000;
    const later = await makeWorld({
      clock: { nowMs: () => tomorrow, monotonicMs: () => 0, sleep: () => new Promise(() => undefined) },
    });
    later.client.put('bucket', 'a.txt', 'x');
    await later.run(request(['a.txt']));
    await later.dispose();
    expect(Object.keys(await tree(world.folder)).sort()).toEqual([
      '.a.txt.cospart',
      '.b.txt.0123456789abcdef.cospart',
      'a.txt',
    ]);
  });

  it('leaves no file and no new folder when it is cancelled in the middle', async () => {
    world.client.put('bucket', 'd/big', patternBytes(20 * mebibyte));
    world.client.put('bucket', 'd/small', 'x');
    let reached: () => void = () => undefined;
    const isReading = new Promise<void>((resolve) => (reached = resolve));
    let release: () => void = () => undefined;
    const isReleased = new Promise<void>((resolve) => (release = resolve));
    world.client.intercept = async (operation) => {
      if (operation !== 'readObject') return;
      reached();
      await isReleased;
    };
    const id = await world.start(request([{ kind: 'prefix', prefix: 'd/' }], 'fail', 'new'));
    await isReading;
    const ending = world.transfers.handlers['transfers/cancel']({ transferId: id }, new AbortController().signal);
    release();
    const end = await ending;
    expect(end).toMatchObject({ state: 'cancelled', itemsFailed: 0 });
    expect(world.client.requestsAtOnce).toBe(0);
    expect(await tree(world.folder)).toEqual({});
  });

  it('never holds more memory than the budget, and never uses more connections than it may', async () => {
    for (let n = 0; n < 20; n++) world.client.put('bucket', `d/${n}`, patternBytes(6 * mebibyte, n));
    const end = await world.run(request([{ kind: 'prefix', prefix: 'd/' }]));
    expect(end.state).toBe('done');
    expect(world.client.mostRequestsAtOnce).toBeLessThanOrEqual(8);
    expect(world.client.mostRequestsAtOnce).toBeGreaterThan(2);
  });
});
