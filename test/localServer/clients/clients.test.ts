import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildProgram, newFolder, startProgram, type Program, type RunningProgram } from './builtServer';
import { asTree, createClient, patternBytes, readTree, writeTree, type Client } from './client';

const mebibyte = 1024 * 1024;

// Each call of a Python client takes half a second to start, several on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

/** Names that make clients escape, sign and decode. */
const files = {
  'plain.txt': Buffer.from('plain\n'),
  'empty.txt': Buffer.alloc(0),
  'deep/er/nested file.txt': Buffer.from('spaces in the name\n'),
  'deep/100%+plus&more=1;x,y.txt': Buffer.from('punctuation\n'),
  'ünïcode/日本語-🪣.txt': Buffer.from('beyond ASCII\n'),
  "quotes'(and)[brackets]!.txt": Buffer.from('quotes\n'),
  'large.bin': patternBytes(12 * mebibyte + 17, 1),
};

let program: Program;
let server: RunningProgram;
let folder: string;
let work: string;
let bucketNumber = 0;
beforeAll(async () => {
  folder = newFolder();
  program = await buildProgram();
  server = await startProgram(program, ['--data', join(folder, 'data')]);
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  program.remove();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  work = join(folder, `work-${(bucketNumber += 1)}`);
  mkdirSync(join(work, 'home'), { recursive: true });
  writeTree(join(work, 'source'), files);
});

const inWork = (name: string) => join(work, name);
const environment = () => ({
  AWS_ACCESS_KEY_ID: server.info.accessKeyId,
  AWS_SECRET_ACCESS_KEY: server.info.secretAccessKey,
});

describe('the AWS command line', () => {
  const aws = (): Client =>
    createClient({
      command: '/usr/bin/aws',
      debianPackage: 'awscli',
      homeFolder: inWork('home'),
      environment: { ...environment(), AWS_DEFAULT_REGION: 'us-south', AWS_EC2_METADATA_DISABLED: 'true' },
      commonArgs: ['--endpoint-url', server.info.endpoint],
    });

  it('makes a bucket only where it names a storage class of the location', async () => {
    const { code, stderr } = await aws().attempt('s3', 'mb', 's3://aws-region-only');
    expect(code).not.toBe(0);
    expect(stderr).toContain('InvalidLocationConstraint');
    const made = ['s3api', 'create-bucket', '--bucket', 'aws-cold', '--create-bucket-configuration'];
    await aws().run(...made, 'LocationConstraint=us-south-cold');
    expect(JSON.parse(await aws().run('s3api', 'get-bucket-location', '--bucket', 'aws-cold'))).toEqual({
      LocationConstraint: 'us-south-cold',
    });
    expect(await aws().run('s3', 'rb', 's3://aws-cold')).toContain('remove_bucket: aws-cold');
  });

  it('syncs a tree up and down again, then lists, presigns and removes it', async () => {
    await aws().run('s3api', 'create-bucket', '--bucket', 'aws-tree');
    await aws().run('s3', 'sync', inWork('source'), 's3://aws-tree/tree', '--no-progress');
    await aws().run('s3', 'sync', 's3://aws-tree/tree', inWork('target'), '--no-progress');
    expect(readTree(inWork('target'))).toEqual(asTree(files));
    expect(await aws().run('s3', 'sync', 's3://aws-tree/tree', inWork('target'))).toBe('');

    const listed = await aws().run('s3', 'ls', 's3://aws-tree/tree/', '--recursive');
    expect(listed.trimEnd().split('\n')).toHaveLength(Object.keys(files).length);
    expect(listed).toMatch(/12582929 tree\/large\.bin/);

    const url = (await aws().run('s3', 'presign', 's3://aws-tree/tree/deep/er/nested file.txt')).trim();
    expect(await (await fetch(url)).text()).toBe('spaces in the name\n');

    rmSync(inWork('source/plain.txt'));
    const synced = await aws().run('s3', 'sync', inWork('source'), 's3://aws-tree/tree', '--delete', '--no-progress');
    expect(synced.trim()).toBe('delete: s3://aws-tree/tree/plain.txt');
    await aws().run('s3', 'rm', 's3://aws-tree', '--recursive');
    expect(
      await aws()
        .run('s3', 'ls', 's3://aws-tree', '--recursive')
        .catch(() => ''),
    ).toBe('');
    await aws().run('s3', 'rb', 's3://aws-tree');
  });

  it('copies one object with its metadata, on the server and back', async () => {
    await aws().run('s3api', 'create-bucket', '--bucket', 'aws-copy');
    const metadata = ['--metadata', 'colour=blue', '--content-type', 'text/x-test', '--cache-control', 'no-store'];
    await aws().run('s3', 'cp', inWork('source/plain.txt'), 's3://aws-copy/a', ...metadata);
    await aws().run('s3', 'cp', 's3://aws-copy/a', 's3://aws-copy/b/c');
    const head: unknown = JSON.parse(await aws().run('s3api', 'head-object', '--bucket', 'aws-copy', '--key', 'b/c'));
    expect(head).toMatchObject({
      ContentType: 'text/x-test',
      CacheControl: 'no-store',
      Metadata: { colour: 'blue' },
      ContentLength: 6,
    });
    expect(await aws().run('s3', 'cp', 's3://aws-copy/b/c', '-')).toBe('plain\n');
  });
});

describe('rclone', () => {
  const rclone = (): Client =>
    createClient({
      command: '/usr/bin/rclone',
      debianPackage: 'rclone',
      homeFolder: inWork('home'),
      environment: {
        RCLONE_CONFIG: inWork('home/none.conf'),
        RCLONE_CONFIG_COS_TYPE: 's3',
        RCLONE_CONFIG_COS_PROVIDER: 'IBMCOS',
        RCLONE_CONFIG_COS_ACCESS_KEY_ID: server.info.accessKeyId,
        RCLONE_CONFIG_COS_SECRET_ACCESS_KEY: server.info.secretAccessKey,
        RCLONE_CONFIG_COS_ENDPOINT: server.info.endpoint,
        RCLONE_CONFIG_COS_LOCATION_CONSTRAINT: 'us-south-smart',
        RCLONE_S3_UPLOAD_CUTOFF: '5M',
        RCLONE_S3_CHUNK_SIZE: '5M',
      },
      commonArgs: ['--retries', '1', '--low-level-retries', '1'],
    });

  it('syncs a tree, verifies every byte, and gives it back', async () => {
    await rclone().run('mkdir', 'cos:rclone-tree');
    await rclone().run('sync', inWork('source'), 'cos:rclone-tree/tree');
    await rclone().run('check', '--download', inWork('source'), 'cos:rclone-tree/tree');
    await rclone().run('copy', 'cos:rclone-tree/tree', inWork('target'));
    expect(readTree(inWork('target'))).toEqual(asTree(files));
    expect(await rclone().run('cat', 'cos:rclone-tree/tree/ünïcode/日本語-🪣.txt')).toBe('beyond ASCII\n');

    rmSync(inWork('source/deep'), { recursive: true });
    await rclone().run('sync', inWork('source'), 'cos:rclone-tree/tree');
    await rclone().run('copyto', 'cos:rclone-tree/tree/large.bin', 'cos:rclone-tree/copy of large.bin');
    const listed = JSON.parse(await rclone().run('lsjson', '-R', '--files-only', 'cos:rclone-tree')) as {
      Path: string;
    }[];
    expect(listed.map(({ Path }) => Path).sort()).toEqual(
      [
        'copy of large.bin',
        'empty.txt',
        'large.bin',
        'plain.txt',
        "quotes'(and)[brackets]!.txt",
        'ünïcode/日本語-🪣.txt',
      ]
        .map((name) => (name.startsWith('copy') ? name : `tree/${name}`))
        .sort(),
    );
    await rclone().run('copyto', 'cos:rclone-tree/copy of large.bin', inWork('copied'));
    expect(readFileSync(inWork('copied')).equals(files['large.bin'])).toBe(true);
    await rclone().run('purge', 'cos:rclone-tree');
    expect(await rclone().run('lsd', 'cos:')).not.toContain('rclone-tree');
  });
});

describe('s3cmd', () => {
  const s3cmd = (): Client =>
    createClient({
      command: '/usr/bin/s3cmd',
      debianPackage: 's3cmd',
      homeFolder: inWork('home'),
      environment: {},
      commonArgs: ['--config', inWork('home/s3cfg'), '--no-progress'],
    });

  it('puts in parts, lists, gets, syncs and deletes', async () => {
    const host = new URL(server.info.endpoint).host;
    const lines = [
      '[default]',
      `access_key = ${server.info.accessKeyId}`,
      `secret_key = ${server.info.secretAccessKey}`,
      `host_base = ${host}`,
      `host_bucket = ${host}`,
      'use_https = False',
      'signature_v2 = False',
      'bucket_location = us-south-vault',
    ];
    writeFileSync(inWork('home/s3cfg'), lines.join('\n') + '\n');
    await s3cmd().run('mb', 's3://s3cmd-tree');
    const large = 's3://s3cmd-tree/in parts.bin';
    await s3cmd().run('put', '--multipart-chunk-size-mb=5', inWork('source/large.bin'), large);
    await s3cmd().run('get', large, inWork('large-again'));
    expect(readFileSync(inWork('large-again')).equals(files['large.bin'])).toBe(true);
    await s3cmd().run('sync', `${inWork('source')}/`, 's3://s3cmd-tree/tree/');
    mkdirSync(inWork('target'));
    await s3cmd().run('sync', 's3://s3cmd-tree/tree/', `${inWork('target')}/`);
    expect(readTree(inWork('target'))).toEqual(asTree(files));
    expect(await s3cmd().run('info', 's3://s3cmd-tree')).toContain('us-south-vault');
    await s3cmd().run('del', '--recursive', '--force', 's3://s3cmd-tree');
    expect(await s3cmd().run('ls', '--recursive', 's3://s3cmd-tree')).toBe('');
    await s3cmd().run('rb', 's3://s3cmd-tree');
  });
});
