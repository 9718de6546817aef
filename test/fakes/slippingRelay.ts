import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to a request once: something slips in before or after it, or its answer is lost. */
export interface Slip {
  /** Which request: its method, and the whole of its path with the query. */
  readonly on: (method: string, path: string) => boolean;
  /** What another client does right before the request reaches the server, and right after the server has answered. */
  readonly before?: () => Promise<unknown>;
  readonly after?: () => Promise<unknown>;
  /** The connection breaks in place of the answer; `unsent`: the server never sees the request. */
  readonly answer?: 'lost' | 'unsent';
}

/** An HTTP relay between a client and a server in which other clients' work slips in. */
export interface SlippingRelay {
  readonly endpoint: string;
  /** Slips that have not happened yet, and those that have. */
  readonly armed: Slip[];
  readonly happened: Slip[];
  readonly requests: string[];
  /** Whether answers about objects name no checksum, and their ETags are no MD5s since a key of the owner's encrypts them. */
  isBlind: boolean;
  readonly close: () => Promise<void>;
}

/** Starts a relay before an endpoint. Signatures hold, since the host that was signed goes along. */
export async function startSlippingRelay(endpoint: string): Promise<SlippingRelay> {
  const { hostname, port } = new URL(endpoint);
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method = '', url = '' } = incoming;
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    relay.requests.push(`${method} ${url}`);
    const at = relay.armed.findIndex(({ on }) => on(method, url));
    const [slip] = at < 0 ? [] : relay.armed.splice(at, 1);
    if (slip !== undefined) relay.happened.push(slip);
    await slip?.before?.();
    if (slip?.answer === 'unsent') return void outgoing.socket?.destroy();
    const far = request({ hostname, port, method, path: url, headers: incoming.headers, agent: false });
    far.end(body);
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      far.on('response', resolve).on('error', reject),
    );
    const answered: Buffer[] = [];
    for await (const piece of answer) answered.push(piece as Buffer);
    await slip?.after?.();
    if (slip?.answer === 'lost') return void outgoing.socket?.destroy();
    const headers = { ...answer.headers };
    if (relay.isBlind && (method === 'HEAD' || method === 'GET')) {
      for (const name of Object.keys(headers)) if (name.startsWith('x-amz-checksum')) delete headers[name];
      headers['ibm-sse-kp-enabled'] = 'true';
    }
    outgoing.writeHead(answer.statusCode ?? 500, headers);
    outgoing.end(Buffer.concat(answered));
  };
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.socket?.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const relay: SlippingRelay = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    armed: [],
    happened: [],
    requests: [],
    isBlind: false,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return relay;
}
