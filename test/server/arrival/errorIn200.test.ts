import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketName, objectKey } from '../../../src/model/ids';
import { createDirectClient, type DirectClient } from '../../fakes/directClient';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import { startServedEngine, testConnectionId as connectionId, type EngineUnderTest } from '../../fakes/servedEngine';

const bucket = bucketName('error-in-200');
const key = objectKey('source');
const bytes = Buffer.from('the bytes of the source');
const never = new AbortController().signal;

let farSide: LocalFarSide;
let engine: EngineUnderTest;
let direct: DirectClient;

beforeAll(async () => {
  farSide = await startLocalFarSide();
  engine = await startServedEngine({ connections: [farSide.hmac], credentials: { [connectionId]: farSide.hmacKey } });
  direct = createDirectClient(farSide.hmac, farSide.hmacKey);
  await direct.client.createBucket(bucket, {}, never);
  await direct.client.putObject({ bucket, key }, bytes, { headers: {} }, { kind: 'always' }, never);
});
afterAll(async () => {
  await Promise.all([direct.close(), engine.close()]);
  await farSide.close();
});

const arm = (operation: string) =>
  farSide.server.faults.arm({ fault: { kind: 'errorIn200' }, match: { operation }, count: 2 });
const fired = (id: number) => farSide.server.faults.list().find((rule) => rule.id === id)?.firedCount;
const read = async (name: string) => {
  const { bytes: found } = await engine.ask('objects/read', {
    connectionId,
    bucket,
    key: objectKey(name),
    maxBytes: 1e6,
  });
  return Buffer.from(found).toString();
};

describe('a passing error inside a 200', () => {
  it.each(['fail', 'skip', 'replace', 'keepBoth'] as const)('of a copy is tried again (%s)', async (clash) => {
    const { id } = arm('CopyObject');
    const end = await engine.run({
      kind: 'copy',
      connectionId,
      source: { bucket, keys: [key], prefixes: [] },
      target: { bucket, prefix: `${clash}/` },
      deleteSource: false,
      clash,
    });
    expect(end).toMatchObject({ state: 'done', itemsDone: 1 });
    expect(fired(id)).toBe(2);
    expect(await read(`${clash}/source`)).toBe(bytes.toString());
  });

  it('of a change of properties, which is a copy onto itself, is tried again', async () => {
    const { id } = arm('CopyObject');
    const change = { metadata: { owner: 'ana' } };
    const outcome = await direct.client.changeAttributes(
      { bucket, key },
      undefined,
      change,
      { method: 'copy', lock: 'keep' },
      never,
    );
    expect(outcome.failed).toBeUndefined();
    expect(fired(id)).toBe(2);
    expect((await direct.client.headObject({ bucket, key }, never)).metadata).toEqual({ owner: 'ana' });
  });

  it('of the copy of a part, and of the end of its upload, is tried again', async () => {
    const to = { bucket, key: objectKey('in parts') };
    const { etag } = await direct.client.headObject({ bucket, key }, never);
    const uploadId = await direct.client.createMultipartUpload(to, { headers: {} }, never);
    const [ofPart, ofEnd] = [arm('UploadPartCopy'), arm('CompleteMultipartUpload')];
    const upload = { uploadId, partNumber: 1, range: { offsetBytes: 0, lengthBytes: bytes.length } };
    const part = await direct.client.uploadPartCopy({ bucket, key }, to, upload, etag, never);
    const condition = { kind: 'ifAbsent' } as const;
    await direct.client.completeMultipartUpload(to, uploadId, [part], { condition }, never);
    expect([fired(ofPart.id), fired(ofEnd.id)]).toEqual([2, 2]);
    expect(await read('in parts')).toBe(bytes.toString());
  });
});
