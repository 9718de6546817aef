import { afterAll, beforeAll, expect, it } from 'vitest';
import { bucketName, connectionId, objectKey, type BucketName } from '../../../src/model/ids';
import type { TransferRequest } from '../../../src/protocol/requests';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import { startServedEngine, testConnectionId, type EngineUnderTest } from '../../fakes/servedEngine';
import { mebibyte, patternBytes } from '../../unit/transfers/world';

const writerId = connectionId('writer');
const key = objectKey('page.html');
const moved = objectKey('moved.html');

let side: LocalFarSide;
let engine: EngineUnderTest;
let count = 0;
beforeAll(async () => {
  side = await startLocalFarSide();
  const { apiKey } = (await side.admin('POST', '/keys', { role: 'Writer' })) as { apiKey: string };
  engine = await startServedEngine({
    connections: [side.iam, { ...side.iam, id: writerId }],
    credentials: { [testConnectionId]: side.apiKey, [writerId]: { kind: 'apiKey', apiKey } },
  });
});
afterAll(async () => {
  await engine.close();
  await side.close();
});

async function bucketWith(acl: 'public-read' | 'private', bytes: Uint8Array): Promise<BucketName> {
  const bucket = bucketName(`kept-acl-${++count}`);
  await engine.ask('buckets/create', { connectionId: testConnectionId, bucket });
  const write = { connectionId: testConnectionId, bucket, key, bytes, attributes: { headers: {} } } as const;
  const { etag } = await engine.ask('objects/write', { ...write, condition: { kind: 'ifAbsent' } });
  const change = { seen: { etag }, change: { acl }, method: 'copy', lock: 'keep' } as const;
  if (acl === 'public-read')
    await engine.ask('attributes/put', { connectionId: testConnectionId, bucket, key, ...change });
  return bucket;
}

const isPublic = async (bucket: BucketName, name = key) =>
  (await fetch(`${side.server.info.endpoint}/${bucket}/${name}`, { method: 'HEAD' })).ok;

async function save(bucket: BucketName, id = testConnectionId) {
  const { etag } = await engine.ask('objects/head', { connectionId: testConnectionId, bucket, key });
  const bytes = Buffer.from('saved');
  const condition = { kind: 'ifMatch', etag } as const;
  await engine.ask('objects/write', { connectionId: id, bucket, key, bytes, attributes: { headers: {} }, condition });
}

async function copy(bucket: BucketName, target: BucketName, deleteSource: boolean) {
  const request: TransferRequest = {
    kind: 'copy',
    connectionId: testConnectionId,
    source: { bucket, keys: [key], prefixes: [] },
    target: { bucket: target, prefix: '', key: moved },
    deleteSource,
    clash: 'fail',
  };
  return await engine.run(request);
}

it('a saved object is read by the same people as before', async () => {
  const [open, closed] = [
    await bucketWith('public-read', Buffer.from('x')),
    await bucketWith('private', Buffer.from('x')),
  ];
  expect([await isPublic(open), await isPublic(closed)]).toEqual([true, false]);
  await save(open);
  await save(closed);
  expect([await isPublic(open), await isPublic(closed)]).toEqual([true, false]);
});

it('who may not read access lists can save all the same', async () => {
  const bucket = await bucketWith('private', Buffer.from('x'));
  await save(bucket, writerId);
  expect(await isPublic(bucket)).toBe(false);
});

it.each([
  ['in one piece', Buffer.from('x')],
  ['of some size', patternBytes(12 * mebibyte)],
])('what is renamed stays public, what is copied or moved to another bucket is not: %s', async (_size, bytes) => {
  const bucket = await bucketWith('public-read', bytes);
  const other = await bucketWith('private', Buffer.from('y'));
  expect(await copy(bucket, other, false)).toMatchObject({ state: 'done' });
  expect(await isPublic(other, moved)).toBe(false);
  expect(await copy(bucket, bucket, true)).toMatchObject({ state: 'done' });
  expect([await isPublic(bucket), await isPublic(bucket, moved)]).toEqual([false, true]);
});
