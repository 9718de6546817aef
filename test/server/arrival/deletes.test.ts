import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bucketName, objectKey } from '../../../src/model/ids';
import type { TransferRequest } from '../../../src/protocol/requests';
import { createDirectClient, type DirectClient } from '../../fakes/directClient';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import { startServedEngine, testConnectionId as connectionId, type EngineUnderTest } from '../../fakes/servedEngine';
import { startSlippingRelay, type SlippingRelay } from '../../fakes/slippingRelay';
import { passed, until } from '../../until';

const bucket = bucketName('arrival-deletes');
const never = new AbortController().signal;

let farSide: LocalFarSide;
let relay: SlippingRelay;
let engine: EngineUnderTest;
let other: DirectClient;
let count = 0;
let folder: string;

beforeAll(async () => {
  farSide = await startLocalFarSide();
  relay = await startSlippingRelay(farSide.server.info.endpoint);
  const { locationEndpoints: _one, ...hmac } = farSide.hmac;
  engine = await startServedEngine({
    connections: [{ ...hmac, endpoint: relay.endpoint }],
    credentials: { [connectionId]: farSide.hmacKey },
  });
  other = createDirectClient(farSide.hmac, farSide.hmacKey);
  await other.client.createBucket(bucket, {}, never);
});
afterAll(async () => {
  await Promise.all([other.close(), engine.close()]);
  await relay.close();
  await farSide.close();
});
beforeEach(async () => {
  folder = `folder-${++count}/`;
  relay.armed.length = 0;
  relay.requests.length = 0;
  for (const name of ['a', 'b']) await put(name, 'mine');
});

const put = (name: string, text: string) =>
  other.client.putObject(
    { bucket, key: objectKey(folder + name) },
    Buffer.from(text),
    { headers: {} },
    { kind: 'always' },
    never,
  );
async function contents(prefix = folder): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const { objects } = await other.client.listPage(bucket, { prefix, delimiter: '' }, never);
  for (const { key } of objects) {
    const pieces: Buffer[] = [];
    await other.client.readObject({ bucket, key }, {}, (piece) => void pieces.push(Buffer.from(piece)), never);
    found[key.slice(prefix.length)] = Buffer.concat(pieces).toString();
  }
  return found;
}
const isBatch = (method: string, path: string) => method === 'POST' && /\?delete/.test(path);
const batches = () => relay.requests.filter((line) => /^POST .*\?delete/.test(line)).length;
const whole = (): TransferRequest => ({ kind: 'delete', connectionId, bucket, keys: [], prefixes: [folder] });
const named = (): TransferRequest => ({
  kind: 'delete',
  connectionId,
  bucket,
  keys: ['a', 'b'].map((name) => objectKey(folder + name)),
  prefixes: [],
});

describe.each([
  ['a folder', whole],
  ['named objects', named],
])('a deletion of %s whose answer is lost', (_what, request) => {
  it('is done where the objects are gone, and asked for once', async () => {
    relay.armed.push({ on: isBatch, answer: 'lost' });
    expect(await engine.run(request())).toMatchObject({ state: 'done', itemsDone: 2 });
    expect(batches()).toBe(1);
    expect(await contents()).toEqual({});
  });

  it('never deletes what somebody else has stored there since', async () => {
    relay.armed.push({ on: isBatch, answer: 'lost', after: () => put('b', 'theirs') });
    const end = await engine.run(request());
    const reason = request === whole ? 'changedMeanwhile' : 'arrivalUnknown';
    expect(end).toMatchObject({ state: 'failed', itemsDone: 1, itemsFailed: 1, error: { reason } });
    expect(end.failures[0]?.error.detail).toContain(`"${folder}b"`);
    expect(batches()).toBe(1);
    expect(await contents()).toEqual({ b: 'theirs' });
  });
});

describe('a deletion that never reached the service', () => {
  it('is made again for the objects that a listing showed, and for named ones that are older than it', async () => {
    relay.armed.push({ on: isBatch, answer: 'unsent' });
    expect(await engine.run(whole())).toMatchObject({ state: 'done', itemsDone: 2 });
    expect(await contents()).toEqual({});

    await put('a', 'mine');
    await put('b', 'mine');
    await until(passed(3500));
    relay.armed.push({ on: isBatch, answer: 'unsent' });
    expect(await engine.run(named())).toMatchObject({ state: 'done', itemsDone: 2 });
    expect(await contents()).toEqual({});
  });
});

describe('the deletion of the source of a move', () => {
  const move = (): TransferRequest => ({
    kind: 'copy',
    connectionId,
    source: { bucket, keys: [objectKey(`${folder}a`)], prefixes: [] },
    target: { bucket, prefix: `moved-${folder}` },
    deleteSource: true,
    clash: 'fail',
  });
  const isDelete = (method: string) => method === 'DELETE';

  it.each(['lost', 'unsent'] as const)('is made once where its answer is %s', async (answer) => {
    relay.armed.push({ on: isDelete, answer });
    expect(await engine.run(move())).toMatchObject({ state: 'done', itemsDone: 1 });
    expect(relay.requests.filter((line) => line.startsWith('DELETE '))).toHaveLength(answer === 'lost' ? 1 : 2);
    expect(await contents()).toEqual({ b: 'mine' });
    expect(await contents(`moved-${folder}`)).toEqual({ a: 'mine' });
  });

  it('never deletes what somebody else has stored there since', async () => {
    relay.armed.push({ on: isDelete, answer: 'lost', after: () => put('a', 'theirs') });
    expect(await engine.run(move())).toMatchObject({ state: 'failed', error: { reason: 'changedMeanwhile' } });
    expect(relay.requests.filter((line) => line.startsWith('DELETE '))).toHaveLength(1);
    expect(await contents()).toEqual({ a: 'theirs', b: 'mine' });
    expect(await contents(`moved-${folder}`)).toEqual({ a: 'mine' });
  });
});
