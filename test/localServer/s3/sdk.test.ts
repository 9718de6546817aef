import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Fixture, hmacKey } from './fixture';

let cos: Fixture;
let client: S3Client;
beforeAll(async () => {
  cos = await Fixture.start();
  client = new S3Client({ endpoint: cos.endpoint(), region: 'us-south', forcePathStyle: true, credentials: hmacKey });
  await cos.bucket('sdk');
});
afterAll(async () => {
  client.destroy();
  await cos.stop();
});

const pattern = (sizeBytes: number): Buffer => {
  const body = Buffer.alloc(sizeBytes);
  for (let i = 0; i < sizeBytes; i += 4) body.writeUInt32LE((i * 2654435761) >>> 0, i);
  return body;
};

test('rule 110: CreateBucket without LocationConstraint fails, with a provisioning code it works', async () => {
  await expect(client.send(new CreateBucketCommand({ Bucket: 'from-sdk' }))).rejects.toMatchObject({
    name: 'InvalidLocationConstraint',
  });
  const code = 'us-south-smart' as 'us-west-1';
  await client.send(
    new CreateBucketCommand({ Bucket: 'from-sdk', CreateBucketConfiguration: { LocationConstraint: code } }),
  );
  const { Buckets } = await client.send(new ListBucketsCommand({}));
  expect(Buckets?.map((bucket) => bucket.Name)).toEqual(['from-sdk', 'sdk']);
});

test('rule 108: a stream goes up chunked with a trailer and comes back byte for byte', async () => {
  const body = pattern(3 * 1024 * 1024);
  const sliced = Readable.from([body.subarray(0, 1_000_001), body.subarray(1_000_001)], { objectMode: false });
  const put = await client.send(
    new PutObjectCommand({
      Bucket: 'sdk',
      Key: 'a b/ü+%',
      Body: sliced,
      ContentLength: body.length,
      Metadata: { Name: 'value' },
    }),
  );
  expect(put.ChecksumCRC32).toBeDefined();
  const get = await client.send(new GetObjectCommand({ Bucket: 'sdk', Key: 'a b/ü+%' }));
  expect(get.ContentEncoding).toBeUndefined();
  expect(get.Metadata).toEqual({ name: 'value' });
  expect(Buffer.from(await get.Body!.transformToByteArray()).equals(body)).toBe(true);
});

test('rule 109: a lib-storage upload in parts is whole, composite, and readable by range', async () => {
  const body = pattern(12 * 1024 * 1024);
  const done = await new Upload({
    client,
    params: { Bucket: 'sdk', Key: 'big', Body: body },
    partSize: 5 * 1024 * 1024,
  }).done();
  expect(done.ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
  expect(done.ChecksumCRC32).toMatch(/-3$/);
  const get = await client.send(new GetObjectCommand({ Bucket: 'sdk', Key: 'big' }));
  expect(Buffer.from(await get.Body!.transformToByteArray()).equals(body)).toBe(true);
  const range = await client.send(new GetObjectCommand({ Bucket: 'sdk', Key: 'big', Range: 'bytes=5242870-5242890' }));
  expect(Buffer.from(await range.Body!.transformToByteArray()).equals(body.subarray(5242870, 5242891))).toBe(true);
});

test('copy, tags, listing and deletion of many through the SDK', async () => {
  await client.send(new CopyObjectCommand({ Bucket: 'sdk', Key: 'copy', CopySource: 'sdk/big' }));
  await client.send(
    new PutObjectTaggingCommand({ Bucket: 'sdk', Key: 'copy', Tagging: { TagSet: [{ Key: 'a', Value: '1' }] } }),
  );
  expect((await client.send(new HeadObjectCommand({ Bucket: 'sdk', Key: 'copy' }))).ContentLength).toBe(
    12 * 1024 * 1024,
  );
  const list = await client.send(new ListObjectsV2Command({ Bucket: 'sdk', Delimiter: '/' }));
  expect([list.Contents?.map((item) => item.Key), list.CommonPrefixes?.map((item) => item.Prefix)]).toEqual([
    ['big', 'copy'],
    ['a b/'],
  ]);
  const removed = await client.send(
    new DeleteObjectsCommand({
      Bucket: 'sdk',
      Delete: { Objects: [{ Key: 'big' }, { Key: 'copy' }, { Key: 'a b/ü+%' }] },
    }),
  );
  expect([removed.Deleted?.length, removed.Errors]).toEqual([3, undefined]);
});
