import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attachmentDisposition, type LinkWish } from '../../src/model/link';
import { objectKey } from '../../src/model/ids';
import { startProtected, type Protected } from './protection/fixture';

const daySeconds = 86_400;

describe('links that carry their signature', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected();
  });
  afterAll(async () => await server?.close());

  const link = async (address: Awaited<ReturnType<Protected['put']>> & { versionId?: string }, wish: LinkWish) =>
    await server.engine.ask('links/create', { ...address, wish });

  it.each(['plain.txt', 'a folder/ü + % & ?#=\'"\\ 日本.txt', '//odd/..x/.y~'])(
    'read "%s" with plain fetch',
    async (key) => {
      const address = await server.put(await server.bucket(), key, `content of ${key}`);
      const { url, expiresAtMs } = await link(address, { method: 'GET', expiresSeconds: 3600 });
      expect(Math.abs(expiresAtMs - server.nowMs() - 3_600_000)).toBeLessThan(10_000);
      const answer = await fetch(url);
      expect([answer.status, await answer.text()]).toEqual([200, `content of ${key}`]);
    },
  );

  it('answer with the headers that were asked for', async () => {
    const address = await server.put(await server.bucket(), 'r', 'x');
    const contentDisposition = attachmentDisposition('Größe "1".txt');
    const wish = { method: 'GET', expiresSeconds: 60, contentDisposition, contentType: 'text/x-special' } as const;
    const answer = await fetch((await link(address, wish)).url);
    expect(answer.headers.get('content-disposition')).toBe(contentDisposition);
    expect(answer.headers.get('content-type')).toBe('text/x-special');
    await answer.arrayBuffer();
  });

  it('write an object, and are refused for another method or another object', async () => {
    const bucket = await server.bucket();
    const address = { ...(await server.put(bucket, 'other', 'old')), key: objectKey('new file.txt') };
    const { url } = await link(address, { method: 'PUT', expiresSeconds: 60 });
    const put = await fetch(url, { method: 'PUT', body: 'by link', headers: { 'content-type': 'text/plain' } });
    expect(put.status).toBe(200);
    const { bytes, info } = await server.engine.ask('objects/read', { ...address, maxBytes: 100 });
    expect([Buffer.from(bytes).toString(), info.headers.contentType]).toEqual(['by link', 'text/plain']);
    for (const method of ['GET', 'DELETE']) expect((await fetch(url, { method })).status).toBe(403);
    const elsewhere = url.replace('new%20file.txt', 'other');
    expect(elsewhere).not.toBe(url);
    expect((await fetch(elsewhere, { method: 'PUT', body: 'x' })).status).toBe(403);
    const read = await link(address, { method: 'GET', expiresSeconds: 60 });
    expect((await fetch(read.url, { method: 'PUT', body: 'x' })).status).toBe(403);
  });

  it('live longer than seven days, and end when they say', async () => {
    const address = await server.put(await server.bucket(), 'long', 'still here');
    const { url } = await link(address, { method: 'GET', expiresSeconds: 45 * daySeconds });
    try {
      server.advance(44 * daySeconds * 1000);
      const before = await fetch(url);
      expect([before.status, await before.text()]).toEqual([200, 'still here']);
      server.advance((daySeconds + 1) * 1000);
      const after = await fetch(url);
      expect([after.status, await after.text()]).toEqual([403, expect.stringContaining('expired')]);
    } finally {
      server.farSide.server.clock.reset();
    }
  });

  it.each(['a/../b', '..', './x'])('are refused for "%s", which a URL cannot hold', async (key) => {
    const address = { ...(await server.put(await server.bucket(), 'x')), key: objectKey(key) };
    const wish = { method: 'GET', expiresSeconds: 60 } as const;
    expect(await server.engine.refuse('links/create', { ...address, wish })).toMatchObject({ kind: 'invalid', key });
  });

  it('may not write through a read-only connection, nor expire at once', async () => {
    const address = await server.put(await server.bucket(), 'guarded', 'x');
    const wish = { method: 'PUT', expiresSeconds: 60 } as const;
    const readOnly = { ...address, connectionId: server.readOnly };
    expect(await server.engine.refuse('links/create', { ...readOnly, wish })).toMatchObject({
      kind: 'denied',
      reason: 'readOnlyConnection',
    });
    expect((await fetch((await link(readOnly, { method: 'GET', expiresSeconds: 60 })).url)).status).toBe(200);
    for (const expiresSeconds of [0, -1, 1.5]) {
      const never = { method: 'GET', expiresSeconds } as const;
      expect(await server.engine.refuse('links/create', { ...address, wish: never })).toMatchObject({
        kind: 'invalid',
      });
    }
  });

  it('cannot be made with an API key', async () => {
    const iam = await startProtected('iam');
    try {
      const address = await iam.put(await iam.bucket(), 'o', 'x');
      const wish = { method: 'GET', expiresSeconds: 60 } as const;
      expect(await iam.engine.refuse('links/create', { ...address, wish })).toMatchObject({
        kind: 'unsupported',
        detail: expect.stringContaining('HMAC') as string,
      });
    } finally {
      await iam.close();
    }
  });
});
