import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bucketName, objectKey } from '../../../src/model/ids';
import { isFinal, type TransferSnapshot } from '../../../src/model/transferState';
import type { TransferRequest } from '../../../src/protocol/requests';
import { startCountingRelay, type CountingRelay } from '../../fakes/countingRelay';
import { createDirectClient, type DirectClient } from '../../fakes/directClient';
import { bundleEngine, startEngineProcess, type EngineProcess } from '../../fakes/engineProcess';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';

const bucket = bucketName('survival');
/** Has a retention policy. */
const keptBucket = bucketName('survival-kept');
const mebibyte = 1024 * 1024;
const sizeBytes = 100 * mebibyte;

let folder: string;
let farSide: LocalFarSide;
let direct: DirectClient;
let relay: CountingRelay;
let bytes: Buffer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cos-survival-'));
  farSide = await startLocalFarSide();
  direct = createDirectClient(farSide.hmac, farSide.hmacKey);
  relay = await startCountingRelay(farSide.server.info.endpoint);
  const soon = AbortSignal.timeout(10_000);
  await direct.client.createBucket(bucket, {}, soon);
  await direct.client.createBucket(keptBucket, {}, soon);
  const policy = { minimumDays: 0, defaultDays: 0, maximumDays: 30, isPermanentAllowed: false };
  await direct.client.putBucketProtection(keptBucket, policy, soon);
  await bundleEngine(join(folder, 'engine.js'));
  bytes = Buffer.alloc(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 4096) bytes.writeUInt32LE(at / 4096, at);
});
afterAll(async () => {
  await relay.close();
  await direct.close();
  await farSide.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  relay.upBytes = 0;
  relay.downBytes = 0;
});

async function start(): Promise<EngineProcess> {
  const { locationEndpoints: _elsewhere, ...connection } = { ...farSide.hmac, endpoint: relay.endpoint };
  return await startEngineProcess(
    join(folder, 'engine.js'),
    { connection, credential: farSide.hmacKey },
    { stateFolderFsPath: join(folder, 'state'), preferredPartBytes: 5 * mebibyte, maxConnections: 2 },
  );
}

/** Starts a transfer in an engine that is killed once nine tenths have arrived. */
async function killedAtNineTenths(request: TransferRequest): Promise<TransferSnapshot> {
  const engine = await start();
  // No more than nine tenths go through; what of it belongs to the two parts under way is not acknowledged.
  relay.mostUpBytes = 0.9 * sizeBytes;
  relay.mostDownBytes = 0.9 * sizeBytes;
  const reached = new Promise<void>((resolve) => {
    engine.onProgress = ({ bytesDone }) => {
      if (bytesDone >= 0.8 * sizeBytes) resolve();
    };
  });
  const snapshot = await engine.ask('transfers/start', request);
  await reached;
  await engine.kill();
  relay.mostUpBytes = Number.POSITIVE_INFINITY;
  relay.mostDownBytes = Number.POSITIVE_INFINITY;
  return snapshot;
}

/** Resumes in a new engine; answers with the end of it. */
async function resumed({ transferId }: TransferSnapshot): Promise<TransferSnapshot> {
  const engine = await start();
  const listed = await engine.ask('transfers/list', null);
  expect(listed).toMatchObject([{ transferId, state: 'paused', error: { kind: 'engineGone' }, canResume: true }]);
  relay.upBytes = 0;
  relay.downBytes = 0;
  const ended = new Promise<TransferSnapshot>((resolve) => {
    engine.onProgress = (snapshot) => {
      if (isFinal(snapshot.state)) resolve(snapshot);
    };
  });
  await engine.ask('transfers/resume', { transferId });
  const end = await ended;
  await engine.close();
  const next = await start();
  expect(await next.ask('transfers/list', null)).toEqual([]);
  await next.close();
  return end;
}

describe('an engine that is killed at nine tenths of a transfer', () => {
  it('has an upload go on in the next engine, which sends about a tenth and gives the object what was chosen', async () => {
    const source = join(folder, 'source');
    writeFileSync(source, bytes);
    const chosen = { headers: { contentType: 'x/big' }, metadata: { owner: 'me' }, tags: { project: 'alpha' } };
    const killed = await killedAtNineTenths({
      kind: 'upload',
      connectionId: farSide.hmac.id,
      bucket: keptBucket,
      prefix: 'up/',
      sources: [{ fsPath: source }],
      clash: 'fail',
      options: { ...chosen, protection: { kind: 'retention', periodSeconds: 86_400, holdId: 'CASE-1' } },
    });
    expect(await resumed(killed)).toMatchObject({ state: 'done', bytesDone: sizeBytes, itemsDone: 1 });
    console.log(`sent again after kill -9: ${((100 * relay.upBytes) / sizeBytes).toFixed(1)} %`);
    expect(relay.upBytes).toBeGreaterThan(0.1 * sizeBytes);
    expect(relay.upBytes).toBeLessThan(0.25 * sizeBytes);
    let received = 0;
    const address = { bucket: keptBucket, key: objectKey('up/source') };
    const compare = (piece: Uint8Array, at: number) => {
      if (Buffer.compare(piece, bytes.subarray(at, at + piece.length)) === 0) received += piece.length;
    };
    await direct.client.readObject(address, {}, compare, AbortSignal.timeout(20_000));
    expect(received).toBe(sizeBytes);
    expect(await farSide.openUploads(keptBucket)).toEqual([]);
    const soon = AbortSignal.timeout(10_000);
    const { headers, metadata } = await direct.client.headObject(address, soon);
    expect({ headers, metadata, tags: await direct.client.getTags(address, soon) }).toEqual(chosen);
    const protection = await direct.client.getProtection(address, soon);
    expect(protection).toMatchObject({ kind: 'retention', periodSeconds: 86_400, holds: [{ id: 'CASE-1' }] });
  });

  it('has a download go on in the next engine, which fetches about a tenth', async () => {
    const address = { bucket, key: objectKey('down') };
    await direct.client.putObject(address, bytes, { headers: {} }, { kind: 'always' }, AbortSignal.timeout(20_000));
    const target = join(folder, 'target');
    const killed = await killedAtNineTenths({
      kind: 'download',
      connectionId: farSide.hmac.id,
      bucket,
      sources: [{ kind: 'object', key: address.key }],
      folderFsPath: target,
      clash: 'fail',
    });
    expect(await resumed(killed)).toMatchObject({ state: 'done', bytesDone: sizeBytes, itemsDone: 1 });
    console.log(`fetched again after kill -9: ${((100 * relay.downBytes) / sizeBytes).toFixed(1)} %`);
    expect(relay.downBytes).toBeGreaterThan(0.1 * sizeBytes);
    expect(relay.downBytes).toBeLessThan(0.25 * sizeBytes);
    expect(readdirSync(target)).toEqual(['down']);
    expect(readFileSync(join(target, 'down')).equals(bytes)).toBe(true);
  });
});

describe('a network that goes away for a while', () => {
  /** Cuts the network at half of a transfer, and brings it back once the transfer stands still. */
  async function acrossTheGap(request: TransferRequest): Promise<{ end: TransferSnapshot; told: TransferSnapshot[] }> {
    const engine = await start();
    const told: TransferSnapshot[] = [];
    // However fast: it cannot be over before the network is gone.
    relay.mostUpBytes = 0.75 * sizeBytes;
    relay.mostDownBytes = 0.75 * sizeBytes;
    const half = new Promise<void>((resolve) => {
      engine.onProgress = (snapshot) => void (snapshot.bytesDone > sizeBytes / 2 && resolve());
    });
    await engine.ask('transfers/start', request);
    await half;
    const stands = new Promise<void>((resolve) => {
      engine.onProgress = (snapshot) => void (snapshot.isWaiting === true && resolve());
    });
    await relay.goAway();
    await stands;
    relay.mostUpBytes = Number.POSITIVE_INFINITY;
    relay.mostDownBytes = Number.POSITIVE_INFINITY;
    const ended = new Promise<TransferSnapshot>((resolve) => {
      engine.onProgress = (snapshot) => {
        told.push(snapshot);
        if (isFinal(snapshot.state)) resolve(snapshot);
      };
    });
    await relay.comeBack();
    const end = await ended;
    await engine.close();
    return { end, told };
  }

  it('makes an upload wait, and go on by itself', async () => {
    const source = join(folder, 'source');
    writeFileSync(source, bytes);
    const { end, told } = await acrossTheGap({
      kind: 'upload',
      connectionId: farSide.hmac.id,
      bucket,
      prefix: 'gap/',
      sources: [{ fsPath: source }],
      clash: 'fail',
    });
    expect(end).toMatchObject({ state: 'done', bytesDone: sizeBytes, itemsDone: 1, itemsFailed: 0 });
    expect(told.every(({ itemsFailed }) => itemsFailed === 0)).toBe(true);
    expect(relay.upBytes).toBeLessThan(1.25 * sizeBytes);
    const info = await direct.client.headObject({ bucket, key: objectKey('gap/source') }, AbortSignal.timeout(10_000));
    expect(info.sizeBytes).toBe(sizeBytes);
    expect(await farSide.openUploads(bucket)).toEqual([]);
  });

  it('makes a download wait, and go on by itself', async () => {
    const key = objectKey('gap/down');
    await direct.client.putObject(
      { bucket, key },
      bytes,
      { headers: {} },
      { kind: 'always' },
      AbortSignal.timeout(20_000),
    );
    const target = join(folder, 'gap');
    const { end } = await acrossTheGap({
      kind: 'download',
      connectionId: farSide.hmac.id,
      bucket,
      sources: [{ kind: 'object', key }],
      folderFsPath: target,
      clash: 'fail',
    });
    expect(end).toMatchObject({ state: 'done', bytesDone: sizeBytes, itemsFailed: 0 });
    expect(relay.downBytes).toBeLessThan(1.25 * sizeBytes);
    expect(readdirSync(target)).toEqual(['down']);
    expect(readFileSync(join(target, 'down')).equals(bytes)).toBe(true);
  });
});
