import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uploadStream } from '../../../src/engine/transfers/uploadStream';
import { bucketName, objectKey } from '../../../src/model/ids';
import type { TransferRequest } from '../../../src/protocol/requests';
import { createDirectClient, type DirectClient } from '../../fakes/directClient';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import { startServedEngine, testConnectionId as connectionId, type EngineUnderTest } from '../../fakes/servedEngine';
import { startSlippingRelay, type SlippingRelay } from '../../fakes/slippingRelay';
import { mebibyte, patternBytes } from '../../unit/transfers/world';

const bucket = bucketName('arrival');
const sizeBytes = 5 * mebibyte + 777;
const mine = patternBytes(sizeBytes, 1);
const theirs = patternBytes(sizeBytes, 2);
const never = new AbortController().signal;

let farSide: LocalFarSide;
let relay: SlippingRelay;
let engine: EngineUnderTest;
let direct: DirectClient;
let other: DirectClient;
let raw: S3Client;
let fsPath: string;
let key: string;
let count = 0;

beforeAll(async () => {
  farSide = await startLocalFarSide();
  relay = await startSlippingRelay(farSide.server.info.endpoint);
  const { locationEndpoints: _one, ...hmac } = farSide.hmac;
  const slipping = { ...hmac, endpoint: relay.endpoint };
  engine = await startServedEngine({
    connections: [slipping],
    credentials: { [connectionId]: farSide.hmacKey },
    configuration: { preferredPartBytes: 5 * mebibyte },
  });
  direct = createDirectClient(slipping, farSide.hmacKey);
  other = createDirectClient(farSide.hmac, farSide.hmacKey);
  const { endpoint, accessKeyId, secretAccessKey } = farSide.server.info;
  raw = new S3Client({
    endpoint,
    region: 'us-south',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  await other.client.createBucket(bucket, {}, never);
  fsPath = join(farSide.dataFolder, 'mine.bin');
  writeFileSync(fsPath, mine);
});
afterAll(async () => {
  raw.destroy();
  await Promise.all([direct.close(), other.close(), engine.close()]);
  await relay.close();
  await farSide.close();
});
beforeEach(async () => {
  key = `key-${++count}`;
  relay.armed.length = 0;
  relay.happened.length = 0;
  relay.isBlind = false;
  // The service must be known to refuse, or a look before the write would find what slips in.
  const { uploads } = await engine.ask('uploads/list', { connectionId, bucket });
  await engine.ask('uploads/abort', { connectionId, bucket, uploads });
});

/** What other clients store under our key, in one piece or in parts like ours. */
const putTheirs = async (bytes: Uint8Array = theirs) =>
  await raw.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
const putTheirsInParts = async () => {
  const address = { bucket, key: objectKey(key) };
  const uploadId = await other.client.createMultipartUpload(address, { headers: {} }, never);
  const parts = [];
  for (const [at, piece] of [theirs.subarray(0, 5 * mebibyte), theirs.subarray(5 * mebibyte)].entries())
    parts.push(await other.client.uploadPart(address, { uploadId, partNumber: at + 1 }, piece, never));
  await other.client.completeMultipartUpload(address, uploadId, parts, { condition: { kind: 'always' } }, never);
};
const stored = async (): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  const take = (piece: Uint8Array) => void pieces.push(Buffer.from(piece));
  await other.client.readObject({ bucket, key: objectKey(key) }, {}, take, never);
  return Buffer.concat(pieces);
};
const isComplete = (method: string, path: string) => method === 'POST' && path.includes('uploadId=');
const isPut = (method: string, path: string) => method === 'PUT' && !path.includes('?');

const upload = (clash: 'fail' | 'skip' = 'fail'): TransferRequest => ({
  kind: 'upload',
  connectionId,
  bucket,
  prefix: '',
  sources: [{ fsPath, name: key }],
  clash,
});

describe('an upload in parts', () => {
  it.each([
    ['in one piece', () => putTheirs()],
    ['in as many parts', () => putTheirsInParts()],
  ])(
    'is not taken for the object of another client of the same size, stored %s just before it ends',
    async (_how, put) => {
      relay.armed.push({ on: isComplete, before: put });
      const end = await engine.run(upload());
      expect(relay.happened).toHaveLength(1);
      expect(end).toMatchObject({ state: 'failed', itemsDone: 0, error: { reason: 'alreadyExists' } });
      expect((await stored()).equals(theirs)).toBe(true);
      expect(await farSide.openUploads(bucket)).toEqual([]);
    },
  );

  it('is done where its own completion was made and its answer lost', async () => {
    relay.armed.push({ on: isComplete, answer: 'lost' });
    expect(await engine.run(upload())).toMatchObject({ state: 'done', itemsDone: 1 });
    expect((await stored()).equals(mine)).toBe(true);
    expect(await farSide.openUploads(bucket)).toEqual([]);
  });

  it('fails where its answer was lost and another client has replaced its object since', async () => {
    relay.armed.push({ on: isComplete, answer: 'lost', after: () => putTheirs() });
    expect(await engine.run(upload())).toMatchObject({ state: 'failed', itemsDone: 0 });
    expect((await stored()).equals(theirs)).toBe(true);
    expect(await farSide.openUploads(bucket)).toEqual([]);
  });

  it('ends on its own where no checksum tells: nothing is repeated or aborted, and the sentence says what to look at', async () => {
    relay.isBlind = true;
    relay.armed.push({ on: isComplete, before: () => putTheirs() });
    const end = await engine.run(upload('skip'));
    expect(end).toMatchObject({ state: 'failed', itemsDone: 0, error: { reason: 'arrivalUnknown' } });
    expect(end.error?.detail).toMatch(
      new RegExp(
        `is not known whether .*"${key}".*Check whether "${key}" holds what you sent.*abort its unfinished upload`,
      ),
    );
    expect((await stored()).equals(theirs)).toBe(true);
    expect(await farSide.openUploads(bucket)).toEqual([key]);
  });

  it('from a stream is told apart in the same way', async () => {
    const options = { partBytes: 5 * mebibyte, parallelParts: 2, sent: () => undefined };
    const send = () =>
      uploadStream(
        direct.client,
        { bucket, key: objectKey(key) },
        Readable.from([mine]),
        { headers: {} },
        { kind: 'ifAbsent' },
        options,
        never,
      );
    relay.armed.push({ on: isComplete, before: () => putTheirsInParts() });
    await expect(send()).rejects.toMatchObject({ error: { kind: 'preconditionFailed' } });
    expect((await stored()).equals(theirs)).toBe(true);
    expect(await farSide.openUploads(bucket)).toEqual([]);

    key = `${key}-lost`;
    relay.armed.push({ on: isComplete, answer: 'lost' });
    expect(await send()).toMatchObject({ sizeBytes, verdict: { kind: 'verified', by: 'CRC32' } });
    expect((await stored()).equals(mine)).toBe(true);

    key = `${key}-blind`;
    relay.isBlind = true;
    relay.armed.push({ on: isComplete, before: () => putTheirsInParts() });
    await expect(send()).rejects.toMatchObject({ error: { reason: 'arrivalUnknown' } });
    expect((await stored()).equals(theirs)).toBe(true);
    expect(await farSide.openUploads(bucket)).toEqual([key]);
  });

  it('that is finished with a local file is told apart in the same way', async () => {
    const begin = async () => {
      const address = { bucket, key: objectKey(key) };
      const uploadId = await other.client.createMultipartUpload(address, { headers: {} }, never);
      await other.client.uploadPart(address, { uploadId, partNumber: 1 }, mine.subarray(0, 5 * mebibyte), never);
      return {
        kind: 'resumeUpload',
        connectionId,
        bucket,
        key: objectKey(key),
        uploadId,
        fsPath,
        clash: 'fail',
      } as const;
    };
    const first = await begin();
    relay.armed.push({ on: isComplete, before: () => putTheirsInParts() });
    expect(await engine.run(first)).toMatchObject({ state: 'failed', itemsDone: 0 });
    expect((await stored()).equals(theirs)).toBe(true);
    expect(await farSide.openUploads(bucket)).toEqual([key]); // somebody began it, and may go on with it

    key = `${key}-lost`;
    const second = await begin();
    relay.armed.push({ on: isComplete, answer: 'lost' });
    expect(await engine.run(second)).toMatchObject({ state: 'done', itemsDone: 1 });
    expect((await stored()).equals(mine)).toBe(true);

    key = `${key}-blind`;
    const third = await begin();
    relay.isBlind = true;
    relay.armed.push({ on: isComplete, answer: 'lost', after: () => putTheirsInParts() });
    expect(await engine.run(third)).toMatchObject({ state: 'failed', error: { reason: 'arrivalUnknown' } });
    expect((await stored()).equals(theirs)).toBe(true);
  });
});

describe('two uploads of different files of one size to one new key', () => {
  it('never both say that they have arrived, in thirty runs', async () => {
    const files = ['one', 'two'].map((content) => ({ content, fsPath: join(farSide.dataFolder, `${content}.bin`) }));
    for (const file of files) writeFileSync(file.fsPath, file.content);
    for (let run = 0; run < 30; run++) {
      key = `race-${run}`;
      const address = { bucket, key: objectKey(key) };
      const requests = await Promise.all(
        files.map(async (file) => {
          const uploadId = await other.client.createMultipartUpload(address, { headers: {} }, never);
          await other.client.uploadPart(address, { uploadId, partNumber: 1 }, Buffer.from(file.content), never);
          const request = { kind: 'resumeUpload', connectionId, ...address, uploadId, clash: 'fail' } as const;
          return { ...request, fsPath: file.fsPath };
        }),
      );
      const ends = await Promise.all(requests.map((request) => engine.run(request)));
      const done = files.filter((_file, at) => ends[at]?.state === 'done');
      expect(done.map(({ content }) => content)).toEqual([(await stored()).toString()]);
    }
  }, 60_000);
});

describe('an upload in one piece', () => {
  const small = Buffer.from('mine, small');
  const smallTheirs = Buffer.from('theirs, too');
  beforeEach(() => writeFileSync(join(farSide.dataFolder, 'small.bin'), small));
  const uploadSmall = (): TransferRequest => ({
    ...(upload() as Extract<TransferRequest, { kind: 'upload' }>),
    sources: [{ fsPath: join(farSide.dataFolder, 'small.bin'), name: key }],
  });

  it('is done where its answer was lost, and sent once', async () => {
    relay.armed.push({ on: isPut, answer: 'lost' });
    relay.requests.length = 0;
    expect(await engine.run(uploadSmall())).toMatchObject({ state: 'done', itemsDone: 1 });
    expect((await stored()).equals(small)).toBe(true);
    expect(relay.requests.filter((line) => line.startsWith('PUT '))).toHaveLength(1);
  });

  it('fails where another client stored an object of the same size in its place', async () => {
    relay.armed.push({ on: isPut, answer: 'unsent', before: () => putTheirs(smallTheirs) });
    expect(await engine.run(uploadSmall())).toMatchObject({ state: 'failed', error: { reason: 'alreadyExists' } });
    expect((await stored()).equals(smallTheirs)).toBe(true);
  });

  it('is not repeated where no checksum tells whose object is there', async () => {
    relay.isBlind = true;
    relay.armed.push({ on: isPut, answer: 'unsent', before: () => putTheirs(smallTheirs) });
    relay.requests.length = 0;
    expect(await engine.run(uploadSmall())).toMatchObject({ state: 'failed', error: { reason: 'arrivalUnknown' } });
    expect((await stored()).equals(smallTheirs)).toBe(true);
    expect(relay.requests.filter((line) => line.startsWith('PUT '))).toHaveLength(1);
  });
});

describe('a saved document', () => {
  const save = (bytes: Uint8Array, etag: string) =>
    engine.send('objects/write', {
      connectionId,
      bucket,
      key: objectKey(key),
      bytes,
      attributes: { headers: { contentType: 'text/plain' }, metadata: {}, tags: {} },
      condition: { kind: 'ifMatch', etag },
    });
  const before = Buffer.from('before');
  const after = Buffer.from('saved!');
  const opened = async () =>
    (await other.client.putObject({ bucket, key: objectKey(key) }, before, { headers: {} }, { kind: 'always' }, never))
      .etag;

  it('is saved where the answer was lost, and where the request was', async () => {
    for (const answer of ['lost', 'unsent'] as const) {
      const etag = await opened();
      relay.armed.push({ on: isPut, answer });
      expect(await save(after, etag), answer).toMatchObject({ ok: true });
      expect((await stored()).equals(after), answer).toBe(true);
    }
  });

  it('never replaces what somebody else stored in the moment in which the answer was lost', async () => {
    const etag = await opened();
    relay.armed.push({ on: isPut, answer: 'lost', after: () => putTheirs(Buffer.from('theirs')) });
    expect(await save(after, etag)).toMatchObject({ ok: false, error: { reason: 'changedMeanwhile' } });
    expect((await stored()).toString()).toBe('theirs');
  });

  it('says that it cannot be told whose object is there, and sends nothing again', async () => {
    const etag = await opened();
    relay.isBlind = true;
    relay.armed.push({ on: isPut, answer: 'lost', after: () => putTheirs(Buffer.from('theirs')) });
    relay.requests.length = 0;
    expect(await save(after, etag)).toMatchObject({ ok: false, error: { reason: 'arrivalUnknown' } });
    expect((await stored()).toString()).toBe('theirs');
    expect(relay.requests.filter((line) => line.startsWith('PUT '))).toHaveLength(1);
  });
});
