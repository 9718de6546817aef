import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asTree, readTree, type Client } from '../localServer/clients/client';
import { fetchAnonymously } from './anonymous';
import type { ClientContext, ConformanceClient } from './client';
import {
  assertSameFile,
  commandClient,
  mebibyte,
  newFile,
  probe,
  sampleFiles,
  writeSampleFiles,
} from './commandClient';
import { Refused } from './steps';

const command = 's3cmd';
const debianPackage = 's3cmd';
const large = sampleFiles['large.bin'];

/** s3cmd, with HMAC keys in a configuration file that only its owner can read. */
export const s3cmd: ConformanceClient = {
  name: 's3cmd',
  title: 's3cmd',
  prepare: () => probe(command, debianPackage),
  run: async (context) => {
    const configFile = newFile(context.workFolder, 'home/s3cfg');
    const host = new URL(context.server.endpoint).host;
    const lines = [
      '[default]',
      `access_key = ${context.server.accessKeyId}`,
      `secret_key = ${context.server.secretAccessKey}`,
      `host_base = ${host}`,
      `host_bucket = ${host}`,
      'use_https = False',
      'signature_v2 = False',
      'bucket_location = us-south-vault',
    ];
    writeFileSync(configFile, lines.join('\n') + '\n', { mode: 0o600 });
    const commonArgs = ['--config', configFile, '--no-progress'];
    const cli = commandClient(context, { command, debianPackage, environment: {}, commonArgs });
    const source = writeSampleFiles(context.workFolder);
    await runStrictly(context, cli, source);
    await runTrees(context, cli, source);
    await runObjects(context, cli, source);
    await runParts(context, cli, source);
    await runConfiguration(context, cli);
    await runEnd(context, cli);
  },
};

const bucket = 's3://s3cmd-tree';

/**
 * s3cmd sends no checksum with ACLs and websites. IBM's model asks for one and its documentation's samples send none, so
 * the server refuses that unless it is told otherwise; the steps after this one run with the switch.
 */
async function runStrictly({ steps, server }: ClientContext, cli: Client, source: string): Promise<void> {
  await steps.step('setacl by default (after it: with the switch modelChecksums off)', async () => {
    await cli.run('mb', 's3://s3cmd-strict');
    await cli.run('put', join(source, 'plain.txt'), 's3://s3cmd-strict/a');
    const { code, stderr } = await cli.attempt('setacl', '--acl-public', 's3://s3cmd-strict/a');
    assert.notEqual(code, 0);
    assert.match(stderr, /InvalidRequest.*Content-MD5/);
    await cli.run('rb', '--recursive', '--force', 's3://s3cmd-strict');
    throw new Refused("IBM's service model requires a checksum with an ACL, and s3cmd sends none");
  });
  const response = await fetch(`${server.adminEndpoint}/switches`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ modelChecksums: 'optional' }),
  });
  assert.equal(response.status, 200, await response.text());
}

async function runTrees({ steps, workFolder }: ClientContext, cli: Client, source: string): Promise<void> {
  await steps.step('mb, ls, info', async () => {
    await cli.run('mb', bucket);
    await cli.run('mb', 's3://s3cmd-second');
    assert.match(await cli.run('ls'), /s3:\/\/s3cmd-second\n.*s3:\/\/s3cmd-tree\n/);
    assert.match(await cli.run('info', bucket), /Location:\s+us-south-vault/);
    await cli.run('rb', 's3://s3cmd-second');
  });
  await steps.step('sync up', async () => void (await cli.run('sync', `${source}/`, `${bucket}/tree/`)));
  await steps.step('sync down gives every byte back', async () => {
    const target = join(workFolder, 'synced');
    mkdirSync(target);
    await cli.run('sync', `${bucket}/tree/`, `${target}/`);
    assert.deepEqual(readTree(target), asTree(sampleFiles));
  });
  await steps.step('a second sync moves nothing', async () => {
    assert.equal(await cli.run('sync', `${source}/`, `${bucket}/tree/`), '');
  });
  await steps.step('ls --recursive, la, du', async () => {
    const listed = await cli.run('ls', '--recursive', `${bucket}/tree/`);
    for (const name of Object.keys(sampleFiles)) assert.ok(listed.includes(`${bucket}/tree/${name}\n`), name);
    assert.match(await cli.run('la'), /s3cmd-tree\/tree\//);
    const bytes = Object.values(sampleFiles).reduce((sum, file) => sum + file.length, 0);
    assert.match(
      await cli.run('du', `${bucket}/tree/`),
      new RegExp(`^\\s*${bytes}\\s+${Object.keys(sampleFiles).length} `),
    );
  });
  await steps.step('cp --recursive on the server, then sync --delete-removed', async () => {
    await cli.run('cp', '--recursive', `${bucket}/tree/`, `${bucket}/copy/`);
    const target = join(workFolder, 'copied');
    mkdirSync(target);
    await cli.run('sync', `${bucket}/copy/`, `${target}/`);
    assert.deepEqual(readTree(target), asTree(sampleFiles));
    const smaller = join(workFolder, 'smaller');
    writeFileSync(newFile(smaller, 'plain.txt'), 'plain\n');
    await cli.run('sync', '--delete-removed', `${smaller}/`, `${bucket}/copy/`);
    assert.match(await cli.run('ls', '--recursive', `${bucket}/copy/`), /^[^\n]*copy\/plain\.txt\n$/);
  });
}

async function runObjects({ steps, workFolder, server }: ClientContext, cli: Client, source: string): Promise<void> {
  const one = `${bucket}/one +ü.txt`;
  await steps.step('put with headers, info, modify, get', async () => {
    const headers = ['--add-header=x-amz-meta-colour:blue', '--mime-type=text/x-test'];
    await cli.run('put', ...headers, join(source, 'plain.txt'), one);
    assert.match(await cli.run('info', one), /MIME type:\s+text\/x-test[^]*x-amz-meta-colour: blue/);
    await cli.run('modify', '--add-header=x-amz-meta-shape:round', one);
    assert.match(await cli.run('info', one), /x-amz-meta-colour: blue[^]*x-amz-meta-shape: round/);
    const target = newFile(workFolder, 'one.txt');
    await cli.run('get', one, target);
    assertSameFile(target, sampleFiles['plain.txt']);
  });
  await steps.step('cp and mv on the server', async () => {
    await cli.run('cp', one, `${bucket}/two.txt`);
    await cli.run('mv', `${bucket}/two.txt`, `${bucket}/three.txt`);
    assert.equal(await cli.run('ls', `${bucket}/two.txt`), '');
    assert.match(await cli.run('ls', `${bucket}/three.txt`), /three\.txt\n$/);
  });
  await steps.step('put --acl-public is public', async () => {
    await cli.run('put', '--acl-public', join(source, 'plain.txt'), `${bucket}/public.txt`);
    const url = `${server.endpoint}/s3cmd-tree/public.txt`;
    assert.equal((await fetchAnonymously(url, 200)).toString(), 'plain\n');
  });
  await steps.step('setacl --acl-private and --acl-public', async () => {
    const url = `${server.endpoint}/s3cmd-tree/public.txt`;
    await cli.run('setacl', '--acl-private', `${bucket}/public.txt`);
    await fetchAnonymously(url, 403);
    await cli.run('setacl', '--acl-public', `${bucket}/public.txt`);
    await fetchAnonymously(url, 200);
  });
  await steps.step('get --continue fetches the rest of a file', async () => {
    const target = newFile(workFolder, 'continued.bin');
    writeFileSync(target, large.subarray(0, 6 * mebibyte));
    await cli.run('get', '--continue', `${bucket}/tree/large.bin`, target);
    assertSameFile(target, large);
  });
  await steps.step('signurl', async () => {
    const url = (await cli.run('signurl', `${bucket}/three.txt`, '+600')).trim();
    assert.match(url, /AWSAccessKeyId=/);
    await fetchAnonymously(url, 400);
    throw new Refused('s3cmd signs URLs with signature version 2, which COS does not take');
  });
}

async function runParts({ steps, workFolder }: ClientContext, cli: Client, source: string): Promise<void> {
  for (const sizeMiB of [5, 8, 16]) {
    await steps.step(`put in parts of ${sizeMiB} MiB and get`, async () => {
      const object = `${bucket}/parts-${sizeMiB}`;
      await cli.run('put', `--multipart-chunk-size-mb=${sizeMiB}`, join(source, 'large.bin'), object);
      const target = newFile(workFolder, `parts-${sizeMiB}.bin`);
      await cli.run('get', object, target);
      assertSameFile(target, large);
    });
  }
  await steps.step('multipart: no upload is left open', async () => {
    const listed = await cli.run('multipart', bucket);
    assert.doesNotMatch(listed, /parts-|large/);
  });
}

async function runConfiguration({ steps, workFolder }: ClientContext, cli: Client): Promise<void> {
  await steps.step('setcors, delcors', async () => {
    const file = newFile(workFolder, 'cors.xml');
    const rule =
      '<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>https://a.example</AllowedOrigin></CORSRule>';
    writeFileSync(file, `<CORSConfiguration>${rule}</CORSConfiguration>`);
    await cli.run('setcors', file, bucket);
    assert.match(await cli.run('info', bucket), /CORS:[^]*https:\/\/a\.example/);
    await cli.run('delcors', bucket);
    assert.match(await cli.run('info', bucket), /CORS:\s+none/);
  });
  await steps.step('setlifecycle, getlifecycle, dellifecycle', async () => {
    const file = newFile(workFolder, 'lifecycle.xml');
    const action = '<Expiration><Days>3</Days></Expiration>';
    const rule = `<Rule><ID>old</ID><Filter><Prefix>tmp/</Prefix></Filter><Status>Enabled</Status>${action}</Rule>`;
    writeFileSync(file, `<LifecycleConfiguration>${rule}</LifecycleConfiguration>`);
    await cli.run('setlifecycle', file, bucket);
    assert.match(await cli.run('getlifecycle', bucket), /<Days>3<\/Days>/);
    await cli.run('dellifecycle', bucket);
    assert.notEqual((await cli.attempt('getlifecycle', bucket)).code, 0);
  });
  await steps.step('ws-create, ws-info, ws-delete', async () => {
    await cli.run('ws-create', '--ws-index=index.html', '--ws-error=error.html', bucket);
    assert.match(await cli.run('ws-info', bucket), /index\.html[^]*error\.html/);
    await cli.run('ws-delete', bucket);
  });
}

async function runEnd({ steps }: ClientContext, cli: Client): Promise<void> {
  await steps.step('rb is refused while there are objects', async () => {
    const { code, stderr } = await cli.attempt('rb', bucket);
    assert.notEqual(code, 0);
    assert.match(stderr, /BucketNotEmpty/);
  });
  await steps.step('del --recursive, rb', async () => {
    await cli.run('del', '--recursive', '--force', bucket);
    assert.equal(await cli.run('ls', '--recursive', bucket), '');
    await cli.run('rb', bucket);
    assert.doesNotMatch(await cli.run('ls'), /s3cmd-tree/);
  });
}
