import { shownText } from '../../model/shownText';
import type { LogLine } from '../../protocol/notifications';
import type { EngineConfiguration } from '../../protocol/requests';
import type { EngineClock } from '../clock';
import { afterUnclearAttempt, asFailure, cancelled, isSaidNotDone, type CosFailure } from '../failure';
import { createAgents, type Agents, type ConnectionSettings } from './agents';
import { bodyExchange } from './bodyExchange';
import { answerLimits, type AnswerLimits, type ExchangeLimits } from './answerLimits';
import { exchange, type WireAnswer, type WireRequest } from './exchange';
import { createLimiter, type Limiter } from './limiter';
import { redactSecrets } from './redact';
import {
  askedWaitInAllMs,
  backOffMs,
  longestAskedWaitMs,
  retryAfterMs,
  type Repeatable,
  type RetryPolicy,
} from './retry';

/** One request of the engine, from its first attempt to its last. */
export interface HttpCall<T> {
  /** The operation, for failures and the log. */
  readonly op: string;
  /** `https://host[:port]`. */
  readonly origin: string;
  readonly repeatable: Repeatable;
  /** Failures that a repetition would only meet again, although others of their kind pass. */
  readonly isFinal?: (failure: CosFailure) => boolean;
  /**
   * Builds and signs the request anew for each attempt, since dates, tokens and ranges move on. Gets what failed the
   * attempt before, if there was one.
   */
  prepare(before?: CosFailure): Promise<WireRequest>;
  /** Reads the answer; throws `CosFailure` where it is an error. A lost body counts as a failed attempt. */
  consume(answer: WireAnswer): Promise<T>;
  /** Bytes that have arrived and are kept, if an attempt goes on where the last one broke: progress renews the patience. */
  readonly bytesArrived?: () => number;
  /** A GET whose body may be read into one buffer again and again: whoever gets a piece of it keeps no part of it. */
  readonly isBulk?: boolean;
  /** The service moves bytes before it answers, up to 5 GiB: it may be silent for longer. */
  readonly isLongWork?: boolean;
}

/** How much longer than usual an answer to long work may take. */
const longWorkFactor = 10;

/** The only way out of the engine: pooled connections, limits, timeouts and the one retry layer. */
export interface HttpClient {
  send<T>(call: HttpCall<T>, signal: AbortSignal): Promise<T>;
  /** New settings; requests in flight end under the old ones. Throws `CosFailure` and keeps the old ones on a bad file. */
  configure(configuration: EngineConfiguration): void;
  close(): Promise<void>;
}

/** What an HTTP client is made of. */
export interface HttpClientOptions {
  readonly configuration: EngineConfiguration;
  readonly clock: EngineClock;
  readonly policy: RetryPolicy;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly random: () => number;
  readonly log: (line: LogLine) => void;
  /** Tests make them small. */
  readonly limits?: AnswerLimits;
}

/** Sockets of an origin beyond those of transfers, so that browsing goes on while they run. */
const interactiveSockets = 6;

/** Creates the engine's HTTP client. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { clock, policy, log } = options;
  const limiters = new Map<string, Limiter>();
  const unsuited = new Set<string>();
  const retired: Agents[] = [];
  const closing = new AbortController();
  let configuration = options.configuration;
  let agents = agentsFor(configuration);

  function agentsFor(wanted: EngineConfiguration): Agents {
    return createAgents(connectionSettings(wanted, options.environment));
  }

  function limiterFor(origin: string): Limiter {
    const known = limiters.get(origin);
    if (known !== undefined) return known;
    const created = createLimiter(configuration.maxConnections + interactiveSockets, clock);
    limiters.set(origin, created);
    return created;
  }

  /** Bulk over connections of its own, unless the origin has answered there in a way that only Node's parser reads. */
  async function ask<T>(
    call: HttpCall<T>,
    request: WireRequest,
    limits: ExchangeLimits,
    signal: AbortSignal,
  ): Promise<WireAnswer> {
    const route = agents.routeTo(call.origin);
    if (call.isBulk === true && route.bodySockets !== undefined && !unsuited.has(call.origin)) {
      const answer = await bodyExchange(call.op, route, route.bodySockets, request, limits, signal);
      if (answer !== undefined) return answer;
      unsuited.add(call.origin);
    }
    return await exchange(call.op, route, request, limits, signal);
  }

  /** One attempt. Returns the value, or the failure with how long to wait at least before the next. */
  async function attempt<T>(
    call: HttpCall<T>,
    attemptNumber: number,
    before: CosFailure | undefined,
    signal: AbortSignal,
  ): Promise<{ ok: true; value: T } | { ok: false; failure: CosFailure; waitMs: number; askedMs?: number }> {
    const limiter = limiterFor(call.origin);
    const waitMs = backOffMs(policy, attemptNumber, options.random);
    try {
      await limiter.acquire(signal);
    } catch (error) {
      throw signal.aborted ? cancelled(call.op) : asFailure(error, call.op);
    }
    const startedAtMs = clock.monotonicMs();
    let answer: WireAnswer | undefined;
    let request: WireRequest | undefined;
    let pauseMs = waitMs;
    let askedMs: number | undefined;
    const report = (level: LogLine['level'], outcome: string) => {
      const text = logText(call, request, answer, clock.monotonicMs() - startedAtMs, attemptNumber, outcome);
      log({ level, text: shownText(text) });
    };
    try {
      request = await call.prepare(before);
      const { requestTimeoutMs } = configuration;
      const idleTimeoutMs = requestTimeoutMs * (call.isLongWork === true ? longWorkFactor : 1);
      const connectTimeoutMs = Math.min(requestTimeoutMs, 15_000);
      const limits = { ...(options.limits ?? answerLimits), idleTimeoutMs, connectTimeoutMs };
      answer = await ask(call, request, limits, signal);
      askedMs = retryAfterMs(answer.headers['retry-after'], clock.nowMs());
      pauseMs = Math.min(longestAskedWaitMs, askedMs ?? waitMs);
      const value = await call.consume(answer);
      report('debug', '');
      limiter.release('answered');
      return { ok: true, value };
    } catch (error) {
      answer?.discard(); // a body that nobody reads would hold its connection forever
      const failure = signal.aborted ? cancelled(call.op) : asFailure(error, call.op);
      redactSecrets(failure, request);
      const { kind, reason, detail } = failure.error;
      report(kind === 'cancelled' || reason === 'noSuchKey' ? 'debug' : 'warn', `${kind}: ${detail}`);
      if (kind === 'throttled') limiter.release('throttled', pauseMs);
      else limiter.release(answer === undefined ? 'failed' : 'answered');
      return { ok: false, failure, waitMs: pauseMs, ...(askedMs === undefined ? {} : { askedMs }) };
    }
  }

  return {
    async send(call, callerSignal) {
      const signal = AbortSignal.any([callerSignal, closing.signal]);
      let arrived = call.bytesArrived?.() ?? 0;
      let before: CosFailure | undefined;
      let mayBeDone = false;
      let askedInAllMs = 0;
      for (let attemptNumber = 1; ; attemptNumber++) {
        const result = await attempt(call, attemptNumber, before, signal);
        if (result.ok) return result.value;
        before = result.failure;
        if (mayBeDone) afterUnclearAttempt(before);
        mayBeDone ||= mayHaveActed(before);
        const nowArrived = call.bytesArrived?.() ?? 0;
        if (nowArrived > arrived) attemptNumber = 1;
        arrived = nowArrived;
        if (call.isFinal?.(before) === true || !mayRepeat(result.failure, call.repeatable, attemptNumber, policy))
          throw result.failure;
        const { askedMs } = result;
        askedInAllMs += askedMs ?? 0;
        if (askedMs !== undefined && (askedMs > longestAskedWaitMs || askedInAllMs > askedWaitInAllMs)) {
          throw result.failure.leftAlone(askedMs);
        }
        await clock.sleep(result.waitMs, signal).catch(() => {
          throw cancelled(call.op);
        });
      }
    },
    configure(wanted) {
      const next = agentsFor(wanted);
      agents.retire();
      retired.push(agents);
      agents = next;
      if (wanted.maxConnections !== configuration.maxConnections) limiters.clear();
      configuration = wanted;
    },
    async close() {
      closing.abort(new Error('the engine is closing'));
      for (const old of [...retired, agents]) old.close();
    },
  };
}

/** What shapes connections, of the engine's settings and its environment. */
export function connectionSettings(
  wanted: EngineConfiguration,
  environment: HttpClientOptions['environment'],
): ConnectionSettings {
  return {
    ...(wanted.proxyUrl === undefined ? {} : { proxyUrl: wanted.proxyUrl }),
    ...(wanted.noProxy === undefined ? {} : { noProxy: wanted.noProxy }),
    environment,
    strictTls: wanted.strictTls,
    useSystemCertificates: wanted.useSystemCertificates,
    caFiles: wanted.caFiles,
    maxSockets: wanted.maxConnections + interactiveSockets,
  };
}

/** Whether the service may have acted on a request that failed so: its answer was lost, or it broke at its work. */
export function mayHaveActed({ error: { kind, reason, httpStatus } }: CosFailure): boolean {
  return kind === 'network' && httpStatus !== 503 && !wasNeverSent(reason);
}

function wasNeverSent(reason: CosFailure['error']['reason']): boolean {
  return reason === 'hostUnknown' || reason === 'connectionRefused';
}

function mayRepeat(failure: CosFailure, repeatable: Repeatable, attempts: number, policy: RetryPolicy): boolean {
  const { kind, reason, retry } = failure.error;
  if (kind === 'throttled') return attempts < policy.maxAttempts;
  if (kind !== 'network' || retry !== 'later') return false;
  // Nothing was sent, so nothing can have happened; but a wrong address should be reported soon.
  if (wasNeverSent(reason)) return attempts < policy.maxConnectAttempts;
  return (repeatable === 'always' || isSaidNotDone(failure)) && attempts < policy.maxAttempts;
}

/** One line for the log: method, host, path, status, milliseconds, request id. Never a header or a secret. */
function logText<T>(
  call: HttpCall<T>,
  request: WireRequest | undefined,
  answer: WireAnswer | undefined,
  durationMs: number,
  attemptNumber: number,
  outcome: string,
): string {
  const where = request === undefined ? call.origin : `${request.method} ${call.origin}${withoutSecrets(request.path)}`;
  const requestId = answer?.headers['x-amz-request-id'] ?? answer?.headers['x-clv-request-id'];
  return [
    call.op,
    where,
    answer === undefined ? '' : String(answer.status),
    `${Math.round(durationMs)} ms`,
    attemptNumber > 1 ? `attempt ${attemptNumber}` : '',
    requestId === undefined ? '' : `request ${requestId}`,
    outcome,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** A path whose query keeps only what cannot be a secret. */
export function withoutSecrets(path: string): string {
  const question = path.indexOf('?');
  if (question < 0) return path;
  const query = path
    .slice(question + 1)
    .split('&')
    .map((pair) =>
      /^(?:x-amz-(?:signature|credential|security-token)|apikey|token)=/i.test(pair) ? pair.replace(/=.*/, '=…') : pair,
    )
    .join('&');
  return `${path.slice(0, question)}?${query}`;
}
