import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { LocalServerInfo } from '../../src/localServer/info';

/** A local server of the built package, in a process of its own. */
export interface BuiltServer {
  readonly info: LocalServerInfo;
  stop(): Promise<void>;
}

/** Starts `dist/localServer.js` on free ports. */
export async function startBuiltServer(dataFolder: string, more: readonly string[] = []): Promise<BuiltServer> {
  requireBuilt('dist/localServer.js');
  const args = ['dist/localServer.js', '--port', '0', '--data', dataFolder, ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (bytes: Buffer) => (log = (log + bytes.toString()).slice(-4000)));
  const exited = once(child, 'exit');
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([text]) => text as string),
    exited.then(() => Promise.reject(new Error(`the local server ended before it was ready: ${log}`))),
  ]);
  return {
    info: JSON.parse(line) as LocalServerInfo,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** How a measured process ended. */
export interface MeasuredRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly wallMs: number;
  /** Largest resident set seen (VmHWM), on Linux; 0 elsewhere. */
  readonly peakMemoryBytes: number;
}

/** Runs a program and watches its memory. */
export async function runMeasured(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<MeasuredRun> {
  const startedAtMs = performance.now();
  const child = spawn(program, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  let peakMemoryBytes = 0;
  child.stdout.on('data', (bytes: Buffer) => (stdout = (stdout + bytes.toString()).slice(-100_000)));
  child.stderr.on('data', (bytes: Buffer) => (stderr = (stderr + bytes.toString()).slice(-100_000)));
  const statusFile = `/proc/${child.pid ?? 0}/status`;
  const sampler = setInterval(() => {
    // The high-water mark grows only, so the last sample before the end is nearly the whole truth.
    if (!existsSync(statusFile)) return;
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(statusFile, 'utf8'))?.[1];
    peakMemoryBytes = Math.max(peakMemoryBytes, Number(peak ?? 0) * 1024);
  }, 50);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  clearInterval(sampler);
  return { exitCode, stdout, stderr, peakMemoryBytes, wallMs: performance.now() - startedAtMs };
}

/** Fails with what to do when a bundle is missing. */
export function requireBuilt(fsPath: string): void {
  if (!existsSync(fsPath)) throw new Error(`"${fsPath}" is missing; run "node scripts/build.mjs" first`);
}
