import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** One measured command. */
export interface Measurement {
  readonly wallMs: number;
  /** User and system time of the process and of what it started. */
  readonly cpuMs: number;
  /** Largest resident set seen (VmHWM), on Linux; 0 elsewhere. */
  readonly peakMemoryBytes: number;
}

/** Longer than the slowest rival takes for the largest case; a program that hangs must not hang the benchmark. */
const longestRunMs = 90_000;

/** Tells the process id and, at the end, the processor times: Node does not tell those of its children. */
const timingScript = '"$@" 3>&- & echo $! >&3; wait $!; code=$?; times >&3; exit $code';

/** Runs a command line; throws with what it said when it fails. */
export async function measure(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Measurement> {
  const startedAtMs = performance.now();
  const child = spawn('bash', ['-c', timingScript, 'bash', ...command], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  let times = '';
  let peakMemoryBytes = 0;
  child.stderr?.on('data', (bytes: Buffer) => (errors = (errors + bytes.toString()).slice(-4000)));
  child.stdio[3]?.on('data', (bytes: Buffer) => (times += bytes.toString()));
  const sampler = setInterval(() => {
    // The high-water mark grows only, so the last sample before the end is nearly the whole truth.
    peakMemoryBytes = Math.max(peakMemoryBytes, peakMemoryOf(Number.parseInt(times, 10)));
  }, 20);
  const stopper = setTimeout(() => process.kill(Number.parseInt(times, 10)), longestRunMs);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  clearInterval(sampler);
  clearTimeout(stopper);
  const wallMs = performance.now() - startedAtMs;
  if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${exitCode}: ${errors.slice(-500)}`);
  return { wallMs, cpuMs: childTimesMs(times), peakMemoryBytes };
}

function peakMemoryOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0; // ended, or not Linux
  }
}

/** The last line of `times` is of the children: `0m1.230s 0m0.120s`. */
function childTimesMs(times: string): number {
  const last = times.trim().split('\n').at(-1) ?? '';
  const each = [...last.matchAll(/(\d+)m([\d.]+)s/g)];
  return each.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000, 0);
}

/** The middle one; for an even number the lower middle one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

/** Rounded to three digits, as a document for people has it. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
