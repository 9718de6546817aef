import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A request as it came. */
export interface SeenRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer before anybody lies about it. */
export interface HonestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A server that may send anything: it writes bytes, not answers. */
export interface HostileServer {
  readonly origin: string;
  readonly seen: SeenRequest[];
  /** Bytes that it got rid of. */
  sentBytes(): number;
  readonly close: () => Promise<void>;
}

/** Starts a server that does with each request as told; `nth` counts from 1. */
export async function startHostileServer(
  serve: (request: SeenRequest, socket: Socket, nth: number) => void,
): Promise<HostileServer> {
  const seen: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  let closedBytes = 0;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // clients that give up are what this is for
    socket.on('close', () => {
      sockets.delete(socket);
      closedBytes += socket.bytesWritten;
    });
    let pending = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      pending = Buffer.concat([pending, bytes]);
      for (;;) {
        const found = firstRequest(pending);
        if (found === undefined) return;
        pending = pending.subarray(found.lengthBytes);
        serve(found.request, socket, seen.push(found.request));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    sentBytes: () => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, closedBytes),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function firstRequest(bytes: Buffer): { readonly request: SeenRequest; readonly lengthBytes: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const lengthBytes = end + 4 + Number(headers['content-length'] ?? 0);
  if (bytes.length < lengthBytes) return undefined;
  const [method = '', path = ''] = first.split(' ');
  return { request: { method, path, headers, body: bytes.subarray(end + 4, lengthBytes) }, lengthBytes };
}

/** The head of an answer. */
export function headOf(status: number, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} Told`, ...lines, '', ''].join('\r\n');
}

/** Sends a whole answer with its length; none of a HEAD's body. */
export function tell(socket: Socket, request: Pick<SeenRequest, 'method'>, answer: HonestAnswer): void {
  const { status, headers, body } = answer;
  const length = 'content-length' in headers ? {} : { 'content-length': body.length };
  socket.write(headOf(status, { ...headers, ...length }));
  if (request.method !== 'HEAD') socket.write(body);
}

/** Writes something again and again, `everyMs` or as fast as it is taken, until the connection is gone. */
export function writeForEver(socket: Socket, bytes: string | Buffer, everyMs?: number): void {
  const write = (): void => {
    if (socket.destroyed) return;
    if (everyMs !== undefined) {
      socket.write(bytes);
      setTimeout(write, everyMs);
    } else if (socket.write(bytes)) setImmediate(write);
    else socket.once('drain', write);
  };
  write();
}
