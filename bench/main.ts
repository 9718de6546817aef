// The benchmarks. Usage: npm run bench -- [--only NAME]. Prints one JSON document.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LocalServerInfo } from '../src/localServer/info';
import { requireBuilt, startBuiltServer } from '../test/soak/builtPrograms';
import { benchExtensionHost } from './extensionHost';
import { benchListing } from './listing';
import { benchLocalServer } from './localServer';
import { benchTransfers } from './transfers';

type Benchmark = (info: LocalServerInfo, folder: string) => Promise<unknown>;

const benchmarks: Readonly<Record<string, Benchmark>> = {
  listing: benchListing,
  transfers: benchTransfers,
  extensionHost: benchExtensionHost,
  localServer: benchLocalServer,
};

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
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
      document[name] = await benchmarks[name]?.(server.info, folder);
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
