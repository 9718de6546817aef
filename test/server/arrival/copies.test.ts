import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { partChecksum } from '../../../src/engine/checksums/partChecksum';
import { bucketName, objectKey } from '../../../src/model/ids';
import type { TransferRequest } from '../../../src/protocol/requests';
import { createDirectClient, type DirectClient } from '../../fakes/directClient';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import { startServedEngine, testConnectionId as connectionId, type EngineUnderTest } from '../../fakes/servedEngine';
import { startSlippingRelay, type SlippingRelay } from '../../fakes/slippingRelay';
import { mebibyte, patternBytes } from '../../unit/transfers/world';

type CopyRequest = Extract<TransferRequest, { kind: 'copy' }>;

const bucket = bucketName('arrival-copies');
const bytes = patternBytes(5 * mebibyte + 99, 3);
const theirs = patternBytes(bytes.length, 4);
const never = new AbortController().signal;

let farSide: LocalFarSide;
let relay: SlippingRelay;
let engine: EngineUnderTest;
let other: DirectClient;
let raw: S3Client;
let key: string;
let count = 0;

beforeAll(async () => {
  farSide = await startLocalFarSide();
  relay = await startSlippingRelay(farSide.server.info.endpoint);
  const { locationEndpoints: _one, ...hmac } = farSide.hmac;
  engine = await startServedEngine({
    connections: [{ ...hmac, endpoint: relay.endpoint }],
    credentials: { [connectionId]: farSide.hmacKey },
    configuration: { preferredPartBytes: 5 * mebibyte },
  });
  other = createDirectClient(farSide.hmac, farSide.hmacKey);
  const { endpoint, accessKeyId, secretAccessKey } = farSide.server.info;
  const credentials = { accessKeyId, secretAccessKey };
  raw = new S3Client({ endpoint, region: 'us-south', forcePathStyle: true, credentials });
  await other.client.createBucket(bucket, {}, never);
});
afterAll(async () => {
  raw.destroy();
  await Promise.all([other.close(), engine.close()]);
  await relay.close();
  await farSide.close();
});
beforeEach(() => {
  key = `source-${++count}`;
  relay.armed.length = 0;
  relay.happened.length = 0;
  relay.requests.length = 0;
  relay.isBlind = false;
});

const target = () => `there/${key}`;
const request = (more: Partial<CopyRequest> = {}): CopyRequest => ({
  kind: 'copy',
  connectionId,
  source: { bucket, keys: [objectKey(key)], prefixes: [] },
  target: { bucket, prefix: 'there/' },
  deleteSource: true,
  clash: 'fail',
  ...more,
});
const put = async (name: string, body: Uint8Array) =>
  await raw.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: body }));

/** Stores the source in two parts, with one checksum of the whole or one of the parts. */
async function putInParts(
  algorithm: 'CRC32' | 'CRC64NVME' | 'SHA256',
  type: 'FULL_OBJECT' | 'COMPOSITE',
): Promise<void> {
  const at = { Bucket: bucket, Key: key };
  const begun = new CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm: algorithm, ChecksumType: type });
  const { UploadId } = await raw.send(begun);
  const Parts = [];
  for (const [index, Body] of [bytes.subarray(0, 5 * mebibyte), bytes.subarray(5 * mebibyte)].entries()) {
    const sum = { [`Checksum${algorithm}`]: partChecksum(algorithm, Body) };
    const part = { ...at, UploadId, PartNumber: index + 1, Body, ...sum };
    const { ETag } = await raw.send(new UploadPartCommand(part));
    Parts.push({ PartNumber: index + 1, ETag, ...sum });
  }
  const completion = { ...at, UploadId, ChecksumType: type, MultipartUpload: { Parts } };
  await raw.send(new CompleteMultipartUploadCommand(completion));
}

async function stored(name: string): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  const take = (piece: Uint8Array) => void pieces.push(Buffer.from(piece));
  try {
    await other.client.readObject({ bucket, key: objectKey(name) }, {}, take, never);
    return Buffer.concat(pieces);
  } catch {
    return undefined;
  }
}
const gets = () => relay.requests.filter((line) => line.startsWith(`GET /${bucket}/`) && !line.includes('?'));
const isCopy = (method: string, path: string) => method === 'PUT' && path.includes('there/') && !path.includes('?');
const isComplete = (method: string, path: string) => method === 'POST' && path.includes('uploadId=');

describe('a move of an object in parts', () => {
  it.each(['CRC32', 'CRC64NVME'] as const)(
    'stays in the service and is verified by the %s of the whole that both sides have',
    async (algorithm) => {
      await putInParts(algorithm, 'FULL_OBJECT');
      const end = await engine.run(request());
      expect(end).toMatchObject({ state: 'done', itemsDone: 1 });
      expect(end.verdicts).toEqual([{ verdict: { kind: 'verified', by: algorithm, of: 'whole' }, items: 1 }]);
      expect(gets()).toEqual([]);
      expect((await stored(target()))?.equals(bytes)).toBe(true);
      expect(await stored(key)).toBeUndefined();
    },
  );

  it.each(['CRC32', 'SHA256'] as const)(
    'with a COMPOSITE %s reads nothing where the service is to be trusted, and says so',
    async (algorithm) => {
      await putInParts(algorithm, 'COMPOSITE');
      const end = await engine.run(request({ incomparable: 'trust' }));
      expect(end).toMatchObject({ state: 'done', itemsDone: 1 });
      expect(end.verdicts).toEqual([{ verdict: { kind: 'trusted', why: 'copiedByService' }, items: 1 }]);
      expect(gets()).toEqual([]);
      expect((await stored(target()))?.equals(bytes)).toBe(true);
      expect(await stored(key)).toBeUndefined();
    },
  );

  it('with a COMPOSITE checksum reads both where that was chosen, or nothing was', async () => {
    for (const chosen of [{}, { incomparable: 'read' }] as const) {
      key = `source-${++count}`;
      await putInParts('CRC32', 'COMPOSITE');
      relay.requests.length = 0;
      const end = await engine.run(request(chosen));
      expect(end.verdicts).toEqual([{ verdict: { kind: 'verified', by: 'SHA256', of: 'whole' }, items: 1 }]);
      expect(gets().length).toBeGreaterThanOrEqual(2);
      expect(await stored(key)).toBeUndefined();
    }
  });

  it('is never trusted with other bytes of another size, and keeps its source', async () => {
    await putInParts('CRC32', 'COMPOSITE');
    relay.armed.push({ on: isCopy, after: () => put(target(), Buffer.from('short')) });
    const end = await engine.run(request({ incomparable: 'trust' }));
    expect(end).toMatchObject({ state: 'failed', error: { reason: 'integrity' } });
    expect((await stored(key))?.equals(bytes)).toBe(true);
  });

  it('is counted before, with what no checksum will compare, by a listing alone', async () => {
    await putInParts('CRC32', 'COMPOSITE');
    relay.requests.length = 0;
    const selection = { connectionId, bucket, keys: [], prefixes: [key], limit: 10 };
    expect(await engine.ask('objects/count', selection)).toEqual({
      objects: 1,
      bytes: bytes.length,
      isComplete: true,
      incomparable: { objects: 1, bytes: bytes.length },
    });
    expect(relay.requests.filter((line) => line.startsWith('HEAD '))).toEqual([]);
    key = `source-${++count}`;
    await putInParts('CRC64NVME', 'FULL_OBJECT');
    for (const what of [
      { keys: [], prefixes: [key] },
      { keys: [objectKey(key)], prefixes: [] },
    ])
      expect(await engine.ask('objects/count', { ...selection, ...what })).toEqual({
        objects: 1,
        bytes: bytes.length,
        isComplete: true,
      });
  });
});

describe.each([
  ['copy', false],
  ['move', true],
] as const)('a %s whose answer is lost', (_name, deleteSource) => {
  it('is done where its copy is there, and made once', async () => {
    await put(key, bytes);
    relay.armed.push({ on: isCopy, answer: 'lost' });
    expect(await engine.run(request({ deleteSource }))).toMatchObject({ state: 'done', itemsDone: 1 });
    expect(relay.requests.filter((line) => isCopy('PUT', line) && line.startsWith('PUT '))).toHaveLength(1);
    expect((await stored(target()))?.equals(bytes)).toBe(true);
    expect((await stored(key)) === undefined).toBe(deleteSource);
  });

  it('leaves the object of another client that is there alone, and its source', async () => {
    await put(key, bytes);
    relay.armed.push({ on: isCopy, answer: 'unsent', before: () => put(target(), theirs) });
    expect(await engine.run(request({ deleteSource }))).toMatchObject({ state: 'failed', itemsDone: 0 });
    expect((await stored(target()))?.equals(theirs)).toBe(true);
    expect((await stored(key))?.equals(bytes)).toBe(true);
  });

  it('ends on its own where no checksum tells, and changes nothing', async () => {
    await put(key, bytes);
    relay.isBlind = true;
    relay.armed.push({ on: isCopy, answer: 'unsent', before: () => put(target(), theirs) });
    const end = await engine.run(request({ deleteSource, incomparable: 'trust' }));
    expect(end).toMatchObject({ state: 'failed', error: { reason: 'arrivalUnknown' } });
    expect((await stored(target()))?.equals(theirs)).toBe(true);
    expect((await stored(key))?.equals(bytes)).toBe(true);
  });

  it('in parts is told apart in the same way, and leaves an upload only where nobody can tell', async () => {
    await farSide.admin('PATCH', '/switches', { maxPutBytes: 5 * mebibyte });
    try {
      await putInParts('CRC32', 'FULL_OBJECT');
      relay.armed.push({ on: isComplete, answer: 'lost' });
      expect(await engine.run(request({ deleteSource }))).toMatchObject({ state: 'done', itemsDone: 1 });
      expect((await stored(target()))?.equals(bytes)).toBe(true);

      for (const isBlind of [false, true]) {
        key = `source-${++count}`;
        await putInParts('CRC32', 'FULL_OBJECT');
        relay.isBlind = isBlind;
        relay.armed.push({ on: isComplete, before: async () => await putTheirsInParts() });
        const end = await engine.run(request({ deleteSource, incomparable: 'trust' }));
        expect(end).toMatchObject({ state: 'failed', error: { reason: isBlind ? 'arrivalUnknown' : 'alreadyExists' } });
        expect((await stored(target()))?.equals(theirs)).toBe(true);
        expect((await stored(key))?.equals(bytes)).toBe(true);
        expect(await farSide.openUploads(bucket)).toEqual(isBlind ? [target()] : []);
      }
    } finally {
      await farSide.admin('PATCH', '/switches', { maxPutBytes: 5 * 1024 ** 3 });
      const { uploads } = await engine.ask('uploads/list', { connectionId, bucket });
      await engine.ask('uploads/abort', { connectionId, bucket, uploads });
    }
  });
});

async function putTheirsInParts(): Promise<void> {
  const address = { bucket, key: objectKey(target()) };
  const uploadId = await other.client.createMultipartUpload(address, { headers: {} }, never);
  const parts = [];
  for (const [at, piece] of [theirs.subarray(0, 5 * mebibyte), theirs.subarray(5 * mebibyte)].entries())
    parts.push(await other.client.uploadPart(address, { uploadId, partNumber: at + 1 }, piece, never));
  await other.client.completeMultipartUpload(address, uploadId, parts, { condition: { kind: 'always' } }, never);
}
