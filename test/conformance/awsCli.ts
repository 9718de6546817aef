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

const command = 'aws';
const debianPackage = 'awscli';
const large = sampleFiles['large.bin'];

/** The AWS command line, with HMAC keys in its environment. */
export const awsCli: ConformanceClient = {
  name: 'aws',
  title: 'AWS CLI',
  prepare: () => probe(command, debianPackage),
  run: async (context) => {
    const aws = commandClient(context, {
      command,
      debianPackage,
      environment: {
        AWS_ACCESS_KEY_ID: context.server.accessKeyId,
        AWS_SECRET_ACCESS_KEY: context.server.secretAccessKey,
        AWS_DEFAULT_REGION: 'us-south',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_PAGER: '',
      },
      commonArgs: ['--endpoint-url', context.server.endpoint],
    });
    const source = writeSampleFiles(context.workFolder);
    await runBuckets(context, aws);
    await runTrees(context, aws, source);
    await runObjects(context, aws, source);
    await runParts(context, aws, source);
    await runVersions(context, aws, source);
    await runEnd(context, aws);
  },
};

const bucket = 'aws-cli';

/** An s3api command on the bucket, its answer parsed. */
async function api(aws: Client, operation: string, ...args: string[]): Promise<Record<string, unknown>> {
  const answer = await aws.run('s3api', operation, '--bucket', bucket, ...args);
  return (answer.trim() === '' ? {} : JSON.parse(answer)) as Record<string, unknown>;
}

async function assertFails(aws: Client, code: string, ...args: string[]): Promise<void> {
  const result = await aws.attempt(...args);
  assert.notEqual(result.code, 0, `aws ${args.join(' ')} succeeded`);
  assert.match(result.stderr, new RegExp(code));
}

async function runBuckets({ steps }: ClientContext, aws: Client): Promise<void> {
  await steps.step('mb is refused where it names no storage class', () =>
    assertFails(aws, 'InvalidLocationConstraint', 's3', 'mb', 's3://aws-region-only'),
  );
  await steps.step('create-bucket with a storage class, get-bucket-location', async () => {
    await api(aws, 'create-bucket', '--create-bucket-configuration', 'LocationConstraint=us-south-cold');
    assert.deepEqual(await api(aws, 'get-bucket-location'), { LocationConstraint: 'us-south-cold' });
  });
  await steps.step('mb in region us-east-1, ls, rb', async () => {
    await aws.run('s3', 'mb', 's3://aws-second', '--region', 'us-east-1');
    const listed = await aws.run('s3', 'ls');
    assert.deepEqual(
      listed
        .trim()
        .split('\n')
        .map((line) => line.split(' ').at(-1)),
      [bucket, 'aws-second'],
    );
    await aws.run('s3', 'rb', 's3://aws-second');
    assert.doesNotMatch(await aws.run('s3', 'ls'), /aws-second/);
  });
  await steps.step('create-bucket is refused for a name that is taken', () =>
    assertFails(aws, 'BucketAlreadyExists', 's3api', 'create-bucket', '--bucket', bucket),
  );
}

async function runTrees({ steps, workFolder }: ClientContext, aws: Client, source: string): Promise<void> {
  const tree = `s3://${bucket}/tree`;
  await steps.step('sync up', async () => void (await aws.run('s3', 'sync', source, tree, '--no-progress')));
  await steps.step('sync down gives every byte back', async () => {
    const target = join(workFolder, 'synced');
    await aws.run('s3', 'sync', tree, target, '--no-progress');
    assert.deepEqual(readTree(target), asTree(sampleFiles));
    assert.equal(await aws.run('s3', 'sync', tree, target), '', 'a second sync moves nothing');
  });
  await steps.step('ls --recursive names every key and size', async () => {
    const listed = await aws.run('s3', 'ls', `${tree}/`, '--recursive', '--summarize');
    for (const [name, bytes] of Object.entries(sampleFiles)) {
      assert.ok(listed.includes(` ${bytes.length} tree/${name}\n`), `${name} in ${listed}`);
    }
    assert.match(listed, new RegExp(`Total Objects: ${Object.keys(sampleFiles).length}\n`));
  });
  await steps.step('ls shows folders and pages', async () => {
    const listed = await aws.run('s3', 'ls', `${tree}/`, '--page-size', '2');
    assert.match(listed, /PRE deep\/\n/);
    assert.match(listed, / 6 plain\.txt\n/);
    assert.doesNotMatch(listed, /nested/);
  });
  await steps.step('cp --recursive from folder to folder on the server, sync of it down', async () => {
    await aws.run('s3', 'cp', tree, `s3://${bucket}/copy`, '--recursive', '--no-progress');
    const target = join(workFolder, 'copied');
    await aws.run('s3', 'sync', `s3://${bucket}/copy`, target, '--no-progress');
    assert.deepEqual(readTree(target), asTree(sampleFiles));
  });
  await steps.step('sync --delete removes what is gone', async () => {
    const smaller = join(workFolder, 'smaller');
    mkdirSync(smaller);
    writeFileSync(join(smaller, 'plain.txt'), sampleFiles['plain.txt']);
    await aws.run('s3', 'sync', smaller, `s3://${bucket}/copy`, '--delete', '--size-only', '--no-progress');
    const listed = await aws.run('s3', 'ls', `s3://${bucket}/copy/`, '--recursive');
    assert.match(listed.trimEnd(), /^[^\n]* 6 copy\/plain\.txt$/);
  });
}

async function runObjects({ steps, workFolder, server }: ClientContext, aws: Client, source: string): Promise<void> {
  await steps.step('cp with metadata up, on the server and down', async () => {
    const headers = ['--metadata', 'colour=blue', '--content-type', 'text/x-test', '--cache-control', 'no-store'];
    await aws.run('s3', 'cp', join(source, 'plain.txt'), `s3://${bucket}/a`, ...headers);
    await aws.run('s3', 'cp', `s3://${bucket}/a`, `s3://${bucket}/b c/d+e`);
    const head = await api(aws, 'head-object', '--key', 'b c/d+e');
    assert.deepEqual(
      [head['ContentType'], head['CacheControl'], head['Metadata'], head['ContentLength']],
      ['text/x-test', 'no-store', { colour: 'blue' }, 6],
    );
    assert.equal(await aws.run('s3', 'cp', `s3://${bucket}/b c/d+e`, '-'), 'plain\n');
  });
  await steps.step('copy-object onto itself replaces the metadata', async () => {
    const replace = ['--metadata-directive', 'REPLACE', '--metadata', 'shape=round'];
    await api(aws, 'copy-object', '--key', 'a', '--copy-source', `${bucket}/a`, ...replace);
    assert.deepEqual((await api(aws, 'head-object', '--key', 'a'))['Metadata'], { shape: 'round' });
  });
  await steps.step('mv up, on the server and down', async () => {
    const up = newFile(workFolder, 'move/up.txt');
    const down = newFile(workFolder, 'move/down.txt');
    writeFileSync(up, 'moved\n');
    await aws.run('s3', 'mv', up, `s3://${bucket}/moved-1`);
    await aws.run('s3', 'mv', `s3://${bucket}/moved-1`, `s3://${bucket}/moved-2`);
    await aws.run('s3', 'mv', `s3://${bucket}/moved-2`, down);
    assert.deepEqual(readTree(join(workFolder, 'move')), { 'down.txt': 'moved\n' });
    await assertFails(aws, '404', 's3api', 'head-object', '--bucket', bucket, '--key', 'moved-2');
  });
  await steps.step('presign gives a URL that anybody can fetch', async () => {
    const url = (await aws.run('s3', 'presign', `s3://${bucket}/tree/deep/er/nested file.txt`)).trim();
    assert.equal((await fetchAnonymously(url, 200)).toString(), 'spaces in the name\n');
    await fetchAnonymously(
      url.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      403,
    );
  });
  await steps.step('get-object of ranges', async () => {
    const target = newFile(workFolder, 'range.bin');
    const ranges: [string, Buffer][] = [
      ['bytes=0-0', large.subarray(0, 1)],
      ['bytes=5242879-10485760', large.subarray(5_242_879, 10_485_761)],
      ['bytes=-19', large.subarray(-19)],
      [`bytes=${large.length - 1}-`, large.subarray(-1)],
    ];
    for (const [range, expected] of ranges) {
      await api(aws, 'get-object', '--key', 'tree/large.bin', '--range', range, target);
      assertSameFile(target, expected);
    }
    const beyond = ['--key', 'tree/plain.txt', '--range', 'bytes=6-', target];
    await assertFails(aws, 'InvalidRange', 's3api', 'get-object', '--bucket', bucket, ...beyond);
  });
  await steps.step('conditional reads and copies', async () => {
    const etag = String((await api(aws, 'head-object', '--key', 'a'))['ETag']);
    const of = (operation: string, key: string) => ['s3api', operation, '--bucket', bucket, '--key', key];
    await api(aws, 'get-object', '--key', 'a', '--if-match', etag, newFile(workFolder, 'conditional'));
    await assertFails(aws, '304', ...of('head-object', 'a'), '--if-none-match', etag);
    await assertFails(aws, '412', ...of('head-object', 'a'), '--if-match', '"0"');
    const from = ['--copy-source', `${bucket}/a`];
    await assertFails(aws, 'PreconditionFailed', ...of('copy-object', 'x'), ...from, '--copy-source-if-match', '"0"');
    await assertFails(
      aws,
      'PreconditionFailed',
      ...of('copy-object', 'x'),
      ...from,
      '--copy-source-if-none-match',
      etag,
    );
    await api(aws, 'copy-object', '--key', 'x', ...from, '--copy-source-if-match', etag);
  });
  await steps.step('object tags', async () => {
    const tags = { TagSet: [{ Key: 'project', Value: 'blue' }] };
    await api(aws, 'put-object-tagging', '--key', 'a', '--tagging', JSON.stringify(tags));
    assert.deepEqual(await api(aws, 'get-object-tagging', '--key', 'a'), tags);
    await api(aws, 'delete-object-tagging', '--key', 'a');
    assert.deepEqual(await api(aws, 'get-object-tagging', '--key', 'a'), { TagSet: [] });
  });
  await steps.step('ACL: public and private again', async () => {
    const url = `${server.endpoint}/${bucket}/a`;
    await fetchAnonymously(url, 403);
    await api(aws, 'put-object-acl', '--key', 'a', '--acl', 'public-read');
    assert.equal((await fetchAnonymously(url, 200)).toString(), 'plain\n');
    const { Grants } = await api(aws, 'get-object-acl', '--key', 'a');
    assert.deepEqual((Grants as { Permission: string }[]).map(({ Permission }) => Permission).sort(), [
      'FULL_CONTROL',
      'READ',
    ]);
    await api(aws, 'put-object-acl', '--key', 'a', '--acl', 'private');
    await fetchAnonymously(url, 403);
  });
  await steps.step('bucket configuration: CORS and lifecycle', async () => {
    const cors = { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['https://example.com'] }] };
    await api(aws, 'put-bucket-cors', '--cors-configuration', JSON.stringify(cors));
    assert.deepEqual(await api(aws, 'get-bucket-cors'), cors);
    await api(aws, 'delete-bucket-cors');
    const rules = { Rules: [{ ID: 'old', Filter: { Prefix: 'tmp/' }, Status: 'Enabled', Expiration: { Days: 3 } }] };
    await api(aws, 'put-bucket-lifecycle-configuration', '--lifecycle-configuration', JSON.stringify(rules));
    assert.deepEqual((await api(aws, 'get-bucket-lifecycle-configuration'))['Rules'], rules.Rules);
    await api(aws, 'delete-bucket-lifecycle');
  });
}

async function runParts({ steps, workFolder }: ClientContext, aws: Client, source: string): Promise<void> {
  const configure = (sizeMiB: number) => {
    const lines = ['[default]', 's3 =', `  multipart_threshold = ${sizeMiB}MB`, `  multipart_chunksize = ${sizeMiB}MB`];
    writeFileSync(newFile(workFolder, 'home/.aws/config'), lines.join('\n') + '\n');
  };
  for (const sizeMiB of [5, 8, 16]) {
    await steps.step(`cp in parts of ${sizeMiB} MiB, up and down`, async () => {
      configure(sizeMiB);
      const key = `parts-${sizeMiB}`;
      await aws.run('s3', 'cp', join(source, 'large.bin'), `s3://${bucket}/${key}`, '--no-progress');
      const parts = Math.ceil(large.length / (sizeMiB * mebibyte));
      assert.match(String((await api(aws, 'head-object', '--key', key))['ETag']), new RegExp(`-${parts}"$`));
      const target = newFile(workFolder, 'parts.bin');
      await aws.run('s3', 'cp', `s3://${bucket}/${key}`, target, '--no-progress');
      assertSameFile(target, large);
    });
  }
  await steps.step('cp of a large object on the server, in copied parts', async () => {
    configure(5);
    await aws.run('s3', 'cp', `s3://${bucket}/parts-8`, `s3://${bucket}/parts-copied`, '--no-progress');
    assert.match(String((await api(aws, 'head-object', '--key', 'parts-copied'))['ETag']), /-4"$/);
    const target = newFile(workFolder, 'parts-copied.bin');
    await aws.run('s3', 'cp', `s3://${bucket}/parts-copied`, target, '--no-progress');
    assertSameFile(target, large);
  });
  await steps.step('an upload in parts that is listed and aborted', async () => {
    const { UploadId } = await api(aws, 'create-multipart-upload', '--key', 'aborted');
    const upload = ['--key', 'aborted', '--upload-id', String(UploadId)];
    const part = ['--part-number', '7', '--body', join(source, 'plain.txt')];
    const { ETag } = await api(aws, 'upload-part', ...upload, ...part);
    const { Parts } = await api(aws, 'list-parts', ...upload);
    assert.deepEqual(
      (Parts as { PartNumber: number; ETag: string }[]).map((it) => [it.PartNumber, it.ETag]),
      [[7, ETag]],
    );
    const { Uploads } = await api(aws, 'list-multipart-uploads');
    assert.deepEqual(
      (Uploads as { UploadId: string }[]).map((it) => it.UploadId),
      [UploadId],
    );
    await api(aws, 'abort-multipart-upload', ...upload);
    await assertFails(aws, 'NoSuchUpload', 's3api', 'list-parts', '--bucket', bucket, ...upload);
  });
}

interface ListedVersion {
  readonly VersionId: string;
  readonly IsLatest: boolean;
}

async function runVersions({ steps, workFolder }: ClientContext, aws: Client, source: string): Promise<void> {
  await steps.step('versions: overwritten, deleted and back again', async () => {
    await api(aws, 'put-bucket-versioning', '--versioning-configuration', 'Status=Enabled');
    const put = (file: string) => aws.run('s3', 'cp', join(source, file), `s3://${bucket}/versioned`, '--no-progress');
    await put('plain.txt');
    await put('deep/er/nested file.txt');
    await aws.run('s3', 'rm', `s3://${bucket}/versioned`);
    await assertFails(aws, '404', 's3api', 'head-object', '--bucket', bucket, '--key', 'versioned');
    const listed = await api(aws, 'list-object-versions', '--prefix', 'versioned');
    const versions = listed['Versions'] as ListedVersion[];
    const [marker] = listed['DeleteMarkers'] as ListedVersion[];
    assert.deepEqual([versions.length, marker?.IsLatest], [2, true]);
    const target = newFile(workFolder, 'version');
    await api(aws, 'get-object', '--key', 'versioned', '--version-id', versions[1]?.VersionId ?? '', target);
    assertSameFile(target, sampleFiles['plain.txt']);
    await api(aws, 'delete-object', '--key', 'versioned', '--version-id', marker?.VersionId ?? '');
    await api(aws, 'get-object', '--key', 'versioned', target);
    assertSameFile(target, sampleFiles['deep/er/nested file.txt']);
  });
}

async function runEnd({ steps }: ClientContext, aws: Client): Promise<void> {
  await steps.step('rb is refused while there are objects', () =>
    assertFails(aws, 'BucketNotEmpty', 's3', 'rb', `s3://${bucket}`),
  );
  await steps.step('rm --recursive, then every version by delete-objects, then rb', async () => {
    await aws.run('s3', 'rm', `s3://${bucket}`, '--recursive', '--quiet');
    assert.deepEqual((await api(aws, 'list-objects-v2'))['Contents'], undefined);
    const listed = await api(aws, 'list-object-versions');
    const all = ['Versions', 'DeleteMarkers'].flatMap((name) => listed[name] as { Key: string; VersionId: string }[]);
    const doomed = { Objects: all.map(({ Key, VersionId }) => ({ Key, VersionId })), Quiet: true };
    assert.deepEqual(await api(aws, 'delete-objects', '--delete', JSON.stringify(doomed)), {});
    await aws.run('s3', 'rb', `s3://${bucket}`);
  });
}
