import type { MessagePort } from 'node:worker_threads';
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  PortMessageReader,
  PortMessageWriter,
  type CancellationToken,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc/node';
import type { Result } from '../model/cosError';
import type { EngineConfiguration, EngineMethod, HostMethod, HostRequests } from '../protocol/requests';
import { createEngine, type EngineOptions } from './createEngine';
import type { Engine, EngineHandlers, EngineHost } from './engine';
import { asFailure, cancelled, CosFailure } from './failure';

/** What a served engine gets besides what it is told over its connection. */
export type EngineOverrides = Omit<EngineOptions, 'host' | 'configuration'>;

/** A served engine. */
export interface ServedEngine {
  /** Ends running work, then the connection. */
  close(): Promise<void>;
}

/** Serves one engine over a port of a `MessageChannel`, until the port closes. For engines inside the extension host. */
export function serve(port: MessagePort, overrides: EngineOverrides = {}): ServedEngine {
  return serveOver(new PortMessageReader(port), new PortMessageWriter(port), overrides);
}

/** Serves one engine to the process that forked this one. */
export function serveParent(child: NodeJS.Process, overrides: EngineOverrides = {}): ServedEngine {
  return serveOver(new IPCMessageReader(child), new IPCMessageWriter(child), overrides);
}

/**
 * Serves one engine over a connection. The engine is built by the first `engine/configure`. The only place where thrown
 * failures become values and cancellation tokens become signals.
 */
export function serveOver(reader: MessageReader, writer: MessageWriter, overrides: EngineOverrides = {}): ServedEngine {
  const connection = createMessageConnection(reader, writer);
  const closing = new AbortController();
  const host = hostOver(connection, closing.signal);
  let engine: Engine | undefined;

  async function handle(method: EngineMethod, params: unknown, signal: AbortSignal): Promise<unknown> {
    if (engine === undefined) {
      if (method !== 'engine/configure') throw notConfigured(method);
      engine = createEngine({ ...overrides, host, configuration: params as EngineConfiguration });
    }
    if (!Object.hasOwn(engine.handlers, method)) throw unknownMethod(method);
    const handler = engine.handlers[method] as EngineHandlers['engine/configure'];
    return await handler(params as EngineConfiguration, signal);
  }

  connection.onRequest(async (name, received, token): Promise<Result<unknown>> => {
    const method = name as EngineMethod;
    // A lone parameter that is no object comes in an array.
    const params: unknown = Array.isArray(received) ? received[0] : received;
    const signal = AbortSignal.any([signalOf(token), closing.signal]);
    try {
      return { ok: true, value: await handle(method, params ?? null, signal) };
    } catch (error) {
      return { ok: false, error: (signal.aborted ? cancelled(method) : asFailure(error, method)).error };
    }
  });

  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= (async () => {
      closing.abort(new Error('the engine is closing'));
      await engine?.close();
      connection.dispose();
    })();
    return closed;
  };
  connection.onClose(() => void close());
  connection.listen();
  return { close };
}

/** The host at the other end. What it answers with a failure is thrown here. */
function hostOver(connection: MessageConnection, closing: AbortSignal): EngineHost {
  async function ask<M extends HostMethod>(
    method: M,
    params: HostRequests[M]['params'],
    signal: AbortSignal,
  ): Promise<HostRequests[M]['result']> {
    const source = new CancellationTokenSource();
    const cancel = (): void => source.cancel();
    if (signal.aborted) throw cancelled(method);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const answer = await connection.sendRequest<Result<HostRequests[M]['result']>>(method, params, source.token);
      if (!answer.ok) throw new CosFailure(answer.error);
      return answer.value;
    } catch (error) {
      if (signal.aborted || closing.aborted) throw cancelled(method);
      throw error;
    } finally {
      signal.removeEventListener('abort', cancel);
      source.dispose();
    }
  }
  return {
    resolveConnection: async (connectionId, signal) => await ask('connection/resolve', { connectionId }, signal),
    resolveCredential: async (connectionId, signal) => await ask('credential/resolve', { connectionId }, signal),
    keepCredential: async (connectionId, credential) => {
      await ask('credential/keep', { connectionId, credential }, closing);
    },
    decideClashes: async (params, signal) => await ask('transfer/decideClashes', params, signal),
    notify: (name, params) => {
      if (closing.aborted) return;
      connection.sendNotification(name, params).catch(() => undefined); // the other end is gone, and so is its log
    },
  };
}

function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

/** An extension and an engine of two versions, for the moment of an update. */
function unknownMethod(method: string): CosFailure {
  const detail = `The engine has no method ${method}.`;
  return new CosFailure({ kind: 'internal', op: method, retry: 'never', detail });
}

function notConfigured(method: EngineMethod): CosFailure {
  const detail = `${method} came before engine/configure.`;
  return new CosFailure({ kind: 'internal', op: method, retry: 'never', detail });
}
