import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as esbuild from 'esbuild';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import type { Connection, Credential } from '../../src/model/connection';
import type { Result } from '../../src/model/cosError';
import type { TransferSnapshot } from '../../src/model/transferState';
import type { EngineConfiguration, EngineMethod, EngineRequests } from '../../src/protocol/requests';
import { plainConfiguration } from './servedEngine';

/** Bundles the engine as the package does. */
export async function bundleEngine(outfile: string): Promise<void> {
  await esbuild.build({
    entryPoints: ['src/engine/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
}

/** A real engine in a process of its own. */
export interface EngineProcess {
  readonly pid: number;
  /** What it logged, and wrote to its standard outputs. */
  readonly said: string[];
  /** Credentials that took the place of the one it began with. */
  readonly kept: Credential[];
  send<M extends EngineMethod>(
    method: M,
    params: EngineRequests[M]['params'],
  ): Promise<Result<EngineRequests[M]['result']>>;
  ask<M extends EngineMethod>(method: M, params: EngineRequests[M]['params']): Promise<EngineRequests[M]['result']>;
  /** Called with every snapshot that is told. */
  onProgress: (snapshot: TransferSnapshot) => void;
  /** SIGKILL: nothing can be tidied up. */
  kill(): Promise<void>;
  /** As a window that closes. */
  close(): Promise<void>;
}

/** Forks a bundled engine with one connection and configures it. */
export async function startEngineProcess(
  bundle: string,
  cos: { readonly connection: Connection; readonly credential: Credential },
  configuration: Partial<EngineConfiguration>,
): Promise<EngineProcess> {
  const child = fork(bundle, [], { serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const kept: Credential[] = [];
  const ended = once(child, 'exit');
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.onRequest('connection/resolve', () => ({ ok: true, value: cos.connection }));
  connection.onRequest('credential/resolve', () => ({ ok: true, value: cos.credential }));
  connection.onRequest('credential/keep', ({ credential }: { credential: Credential }) => {
    kept.push(credential);
    return { ok: true, value: null };
  });
  connection.onNotification('engine/log', (line: { text: string }) => void said.push(line.text));
  connection.onNotification('transfers/progress', ({ transfers }: { transfers: TransferSnapshot[] }) => {
    for (const snapshot of transfers) engine.onProgress(snapshot);
  });
  connection.listen();
  const engine: EngineProcess = {
    pid: child.pid ?? 0,
    said,
    kept,
    onProgress: () => undefined,
    send: async (method, params) => await connection.sendRequest(method, params),
    async ask(method, params) {
      const answer = await engine.send(method, params);
      if (!answer.ok) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
      return answer.value;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
      connection.dispose();
    },
    async close() {
      connection.dispose();
      child.disconnect();
      await ended;
    },
  };
  await engine.ask('engine/configure', { ...plainConfiguration, ...configuration });
  return engine;
}
