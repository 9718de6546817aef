import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { until } from '../until';

/** What happens to a connection's bytes on their way back to the client. */
export type LineFault =
  | { readonly kind: 'none' }
  /** The connection is reset after so many bytes of answers. */
  | { readonly kind: 'resetAfter'; readonly bytes: number }
  /** The connection ends in order after so many bytes, as a careless middle box does. */
  | { readonly kind: 'endAfter'; readonly bytes: number }
  /** Bytes come in, nothing goes out. */
  | { readonly kind: 'silence' }
  /** The connection is reset before the answer, after the request has reached the server. */
  | { readonly kind: 'loseAnswer' };

/** A TCP proxy in front of a server whose connections misbehave as told. */
export interface FaultProxy {
  readonly origin: string;
  /** Faults of the next connections, in order; afterwards all is well. A kept-alive connection has one fault for life. */
  next(...faults: LineFault[]): void;
  /** Faults that fired. */
  readonly fired: string[];
  /** Closes open connections, so that the next request needs a new one; resolves when the clients know. */
  drop(): Promise<void>;
  /** Resolves when no connection is open. */
  idle(): Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts a fault proxy before `http://host:port`. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const faults: LineFault[] = [];
  const fired: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const fault = faults.shift() ?? { kind: 'none' };
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
      socket.on('error', () => undefined); // resets are what this is for
    }
    let sentBytes = 0;
    client.on('data', (bytes) => upstream.write(bytes));
    client.on('end', () => upstream.end());
    upstream.on('data', (bytes) => {
      if (fault.kind === 'none') {
        client.write(bytes);
        return;
      }
      if (fault.kind === 'silence') {
        fired.push(fault.kind);
        return;
      }
      if (fault.kind === 'loseAnswer') {
        fired.push(fault.kind);
        client.resetAndDestroy();
        return;
      }
      const rest = fault.bytes - sentBytes;
      if (bytes.byteLength < rest) {
        sentBytes += bytes.byteLength;
        client.write(bytes);
        return;
      }
      if (sentBytes >= fault.bytes && sentBytes > 0) return;
      sentBytes = fault.bytes;
      fired.push(fault.kind);
      client.write(bytes.subarray(0, rest), () => {
        if (fault.kind === 'resetAfter') client.resetAndDestroy();
        else client.end();
      });
    });
  });
  const idle = (): Promise<void> => until(() => sockets.size === 0, 5);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fired,
    next: (...wanted) => void faults.push(...wanted),
    async drop() {
      for (const socket of sockets) socket.destroy();
      await idle();
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
    idle,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
