import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClashChoice } from '../../../src/model/transferState';
import { failure } from '../../fakes/memoryCosClient';
import { bucket, connection, makeWorld, mebibyte, patternBytes, type World } from './world';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.dispose());

function write(name: string, content: string | Buffer): string {
  const path = join(world.folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const request = (fsPaths: string[], prefix = '', clash: ClashChoice = 'replace') =>
  ({
    kind: 'upload',
    connectionId: connection,
    bucket,
    prefix,
    sources: fsPaths.map((fsPath) => ({ fsPath })),
    clash,
  }) as const;

describe('upload', () => {
  it('stores a file below the prefix with the content type of its extension', async () => {
    const end = await world.run(request([write('page.html', '<p>')], 'site/'));
    expect(end).toMatchObject({ state: 'done', bytesDone: 3, bytesTotal: 3, itemsDone: 1, itemsTotal: 1 });
    expect(world.client.text('bucket', 'site/page.html')).toBe('<p>');
    expect(world.client.buckets.get('bucket')!.get('site/page.html')!.info.headers).toEqual({
      contentType: 'text/html',
    });
  });

  it('stores a folder with relative paths as keys, empty files included and empty folders not', async () => {
    write('top/a.txt', 'A');
    write('top/sub/deep/b', 'B');
    write('top/empty', '');
    mkdirSync(join(world.folder, 'top/nothing'));
    const end = await world.run(request([join(world.folder, 'top')], 'p/'));
    expect(end.state).toBe('done');
    expect(world.client.keys('bucket')).toEqual(['p/top/a.txt', 'p/top/empty', 'p/top/sub/deep/b']);
  });

  it("stores a folder's content without its name when asked to", async () => {
    write('top/a.txt', 'A');
    const end = await world.run({
      ...request([]),
      sources: [{ fsPath: join(world.folder, 'top'), contentsOnly: true }],
    });
    expect(end.state).toBe('done');
    expect(world.client.keys('bucket')).toEqual(['a.txt']);
  });

  it('sends a large file in parts and leaves no upload behind', async () => {
    const bytes = patternBytes(12 * mebibyte + 17);
    const end = await world.run(request([write('big.bin', bytes)]));
    expect(end).toMatchObject({ state: 'done', bytesDone: bytes.length });
    expect(world.client.count('uploadPart')).toBe(3);
    expect(world.client.count('putObject')).toBe(0);
    expect(world.client.buckets.get('bucket')!.get('big.bin')!.bytes.equals(bytes)).toBe(true);
    expect(world.client.uploads.size).toBe(0);
  });

  it('aborts the multipart upload and keeps the old object when a part fails', async () => {
    world.client.put('bucket', 'big.bin', 'old');
    world.client.intercept = (operation, _key, { partNumber }) => {
      if (operation === 'uploadPart' && partNumber === 2)
        throw failure('network', 'connectionLost', 'bucket', 'big.bin');
    };
    const end = await world.run(request([write('big.bin', patternBytes(20 * mebibyte))]));
    expect(end).toMatchObject({ state: 'failed', itemsFailed: 1, error: { kind: 'network' } });
    expect(world.client.uploads.size).toBe(0);
    expect(world.client.text('bucket', 'big.bin')).toBe('old');
  });

  it('says so when the parts of a failed upload could not be removed', async () => {
    world.client.intercept = (operation) => {
      if (operation === 'uploadPart' || operation === 'abortMultipartUpload') {
        throw failure('network', 'connectionLost', 'bucket', 'big.bin');
      }
    };
    const end = await world.run(request([write('big.bin', patternBytes(6 * mebibyte))]));
    expect(end.error?.detail).toMatch(/upload "upload-1".*cost storage until that upload is aborted/);
  });

  it('takes a lost answer of a completed upload for what it is: the object is there', async () => {
    const bytes = patternBytes(6 * mebibyte);
    const complete = world.client.completeMultipartUpload.bind(world.client);
    world.client.completeMultipartUpload = async (...args) => {
      await complete(...args);
      throw failure('network', 'connectionLost', 'bucket', 'big.bin');
    };
    expect(await world.run(request([write('big.bin', bytes)]))).toMatchObject({ state: 'done', itemsDone: 1 });
  });

  it.each([
    ['metadata', { metadata: { owner: 'ana' } }],
    ['tags', { tags: { stage: 'raw' } }],
    ['a retention', { protection: { kind: 'retention', periodSeconds: 86_400 } }],
    ['a lock', { protection: { kind: 'objectLock', hasLegalHold: true } }],
  ] as const)('does not take the old object of the same bytes for one with %s', async (_what, options) => {
    for (const [name, bytes] of Object.entries({ small: 'same', big: patternBytes(6 * mebibyte) })) {
      const path = write(name, Buffer.from(bytes));
      await world.run(request([path]));
      world.client.intercept = (operation) => {
        if (operation !== 'putObject' && operation !== 'completeMultipartUpload') return;
        world.client.uploads.clear();
        throw failure('network', 'connectionLost', 'bucket', name);
      };
      expect(await world.run({ ...request([path]), options }), name).toMatchObject({ state: 'failed', itemsDone: 0 });
      world.client.intercept = () => undefined;
    }
  });

  it('does not give up what was chosen for an upload that is tried again beside an object of the same bytes', async () => {
    world.client.put('bucket', 'record', 'same');
    const wanted = { ...request([write('record', 'same')], '', 'fail'), options: { metadata: { owner: 'ana' } } };
    const failed = await world.run(wanted);
    expect(failed).toMatchObject({ state: 'failed', error: { reason: 'alreadyExists' } });
    const { transferId } = failed;
    await world.transfers.handlers['transfers/retry']({ transferId }, new AbortController().signal);
    expect(await world.end(transferId)).toMatchObject({ state: 'failed', error: { reason: 'alreadyExists' } });
  });

  it('refuses a file that changes while it is being read, and stores nothing of it', async () => {
    const path = write('big.bin', patternBytes(12 * mebibyte));
    world.client.intercept = (operation, _key, { partNumber }) => {
      if (operation === 'uploadPart' && partNumber === 1) appendFileSync(path, 'more');
    };
    const end = await world.run(request([path]));
    expect(end).toMatchObject({
      state: 'failed',
      error: { kind: 'localFile', reason: 'changedMeanwhile', fsPath: path },
    });
    expect(world.client.keys('bucket')).toEqual([]);
    expect(world.client.uploads.size).toBe(0);
  });

  it('leaves links in folders out where they are not to be followed, and follows one that was chosen', async () => {
    const strict = await makeWorld({ configuration: { skipSymlinks: true } });
    write('real/file.txt', 'R');
    mkdirSync(join(world.folder, 'top'));
    write('top/own.txt', 'O');
    symlinkSync(join(world.folder, 'real'), join(world.folder, 'top/linked'));
    symlinkSync(join(world.folder, 'real/file.txt'), join(world.folder, 'top/file'));
    symlinkSync('nowhere', join(world.folder, 'top/broken'));
    const end = await strict.run(request([join(world.folder, 'top'), join(world.folder, 'top/file')]));
    expect(strict.client.keys('bucket')).toEqual(['file', 'top/own.txt']);
    expect(end.skips.map(({ name, reason }) => [name.split('/').at(-1), reason])).toEqual([
      ['broken', 'symlink'],
      ['file', 'symlink'],
      ['linked', 'symlink'],
    ]);
    expect(end).toMatchObject({ state: 'done', itemsTotal: 5, itemsDone: 2, itemsSkipped: 3 });
    await strict.dispose();
  });

  it('skips a name that is not Unicode and a key that would be too long, with the reason', async () => {
    mkdirSync(join(world.folder, 'top'));
    writeFileSync(Buffer.concat([Buffer.from(`${world.folder}/top/bad`), Buffer.from([0xff])]), 'x');
    writeFileSync(join(world.folder, 'top', 'n'.repeat(200)), 'x');
    const end = await world.run(request([join(world.folder, 'top')], `${'p'.repeat(900)}/`));
    expect(end.skips.map(({ reason }) => reason).sort()).toEqual(['keyTooLong', 'notUnicode']);
    expect(end.state).toBe('done');
  });

  it('fails clearly for a source that does not exist', async () => {
    const end = await world.run(request([join(world.folder, 'gone')]));
    expect(end).toMatchObject({ state: 'failed', error: { kind: 'localFile', reason: 'noSuchFile' } });
  });

  it('uploads only one of two sources whose keys would be the same', async () => {
    const end = await world.run(request([write('x/same.txt', '1'), write('y/same.txt', '2')]));
    expect(end).toMatchObject({ state: 'done', itemsDone: 1, skips: [{ reason: 'nameCollision' }] });
    expect(world.client.text('bucket', 'same.txt')).toBe('1');
  });

  it('stops everything when the bucket does not exist, with that as the error', async () => {
    world.client.buckets.clear();
    for (let n = 0; n < 50; n++) write(`top/${n}`, 'x');
    const end = await world.run(request([join(world.folder, 'top')]));
    expect(end).toMatchObject({ state: 'failed', error: { reason: 'noSuchBucket' } });
    expect(world.client.count('putObject')).toBeLessThan(50);
  });
});

describe('upload where the object exists', () => {
  beforeEach(() => world.client.put('bucket', 'a.txt', 'old'));

  it.each([
    ['replace', { state: 'done', itemsDone: 1 }, { 'a.txt': 'new' }],
    ['skip', { state: 'done', itemsDone: 0, itemsSkipped: 1, skips: [{ reason: 'exists' }] }, { 'a.txt': 'old' }],
    ['fail', { state: 'failed', error: { kind: 'conflict', reason: 'alreadyExists' } }, { 'a.txt': 'old' }],
    ['keepBoth', { state: 'done', itemsDone: 1 }, { 'a.txt': 'old', 'a (1).txt': 'new' }],
  ] as const)('with %s', async (clash, expected, objects) => {
    expect(await world.run(request([write('a.txt', 'new')], '', clash))).toMatchObject(expected);
    const stored = Object.fromEntries(
      world.client.keys('bucket').map((key) => [key, world.client.text('bucket', key)]),
    );
    expect(stored).toEqual(objects);
  });

  it('asks once for all, and overwrites only what was asked about', async () => {
    world.client.put('bucket', 'b.txt', 'old');
    world.answer = 'replace';
    let hasAppeared = false;
    world.client.intercept = (operation) => {
      if (operation !== 'putObject' || hasAppeared) return;
      hasAppeared = true;
      world.client.put('bucket', 'c.txt', 'appeared after the question');
    };
    const paths = [write('a.txt', '1'), write('b.txt', '2'), write('c.txt', '3')];
    const end = await world.run(request(paths, '', 'ask'));
    expect(world.questions).toMatchObject([{ clashCount: 2, examples: ['a.txt', 'b.txt'] }]);
    expect(end).toMatchObject({ state: 'failed', itemsDone: 2, failures: [{ error: { reason: 'alreadyExists' } }] });
    expect(world.client.text('bucket', 'c.txt')).toBe('appeared after the question');
  });

  it('does not ask when nothing exists', async () => {
    expect(await world.run(request([write('z.txt', '1')], '', 'ask'))).toMatchObject({ state: 'done' });
    expect(world.questions).toEqual([]);
  });

  it.each(['ask', 'fail', 'skip', 'keepBoth'] as const)(
    'finds by lists alone, and one for each folder that exists, what many new files would meet (%s)',
    async (clash) => {
      for (const name of ['one/x.txt', 'one/two/y.txt', 'three/z.txt']) world.client.put('bucket', `up/${name}`, 'old');
      const names = Array.from({ length: 20 }, (_none, at) => `up/${at % 2 === 0 ? 'one/two' : 'new/deep'}/f${at}.txt`);
      for (const name of names) write(name, name);
      const before = world.client.calls.length;
      expect(await world.run(request([join(world.folder, 'up')], '', clash))).toMatchObject({
        state: 'done',
        itemsDone: 20,
      });
      const calls = world.client.calls.slice(before);
      expect(calls.filter(({ operation }) => operation === 'listPage').map(({ key }) => key)).toEqual([
        '',
        'up/',
        'up/one/',
        'up/one/two/',
      ]);
      expect(calls.filter(({ operation }) => operation === 'headObject')).toEqual([]);
      expect(world.client.text('bucket', 'up/new/deep/f1.txt')).toBe('up/new/deep/f1.txt');
      expect(world.questions).toEqual([]);
    },
  );

  it('reads no more of a list of very many than is worth it, and still meets what is there', async () => {
    world.client.pageKeys = 10;
    for (let at = 0; at < 300; at++) world.client.put('bucket', `a${at}.txt`, 'old');
    world.client.put('bucket', 'z3.txt', 'old');
    const names = Array.from({ length: 30 }, (_none, at) => write(`z${at}.txt`, 'new'));
    const before = world.client.calls.length;
    expect(await world.run(request(names, '', 'skip'))).toMatchObject({ itemsDone: 29, itemsSkipped: 1 });
    expect(world.client.text('bucket', 'z3.txt')).toBe('old');
    const calls = world.client.calls.slice(before);
    expect(calls.filter(({ operation }) => operation === 'listPage').length).toBeLessThan(5);
  });

  it('looks for each object itself where it may not list', async () => {
    world.client.put('bucket', 'b.txt', 'old');
    world.client.intercept = (operation) => {
      if (operation === 'listPage') throw failure('denied', undefined, 'bucket', '');
    };
    const end = await world.run(request([write('d.txt', '1'), write('b.txt', '2'), write('c.txt', '3')], '', 'skip'));
    expect(end).toMatchObject({ state: 'done', itemsDone: 2, itemsSkipped: 1 });
    expect(world.client.text('bucket', 'b.txt')).toBe('old');
  });

  it('is cancelled by the answer "cancel" and stores nothing', async () => {
    const end = await world.run(request([write('a.txt', '1'), write('b.txt', '2')], '', 'ask'));
    expect(end).toMatchObject({ state: 'cancelled', itemsFailed: 0 });
    expect(world.client.keys('bucket')).toEqual(['a.txt']);
  });

  it('leaves an object alone that appears while a large file is on its way', async () => {
    world.client.intercept = (operation) => {
      if (operation === 'completeMultipartUpload') world.client.put('bucket', 'big.bin', 'theirs');
    };
    const end = await world.run(request([write('big.bin', patternBytes(6 * mebibyte))], '', 'skip'));
    expect(end).toMatchObject({ state: 'done', itemsSkipped: 1 });
    expect(world.client.text('bucket', 'big.bin')).toBe('theirs');
    expect(world.client.uploads.size).toBe(0);
  });
});

describe('cancelling an upload', () => {
  it('waits for its work to stop, aborts the multipart upload and reports cancelled', async () => {
    let reachPart: () => void = () => undefined;
    const partReached = new Promise<void>((resolve) => (reachPart = resolve));
    let release: () => void = () => undefined;
    const isReleased = new Promise<void>((resolve) => (release = resolve));
    world.client.intercept = async (operation, _key, { partNumber }) => {
      if (operation !== 'uploadPart' || partNumber !== 2) return;
      reachPart();
      await isReleased;
    };
    const id = await world.start(request([write('big.bin', patternBytes(20 * mebibyte))]));
    await partReached;
    const ending = world.transfers.handlers['transfers/cancel']({ transferId: id }, new AbortController().signal);
    release();
    const end = await ending;
    expect(end).toMatchObject({ state: 'cancelled', itemsFailed: 0 });
    expect(end.error).toBeUndefined();
    expect(world.client.uploads.size).toBe(0);
    expect(world.client.requestsAtOnce).toBe(0);
    expect(world.client.keys('bucket')).toEqual([]);
  });

  it('aborts an upload that was being created when the cancel came', async () => {
    let cancel: Promise<unknown> | undefined;
    world.client.intercept = (operation) => {
      if (operation !== 'createMultipartUpload') return;
      cancel = world.transfers.handlers['transfers/cancel']({ transferId: id }, new AbortController().signal);
    };
    const id = await world.start(request([write('big.bin', patternBytes(6 * mebibyte))]));
    expect(await world.end(id)).toMatchObject({ state: 'cancelled' });
    await cancel;
    expect(world.client.count('createMultipartUpload')).toBe(1);
    expect(world.client.uploads.size).toBe(0);
  });
});
