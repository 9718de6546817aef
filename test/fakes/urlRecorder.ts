import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands before plain servers of this machine, and remembers what was asked of them. */
export interface UrlRecorder {
  /** `METHOD URL`, the URL as the server behind would have it. */
  readonly seen: string[];
  /** The value with the recorder's addresses in place of the servers' own. */
  via<T>(value: T): T;
  readonly close: () => Promise<void>;
}

/** Starts a recorder before every http origin that occurs in a value. */
export async function startUrlRecorder(value: unknown): Promise<UrlRecorder> {
  const seen: string[] = [];
  const origins = [...new Set(JSON.stringify(value).match(/http:\/\/127\.0\.0\.1:\d+/g))];
  const servers = new Map<string, Server>();
  for (const origin of origins) {
    const server = createServer((incoming, outgoing) => {
      seen.push(`${incoming.method} ${origin}${incoming.url}`);
      const { hostname: host, port } = new URL(origin);
      const { method, url: path, headers } = incoming;
      const onward = httpRequest({ host, port, method, path, headers, setHost: false }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      outgoing.on('close', () => onward.destroy());
      incoming.pipe(onward);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.set(origin, server);
  }
  return {
    seen,
    via<T>(whole: T): T {
      const text = JSON.stringify(whole).replace(/http:\/\/127\.0\.0\.1:\d+/g, (origin) => {
        const server = servers.get(origin);
        return server === undefined ? origin : `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      });
      return JSON.parse(text) as T;
    },
    async close() {
      for (const server of servers.values()) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}
