import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { FullCosClient } from '../../../src/engine/cos/fullClient';
import { bucketName, objectKey } from '../../../src/model/ids';
import { createDirectClient } from '../../fakes/directClient';
import {
  headOf,
  startHostileServer,
  tell,
  writeForEver,
  type HostileServer,
  type SeenRequest,
} from '../../fakes/hostileServer';
import { testConnectionId as connectionId } from '../../fakes/servedEngine';

const never = new AbortController().signal;
const bucket = bucketName('bucket');
const address = { bucket, key: objectKey('k') };
const body = Buffer.from('hello world');
const etag = createHash('md5').update(body).digest('hex');
const headers = { etag: `"${etag}"`, 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT', 'content-type': 'text/plain' };
const object = { status: 200, headers, body };

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

type Serve = (request: SeenRequest, socket: Socket, nth: number) => void;

async function serverOf(serve: Serve): Promise<HostileServer> {
  const server = await startHostileServer(serve);
  closing.push(server.close);
  return server;
}

function connectionTo(origin: string) {
  return {
    kind: 'hmac',
    id: connectionId,
    name: 'hostile',
    endpoint: origin,
    region: 'us-south',
    addressingStyle: 'path',
  } as const;
}
const credential = { kind: 'hmac', accessKeyId: 'id', secretAccessKey: 'secret' } as const;

async function clientOf(
  serve: Serve,
  requestTimeoutMs = 10_000,
): Promise<{ client: FullCosClient; server: HostileServer }> {
  const server = await serverOf(serve);
  const direct = createDirectClient(connectionTo(server.origin), credential, { requestTimeoutMs });
  closing.push(direct.close);
  return { client: direct.client, server };
}

async function read(client: FullCosClient): Promise<string> {
  const pieces: Buffer[] = [];
  await client.readObject(address, {}, (bytes) => void pieces.push(Buffer.from(bytes)), never);
  return Buffer.concat(pieces).toString();
}

/** The failure of a promise, or `undefined` where it is not settled soon: then somebody waits forever. */
async function failureOf(work: Promise<unknown>, withinMs = 8000): Promise<unknown> {
  const late = new Promise((resolve) => setTimeout(resolve, withinMs, undefined).unref());
  return await Promise.race([
    work.then(
      (value) => ({ value }),
      (error: { error: unknown }) => error.error,
    ),
    late,
  ]);
}

describe('an object whose size the service does not say', () => {
  it('is read whole where only GET leaves the length out, since a HEAD tells it', async () => {
    const { client } = await clientOf((request, socket) => {
      if (request.method === 'HEAD')
        return tell(socket, request, { ...object, headers: { ...headers, 'content-length': '11' } });
      socket.write(headOf(200, { ...headers, 'transfer-encoding': 'chunked' }));
      socket.write(`b\r\n${body.toString()}\r\n0\r\n\r\n`);
    });
    expect(await read(client)).toBe('hello world');
  });
});

describe('a body that does not end where the object does', () => {
  it.each([
    ['in chunks', { 'transfer-encoding': 'chunked' }, `10000\r\n${'x'.repeat(65_536)}\r\n`],
    ['until the connection ends', { connection: 'close' }, 'x'.repeat(65_536)],
  ])('is given up at the first byte too many: %s', async (_how, transfer, piece) => {
    const { client, server } = await clientOf((request, socket) => {
      if (request.method === 'HEAD')
        return tell(socket, request, { ...object, headers: { ...headers, 'content-length': '11' } });
      socket.write(headOf(200, { ...headers, ...transfer }));
      writeForEver(socket, piece);
    });
    expect(await failureOf(read(client))).toMatchObject({ kind: 'network', reason: 'integrity', retry: 'never' });
    expect(server.sentBytes()).toBeLessThan(64 * 1024 * 1024);
  });

  it('is refused as a document, too, once it is longer than any is', async () => {
    const { client } = await clientOf((_request, socket) => {
      socket.write(headOf(200, { 'content-type': 'application/xml', 'transfer-encoding': 'chunked' }));
      writeForEver(socket, `10000\r\n${' '.repeat(65_536)}\r\n`);
    });
    const failure = await failureOf(client.listPage(bucket, { prefix: '', delimiter: '' }, never));
    expect(failure).toMatchObject({ kind: 'network', retry: 'never' });
  });

  it('is asked for without compression, and refused where it is compressed all the same', async () => {
    const { client, server } = await clientOf((request, socket) => {
      tell(socket, request, {
        status: 200,
        headers: { 'content-encoding': 'gzip' },
        body: Buffer.from([31, 139, 8, 0]),
      });
    });
    const failure = await failureOf(client.listPage(bucket, { prefix: '', delimiter: '' }, never));
    expect(failure).toMatchObject({ kind: 'network', detail: expect.stringContaining('compressed: gzip') as string });
    expect(server.seen[0]?.headers['accept-encoding']).toBe('identity');
  });
});

describe('heads without end', () => {
  it.each(['103 Early Hints', '100 Continue', '102 Processing'])(
    'of %s are given up, by documents and bodies',
    async (line) => {
      const { client } = await clientOf((_request, socket) => writeForEver(socket, `HTTP/1.1 ${line}\r\n\r\n`));
      const expected = { kind: 'network', reason: 'notACosEndpoint', retry: 'never' };
      expect(await failureOf(client.headObject(address, never))).toMatchObject(expected);
      expect(await failureOf(read(client))).toMatchObject(expected);
    },
  );

  it('are given up when they drip', async () => {
    const { client, server } = await clientOf((_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      writeForEver(socket, 'x', 30);
    }, 100);
    expect(await failureOf(client.headObject(address, never))).toMatchObject({ kind: 'network', reason: 'timedOut' });
    expect(await failureOf(read(client))).toMatchObject({ kind: 'network', reason: 'timedOut' });
    expect(server.seen.length).toBeGreaterThan(2);
  });

  it('are no passing failure when they are too long', async () => {
    const { client, server } = await clientOf((_request, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}\r\ncontent-length: 0\r\n\r\n`);
    });
    const expected = { kind: 'network', reason: 'notACosEndpoint', retry: 'never' };
    expect(await failureOf(client.headObject(address, never))).toMatchObject(expected);
    expect(server.seen).toHaveLength(1);
    expect(await failureOf(read(client))).toMatchObject(expected);
  });
});

describe('a redirect', () => {
  const to =
    (location: (path: string) => string, status: number): Serve =>
    (request, socket) => {
      if (request.path.startsWith('/bucket/moved/')) return tell(socket, request, object);
      tell(socket, request, { status, headers: { location: location(request.path) }, body: Buffer.alloc(0) });
    };

  it.each([301, 302, 307, 308])('of %i within the host is followed, signed anew', async (status) => {
    const { client, server } = await clientOf(to(() => '/bucket/moved/k', status));
    expect(await read(client)).toBe('hello world');
    expect(await client.headObject(address, never)).toMatchObject({ sizeBytes: 11 });
    const [first, second] = server.seen;
    expect(second?.path).toBe('/bucket/moved/k');
    expect(second?.headers['authorization']).not.toBe(first?.headers['authorization']);
  });

  it('that leads in a circle is given up', async () => {
    const { client, server } = await clientOf(to((path) => path, 307));
    expect(await failureOf(client.headObject(address, never))).toMatchObject({ kind: 'network', retry: 'never' });
    expect(server.seen.length).toBeLessThan(10);
  });

  it.each([301, 302, 307, 308])('of %i to another host is named, and nothing is sent there', async (status) => {
    const stranger = await serverOf((request, socket) => tell(socket, request, object));
    const elsewhere = stranger.origin.replace('127.0.0.1', 'localhost');
    const { client } = await clientOf(to((path) => `${elsewhere}${path}`, status));
    const expected = { kind: 'network', reason: 'redirected', retry: 'never', host: new URL(elsewhere).host };
    expect(await failureOf(client.headObject(address, never))).toMatchObject(expected);
    expect(await failureOf(read(client))).toMatchObject(expected);
    expect(stranger.seen).toEqual([]);
  });

  it('to another endpoint of the connection is followed there, and remembered', async () => {
    const right = await serverOf((request, socket) => tell(socket, request, object));
    const wrong = await serverOf((request, socket) => {
      const list =
        '<ListAllMyBucketsResult><Buckets><Bucket><Name>bucket</Name></Bucket></Buckets></ListAllMyBucketsResult>';
      if (request.path.startsWith('/?'))
        return tell(socket, request, { status: 200, headers: {}, body: Buffer.from(list) });
      tell(socket, request, {
        status: 301,
        headers: { location: `${right.origin}${request.path}` },
        body: Buffer.alloc(0),
      });
    });
    const connection = { ...connectionTo(wrong.origin), locationEndpoints: { 'eu-de': right.origin } };
    const direct = createDirectClient(connection, credential);
    closing.push(direct.close);
    expect(await read(direct.client)).toBe('hello world');
    expect(await read(direct.client)).toBe('hello world');
    expect(wrong.seen.filter(({ path }) => path === '/bucket/k')).toHaveLength(1);
    expect(right.seen).toHaveLength(2);
  });
});
