import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import * as esbuild from 'esbuild';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  PortMessageReader,
  PortMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { plainConfiguration, testConnectionId } from '../fakes/servedEngine';

describe('the engine as a process', () => {
  let folder: string;
  let bundle: string;
  let silent: Server;
  const children: ChildProcess[] = [];
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cos-engine-'));
    bundle = join(folder, 'engine.js');
    await esbuild.build({
      entryPoints: ['src/engine/main.ts'],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node22',
      mainFields: ['module', 'main'],
      logLevel: 'error',
    });
    silent = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  });
  afterAll(async () => {
    // An engine of this process keeps its connections for a while.
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (): { child: ChildProcess; connection: MessageConnection; ended: Promise<unknown[]> } => {
    const child = fork(bundle, [], { serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    children.push(child);
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    answerAs(connection, `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    return { child, connection, ended: once(child, 'exit') };
  };

  it('refuses a method that it does not have as a value, also one that every object has', async () => {
    const { connection } = start();
    await connection.sendRequest('engine/configure', plainConfiguration);
    for (const method of ['objects/sing', 'constructor', '__proto__']) {
      expect(await connection.sendRequest(method, {})).toMatchObject({
        ok: false,
        error: { kind: 'internal', op: method },
      });
    }
  });

  it('says who it is, and exits when its parent is gone', async () => {
    const { child, connection, ended } = start();
    const answer = await connection.sendRequest('engine/configure', plainConfiguration);
    expect(answer).toEqual({ ok: true, value: { protocolVersion: 1, pid: child.pid } });
    connection.dispose();
    child.disconnect();
    expect(await ended).toEqual([0, null]);
  });

  it('exits when its parent is gone, also while a request waits for a silent server', async () => {
    const { child, connection, ended } = start();
    await connection.sendRequest('engine/configure', plainConfiguration);
    const asked = once(silent, 'connection');
    const listing = connection.sendRequest('buckets/list', { connectionId: testConnectionId });
    listing.catch(() => undefined); // the connection ends before the answer
    await asked;
    connection.dispose();
    child.disconnect();
    expect(await ended).toEqual([0, null]);
  });

  it('lets pending requests fail when it is killed', async () => {
    const { child, connection, ended } = start();
    await connection.sendRequest('engine/configure', plainConfiguration);
    const asked = once(silent, 'connection');
    const listing = connection.sendRequest('buckets/list', { connectionId: testConnectionId });
    const outcome = listing.then(
      () => 'answered',
      () => 'failed',
    );
    await asked;
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    connection.dispose();
    expect(await outcome).toBe('failed');
  });

  it('refuses to work before it is configured, or with another version', async () => {
    const { connection } = start();
    expect(await connection.sendRequest('transfers/list', null)).toMatchObject({
      ok: false,
      error: { kind: 'internal' },
    });
    const other = { ...plainConfiguration, protocolVersion: 2 };
    expect(await connection.sendRequest('engine/configure', other)).toMatchObject({
      ok: false,
      error: { kind: 'unsupported', op: 'engine/configure' },
    });
    expect(await connection.sendRequest('engine/configure', plainConfiguration)).toMatchObject({ ok: true });
    connection.dispose();
  });

  it('exits with a code when nobody forked it', async () => {
    const child = spawn(process.execPath, [bundle], { stdio: ['ignore', 'ignore', 'pipe'] });
    children.push(child);
    let said = '';
    child.stderr?.on('data', (bytes) => (said += String(bytes)));
    expect(await once(child, 'close')).toEqual([2, null]);
    expect(said).toContain('VS Code starts it');
  });

  it('serves inside another process when it is loaded instead', async () => {
    const engine = createRequire(bundle)(bundle) as { serve(port: unknown): { close(): Promise<void> } };
    const { port1, port2 } = new MessageChannel();
    const served = engine.serve(port2);
    const connection = createMessageConnection(new PortMessageReader(port1), new PortMessageWriter(port1));
    answerAs(connection, 'http://127.0.0.1:1');
    expect(await connection.sendRequest('engine/configure', plainConfiguration)).toMatchObject({ ok: true });
    expect(await connection.sendRequest('buckets/list', { connectionId: testConnectionId })).toMatchObject({
      ok: false,
      error: { reason: 'connectionRefused' },
    });
    await served.close();
    connection.dispose();
    port1.close();
  });
});

/** Answers as the extension does, for one HMAC connection to an endpoint. */
function answerAs(connection: MessageConnection, endpoint: string): void {
  const hmac = {
    kind: 'hmac',
    id: testConnectionId,
    name: 'test',
    endpoint,
    region: 'us-south',
    addressingStyle: 'path',
  };
  const key = { kind: 'hmac', accessKeyId: 'id', secretAccessKey: 'secret' };
  connection.onRequest('connection/resolve', () => ({ ok: true, value: hmac }));
  connection.onRequest('credential/resolve', () => ({ ok: true, value: key }));
  connection.onNotification('engine/log', () => undefined);
  connection.listen();
}
