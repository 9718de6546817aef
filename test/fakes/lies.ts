import type { Socket } from 'node:net';
import { headOf, writeForEver, type SeenRequest } from './hostileServer';

/** One way to answer that no honest server has. */
export interface Lie {
  readonly name: string;
  /** `hangs`: without a limit it would hold the client, so that it is cancelled, too. */
  readonly kind: 'fails' | 'hangs';
  readonly tell: (request: SeenRequest, socket: Socket, places: Places) => void;
}

/** Where redirects lead. */
export interface Places {
  /** Of a server that must never hear of anything. */
  readonly stranger: string;
}

/** Fast enough that no timer of a socket fires. */
const dripMs = 10;
const xml = { 'content-type': 'application/xml' };
const chunked = { ...xml, 'transfer-encoding': 'chunked' };
const piece = `10000\r\n${' '.repeat(65_536)}\r\n`;

const whole = (status: number, headers: Record<string, string>, body: string): Lie['tell'] => {
  return ({ method }, socket) => {
    socket.write(
      headOf(status, { 'content-length': Buffer.byteLength(body), ...headers }) + (method === 'HEAD' ? '' : body),
    );
  };
};

const redirect = (status: number): Lie => ({
  name: `a ${status} to another host`,
  kind: 'fails',
  tell: (request, socket, { stranger }) =>
    whole(status, { location: `${stranger}${request.path}` }, '')(request, socket, { stranger }),
});

/** All of them, as the page lists them. */
export const lies: readonly Lie[] = [
  { name: 'no answer', kind: 'hangs', tell: () => undefined },
  { name: 'a head that drips', kind: 'hangs', tell: (_request, socket) => writeForEver(socket, 'x', dripMs) },
  {
    name: 'headers that drip',
    kind: 'hangs',
    tell: (_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      writeForEver(socket, 'a: b\r\n', dripMs);
    },
  },
  {
    name: 'interim answers without end',
    kind: 'hangs',
    tell: (_request, socket) => writeForEver(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n', 1),
  },
  {
    name: 'headers without end',
    kind: 'hangs',
    tell: (_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      writeForEver(socket, `x: ${'x'.repeat(8000)}\r\n`);
    },
  },
  {
    name: 'something that is no HTTP',
    kind: 'fails',
    tell: (_request, socket) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n\r\n'),
  },
  { name: 'a connection that ends', kind: 'fails', tell: (_request, socket) => void socket.end() },
  { name: 'a connection that is reset', kind: 'fails', tell: (_request, socket) => void socket.resetAndDestroy() },
  { name: 'a negative length', kind: 'fails', tell: whole(200, { 'content-length': '-1' }, '<x/>') },
  { name: 'a length that is no number', kind: 'fails', tell: whole(200, { 'content-length': '1e30' }, '<x/>') },
  {
    name: 'two lengths',
    kind: 'fails',
    tell: (_request, socket) =>
      void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\n<x/>x'),
  },
  {
    name: 'a body that never comes',
    kind: 'hangs',
    tell: (_request, socket) => void socket.write(headOf(200, { ...xml, etag: '"e"', 'content-length': 100 })),
  },
  {
    name: 'a body that ends early',
    kind: 'fails',
    tell: (_request, socket) => void socket.end(`${headOf(200, { ...xml, etag: '"e"', 'content-length': 100 })}<x>`),
  },
  {
    name: 'a body that drips',
    kind: 'hangs',
    tell: (_request, socket) => {
      socket.write(headOf(200, { ...xml, etag: '"e"', 'content-length': 1_000_000 }));
      writeForEver(socket, ' ', dripMs);
    },
  },
  {
    name: 'chunks that drip',
    kind: 'hangs',
    tell: (_request, socket) => {
      socket.write(headOf(200, { ...chunked, etag: '"e"' }));
      writeForEver(socket, '1\r\n \r\n', dripMs);
    },
  },
  {
    name: 'chunks without end',
    kind: 'hangs',
    tell: (_request, socket) => {
      socket.write(headOf(200, { ...chunked, etag: '"e"' }));
      writeForEver(socket, piece);
    },
  },
  {
    name: 'a length beyond any object',
    kind: 'hangs',
    tell: (_request, socket) => {
      socket.write(headOf(200, { ...xml, etag: '"e"', 'content-length': '999999999999999' }));
      writeForEver(socket, ' '.repeat(65_536));
    },
  },
  {
    name: 'a compressed body',
    kind: 'fails',
    tell: whole(200, { ...xml, 'content-encoding': 'gzip' }, '\x1f\x8b\x08 no text'),
  },
  {
    name: 'a page for people',
    kind: 'fails',
    tell: whole(200, { 'content-type': 'text/html' }, '<!doctype html><html><p>Sign in</html>'),
  },
  { name: 'nothing at all', kind: 'fails', tell: whole(200, {}, '') },
  { name: 'half a document', kind: 'fails', tell: whole(200, xml, '<ListBucketResult><Contents><Key>k</Key>') },
  {
    name: 'an error inside 200',
    kind: 'fails',
    tell: whole(200, xml, '<Error><Code>InternalError</Code><Message>no</Message></Error>'),
  },
  { name: '500 again and again', kind: 'fails', tell: whole(500, xml, '<Error><Code>InternalError</Code></Error>') },
  { name: '503 again and again', kind: 'fails', tell: whole(503, xml, '<Error><Code>SlowDown</Code></Error>') },
  {
    name: 'a wait of a day',
    kind: 'fails',
    tell: whole(503, { ...xml, 'retry-after': '86400' }, '<Error><Code>SlowDown</Code></Error>'),
  },
  {
    name: 'another protocol',
    kind: 'fails',
    tell: (_request, socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    },
  },
  {
    name: 'a redirect in a circle',
    kind: 'fails',
    tell: (request, socket, places) => whole(307, { location: request.path }, '')(request, socket, places),
  },
  { name: 'a redirect to nowhere', kind: 'fails', tell: whole(301, {}, '') },
  ...[301, 302, 307, 308].map(redirect),
];
