import { CreateMultipartUploadCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bucketName, objectKey, type BucketName } from '../../../src/model/ids';
import type { TransferSnapshot } from '../../../src/model/transferState';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import { startServedEngine, testConnectionId as connectionId, type EngineUnderTest } from '../../fakes/servedEngine';

let farSide: LocalFarSide;
let engine: EngineUnderTest;
let sdk: S3Client;

beforeAll(async () => {
  farSide = await startLocalFarSide();
  engine = await startServedEngine({ connections: [farSide.hmac], credentials: { [connectionId]: farSide.hmacKey } });
  const { endpoint, accessKeyId, secretAccessKey } = farSide.server.info;
  const credentials = { accessKeyId, secretAccessKey };
  sdk = new S3Client({ endpoint, region: 'us-south', forcePathStyle: true, credentials });
});

afterAll(async () => {
  sdk.destroy();
  await engine.close();
  await farSide.close();
});

async function create(name: string, settings: { readonly hasObjectLock?: boolean } = {}): Promise<BucketName> {
  const bucket = bucketName(name);
  await engine.ask('buckets/create', { connectionId, bucket, ...settings });
  return bucket;
}

async function write(bucket: BucketName, key: string): Promise<string> {
  const condition = { kind: 'always' } as const;
  const params = { connectionId, bucket, key: objectKey(key), bytes: Buffer.from(key), attributes: { headers: {} } };
  return (await engine.ask('objects/write', { ...params, condition })).versionId ?? '';
}

/** Starts a transfer that empties, and waits for its end. */
async function empty(
  bucket: BucketName,
  wish: { readonly hasVersions: boolean; readonly deleteBucket: boolean; readonly isLocked?: boolean },
): Promise<TransferSnapshot> {
  const request = { kind: 'empty', connectionId, bucket, isLocked: false, ...wish } as const;
  return await engine.run(request);
}

const census = (bucket: BucketName, limit = 10_000) => engine.ask('buckets/census', { connectionId, bucket, limit });

it('counts and deletes objects, versions, delete markers and open uploads, and then the bucket', async () => {
  const bucket = await create('full-of-versions');
  await write(bucket, 'before versioning.txt');
  await engine.ask('versioning/put', { connectionId, bucket, state: 'enabled' });
  for (const key of ['a', 'a', 'b', 'ünï/c d']) await write(bucket, key);
  const keys = ['b', 'before versioning.txt'].map(objectKey);
  const { transferId } = await engine.ask('transfers/start', {
    kind: 'delete',
    connectionId,
    bucket,
    keys,
    prefixes: [],
  });
  await expect.poll(() => engine.transfers.get(transferId)?.state).toBe('done');
  await sdk.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: 'never finished' }));

  expect(await census(bucket)).toEqual({
    versioning: 'enabled',
    objects: 2,
    oldVersions: 3,
    deleteMarkers: 2,
    bytes: 2 + 1 + Buffer.byteLength('ünï/c d') + Buffer.byteLength('before versioning.txt'),
    uploads: 1,
    runningUploads: 0,
    isComplete: true,
    mechanism: 'none',
  });
  expect(await census(bucket, 3)).toMatchObject({ isComplete: false });
  const refused = await engine.refuse('buckets/delete', { connectionId, bucket });
  expect(refused).toMatchObject({ reason: 'bucketNotEmpty' });

  const end = await empty(bucket, { hasVersions: true, deleteBucket: true });
  expect(end).toMatchObject({ state: 'done', kind: 'delete', title: bucket, itemsDone: 8, itemsFailed: 0 });
  expect((await engine.ask('buckets/list', { connectionId })).map(({ name }) => name)).not.toContain(bucket);
});

it('empties a bucket that keeps no versions, in batches, and leaves the bucket', async () => {
  const bucket = await create('full-of-objects');
  for (let n = 0; n < 12; n += 1) await write(bucket, `folder/${n}`);
  expect(await census(bucket)).toMatchObject({ versioning: 'never', objects: 12, oldVersions: 0 });
  const end = await empty(bucket, { hasVersions: false, deleteBucket: false });
  expect(end).toMatchObject({ state: 'done', itemsDone: 12 });
  expect(await census(bucket)).toMatchObject({ objects: 0, isComplete: true });
  await engine.ask('buckets/delete', { connectionId, bucket });
});

it('tells each version that is locked, leaves it and the bucket, and deletes the others', async () => {
  const bucket = await create('with-locked', { hasObjectLock: true });
  const versionId = await write(bucket, 'locked');
  await write(bucket, 'free');
  const retainUntilMs = Date.now() + 3_600_000;
  const retention = { mode: 'GOVERNANCE', retainUntilMs } as const;
  const key = objectKey('locked');
  await engine.ask('protection/setLock', { connectionId, bucket, key, versionId, retention, bypassGovernance: false });
  const counted = await census(bucket);
  expect(counted).toMatchObject({ mechanism: 'objectLock', sample: { looked: 2, protected: 1 } });
  expect(Math.abs((counted.sample?.untilMs ?? 0) - retainUntilMs)).toBeLessThan(1000);

  const end = await empty(bucket, { hasVersions: true, deleteBucket: true, isLocked: true });
  expect(end).toMatchObject({
    state: 'failed',
    itemsDone: 1,
    itemsFailed: 1,
    failures: [{ name: `locked?versionId=${versionId}`, error: { kind: 'held', key: 'locked', bucket } }],
  });
  expect(await census(bucket)).toMatchObject({ objects: 1, deleteMarkers: 0 });

  await engine.ask('protection/setLock', {
    connectionId,
    bucket,
    key,
    versionId,
    retention: null,
    bypassGovernance: true,
  });
  await engine.ask('transfers/retry', { transferId: end.transferId });
  await expect.poll(() => engine.transfers.get(end.transferId)?.state).toBe('done');
  expect((await engine.ask('buckets/list', { connectionId })).map(({ name }) => name)).not.toContain(bucket);
});

it('deletes nothing through a read-only connection', async () => {
  const bucket = await create('read-only-full');
  await write(bucket, 'stays');
  await sdk.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: 'stays open' }));
  const readOnly = await startServedEngine({
    connections: [{ ...farSide.hmac, isReadOnly: true }],
    credentials: { [connectionId]: farSide.hmacKey },
  });
  const request = {
    kind: 'empty',
    connectionId,
    bucket,
    hasVersions: true,
    isLocked: false,
    deleteBucket: true,
  } as const;
  const { transferId } = await readOnly.ask('transfers/start', request);
  await expect.poll(() => readOnly.transfers.get(transferId)?.state).toBe('failed');
  expect(readOnly.transfers.get(transferId)?.error).toMatchObject({ reason: 'readOnlyConnection' });
  await readOnly.close();
  expect(await census(bucket)).toMatchObject({ objects: 1, uploads: 1 });
});
