import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { LocalServerInfo } from '../../src/localServer/info';

/** What a run of the command left behind. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  /** But for what vouches for the bytes, which ends every copy that was made. */
  readonly stderr: string;
  readonly verdicts: readonly string[];
}

const verdictLine = /^cos: (?:\d+ items? )?(?:verified by |size only: |taken on trust: )/;

/** How to run the command once. */
export interface CommandRun {
  readonly input?: Buffer;
  readonly environment?: Readonly<Record<string, string>>;
  /** Sends a signal, SIGINT if no other is named, when this appears in the output. */
  readonly interruptAt?: RegExp;
  readonly interruptWith?: NodeJS.Signals;
  /** Stops reading the output for good when this appears in it, as `head` does. */
  readonly closeOutputAt?: RegExp;
}

/** Bundles `src/cli` as the package does, into a folder of its own. Answers with the bundle's path. */
export async function buildCosCommand(): Promise<string> {
  const outdir = mkdtempSync(join(tmpdir(), 'cos-command-'));
  await build({
    entryPoints: { cos: 'src/cli/start.ts', cosMain: 'src/cli/main.ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    mainFields: ['module', 'main'],
    outdir,
    logLevel: 'error',
    define: { COS_VERSION: JSON.stringify('1.2.3') },
  });
  return join(outdir, 'cos.js');
}

/** Environment in which the command finds the local server's HMAC pair, and nothing of the machine's own. */
export function hmacEnvironment(info: LocalServerInfo, home: string): Record<string, string> {
  return {
    HOME: home,
    AWS_ACCESS_KEY_ID: info.accessKeyId,
    AWS_SECRET_ACCESS_KEY: info.secretAccessKey,
    AWS_ENDPOINT_URL_S3: info.endpoint,
  };
}

/** Runs the command as a process of its own. */
export async function runCos(bundle: string, args: readonly string[], run: CommandRun = {}): Promise<CommandResult> {
  const child = spawn(process.execPath, [bundle, ...args], { env: run.environment ?? {}, stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  let isInterrupted = false;
  const watch = () => {
    if (run.closeOutputAt?.test(stdout) === true) child.stdout.destroy();
    if (isInterrupted || run.interruptAt?.test(stdout) !== true) return;
    isInterrupted = true;
    child.kill(run.interruptWith ?? 'SIGINT');
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    watch();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined); // the command may end before it has read everything
  child.stdin.end(run.input);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const lines = stderr.split(/(?<=\n)/);
  const isVerdict = (line: string) => verdictLine.test(line);
  return {
    exitCode,
    stdout,
    stderr: lines.filter((line) => !isVerdict(line)).join(''),
    verdicts: lines.filter(isVerdict).map((line) => line.trim().replace(/^cos: /, '')),
  };
}
