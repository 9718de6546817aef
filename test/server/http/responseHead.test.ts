import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseResponseHead } from '../../../src/engine/http/responseHead';

const head = (...lines: string[]) => ['HTTP/1.1 206 Partial Content', ...lines].join('\r\n');

describe('the head of an answer', () => {
  it('is read with names in lower case and repeated headers joined', () => {
    const text = head('ETag: "a"', 'Content-Length:  7 ', 'X-Meta: 1', 'x-meta: 2', 'Empty:', 'Connection: Close');
    expect(parseResponseHead(text)).toEqual({
      status: 206,
      headers: { etag: '"a"', 'content-length': '7', 'x-meta': '1, 2', empty: '', connection: 'Close' },
      lengthBytes: 7,
      isLast: true,
    });
  });

  it('needs no length where there is no body', () => {
    for (const status of ['100 Continue', '204 No Content', '304 Not Modified']) {
      expect(parseResponseHead(`HTTP/1.1 ${status}\r\nDate: now`)).toMatchObject({ lengthBytes: 0 });
    }
  });

  it.each([
    ['another version', 'HTTP/1.0 200 OK\r\nContent-Length: 1'],
    ['no version', 'Content-Length: 1'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\nContent-Length: 1'],
    ['no length', head('ETag: "a"')],
    ['chunks', head('Transfer-Encoding: chunked')],
    ['chunks and a length', head('Transfer-Encoding: chunked', 'Content-Length: 1')],
    ['two lengths', head('Content-Length: 1', 'Content-Length: 1')],
    ['a length that is none', head('Content-Length: 0x10')],
    ['a signed length', head('Content-Length: +1')],
    ['a folded line', head('Content-Length: 1', 'X: a', ' b')],
    ['a name with a space', head('Content-Length : 1')],
    ['a line without a colon', head('Content-Length: 1', 'nonsense')],
    ['a lone line feed', head('Content-Length: 1', 'X: a\nContent-Length: 2')],
    ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x'],
  ])('is left to the parser of Node with %s', (_what, text) => {
    expect(parseResponseHead(text)).toBeUndefined();
  });
});

describe('what is read from a head', () => {
  let server: Server;
  let answer = '';
  beforeAll(async () => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(Buffer.from(`${answer}\r\n\r\n`, 'latin1')));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => void server.close());

  async function nodeReads(text: string): Promise<IncomingMessage | undefined> {
    answer = text;
    const { port } = server.address() as AddressInfo;
    return await new Promise((resolve) => {
      const asked = request({ host: '127.0.0.1', port, agent: false }, (incoming) => {
        incoming.on('error', () => undefined).resume();
        resolve(incoming);
      });
      asked.on('error', () => resolve(undefined)).end();
    });
  }

  const token = fc.stringMatching(/^[A-Za-z][\w\-.]{0,8}$/);
  const value = fc.stringMatching(/^[ -~\x80-\xff]{0,12}$/);
  const line = fc.oneof(
    { weight: 9, arbitrary: fc.tuple(fc.constantFrom('x-a', 'X-B', 'etag', 'x-amz-meta-a'), value) },
    { weight: 3, arbitrary: fc.tuple(token, value) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('Content-Length'), fc.constantFrom('0', '5', '00', '1e1', '-1', '')) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('Transfer-Encoding', ' folded', 'a b'), fc.constant('chunked')) },
  );

  it('is what the parser of Node reads, or nothing', async () => {
    let agreed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 4 }), fc.boolean(), async (lines, hasLength) => {
        const text = [
          'HTTP/1.1 200 OK',
          ...(hasLength ? ['Content-Length: 0'] : []),
          ...lines.map(([name, is]) => `${name}: ${is}`),
        ].join('\r\n');
        const ours = parseResponseHead(text);
        if (ours === undefined) return;
        const theirs = await nodeReads(text);
        expect(theirs?.statusCode).toBe(ours.status);
        const raw: Record<string, string> = {};
        const pairs = theirs?.rawHeaders ?? [];
        for (let at = 0; at < pairs.length; at += 2) {
          const name = (pairs[at] ?? '').toLowerCase();
          raw[name] = name in raw ? `${raw[name]}, ${pairs[at + 1]}` : (pairs[at + 1] ?? '');
        }
        expect(ours.headers).toEqual(raw);
        agreed++;
      }),
      { numRuns: 300, seed: 20261127 },
    );
    expect(agreed).toBeGreaterThan(50);
  });
});
