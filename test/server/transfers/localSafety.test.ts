import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bucket, connection, makeWorld, mebibyte, patternBytes, type World } from '../../unit/transfers/world';
import { objectKey } from '../../../src/model/ids';
import type { ClashChoice } from '../../../src/model/transferState';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.dispose());

const downloadTo = (fsPath: string, clash: ClashChoice = 'replace', key = 'k') =>
  ({
    kind: 'download',
    connectionId: connection,
    bucket,
    sources: [{ kind: 'object', key: objectKey(key) }],
    folderFsPath: dirname(fsPath),
    fileFsPath: fsPath,
    clash,
  }) as const;
const downloadFolder = () =>
  ({
    kind: 'download',
    connectionId: connection,
    bucket,
    sources: [{ kind: 'prefix', prefix: 'd/', contentsOnly: true }],
    folderFsPath: join(world.folder, 'out'),
    clash: 'replace',
  }) as const;
const uploadFolder = (fsPath: string) =>
  ({
    kind: 'upload',
    connectionId: connection,
    bucket,
    prefix: '',
    sources: [{ fsPath, contentsOnly: true }],
    clash: 'replace',
  }) as const;

describe('what is no file', () => {
  /** Makes each kind of thing, and links to it, in the test's own folder. */
  async function make(kind: string): Promise<{ fsPath: string; isKind: () => boolean; close: () => void }> {
    const fsPath = join(world.folder, 'thing');
    if (kind === 'pipe') {
      execFileSync('mkfifo', [fsPath]);
      return { fsPath, isKind: () => lstatSync(fsPath).isFIFO(), close: () => undefined };
    }
    if (kind === 'device') {
      const made = spawnSync('mknod', [fsPath, 'c', '1', '3']);
      // Only root may make a device; nobody else can try what replaces one.
      if (made.status !== 0) symlinkSync('/dev/null', fsPath);
      return {
        fsPath,
        isKind: () => lstatSync(fsPath).isCharacterDevice() || lstatSync(fsPath).isSymbolicLink(),
        close: () => undefined,
      };
    }
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(fsPath, resolve));
    return { fsPath, isKind: () => lstatSync(fsPath).isSocket(), close: () => server.close() };
  }

  it.each(['pipe', 'device', 'socket'])(
    'is never replaced by a download, and the sentence says so: a %s',
    async (kind) => {
      world.client.put('bucket', 'k', 'bytes');
      world.client.put('bucket', 'large', patternBytes(6 * mebibyte));
      const { fsPath, isKind, close } = await make(kind);
      const link = join(world.folder, 'link');
      symlinkSync(fsPath, link);
      for (const target of [fsPath, link]) {
        for (const key of ['k', 'large']) {
          const end = await world.run(downloadTo(target, 'replace', key));
          expect(end).toMatchObject({
            state: 'failed',
            failures: [{ error: { kind: 'localFile', reason: 'notWritable' } }],
          });
          expect(end.failures[0]!.error.detail).toMatch(new RegExp(`" is a ${kind}, and is never replaced by a file`));
        }
      }
      expect([isKind(), lstatSync(link).isSymbolicLink()]).toEqual([true, true]);
      close();
      expect(readdirSync(world.folder).filter((name) => name.endsWith('.cospart'))).toEqual([]);
    },
  );

  it('is not replaced either where it comes while the object is on its way', async () => {
    world.client.put('bucket', 'k', patternBytes(6 * mebibyte));
    const fsPath = join(world.folder, 'late');
    world.client.intercept = (operation) => {
      if (operation === 'readObject' && !existsSync(fsPath)) execFileSync('mkfifo', [fsPath]);
    };
    expect(await world.run(downloadTo(fsPath))).toMatchObject({ state: 'failed' });
    expect(lstatSync(fsPath).isFIFO()).toBe(true);
    expect(readdirSync(world.folder)).toEqual(['late']);
  });
});

it('a file that a pipe has taken the place of since it was planned fails, and nobody waits for a writer', async () => {
  const fsPath = join(world.folder, 'film');
  writeFileSync(fsPath, 'x');
  world.client.intercept = (operation) => {
    if (operation !== 'headObject' || lstatSync(fsPath).isFIFO()) return;
    unlinkSync(fsPath);
    execFileSync('mkfifo', [fsPath]);
  };
  const request = { ...uploadFolder(fsPath), sources: [{ fsPath }], clash: 'fail' } as const;
  const end = await world.run(request);
  expect(end).toMatchObject({ state: 'failed', failures: [{ error: { reason: 'changedMeanwhile' } }] });
  expect(world.client.keys('bucket')).toEqual([]);
});

describe('a folder that is replaced by a link while it is downloaded to', () => {
  /** Moves the folder away after its first file, and puts a link in its place that leads to a folder beside it. */
  async function replaceBy(place: 'elsewhere' | 'moved-away', sizeBytes: number) {
    mkdirSync(join(world.folder, 'elsewhere'));
    for (let at = 0; at < 12; at++) world.client.put('bucket', `d/sub/${at}`, patternBytes(sizeBytes, at));
    let isReplaced = false;
    world.client.intercept = (operation) => {
      const sub = join(world.folder, 'out/sub');
      const hasSome = existsSync(sub) && readdirSync(sub).some((name) => !name.endsWith('.cospart'));
      if (operation !== 'readObject' || isReplaced || !hasSome) return;
      isReplaced = true;
      renameSync(sub, join(world.folder, 'moved-away'));
      symlinkSync(join(world.folder, place), sub);
    };
    const end = await world.run(downloadFolder());
    expect(isReplaced).toBe(true);
    expect(end.state).toBe('failed');
    expect(end.failures.map(({ error }) => error)).toContainEqual(
      expect.objectContaining({ kind: 'localFile', reason: 'unsafeName' }),
    );
    return end;
  }

  it.each([
    ['small', 100],
    ['large', 6 * mebibyte],
  ])('gets nothing from then on, and nothing lands where the link leads: %s objects', async (_size, sizeBytes) => {
    await replaceBy('elsewhere', sizeBytes);
    expect(readdirSync(join(world.folder, 'elsewhere'))).toEqual([]);
  });

  it('gets nothing from then on also where the link leads to the folder itself, which was moved away', async () => {
    const { itemsDone, itemsFailed } = await replaceBy('moved-away', 100);
    expect(itemsFailed).toBeGreaterThan(0);
    const landed = readdirSync(join(world.folder, 'moved-away')).filter((name) => !name.endsWith('.cospart'));
    expect(landed).toHaveLength(itemsDone);
  });
});

describe('what a killed download has left', () => {
  const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 3);
  const nameOf = (pid: number, host = machine) => `.k.${host}${pid.toString(16).padStart(6, '0')}0000000.cospart`;
  /** Of a process that has ended. */
  const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

  it('is removed when its target is downloaded to again, and what a live process is at is not', async () => {
    world.client.put('bucket', 'k', 'bytes');
    const [dead, alive, elsewhere] = [nameOf(deadPid()), nameOf(process.ppid), nameOf(deadPid(), 'fff')];
    for (const name of [dead, alive, elsewhere]) writeFileSync(join(world.folder, name), 'half');
    expect(await world.run(downloadTo(join(world.folder, 'k')))).toMatchObject({ state: 'done' });
    expect(readdirSync(world.folder).sort()).toEqual([alive, elsewhere, 'k'].sort());
    expect(readFileSync(join(world.folder, 'k'), 'utf8')).toBe('bytes');
  });

  it('is never uploaded as an object', async () => {
    const folder = join(world.folder, 'in');
    mkdirSync(folder);
    for (const name of [nameOf(deadPid()), 'film', '.hidden.cospart']) writeFileSync(join(folder, name), name);
    const end = await world.run(uploadFolder(folder));
    expect(end).toMatchObject({ state: 'done', itemsDone: 2, skips: [{ reason: 'unfinishedDownload' }] });
    expect(world.client.keys('bucket')).toEqual(['.hidden.cospart', 'film']);
  });
});

it('empty folders of an upload are counted, since nothing in a bucket stands for them', async () => {
  const folder = join(world.folder, 'in');
  for (const name of ['empty', 'full/empty', 'full/deep']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'full/deep/file'), '1');
  const end = await world.run(uploadFolder(folder));
  expect(end).toMatchObject({ state: 'done', itemsDone: 1, itemsSkipped: 0, emptyFolders: 2 });
  expect(world.client.keys('bucket')).toEqual(['full/deep/file']);
});

describe('an upload of a folder with links', () => {
  it('follows symbolic links, detects loops, and reports what is not a file', async () => {
    mkdirSync(join(world.folder, 'real'));
    writeFileSync(join(world.folder, 'real/file.txt'), 'R');
    mkdirSync(join(world.folder, 'top'));
    symlinkSync(join(world.folder, 'real'), join(world.folder, 'top/linked'));
    symlinkSync(join(world.folder, 'top'), join(world.folder, 'top/loop'));
    symlinkSync('self', join(world.folder, 'top/self'));
    symlinkSync('nowhere', join(world.folder, 'top/broken'));
    execFileSync('mkfifo', [join(world.folder, 'top/pipe')]);
    const end = await world.run({
      kind: 'upload',
      connectionId: connection,
      bucket,
      prefix: '',
      sources: [{ fsPath: join(world.folder, 'top') }],
      clash: 'replace',
    });
    expect(world.client.keys('bucket')).toEqual(['top/linked/file.txt']);
    expect(end.skips.map(({ name, reason }) => [name.split('/').at(-1), reason])).toEqual([
      ['loop', 'symlinkLoop'],
      ['pipe', 'notAFile'],
      ['self', 'symlinkLoop'],
    ]);
    expect(end.failures.map(({ name, error }) => [name.split('/').at(-1), error.reason])).toEqual([
      ['broken', 'noSuchFile'],
    ]);
    expect(end).toMatchObject({ state: 'failed', itemsTotal: 5, itemsDone: 1, itemsSkipped: 3, itemsFailed: 1 });
  });
});
