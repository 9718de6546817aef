import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bucketName, objectKey } from '../../src/model/ids';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import { startServedEngine, testConnectionId as connectionId, type EngineUnderTest } from '../fakes/servedEngine';

let farSide: LocalFarSide;
let engine: EngineUnderTest;
const place = { location: 'us-south', storageClass: 'smart' } as const;

beforeAll(async () => {
  farSide = await startLocalFarSide();
  engine = await startServedEngine({
    connections: [farSide.iam],
    credentials: { [connectionId]: farSide.apiKey },
  });
});

afterAll(async () => {
  await engine.close();
  await farSide.close();
});

/** CRN of the root key of a bucket, asked past the engine. */
async function rootKeyOf(bucket: string): Promise<string | undefined> {
  const { endpoint, accessKeyId, secretAccessKey } = farSide.server.info;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region: 'us-south', forcePathStyle: true, credentials });
  let found: string | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      found = (result.response as { headers: Record<string, string> }).headers['ibm-sse-kp-crk-id'];
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  await client.send(new HeadBucketCommand({ Bucket: bucket }));
  client.destroy();
  return found;
}

it('encrypts a bucket with a root key that is found by its name', async () => {
  const instances = await engine.ask('rootKeys/listInstances', { connectionId });
  expect(instances.map(({ name, region, service }) => [name, region, service])).toEqual([
    ['local-hyper-protect', 'us-south', 'hpcs'],
    ['local-keys', 'us-south', 'keyProtect'],
    ['local-keys-large', 'eu-de', 'keyProtect'],
  ]);
  const [, few, many] = instances.map(({ crn }) => crn);
  const keys = await engine.ask('rootKeys/list', { connectionId, instanceCrn: few ?? '' });
  // Neither the suspended key, nor the one that is no root key, nor the one that can only be used by its id.
  expect(keys.map(({ name }) => name)).toEqual(['backups-root-key', 'documents-root-key']);
  expect(await engine.ask('rootKeys/list', { connectionId, instanceCrn: many ?? '' })).toHaveLength(230);

  const bucket = bucketName('encrypted-by-key');
  const rootKeyCrn = keys[1]?.crn ?? '';
  await engine.ask('buckets/create', { connectionId, bucket, ...place, rootKeyCrn });
  expect(await rootKeyOf(bucket)).toBe(rootKeyCrn);
});

it('encrypts a bucket with a root key of Hyper Protect', async () => {
  const instances = await engine.ask('rootKeys/listInstances', { connectionId });
  const instanceCrn = instances.find(({ service }) => service === 'hpcs')?.crn ?? '';
  const [key] = await engine.ask('rootKeys/list', { connectionId, instanceCrn });
  expect(key?.crn).toMatch(/^crn:v1:bluemix:public:hs-crypto:us-south:a\/.+:key:/);
  const bucket = bucketName('encrypted-by-hyper-protect');
  await engine.ask('buckets/create', { connectionId, bucket, ...place, rootKeyCrn: key?.crn ?? '' });
  expect(await rootKeyOf(bucket)).toBe(key?.crn);
});

it('says that a root key cannot be used', async () => {
  const rootKeyCrn = 'crn:v1:bluemix:public:kms:us-south:a/1:8f275e7b-c076-49b5-8c0b-4b3d2c1a0f9e:key:none';
  const bucket = bucketName('not-encrypted');
  const refused = await engine.refuse('buckets/create', { connectionId, bucket, ...place, rootKeyCrn });
  expect(refused).toMatchObject({ kind: 'invalid', reason: 'rootKeyRefused', bucket });
  expect(refused.detail).toContain('Key CRN');
  const [instance] = await engine.ask('rootKeys/listInstances', { connectionId });
  const [key] = await engine.ask('rootKeys/list', { connectionId, instanceCrn: instance?.crn ?? '' });
  const wrongClass = { location: 'us-south', storageClass: 'none', rootKeyCrn: key?.crn ?? '' };
  const other = await engine.refuse('buckets/create', { connectionId, bucket, ...wrongClass });
  expect(other).toMatchObject({ kind: 'invalid', reason: 'invalidLocation' });
});

it('tells a missing role for keys from a session that ended', async () => {
  const created = (await farSide.admin('POST', '/keys', { role: 'ObjectReader' })) as { apiKey: string };
  const [instance] = await engine.ask('rootKeys/listInstances', { connectionId });
  const credentials = { [connectionId]: { kind: 'apiKey', apiKey: created.apiKey } as const };
  const weak = await startServedEngine({ connections: [farSide.iam], credentials });
  expect(await weak.ask('rootKeys/listInstances', { connectionId })).toEqual([]);
  const refused = await weak.refuse('rootKeys/list', { connectionId, instanceCrn: instance?.crn ?? '' });
  expect(refused).toMatchObject({ kind: 'denied', httpStatus: 401 });
  await weak.close();
});

it('switches Object Lock on as the bucket is created, and sets a quota', async () => {
  const bucket = bucketName('locked-from-birth');
  await engine.ask('buckets/create', { connectionId, bucket, ...place, hasObjectLock: true });
  expect(await engine.ask('objectLock/get', { connectionId, bucket })).toEqual({ kind: 'enabled' });
  expect(await engine.ask('versioning/get', { connectionId, bucket })).toBe('enabled');

  await engine.ask('bucketConfig/setQuota', { connectionId, bucket, quotaBytes: 5_000 });
  const bytes = Buffer.alloc(6_000);
  const condition = { kind: 'always' } as const;
  const key = objectKey('too-large');
  const write = { connectionId, bucket, key, bytes, attributes: { headers: {} }, condition };
  expect(await engine.refuse('objects/write', write)).toMatchObject({ reason: 'quotaExceeded' });
});
