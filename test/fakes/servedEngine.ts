import { EventEmitter, once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import {
  CancellationTokenSource,
  createMessageConnection,
  PortMessageReader,
  PortMessageWriter,
} from 'vscode-jsonrpc/node';
import type { EngineClock } from '../../src/engine/clock';
import type { RetryPolicy } from '../../src/engine/http/retry';
import { serveOver } from '../../src/engine/serve';
import type { Connection, Credential } from '../../src/model/connection';
import type { CosError, Result } from '../../src/model/cosError';
import { connectionId, type ConnectionId, type TransferId } from '../../src/model/ids';
import { isFinal, type TransferSnapshot } from '../../src/model/transferState';
import type {
  EngineConfiguration,
  EngineMethod,
  EngineRequests,
  HostRequests,
  TransferRequest,
} from '../../src/protocol/requests';
import { protocolVersion } from '../../src/protocol/version';

/** What a test may say about its engine. */
export interface ServedEngineOptions {
  readonly connections: readonly Connection[];
  /** By connection id. */
  readonly credentials: Readonly<Record<string, Credential>>;
  readonly configuration?: Partial<EngineConfiguration>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly clock?: EngineClock;
  readonly retryPolicy?: RetryPolicy;
}

/** The other end of a real engine: requests go through JSON-RPC, in memory. */
export interface EngineUnderTest {
  send<M extends EngineMethod>(
    method: M,
    params: EngineRequests[M]['params'],
    signal?: AbortSignal,
  ): Promise<Result<EngineRequests[M]['result']>>;
  /** The value; fails the test with the engine's error where there is none. */
  ask<M extends EngineMethod>(method: M, params: EngineRequests[M]['params']): Promise<EngineRequests[M]['result']>;
  /** The error; fails the test where there is a value. */
  refuse<M extends EngineMethod>(method: M, params: EngineRequests[M]['params']): Promise<CosError>;
  /** Starts a transfer and answers what it is in the end. */
  run(request: TransferRequest): Promise<TransferSnapshot>;
  /** What a transfer is in the end. */
  ended(transferId: TransferId): Promise<TransferSnapshot>;
  readonly log: string[];
  /** Credentials that took the place of those that were resolved. */
  readonly kept: readonly Credential[];
  readonly transfers: Map<string, TransferSnapshot>;
  /** What was asked about existing targets; the answer is always `cancel`. */
  readonly clashQuestions: HostRequests['transfer/decideClashes']['params'][];
  readonly close: () => Promise<void>;
}

/** Settings that do nothing unusual. */
export const plainConfiguration: EngineConfiguration = {
  protocolVersion,
  strictTls: true,
  caFiles: [],
  useSystemCertificates: false,
  requestTimeoutMs: 10_000,
  memoryBudgetBytes: 128 * 1024 * 1024,
  maxConnections: 8,
  preferredPartBytes: 8 * 1024 * 1024,
};

/** Retries as the product does, without its waits. */
export const impatient: RetryPolicy = { maxAttempts: 7, maxConnectAttempts: 2, baseDelayMs: 2, maxDelayMs: 20 };

export const testConnectionId: ConnectionId = connectionId('test');

/** Starts an engine behind an in-memory connection and configures it. */
export async function startServedEngine(options: ServedEngineOptions): Promise<EngineUnderTest> {
  const { port1, port2 } = new MessageChannel();
  const served = serveOver(new PortMessageReader(port2), new PortMessageWriter(port2), {
    environment: options.environment ?? {},
    retryPolicy: options.retryPolicy ?? impatient,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  const connection = createMessageConnection(new PortMessageReader(port1), new PortMessageWriter(port1));
  const log: string[] = [];
  const transfers = new Map<string, TransferSnapshot>();
  const progressed = new EventEmitter().setMaxListeners(0);
  const missing = (op: string, kind: CosError['kind']) => ({
    ok: false,
    error: { kind, op, retry: 'never', detail: 'not in this test' },
  });
  connection.onRequest('connection/resolve', (params: { connectionId: string }): unknown => {
    const value = options.connections.find(({ id }) => id === params.connectionId);
    return value === undefined ? missing('connection/resolve', 'invalid') : { ok: true, value };
  });
  connection.onRequest('credential/resolve', (params: { connectionId: string }): unknown => {
    const value = options.credentials[params.connectionId];
    return value === undefined ? missing('credential/resolve', 'signInNeeded') : { ok: true, value };
  });
  const kept: Credential[] = [];
  connection.onRequest('credential/keep', (params: { credential: Credential }) => {
    kept.push(params.credential);
    return { ok: true, value: null };
  });
  const clashQuestions: EngineUnderTest['clashQuestions'] = [];
  connection.onRequest('transfer/decideClashes', (question: (typeof clashQuestions)[number]) => {
    clashQuestions.push(question);
    return { ok: true, value: 'cancel' };
  });
  connection.onNotification(
    'engine/log',
    (line: { level: string; text: string }) => void log.push(`${line.level} ${line.text}`),
  );
  connection.onNotification('transfers/progress', (progress: { transfers: TransferSnapshot[] }) => {
    for (const transfer of progress.transfers) transfers.set(transfer.transferId, transfer);
    progressed.emit('progress');
  });
  connection.listen();

  const engine: EngineUnderTest = {
    log,
    kept,
    transfers,
    clashQuestions,
    async send<M extends EngineMethod>(method: M, params: EngineRequests[M]['params'], signal?: AbortSignal) {
      const source = new CancellationTokenSource();
      if (signal?.aborted === true) source.cancel();
      signal?.addEventListener('abort', () => source.cancel(), { once: true });
      return await connection.sendRequest<Result<EngineRequests[M]['result']>>(method, params, source.token);
    },
    async ask(method, params) {
      const answer = await engine.send(method, params);
      if (!answer.ok) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
      return answer.value;
    },
    async refuse(method, params) {
      const answer = await engine.send(method, params);
      if (answer.ok) throw new Error(`${method} was expected to fail`);
      return answer.error;
    },
    async run(request) {
      const { transferId } = await engine.ask('transfers/start', request);
      return await engine.ended(transferId);
    },
    async ended(transferId) {
      for (;;) {
        const progress = once(progressed, 'progress');
        // Asked for, as what was told last may be of before a retry.
        const all = await engine.ask('transfers/list', null);
        const found = all.find((one) => one.transferId === transferId);
        if (found !== undefined && isFinal(found.state)) return found;
        await progress;
      }
    },
    async close() {
      await served.close();
      connection.dispose();
      port1.close();
      port2.close();
    },
  };
  await engine.ask('engine/configure', { ...plainConfiguration, ...options.configuration });
  return engine;
}
