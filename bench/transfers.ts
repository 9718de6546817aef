import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { LocalServerInfo } from '../src/localServer/info';
import { measure, median, rounded, type Measurement } from './measure';
import { findPrograms, type Program } from './programs';
import { transferCases, writeSource, type TransferCase } from './transferCases';
import { settingNames, startSetting, type Setting, type SettingName } from './transferServers';

/** What of the benchmark to run, and for how long. */
export interface TransferOptions {
  readonly cases: readonly string[];
  readonly settings: readonly string[];
  readonly repetitions: number;
  /** No measurement begins after this; what was left out is said. */
  readonly minutes: number;
}

/** What one program did in one case: medians of the repetitions; the peak is the highest. */
export interface ProgramResult {
  readonly name: string;
  readonly wholeMs: number;
  readonly wholeCpuMs: number;
  /** Less what the program takes to start. */
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMemoryMB: number;
  /** Ours ÷ theirs: below 1 is better. */
  readonly wallRatio: number;
  readonly cpuRatio: number;
  /** Why there are no numbers. */
  readonly failure?: string;
}

/** One case in one direction against one server. */
export interface TransferResult {
  readonly case: string;
  readonly setting: SettingName;
  readonly direction: 'up' | 'down';
  readonly repetitions: number;
  readonly programs: readonly ProgramResult[];
}

/** The whole answer of the benchmark. */
export interface TransferReport {
  readonly programs: readonly { readonly name: string; readonly version: string }[];
  readonly missing: readonly string[];
  readonly leftOut: readonly string[];
  readonly results: readonly TransferResult[];
}

const bucket = 'bench-transfers';

/** Data of several shapes, up and down, against the clients found on this machine, interleaved. */
export async function benchTransfers(
  _info: LocalServerInfo,
  folder: string,
  options: TransferOptions,
): Promise<TransferReport> {
  const cases = chosen('case', transferCases, options.cases, ({ name }) => name);
  const settings = chosen('setting', settingNames, options.settings, (name) => name);
  const deadlineMs = performance.now() + options.minutes * 60_000;
  const results: TransferResult[] = [];
  const leftOut: string[] = [];
  let found: ReturnType<typeof findPrograms> | undefined;
  for (const one of cases) {
    const source = writeSource(folder, one);
    for (const name of settings) {
      const setting = await startSetting(name, folder);
      try {
        found = findPrograms(one.isFar ? setting.far : setting.near, folder);
        await createBucket(setting);
        const bench = { one, source, folder, ...found, repetitions: options.repetitions, deadlineMs };
        for (const direction of ['up', 'down'] as const) {
          process.stderr.write(`  ${one.title}, ${name}, ${direction}\n`);
          const measured = await measureCase(bench, direction);
          if (measured === undefined) leftOut.push(`${one.name} ${name} ${direction}`);
          else results.push({ case: one.name, setting: name, direction, ...measured });
        }
      } finally {
        await setting.stop();
        rmSync(join(folder, name), { recursive: true, force: true });
      }
    }
    rmSync(source, { recursive: true });
  }
  const all = found === undefined ? [] : [found.ours, ...found.rivals];
  return {
    programs: all.filter(isHere).map(({ name, version }) => ({ name, version })),
    missing: all.filter((program) => !isHere(program)).map(({ name }) => name),
    leftOut,
    results,
  };
}

function isHere({ version }: Program): boolean {
  return version !== '';
}

function chosen<T>(
  what: string,
  all: readonly T[],
  names: readonly string[],
  nameOf: (one: T) => string,
): readonly T[] {
  const unknown = names.find((name) => !all.some((one) => nameOf(one) === name));
  if (unknown !== undefined)
    throw new Error(`there is no ${what} "${unknown}"; there are ${all.map(nameOf).join(', ')}`);
  return names.length === 0 ? all : all.filter((one) => names.includes(nameOf(one)));
}

async function createBucket({ near }: Setting): Promise<void> {
  const { endpoint, accessKeyId, secretAccessKey, caFile } = near;
  const credentials = { accessKeyId, secretAccessKey };
  const trust = caFile === undefined ? {} : { requestHandler: { httpsAgent: { ca: readFileSync(caFile) } } };
  const raw = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials, ...trust });
  await raw.send(new CreateBucketCommand({ Bucket: bucket }));
  raw.destroy();
}

interface Bench {
  readonly one: TransferCase;
  readonly source: string;
  readonly folder: string;
  readonly ours: Program;
  readonly rivals: readonly Program[];
  readonly repetitions: number;
  readonly deadlineMs: number;
}

interface Runs {
  readonly program: Program;
  readonly starts: Measurement[];
  readonly moves: Measurement[];
  failure?: string;
}

/** Every program in turn, so that a slow moment of the machine hits everybody. Undefined when there was no time for it. */
async function measureCase(
  bench: Bench,
  direction: 'up' | 'down',
): Promise<Pick<TransferResult, 'programs' | 'repetitions'> | undefined> {
  const rivals = bench.rivals.filter((rival) => isHere(rival) && (bench.one.isFar || rival.isOnlyFar !== true));
  const all: Runs[] = [bench.ours, ...rivals].map((program) => ({
    program,
    starts: [],
    moves: [],
  }));
  let repetitions = 0;
  while (repetitions < bench.repetitions && performance.now() < bench.deadlineMs) {
    for (const runs of all) {
      if (runs.failure === undefined && (repetitions === 0 || performance.now() < bench.deadlineMs))
        await measureOnce(bench, direction, runs);
    }
    repetitions += 1;
  }
  if (repetitions === 0) return undefined;
  const ours = numbersOf(all[0]);
  const programs = all.map((runs) => {
    const numbers = numbersOf(runs);
    return {
      name: runs.program.name,
      ...numbers,
      wallRatio: rounded(ours.wallMs / numbers.wallMs),
      cpuRatio: rounded(ours.cpuMs / numbers.cpuMs),
      ...(runs.failure === undefined ? {} : { failure: runs.failure }),
    };
  });
  return { programs, repetitions };
}

async function measureOnce(bench: Bench, direction: 'up' | 'down', runs: Runs): Promise<void> {
  const { program } = runs;
  const isFolder = bench.one.count > 1;
  const remote = `${program.name.replaceAll(/\W/g, '')}-${bench.one.name}`;
  const target = join(bench.folder, 'target');
  rmSync(target, { recursive: true, force: true });
  const command =
    direction === 'up'
      ? program.upload(bench.source, bucket, remote, isFolder)
      : program.download(bucket, remote, target, isFolder);
  try {
    runs.starts.push(await measure(program.start, program.environment));
    runs.moves.push(await measure(command, program.environment));
  } catch (error) {
    runs.failure = error instanceof Error ? error.message.slice(-300) : String(error);
  }
  rmSync(target, { recursive: true, force: true });
}

function numbersOf(runs: Runs | undefined) {
  const moves = runs?.moves ?? [];
  const starts = runs?.starts ?? [];
  const wholeMs = median(moves.map(({ wallMs }) => wallMs));
  const wholeCpuMs = median(moves.map(({ cpuMs }) => cpuMs));
  return {
    wholeMs: Math.round(wholeMs),
    wholeCpuMs: Math.round(wholeCpuMs),
    wallMs: Math.max(1, Math.round(wholeMs - median(starts.map(({ wallMs }) => wallMs)))),
    cpuMs: Math.max(1, Math.round(wholeCpuMs - median(starts.map(({ cpuMs }) => cpuMs)))),
    peakMemoryMB: Math.round(Math.max(0, ...moves.map(({ peakMemoryBytes }) => peakMemoryBytes)) / 1e6),
  };
}
