// The benchmarks. Usage: npm run bench -- [--only NAME] [--case CASE]… [--setting SETTING]… [--repetitions N] [--minutes N]
//   [--write-docs]. Prints one JSON document. --case, --setting and --minutes are of the transfers; --write-docs writes what
//   was measured of transfers and connections into docs/performance.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LocalServerInfo } from '../src/localServer/info';
import { requireBuilt, startBuiltServer } from '../test/soak/builtPrograms';
import { writeConnectionDocs } from './connectionDocs';
import { benchConnections } from './connections';
import { benchExtensionHost } from './extensionHost';
import { benchListing } from './listing';
import { benchLocalServer } from './localServer';
import { benchSockets } from './sockets/sockets';
import { writeTransferDocs } from './transferDocs';
import { benchTransfers, type TransferOptions } from './transfers';
import { benchVerification } from './verification';

interface Options extends TransferOptions {
  readonly writesDocs: boolean;
}

type Benchmark = (info: LocalServerInfo, folder: string, options: Options) => Promise<unknown>;

const benchmarks: Readonly<Record<string, Benchmark>> = {
  listing: benchListing,
  transfers: async (info, folder, options) => {
    const report = await benchTransfers(info, folder, options);
    if (options.writesDocs) writeTransferDocs('docs/performance.md', report);
    return report;
  },
  extensionHost: benchExtensionHost,
  localServer: benchLocalServer,
  connections: async (_info, folder, options) => {
    const results = await benchConnections(folder, options);
    if (options.writesDocs) writeConnectionDocs('docs/performance.md', results);
    return results;
  },
  sockets: benchSockets,
  verification: benchVerification,
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      case: { type: 'string', multiple: true, default: [] },
      setting: { type: 'string', multiple: true, default: [] },
      repetitions: { type: 'string', default: '3' },
      minutes: { type: 'string', default: '30' },
      'write-docs': { type: 'boolean', default: false },
    },
  });
  const options: Options = {
    cases: values.case,
    settings: values.setting,
    repetitions: positive('repetitions', values.repetitions),
    minutes: positive('minutes', values.minutes),
    writesDocs: values['write-docs'],
  };
  const names = values.only === undefined ? Object.keys(benchmarks) : [values.only];
  const unknown = names.find((name) => benchmarks[name] === undefined);
  if (unknown !== undefined)
    throw new Error(`there is no benchmark "${unknown}"; there are ${Object.keys(benchmarks).join(', ')}`);
  requireBuilt('dist/cos.js');
  const document: Record<string, unknown> = { node: process.version, cores: cpus().length };
  for (const name of names) {
    const folder = mkdtempSync(join(tmpdir(), 'cos-bench-'));
    const server = await startBuiltServer(join(folder, 'data'));
    try {
      process.stderr.write(`${name}…\n`);
      document[name] = await benchmarks[name]?.(server.info, folder, options);
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} takes a number above 0, not "${text}"`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
