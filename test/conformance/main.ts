import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildProgram, newFolder, startProgram, type Program } from '../localServer/clients/builtServer';
import { awsCli } from './awsCli';
import { botoCrt, botoTransfer } from './botoTransfer/client';
import type { ClientContext, ConformanceClient } from './client';
import { goSdk } from './goSdk/client';
import { javaSdk } from './javaSdk/client';
import { startLyingRelay } from './lies';
import { minio } from './minio/client';
import { nodeSdk } from './nodeSdk/client';
import { obstore } from './obstore/client';
import { pythonSdk } from './pythonSdk/client';
import { rclone } from './rclone';
import { countSteps, statuses, writeDocs, type ClientReport } from './report';
import { restic } from './restic';
import { s3cmd } from './s3cmd';
import { s5cmd } from './s5cmd';
import { Steps } from './steps';

const clients: readonly ConformanceClient[] = [
  nodeSdk,
  pythonSdk,
  javaSdk,
  goSdk,
  awsCli,
  rclone,
  s3cmd,
  botoTransfer,
  botoCrt,
  minio,
  obstore,
  s5cmd,
  restic,
];
const outFolder = resolve('out/conformance');

const usage = (message: string): never => {
  console.error(message);
  process.exit(2);
};

function readOptions() {
  try {
    const options = {
      only: { type: 'string', multiple: true },
      strict: { type: 'boolean', default: false },
      'write-docs': { type: 'boolean', default: false },
    } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

const options = readOptions();
const names = clients.map(({ name }) => name);
const unknown = options.only?.find((name) => !names.includes(name));
if (unknown !== undefined) usage(`There is no client '${unknown}'; there are ${names.join(', ')}.`);
if (options['write-docs'] && options.only !== undefined) {
  usage('--write-docs writes the table of all clients; run it without --only.');
}
const wanted = clients.filter(({ name }) => options.only?.includes(name) ?? true);

/** Runs one client against a server that is its own and new. */
async function runClient(client: ConformanceClient, program: Program): Promise<ClientReport> {
  console.log(`\n=== ${client.title} ===`);
  const packageFolder = join(outFolder, client.name);
  const workFolder = join(packageFolder, 'work');
  mkdirSync(packageFolder, { recursive: true });
  const preparation = await client.prepare(packageFolder);
  const { name, title } = client;
  if (preparation.state === 'missing') {
    console.log(`  missing ${preparation.reason}`);
    return { name, title, state: 'missing', reason: preparation.reason, steps: [] };
  }
  console.log(`  ${preparation.version}`);
  rmSync(workFolder, { recursive: true, force: true });
  mkdirSync(workFolder, { recursive: true });
  const dataFolder = newFolder();
  const server = await startProgram(program, ['--data', dataFolder]);
  const lies = client.isProven === true ? await startLyingRelay(server.info) : undefined;
  const steps = new Steps(lies);
  try {
    const context: ClientContext = { server: lies?.server ?? server.info, workFolder, packageFolder, steps };
    try {
      await steps.guard('run to the end', () => client.run(lies === undefined ? context : { ...context, lies }));
    } finally {
      await lies?.stop();
      const code = await server.stop();
      steps.add(
        code === 0
          ? { name: 'the server stops cleanly afterwards', status: 'passed' }
          : { name: 'the server stops cleanly afterwards', status: 'failed', detail: `${code}: ${server.stderr()}` },
      );
    }
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
  rmSync(workFolder, { recursive: true, force: true });
  return { name, title, state: 'ran', version: preparation.version, steps: steps.results };
}

const reports: ClientReport[] = [];
const program = await buildProgram();
try {
  for (const client of wanted) reports.push(await runClient(client, program));
} finally {
  program.remove();
}

writeFileSync(join(outFolder, 'result.json'), JSON.stringify({ clients: reports }, undefined, 2) + '\n');
if (options['write-docs']) writeDocs('docs/local-server.md', reports);

console.log('');
for (const report of reports) {
  const counts = statuses.map((status) => `${countSteps([report], status)} ${status}`).join(', ');
  console.log(`${report.title.padEnd(26)} ${report.state === 'missing' ? `missing: ${report.reason}` : counts}`);
}
const missingClients = reports.filter(({ state }) => state === 'missing').length;
const [passed, failed] = statuses.map((status) => countSteps(reports, status));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed !== 0 || (options.strict && missingClients > 0) ? 1 : 0;
