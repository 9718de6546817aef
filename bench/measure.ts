import { runMeasured } from '../test/soak/builtPrograms';

/** One measured command. */
export interface Measurement {
  readonly wallMs: number;
  readonly peakMemoryBytes: number;
}

/** Runs a command line; throws with what it said when it fails. */
export async function measure(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Measurement> {
  const [program = '', ...args] = command;
  const run = await runMeasured(program, args, environment);
  if (run.exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${run.exitCode}: ${run.stderr.slice(-500)}`);
  return { wallMs: run.wallMs, peakMemoryBytes: run.peakMemoryBytes };
}

/** The middle one; for an even number the lower middle one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

/** Rounded to three digits, as a document for people has it. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
