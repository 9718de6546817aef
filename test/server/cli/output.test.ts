import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useCos } from './cosFixture';

const world = useCos();

/** Runs the command with its output on a device that takes nothing. */
async function onFullDevice(args: readonly string[]): Promise<{ exitCode: number | null; stderr: string }> {
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, [world.bundle, ...args], {
    env: world.environment,
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stderr };
}

describe.runIf(process.platform === 'linux')('standard output that cannot be written', () => {
  it.each([
    ['ls', (bucket: string) => ['ls', `cos://${bucket}`]],
    ['ls --json', (bucket: string) => ['ls', '--json', `cos://${bucket}`]],
    ['stat', (bucket: string) => ['stat', `cos://${bucket}/k`]],
    ['cp to standard output', (bucket: string) => ['cp', `cos://${bucket}/k`, '-']],
    ['cp --json', (bucket: string) => ['cp', '--json', world.write('up', 'x'), `cos://${bucket}/up`]],
    ['rm --json', (bucket: string) => ['rm', '--json', `cos://${bucket}/k`]],
    ['--help', () => ['--help']],
  ])('is told by %s, with exit code 1', async (_what, args) => {
    await world.put(['k']);
    const end = await onFullDevice(args(world.bucket));
    expect(end.exitCode).toBe(1);
    expect(end.stderr).toContain('cos: standard output cannot be written: its disk is full\n');
    expect(end.stderr.match(/cannot be written/g)).toHaveLength(1);
  });
});

describe('with --json, what fails', () => {
  interface Schema {
    readonly required: readonly string[];
    readonly properties: Readonly<Record<string, { readonly enum?: readonly string[] }>>;
  }
  const schema = JSON.parse(readFileSync('docs/cos-error.schema.json', 'utf8')) as Schema;

  it.each([
    [['ls', 'cos://no-such-bucket-here'], 'notFound'],
    [['ls', '-r', 'cos://BUCKET/nothing'], 'notFound'],
    [['stat', 'cos://BUCKET/nothing'], 'notFound'],
    [['cp', '/no/such/file', 'cos://BUCKET/k'], 'localFile'],
    [['cp', 'cos://BUCKET/nothing', '-'], 'notFound'],
    [['rm', 'cos://BUCKET/nothing'], 'notFound'],
    [['ls', '--endpoint', 'http://127.0.0.1:1'], 'network'],
    [['ls', '--colour'], 'usage'],
    [['stat', 'nothing'], 'usage'],
  ])('%j is one object on standard output, with the exit code and the sentence as without', async (args, kind) => {
    const placed = args.map((arg) => arg.replace('BUCKET', world.bucket));
    const plain = await world.cos(placed);
    const end = await world.cos([...placed, '--json']);
    expect(end).toMatchObject({ exitCode: plain.exitCode, stderr: plain.stderr });
    const lines = end.stdout.split('\n');
    expect(lines).toHaveLength(2);
    const told = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(told).toMatchObject({ type: 'error', kind });
    expect(plain.stderr).toContain(told['message']);
    expect(Object.keys(told).filter((name) => !(name in schema.properties))).toEqual([]);
    expect(schema.required.filter((name) => !(name in told))).toEqual([]);
    expect(schema.properties['kind']?.enum).toContain(kind);
  });
});

describe('what a server says', () => {
  const nasty = 'a\u001b]0;title\u0007b\u009b2Jc\u202ed\u200be\nf';
  let server: Server;
  let endpoint: string;
  beforeAll(async () => {
    const text = [...nasty].map((character) => `&#${character.codePointAt(0)};`).join('');
    const coded = encodeURIComponent(nasty);
    server = createServer((request, response) => {
      response.setHeader('content-type', 'application/xml');
      const [path = ''] = (request.url ?? '').split('?');
      if (path === '/') {
        response.end(
          `<?xml version="1.1"?><ListAllMyBucketsResult><Buckets><Bucket><Name>${text}</Name><CreationDate>2026-01-01T00:00:00Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>`,
        );
      } else if (path === '/refused') {
        response.statusCode = 400;
        response.end(`<Error><Code>Odd</Code><Message>${text}</Message></Error>`);
      } else {
        response.end(
          `<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>${coded}</Key><Size>1</Size><LastModified>2024-01-01T00:00:00Z</LastModified></Contents></ListBucketResult>`,
        );
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  // eslint-disable-next-line no-control-regex -- what must not be there
  const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u200b]/;

  it.each([[['ls']], [['ls', 'cos://b']], [['ls', '-r', 'cos://b']], [['ls', 'cos://refused']]])(
    'is escaped by %j, as text, as JSON and in the log',
    async (args) => {
      const environment = { ...world.environment, AWS_ENDPOINT_URL_S3: endpoint, COS_LOG: 'debug' };
      for (const format of [[], ['--json']]) {
        const end = await world.cos([...args, ...format], { environment });
        expect(`${end.stdout}${end.stderr}`).not.toMatch(obeyed);
        const shown = args.includes('cos://refused') && format.length === 0 ? end.stderr : end.stdout;
        expect(shown).toContain('title');
        if (format.length === 0) expect(shown).toContain('d<U+200B>e<U+000A>f');
        else expect(JSON.stringify(JSON.parse(end.stdout.trim()))).toContain(JSON.stringify(nasty).slice(1, -1));
      }
    },
  );
});

describe('a hint', () => {
  it('names the proxy that is dead, and not the endpoint', async () => {
    const environment = { ...world.environment, HTTPS_PROXY: 'http://127.0.0.1:1' };
    const end = await world.cos(['ls', '--endpoint', 'https://s3.example.invalid'], { environment });
    expect(end).toMatchObject({ exitCode: 1 });
    expect(end.stderr).toContain('the proxy "127.0.0.1:1" cannot be reached. Check HTTPS_PROXY');
    expect(end.stderr).not.toContain('--endpoint');
  });

  it('names variables of the command line, and no settings of the editor', async () => {
    const environment = { ...world.environment, AWS_CA_BUNDLE: '/no/such.pem' };
    const end = await world.cos(['ls'], { environment });
    expect(end.stderr).toContain('Correct AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS');
    expect(end.stderr).not.toContain('ibmcos.');
  });

  it('never proposes an option that the command does not take, nor a folder without a name', async () => {
    const { bucket, cos } = world;
    await world.put(['a/b']);
    const stat = await cos(['stat', `cos://${bucket}/a/`]);
    expect(stat.stderr).toBe(`cos: "cos://${bucket}/a/" does not exist. What lies below it is shown by cos ls\n`);
    const copy = await cos(['cp', '-r', `cos://${bucket}/`, `cos://${bucket}/`]);
    expect(copy).toMatchObject({ exitCode: 1, stderr: 'cos: a bucket cannot be copied onto itself\n' });
  });

  it('says that a folder is needed where there is a file, without words of the system', async () => {
    await world.put(['k']);
    const file = world.write('file', 'x');
    for (const args of [
      ['cp', `cos://${world.bucket}/k`, join(file, 'below')],
      ['cp', '-r', `cos://${world.bucket}/`, file],
    ]) {
      const end = await world.cos(args);
      expect(end).toMatchObject({ exitCode: 1, stdout: '' });
      expect(end.stderr).toMatch(/needs a folder where there is a file/);
      expect(end.stderr).not.toMatch(/EEXIST|ENOTDIR|mkdir/);
    }
  });
});
