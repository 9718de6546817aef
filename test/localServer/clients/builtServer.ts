import { build } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { LocalServerInfo } from '../../../src/localServer/info';

const root = resolve(import.meta.dirname, '../../..');

export interface Program {
  /** The bundle, as `node scripts/build.mjs` makes it. */
  readonly fsPath: string;
  remove(): void;
}

/** Bundles the local server into a folder of its own below `out/test`, so that test files do not wait for each other. */
export async function buildProgram(): Promise<Program> {
  mkdirSync(join(root, 'out/test'), { recursive: true });
  const folder = mkdtempSync(join(root, 'out/test/localServer-'));
  const fsPath = join(folder, 'localServer.js');
  await build({
    entryPoints: [join(root, 'src/localServer/main.ts')],
    outfile: fsPath,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
  return { fsPath, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface RunningProgram {
  readonly process: ChildProcess;
  readonly info: LocalServerInfo;
  /** Everything it wrote to standard output so far. */
  stdout(): string;
  stderr(): string;
  /** Sends a signal, SIGTERM unless told otherwise, and waits for its end. Answers its exit code, or the signal's name. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** Starts the program and waits for its JSON line. */
export async function startProgram(program: Program, args: readonly string[]): Promise<RunningProgram> {
  const child = spawn(process.execPath, [program.fsPath, '--port', '0', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  await new Promise<void>((ready, fail) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (stdout.includes('\n')) ready();
    });
    child.once('exit', (code) => fail(new Error(`the server ended with ${code}: ${stderr}`)));
  });
  return {
    process: child,
    info: JSON.parse(stdout) as LocalServerInfo,
    stdout: () => stdout,
    stderr: () => stderr,
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode;
      child.kill(signal);
      const [code, by] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      return code ?? by;
    },
  };
}

/** A new empty folder below the system's temporary one. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'cos-clients-'));
}
