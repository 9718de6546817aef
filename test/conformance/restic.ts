import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asTree, readTree } from '../localServer/clients/client';
import type { ClientContext, ConformanceClient } from './client';
import { commandClient, probe, sampleFiles, writeSampleFiles } from './commandClient';

const command = 'restic';
const debianPackage = 'restic';

/** restic: a backup program that trusts a bucket with its only copy, with HMAC keys in its environment. */
export const restic: ConformanceClient = {
  name: 'restic',
  title: 'restic',
  prepare: () => probe(command, debianPackage, 'version'),
  run: runSteps,
};

interface Snapshot {
  readonly id: string;
  readonly paths: readonly string[];
}

async function runSteps(context: ClientContext): Promise<void> {
  const { steps, workFolder, server } = context;
  const cli = commandClient(context, {
    command,
    debianPackage,
    environment: {
      AWS_ACCESS_KEY_ID: server.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-south-standard',
      RESTIC_REPOSITORY: `s3:${server.endpoint}/restic-repository`,
      RESTIC_PASSWORD: 'not a secret of anybody',
      RESTIC_CACHE_DIR: join(workFolder, 'cache'),
    },
    commonArgs: ['--json'],
  });
  const source = writeSampleFiles(workFolder);
  const snapshots = async () => JSON.parse(await cli.run('snapshots')) as Snapshot[];
  await steps.step('init makes the bucket and a repository', async () => {
    await cli.run('init');
    const config = JSON.parse(await cli.run('cat', 'config')) as { version: number; id: string };
    assert.match(`${config.version} ${config.id}`, /^2 [0-9a-f]{64}$/);
    assert.deepEqual(await snapshots(), []);
  });
  await steps.step('backup, snapshots, ls: every name and size', async () => {
    await cli.run('backup', source);
    assert.deepEqual(
      (await snapshots()).map(({ paths }) => paths),
      [[source]],
    );
    const lines = (await cli.run('ls', 'latest')).trim().split('\n');
    const files = lines.map((line) => JSON.parse(line) as { type?: string; path: string; size?: number });
    assert.deepEqual(
      Object.fromEntries(
        files.filter(({ type }) => type === 'file').map(({ path, size }) => [path.slice(source.length + 1), size ?? 0]),
      ),
      Object.fromEntries(Object.entries(sampleFiles).map(([name, { length }]) => [name, length])),
    );
  });
  await steps.step('check --read-data reads every byte of the repository', async () => {
    assert.match(await cli.run('--no-cache', 'check', '--read-data'), /no errors were found/);
  });
  await steps.step('restore gives every byte back', async () => {
    const target = join(workFolder, 'restored');
    await cli.run('--no-cache', 'restore', 'latest', '--target', target);
    assert.deepEqual(readTree(join(target, source)), asTree(sampleFiles));
  });
  await steps.step('forget and prune leave the newer snapshot whole', async () => {
    rmSync(join(source, 'large.bin'));
    writeFileSync(join(source, 'plain.txt'), 'changed\n');
    await cli.run('backup', source);
    await cli.run('forget', '--keep-last', '1', '--prune');
    assert.equal((await snapshots()).length, 1);
    assert.match(await cli.run('--no-cache', 'check', '--read-data'), /no errors were found/);
    const target = join(workFolder, 'restored-again');
    await cli.run('--no-cache', 'restore', 'latest', '--target', target);
    const { 'large.bin': _gone, ...rest } = sampleFiles;
    assert.deepEqual(readTree(join(target, source)), asTree({ ...rest, 'plain.txt': Buffer.from('changed\n') }));
  });
}
