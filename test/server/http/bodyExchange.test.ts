import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAgents, type Agents } from '../../../src/engine/http/agents';
import { answerLimits } from '../../../src/engine/http/answerLimits';
import { bodyExchange } from '../../../src/engine/http/bodyExchange';
import type { WireAnswer } from '../../../src/engine/http/exchange';
import { passed, until } from '../../until';

const limits = { ...answerLimits, idleTimeoutMs: 2000, connectTimeoutMs: 2000 };
const never = new AbortController().signal;
const body = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251));
const headOf = (lengthBytes: number, ...more: string[]) =>
  ['HTTP/1.1 206 Partial Content', `Content-Length: ${lengthBytes}`, ...more, '', ''].join('\r\n');

let server: Server;
let agents: Agents;
let heads: string[];
let sockets: Socket[];
/** What the server does with the n-th request. */
let serve: (socket: Socket, nth: number) => void;

beforeEach(async () => {
  heads = [];
  sockets = [];
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => serve(socket, heads.push(bytes.toString('latin1'))));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  agents = createAgents({ environment: {}, strictTls: true, useSystemCertificates: false, caFiles: [], maxSockets: 4 });
});
afterEach(async () => {
  agents.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

async function get(
  signal = never,
  headers: Readonly<Record<string, string>> = {},
  path = '/bucket/key',
): Promise<WireAnswer | undefined> {
  const route = agents.routeTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return await bodyExchange('GetObject', route, route.bodySockets!, { method: 'GET', path, headers }, limits, signal);
}

/** Gathers a body as a writer does: copies what it is given, and is busy for a moment at every so manieth piece. */
async function gather(answer: WireAnswer | undefined, busyEach = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await answer!.pipe((bytes) => {
    const isBusy = (pieces.length + 1) % busyEach === 0;
    if (!isBusy) return void pieces.push(Buffer.from(bytes));
    const at = pieces.push(Buffer.alloc(0)) - 1;
    // The bytes have to be good until then, whatever arrives meanwhile.
    return new Promise((resolve) => {
      setImmediate(() => {
        pieces[at] = Buffer.from(bytes);
        resolve();
      });
    });
  });
  return Buffer.concat(pieces);
}

describe('a body that is read into place', () => {
  it('arrives whole, and the connection serves the next request', async () => {
    serve = (socket) => socket.write(Buffer.concat([Buffer.from(headOf(body.length, 'ETag: "e"')), body]));
    const first = await get(never, { 'x-one': '1' });
    expect(first).toMatchObject({ status: 206, headers: { etag: '"e"' } });
    expect((await gather(first)).equals(body)).toBe(true);
    expect((await gather(await get())).equals(body)).toBe(true);
    expect(sockets).toHaveLength(1);
    expect(heads[0]).toContain('GET /bucket/key HTTP/1.1\r\naccept-encoding: identity\r\nx-one: 1\r\n');
  });

  it.each([1, 2, 5])('is not written over while the sink is busy with piece %i of each', async (busyEach) => {
    serve = (socket) => socket.write(Buffer.concat([Buffer.from(headOf(body.length)), body]));
    expect((await gather(await get(), busyEach)).equals(body)).toBe(true);
  });

  describe.each([
    [7000, Number.POSITIVE_INFINITY],
    [100_000, Number.POSITIVE_INFINITY],
    [1_000_000, Number.POSITIVE_INFINITY],
    [1_000_000, 1],
    [1_000_000, 3],
  ])('put where it is wanted, %i bytes at a time, with a pause at piece %i of each', (blockBytes, pauseEach) => {
    it('is whole and in order, and that memory is left alone from then on', async () => {
      serve = (socket) => socket.write(Buffer.concat([Buffer.from(headOf(body.length)), body]));
      const block = Buffer.alloc(blockBytes);
      const inPlace = { bytes: 0, filled: 0 };
      const blocks: Buffer[] = [];
      const write = async () => {
        await new Promise(setImmediate);
        blocks.push(Buffer.from(block.subarray(0, inPlace.filled)));
        inPlace.filled = 0;
      };
      let pieces = 0;
      const takeLater = (bytes: Buffer): void | Promise<void> => {
        if (++pieces % pauseEach !== 0) return take(bytes);
        return new Promise(setImmediate).then(() => take(bytes));
      };
      const take = (bytes: Buffer): void | Promise<void> => {
        const isThere = bytes.buffer === block.buffer && bytes.byteOffset === block.byteOffset + inPlace.filled;
        if (isThere) inPlace.bytes += bytes.length;
        const taken = isThere ? bytes.length : bytes.copy(block, inPlace.filled);
        inPlace.filled += taken;
        if (inPlace.filled < block.length) return undefined;
        const rest = Buffer.from(bytes.subarray(taken));
        return write().then(async () => {
          if (rest.length > 0) await take(rest);
        });
      };
      await (await get())!.pipe(takeLater, () => block.subarray(inPlace.filled));
      await write();
      expect(Buffer.concat(blocks).equals(body)).toBe(true);
      if (blockBytes > 50_000 && pauseEach > 1) expect(inPlace.bytes).toBeGreaterThan(0);

      const before = Buffer.from(block);
      expect((await gather(await get())).equals(body)).toBe(true);
      expect(sockets).toHaveLength(1);
      expect(block.equals(before)).toBe(true);
    });
  });

  it('may come in any pieces', async () => {
    const all = Buffer.concat([
      Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'),
      Buffer.from(headOf(1000)),
      body.subarray(0, 1000),
    ]);
    serve = (socket) =>
      void (async () => {
        for (let at = 0; at < all.length; at += 37) {
          socket.write(all.subarray(at, at + 37));
          await new Promise(setImmediate);
        }
      })();
    expect((await gather(await get())).equals(body.subarray(0, 1000))).toBe(true);
  });

  it('may be empty, and may be an error with a text', async () => {
    serve = (socket, nth) =>
      socket.write(nth === 1 ? headOf(0) : 'HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\n<Error>');
    expect((await gather(await get())).length).toBe(0);
    const refused = await get();
    expect(refused?.status).toBe(404);
    expect((await refused!.read(100)).toString()).toBe('<Error>');
    expect(sockets).toHaveLength(1);
  });

  it('is complete although the server closes right after it', async () => {
    serve = (socket) => socket.end(Buffer.concat([Buffer.from(headOf(body.length, 'Connection: close')), body]));
    expect((await gather(await get(), 1)).equals(body)).toBe(true);
    expect((await gather(await get(), 1)).equals(body)).toBe(true);
    expect(sockets).toHaveLength(2);
  });

  it('that ends early is a lost connection, after what came was dealt with', async () => {
    serve = (socket) => socket.end(Buffer.concat([Buffer.from(headOf(body.length)), body.subarray(0, 100_000)]));
    let arrived = 0;
    const answer = await get();
    const reading = answer!.pipe(async (bytes) => {
      await new Promise(setImmediate);
      arrived += bytes.length;
    });
    await expect(reading).rejects.toMatchObject({ error: { kind: 'network', reason: 'connectionLost' } });
    expect(arrived).toBe(100_000);
  });

  it('that is longer than it said is refused', async () => {
    serve = (socket) => {
      socket.write(headOf(10));
      setTimeout(() => socket.write('12345678901'), 20);
    };
    await expect(gather(await get())).rejects.toMatchObject({ error: { kind: 'network' } });
  });

  it('is left to Node where the answer is not plain', async () => {
    serve = (socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n');
    expect(await get()).toBeUndefined();
  });

  it('is never asked for with what HTTP cannot carry', async () => {
    serve = () => expect.unreachable();
    expect(await get(never, { 'x-bad': 'a\r\nHost: other' })).toBeUndefined();
    expect(await get(never, {}, '/a b')).toBeUndefined();
    expect(await get(never, {}, '/a\r\nX: y')).toBeUndefined();
    expect(heads).toEqual([]);
  });

  it('ends at once when it is cancelled, before or during the answer', async () => {
    serve = (socket, nth) => (nth === 1 ? undefined : socket.write(headOf(body.length)));
    const first = new AbortController();
    const asking = get(first.signal);
    await expect.poll(() => heads.length).toBe(1);
    first.abort();
    await expect(asking).rejects.toMatchObject({ error: { kind: 'cancelled' } });
    const second = new AbortController();
    const reading = gather(await get(second.signal));
    second.abort();
    await expect(reading).rejects.toMatchObject({ error: { kind: 'cancelled' } });
  });

  it('gives up on a silent server, not on a slow disk', async () => {
    limits.idleTimeoutMs = 150;
    serve = (socket, nth) =>
      nth === 1
        ? socket.write(Buffer.concat([Buffer.from(headOf(body.length)), body]))
        : socket.write(Buffer.concat([Buffer.from(headOf(body.length)), body.subarray(0, 10)]));
    let isFirst = true;
    const pieces: Buffer[] = [];
    const slow = await get();
    await slow!.pipe(async (bytes) => {
      if (isFirst) await until(passed(400));
      isFirst = false;
      pieces.push(Buffer.from(bytes));
    });
    expect(Buffer.concat(pieces).equals(body)).toBe(true);
    await expect(gather(await get())).rejects.toMatchObject({ error: { kind: 'network', reason: 'timedOut' } });
    limits.idleTimeoutMs = 2000;
  });

  it('takes a new connection where the server has closed the kept one', async () => {
    serve = (socket) => socket.write(headOf(3) + 'abc');
    expect((await gather(await get())).toString()).toBe('abc');
    // The close and the next request cross on their way.
    sockets[0]!.destroy();
    expect((await gather(await get())).toString()).toBe('abc');
    expect(sockets).toHaveLength(2);
  });

  it('hands on what its sink throws', async () => {
    serve = (socket) => socket.write(Buffer.concat([Buffer.from(headOf(body.length)), body]));
    const full = new Error('the disk is full');
    const answer = await get();
    await expect(answer!.pipe(() => Promise.reject(full))).rejects.toBe(full);
    const again = await get();
    await expect(
      again!.pipe(() => {
        throw full;
      }),
    ).rejects.toBe(full);
  });
});
