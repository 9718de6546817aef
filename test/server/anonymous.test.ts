import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnonymousConnection } from '../../src/model/connection';
import { bucketName, objectKey } from '../../src/model/ids';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import { startServedEngine, testConnectionId as connectionId, type EngineUnderTest } from '../fakes/servedEngine';

const bucket = bucketName('open-data');
const key = objectKey('hello.txt');

describe('a public bucket, without signing in', () => {
  let farSide: LocalFarSide;
  let engine: EngineUnderTest;
  let connection: AnonymousConnection;
  const publish = async (role: string) => await farSide.admin('PUT', `/public-roles/${bucket}`, { role });
  const page = { connectionId, bucket, prefix: '', delimiter: '/' } as const;

  beforeAll(async () => {
    farSide = await startLocalFarSide();
    const owner = await startServedEngine({
      connections: [farSide.iam],
      credentials: { [connectionId]: farSide.apiKey },
    });
    await owner.ask('buckets/create', { connectionId, bucket, location: 'us-south', storageClass: 'smart' });
    const write = { connectionId, bucket, key, bytes: Buffer.from('hello'), attributes: { headers: {} } };
    await owner.ask('objects/write', { ...write, condition: { kind: 'always' } });
    await owner.close();
    const endpoint = farSide.server.info.endpoints['us-south']!;
    const base = { kind: 'anonymous', id: connectionId, name: 'test', endpoint } as const;
    connection = { ...base, isReadOnly: true, extraBuckets: [bucket] };
    engine = await startServedEngine({
      connections: [connection],
      credentials: { [connectionId]: { kind: 'anonymous' } },
    });
  });
  afterAll(async () => {
    await engine.close();
    await farSide.close();
  });

  it('shows the buckets that were named, and asks nobody for a list', async () => {
    farSide.server.requests.clear();
    expect(await engine.ask('buckets/list', { connectionId })).toEqual([{ name: bucket }]);
    expect(farSide.server.requests.read().byOperation).toEqual({});
  });

  it('is refused what is not public', async () => {
    expect(await engine.refuse('objects/read', { connectionId, bucket, key, maxBytes: 100 })).toMatchObject({
      kind: 'denied',
    });
  });

  it('reads objects, and lists them where everyone may', async () => {
    await publish('ObjectReader');
    const read = await engine.ask('objects/read', { connectionId, bucket, key, maxBytes: 100 });
    expect(Buffer.from(read.bytes).toString('utf8')).toBe('hello');
    expect(await engine.refuse('objects/listPage', page)).toMatchObject({ kind: 'denied' });
    const test = { connection, credential: { kind: 'anonymous' } } as const;
    expect((await engine.ask('connection/test', test)).bucketCount).toBeUndefined();
    await publish('ContentReader');
    expect((await engine.ask('objects/listPage', page)).objects.map((object) => object.key)).toEqual([key]);
    expect((await engine.ask('connection/test', test)).bucketCount).toBe(1);
    expect(farSide.server.requests.read().byOperation['iam.token']).toBeUndefined();
  });

  it('signs nothing and changes nothing', async () => {
    const link = { connectionId, bucket, key, wish: { method: 'GET', expiresSeconds: 60 } } as const;
    expect(await engine.refuse('links/create', link)).toMatchObject({ kind: 'unsupported' });
    expect(await engine.refuse('buckets/delete', { connectionId, bucket })).toMatchObject({
      reason: 'readOnlyConnection',
    });
  });
});
