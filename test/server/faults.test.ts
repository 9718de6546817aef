import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cancelled } from '../../src/engine/failure';
import { completeUpload } from '../../src/engine/proof/arrivalOfUpload';
import { bucketName, objectKey } from '../../src/model/ids';
import { createDirectClient, type DirectClient } from '../fakes/directClient';
import { startFaultProxy, type FaultProxy } from '../fakes/faultProxy';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import { startServedEngine, testConnectionId as connectionId, type EngineUnderTest } from '../fakes/servedEngine';

const bucket = bucketName('faulty');
const bytes = randomBytes(300_000);
const key = objectKey('data.bin');
const never = new AbortController().signal;

describe('a line and a server that fail', () => {
  let farSide: LocalFarSide;
  let proxy: FaultProxy;
  let engine: EngineUnderTest;
  let direct: DirectClient;
  const read = () => engine.ask('objects/read', { connectionId, bucket, key, maxBytes: 1e6 });
  const write = (condition: Parameters<DirectClient['client']['putObject']>[3]) =>
    direct.client.putObject({ bucket, key: objectKey('written') }, bytes, { headers: {} }, condition, never);

  beforeAll(async () => {
    farSide = await startLocalFarSide();
    proxy = await startFaultProxy(farSide.server.info.endpoint);
    const { locationEndpoints: _one, ...hmac } = farSide.hmac;
    const connection = { ...hmac, endpoint: proxy.origin };
    engine = await startServedEngine({
      connections: [connection],
      credentials: { [connectionId]: farSide.hmacKey },
      configuration: { requestTimeoutMs: 400 },
    });
    direct = createDirectClient(connection, farSide.hmacKey);
    await direct.client.createBucket(bucket, {}, never);
    await direct.client.putObject({ bucket, key }, bytes, { headers: {} }, { kind: 'always' }, never);
  });
  afterEach(async () => {
    // Whatever failed, no upload is left behind and no object is half there.
    farSide.server.faults.clear();
    expect(await farSide.openUploads(bucket)).toEqual([]);
    await proxy.drop();
    proxy.fired.length = 0;
  });
  afterAll(async () => {
    await direct.close();
    await engine.close();
    await proxy.close();
    await farSide.close();
  });

  it('waits out a storm of 503 without losing a request', async () => {
    const storm = farSide.server.faults.arm({ fault: { kind: 'status', status: 503 }, probability: 0.5, seed: 7 });
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => engine.send('objects/head', { connectionId, bucket, key })),
    );
    expect(answers.filter(({ ok }) => ok).length).toBeGreaterThanOrEqual(38);
    expect(farSide.server.faults.list().find(({ id }) => id === storm.id)!.firedCount).toBeGreaterThan(10);
  });

  it('gives up on a server that is always too busy, and says so', async () => {
    const armed = farSide.server.faults.arm({ fault: { kind: 'status', status: 503 } });
    expect(await engine.refuse('objects/head', { connectionId, bucket, key })).toMatchObject({
      kind: 'throttled',
      retry: 'later',
      httpStatus: 503,
    });
    expect(farSide.server.faults.list().find(({ id }) => id === armed.id)!.firedCount).toBe(7);
  });

  it('repeats after a 500 what is safe to repeat, and nothing else', async () => {
    farSide.server.faults.arm({ fault: { kind: 'status', status: 500 }, count: 1 });
    expect((await read()).bytes).toHaveLength(bytes.byteLength);
    const create = farSide.server.faults.arm({ fault: { kind: 'status', status: 500 } });
    const upload = direct.client.createMultipartUpload({ bucket, key }, { headers: {} }, never);
    await expect(upload).rejects.toMatchObject({ error: { kind: 'network', httpStatus: 500 } });
    expect(farSide.server.faults.list().find(({ id }) => id === create.id)!.firedCount).toBe(1);
  });

  it.each([
    ['reset', 'resetAfter'],
    ['ended too early', 'endAfter'],
  ] as const)('goes on where a body was %s, and each byte arrives once', async (_name, kind) => {
    await proxy.drop();
    proxy.next({ kind, bytes: 120_000 }, { kind, bytes: 100_000 });
    const answer = await read();
    expect(Buffer.from(answer.bytes).equals(bytes)).toBe(true);
    expect(proxy.fired).toEqual([kind, kind]);
  });

  it('does not mix two objects when one replaces the other while it is read', async () => {
    await proxy.drop();
    proxy.next({ kind: 'resetAfter', bytes: 150_000 });
    const pieces: Buffer[] = [];
    const other = createDirectClient(farSide.hmac, farSide.hmacKey);
    let isReplaced = false;
    const reading = direct.client.readObject(
      { bucket, key },
      {},
      async (piece) => {
        pieces.push(Buffer.from(piece));
        if (isReplaced) return;
        isReplaced = true;
        await other.client.putObject({ bucket, key }, randomBytes(300_000), { headers: {} }, { kind: 'always' }, never);
      },
      never,
    );
    await expect(reading).rejects.toMatchObject({ error: { kind: 'preconditionFailed', reason: 'changedMeanwhile' } });
    await other.client.putObject({ bucket, key }, bytes, { headers: {} }, { kind: 'always' }, never);
    await other.close();
  });

  it('knows after a lost answer that a conditional write has happened', async () => {
    await proxy.drop();
    const first = await write({ kind: 'always' });
    await direct.client.deleteObject({ bucket, key: objectKey('written') }, never);
    await proxy.drop();
    // The server closes the connection of the HEAD that finds nothing; the write has one of its own.
    proxy.next({ kind: 'none' }, { kind: 'loseAnswer' });
    farSide.server.requests.clear();
    const outcome = await write({ kind: 'ifAbsent' });
    expect(outcome.etag).toBe(first.etag);
    expect(proxy.fired).toEqual(['loseAnswer']);
    expect(farSide.server.requests.read().byOperation['PutObject']).toBe(1);
    const head = await direct.client.headObject({ bucket, key: objectKey('written') }, never);
    expect(head.etag).toBe(first.etag);
  });

  it('notices damaged bytes, reads once more, and then says that they are damaged', async () => {
    farSide.server.faults.arm({ fault: { kind: 'corruptBody' }, match: { method: 'GET' }, count: 1 });
    expect(Buffer.from((await read()).bytes).equals(bytes)).toBe(true);
    farSide.server.faults.clear();
    farSide.server.faults.arm({ fault: { kind: 'corruptBody' }, match: { method: 'GET' } });
    expect(await engine.refuse('objects/read', { connectionId, bucket, key, maxBytes: 1e6 })).toMatchObject({
      kind: 'network',
      reason: 'integrity',
    });
  });

  it('does not wait forever for a silent server', async () => {
    await proxy.drop();
    proxy.next(...Array.from({ length: 7 }, () => ({ kind: 'silence' }) as const));
    expect(await engine.refuse('objects/head', { connectionId, bucket, key })).toMatchObject({
      kind: 'network',
      reason: 'timedOut',
      retry: 'later',
    });
    expect(proxy.fired).toHaveLength(7);
  });

  it('reads the error that Complete and Copy hide in a 200', async () => {
    const armed = farSide.server.faults.arm({ fault: { kind: 'errorIn200' }, count: 1 });
    const target = { bucket, key: objectKey('copied') };
    await direct.client.copyObject({ bucket, key }, target, { condition: { kind: 'always' } }, never);
    expect(farSide.server.faults.list().find(({ id }) => id === armed.id)!.firedCount).toBe(1);
    expect((await direct.client.headObject(target, never)).sizeBytes).toBe(bytes.byteLength);
  });

  it('completes an upload whose first Complete was done but not answered', async () => {
    const address = { bucket, key: objectKey('completed') };
    const uploadId = await direct.client.createMultipartUpload(address, { headers: {} }, never);
    const part = await direct.client.uploadPart(address, { uploadId, partNumber: 1 }, bytes, never);
    await proxy.drop();
    proxy.next({ kind: 'loseAnswer' });
    const completion = { condition: { kind: 'always' } } as const;
    const outcome = await completeUpload(direct.client, address, uploadId, [part], completion, {}, never);
    expect(await direct.client.headObject(address, never)).toMatchObject({ etag: outcome.etag });
    expect(proxy.fired).toEqual(['loseAnswer']);
  });

  it('waits longer for a copy, which the service makes before it answers, and asks once', async () => {
    const { locationEndpoints: _one, ...hmac } = farSide.hmac;
    const brief = createDirectClient(hmac, farSide.hmacKey, { requestTimeoutMs: 300 });
    const copies = () => farSide.server.requests.read().byOperation['CopyObject'] ?? 0;
    const before = copies();
    farSide.server.faults.arm({ match: { operation: 'CopyObject' }, fault: { kind: 'latency', delayMs: 900 } });
    const target = { bucket, key: objectKey('copied slowly') };
    await brief.client.copyObject({ bucket, key }, target, { condition: { kind: 'always' } }, never);
    expect(copies() - before).toBe(1);
    await brief.close();
  });

  it('does not leave a body that nobody wants on the line', async () => {
    const refuse = () => {
      throw cancelled('test');
    };
    const { locationEndpoints: _one, ...hmac } = farSide.hmac;
    const patient = { requestTimeoutMs: 600_000 };
    const brief = createDirectClient({ ...hmac, endpoint: proxy.origin }, farSide.hmacKey, patient);
    await proxy.drop();
    for (let again = 0; again < 3; again++) {
      const reading = brief.client.readObject({ bucket, key }, { onInfo: refuse }, () => undefined, never);
      await expect(reading).rejects.toMatchObject({ error: { kind: 'cancelled' } });
    }
    await proxy.idle(); // never comes, should a body wait for its reader
    await brief.close();
  });

  it('closes every connection when it closes', async () => {
    const { locationEndpoints: _one, ...hmac } = farSide.hmac;
    const brief = createDirectClient({ ...hmac, endpoint: proxy.origin }, farSide.hmacKey);
    await proxy.drop();
    await Promise.all(Array.from({ length: 5 }, () => brief.client.headObject({ bucket, key }, never)));
    await brief.close();
    await proxy.idle(); // never comes, should a connection stay open
  });
});
