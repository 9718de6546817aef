import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { cancelled, CosFailure } from '../failure';
import type { OriginRoute } from './agents';
import { Pace, switchedProtocols, timedOut, tooManyInterim, type ExchangeLimits } from './answerLimits';
import { networkFailure, proxyFailure } from './networkFailure';
import { readWhole } from './readWhole';

/** One request as it goes out. */
export interface WireRequest {
  readonly method: string;
  /** Percent-encoded path with query, sent as it stands: URL classes would fold `..` segments of keys. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** An answer whose body has not been read. */
export interface WireAnswer {
  readonly status: number;
  /** Names in lower case; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Hands the body to the sink, piece by piece, waiting where the sink waits; pieces may be written over once it is done. Rejects with `CosFailure` of kind `network`
   * when the body ends early. May be called once. Where the transport can, it puts the next piece at `place` before it hands
   * it on: memory of the sink's that nobody else may use before the body is at its end, or undefined.
   */
  pipe(sink: (bytes: Buffer) => void | Promise<void>, place?: () => Buffer | undefined): Promise<void>;
  /** The whole body, which must not exceed `maxBytes`. */
  read(maxBytes: number): Promise<Buffer>;
  /** Drops the connection, unless all of the body has been read. */
  discard(): void;
}

const sliceBytes = 1024 * 1024;

/**
 * Sends one request and resolves with its answer once the headers are in. One attempt, no retry.
 * Rejects with `CosFailure`: `cancelled` when the signal aborted, else `network` or `tls`.
 */
export function exchange(
  op: string,
  route: OriginRoute,
  request: WireRequest,
  limits: ExchangeLimits,
  signal: AbortSignal,
): Promise<WireAnswer> {
  const place = {
    op,
    host: route.authority,
    ...(route.proxyHost === undefined ? {} : { proxyHost: route.proxyHost }),
  };
  const failureOf = (error: Error): CosFailure => {
    if (signal.aborted) return cancelled(op);
    return error instanceof CosFailure ? error : networkFailure(error, place);
  };

  return new Promise<WireAnswer>((resolve, reject) => {
    if (signal.aborted) {
      reject(cancelled(op));
      return;
    }
    let outgoing: http.ClientRequest;
    try {
      outgoing = (route.isTls ? https : http).request({
        ...(route.isTls ? route.trust : {}),
        // Said outright, or the tunnelling agent guesses it anew each time and never finds its free sockets again.
        protocol: route.isTls ? 'https:' : 'http:',
        agent: route.agent,
        host: route.host,
        port: route.port,
        method: request.method,
        path: route.pathPrefix + request.path,
        setHost: false,
        maxHeaderSize: limits.maxHeadBytes,
        headers: {
          // The length before all others, see asNodeTakesThem.
          ...(request.body === undefined ? {} : { 'content-length': String(request.body.byteLength) }),
          'accept-encoding': 'identity',
          ...asNodeTakesThem(request),
          ...route.headers,
          host: route.authority,
        },
      });
    } catch (error) {
      reject(failureOf(error instanceof Error ? error : new Error(String(error)))); // Node refuses odd headers at once
      return;
    }
    const onAbort = () => outgoing.destroy();
    signal.addEventListener('abort', onAbort, { once: true });
    outgoing.once('close', () => signal.removeEventListener('abort', onAbort));

    outgoing.once('proxyConnect', (answer: { statusCode: number }) => {
      if (answer.statusCode === 200 || route.proxyHost === undefined) return;
      outgoing.destroy(proxyFailure(op, route.proxyHost, route.authority, answer.statusCode));
    });
    const connectTimer = setTimeout(() => outgoing.destroy(timedOut()), limits.connectTimeoutMs);
    outgoing.once('socket', (socket) => {
      if (!socket.connecting && !isHandshaking(socket)) clearTimeout(connectTimer);
      else socket.once(route.isTls ? 'secureConnect' : 'connect', () => clearTimeout(connectTimer));
    });
    outgoing.once('close', () => clearTimeout(connectTimer));
    const idle = { isPaused: false };
    outgoing.setTimeout(limits.idleTimeoutMs, () => {
      if (!idle.isPaused) outgoing.destroy(timedOut());
    });

    let interimAnswers = 0;
    outgoing.on('information', () => {
      interimAnswers += 1;
      if (interimAnswers > limits.maxInterimAnswers) outgoing.destroy(tooManyInterim());
    });
    // Parts of a head keep the idle timer from firing, and Node hands on whole heads only.
    let headTimer: NodeJS.Timeout | undefined;
    let hasAnswer = false;
    outgoing.once('finish', () => {
      if (hasAnswer) return;
      headTimer = setTimeout(() => outgoing.destroy(timedOut()), limits.headSilences * limits.idleTimeoutMs);
    });
    outgoing.once('close', () => clearTimeout(headTimer));

    outgoing.on('error', (error) => reject(failureOf(error)));
    outgoing.once('upgrade', (_answer, socket) => {
      socket.destroy();
      reject(failureOf(switchedProtocols()));
    });
    // However it ends, it has an end: whoever waits for an answer that never comes would wait forever.
    outgoing.once('close', () => reject(failureOf(new Error('the connection was closed without an answer'))));
    outgoing.once('response', (incoming) => {
      clearTimeout(connectTimer);
      clearTimeout(headTimer);
      hasAnswer = true;
      if (incoming.statusCode === 407 && route.proxyHost !== undefined) {
        outgoing.destroy();
        reject(proxyFailure(op, route.proxyHost, route.authority, 407));
        return;
      }
      // Answered before the body has gone out (busy, disk full): nobody reads the rest, and the socket would never be free.
      incoming.once('end', () => {
        if (!outgoing.writableFinished) setImmediate(() => outgoing.writableFinished || outgoing.destroy());
      });
      resolve(answerOf(incoming, idle, limits, failureOf));
    });
    sendBody(outgoing, request.body);
  });
}

/** TLS holds a second copy of whatever is written and has not gone out: a large body goes out slice by slice. */
function sendBody(outgoing: http.ClientRequest, body: Uint8Array | undefined): void {
  if (body === undefined || body.byteLength <= sliceBytes) {
    outgoing.end(body);
    return;
  }
  let sentBytes = 0;
  const sendNext = () => {
    while (sentBytes < body.byteLength && !outgoing.destroyed) {
      const slice = body.subarray(sentBytes, sentBytes + sliceBytes);
      sentBytes += slice.byteLength;
      if (!outgoing.write(slice) && sentBytes < body.byteLength) return void outgoing.once('drain', sendNext);
    }
    if (!outgoing.destroyed) outgoing.end();
  };
  sendNext();
}

/**
 * Headers in the form in which Node sends the bytes that were signed: after the length of a body it encodes
 * Content-Disposition, and no other header, once more (nodejs/node#46528).
 */
function asNodeTakesThem({ headers, body }: WireRequest): WireRequest['headers'] {
  const disposition = headers['content-disposition'];
  if (disposition === undefined || body === undefined || body.byteLength === 0) return headers;
  return { ...headers, 'content-disposition': Buffer.from(disposition, 'utf8').toString('latin1') };
}

function isHandshaking(socket: Socket): boolean {
  const secured = socket as Partial<TLSSocket>;
  return secured.encrypted === true && (secured.getProtocol?.() ?? null) === null;
}

function answerOf(
  incoming: http.IncomingMessage,
  idle: { isPaused: boolean },
  limits: ExchangeLimits,
  failureOf: (error: Error) => CosFailure,
): WireAnswer {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const pipe = (sink: (bytes: Buffer) => void | Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => {
      let isEnded = false;
      const pace = new Pace(limits);
      let sinking: Promise<void> | undefined;
      // Chunk heads and trailers that drip are no data, but keep the idle timer from firing.
      const ticker = setInterval(() => {
        if (!idle.isPaused && pace.isTooSlow(0)) incoming.destroy(timedOut());
      }, limits.idleTimeoutMs);
      incoming.once('close', () => clearInterval(ticker));
      // Nobody is told before the sink has dealt with what it was given: the next attempt may use it again.
      const finish = (error?: Error) => {
        const settle = () => (error === undefined ? resolve() : reject(failureOf(error)));
        if (sinking === undefined) settle();
        else sinking.then(settle, stop);
      };
      // What the sink throws is its own business (a full disk, a body that is too large), not the network's.
      const stop = (error: unknown) => {
        reject(error instanceof Error ? error : new Error(String(error)));
        incoming.destroy();
      };
      incoming.on('data', (bytes: Buffer) => {
        if (pace.isTooSlow(bytes.length)) {
          incoming.destroy(timedOut());
          return;
        }
        try {
          sinking = sink(bytes) ?? undefined;
        } catch (error) {
          stop(error);
          return;
        }
        if (sinking === undefined) return;
        incoming.pause();
        idle.isPaused = true; // a slow disk is not a silent server
        sinking.then(() => {
          sinking = undefined;
          idle.isPaused = false;
          if (incoming.destroyed || isEnded) return;
          incoming.socket.setTimeout(limits.idleTimeoutMs);
          pace.restart();
          incoming.resume();
        }, stop);
      });
      incoming.once('end', () => {
        isEnded = true;
        finish(incoming.complete ? undefined : new Error('the body ended early'));
      });
      incoming.once('error', (error) => finish(error));
      incoming.once('close', () => {
        if (!isEnded) finish(new Error('the body ended early'));
      });
    });
  return {
    status: incoming.statusCode ?? 0,
    headers,
    pipe,
    read: async (maxBytes) => await readWhole({ headers, pipe }, maxBytes, limits, failureOf),
    discard() {
      if (!incoming.complete) incoming.destroy();
    },
  };
}
