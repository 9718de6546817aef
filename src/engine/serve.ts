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

/** The methods of the contract; a method without a handler does not compile. */
const methods: Readonly<Record<EngineMethod, true>> = {
  'engine/configure': true,
  'connection/test': true,
  'connection/forget': true,
  'buckets/list': true,
  'buckets/get': true,
  'buckets/create': true,
  'buckets/delete': true,
  'buckets/census': true,
  'buckets/expireEverything': true,
  'rootKeys/listInstances': true,
  'rootKeys/list': true,
  'objects/listPage': true,
  'objects/head': true,
  'objects/getTags': true,
  'objects/read': true,
  'objects/write': true,
  'objects/createFolder': true,
  'objects/count': true,
  'objects/url': true,
  'links/create': true,
  'announcements/claim': true,
  'website/plan': true,
  'website/get': true,
  'website/put': true,
  'attributes/get': true,
  'attributes/put': true,
  'archive/restore': true,
  'protection/get': true,
  'protection/addHold': true,
  'protection/removeHold': true,
  'protection/extend': true,
  'protection/setLock': true,
  'protection/setLockHold': true,
  'bucketProtection/get': true,
  'bucketProtection/put': true,
  'objectLock/get': true,
  'objectLock/put': true,
  'versions/listPage': true,
  'versions/restore': true,
  'versions/delete': true,
  'versions/undelete': true,
  'versions/undoDeletion': true,
  'versioning/get': true,
  'versioning/put': true,
  'documents/open': true,
  'documents/summary': true,
  'documents/check': true,
  'documents/plan': true,
  'documents/change': true,
  'documents/apply': true,
  'connection/allowChanges': true,
  'connection/diagnose': true,
  'locations/list': true,
  'accounts/findPasscodePage': true,
  'accounts/redeemPasscode': true,
  'accounts/listInstances': true,
  'accounts/createHmacKey': true,
  'backups/listPolicies': true,
  'backups/getPolicy': true,
  'backups/createPolicy': true,
  'backups/deletePolicy': true,
  'backups/listVaults': true,
  'backups/getVault': true,
  'backups/createVault': true,
  'backups/updateVault': true,
  'backups/deleteVault': true,
  'backups/listRanges': true,
  'backups/getRange': true,
  'backups/extendRange': true,
  'backups/startRestore': true,
  'backups/listRestores': true,
  'backups/getRestore': true,
  'bucketConfig/get': true,
  'bucketConfig/setQuota': true,
  'replication/listFailures': true,
  'replication/reattempt': true,
  'uploads/list': true,
  'uploads/abort': true,
  'transfers/start': true,
  'transfers/list': true,
  'transfers/cancel': true,
  'transfers/pause': true,
  'transfers/resume': true,
  'transfers/retry': true,
  'transfers/remove': true,
  'transfers/clearFinished': true,
};

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
    const handler = engine.handlers[method] as EngineHandlers['engine/configure'];
    return await handler(params as EngineConfiguration, signal);
  }

  for (const method of Object.keys(methods) as EngineMethod[]) {
    connection.onRequest(method, async (...received: unknown[]): Promise<Result<unknown>> => {
      const token = received.at(-1) as CancellationToken;
      const params = received.length > 1 ? received[0] : null;
      const signal = AbortSignal.any([signalOf(token), closing.signal]);
      try {
        return { ok: true, value: await handle(method, params, signal) };
      } catch (error) {
        return { ok: false, error: (signal.aborted ? cancelled(method) : asFailure(error, method)).error };
      }
    });
  }

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

function notConfigured(method: EngineMethod): CosFailure {
  const detail = `${method} came before engine/configure.`;
  return new CosFailure({ kind: 'internal', op: method, retry: 'never', detail });
}
