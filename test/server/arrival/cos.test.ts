import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCosCommand, hmacEnvironment, runCos } from '../../fakes/cosCommand';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import { startSlippingRelay, type SlippingRelay } from '../../fakes/slippingRelay';
import { patternBytes } from '../../unit/transfers/world';

const bucket = 'cos-arrival';
const sizeBytes = 9_000_000;

let farSide: LocalFarSide;
let relay: SlippingRelay;
let bundle: string;
let raw: S3Client;
let folder: string;

beforeAll(async () => {
  [farSide, bundle] = await Promise.all([startLocalFarSide(), buildCosCommand()]);
  const { endpoint, accessKeyId, secretAccessKey } = farSide.server.info;
  relay = await startSlippingRelay(endpoint);
  const credentials = { accessKeyId, secretAccessKey };
  raw = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  folder = mkdtempSync(join(tmpdir(), 'cos-arrival-'));
  await raw.send(new CreateBucketCommand({ Bucket: bucket }));
  for (const [at, name] of ['first', 'second'].entries())
    writeFileSync(join(folder, name), patternBytes(sizeBytes, at + 1));
});
afterAll(async () => {
  raw.destroy();
  await relay.close();
  await farSide.close();
  for (const path of [dirname(bundle), folder]) rmSync(path, { recursive: true });
});

const cp = (name: string, key: string) => {
  const info = { ...farSide.server.info, endpoint: relay.endpoint };
  const environment = hmacEnvironment(info, folder);
  return runCos(bundle, ['cp', '--if-exists', 'fail', join(folder, name), `cos://${bucket}/${key}`], { environment });
};
const stored = async (key: string): Promise<Buffer> => {
  const { Body } = await raw.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from(await Body!.transformToByteArray());
};

describe('cos cp of a file in parts', () => {
  it('fails and aborts its own upload where another file of that size is stored just before it ends', async () => {
    const theirs = readFileSync(join(folder, 'second'));
    relay.armed.push({
      on: (method, path) => method === 'POST' && path.includes('uploadId='),
      before: () => raw.send(new PutObjectCommand({ Bucket: bucket, Key: 'taken', Body: theirs })),
    });
    expect(await cp('first', 'taken')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('exists') as string,
    });
    expect(relay.happened).toHaveLength(1);
    expect((await stored('taken')).equals(theirs)).toBe(true);
    expect(await farSide.openUploads(bucket)).toEqual([]);
  });

  it('and of another one of that size to one new key at once: one of them arrives, and it alone says so', async () => {
    const names = ['first', 'second'];
    const runs = await Promise.all(names.map((name) => cp(name, 'race')));
    expect(runs.map(({ exitCode }) => exitCode).sort()).toEqual([0, 1]);
    const winner = names[runs.findIndex(({ exitCode }) => exitCode === 0)]!;
    expect((await stored('race')).equals(readFileSync(join(folder, winner)))).toBe(true);
    expect(await farSide.openUploads(bucket)).toEqual([]);
  });
});
