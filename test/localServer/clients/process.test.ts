import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { accessToken } from '../control/testServer';
import { buildProgram, newFolder, startProgram, type Program, type RunningProgram } from './builtServer';
import { patternBytes } from './client';

const mebibyte = 1024 * 1024;

// Every test starts several processes.
vi.setConfig({ testTimeout: 120_000 });

let program: Program;
let folder: string;
let dataFolder: string;
const running: RunningProgram[] = [];
beforeAll(async () => void (program = await buildProgram()));
afterAll(() => program.remove());
beforeEach(() => {
  folder = newFolder();
  dataFolder = join(folder, 'data');
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function start(...args: string[]): Promise<RunningProgram> {
  const server = await startProgram(program, ['--data', dataFolder, ...args]);
  running.push(server);
  return server;
}

/** A hang in the file system heeds no other signal. */
const killedAfter = { timeout: 20_000, killSignal: 'SIGKILL' } as const;

/** Runs the program to its end; one that hangs is killed. */
function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program.fsPath, ...args], killedAfter, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? Number.NaN), stdout, stderr });
    });
  });
}

describe('the process', () => {
  it('prints one JSON line, logs to stderr, and stops cleanly on SIGTERM and SIGINT', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const server = await start('--seed', 'demo');
      expect(server.info.endpoints['us-south']).toBe(server.info.endpoint);
      await accessToken(server);
      expect(await server.stop(signal)).toBe(0);
      expect(server.stdout().split('\n')).toHaveLength(2);
      expect(server.stderr()).toContain(`Stopping: ${signal}`);
      expect(server.stderr()).not.toContain(server.info.apiKey);
      expect(server.stderr()).not.toContain('Warning');
      expect(existsSync(join(dataFolder, 'server.lock'))).toBe(false);
    }
  });

  it('stops with its parent when told so: at the end of standard input, or when a fork is disconnected', async () => {
    const server = await start('--exit-with-parent');
    server.process.stdin?.end();
    const [code] = (await once(server.process, 'exit')) as [number];
    expect(code).toBe(0);

    const forked = fork(program.fsPath, ['--port', '0', '--data', dataFolder, '--exit-with-parent'], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let log = '';
    forked.stderr!.on('data', (chunk: Buffer) => (log += chunk.toString()));
    await once(forked.stdout!, 'data');
    forked.disconnect();
    const [forkedCode] = (await once(forked, 'exit')) as [number];
    expect(forkedCode).toBe(0);
    // Its standard input was at its end from the beginning, which must not have stopped it.
    expect(log).toContain('Stopping: the parent process disconnected');
  });

  it('ends with one sentence and code 1 when it cannot start', async () => {
    const server = await start();
    const { port } = new URL(server.info.endpoint);
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const takenPort = (taken.address() as AddressInfo).port;
    const failures: [string[], RegExp][] = [
      [['--port', '0', '--data', dataFolder], /in use by another local server \(process \d+\)/],
      [
        ['--port', String(takenPort), '--data', join(folder, 'b')],
        new RegExp(`^Port ${takenPort} \\(us-south\\) is taken`),
      ],
      [['--port', '0', '--data', '/dev/null/data'], /data folder "\/dev\/null\/data" cannot be written/],
      [['--colour'], /--colour/],
      [['--port', port], /--data DIR is missing/],
    ];
    for (const [args, expected] of failures) {
      const { code, stdout, stderr } = await run(...args);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(expected);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
    taken.close();
  });

  it.runIf(process.platform === 'linux')(
    'ends with one sentence where the system makes no folders, in place of trying forever',
    async () => {
      for (const data of ['/proc/x', '/proc/x/y']) {
        const { code, stdout, stderr } = await run('--port', '0', '--data', data);
        expect([code, stdout]).toEqual([1, '']);
        expect(stderr).toBe(
          `The data folder "${data}" cannot be written (no such file or directory, ENOENT); choose another one with --data.\n`,
        );
      }
    },
  );

  it('tells its options and version', async () => {
    const help = await run('--help');
    expect([help.code, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toContain('--exit-with-parent');
    const version = await run('--version');
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('the files of the data folder', () => {
  it('can be read by their owner only, even in a folder that others may enter', async () => {
    mkdirSync(dataFolder, { mode: 0o755 });
    await start('--seed', 'demo', '--tls');
    const entries = readdirSync(dataFolder, { recursive: true, withFileTypes: true });
    const open = entries.filter((entry) => (statSync(join(entry.parentPath, entry.name)).mode & 0o077) !== 0);
    expect(open.map(({ name }) => name)).toEqual([]);
    expect(entries.map(({ name }) => name)).toEqual(expect.arrayContaining(['cos.db', 'ca.pem', 'identity.json']));
  });
});

describe('a kill during an upload', () => {
  const oldBytes = patternBytes(3 * mebibyte, 5);
  const newBytes = patternBytes(8 * mebibyte, 6);

  async function send(server: RunningProgram, method: string, path: string, body?: Buffer): Promise<Buffer> {
    const response = await fetch(server.info.endpoint + path, {
      method,
      headers: {
        authorization: `Bearer ${await accessToken(server)}`,
        'ibm-service-instance-id': server.info.serviceInstanceId,
      },
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** Sends the first `sentBytes` of the new body, then kills the server. Answers whether it had said 200 by then. */
  async function killWhileUploading(server: RunningProgram, sentBytes: number): Promise<'confirmed' | 'unknown'> {
    const token = await accessToken(server);
    const upload = request(`${server.info.endpoint}/kill-test/object`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-length': newBytes.length },
    });
    let outcome: 'confirmed' | 'unknown' = 'unknown';
    upload.on('response', (response) => {
      if (response.statusCode === 200) outcome = 'confirmed';
      response.resume();
    });
    const closed = new Promise((resolve) => upload.once('close', resolve));
    // The connection breaks when the server dies.
    upload.on('error', () => undefined);
    await new Promise<void>((flushed) => upload.write(newBytes.subarray(0, sentBytes), () => flushed()));
    await server.stop('SIGKILL');
    upload.destroy();
    await closed;
    return outcome;
  }

  it('leaves the old object or the new one, whole, and no stray bytes', async () => {
    let server = await start();
    await send(server, 'PUT', '/kill-test');
    for (const sentBytes of [1, mebibyte, 5 * mebibyte, newBytes.length - 1, newBytes.length, newBytes.length]) {
      await send(server, 'PUT', '/kill-test/object', oldBytes);
      const outcome = await killWhileUploading(server, sentBytes);
      server = await start();
      const found = await send(server, 'GET', '/kill-test/object');
      const is = found.equals(oldBytes) ? 'old' : found.equals(newBytes) ? 'new' : 'neither';
      const allowed = outcome === 'confirmed' ? ['new'] : sentBytes < newBytes.length ? ['old'] : ['old', 'new'];
      expect(allowed).toContain(is);
      expect(storedBytes(join(dataFolder, 'blobs'))).toBe(found.length);
    }
  });
});

function storedBytes(fsPath: string): number {
  return readdirSync(fsPath, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
