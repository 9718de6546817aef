import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  CreateBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildCosCommand, hmacEnvironment, runCos, type CommandRun } from '../../fakes/cosCommand';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';

let farSide: LocalFarSide;
let bundle: string;
let raw: S3Client;
let folder: string;
let count = 0;
let bucket: string;

beforeAll(async () => {
  [farSide, bundle] = await Promise.all([startLocalFarSide(), buildCosCommand()]);
  const { endpoint, accessKeyId, secretAccessKey } = farSide.server.info;
  const credentials = { accessKeyId, secretAccessKey };
  raw = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
});
afterAll(async () => {
  raw.destroy();
  await farSide.close();
  rmSync(dirname(bundle), { recursive: true });
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cos-cli-'));
  bucket = `cli-${++count}`;
  await raw.send(new CreateBucketCommand({ Bucket: bucket }));
  return () => {
    farSide.server.faults.clear();
    rmSync(folder, { recursive: true });
  };
});

const cos = (args: string[], run: CommandRun = {}) =>
  runCos(bundle, args, { environment: hmacEnvironment(farSide.server.info, folder), ...run });

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

describe('cos', () => {
  it('keeps its compiled code where only its user may write, and works where it cannot keep it', async () => {
    const first = await cos(['--help']);
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    const kept = join(folder, '.cache/cos-explorer/compiled');
    expect(statSync(kept).mode & 0o777).toBe(0o700);
    expect(readdirSync(kept, { recursive: true }).length).toBeGreaterThan(1);
    expect(await cos(['--help'])).toEqual(first);

    const environment = { ...hmacEnvironment(farSide.server.info, folder), XDG_CACHE_HOME: write('file', '') };
    expect(await cos(['--help'], { environment })).toEqual(first);
  });

  it('moves a part of a folder up, inside the service and down', async () => {
    for (const name of ['one.csv', 'two.txt', 'drafts/three.csv', '2026/four.csv', '2026/five.txt'])
      write(`in/${name}`, name);
    const keys = async (prefix: string) =>
      ((await raw.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))).Contents ?? []).map(
        ({ Key }) => Key,
      );
    const up = ['cp', '-r', join(folder, 'in'), `cos://${bucket}/up/`, '--exclude', 'drafts'];
    expect(await cos(up)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await keys('up/')).toEqual(['up/2026/five.txt', 'up/2026/four.csv', 'up/one.csv', 'up/two.txt']);

    const across = ['cp', '-r', `cos://${bucket}/up/`, `cos://${bucket}/across/`, '--include', '*.csv'];
    expect(await cos(across)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await keys('across/')).toEqual(['across/2026/four.csv', 'across/one.csv']);

    const down = ['cp', '-r', `cos://${bucket}/up/`, join(folder, 'out'), '--include', '2026/*', '--exclude', '*.txt'];
    expect(await cos(down)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readdirSync(join(folder, 'out'), { recursive: true })).toEqual(['2026', '2026/four.csv']);

    const alone = await cos(['cp', join(folder, 'in/one.csv'), `cos://${bucket}/x`, '--include', '*']);
    expect(alone.exitCode).toBe(2);
    expect(alone.stderr).toContain('--include and --exclude choose among what is in folders; add --recursive');
  });

  it('copies inside the service with the protection of the source, or with what the bucket gives', async () => {
    const locked = `${bucket}-locked`;
    await raw.send(new CreateBucketCommand({ Bucket: locked, ObjectLockEnabledForBucket: true }));
    const path = write('deed.txt', 'deed');
    const lock = ['--lock-mode', 'GOVERNANCE', '--retain-until', '2099-01-01'];
    expect(await cos(['cp', path, `cos://${locked}/deed`, ...lock])).toMatchObject({ exitCode: 0, stderr: '' });
    const copyWith = async (key: string, how: string) =>
      await cos(['cp', `cos://${locked}/deed`, `cos://${locked}/${key}`, '--protection', how]);
    expect(await copyWith('kept', 'keep')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await copyWith('left', 'bucket-default')).toMatchObject({ exitCode: 0, stderr: '' });
    const modeOf = async (key: string) =>
      (await raw.send(new HeadObjectCommand({ Bucket: locked, Key: key }))).ObjectLockMode;
    expect(await modeOf('kept')).toBe('GOVERNANCE');
    expect(await modeOf('left')).toBeUndefined();

    const odd = await copyWith('odd', 'always');
    expect(odd).toMatchObject({ exitCode: 2 });
    expect(odd.stderr).toContain('--protection takes keep or bucket-default, not "always"');
    const up = await cos(['cp', path, `cos://${locked}/up`, '--protection', 'keep']);
    expect(up).toMatchObject({ exitCode: 2 });
    expect(up.stderr).toContain('--protection is for copies inside the service only');
  });

  it('says what a bucket lacks for the protection that an upload is to get, and sends nothing', async () => {
    const path = write('deed.txt', 'deed');
    const target = `cos://${bucket}/protected`;
    const lacks = (what: string) => ({
      exitCode: 1,
      stderr: `cos: bucket "${bucket}" has no ${what} need. Nothing was uploaded\n`,
    });
    const policy = lacks('retention policy, which --retain-until, --retain-days and --legal-hold');
    expect(await cos(['cp', path, target, '--retain-days', '2'])).toMatchObject(policy);
    expect(await cos(['cp', '-', target, '--legal-hold', 'case'], { input: Buffer.from('x') })).toMatchObject(policy);
    expect(await cos(['cp', path, target, '--lock-hold'])).toMatchObject(
      lacks('Object Lock, which --lock-mode and --lock-hold'),
    );
    expect(await cos(['stat', target])).toMatchObject({ exitCode: 1 });
  });

  it('tells its version', async () => {
    expect(await cos(['--version'])).toMatchObject({ exitCode: 0, stdout: 'cos 1.2.3\n', stderr: '' });
  });

  it('uploads, shows, lists, downloads and deletes one file', async () => {
    const path = write('note.txt', 'hello');
    expect(await cos(['cp', path, `cos://${bucket}/a/renamed.txt`])).toMatchObject({ exitCode: 0, stderr: '' });
    const stat = await cos(['stat', `s3://${bucket}/a/renamed.txt`, '--json']);
    expect(JSON.parse(stat.stdout)).toMatchObject({
      key: 'a/renamed.txt',
      sizeBytes: 5,
      headers: { contentType: 'text/plain' },
    });
    expect((await cos(['ls', `cos://${bucket}`])).stdout).toMatch(/^\s+folder {2}a\/\n$/);
    expect((await cos(['ls', `cos://${bucket}`, '--recursive'])).stdout).toMatch(/ 5 {2}a\/renamed.txt\n$/);
    expect(await cos(['cp', `cos://${bucket}/a/renamed.txt`, join(folder, 'back')])).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(folder, 'back'), 'utf8')).toBe('hello');
    expect(await cos(['rm', `cos://${bucket}/a/renamed.txt`])).toMatchObject({ exitCode: 0 });
    expect(await cos(['rm', `cos://${bucket}/a/renamed.txt`])).toMatchObject({
      exitCode: 1,
      stderr: `cos: "cos://${bucket}/a/renamed.txt" does not exist\n`,
    });
    expect(await cos(['rm', `cos://${bucket}/a/`])).toMatchObject({
      exitCode: 1,
      stderr: `cos: "cos://${bucket}/a/" does not exist. For what lies below it, add --recursive\n`,
    });
  });

  it('deletes all of the objects that are named, or none', async () => {
    const [here, gone] = [`cos://${bucket}/here`, `cos://${bucket}/gone`];
    expect(await cos(['cp', write('here', 'x'), here])).toMatchObject({ exitCode: 0 });
    expect(await cos(['rm', here, gone])).toMatchObject({
      exitCode: 1,
      stderr: `cos: one of the objects cannot be deleted, so nothing was\ncos: "${gone}" does not exist\n`,
    });
    expect(await cos(['stat', here])).toMatchObject({ exitCode: 0 });
  });

  it('gives uploads headers, metadata and tags, also those of standard input, and nothing else gets them', async () => {
    const path = write('note.txt', 'hello');
    const options = ['--content-type', 'text/x', '--metadata', 'Owner=me', '--tag', 'project=alpha'];
    const headOf = async (key: string) =>
      JSON.parse((await cos(['stat', `cos://${bucket}/${key}`, '--json'])).stdout) as object;
    const wanted = { headers: { contentType: 'text/x' }, metadata: { owner: 'me' }, tagCount: 1 };
    expect(await cos(['cp', path, `cos://${bucket}/file`, ...options])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await cos(['cp', '-', `cos://${bucket}/piped`, ...options], { input: Buffer.from('x') })).toMatchObject({
      exitCode: 0,
    });
    expect(await headOf('file')).toMatchObject(wanted);
    expect(await headOf('piped')).toMatchObject(wanted);

    const tooLarge = await cos(['cp', path, `cos://${bucket}/no`, '--metadata', `a=${'b'.repeat(2048)}`]);
    expect(tooLarge).toMatchObject({ exitCode: 1 });
    expect(tooLarge.stderr).toContain('The metadata has 2049 bytes of names and values; the service takes 2048');
    const down = await cos(['cp', `cos://${bucket}/file`, folder, ...options]);
    expect(down).toMatchObject({ exitCode: 2 });
  });

  it('carries folders there and back', async () => {
    const files = { a: '1', 'sub/b c.txt': '2', 'sub/deep/ü': '', 'odd%20#?': '4' };
    for (const [name, text] of Object.entries(files)) write(`source/${name}`, text);
    expect(await cos(['cp', '--recursive', join(folder, 'source'), `cos://${bucket}/p`])).toMatchObject({
      exitCode: 0,
    });
    expect(await cos(['cp', '-r', `cos://${bucket}/p`, join(folder, 'back')])).toMatchObject({ exitCode: 0 });
    for (const [name, text] of Object.entries(files)) {
      expect(readFileSync(join(folder, 'back', name), 'utf8')).toBe(text);
    }
    expect(await cos(['rm', '-r', `cos://${bucket}/p`])).toMatchObject({ exitCode: 2 });
    expect(await cos(['rm', '-r', `cos://${bucket}/p`, '--yes'])).toMatchObject({ exitCode: 0 });
    expect((await cos(['ls', `cos://${bucket}`])).stdout).toBe('');
  });

  it('pipes standard input up in parts and an object to standard output', async () => {
    const input = Buffer.alloc(12 * 1024 * 1024 + 1, 'piped ');
    const up = await cos(['cp', '-', `cos://${bucket}/piped`, '--part-size', '5M'], { input });
    expect(up).toMatchObject({ exitCode: 0, stderr: '' });
    const down = await cos(['cp', `cos://${bucket}/piped`, '-']);
    expect(down.exitCode).toBe(0);
    expect(down.stdout === input.toString()).toBe(true);
  });

  it.each([
    ['fail', 1, 'old'],
    ['skip', 0, 'old'],
    ['replace', 0, 'new'],
  ])('with --if-exists %s ends with %d and leaves "%s", in both directions', async (choice, exitCode, content) => {
    await cos(['cp', write('f', 'old'), `cos://${bucket}/f`]);
    await cos(['cp', write('g', 'new'), `cos://${bucket}/g`]);
    const up = await cos(['cp', write('n', 'new'), `cos://${bucket}/f`, '--if-exists', choice]);
    expect(up.exitCode).toBe(exitCode);
    expect((await cos(['cp', `cos://${bucket}/f`, '-'])).stdout).toBe(content);
    const target = write('target', 'old');
    const down = await cos(['cp', `cos://${bucket}/g`, target, '--if-exists', choice]);
    expect(down.exitCode).toBe(exitCode);
    expect(readFileSync(target, 'utf8')).toBe(content);
  });

  it('never leaves the target folder, and says so with the exit code of a partial failure', async () => {
    await raw.send(new PutObjectCommand({ Bucket: bucket, Key: '../../x', Body: 'outside' }));
    await raw.send(new PutObjectCommand({ Bucket: bucket, Key: 'inside', Body: 'inside' }));
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    const down = await cos(['cp', '-r', `cos://${bucket}/`, join(folder, 'a/b')]);
    expect(down).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('skipped "../../x"') as string });
    expect(readdirSync(folder, { recursive: true }).filter((name) => name.toString().endsWith('x'))).toEqual([]);
    expect(readFileSync(join(folder, 'a/b/inside'), 'utf8')).toBe('inside');
  });

  it('tells partial failure from total, and says what failed', async () => {
    write('in/a', '1');
    write('in/b', '2');
    await cos(['cp', '-r', join(folder, 'in'), `cos://${bucket}/p`]);
    write('out/b', 'old');
    const down = await cos(['cp', '-r', `cos://${bucket}/p`, join(folder, 'out')]);
    expect(down.exitCode).toBe(3);
    expect(down.stderr).toMatch(/out\/b" exists; it was left as it is\. Use --if-exists replace/);
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['a', 'b']);
  });

  it('prints progress and result as JSON lines', async () => {
    const path = write('big', Buffer.alloc(11 * 1024 * 1024));
    const { stdout } = await cos(['cp', path, `cos://${bucket}/`, '--json', '--part-size', '5M']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; bytesDone: number });
    expect(lines.at(-1)).toMatchObject({ type: 'result', state: 'done', bytesDone: 11 * 1024 * 1024, itemsDone: 1 });
    expect(lines.slice(0, -1).every(({ type }) => type === 'progress')).toBe(true);
    expect(lines.map(({ bytesDone }) => bytesDone)).toEqual(
      lines.map(({ bytesDone }) => bytesDone).toSorted((a, b) => a - b),
    );
  });

  it.each([
    ['Ctrl-C is pressed', 'up'],
    ['Ctrl-C is pressed', 'down'],
    ['nobody reads its progress any more', 'up'],
    ['nobody reads its progress any more', 'down'],
  ])('leaves nothing half-written when %s on the way %s', async (why, way) => {
    const path = write('big', Buffer.alloc(30 * 1024 * 1024, 'x'));
    if (way === 'down') await cos(['cp', path, `cos://${bucket}/big`]);
    const operation = way === 'up' ? 'UploadPart' : 'GetObject';
    farSide.server.faults.arm({ fault: { kind: 'latency', delayMs: 300 }, match: { operation } });
    const target = join(folder, 'new', 'big');
    const args = way === 'up' ? [path, `cos://${bucket}/big`] : [`cos://${bucket}/big`, target];
    const stop = why === 'Ctrl-C is pressed' ? { interruptAt: /"running"/ } : { closeOutputAt: /"running"/ };
    const end = await cos(['cp', ...args, '--json', '--part-size', '5M'], stop);
    expect(end.exitCode).toBe(130);
    expect(end.stderr).toMatch(/^cos: cancelled/);
    if (way === 'up') expect((await cos(['stat', `cos://${bucket}/big`])).exitCode).toBe(1);
    else expect(existsSync(join(folder, 'new'))).toBe(false);
    const uploads = await raw.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(uploads.Uploads ?? []).toEqual([]);
  });

  it.each(['up', 'down'])('goes on with --resume where Ctrl-C has interrupted it on the way %s', async (way) => {
    const bytes = Buffer.alloc(40 * 1024 * 1024, 'resumable ');
    const path = write('resumable', bytes);
    const target = join(folder, 'came-down');
    if (way === 'down') await cos(['cp', path, `cos://${bucket}/resumable`, '--if-exists', 'replace']);
    const operation = way === 'up' ? 'UploadPart' : 'GetObject';
    farSide.server.faults.arm({ fault: { kind: 'latency', delayMs: 200 }, match: { operation } });
    const places = way === 'up' ? [path, `cos://${bucket}/resumed`] : [`cos://${bucket}/resumable`, target];
    const args = ['cp', ...places, '--resume', '--json', '--part-size', '5M', '--concurrency', '1'];
    const interrupted = await cos(args, { interruptAt: /"bytesDone":[1-9]/ });
    expect(interrupted.exitCode).toBe(130);
    expect(interrupted.stderr).toContain('--resume goes on from here');
    farSide.server.faults.clear();

    const end = await cos(args);
    expect(end).toMatchObject({ exitCode: 0, stderr: '' });
    const first = JSON.parse(end.stdout.split('\n')[0] ?? '') as { bytesDone: number };
    expect(first.bytesDone).toBeGreaterThan(0);
    if (way === 'up') await cos(['cp', `cos://${bucket}/resumed`, target]);
    expect(readFileSync(target).equals(bytes)).toBe(true);
    rmSync(target);
    const uploads = await raw.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(uploads.Uploads ?? []).toEqual([]);
  });

  it('copies inside the service', async () => {
    await cos(['cp', write('f', 'bytes'), `cos://${bucket}/f`]);
    expect(await cos(['cp', `cos://${bucket}/f`, `cos://${bucket}/deep/`])).toMatchObject({ exitCode: 0 });
    expect((await cos(['cp', `cos://${bucket}/deep/f`, '-'])).stdout).toBe('bytes');
  });

  it('lists buckets with an API key from the environment', async () => {
    const { apiKey, serviceInstanceId, iamEndpoint, endpoint } = farSide.server.info;
    const environment = {
      HOME: folder,
      IBM_API_KEY_ID: apiKey,
      IBM_SERVICE_INSTANCE_ID: serviceInstanceId,
      IBM_AUTH_ENDPOINT: `${iamEndpoint}/identity/token`,
    };
    const { exitCode, stdout } = await cos(['ls', '--json', '--endpoint', endpoint], { environment });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`"name":"${bucket}"`);
  });
});

describe('what is wrong', () => {
  it.each([
    [[], 2, 'a verb is needed'],
    [['mv', 'a', 'b'], 2, '"mv" is not a verb'],
    [['ls', '--colour'], 2, "Unknown option '--colour'"],
    [['cp', 'a'], 2, 'cp needs a source and a target'],
    [['cp', 'a', 'b'], 2, 'one side of cp must be cos://bucket/key'],
    [['cp', '/no/such/file', 'cos://b/k'], 1, '"/no/such/file" does not exist'],
    [['cp', 'a', 'cos://b/k', '--if-exists', 'ask'], 2, '--if-exists takes skip, replace or fail'],
    [['cp', 'a', 'cos://b/k', '--part-size', '1M'], 2, '--part-size takes 5M to 5G'],
    [['stat', 'cos://'], 2, 'names no bucket'],
    [['rm', 'cos://b'], 2, 'an object is needed'],
    [['ls', 'cos://no-such-bucket-here'], 1, 'there is no bucket "no-such-bucket-here"'],
    [['ls', '--endpoint', 'http://127.0.0.1:1'], 1, 'nothing answers at "127.0.0.1:1". Check --endpoint'],
    [['ls', '--endpoint', 'not an endpoint'], 1, 'is not the address of a server'],
  ])('%j ends with %d and a sentence', async (args, exitCode, text) => {
    const end = await cos(args);
    expect(end.stderr).toContain(text);
    expect(end.stderr).toMatch(/^cos: .*\n$/);
    expect(end).toMatchObject({ exitCode, stdout: '' });
  });

  it('never shows a secret', async () => {
    const environment = {
      ...hmacEnvironment(farSide.server.info, folder),
      AWS_SECRET_ACCESS_KEY: 'wrong-secret-value',
    };
    const end = await cos(['ls'], { environment: { ...environment, COS_LOG: 'debug' } });
    expect(end).toMatchObject({ exitCode: 1 });
    expect(end.stderr).toContain('the secret access key does not match');
    expect(end.stderr).not.toContain('wrong-secret-value');
  });

  it('says which credentials are missing', async () => {
    expect((await cos(['ls'], { environment: { HOME: folder } })).stderr).toContain('no credentials were found');
    const half = await cos(['ls'], { environment: { HOME: folder, AWS_ACCESS_KEY_ID: 'x' } });
    expect(half).toMatchObject({ exitCode: 2 });
    expect(half.stderr).toContain('AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not');
  });

  it('helps', async () => {
    for (const verb of ['ls', 'stat', 'cp', 'rm']) {
      const end = await cos([verb, '--help'], { environment: {} });
      expect(end).toMatchObject({ exitCode: 0, stderr: '' });
      expect(end.stdout).toMatch(new RegExp(`^Usage: cos ${verb} `));
    }
  });
});
