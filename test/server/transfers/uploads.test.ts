import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateMultipartUploadCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { partChecksum } from '../../../src/engine/checksums/partChecksum';
import { bucketName, objectKey, type UploadId } from '../../../src/model/ids';
import type { TransferSnapshot } from '../../../src/model/transferState';
import type { TransferRequest } from '../../../src/protocol/requests';
import type { UploadCursor } from '../../../src/engine/cos/client';
import { createDirectClient } from '../../fakes/directClient';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import { startServedEngine, testConnectionId, type EngineUnderTest } from '../../fakes/servedEngine';
import { mebibyte, patternBytes } from '../../unit/transfers/world';

const bucket = bucketName('unfinished');
const bytes = patternBytes(17 * mebibyte);

let farSide: LocalFarSide;
let engine: EngineUnderTest;
let sdk: S3Client;
let fsPath: string;

beforeAll(async () => {
  farSide = await startLocalFarSide();
  engine = await startServedEngine({
    connections: [farSide.hmac],
    credentials: { [testConnectionId]: farSide.hmacKey },
    configuration: { preferredPartBytes: 8 * mebibyte },
  });
  await engine.ask('buckets/create', { connectionId: testConnectionId, bucket });
  const { endpoint, accessKeyId, secretAccessKey } = farSide.server.info;
  const credentials = { accessKeyId, secretAccessKey };
  sdk = new S3Client({ endpoint, region: 'us-south', forcePathStyle: true, credentials });
  fsPath = join(farSide.dataFolder, 'source.bin');
  writeFileSync(fsPath, bytes);
});
afterAll(async () => {
  sdk.destroy();
  await engine.close();
  await farSide.close();
});
beforeEach(async () => {
  const { uploads } = await list();
  await engine.ask('uploads/abort', { connectionId: testConnectionId, bucket, uploads });
});

const list = () => engine.ask('uploads/list', { connectionId: testConnectionId, bucket });

/** Begins an upload as a program with the AWS SDK does, and sends some of its parts of 5 MiB. */
async function begin(
  key: string,
  partNumbers: readonly number[],
  algorithm?: 'CRC32' | 'CRC64NVME' | 'SHA256',
): Promise<UploadId> {
  const { UploadId: id } = await sdk.send(
    new CreateMultipartUploadCommand({
      Bucket: bucket,
      Key: key,
      ContentType: 'text/x',
      ...(algorithm === undefined ? {} : { ChecksumAlgorithm: algorithm }),
    }),
  );
  for (const PartNumber of partNumbers) {
    const Body = bytes.subarray((PartNumber - 1) * 5 * mebibyte, PartNumber * 5 * mebibyte);
    const part = { Bucket: bucket, Key: key, UploadId: id, PartNumber, Body };
    // The SDK computes every algorithm but this one by itself.
    const sum = algorithm === 'CRC64NVME' ? { ChecksumCRC64NVME: partChecksum(algorithm, Body) } : {};
    const named = algorithm === undefined ? {} : { ChecksumAlgorithm: algorithm };
    await sdk.send(new UploadPartCommand({ ...part, ...named, ...sum }));
  }
  return id as UploadId;
}

async function run(request: TransferRequest): Promise<TransferSnapshot> {
  return await engine.run(request);
}

describe('unfinished uploads', () => {
  it('are listed with age and bytes, whoever began them, odd keys too', async () => {
    const first = await begin('a b/ü+%.bin', [1, 2]);
    const second = await begin('empty', []);
    const { uploads, isComplete } = await list();
    expect(isComplete).toBe(true);
    expect(uploads.map(({ key, uploadId, parts, bytes: held }) => [key, uploadId, parts, held])).toEqual([
      ['a b/ü+%.bin', first, 2, 10 * mebibyte],
      ['empty', second, 0, 0],
    ]);
    for (const { initiatedAtMs } of uploads) expect(Math.abs(Date.now() - initiatedAtMs)).toBeLessThan(60_000);
  });

  it('are listed page by page to the end, also where several have one key', async () => {
    for (const key of ['a', 'a', 'a', 'b +%', 'b +%']) await begin(key, []);
    const direct = createDirectClient(farSide.hmac, farSide.hmacKey);
    const found: string[] = [];
    let cursor: UploadCursor | undefined;
    do {
      const query = { maxUploads: 2, ...(cursor === undefined ? {} : { cursor }) };
      const page = await direct.client.listMultipartUploads(bucket, query, new AbortController().signal);
      found.push(...page.uploads.map(({ uploadId }) => uploadId));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    await direct.close();
    expect([found.length, new Set(found).size]).toEqual([5, 5]);
  });

  it('are aborted, and those that are gone count as aborted', async () => {
    const uploadId = await begin('gone', [1]);
    const uploads = [{ key: objectKey('gone'), uploadId }];
    const abort = () => engine.ask('uploads/abort', { connectionId: testConnectionId, bucket, uploads });
    expect(await abort()).toEqual({ abortedCount: 1, failures: [] });
    expect(await abort()).toEqual({ abortedCount: 1, failures: [] });
    expect((await list()).uploads).toEqual([]);
  });

  it.each([undefined, 'CRC32', 'CRC64NVME', 'SHA256'] as const)(
    'that a program with the AWS SDK began are finished with the local file (checksums: %s)',
    async (algorithm) => {
      const key = objectKey(`resumed-${algorithm}`);
      const uploadId = await begin(key, [1, 3], algorithm);
      const end = await run({
        kind: 'resumeUpload',
        connectionId: testConnectionId,
        bucket,
        key,
        uploadId,
        fsPath,
        clash: 'fail',
      });
      expect(end.failures).toEqual([]);
      expect(end).toMatchObject({ state: 'done', bytesDone: bytes.length, bytesTotal: bytes.length });
      const target = join(farSide.dataFolder, `${key}.down`);
      const down = await run({
        kind: 'download',
        connectionId: testConnectionId,
        bucket,
        sources: [{ kind: 'object', key }],
        folderFsPath: farSide.dataFolder,
        fileFsPath: target,
        clash: 'replace',
      });
      expect(down.state).toBe('done');
      const info = await engine.ask('objects/head', { connectionId: testConnectionId, bucket, key });
      expect([info.sizeBytes, info.headers.contentType]).toEqual([bytes.length, 'text/x']);
      const sum = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
      expect(sum(readFileSync(target))).toBe(sum(bytes));
      expect((await list()).uploads).toEqual([]);
    },
  );

  it('are left as they are by a file that does not match', async () => {
    const key = objectKey('other');
    const uploadId = await begin(key, [1, 2]);
    const other = join(farSide.dataFolder, 'other.bin');
    writeFileSync(other, patternBytes(17 * mebibyte, 7));
    const connectionId = testConnectionId;
    const end = await run({ kind: 'resumeUpload', connectionId, bucket, key, uploadId, fsPath: other, clash: 'fail' });
    expect(end).toMatchObject({ state: 'failed', error: { kind: 'invalid' } });
    expect((await list()).uploads).toMatchObject([{ key, parts: 2 }]);
  });
});
