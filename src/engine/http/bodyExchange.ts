import { cancelled, CosFailure } from '../failure';
import type { OriginRoute } from './agents';
import { UnsuitedAnswer, type BodyAnswer } from './bodyAnswer';
import type { BodySocket, BodySockets } from './bodySockets';
import { timedOut, type ExchangeLimits } from './answerLimits';
import type { WireAnswer, WireRequest } from './exchange';
import { networkFailure } from './networkFailure';
import { readWhole } from './readWhole';

/**
 * Sends a GET over a connection that reads bodies into a buffer it uses again: what the answer's `pipe` hands to its sink is
 * good only until the sink is done with it. One attempt, no retry, as `exchange`. Undefined where the answer is not a plain
 * one; then `exchange` has to ask again.
 */
export async function bodyExchange(
  op: string,
  route: OriginRoute,
  sockets: BodySockets,
  request: WireRequest,
  limits: ExchangeLimits,
  signal: AbortSignal,
): Promise<WireAnswer | undefined> {
  const failureOf = (thrown: unknown): CosFailure => {
    if (signal.aborted) return cancelled(op);
    if (thrown instanceof CosFailure) return thrown;
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    return networkFailure(error, { op, host: route.authority });
  };
  const head = headOf(route, request);
  if (head === undefined) return undefined;
  for (;;) {
    if (signal.aborted) throw cancelled(op);
    const socket = sockets.take();
    const answer = ask(socket, head, limits, signal);
    try {
      return await wireAnswer(answer, limits, failureOf);
    } catch (thrown) {
      if (thrown instanceof UnsuitedAnswer) return undefined;
      // The server had closed a connection that was kept: that says nothing about this request.
      if (socket.isReused && answer.isUntouched && !signal.aborted && !isTimeout(thrown)) continue;
      throw failureOf(thrown);
    }
  }
}

/** Undefined for what HTTP cannot carry: Node says so best. */
function headOf(route: OriginRoute, { method, path, headers }: WireRequest): string | undefined {
  const lines = Object.entries({
    'accept-encoding': 'identity',
    ...headers,
    ...route.headers,
    host: route.authority,
    connection: 'keep-alive',
  });
  if (/[^\x21-\x7e]/.test(path) || lines.some(([name, value]) => /[^\t\x20-\x7e\x80-\xff]/.test(name + value))) {
    return undefined;
  }
  return [`${method} ${path} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n');
}

function ask(one: BodySocket, head: string, limits: ExchangeLimits, signal: AbortSignal): BodyAnswer {
  const { socket } = one;
  const onAbort = () => socket.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  socket.on('timeout', () => {
    if (!one.isHeld) socket.destroy(timedOut());
  });
  if (!one.isReused) {
    const timer = setTimeout(() => socket.destroy(timedOut()), limits.connectTimeoutMs);
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => clearTimeout(timer));
    socket.once('close', () => clearTimeout(timer));
  }
  return one.ask(head, limits, () => signal.removeEventListener('abort', onAbort));
}

async function wireAnswer(
  answer: BodyAnswer,
  limits: ExchangeLimits,
  failureOf: (thrown: unknown) => CosFailure,
): Promise<WireAnswer> {
  const { status, headers } = await answer.head;
  const pipe: WireAnswer['pipe'] = (sink, place) =>
    answer.pipe(sink, place).catch((thrown: unknown) => {
      // What the sink throws is handed on as it is.
      throw thrown === answer.failure ? failureOf(thrown) : thrown;
    });
  return {
    status,
    headers,
    pipe,
    read: async (maxBytes) => await readWhole({ headers, pipe }, maxBytes, limits, failureOf),
    discard: () => answer.discard(),
  };
}

function isTimeout(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ETIMEDOUT';
}
