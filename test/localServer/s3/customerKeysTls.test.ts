import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CopyObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen, type Listener } from '../../../src/localServer/listener';
import { createS3Handler } from '../../../src/localServer/s3/handler';
import { openTlsFiles } from '../../../src/localServer/tls';
import { Fixture, hmacKey } from './fixture';

let cos: Fixture;
let listener: Listener;
let client: S3Client;
let folder: string;
beforeAll(async () => {
  cos = await Fixture.start();
  await cos.bucket('over-tls');
  folder = mkdtempSync(join(tmpdir(), 'cos-tls-'));
  const { keyPem, certificatePem, caFile } = openTlsFiles(folder, Date.now());
  const { store, identity, clock, faults } = cos;
  const handler = createS3Handler({ store, identity, clock, faults, location: 'us-south' });
  listener = await listen(handler, {
    service: 'tls',
    port: 0,
    transport: { kind: 'https', keyPem, certificatePem },
  });
  client = new S3Client({
    endpoint: listener.url,
    region: 'us-south',
    forcePathStyle: true,
    credentials: hmacKey,
    requestHandler: { httpsAgent: new Agent({ ca: readFileSync(caFile) }) },
  });
});
afterAll(async () => {
  client.destroy();
  await listener.close(0);
  await cos.stop();
  rmSync(folder, { recursive: true });
});

test('rule 71: over TLS, without any switch, the SDK writes, copies and reads under customer keys', async () => {
  const keyOf = (seed: string) => createHash('sha256').update(seed).digest();
  const customer = (seed: string) => ({
    SSECustomerAlgorithm: 'AES256',
    SSECustomerKey: keyOf(seed).toString('base64'),
    SSECustomerKeyMD5: createHash('md5').update(keyOf(seed)).digest('base64'),
  });
  const at = { Bucket: 'over-tls', Key: 'k' };
  await client.send(new PutObjectCommand({ ...at, Body: 'sealed', ...customer('one') }));
  const get = await client.send(new GetObjectCommand({ ...at, ...customer('one') }));
  expect(await get.Body?.transformToString()).toBe('sealed');
  await expect(client.send(new GetObjectCommand(at))).rejects.toMatchObject({ name: 'InvalidRequest' });
  const source = customer('one');
  await client.send(
    new CopyObjectCommand({
      Bucket: 'over-tls',
      Key: 'copy',
      CopySource: 'over-tls/k',
      CopySourceSSECustomerAlgorithm: source.SSECustomerAlgorithm,
      CopySourceSSECustomerKey: source.SSECustomerKey,
      CopySourceSSECustomerKeyMD5: source.SSECustomerKeyMD5,
      ...customer('two'),
    }),
  );
  const copied = await client.send(new GetObjectCommand({ Bucket: 'over-tls', Key: 'copy', ...customer('two') }));
  expect(await copied.Body?.transformToString()).toBe('sealed');
  const body = Buffer.alloc(11 * 1024 * 1024, 'abcdefg');
  const params = { Bucket: 'over-tls', Key: 'large', Body: body, ...customer('one') };
  await new Upload({ client, params }).done();
  const range = { Bucket: 'over-tls', Key: 'large', Range: 'bytes=5242870-5242890', ...customer('one') };
  const piece = await client.send(new GetObjectCommand(range));
  expect(Buffer.from((await piece.Body?.transformToByteArray()) ?? [])).toEqual(body.subarray(5_242_870, 5_242_891));
});
