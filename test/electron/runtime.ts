import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { LocalServerInfo } from '../../src/localServer/info';

/** The Electron under test. The layer is skipped where none is named. */
export const electron = process.env['COS_TEST_ELECTRON'] ?? '';

/** A program of the package, as `npm run build` made it. */
export const programOf = (name: 'cos' | 'engine' | 'localServer'): string => resolve(`dist/${name}.js`);

/** As VS Code runs its Electron for the engine: a Node.js, with nothing else of the machine's environment. */
const environment = (more: Readonly<Record<string, string>>) => ({
  PATH: '/usr/bin:/bin',
  ELECTRON_RUN_AS_NODE: '1',
  ...more,
});

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end in the Electron. */
export function runInElectron(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((done) => {
    const options = { env: environment(more), timeout: 60_000, maxBuffer: 64 * 1024 * 1024 };
    execFile(electron, [...args], options, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

/** What a script prints as JSON in the Electron. */
export async function evaluate<T>(script: string, more: Readonly<Record<string, string>> = {}): Promise<T> {
  const { code, stdout, stderr } = await runInElectron(['-e', script], more);
  if (code !== 0) throw new Error(`the script ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

export interface RunningServer {
  readonly info: LocalServerInfo;
  stop(): Promise<void>;
}

/** Starts the local server with `--tls` in an executable, and waits for its line. */
export async function startTlsServer(executable: string, dataFolder: string): Promise<RunningServer> {
  const args = [programOf('localServer'), '--port', '0', '--tls', '--data', dataFolder];
  const child: ChildProcess = spawn(executable, args, { env: environment({}), stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  await new Promise<void>((ready, fail) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (stdout.includes('\n')) ready();
    });
    child.once('exit', (code) => fail(new Error(`the local server ended with ${code}: ${stderr}`)));
  });
  return {
    info: JSON.parse(stdout) as LocalServerInfo,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
