import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startChecksum } from '../src/engine/proof/verifier';
import type { LocalServerInfo } from '../src/localServer/info';
import { checksumAlgorithms } from '../src/model/verdict';
import { measure, median, rounded } from './measure';
import { findPrograms } from './programs';
import { startSetting } from './transferServers';

const mebibyte = 1024 * 1024;
const sizeBytes = 1024 * mebibyte;
const bucket = 'bench-verification';

/** What a download of 1 GiB costs `cos`, start taken off, by the checksum that the service has of it; in turn, over TLS. */
export async function benchVerification(
  _info: LocalServerInfo,
  folder: string,
  { repetitions }: { readonly repetitions: number },
): Promise<unknown> {
  const setting = await startSetting('peer-tls', folder);
  try {
    const { ours } = findPrograms(setting.near, folder);
    const { endpoint, caFile = '' } = setting.near;
    const put = (path: string, ...headers: readonly string[]) => {
      const options = headers.flatMap((header) => ['-H', header]);
      const { status } = spawnSync('curl', [
        '-sSf',
        '--cacert',
        caFile,
        '-X',
        'PUT',
        ...options,
        `${endpoint}/${path}`,
      ]);
      if (status !== 0) throw new Error(`${path} could not be put`);
    };
    put(bucket);
    const cases = ['none', ...checksumAlgorithms] as const;
    for (const algorithm of cases) {
      const sum = algorithm === 'none' ? [] : [`x-bench-checksum: ${algorithm} ${checksumOfZeros(algorithm)}`];
      put(`${bucket}/${algorithm}`, `x-amz-decoded-content-length: ${sizeBytes}`, ...sum);
    }
    const runs = new Map<string, { readonly cpuMs: number; readonly wallMs: number }[]>();
    for (let turn = 0; turn < repetitions; turn++) {
      for (const algorithm of cases) {
        const target = join(folder, 'target');
        const start = await measure(ours.start, ours.environment);
        const whole = await measure(ours.download(bucket, algorithm, target, false), ours.environment);
        rmSync(target, { recursive: true });
        const run = { cpuMs: whole.cpuMs - start.cpuMs, wallMs: whole.wallMs - start.wallMs };
        runs.set(algorithm, [...(runs.get(algorithm) ?? []), run]);
      }
    }
    const cpuOf = (algorithm: string) => median((runs.get(algorithm) ?? []).map(({ cpuMs }) => cpuMs));
    return cases.map((algorithm) => ({
      algorithm,
      cpuMs: rounded(cpuOf(algorithm)),
      wallMs: rounded(median((runs.get(algorithm) ?? []).map(({ wallMs }) => wallMs))),
      cpuToCrc32: rounded(cpuOf(algorithm) / cpuOf('CRC32')),
    }));
  } finally {
    await setting.stop();
  }
}

function checksumOfZeros(algorithm: (typeof checksumAlgorithms)[number]): string {
  const sum = startChecksum(algorithm);
  const zeros = Buffer.alloc(16 * mebibyte);
  for (let at = 0; at < sizeBytes; at += zeros.length) sum.update(zeros);
  return sum.digest();
}
