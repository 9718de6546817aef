import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, RequestHandler } from '../contracts';
import { DamagedError } from '../store/damaged';
import type { Store } from '../store/store';
import { authenticate } from './auth/authenticate';
import { authorizeBucket, authorizeRole } from './authorize';
import { discardRest, limitBandwidth } from './wire/bandwidth';
import { findBucketHere } from './bucket/buckets';
import { ConfigurationDelay } from './wire/configurationDelay';
import { corsHeaders } from './bucket/cors';
import { newErrorDocument } from './message/errorDocument';
import { accessDenied, S3Error } from './message/errors';
import { sendDocument, setHeaders, type Exchange, type Operation } from './wire/exchange';
import { defaultSwitches, type S3HandlerOptions } from './message/options';
import { newRequestId, readRequest, type S3Request } from './message/request';
import { route } from './router';

const maxKeyBytes = 1024;

/**
 * The data plane of one location. Give it every request of the endpoint's server, those of the `checkContinue` event
 * too, so that `Expect: 100-continue` is answered only after the headers were judged (rule 11). Endpoints of several
 * locations share one store.
 */
export function createS3Handler(options: S3HandlerOptions): RequestHandler {
  const configurationDelay = new ConfigurationDelay();
  return async (message, response) => {
    const id = newRequestId();
    setCommonHeaders(response, id, options.clock.nowMs());
    try {
      const request = readRequest(message, options.hostnames ?? [], id);
      await answer(options, configurationDelay, request, response);
    } catch (error) {
      if (isUnexpected(error)) {
        const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
        options.log?.(`s3: ${message.method ?? ''} request ${id}: ${why}`);
      }
      answerError(error, message, response, id);
    }
  };
}

async function answer(
  options: S3HandlerOptions,
  configurationDelay: ConfigurationDelay,
  request: S3Request,
  response: ServerResponse,
): Promise<void> {
  const operation = route(request);
  const faults = options.faults.take({
    method: request.method,
    operation: operation.name,
    ...(request.bucket === undefined ? {} : { bucket: request.bucket }),
    ...(request.key === undefined ? {} : { key: request.key }),
  });
  limitBandwidth(faults, request.message, response);
  await failEarly(faults);
  const nowMs = options.clock.nowMs();
  const auth = authenticate(request, options.identity, nowMs);
  await run(operation, {
    options,
    switches: { ...defaultSwitches, ...options.switches },
    store: storeUnder(faults, options.store),
    request,
    response,
    auth,
    principal: auth.principal,
    faults,
    configurationDelay,
    nowMs,
  });
}

async function run(operation: Operation, exchange: Exchange): Promise<void> {
  const { request } = exchange;
  switch (operation.level) {
    case 'service':
      authorizeRole(exchange, operation.permission);
      return operation.run(exchange);
    case 'newBucket':
      authorizeRole(exchange, operation.permission);
      return operation.run(exchange, request.bucket ?? '');
    case 'bucket': {
      const bucket = findBucketHere(exchange, request.bucket ?? '');
      setHeaders(exchange.response, corsHeaders(exchange, bucket));
      authorizeBucket(exchange, bucket, operation, undefined);
      return operation.run({ ...exchange, bucket });
    }
    case 'object': {
      const key = request.key ?? '';
      if (Buffer.byteLength(key) > maxKeyBytes) {
        throw new S3Error('KeyTooLong', 'Your key is too long.');
      }
      const bucket = findBucketHere(exchange, request.bucket ?? '');
      setHeaders(exchange.response, corsHeaders(exchange, bucket));
      authorizeBucket(exchange, bucket, operation, key);
      return operation.run({ ...exchange, bucket, key });
    }
    case 'form':
    case 'preflight':
      return operation.run({ ...exchange, bucket: findBucketHere(exchange, request.bucket ?? '') });
    case 'refused':
      if (exchange.principal.kind === 'anonymous') {
        throw accessDenied();
      }
      if (request.bucket !== undefined) {
        authorizeBucket(exchange, findBucketHere(exchange, request.bucket), { name: operation.name }, undefined);
      }
      throw operation.error();
  }
}

function setCommonHeaders(response: ServerResponse, id: string, nowMs: number): void {
  setHeaders(response, {
    Date: new Date(nowMs).toUTCString(),
    'X-Clv-Request-Id': id,
    'x-amz-request-id': id,
    'X-Clv-S3-Version': '2.5',
    Server: 'Cleversafe/3.17.1',
    'Accept-Ranges': 'bytes',
  });
}

/** The store as the request sees it: on a full disk nothing can be written. */
function storeUnder(faults: readonly Fault[], store: Store): Store {
  if (!faults.some((fault) => fault.kind === 'diskFull')) {
    return store;
  }
  const error = new S3Error('InternalError', 'We encountered an internal error. Please try again.');
  return { ...store, write: () => Promise.reject(error) };
}

/** Plays the faults that come before anything is looked at: delay, and the errors of an overloaded service. */
async function failEarly(faults: readonly Fault[]): Promise<void> {
  for (const fault of faults) {
    if (fault.kind === 'latency') {
      await delay(fault.delayMs);
    }
    if (fault.kind === 'status') {
      const retry = fault.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(fault.retryAfterSeconds) };
      switch (fault.status) {
        case 429:
          throw new S3Error('TooManyRequests', 'Please reduce your request rate.', retry);
        case 500:
          throw new S3Error('InternalError', 'We encountered an internal error. Please try again.', retry);
        case 503:
          throw new S3Error('SlowDown', 'Please reduce your request rate.', retry);
      }
    }
  }
}

/** What streams and sockets say when the other side is gone. */
const brokenConnection = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED']);

/** False for the documented errors, and for a connection that its client or a fault broke off. */
function isUnexpected(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return !(error instanceof S3Error) && !(typeof code === 'string' && brokenConnection.has(code));
}

/** Turns whatever went wrong into an answer, or breaks the connection off when one was already under way. */
function answerError(thrown: unknown, message: IncomingMessage, response: ServerResponse, id: string): void {
  if (response.headersSent || response.destroyed || message.socket.destroyed) {
    response.destroy();
    return;
  }
  const error =
    thrown instanceof S3Error
      ? thrown
      : new S3Error(
          'InternalError',
          thrown instanceof DamagedError ? thrown.message : 'We encountered an internal error. Please try again.',
        );
  for (const name of response.getHeaderNames()) {
    const isCommon =
      ['date', 'x-clv-request-id', 'x-amz-request-id', 'x-clv-s3-version', 'server', 'accept-ranges', 'vary'].includes(
        name,
      ) || name.startsWith('access-control-');
    if (!isCommon) {
      response.removeHeader(name);
    }
  }
  if (!message.complete && message.headers.expect?.toLowerCase() === '100-continue') {
    // Nobody knows whether the client will still send the body, so the connection cannot be used again.
    response.setHeader('Connection', 'close');
  } else if (!message.complete) {
    // The rest of a refused body is read and thrown away: it stands between us and the connection's next request.
    discardRest(message);
  }
  if (error.status === 304) {
    setHeaders(response, error.headers);
    response.writeHead(304).end();
    return;
  }
  const body = newErrorDocument(error, (message.url ?? '/').replace(/\?.*$/s, ''), id);
  if (message.method === 'HEAD') {
    setHeaders(response, error.headers);
    response.writeHead(error.status).end();
    return;
  }
  sendDocument(response, error.status, body, error.headers);
}
