import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { LocalServerInfo } from '../src/localServer/info';
import { measure, median, rounded, type Measurement } from './measure';
import { findPrograms, type Rival } from './programs';

const repetitions = 3;
const mebibyte = 1024 * 1024;

/** One file of 256 MiB and a thousand of 64 KiB, up and down, against the clients found on this machine. */
export async function benchTransfers(info: LocalServerInfo, folder: string): Promise<unknown> {
  const credentials = { accessKeyId: info.accessKeyId, secretAccessKey: info.secretAccessKey };
  const raw = new S3Client({ endpoint: info.endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  const bucket = 'bench-transfers';
  await raw.send(new CreateBucketCommand({ Bucket: bucket }));
  raw.destroy();
  const large = join(folder, 'large');
  writeFileSync(large, randomBytes(256 * mebibyte));
  const many = join(folder, 'many');
  mkdirSync(many);
  for (let n = 0; n < 1000; n++) writeFileSync(join(many, `${n}.bin`), randomBytes(64 * 1024));

  const { ours, rivals } = findPrograms(info, folder);
  const programs = [ours, ...rivals];
  const startMs = new Map<Rival, number>();
  for (const program of programs) startMs.set(program, await startTime(program));

  const cases = [
    { name: '1 × 256 MiB', source: large, isFolder: false },
    { name: '1,000 × 64 KiB', source: many, isFolder: true },
  ];
  const results = [];
  for (const { name, source, isFolder } of cases) {
    for (const direction of ['up', 'down'] as const) {
      const measured = new Map<Rival, Measurement[]>(programs.map((program) => [program, []]));
      // Interleaved, so that a slow moment of the machine hits everybody.
      for (let repetition = 0; repetition < repetitions; repetition++) {
        for (const program of programs) {
          const remote = `${program.name}-${isFolder ? 'many' : 'large'}`;
          const target = join(folder, 'target');
          rmSync(target, { recursive: true, force: true });
          const command =
            direction === 'up'
              ? program.upload(source, bucket, remote, isFolder)
              : program.download(bucket, remote, target, isFolder);
          measured.get(program)?.push(await measure(command, program.environment));
        }
      }
      const wall = (program: Rival) =>
        Math.max(1, median((measured.get(program) ?? []).map(({ wallMs }) => wallMs)) - (startMs.get(program) ?? 0));
      results.push({
        case: name,
        direction,
        cosMs: Math.round(wall(ours)),
        cosPeakMemoryMB: Math.round(Math.max(...(measured.get(ours) ?? []).map((one) => one.peakMemoryBytes)) / 1e6),
        rivals: rivals.map((rival) => ({
          name: rival.name,
          ms: Math.round(wall(rival)),
          ratio: rounded(wall(ours) / wall(rival)),
        })),
      });
    }
  }
  return {
    repetitions,
    note: 'median wall time less process start; ratio is ours ÷ rival, below 1 is better',
    programs: programs.map((program) => ({
      name: program.name,
      version: program.version,
      startMs: Math.round(startMs.get(program) ?? 0),
    })),
    results,
  };
}

/** What the program takes before it does anything. */
async function startTime(program: Rival): Promise<number> {
  const [name = '', second = ''] = program.listAll('x');
  const command =
    program.name === 'cos' ? [name, second, '--help'] : [name, program.name === 'aws' ? '--version' : 'version'];
  const runs = [];
  for (let repetition = 0; repetition < 3; repetition++)
    runs.push((await measure(command, program.environment)).wallMs);
  return median(runs);
}
