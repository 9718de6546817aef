import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CosFailure } from '../../../src/engine/failure';
import { Journal } from '../../../src/engine/transfers/journal';
import { JournalKeeper } from '../../../src/engine/transfers/journalKeeper';
import { Leases } from '../../../src/engine/transfers/leases';
import { bucketName, connectionId, objectKey, type TransferId } from '../../../src/model/ids';
import type { CosError } from '../../../src/model/cosError';
import type { TransferSnapshot } from '../../../src/model/transferState';
import type { TransferRequest } from '../../../src/protocol/requests';
import { MemoryCosClient, type Interceptor } from '../../fakes/memoryCosClient';
import { ManualClock } from '../../fakes/manualClock';
import { bucket, connection, makeWorld, mebibyte, patternBytes, type World } from './world';

/** The machine may be busy. */
const patience = { timeout: 20_000 };
const never = new AbortController().signal;
const bytes = patternBytes(10 * 5 * mebibyte);
const offline: CosError = { kind: 'network', op: 'PutObject', reason: 'connectionLost', retry: 'later', detail: 'cut' };
const signedOut: CosError = { kind: 'signInNeeded', op: 'PutObject', retry: 'afterSignIn', detail: 'expired' };

let stateFolder: string;
let world: World;
let journal: Journal;
let clock: ManualClock;

beforeEach(async () => {
  stateFolder = mkdtempSync(join(tmpdir(), 'state-'));
  journal = Journal.open(stateFolder);
  clock = new ManualClock();
  const leases = new Leases(journal, clock, { ownerId: randomUUID(), pid: process.pid });
  const keeper = new JournalKeeper(journal, leases);
  world = await makeWorld({ keeper, clock, configuration: { maxConnections: 2 } });
});
afterEach(async () => {
  await world.dispose();
  rmSync(stateFolder, { recursive: true });
});

/** From the n-th request of an operation on, every request fails so. */
function cutAt(operation: string, nth: number, error: CosError): void {
  let count = 0;
  world.client.intercept = (is) => {
    if (count < nth && is === operation) count++;
    if (count >= nth) throw new CosFailure({ ...error, op: is });
  };
}

function heal(): void {
  world.client.intercept = () => undefined;
}

async function stand(request: TransferRequest): Promise<{ transferId: TransferId; snapshot: TransferSnapshot }> {
  const transferId = await world.start(request);
  await world.transfers.finished(transferId);
  return { transferId, snapshot: await now(transferId) };
}

async function now(transferId: TransferId): Promise<TransferSnapshot> {
  const all = await world.transfers.handlers['transfers/list'](null, never);
  return all.find((one) => one.transferId === transferId)!;
}

function source(name: string, content: string | Buffer): { fsPath: string } {
  const fsPath = join(world.folder, name);
  writeFileSync(fsPath, content);
  return { fsPath };
}

function uploadOf(...sources: { fsPath: string }[]): TransferRequest {
  return { kind: 'upload', connectionId: connection, bucket, prefix: '', sources, clash: 'fail' };
}

describe('a transfer that the network cuts off', () => {
  it('keeps the parts of an upload, waits, and sends what is missing once the service answers', async () => {
    cutAt('uploadPart', 6, offline);
    const { transferId, snapshot } = await stand(uploadOf(source('big', bytes)));
    expect(snapshot).toMatchObject({
      state: 'paused',
      isWaiting: true,
      canPause: true,
      canResume: true,
      itemsFailed: 0,
      error: { kind: 'network', reason: 'connectionLost' },
    });
    expect(world.client.uploads.size).toBe(1);

    // Still away: it looks again and again.
    const looks = () => world.client.count('getBucket');
    for (const wanted of [looks() + 1, looks() + 2]) {
      await vi.waitFor(() => {
        clock.advance(4000);
        expect(looks()).toBeGreaterThanOrEqual(wanted);
      }, patience);
    }
    expect((await now(transferId)).state).toBe('paused');

    heal();
    world.client.calls.length = 0;
    await vi.waitFor(async () => {
      clock.advance(60_000);
      expect((await now(transferId)).state).toBe('done');
    }, patience);
    expect(world.client.count('uploadPart')).toBeLessThanOrEqual(6);
    expect(world.client.buckets.get('bucket')?.get('big')?.bytes.equals(bytes)).toBe(true);
    expect(world.client.uploads.size).toBe(0);
    expect((await now(transferId)).isWaiting).toBeUndefined();
  });

  it('keeps what has arrived of a download', async () => {
    world.client.put('bucket', 'big', bytes);
    cutAt('readObject', 6, offline);
    const { transferId, snapshot } = await stand({
      kind: 'download',
      connectionId: connection,
      bucket,
      sources: [{ kind: 'object', key: objectKey('big') }],
      folderFsPath: world.folder,
      clash: 'fail',
    });
    expect(snapshot).toMatchObject({ state: 'paused', itemsFailed: 0 });
    expect(existsSync(join(world.folder, 'big'))).toBe(false);
    heal();
    world.client.calls.length = 0;
    await world.transfers.handlers['transfers/resume']({ transferId }, never);
    await world.transfers.finished(transferId);
    expect(readFileSync(join(world.folder, 'big')).equals(bytes)).toBe(true);
    expect(world.client.count('readObject')).toBeLessThanOrEqual(6);
  });

  it('books no failure for the objects that a deletion did not reach', async () => {
    const keys = Array.from({ length: 2500 }, (_, at) => objectKey(`k${String(at).padStart(5, '0')}`));
    for (const key of keys) world.client.put('bucket', key, '');
    cutAt('deleteObjects', 2, offline);
    const { transferId, snapshot } = await stand({
      kind: 'delete',
      connectionId: connection,
      bucket,
      keys,
      prefixes: [],
    });
    expect(snapshot).toMatchObject({ state: 'paused', itemsFailed: 0 });
    heal();
    await world.transfers.handlers['transfers/resume']({ transferId }, never);
    await world.transfers.finished(transferId);
    expect(await now(transferId)).toMatchObject({ state: 'done', itemsDone: 2500 });
    expect(world.client.keys('bucket')).toEqual([]);
  });

  it('goes on with the rest of a copy', async () => {
    for (const name of ['a', 'b', 'c', 'd']) world.client.put('bucket', `from/${name}`, name);
    cutAt('copyObject', 3, offline);
    const { transferId, snapshot } = await stand({
      kind: 'copy',
      connectionId: connection,
      source: { bucket, keys: [], prefixes: ['from/'] },
      target: { bucket, prefix: 'to/' },
      deleteSource: true,
      clash: 'fail',
    });
    expect(snapshot).toMatchObject({ state: 'paused', itemsFailed: 0 });
    heal();
    await world.transfers.handlers['transfers/resume']({ transferId }, never);
    await world.transfers.finished(transferId);
    expect(await now(transferId)).toMatchObject({ state: 'done' });
    expect(world.client.keys('bucket')).toEqual(['to/from/a', 'to/from/b', 'to/from/c', 'to/from/d']);
  });

  it('stands still for good once somebody pauses it, and is gone once somebody cancels it', async () => {
    cutAt('uploadPart', 6, offline);
    const { transferId } = await stand(uploadOf(source('big', bytes)));
    const paused = await world.transfers.handlers['transfers/pause']({ transferId }, never);
    expect(paused).toMatchObject({ state: 'paused', canPause: false, canResume: true });
    expect(paused.isWaiting).toBeUndefined();
    heal();
    clock.advance(600_000);
    expect((await now(transferId)).state).toBe('paused');
    expect(await world.transfers.handlers['transfers/cancel']({ transferId }, never)).toMatchObject({
      state: 'cancelled',
    });
    expect(world.client.uploads.size).toBe(0);
  });

  it('fails at once where nothing was moved yet', async () => {
    cutAt('putObject', 1, offline);
    const { snapshot } = await stand(uploadOf(source('one', 'one'), source('two', 'two')));
    expect(snapshot).toMatchObject({ state: 'failed', canRetry: true, error: { reason: 'connectionLost' } });
  });

  it('moves everything when it is tried again, although no item had failed by itself', async () => {
    cutAt('putObject', 1, offline);
    const { transferId } = await stand(uploadOf(source('one', 'one'), source('two', 'two')));
    heal();
    await world.transfers.handlers['transfers/retry']({ transferId }, never);
    await world.transfers.finished(transferId);
    expect(await now(transferId)).toMatchObject({ state: 'done', itemsDone: 2 });
    expect(world.client.keys('bucket')).toEqual(['one', 'two']);
  });
});

describe('an upload whose beginning was answered to nobody', () => {
  const told = 'The service may have begun an upload of "big" in bucket "bucket" before its answer was lost.';

  /** The service begins every upload, and no answer comes. */
  function loseBeginnings(): () => void {
    const create = world.client.createMultipartUpload.bind(world.client);
    world.client.createMultipartUpload = async (...asked) => {
      await create(...asked);
      throw new CosFailure({ ...offline, op: 'CreateMultipartUpload' });
    };
    return () => (world.client.createMultipartUpload = create);
  }

  it('is left alone, since an empty one of the same moment may be another machine’s, and that is told', async () => {
    const key = objectKey('big');
    const answer = loseBeginnings();
    cutAt('getBucket', 1, offline);
    const { transferId, snapshot } = await stand(uploadOf(source('big', bytes)));
    expect(snapshot).toMatchObject({ state: 'paused', error: { reason: 'connectionLost' } });
    expect(snapshot.error?.detail).toContain(told);
    expect(snapshot.error?.detail).toContain('"Show Incomplete Uploads"');
    const lost = [...world.client.uploads.keys()];
    expect(lost).toHaveLength(1);
    answer();
    heal();
    const ofAnother = await world.client.createMultipartUpload({ bucket, key }, { headers: {} }, never);
    world.client.uploads.delete(lost[0]!); // ours was never begun: the only empty one is somebody else's
    await world.transfers.handlers['transfers/resume']({ transferId }, never);
    await world.transfers.finished(transferId);
    expect((await now(transferId)).state).toBe('done');
    expect([...world.client.uploads.keys()]).toEqual([ofAnother]);
    expect(world.log).toEqual([expect.stringContaining(told)]);
  });

  it('is told by the failure of a transfer that fails for good, and by the log where it is cancelled', async () => {
    loseBeginnings();
    const { snapshot } = await stand(uploadOf(source('big', bytes)));
    expect(snapshot).toMatchObject({ state: 'failed', itemsFailed: 1 });
    expect(snapshot.error?.detail).toContain(told);
    expect(world.client.uploads.size).toBe(1);
    expect(world.log).toEqual([expect.stringContaining(told)]);

    world.log.length = 0;
    cutAt('getBucket', 1, offline);
    const { transferId } = await stand(uploadOf(source('big', bytes)));
    await world.transfers.handlers['transfers/cancel']({ transferId }, never);
    expect(world.client.uploads.size).toBe(2);
    expect(world.log).toEqual([expect.stringContaining(told)]);
  });

  it('is nothing to tell of where the service was never reached', async () => {
    world.client.intercept = (is) => {
      if (is === 'createMultipartUpload') throw new CosFailure({ ...offline, reason: 'connectionRefused', op: is });
    };
    const { snapshot } = await stand(uploadOf(source('big', bytes)));
    expect(snapshot.error).toMatchObject({ reason: 'connectionRefused', detail: 'cut' });
  });

  it('is left alone also where it was to take a copy, and told', async () => {
    const far = new MemoryCosClient('far', 'another service');
    far.put('far', 'big', bytes);
    world.others.set(connectionId('far'), far);
    const answer = loseBeginnings();
    const keys = [objectKey('big')];
    const request: TransferRequest = {
      kind: 'copy',
      connectionId: connection,
      source: { bucket: bucketName('far'), keys, prefixes: [], connectionId: connectionId('far') },
      target: { bucket, prefix: '' },
      deleteSource: false,
      clash: 'fail',
    };
    cutAt('getBucket', 1, offline);
    const { transferId, snapshot } = await stand(request);
    expect(snapshot.state).toBe('paused');
    expect(snapshot.error?.detail).toContain(told);
    const lost = [...world.client.uploads.keys()];
    expect(lost).toHaveLength(1);
    answer();
    heal();
    await world.transfers.handlers['transfers/resume']({ transferId }, never);
    await world.transfers.finished(transferId);
    expect((await now(transferId)).state).toBe('done');
    expect([...world.client.uploads.keys()]).toEqual(lost);
  });
});

describe('a lost connection that is one object’s own', () => {
  it('fails that object alone, and leaves nothing of it behind', async () => {
    const broken: Interceptor = (is, key) => {
      if (is === 'uploadPart' && key === 'big') throw new CosFailure({ ...offline, op: is });
    };
    world.client.intercept = broken;
    const small = ['s1', 's2', 's3'].map((name) => source(name, name));
    const { snapshot } = await stand(uploadOf(source('big', bytes), ...small));
    expect(snapshot).toMatchObject({ state: 'failed', itemsDone: 3, itemsFailed: 1 });
    expect(world.client.keys('bucket')).toEqual(['s1', 's2', 's3']);
    expect(world.client.uploads.size).toBe(0);
  });
});

describe('parts that a busy service did not let go of', () => {
  it('are removed later, in the same engine', async () => {
    const busy: CosError = { kind: 'throttled', op: '', retry: 'later', detail: '503' };
    world.client.intercept = (is) => {
      if (is === 'uploadPart' || is === 'abortMultipartUpload') throw new CosFailure({ ...busy, op: is });
    };
    const { snapshot } = await stand(uploadOf(source('big', bytes)));
    expect(snapshot.state).toBe('failed');
    expect(world.client.uploads.size).toBe(1);
    heal();
    await vi.waitFor(() => {
      clock.advance(60_000);
      expect(world.client.uploads.size).toBe(0);
    }, patience);
  });
});

describe('a transfer whose sign-in ends', () => {
  it('keeps what it has and goes on when it is resumed after signing in', async () => {
    cutAt('uploadPart', 6, signedOut);
    const { transferId, snapshot } = await stand(uploadOf(source('big', bytes)));
    expect(snapshot).toMatchObject({ state: 'paused', error: { kind: 'signInNeeded' }, canResume: true });
    expect(snapshot.isWaiting).toBeUndefined();
    expect(world.client.uploads.size).toBe(1);
    heal();
    await world.transfers.handlers['transfers/resume']({ transferId }, never);
    await world.transfers.finished(transferId);
    expect((await now(transferId)).state).toBe('done');
    expect(world.client.buckets.get('bucket')?.get('big')?.bytes.equals(bytes)).toBe(true);
  });
});
