import { createServer, request as httpRequest } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/**
 * A forward proxy that speaks CONNECT and absolute URLs, and remembers who asked for what. `127.0.0.1.test` is this machine by a
 * name that nobody takes for it: requests to loopback go past any proxy.
 */
export interface ForwardProxy {
  readonly port: number;
  /** Every byte that came from clients, as text. */
  received(): string;
  /** `CONNECT host:port` and `GET http://…` of what it let through, `407 …` of what it refused. */
  readonly seen: string[];
  readonly close: () => Promise<void>;
}

/** Starts a proxy; with `user`, it lets only `user:password` through. */
export async function startForwardProxy(user?: string): Promise<ForwardProxy> {
  const seen: string[] = [];
  const received: Buffer[] = [];
  const sockets = new Set<Socket>();
  const expected = user === undefined ? undefined : `Basic ${Buffer.from(user).toString('base64')}`;
  const server = createServer((incoming, outgoing) => {
    if (expected !== undefined && incoming.headers['proxy-authorization'] !== expected) {
      seen.push(`407 ${incoming.method} ${incoming.url}`);
      outgoing.writeHead(407, { 'Proxy-Authenticate': 'Basic realm="proxy"' }).end();
      return;
    }
    seen.push(`${incoming.method} ${incoming.url}`);
    const { 'proxy-authorization': _credentials, ...headers } = incoming.headers;
    const target = new URL(incoming.url ?? '');
    const path = (incoming.url ?? '').slice(target.origin.length);
    const onward = httpRequest(
      { host: hereFor(target.hostname), port: target.port, path, method: incoming.method, headers, setHost: false },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
  server.on('connect', (incoming, socket: Socket) => {
    if (expected !== undefined && incoming.headers['proxy-authorization'] !== expected) {
      seen.push(`407 CONNECT ${incoming.url}`);
      socket.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"\r\nContent-Length: 0\r\n\r\n',
      );
      return;
    }
    seen.push(`CONNECT ${incoming.url}`);
    const [host = '', port = ''] = (incoming.url ?? '').split(':');
    const onward = connect(Number(port), hereFor(host), () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
    sockets.add(onward);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('data', (bytes: Buffer) => received.push(bytes));
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    received: () => Buffer.concat(received).toString('latin1'),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function hereFor(host: string): string {
  return host.replace(/\.test$/, '');
}

/** A value with `127.0.0.1.test` in place of `127.0.0.1`. */
export function farAway<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll('127.0.0.1:', '127.0.0.1.test:')) as T;
}
