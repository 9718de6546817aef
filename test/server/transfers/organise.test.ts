import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CosClient } from '../../../src/engine/cos/client';
import { bucketName, connectionId, objectKey, type BucketName } from '../../../src/model/ids';
import type { TransferSnapshot } from '../../../src/model/transferState';
import type { TransferRequest } from '../../../src/protocol/requests';
import { createDirectClient, type DirectClient } from '../../fakes/directClient';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import { startServedEngine, testConnectionId, type EngineUnderTest } from '../../fakes/servedEngine';
import { mebibyte, patternBytes } from '../../unit/transfers/world';

type CopyRequest = Extract<TransferRequest, { kind: 'copy' }>;

const never = new AbortController().signal;
const withKeys = connectionId('keys');
const farConnection = connectionId('far');
const [home, east, away] = ['organise-home', 'organise-east', 'organise-away'].map(bucketName) as [
  BucketName,
  BucketName,
  BucketName,
];

let near: LocalFarSide;
let far: LocalFarSide;
let engine: EngineUnderTest;
let nearDirect: DirectClient;
let farDirect: DirectClient;

beforeAll(async () => {
  [near, far] = await Promise.all([startLocalFarSide(), startLocalFarSide()]);
  engine = await startServedEngine({
    connections: [near.iam, { ...near.hmac, id: withKeys }, { ...far.hmac, id: farConnection }],
    credentials: { [testConnectionId]: near.apiKey, [withKeys]: near.hmacKey, [farConnection]: far.hmacKey },
    configuration: { preferredPartBytes: 5 * mebibyte },
  });
  nearDirect = createDirectClient(near.iam, near.apiKey);
  farDirect = createDirectClient(far.hmac, far.hmacKey);
  await nearDirect.client.createBucket(home, {}, never);
  await nearDirect.client.createBucket(east, { location: 'eu-de' }, never);
  await farDirect.client.createBucket(away, {}, never);
});
afterAll(async () => {
  await engine.close();
  await Promise.all([nearDirect.close(), farDirect.close(), near.close(), far.close()]);
});

async function run(request: CopyRequest): Promise<TransferSnapshot> {
  return await engine.run(request);
}

const attributes = { headers: { contentType: 'text/x' }, metadata: { m: 'é' }, tags: { project: 'a_b' } };
async function put(client: CosClient, bucket: BucketName, key: string, bytes: Uint8Array): Promise<void> {
  await client.putObject({ bucket, key: objectKey(key) }, bytes, attributes, { kind: 'always' }, never);
}
async function read(client: CosClient, bucket: BucketName, key: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await client.readObject({ bucket, key: objectKey(key) }, {}, (piece) => void pieces.push(Buffer.from(piece)), never);
  return Buffer.concat(pieces);
}
async function keys(client: CosClient, bucket: BucketName, prefix: string): Promise<string[]> {
  const { objects } = await client.listPage(bucket, { prefix, delimiter: '' }, never);
  return objects.map(({ key }) => key);
}

describe.each([
  ['the same bucket', home, testConnectionId],
  ['another location', east, testConnectionId],
  ['another connection to the same service', home, withKeys],
  ['another service', away, farConnection],
] as const)('into %s', (_name, bucket, connection) => {
  const clientOf = (): CosClient => (connection === farConnection ? farDirect.client : nearDirect.client);
  const request = (prefix: string, deleteSource: boolean): CopyRequest => ({
    kind: 'copy',
    connectionId: connection,
    source: {
      bucket: home,
      keys: [],
      prefixes: [prefix],
      ...(connection === testConnectionId ? {} : { connectionId: testConnectionId }),
    },
    target: { bucket, prefix: 'arrived/' },
    deleteSource,
    clash: 'fail',
  });

  it.each(['copy', 'move'] as const)('a %s keeps bytes and all attributes of a folder', async (mode) => {
    const folder = `${mode}-to-${bucket}-${connection}/`;
    const big = patternBytes(12 * mebibyte + 7);
    const content = new Map<string, Uint8Array>([
      [folder, new Uint8Array()],
      [`${folder}big`, big],
      [`${folder}deep/a//b ü+%.txt`, Buffer.from('odd')],
    ]);
    for (const [key, bytes] of content) await put(nearDirect.client, home, key, bytes);
    const end = await run(request(folder, mode === 'move'));
    expect(end.failures).toEqual([]);
    expect(end).toMatchObject({ state: 'done', itemsDone: 3, bytesDone: big.length + 3, bytesTotal: big.length + 3 });
    for (const [key, bytes] of content) {
      const target = `arrived/${key}`;
      expect((await read(clientOf(), bucket, target)).equals(Buffer.from(bytes))).toBe(true);
      const address = { bucket, key: objectKey(target) };
      const info = await clientOf().headObject(address, never);
      expect([info.headers.contentType, info.metadata]).toEqual(['text/x', { m: 'é' }]);
      expect(await clientOf().getTags(address, never)).toEqual(attributes.tags);
    }
    expect(await keys(nearDirect.client, home, folder)).toHaveLength(mode === 'move' ? 0 : 3);
  });
});

describe('what services differ in', () => {
  const one = (key: string, more: Partial<CopyRequest> = {}): CopyRequest => ({
    kind: 'copy',
    connectionId: testConnectionId,
    source: { bucket: home, keys: [objectKey(key)], prefixes: [] },
    target: { bucket: home, prefix: 'there/' },
    deleteSource: true,
    clash: 'fail',
    ...more,
  });

  it('copies by parts what a service does not copy at once, and leaves no upload', async () => {
    const bytes = patternBytes(13 * mebibyte);
    await put(nearDirect.client, home, 'large', bytes);
    await near.admin('PATCH', '/switches', { maxPutBytes: 6 * mebibyte });
    try {
      expect(await run(one('large'))).toMatchObject({ state: 'done', bytesDone: bytes.length });
    } finally {
      await near.admin('PATCH', '/switches', { maxPutBytes: 5 * 1024 ** 3 });
    }
    expect((await read(nearDirect.client, home, 'there/large')).equals(bytes)).toBe(true);
    const info = await nearDirect.client.headObject({ bucket: home, key: objectKey('there/large') }, never);
    expect(info).toMatchObject({ headers: { contentType: 'text/x' }, metadata: { m: 'é' }, tagCount: 1 });
    expect(await keys(nearDirect.client, home, 'large')).toEqual([]);
    expect(await near.openUploads(home)).toEqual([]);
  });

  it('streams between locations that do not see each other', async () => {
    await put(nearDirect.client, home, 'local', Buffer.from('local'));
    await near.admin('PATCH', '/switches', { copyAcrossLocations: 'refused' });
    try {
      const end = await run(one('local', { target: { bucket: east, prefix: 'seen/' } }));
      expect(end.failures).toEqual([]);
      expect(end).toMatchObject({ state: 'done', itemsDone: 1 });
    } finally {
      await near.admin('PATCH', '/switches', { copyAcrossLocations: 'allowed' });
    }
    expect((await read(nearDirect.client, east, 'seen/local')).toString()).toBe('local');
    expect(await keys(nearDirect.client, home, 'local')).toEqual([]);
  });

  it('never moves an object onto itself through two connections', async () => {
    await put(nearDirect.client, home, 'same/k', Buffer.from('k'));
    const source = { bucket: home, keys: [objectKey('same/k')], prefixes: [], connectionId: withKeys };
    const end = await run(one('', { source, target: { bucket: home, prefix: 'same/' }, clash: 'replace' }));
    expect(end).toMatchObject({ state: 'failed', error: { kind: 'invalid' } });
    expect((await read(nearDirect.client, home, 'same/k')).toString()).toBe('k');
  });
});
