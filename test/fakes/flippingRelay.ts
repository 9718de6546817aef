import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a relay does to the answers that carry objects. */
export interface Tampering {
  /** Which bit of the object is turned over, in whichever answer it comes. */
  readonly flip?: { readonly atByte: number; readonly bit: number };
  /** Headers of the answer, as they are to come; also of HEAD. */
  readonly headers?: (headers: IncomingHttpHeaders, method: string, path: string) => IncomingHttpHeaders;
  /** Another body than the one that came, without a length. */
  readonly body?: (bytes: Buffer) => Buffer;
  /** An answer of the relay's own, for a request that is then not passed on. */
  /** Also behind a 200, as some do for what takes long. */
  readonly refusalStatus?: 200 | 400;
  readonly refuse?: (method: string, path: string, headers: IncomingHttpHeaders) => string | undefined;
}

/** Passes requests on to a server, and changes what comes back. */
export interface FlippingRelay {
  readonly endpoint: string;
  tampering: Tampering;
  /** Requests that came, with their headers. */
  readonly seen: { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders }[];
  close(): Promise<void>;
}

/** Starts a relay before an endpoint. */
export async function startFlippingRelay(endpoint: string): Promise<FlippingRelay> {
  const far = new URL(endpoint);
  const server = createServer((near, answer) => {
    const { method = '', url: path = '', headers } = near;
    relay.seen.push({ method, path, headers });
    const code = relay.tampering.refuse?.(method, path, headers);
    if (code !== undefined) {
      near.resume();
      near.once('end', () => {
        answer.writeHead(relay.tampering.refusalStatus ?? 400, { 'content-type': 'application/xml' });
        answer.end(`<Error><Code>${code}</Code><Message>no</Message></Error>`);
      });
      return;
    }
    const passed = request({ host: far.hostname, port: far.port, method, path, headers }, (from) => {
      const isObject = method === 'GET' && (from.statusCode === 200 || from.statusCode === 206) && !path.includes('?');
      const isShown = isObject || method === 'HEAD';
      const changed = isShown ? (relay.tampering.headers?.(from.headers, method, path) ?? from.headers) : from.headers;
      const { body } = relay.tampering;
      if (isObject && body !== undefined) {
        const pieces: Buffer[] = [];
        from.on('data', (piece: Buffer) => pieces.push(piece));
        from.on('end', () => {
          const { 'content-length': _length, ...rest } = changed;
          answer.writeHead(from.statusCode ?? 500, { ...rest });
          answer.end(body(Buffer.concat(pieces)));
        });
        return;
      }
      answer.writeHead(from.statusCode ?? 500, { ...changed });
      let at = Number(/^bytes (\d+)-/.exec(from.headers['content-range'] ?? '')?.[1] ?? 0);
      from.on('data', (piece: Buffer) => {
        const { flip } = relay.tampering;
        const index = (flip?.atByte ?? -1) - at;
        if (isObject && flip !== undefined && index >= 0 && index < piece.length) piece[index]! ^= 1 << flip.bit;
        at += piece.length;
        if (!answer.write(piece)) {
          from.pause();
          answer.once('drain', () => from.resume());
        }
      });
      from.on('end', () => answer.end());
    });
    passed.on('error', () => answer.destroy());
    answer.on('close', () => passed.destroy());
    near.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const relay: FlippingRelay = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tampering: {},
    seen: [],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return relay;
}
