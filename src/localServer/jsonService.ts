import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, Faults, RequestHandler } from './contracts';

/** One request to a JSON service, its body read. */
export interface ServiceRequest {
  readonly method: string;
  readonly url: URL;
  /** Values of the `:name` segments of the route, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly bodyText: string;
  readonly requestId: string;
}

/** What a route answers. `json` and `html` exclude each other; neither means an empty body. */
export interface ServiceAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly html?: string;
}

/** One operation of a service. */
export interface Route {
  readonly method: string;
  /** For example `/v2/resource_keys/:id`; a `:name` stands for one percent-encoded segment. */
  readonly path: string;
  /** The name under which faults match it and requests are counted, for example `iam.token`. */
  readonly operation: string;
  handle(request: ServiceRequest): ServiceAnswer | Promise<ServiceAnswer>;
}

/** A refusal. Each service renders it in its own shape. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Further members for services that have some. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    message: string,
    options: { headers?: Readonly<Record<string, string>>; extra?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = options.headers ?? {};
    this.extra = options.extra ?? {};
  }
}

/** A service: its routes, and how it words a failure. */
export interface JsonService {
  readonly name: string;
  readonly routes: readonly Route[];
  describeError(error: ServiceError, request: { requestId: string; url: string }): unknown;
}

const maximumBodyBytes = 1024 * 1024;

/**
 * Serves a JSON service. Refuses a Host that is not loopback, so that a page in a browser cannot reach it under a name of
 * its own choice. Faults of kind `status`, `latency` and `resetAfter` work here as on the data plane.
 */
export function createJsonHandler(
  service: JsonService,
  options: { faults: Faults; log: (line: string) => void },
): RequestHandler {
  const routes = service.routes.map((route) => ({ route, segments: route.path.split('/') }));
  return async (request, response) => {
    const requestId = headerText(request, 'x-request-id') ?? headerText(request, 'correlation-id') ?? randomUUID();
    const send = (answer: ServiceAnswer) => sendAnswer(request, response, requestId, answer);
    const fail = (error: ServiceError) =>
      send({
        status: error.status,
        headers: error.headers,
        json: service.describeError(error, { requestId, url: request.url ?? '/' }),
      });
    try {
      if (!isLoopbackHost(request.headers.host)) {
        throw new ServiceError(403, 'host_refused', 'This server answers only to loopback names such as 127.0.0.1.');
      }
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const found = findRoute(routes, request.method ?? 'GET', url.pathname);
      const faults = options.faults.take({ method: request.method ?? 'GET', operation: found.route.operation });
      if ((await applyFaults(faults, request)) === 'reset') return;
      const bodyText = await readBody(request, response);
      send(
        await found.route.handle({
          method: request.method ?? 'GET',
          url,
          params: found.params,
          headers: request.headers,
          bodyText,
          requestId,
        }),
      );
    } catch (error) {
      if (error instanceof ServiceError) {
        fail(error);
        return;
      }
      // The client went away while its body was being read.
      if (request.socket.destroyed) return;
      options.log(
        `${service.name} ${requestId}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      if (response.headersSent) request.socket.destroy();
      else fail(new ServiceError(500, 'internal', 'The local server failed; its log on stderr says why.'));
    }
  };
}

/** The body as JSON object. Throws `ServiceError` 400 when it is something else. */
export function readJsonObject(request: ServiceRequest, code: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(request.bodyText);
  } catch (error) {
    throw new ServiceError(400, code, `The body is not valid JSON: ${error instanceof Error ? error.message : ''}`);
  }
  if (!isObject(value)) throw new ServiceError(400, code, 'The body must be a JSON object.');
  return value;
}

/** Whether a value is a JSON object, not an array or null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The token of an `Authorization: Bearer` header, its scheme in any case. */
export function bearerToken(headers: IncomingMessage['headers']): string | undefined {
  return /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

/** Whether a Host header names this machine's loopback: 127.0.0.1, [::1], localhost or a name under it. */
export function isLoopbackHost(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|\[::1\]|([a-z0-9.-]+\.)?localhost)(:\d+)?$/i.test(host ?? '');
}

function findRoute(
  routes: readonly { route: Route; segments: readonly string[] }[],
  method: string,
  pathname: string,
): { route: Route; params: Record<string, string> } {
  const segments = pathname.split('/');
  const matches = routes.flatMap(({ route, segments: pattern }) => {
    const params = matchSegments(pattern, segments);
    return params === undefined ? [] : [{ route, params }];
  });
  if (matches.length === 0) throw new ServiceError(404, 'not_found', `There is nothing at "${pathname}".`);
  const found = matches.find(({ route }) => route.method === method);
  if (found !== undefined) return found;
  const allow = matches.map(({ route }) => route.method).join(', ');
  throw new ServiceError(405, 'method_not_allowed', `"${pathname}" does not take ${method}; it takes ${allow}.`, {
    headers: { Allow: allow },
  });
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const actual = segments[index] ?? '';
    if (expected.startsWith(':')) {
      try {
        params[expected.slice(1)] = decodeURIComponent(actual);
      } catch {
        throw new ServiceError(400, 'bad_path', `The path segment "${actual}" is not valid percent-encoding.`);
      }
      if (actual === '') return undefined;
    } else if (expected !== actual) return undefined;
  }
  return params;
}

async function applyFaults(faults: readonly Fault[], request: IncomingMessage): Promise<'go on' | 'reset'> {
  for (const fault of faults) {
    switch (fault.kind) {
      case 'latency':
        await delay(fault.delayMs);
        break;
      case 'resetAfter':
      case 'truncateAfter':
        request.socket.destroy();
        return 'reset';
      case 'status':
        throw new ServiceError(
          fault.status,
          'injected_fault',
          'This failure was asked for through the admin endpoint.',
          {
            headers: fault.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(fault.retryAfterSeconds) },
          },
        );
      case 'bandwidth':
      case 'corruptBody':
      case 'errorIn200':
      case 'diskFull':
        break;
    }
  }
  return 'go on';
}

async function readBody(request: IncomingMessage, response: ServerResponse): Promise<string> {
  if (/^100-continue$/i.test(request.headers.expect ?? '')) response.writeContinue();
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // Leaving the loop early must not close the connection: the refusal still has to be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maximumBodyBytes) {
      throw new ServiceError(413, 'too_large', `The body is larger than ${maximumBodyBytes} bytes.`, {
        headers: { Connection: 'close' },
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  answer: ServiceAnswer,
): void {
  const body = answer.html ?? (answer.json === undefined ? '' : JSON.stringify(answer.json));
  const contentType = answer.html === undefined ? 'application/json;charset=utf-8' : 'text/html;charset=utf-8';
  // A body that was not read would be taken for the next request.
  if (!request.complete) response.setHeader('Connection', 'close');
  response.writeHead(answer.status, {
    'Cache-Control': 'no-store',
    'Transaction-Id': requestId,
    'X-Request-Id': requestId,
    ...(body === '' ? {} : { 'Content-Type': contentType }),
    ...(answer.status === 204 ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...answer.headers,
  });
  response.end(request.method === 'HEAD' || answer.status === 204 ? undefined : body);
}

function headerText(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && /^[\w-]{1,128}$/.test(value) ? value : undefined;
}
