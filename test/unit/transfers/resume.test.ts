import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Journal } from '../../../src/engine/transfers/journal';
import { JournalKeeper } from '../../../src/engine/transfers/journalKeeper';
import { Leases } from '../../../src/engine/transfers/leases';
import { systemClock } from '../../../src/engine/clock';
import { objectKey, type TransferId } from '../../../src/model/ids';
import type { TransferSnapshot } from '../../../src/model/transferState';
import type { TransferRequest } from '../../../src/protocol/requests';
import { CosFailure } from '../../../src/engine/failure';
import { failure, type MemoryCosClient } from '../../fakes/memoryCosClient';
import { bucket, connection, makeWorld, mebibyte, patternBytes, type World } from './world';

type ChangeRequest = Extract<TransferRequest, { kind: 'change' }>;

const never = new AbortController().signal;
const parts = 10;
const bytes = patternBytes(parts * 5 * mebibyte);

let stateFolder: string;
let worlds: World[] = [];
let engineCount = 0;
const letGoOfAll: (() => void)[] = [];

beforeEach(() => {
  stateFolder = mkdtempSync(join(tmpdir(), 'state-'));
});
afterEach(async () => {
  for (const letGo of letGoOfAll.splice(0)) letGo();
  for (const world of worlds) await world.dispose();
  worlds = [];
  rmSync(stateFolder, { recursive: true });
});

/** An engine on the journal of the test, whose process can be declared dead. */
async function engine(client?: MemoryCosClient): Promise<World & { die(): void; beat(): void }> {
  const journal = Journal.open(stateFolder);
  const dead = deadOnes;
  const pid = 1000 + ++engineCount;
  const leases = new Leases(journal, systemClock, { ownerId: randomUUID(), pid, isAlive: (it) => !dead.has(it) });
  const keeper = new JournalKeeper(journal, leases);
  const world = await makeWorld({
    keeper,
    idPrefix: `e${engineCount}-`,
    configuration: { maxConnections: 1 },
    ...(client === undefined ? {} : { client }),
  });
  worlds.push(world);
  return Object.assign(world, { die: () => void dead.add(pid), beat: () => void keeper.beat() });
}
const deadOnes = new Set<number>();

function uploadOf(fsPath: string): TransferRequest {
  return { kind: 'upload', connectionId: connection, bucket, prefix: '', sources: [{ fsPath }], clash: 'fail' };
}

function downloadInto(folderFsPath: string): TransferRequest {
  const sources = [{ kind: 'object', key: objectKey('big') } as const];
  return { kind: 'download', connectionId: connection, bucket, sources, folderFsPath, clash: 'fail' };
}

async function snapshot(world: World, transferId: TransferId): Promise<TransferSnapshot> {
  const all = await world.transfers.handlers['transfers/list'](null, never);
  return all.find((one) => one.transferId === transferId)!;
}

/** Holds the n-th request of an operation until it is let go, or aborted with everything else. */
function holdAt(
  client: MemoryCosClient,
  operation: string,
  nth: number,
): { reached: Promise<void>; letGo: () => void } {
  let count = 0;
  let letGo = () => undefined as void;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  let reach = () => undefined as void;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  client.intercept = async (is) => {
    if (is !== operation || ++count !== nth) return;
    reach();
    await held;
  };
  const end = () => {
    client.intercept = () => undefined;
    letGo();
  };
  letGoOfAll.push(end);
  return { reached, letGo: end };
}

/** Starts, stops at the ninth of ten parts as `how` says, and answers with the transfer. */
async function interrupted(world: World, request: TransferRequest, operation: string): Promise<TransferId> {
  const hold = holdAt(world.client, operation, parts - 1);
  const transferId = await world.start(request);
  await hold.reached;
  const pausing = world.transfers.handlers['transfers/pause']({ transferId }, never);
  hold.letGo();
  expect((await pausing).state).toBe('paused');
  world.client.calls.length = 0;
  return transferId;
}

async function resume(world: World, transferId: TransferId): Promise<TransferSnapshot> {
  const queued = await world.transfers.handlers['transfers/resume']({ transferId }, never);
  expect(queued.state).toBe('queued');
  await world.transfers.finished(transferId);
  return await snapshot(world, transferId);
}

function bytesThatNeverFall(world: World, transferId: TransferId): void {
  const told = world.told.flat().filter((one) => one.transferId === transferId);
  for (const [at, one] of told.entries()) {
    expect(one.bytesDone).toBeGreaterThanOrEqual(told[at - 1]?.bytesDone ?? 0);
    expect(one.revision).toBeGreaterThan(told[at - 1]?.revision ?? 0);
  }
}

describe('the journal of a transfer', () => {
  it('outlives the clearing of one that was done before it began', async () => {
    const first = await engine();
    const small = join(first.folder, 'small');
    writeFileSync(small, 'small');
    await first.transfers.finished(await first.start(uploadOf(small)));
    first.beat();

    const big = join(first.folder, 'big');
    writeFileSync(big, bytes);
    const hold = holdAt(first.client, 'uploadPart', 2);
    const transferId = await first.start(uploadOf(big));
    await hold.reached;
    await first.transfers.handlers['transfers/clearFinished'](null, never);
    first.beat();
    first.die();

    const second = await engine(first.client);
    expect(await snapshot(second, transferId)).toMatchObject({ state: 'paused', canResume: true });
  });
});

describe('a transfer that another window runs', () => {
  it('is told as done there as well, and never as cancelled', async () => {
    const first = await engine();
    const source = join(first.folder, 'big');
    writeFileSync(source, bytes);
    const hold = holdAt(first.client, 'uploadPart', 3);
    const transferId = await first.start(uploadOf(source));
    await hold.reached;
    const second = await engine(first.client);
    expect(await snapshot(second, transferId)).toMatchObject({ isOwnedElsewhere: true });
    hold.letGo();
    await first.transfers.finished(transferId);
    first.beat();
    expect(await snapshot(second, transferId)).toMatchObject({ state: 'done' });
    first.beat();
    await second.transfers.handlers['transfers/list'](null, never);
    const told = second.told.flat().filter((one) => one.transferId === transferId);
    expect(told.map(({ state }) => state)).not.toContain('cancelled');
  });
});

describe('a paused upload', () => {
  it('keeps its parts and sends only what is missing', async () => {
    const world = await engine();
    const source = join(world.folder, 'big');
    writeFileSync(source, bytes);
    const transferId = await interrupted(world, uploadOf(source), 'uploadPart');
    expect(world.client.uploads.size).toBe(1);
    expect(await snapshot(world, transferId)).toMatchObject({ canResume: true, canPause: false, canRetry: false });

    expect(await resume(world, transferId)).toMatchObject({ state: 'done', bytesDone: bytes.length });
    expect(world.client.count('uploadPart')).toBeLessThanOrEqual(2);
    expect(world.client.buckets.get('bucket')?.get('big')?.bytes.equals(bytes)).toBe(true);
    expect(world.client.uploads.size).toBe(0);
    bytesThatNeverFall(world, transferId);
  });

  it('is aborted when it is cancelled', async () => {
    const world = await engine();
    const source = join(world.folder, 'big');
    writeFileSync(source, bytes);
    const transferId = await interrupted(world, uploadOf(source), 'uploadPart');
    expect(await world.transfers.handlers['transfers/cancel']({ transferId }, never)).toMatchObject({
      state: 'cancelled',
      canRetry: true,
    });
    expect(world.client.uploads.size).toBe(0);
  });

  it('is not mixed with a file that changed, and starts over when it is tried again', async () => {
    const world = await engine();
    const source = join(world.folder, 'big');
    writeFileSync(source, bytes);
    const transferId = await interrupted(world, uploadOf(source), 'uploadPart');
    appendFileSync(source, 'more');
    const failed = await resume(world, transferId);
    expect(failed).toMatchObject({ state: 'failed', error: { reason: 'changedMeanwhile' }, canRetry: true });
    expect(world.client.uploads.size).toBe(0);
    expect(world.client.keys('bucket')).toEqual([]);

    await world.transfers.handlers['transfers/retry']({ transferId }, never);
    await world.transfers.finished(transferId);
    expect((await snapshot(world, transferId)).state).toBe('done');
    expect(world.client.buckets.get('bucket')?.get('big')?.bytes.length).toBe(bytes.length + 4);
  });

  it('is not mixed with another file of the same size and time that took the place of the first', async () => {
    const world = await engine();
    const big = join(world.folder, 'big');
    writeFileSync(big, bytes);
    const time = new Date('2026-01-01T00:00:00Z');
    utimesSync(big, time, time);
    const transferId = await interrupted(world, uploadOf(big), 'uploadPart');
    const other = Buffer.from(bytes).reverse();
    writeFileSync(join(world.folder, 'other'), other);
    renameSync(join(world.folder, 'other'), big);
    utimesSync(big, time, time);
    expect(await resume(world, transferId)).toMatchObject({ state: 'done' });
    expect(world.client.buckets.get('bucket')?.get('big')?.bytes.equals(other)).toBe(true);
  });

  it('starts the file over when somebody else has aborted it', async () => {
    const world = await engine();
    const source = join(world.folder, 'big');
    writeFileSync(source, bytes);
    const transferId = await interrupted(world, uploadOf(source), 'uploadPart');
    world.client.uploads.clear();
    expect((await resume(world, transferId)).state).toBe('done');
    expect(world.client.count('uploadPart')).toBe(parts);
  });

  it('does not trust a part that holds other bytes', async () => {
    const world = await engine();
    const source = join(world.folder, 'big');
    writeFileSync(source, bytes);
    const transferId = await interrupted(world, uploadOf(source), 'uploadPart');
    const [upload] = world.client.uploads.values();
    upload!.parts.set(3, Buffer.alloc(5 * mebibyte, 7));
    expect((await resume(world, transferId)).state).toBe('done');
    expect(world.client.calls.some(({ partNumber }) => partNumber === 3)).toBe(true);
    expect(world.client.buckets.get('bucket')?.get('big')?.bytes.equals(bytes)).toBe(true);
  });
});

describe('a paused upload whose name somebody takes', () => {
  it.each([
    ['skip', { state: 'done', itemsSkipped: 1 }],
    ['fail', { state: 'failed', failures: [{ error: { kind: 'conflict', reason: 'alreadyExists' } }] }],
    ['keepBoth', { state: 'failed', failures: [{ error: { kind: 'conflict', reason: 'alreadyExists' } }] }],
  ] as const)('ends as one that runs would (%s), and leaves no upload', async (clash, outcome) => {
    const world = await engine();
    const fsPath = join(world.folder, 'big');
    writeFileSync(fsPath, bytes);
    const request = { ...uploadOf(fsPath), clash } as TransferRequest;
    const transferId = await interrupted(world, request, 'uploadPart');
    world.client.put('bucket', 'big', 'theirs');
    expect(await resume(world, transferId)).toMatchObject(outcome);
    expect(world.client.text('bucket', 'big')).toBe('theirs');
    expect(world.client.uploads.size).toBe(0);
  });
});

describe('a paused download', () => {
  it.each([
    ['a checksum of the object', 'FULL_OBJECT'],
    ['none', 'none'],
  ] as const)('keeps its bytes on disk and fetches only what is missing, with %s', async (_which, checksums) => {
    const world = await engine();
    world.client.checksums = checksums;
    world.client.put('bucket', 'big', bytes);
    const target = join(world.folder, 'target');
    const transferId = await interrupted(world, downloadInto(target), 'readObject');
    expect(readdirSync(target)).toEqual([expect.stringMatching(/\.cospart$/)]);

    expect(await resume(world, transferId)).toMatchObject({ state: 'done', bytesDone: bytes.length });
    expect(world.client.count('readObject')).toBeLessThanOrEqual(2);
    expect(readdirSync(target)).toEqual(['big']);
    expect(readFileSync(join(target, 'big')).equals(bytes)).toBe(true);
    bytesThatNeverFall(world, transferId);
  });

  it('is never mixed with another object of the same key', async () => {
    const world = await engine();
    world.client.put('bucket', 'big', bytes);
    const target = join(world.folder, 'target');
    const transferId = await interrupted(world, downloadInto(target), 'readObject');
    const other = patternBytes(bytes.length, 99);
    world.client.put('bucket', 'big', other);
    expect(await resume(world, transferId)).toMatchObject({ state: 'failed', error: { reason: 'changedMeanwhile' } });
    expect(readdirSync(target)).toEqual([]);

    await world.transfers.handlers['transfers/retry']({ transferId }, never);
    await world.transfers.finished(transferId);
    expect(readFileSync(join(target, 'big')).equals(other)).toBe(true);
  });

  const overwrite = (fsPath: string) => writeFileSync(fsPath, Buffer.alloc(100), { flag: 'r+' });
  it.each([
    ['was damaged', overwrite, 'FULL_OBJECT'],
    ['was damaged, though the service has no checksum of it,', overwrite, 'none'],
    ['was cut', (fsPath: string) => truncateSync(fsPath, 100), 'FULL_OBJECT'],
    ['is gone', (fsPath: string) => rmSync(fsPath), 'FULL_OBJECT'],
  ] as const)('fetches again what %s on disk', async (_what, damage, checksums) => {
    const world = await engine();
    world.client.checksums = checksums;
    world.client.put('bucket', 'big', bytes);
    const target = join(world.folder, 'target');
    const transferId = await interrupted(world, downloadInto(target), 'readObject');
    damage(join(target, readdirSync(target)[0]!));
    expect((await resume(world, transferId)).state).toBe('done');
    expect(readdirSync(target)).toEqual(['big']);
    expect(readFileSync(join(target, 'big')).equals(bytes)).toBe(true);
  });

  it('removes its temporary file when it is cancelled', async () => {
    const world = await engine();
    world.client.put('bucket', 'big', bytes);
    const target = join(world.folder, 'target');
    const transferId = await interrupted(world, downloadInto(target), 'readObject');
    await world.transfers.handlers['transfers/cancel']({ transferId }, never);
    expect(readdirSync(target)).toEqual([]);
  });
});

describe('a transfer of an engine that is gone', () => {
  it('is listed as paused with the reason, and goes on in the next engine', async () => {
    const first = await engine();
    const source = join(first.folder, 'big');
    writeFileSync(source, bytes);
    const hold = holdAt(first.client, 'uploadPart', parts - 1);
    const transferId = await first.start(uploadOf(source));
    await hold.reached;
    first.die();

    const second = await engine(first.client);
    expect(await snapshot(second, transferId)).toMatchObject({
      state: 'paused',
      error: { kind: 'engineGone' },
      canResume: true,
      isOwnedElsewhere: false,
    });
    first.client.calls.length = 0;
    await second.transfers.handlers['transfers/resume']({ transferId }, never);
    // The engine that was taken for dead wakes up: it must not complete, abort or remove anything.
    hold.letGo();
    await first.transfers.finished(transferId);
    await second.transfers.finished(transferId);
    expect((await snapshot(second, transferId)).state).toBe('done');
    expect(first.client.count('abortMultipartUpload')).toBe(0);
    expect(first.client.count('completeMultipartUpload')).toBe(1);
    expect(first.client.buckets.get('bucket')?.get('big')?.bytes.equals(bytes)).toBe(true);
  });

  it('goes on after the engine was closed, and leaves nothing in the journal when it is done', async () => {
    const first = await engine();
    first.client.put('bucket', 'big', bytes);
    const target = join(first.folder, 'target');
    const hold = holdAt(first.client, 'readObject', parts - 1);
    const transferId = await first.start(downloadInto(target));
    await hold.reached;
    const closing = first.transfers.close();
    hold.letGo();
    await closing;

    const second = await engine(first.client);
    expect(await snapshot(second, transferId)).toMatchObject({ state: 'paused', error: { kind: 'engineGone' } });
    first.client.calls.length = 0;
    expect((await resume(second, transferId)).state).toBe('done');
    expect(first.client.count('readObject')).toBeLessThanOrEqual(2);
    expect(statSync(join(target, 'big')).size).toBe(bytes.length);
    await second.transfers.close();
    const journal = Journal.open(stateFolder);
    expect(journal.transfers()).toEqual([]);
    journal.close();
  });

  it('does not move again what was done, whatever the choice for clashes', async () => {
    const first = await engine();
    const source = join(first.folder, 'many');
    mkdirSync(source);
    for (let n = 0; n < 20; n++) writeFileSync(join(source, `file-${n}`), `content ${n}`);
    const hold = holdAt(first.client, 'putObject', 15);
    const transferId = await first.start(uploadOf(source));
    await hold.reached;
    first.die(); // with up to 14 files stored, of which the journal knows none for certain

    const second = await engine(first.client);
    const before = first.client.count('putObject');
    await second.transfers.handlers['transfers/resume']({ transferId }, never);
    hold.letGo();
    await second.transfers.finished(transferId);
    expect(await snapshot(second, transferId)).toMatchObject({ state: 'done', itemsDone: 20, itemsSkipped: 0 });
    expect(first.client.count('putObject') - before).toBeLessThanOrEqual(7);
    expect(first.client.keys('bucket')).toHaveLength(20);
    await first.transfers.finished(transferId);
  });

  it('can only be looked at while its engine lives', async () => {
    const first = await engine();
    const source = join(first.folder, 'big');
    writeFileSync(source, bytes);
    const hold = holdAt(first.client, 'uploadPart', 3);
    const transferId = await first.start(uploadOf(source));
    await hold.reached;
    const second = await engine(first.client);
    expect(await snapshot(second, transferId)).toMatchObject({
      isOwnedElsewhere: true,
      canPause: false,
      canResume: false,
      canRetry: false,
    });
    for (const method of [
      'transfers/pause',
      'transfers/resume',
      'transfers/retry',
      'transfers/cancel',
      'transfers/remove',
    ] as const) {
      await expect(second.transfers.handlers[method]({ transferId }, never)).rejects.toMatchObject({
        error: { kind: 'conflict' },
      });
    }
    hold.letGo();
    await first.transfers.finished(transferId);
    expect((await snapshot(first, transferId)).state).toBe('done');
  });

  it('has its open upload known to every engine as one that is running, as long as it does', async () => {
    const first = await engine();
    const source = join(first.folder, 'big');
    writeFileSync(source, bytes);
    const hold = holdAt(first.client, 'uploadPart', 2);
    const transferId = await first.start(uploadOf(source));
    await hold.reached;
    const second = await engine(first.client);
    const [uploadId] = first.client.uploads.keys();
    expect([...first.transfers.runningUploads()]).toEqual([uploadId]);
    expect([...second.transfers.runningUploads()]).toEqual([uploadId]);
    hold.letGo();
    await first.transfers.finished(transferId);
    expect([...second.transfers.runningUploads()]).toEqual([]);
  });

  it('leaves an upload that could not be aborted to the next engine, which aborts it', async () => {
    const first = await engine();
    const source = join(first.folder, 'big');
    writeFileSync(source, bytes);
    const transferId = await interrupted(first, uploadOf(source), 'uploadPart');
    first.client.intercept = (operation) => {
      if (operation === 'abortMultipartUpload') throw new Error('offline');
    };
    await first.transfers.handlers['transfers/cancel']({ transferId }, never);
    await first.transfers.close();
    expect(first.client.uploads.size).toBe(1);
    first.client.intercept = () => undefined;

    const second = await engine(first.client);
    expect(await second.transfers.handlers['transfers/list'](null, never)).toEqual([]);
    await vi.waitFor(() => expect(first.client.uploads.size).toBe(0));
  });
});

describe('a journal on a disk that is full', () => {
  const full = (): never => {
    throw new CosFailure({ kind: 'localFile', op: 'journal', retry: 'later', detail: 'database or disk is full' });
  };
  afterEach(() => vi.restoreAllMocks());

  it('costs neither what has arrived nor the rest', async () => {
    const world = await engine();
    const source = join(world.folder, 'some');
    mkdirSync(source);
    for (let at = 0; at < 600; at++) writeFileSync(join(source, String(at)), '');
    vi.spyOn(Journal.prototype, 'putOutcomes').mockImplementation(full);
    expect(await world.run(uploadOf(source))).toMatchObject({ state: 'done', itemsDone: 600, itemsFailed: 0 });
  });

  it('costs no large file its upload, once that is begun', async () => {
    const world = await engine();
    writeFileSync(join(world.folder, 'big'), patternBytes(6 * mebibyte));
    for (const change of ['putPart', 'removeItem'] as const)
      vi.spyOn(Journal.prototype, change).mockImplementation(full);
    expect(await world.run(uploadOf(join(world.folder, 'big')))).toMatchObject({ state: 'done', itemsFailed: 0 });
  });

  it('costs no engine its life where it cannot be read', async () => {
    const first = await engine();
    writeFileSync(join(first.folder, 'big'), bytes);
    first.client.intercept = (operation) => {
      if (operation === 'abortMultipartUpload') throw failure('network', 'connectionLost', 'bucket', 'big');
      if (operation === 'uploadPart') throw failure('invalid', undefined, 'bucket', 'big');
    };
    const items = vi.spyOn(Journal.prototype, 'items').mockImplementation(full);
    expect(await first.run(uploadOf(join(first.folder, 'big')))).toMatchObject({ state: 'failed' });
    const second = await engine(first.client);
    await vi.waitFor(() => expect(items).toHaveBeenCalled());
    expect(await second.transfers.handlers['transfers/list'](null, never)).toHaveLength(1);
  });
});

describe('a failed transfer', () => {
  it('tries what failed again, and nothing else', async () => {
    const world = await engine();
    const source = join(world.folder, 'some');
    mkdirSync(source);
    for (const name of ['a', 'b', 'c']) writeFileSync(join(source, name), name);
    world.client.intercept = (operation, key) => {
      if (operation === 'putObject' && key.endsWith('b')) throw new Error('no');
    };
    const failed = await world.run(uploadOf(source));
    expect(failed).toMatchObject({ state: 'failed', itemsDone: 2, itemsFailed: 1, canRetry: true });
    world.client.intercept = () => undefined;
    world.client.calls.length = 0;
    writeFileSync(join(source, 'd'), 'written since');

    const { transferId } = failed;
    await world.transfers.handlers['transfers/retry']({ transferId }, never);
    await world.transfers.finished(transferId);
    expect(await snapshot(world, transferId)).toMatchObject({
      state: 'done',
      itemsDone: 3,
      itemsTotal: 3,
      failures: [],
    });
    expect(world.client.calls.filter(({ operation }) => operation === 'putObject').map(({ key }) => key)).toEqual([
      'some/b',
    ]);

    await world.transfers.handlers['transfers/remove']({ transferId }, never);
    expect(await world.transfers.handlers['transfers/list'](null, never)).toEqual([]);
  });
});

describe('a paused deletion', () => {
  it('goes on with what is left, and spares what was written since', async () => {
    const world = await engine();
    for (let n = 0; n < 2500; n++) world.client.put('bucket', `p/${n}`, 'x');
    const hold = holdAt(world.client, 'deleteObjects', 1);
    const request: TransferRequest = { kind: 'delete', connectionId: connection, bucket, keys: [], prefixes: ['p/'] };
    const transferId = await world.start(request);
    await hold.reached;
    const pausing = world.transfers.handlers['transfers/pause']({ transferId }, never);
    hold.letGo();
    expect((await pausing).state).toBe('paused');
    world.client.nowMs = Date.now() + 3_600_000;
    world.client.put('bucket', 'p/new', 'precious');
    expect((await resume(world, transferId)).state).toBe('done');
    expect(world.client.keys('bucket')).toEqual(['p/new']);
  });

  it('spares an object that was named and written anew since, and says so', async () => {
    const world = await engine();
    for (const key of ['a', 'b', 'c']) world.client.put('bucket', key, 'x');
    const hold = holdAt(world.client, 'deleteObjects', 1);
    const keys = ['a', 'b', 'gone'].map(objectKey);
    const transferId = await world.start({ kind: 'delete', connectionId: connection, bucket, keys, prefixes: [] });
    await hold.reached;
    const pausing = world.transfers.handlers['transfers/pause']({ transferId }, never);
    hold.letGo();
    expect((await pausing).state).toBe('paused');
    world.client.nowMs = Date.now() + 3_600_000;
    world.client.put('bucket', 'a', 'precious');
    expect(await resume(world, transferId)).toMatchObject({
      state: 'failed',
      itemsDone: 2,
      itemsTotal: 3,
      failures: [{ name: 'a', error: { kind: 'preconditionFailed', reason: 'changedMeanwhile', key: 'a' } }],
    });
    expect(world.client.keys('bucket')).toEqual(['a', 'c']);
  });
});

describe('a paused change of many', () => {
  const keys = ['f/1', 'f/2', 'f/3'].map(objectKey);
  const wish = { kind: 'change', connectionId: connection, bucket, method: 'copy' } as const;
  const change = { metadata: { owner: 'ana' } };
  const metadataOf = (world: World, key: string) => world.client.buckets.get('bucket')!.get(key)!.info.metadata;

  /** Starts a change, and pauses it at the second object; `meanwhile` happens while that is under way. */
  async function pausedAtSecond(world: World, more: Pick<ChangeRequest, 'keys' | 'prefixes' | 'seen'>) {
    const hold = holdAt(world.client, 'changeAttributes', 2);
    const transferId = await world.start({ ...wish, ...more, change });
    await hold.reached;
    const pausing = world.transfers.handlers['transfers/pause']({ transferId }, never);
    return async (meanwhile: () => void) => {
      meanwhile();
      hold.letGo();
      expect((await pausing).state).toBe('paused');
      return await resume(world, transferId);
    };
  }

  it('leaves an object alone of which somebody edited the metadata, though its bytes are the same', async () => {
    const world = await engine();
    for (const key of keys) world.client.put('bucket', key, key);
    const marks = keys.map((key) => [key, world.client.buckets.get('bucket')!.get(key)!.info] as const);
    const goOn = await pausedAtSecond(world, { keys, prefixes: [], seen: Object.fromEntries(marks) });
    const end = await goOn(() => {
      world.client.nowMs += 1000;
      world.client.put('bucket', 'f/3', 'f/3', { headers: {}, metadata: { owner: 'ben' } });
    });
    expect(end).toMatchObject({ state: 'failed', itemsDone: 2, failures: [{ name: 'f/3' }] });
    expect(end.failures[0]?.error).toMatchObject({ kind: 'preconditionFailed', reason: 'changedMeanwhile' });
    expect(metadataOf(world, 'f/3')).toEqual({ owner: 'ben' });
  });

  it('goes on with an object that it had written itself and could not note', async () => {
    const world = await engine();
    for (const key of keys) world.client.put('bucket', key, key);
    const marks = keys.map((key) => [key, world.client.buckets.get('bucket')!.get(key)!.info] as const);
    const goOn = await pausedAtSecond(world, { keys, prefixes: [], seen: Object.fromEntries(marks) });
    const end = await goOn(() => {
      world.client.nowMs += 1000;
      world.client.put('bucket', 'f/2', 'f/2', { headers: {}, metadata: change.metadata });
    });
    expect(end).toMatchObject({ state: 'done', itemsDone: 3, failures: [] });
  });

  it('leaves what is in the folder only since then, until somebody tries it again', async () => {
    const world = await engine();
    for (const key of keys) world.client.put('bucket', key, key);
    const goOn = await pausedAtSecond(world, { keys: [], prefixes: ['f/'] });
    const end = await goOn(() => {
      world.client.nowMs = Date.now() + 3_600_000;
      world.client.put('bucket', 'f/3', 'f/3', { headers: {}, metadata: { owner: 'ben' } });
      world.client.put('bucket', 'f/4', 'new');
    });
    expect(end).toMatchObject({ state: 'failed', itemsDone: 2, failures: [{ name: 'f/3' }, { name: 'f/4' }] });
    expect([metadataOf(world, 'f/3'), metadataOf(world, 'f/4')]).toEqual([{ owner: 'ben' }, {}]);
    const { transferId } = end;
    await world.transfers.handlers['transfers/retry']({ transferId }, never);
    expect(await world.end(transferId)).toMatchObject({ state: 'done', itemsDone: 4 });
    expect(metadataOf(world, 'f/3')).toEqual({ owner: 'ana' });
  });
});

describe('a paused move of many', () => {
  const moveOf = (keys: string[], prefixes: string[], clash: 'fail' | 'replace' | 'skip'): TransferRequest => ({
    kind: 'copy',
    connectionId: connection,
    source: { bucket, keys: keys.map(objectKey), prefixes },
    target: { bucket, prefix: 't/' },
    deleteSource: true,
    clash,
  });

  it('goes on where a copy was made and its source not yet deleted', async () => {
    const world = await engine();
    for (const key of ['f/1', 'f/2', 'f/3']) world.client.put('bucket', key, key);
    const hold = holdAt(world.client, 'deleteObject', 2);
    const transferId = await world.start(moveOf([], ['f/'], 'fail'));
    await hold.reached;
    const pausing = world.transfers.handlers['transfers/pause']({ transferId }, never);
    hold.letGo();
    expect((await pausing).state).toBe('paused');
    expect(await resume(world, transferId)).toMatchObject({ state: 'done', itemsFailed: 0, itemsSkipped: 0 });
    expect(world.client.keys('bucket')).toEqual(['t/f/1', 't/f/2', 't/f/3']);
    for (const key of ['f/1', 'f/2', 'f/3']) expect(world.client.text('bucket', `t/${key}`)).toBe(key);
  });

  it.each(['fail', 'replace', 'skip'] as const)(
    'does not take an object of the same bytes for its own copy, with the choice to %s',
    async (clash) => {
      const world = await engine();
      const [keeps, gone] = [{ owner: 'source' }, { owner: 'target' }];
      world.client.put('bucket', 'a', 'same', { headers: {}, metadata: keeps, tags: { team: 'red' } });
      world.client.put('bucket', 't/a', 'same', { headers: {}, metadata: gone });
      let fail = () => undefined as void;
      const lost = new Promise<void>((_, reject) => (fail = () => reject(new Error('never sent'))));
      let isAsked = false;
      world.client.intercept = async (operation) => {
        if (operation !== 'copyObject') return;
        isAsked = true;
        await lost;
      };
      const transferId = await world.start(moveOf(['a'], [], clash));
      await expect.poll(() => isAsked).toBe(true);
      world.die();
      world.client.intercept = () => undefined;

      const second = await engine(world.client);
      const end = await resume(second, transferId);
      fail();
      await world.transfers.finished(transferId);
      const { info, tags } = world.client.buckets.get('bucket')!.get('t/a')!;
      if (clash === 'replace') {
        expect(end.state).toBe('done');
        expect({ metadata: info.metadata, tags }).toEqual({ metadata: keeps, tags: { team: 'red' } });
      } else {
        expect(end).toMatchObject(clash === 'skip' ? { state: 'done', itemsSkipped: 1 } : { state: 'failed' });
        expect(info.metadata).toEqual(gone);
        expect(world.client.keys('bucket')).toContain('a');
      }
    },
  );

  it('never replaces what it has moved itself with another source of the same name', async () => {
    const world = await engine();
    for (const key of ['a/f/x', 'b/f/x', 'b/f/y']) world.client.put('bucket', key, key);
    const hold = holdAt(world.client, 'deleteObject', 2);
    const transferId = await world.start(moveOf([], ['a/f/', 'b/f/'], 'replace'));
    await hold.reached;
    const pausing = world.transfers.handlers['transfers/pause']({ transferId }, never);
    hold.letGo();
    expect((await pausing).state).toBe('paused');
    await resume(world, transferId);
    expect(world.client.text('bucket', 't/f/x')).toBe('a/f/x');
    expect(world.client.text('bucket', 'b/f/x')).toBe('b/f/x');
    expect(world.client.text('bucket', 't/f/y')).toBe('b/f/y');
  });
});
