import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findRunningServer,
  parseServerInfo,
  startServer,
  stopFoundServer,
  stopServer,
  type ServerStart,
} from '../../../src/extension/localServer/serverProcess';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'server-process-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = (name: string): ServerStart => ({
  scriptFsPath: join(import.meta.dirname, 'fakeLocalServer.cjs'),
  dataFolderFsPath: join(folder, name),
  logFsPath: join(folder, 'logs', 'server.log'),
  port: 0,
  lifetime: 'window',
  environment: { ...process.env, IBMCLOUD_API_KEY: 'top-secret' },
});

describe('the process of the local server', () => {
  it('is ready with its line, can be found by others while it runs, and stops', async () => {
    const started = await startServer(start('data'));
    if (started.kind !== 'running') throw new Error(started.message);
    expect(started.info).toMatchObject({
      apiKey: 'k',
      hmac: { accessKeyId: 'a', secretAccessKey: 's' },
      endpoints: { 'us-south': started.info.endpoint },
    });
    const found = await findRunningServer(join(folder, 'data'));
    expect(found).toMatchObject({ pid: started.child.pid, info: { endpoint: started.info.endpoint } });
    await stopServer(started.child, started.ended);
    expect(await started.ended).toBe('exit code 0');
    expect(await findRunningServer(join(folder, 'data'))).toBeUndefined();
  });

  it('is stopped by another window only as long as it is the process that was found', async () => {
    const started = await startServer(start('data'));
    if (started.kind !== 'running') throw new Error(started.message);
    const { pid } = (await findRunningServer(join(folder, 'data')))!;
    await stopFoundServer(join(folder, 'data'), pid);
    expect(await started.ended).toBe('exit code 0');

    // Its number belongs to another program by now.
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 60_000)'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => other.once('exit', (_code, signal) => resolve(signal)));
    writeFileSync(join(folder, 'data', 'server.lock'), JSON.stringify({ pid: other.pid }));
    await stopFoundServer(join(folder, 'data'), other.pid!);
    other.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
  });

  it('is at the address of its last start, and at another one when that is taken', async () => {
    const endpointOfStart = async (port: number): Promise<string> => {
      const started = await startServer({ ...start('data'), port });
      if (started.kind !== 'running') throw new Error(started.message);
      await stopServer(started.child, started.ended);
      return started.info.endpoint;
    };
    const first = await endpointOfStart(0);
    expect(await endpointOfStart(0)).toBe(first);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(Number(new URL(first).port), '127.0.0.1', resolve));
    const second = await endpointOfStart(0);
    expect(second).not.toBe(first);
    await expect(endpointOfStart(Number(new URL(first).port))).rejects.toThrow('is taken');
    await new Promise((resolve) => other.close(resolve));
    expect(await endpointOfStart(0)).toBe(second);
  });

  it('leaves the sentence of the server when it will not start', async () => {
    expect(await startServer(start('refuses'))).toEqual({
      kind: 'failed',
      message: 'The port 80 cannot be used (EACCES); choose another one with --port.',
    });
    expect(readFileSync(join(folder, 'logs', 'server.log'), 'utf8')).toContain('Something.');
  });

  it('is ended when its first line is not the one of the server', async () => {
    expect(await startServer(start('babbles'))).toEqual({ kind: 'failed', message: 'signal SIGKILL' });
  });

  it('is not found where nothing ran', async () => {
    expect(await findRunningServer(folder)).toBeUndefined();
  });
});

describe('the line of the local server', () => {
  it.each(['', '[]', '{}', '{"endpoint":"http://127.0.0.1:1"}', 'null'])('is not %s', (line) => {
    expect(parseServerInfo(line)).toBeUndefined();
  });
});
