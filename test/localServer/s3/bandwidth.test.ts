import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Bandwidth, type Timer } from '../../../src/localServer/s3/wire/bandwidth';
import { Fixture } from './fixture';

let cos: Fixture;
const body = Buffer.alloc(300_000, 7);
beforeAll(async () => {
  cos = await Fixture.start();
  await cos.bucket('slow');
  await cos.put('/slow/object', body);
});
afterAll(() => cos.stop());

const arm = (operation: string, bytesPerSecond: number) =>
  cos.faults.armed.push({ operation, fault: { kind: 'bandwidth', bytesPerSecond } });

/** How long something took. A limit can only lengthen it, so that a lower bound holds on every machine. */
async function durationMsOf(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

test('what has passed never exceeds the rate times the time, also after a pause', async () => {
  let nowMs = 0;
  const waitsMs: number[] = [];
  const timer: Timer = {
    nowMs: () => nowMs,
    wait: (durationMs) => {
      waitsMs.push(durationMs);
      nowMs += durationMs;
      return Promise.resolve();
    },
  };
  const limit = new Bandwidth(1000, timer);
  expect(limit.pieceBytes).toBe(50);
  for (let passedBytes = 50; passedBytes <= 2000; passedBytes += 50) {
    await limit.take(50);
    expect(passedBytes).toBeLessThanOrEqual(nowMs);
  }
  expect([waitsMs.length, nowMs]).toEqual([40, 2000]);
  nowMs += 60_000;
  for (let piece = 0; piece < 4; piece += 1) await limit.take(50);
  expect(nowMs).toBe(62_100);
});

test('the slowest and the fastest rate have pieces that bound the memory', () => {
  expect([1, 100_000, 1e9].map((rate) => new Bandwidth(rate).pieceBytes)).toEqual([1, 5000, 16_384]);
});

test('rule 15: an object is sent no faster than the fault says, and whole', async () => {
  arm('GetObject', 300_000);
  const durationMs = await durationMsOf(async () => {
    const reply = await cos.ask({ path: '/slow/object' });
    expect(reply.body.equals(body)).toBe(true);
  });
  expect(durationMs).toBeGreaterThan(900);
});

test('rule 15: a body is read no faster than the fault says, and stored whole', async () => {
  arm('PutObject', 300_000);
  const durationMs = await durationMsOf(() => cos.put('/slow/upload', body));
  expect(durationMs).toBeGreaterThan(900);
  expect((await cos.ask({ path: '/slow/upload' })).body.equals(body)).toBe(true);
});

test('documents and refusals arrive whole too, and the connection goes on', async () => {
  arm('ListObjects', 5000);
  expect((await cos.ask({ path: '/slow' })).text).toMatch(/<\/ListBucketResult>$/);
  arm('PutObject', 200_000);
  const refused = await cos.ask({ method: 'PUT', path: '/missing-bucket/x', body: Buffer.alloc(30_000) });
  expect([refused.status, refused.xml('Code')]).toEqual([404, 'NoSuchBucket']);
  expect((await cos.ask({ path: '/slow/object' })).status).toBe(200);
});

test('a client that goes away in either direction leaves nothing behind', async () => {
  for (const method of ['GET', 'PUT']) {
    arm(method === 'GET' ? 'GetObject' : 'PutObject', 20_000);
    const headers = { authorization: 'Bearer token-Manager', 'content-length': method === 'PUT' ? '300000' : '0' };
    await new Promise<void>((resolve) => {
      const request = httpRequest(`${cos.endpoint()}/slow/${method === 'GET' ? 'object' : 'gone'}`, {
        method,
        headers,
        agent: false,
      });
      request.on('error', () => resolve());
      request.on('close', () => resolve());
      request.on('response', (response) => {
        response.on('error', () => undefined);
        response.once('data', () => request.destroy());
      });
      if (method === 'PUT') request.write(body.subarray(0, 100_000), () => request.destroy());
      else request.end();
    });
  }
  expect((await cos.ask({ path: '/slow/gone' })).status).toBe(404);
  expect(cos.logged).toEqual([]);
});
