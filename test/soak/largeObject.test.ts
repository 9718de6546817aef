import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FullCosClient } from '../../src/engine/cos/fullClient';
import { objectKey, type BucketName } from '../../src/model/ids';
import type { ObjectState } from '../../src/model/objectState';
import { startProtected, type Protected } from '../server/protection/fixture';
import { patternBytes } from '../unit/transfers/world';

const mebibyte = 1024 * 1024;
const never = new AbortController().signal;
const first = patternBytes(6 * mebibyte, 1);
const last = patternBytes(mebibyte + 1, 2);
/** Zeros between, which the local server stores as a hole. */
const seedBytes = 256 * mebibyte;
const seedCount = 20;
const sizeBytes = first.length + seedCount * seedBytes + last.length;

let server: Protected;
beforeAll(async () => {
  server = await startProtected();
});
afterAll(async () => await server?.close());

/** Stores an object of a little more than 5 GiB, which no single request may carry or copy. */
async function putLarge(client: FullCosClient, bucket: BucketName) {
  const seed = { bucket, key: objectKey('seed') };
  const plain = { headers: {}, metadata: {}, tags: {} };
  await client.putObject(seed, new Uint8Array(seedBytes), plain, { kind: 'always' }, never);
  const { etag } = await client.headObject(seed, never);
  const address = { bucket, key: objectKey('large') };
  const attributes = {
    headers: { contentType: 'text/plain', cacheControl: 'max-age=60' },
    metadata: { owner: 'Grüße' },
    tags: { project: 'alpha' },
    controls: { acl: 'public-read' },
  } as const;
  const uploadId = await client.createMultipartUpload(address, attributes, never);
  const parts = [await client.uploadPart(address, { uploadId, partNumber: 1 }, first, never)];
  for (let partNumber = 2; partNumber < seedCount + 2; partNumber++) {
    const part = { uploadId, partNumber, range: { offsetBytes: 0, lengthBytes: seedBytes } };
    parts.push(await client.uploadPartCopy(seed, address, part, etag, never));
  }
  parts.push(await client.uploadPart(address, { uploadId, partNumber: seedCount + 2 }, last, never));
  await client.completeMultipartUpload(address, uploadId, parts, { condition: { kind: 'always' } }, never);
  return address;
}

const kept = ({ info, tags, acl, protection }: ObjectState) => ({
  headers: info.headers,
  metadata: info.metadata,
  sizeBytes: info.sizeBytes,
  tags,
  acl,
  protection: protection?.kind,
});

describe('an object of more than 5 GiB', () => {
  it('is written anew in ranges when one field is edited, and keeps everything else', async () => {
    const client = server.client();
    const address = await putLarge(client, await server.bucket());
    const before = await client.getObjectState(address, never);
    expect(before.info.sizeBytes).toBe(sizeBytes);
    const copies = () => server.farSide.server.requests.read().byOperation['UploadPartCopy'] ?? 0;
    const copiesBefore = copies();
    const change = { metadata: { edited: 'yes' } };
    const outcome = await client.changeAttributes(
      address,
      before.info,
      change,
      { method: 'copy', lock: 'keep' },
      never,
    );
    expect(outcome.failed).toBeUndefined();
    expect(copies() - copiesBefore).toBe(Math.ceil(sizeBytes / (512 * mebibyte)));
    const after = await client.getObjectState(address, never);
    expect(kept(after)).toEqual({ ...kept(before), metadata: { owner: 'Grüße', edited: 'yes' } });
    expect(await server.farSide.openUploads(address.bucket)).toEqual([]);

    const bytesAt = async (offsetBytes: number, lengthBytes: number): Promise<Buffer> => {
      const pieces: Buffer[] = [];
      const wanted = { range: { offsetBytes, lengthBytes } };
      await client.readObject(address, wanted, (piece) => void pieces.push(Buffer.from(piece)), never);
      return Buffer.concat(pieces);
    };
    expect((await bytesAt(0, first.length)).equals(first)).toBe(true);
    expect((await bytesAt(sizeBytes - last.length, last.length)).equals(last)).toBe(true);
    for (const offsetBytes of [first.length, 2048 * mebibyte, sizeBytes - last.length - mebibyte]) {
      expect((await bytesAt(offsetBytes, mebibyte)).equals(Buffer.alloc(mebibyte))).toBe(true);
    }
  });
});
