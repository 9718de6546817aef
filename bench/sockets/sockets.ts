import { join } from 'node:path';
import type { LocalServerInfo } from '../../src/localServer/info';
import { measure, median, rounded } from '../measure';
import { startSetting } from '../transferServers';

const mebibyte = 1024 * 1024;
const ways = ['own', 'node', 'undici'] as const;
const cases = {
  '1 GiB in ranges of 16 MiB': { count: 64, sizeBytes: 16 * mebibyte, lanes: 8 },
  '1,000 × 64 KiB': { count: 1000, sizeBytes: 64 * 1024, lanes: 16 },
  '10,000 × 1 KiB': { count: 10_000, sizeBytes: 1024, lanes: 16 },
} as const;

/** What each way to read bodies costs, start of the program taken off: our own sockets, Node's client, undici. */
export async function benchSockets(
  _info: LocalServerInfo,
  folder: string,
  { repetitions }: { readonly repetitions: number },
): Promise<unknown> {
  const report: Record<string, unknown> = {};
  for (const settingName of ['peer-tls', 'peer-plain'] as const) {
    const setting = await startSetting(settingName, folder);
    const { endpoint, caFile } = setting.near;
    const environment = {
      PATH: process.env['PATH'] ?? '',
      ...(caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: caFile }),
    };
    const run = async (way: string, count: number, sizeBytes: number, lanes: number) =>
      await measure(
        [process.execPath, clientProgram, way, endpoint, ...[count, sizeBytes, lanes].map(String)],
        environment,
      );
    try {
      for (const [caseName, { count, sizeBytes, lanes }] of Object.entries(cases)) {
        await measure(['curl', '-sSf', ...trust(caFile), '-X', 'PUT', '-H', `x-amz-decoded-content-length: ${sizeBytes}`, `${endpoint}/bench/object`], environment); // prettier-ignore
        for (const way of ways) {
          process.stderr.write(`  ${settingName}, ${caseName}, ${way}\n`);
          const runs: { readonly wallMs: number; readonly cpuMs: number }[] = [];
          for (let turn = 0; turn < repetitions; turn++) {
            const start = await run(way, 0, sizeBytes, lanes);
            const whole = await run(way, count, sizeBytes, lanes);
            runs.push({ wallMs: whole.wallMs - start.wallMs, cpuMs: whole.cpuMs - start.cpuMs });
          }
          report[`${settingName}, ${caseName}, ${way}`] = {
            wallMs: rounded(median(runs.map(({ wallMs }) => wallMs))),
            cpuMs: rounded(median(runs.map(({ cpuMs }) => cpuMs))),
          };
        }
      }
    } finally {
      await setting.stop();
    }
  }
  return report;
}

const clientProgram = join('out', 'bench', 'sockets', 'client.mjs');

function trust(caFile: string | undefined): readonly string[] {
  return caFile === undefined ? [] : ['--cacert', caFile];
}
