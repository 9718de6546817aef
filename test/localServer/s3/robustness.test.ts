import { connect } from 'node:net';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import fc from 'fast-check';
import { openStore } from '../../../src/localServer/store/store';
import { Fixture, withMd5 } from './fixture';

let cos: Fixture;
beforeAll(async () => {
  cos = await Fixture.start();
  await cos.bucket('robust');
  // So that no arbitrary request can delete the bucket.
  await cos.put('/robust/kept');
});
afterAll(() => cos.stop());

/** Sends bytes and returns all that came back before the connection closed. */
async function raw(text: string, end = false): Promise<string> {
  const socket = connect(Number(cos.endpoint().split(':')[2]), '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  if (end) socket.end(text);
  else socket.write(text);
  await new Promise((resolve) => socket.on('close', resolve).on('error', resolve));
  return Buffer.concat(chunks).toString('latin1');
}
const files = (): string[] =>
  readdirSync(join(cos.folder, 'data', 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);

test('any document is answered with a 4xx or taken, never with a 500', async () => {
  const paths = [
    '?versioning',
    '?cors',
    '?lifecycle',
    '?website',
    '?object-lock',
    '?protection',
    '?publicAccessBlock',
    '?replication',
    '?delete',
  ];
  const names = [
    'Delete',
    'Object',
    'Key',
    'Rule',
    'Status',
    'Filter',
    'Days',
    'Expiration',
    'CORSRule',
    'Tag',
    '__proto__',
    'constructor',
  ];
  const xml = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('', 'text', '&lt;', '&#1;', '&bad;', '&', '<![CDATA[x]]>', '<!--c-->', '<?pi?>', '\u0000'),
      fc
        .tuple(fc.constantFrom(...names), fc.array(tie('node'), { maxLength: 3 }))
        .map(([name, inner]) => `<${name}>${inner.join('')}</${name}>`),
    ),
  })).node;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.constantFrom(
        'CORSConfiguration',
        'LifecycleConfiguration',
        'Delete',
        'WebsiteConfiguration',
        'VersioningConfiguration',
      ),
      xml,
      async (path, root, inner) => {
        const body = `<${root}>${inner}</${root}>`;
        const reply = await cos.ask({
          method: path === '?delete' ? 'POST' : 'PUT',
          path: `/robust${path}`,
          body,
          headers: withMd5(body),
        });
        expect(reply.status, `${path} ${body}`).toBeLessThan(500);
      },
    ),
    { numRuns: 300 },
  );
});

test('any path and query is answered, and no file appears outside the data folder', async () => {
  const piece = fc.constantFrom(
    '/',
    '..',
    '%2e%2e',
    '%2F',
    '%00',
    'robust',
    'a',
    '?',
    '&',
    '=',
    'versionId',
    'uploadId',
    'partNumber',
    '%',
    '%ff',
    '+',
    '//',
    'list-type',
    'max-keys',
    '-1',
    'X-Amz-Signature',
    'é',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS'),
      fc.array(piece, { maxLength: 8 }),
      async (method, pieces) => {
        const reply = await cos.ask({
          method,
          path: encodeURI(`/${pieces.join('')}`).replaceAll('%25', '%'),
          ...(method === 'PUT' ? { body: 'x' } : {}),
        });
        expect(reply.status, `${method} ${pieces.join('')}`).toBeLessThan(502);
        expect(reply.status).not.toBe(500);
      },
    ),
    { numRuns: 300 },
  );
  expect(readdirSync(cos.folder)).toEqual(['data']);
});

test('rule 10: a connection that ends inside a body stores nothing and leaves no file', async () => {
  const before = files().length;
  const head = (key: string, more: string) =>
    `PUT /robust/${key} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-Manager\r\n${more}\r\n\r\n`;
  await raw(head('cut', 'Content-Length: 100000') + 'x'.repeat(50_000), true);
  await raw(head('cut', 'Transfer-Encoding: chunked') + `c350\r\n${'x'.repeat(50_000)}\r\n`, true);
  expect((await cos.ask({ path: '/robust/cut' })).status).toBe(404);
  await expect.poll(() => files().length).toBe(before);
});

test('rule 10: an upload that tells no length is refused', async () => {
  const answer = await raw(
    'PUT /robust/length HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-Manager\r\nConnection: close\r\n\r\n',
  );
  expect(answer).toMatch(/^HTTP\/1.1 411 .*<Code>MissingContentLength</s);
});

test('rule 11: a refused upload is answered before its body is sent, an accepted one is told to go on', async () => {
  const head = (key: string, token: string) =>
    `PUT /robust/${key} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 5\r\nExpect: 100-continue\r\n`;
  expect(await raw(`${head('expect', 'token-Reader')}\r\n`)).toMatch(/^HTTP\/1.1 403 /);
  const accepted = await raw(`${head('expect', 'token-Manager')}Connection: close\r\n\r\nhello`);
  expect(accepted).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /);
});

test('an overwritten or deleted object can still be read to its end by who began before, then its file goes', async () => {
  const body = Buffer.alloc(8_000_000, 9);
  await cos.put('/robust/read', body);
  const reply = await fetch(`${cos.endpoint()}/robust/read`, { headers: { authorization: 'Bearer token-Manager' } });
  const count = files().length;
  await cos.ask({ method: 'DELETE', path: '/robust/read' });
  expect(Buffer.from(await reply.arrayBuffer()).equals(body)).toBe(true);
  await expect.poll(() => files().length).toBe(count - 1);
});

test('writes that arrive together are each atomic: one that fails does not undo the others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cos-store-'));
  const store = openStore(folder);
  try {
    const put = (name: string, fails: boolean) =>
      store.write(() => {
        store.buckets.create({
          name,
          location: 'l',
          provisioningCode: 'c',
          instanceGuid: 'i',
          ownerId: 'o',
          createdAtMs: 0,
          versioning: 'never',
          hasObjectLock: false,
          acl: 'private',
        });
        if (fails) throw new Error('no');
      });
    const results = await Promise.allSettled([put('a', false), put('b', true), put('c', false)]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(store.buckets.list('i').map((bucket) => bucket.name)).toEqual(['a', 'c']);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
});
