import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bucketName, objectKey, type ObjectKey } from '../../../src/model/ids';
import type { SeenMark } from '../../../src/model/objectState';
import { isFinal, type TransferSnapshot, type TransferState } from '../../../src/model/transferState';
import type { TransferRequest } from '../../../src/protocol/requests';
import { createDirectClient, type DirectClient } from '../../fakes/directClient';
import { bundleEngine, startEngineProcess, type EngineProcess } from '../../fakes/engineProcess';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';

const bucket = bucketName('change-stops');
const objects = 15;
/** Objects that are worked on at once: what a stop may find under way. */
const parallel = 2;
const keys = Array.from({ length: objects }, (_, at) => objectKey(`f/${String(at).padStart(2, '0')}`));
const soon = () => AbortSignal.timeout(20_000);

let folder: string;
let farSide: LocalFarSide;
let direct: DirectClient;
/** One window's engine after the other, with one journal. */
let engine: EngineProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cos-change-stops-'));
  farSide = await startLocalFarSide();
  direct = createDirectClient(farSide.hmac, farSide.hmacKey);
  await direct.client.createBucket(bucket, {}, soon());
  await bundleEngine(join(folder, 'engine.js'));
  // Long enough for a stop to meet copies that are under way.
  await farSide.admin('POST', '/faults', {
    fault: { kind: 'latency', delayMs: 25 },
    match: { operation: 'CopyObject' },
  });
});
afterAll(async () => {
  await direct.close();
  await farSide.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  const attributes = { headers: { contentType: 'text/plain' }, metadata: { owner: 'ana' }, tags: { stage: 'raw' } };
  await Promise.all(
    keys.map(async (key) => {
      await direct.client.putObject({ bucket, key }, Buffer.from(key), attributes, { kind: 'always' }, soon());
    }),
  );
  engine = await start();
});
afterEach(async () => await engine.close());

async function start(): Promise<EngineProcess> {
  return await startEngineProcess(
    join(folder, 'engine.js'),
    { connection: farSide.hmac, credential: farSide.hmacKey },
    { stateFolderFsPath: join(folder, 'state'), maxConnections: parallel },
  );
}

const copies = () => farSide.server.requests.read().byOperation['CopyObject'] ?? 0;

/** Starts a change of all objects; answers once a third of them are done. */
async function startedAndUnderWay(seen?: Readonly<Record<string, SeenMark>>): Promise<TransferSnapshot> {
  const third = next(({ itemsDone }) => itemsDone >= objects / 3);
  const request: TransferRequest = {
    kind: 'change',
    connectionId: farSide.hmac.id,
    bucket,
    keys: [],
    prefixes: ['f/'],
    ...(seen === undefined ? {} : { seen }),
    change: { metadata: { case: '7' }, tags: { project: 'alpha' } },
    method: 'copy',
  };
  await engine.ask('transfers/start', request);
  return await third;
}

/** All objects as they are now. */
async function marks(): Promise<Readonly<Record<string, SeenMark>>> {
  const each = keys.map(async (key) => {
    const { etag, modifiedAtMs } = await direct.client.headObject({ bucket, key }, soon());
    return [key, { etag, modifiedAtMs }] as const;
  });
  return Object.fromEntries(await Promise.all(each));
}

/** The next snapshot that is told and is as wanted. */
async function next(isWanted: (snapshot: TransferSnapshot) => boolean): Promise<TransferSnapshot> {
  return await new Promise<TransferSnapshot>((resolve) => {
    engine.onProgress = (snapshot) => {
      if (isWanted(snapshot)) resolve(snapshot);
    };
  });
}

const inState = async (state: TransferState) => await next((snapshot) => snapshot.state === state);
const over = async () => await next(({ state }) => isFinal(state));

/** Objects that have been changed. Each is whole: changed with everything else kept, or as it was. */
async function changedKeys(): Promise<readonly ObjectKey[]> {
  const changed = await Promise.all(
    keys.map(async (key) => {
      const state = await direct.client.getObjectState({ bucket, key }, soon());
      expect(state.info.headers).toEqual({ contentType: 'text/plain' });
      const { case: value, ...others } = state.info.metadata;
      expect(others).toEqual({ owner: 'ana' });
      expect(state.tags).toMatchObject({ stage: 'raw' });
      return value === '7' && state.tags?.['project'] === 'alpha' ? [key] : [];
    }),
  );
  return changed.flat();
}

describe('a change of many objects that is stopped', () => {
  it('changes nothing while it is paused, and the rest after that, each object once', async () => {
    const before = copies();
    const { transferId } = await startedAndUnderWay();
    const paused = inState('paused');
    await engine.ask('transfers/pause', { transferId });
    const { itemsDone } = await paused;
    const changed = await changedKeys();
    expect(changed.length).toBeGreaterThanOrEqual(itemsDone);
    expect(changed.length).toBeLessThanOrEqual(itemsDone + parallel);
    expect(copies() - before).toBeLessThanOrEqual(itemsDone + parallel);
    const ended = over();
    await engine.ask('transfers/resume', { transferId });
    expect(await ended).toMatchObject({ state: 'done', itemsDone: objects, itemsTotal: objects, failures: [] });
    expect(await changedKeys()).toEqual(keys);
    // Only what was under way may have been sent twice.
    expect(copies() - before).toBeLessThanOrEqual(objects + parallel);
  });

  it('leaves an object alone that somebody replaced during the pause', async () => {
    const { transferId } = await startedAndUnderWay(await marks());
    const paused = inState('paused');
    await engine.ask('transfers/pause', { transferId });
    await paused;
    const key = keys.at(-1)!;
    expect(await changedKeys()).not.toContain(key);
    const theirs = { headers: {}, metadata: { owner: 'somebody else' } };
    await direct.client.putObject({ bucket, key }, Buffer.from('theirs'), theirs, { kind: 'always' }, soon());
    const ended = over();
    await engine.ask('transfers/resume', { transferId });
    expect(await ended).toMatchObject({
      state: 'failed',
      itemsDone: objects - 1,
      failures: [{ name: key, error: { reason: 'changedMeanwhile' } }],
    });
    expect((await direct.client.headObject({ bucket, key }, soon())).metadata).toEqual({ owner: 'somebody else' });
  });

  it.each(['while it runs', 'while it is paused'])('stops for good when it is cancelled %s', async (when) => {
    const { transferId } = await startedAndUnderWay();
    if (when === 'while it is paused') {
      const paused = inState('paused');
      await engine.ask('transfers/pause', { transferId });
      await paused;
    }
    const ended = over();
    await engine.ask('transfers/cancel', { transferId });
    const { state, itemsDone, itemsFailed } = await ended;
    expect({ state, itemsFailed }).toEqual({ state: 'cancelled', itemsFailed: 0 });
    const changed = await changedKeys();
    expect(changed.length).toBeGreaterThanOrEqual(itemsDone);
    expect(changed.length).toBeLessThanOrEqual(itemsDone + parallel);
    expect(changed.length).toBeLessThan(objects);
    await engine.close();
    engine = await start();
    expect(await engine.ask('transfers/list', null)).toEqual([]);
  });

  it('goes on in the next engine when its own is killed, and writes nothing twice that is done', async () => {
    const { transferId, itemsDone } = await startedAndUnderWay();
    await engine.kill();
    engine = await start();
    expect(await engine.ask('transfers/list', null)).toMatchObject([
      { transferId, kind: 'change', state: 'paused', error: { kind: 'engineGone' }, canResume: true },
    ]);
    const atKill = await changedKeys();
    expect(atKill.length).toBeGreaterThanOrEqual(itemsDone);
    expect(atKill.length).toBeLessThan(objects);
    const before = copies();
    const ended = over();
    await engine.ask('transfers/resume', { transferId });
    expect(await ended).toMatchObject({ state: 'done', itemsDone: objects, itemsTotal: objects, failures: [] });
    expect(await changedKeys()).toEqual(keys);
    expect(copies() - before).toBeLessThanOrEqual(objects - atKill.length);
  });
});
