import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between an engine and a server, and counts what goes each way. */
export interface CountingRelay {
  /** Address of the relay in place of the server's. */
  readonly endpoint: string;
  upBytes: number;
  downBytes: number;
  /** Method and path of each request, as far as its line comes in one piece. */
  readonly requests: string[];
  /** Once so many bytes have gone one way, nothing goes that way any more. */
  mostUpBytes: number;
  mostDownBytes: number;
  /** Cuts every connection and takes no more, like a network that is gone. */
  goAway(): Promise<void>;
  /** Listens at the same address again. */
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/** Relays plain connections to an endpoint. */
export async function startCountingRelay(endpoint: string): Promise<CountingRelay> {
  const { hostname, port } = new URL(endpoint);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.on('data', (bytes: Buffer) => {
      if (relay.upBytes >= relay.mostUpBytes) return;
      relay.upBytes += bytes.length;
      for (const [, line] of bytes.toString('latin1').matchAll(/^([A-Z]+ \/\S*) HTTP\/1\.1\r$/gm))
        relay.requests.push(line!);
      far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => {
      if (relay.downBytes >= relay.mostDownBytes) return;
      relay.downBytes += bytes.length;
      near.write(bytes);
    });
  });
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  await listen(0);
  const ownPort = (server.address() as AddressInfo).port;
  const relay: CountingRelay = {
    endpoint: `http://127.0.0.1:${ownPort}`,
    requests: [],
    upBytes: 0,
    downBytes: 0,
    mostUpBytes: Number.POSITIVE_INFINITY,
    mostDownBytes: Number.POSITIVE_INFINITY,
    goAway: stop,
    comeBack: () => listen(ownPort),
    close: stop,
  };
  return relay;
}
