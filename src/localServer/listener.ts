import { createServer as createHttpServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { RequestHandler } from './contracts';
import { StartError, systemErrorCode } from './startError';

/** Key and certificate chain in PEM, or plain HTTP. */
export type Transport =
  { readonly kind: 'http' } | { readonly kind: 'https'; readonly keyPem: string; readonly certificatePem: string };

/** A service that listens. */
export interface Listener {
  /** For example `http://127.0.0.1:9730`, without a slash at the end. */
  readonly url: string;
  /** Stops taking connections, lets requests in flight finish for `graceMs`, then cuts them. */
  close(graceMs: number): Promise<void>;
}

const serverOptions: ServerOptions = {
  // Clients keep idle connections for a minute or so; closing earlier than they do breaks the request they were about to send.
  keepAliveTimeout: 120_000,
  // An upload may take as long as it takes.
  requestTimeout: 0,
  headersTimeout: 60_000,
  maxHeaderSize: 64 * 1024,
  noDelay: true,
};

/** Listens on 127.0.0.1; `prepare` may add to the server first. Throws `StartError` when the port is taken or may not be used. */
export async function listen(
  handler: RequestHandler,
  options: { service: string; port: number; transport: Transport; prepare?: (server: Server) => void },
): Promise<Listener> {
  const onRequest: RequestListener = (request, response) => void handler(request, response);
  const server =
    options.transport.kind === 'http'
      ? createHttpServer(serverOptions, onRequest)
      : createHttpsServer(
          { ...serverOptions, key: options.transport.keyPem, cert: options.transport.certificatePem },
          onRequest,
        );
  // The handler decides when a client may send the body it announced (rule 11).
  server.on('checkContinue', onRequest);
  server.timeout = 0;
  options.prepare?.(server);
  await listening(server, options.service, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.transport.kind}://127.0.0.1:${port}`,
    close: (graceMs) => closeServer(server, graceMs),
  };
}

function listening(server: Server, service: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => {
      const code = systemErrorCode(error);
      if (code === 'EADDRINUSE') {
        reject(
          new StartError(`Port ${port} (${service}) is taken; choose another one with --port, or --port 0 for any.`),
        );
      } else if (code === 'EACCES') {
        reject(
          new StartError(`Port ${port} (${service}) may not be used by this user; choose one above 1023 with --port.`),
        );
      } else reject(error);
    };
    server.once('error', onError);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', onError);
      resolve();
    });
  });
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
