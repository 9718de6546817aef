import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { LocalServerInfo } from '../src/localServer/info';
import { startBuiltServer } from '../test/soak/builtPrograms';
import { median, rounded } from './measure';

const mebibyte = 1024 * 1024;
const bodyMebibytes = 1024;
const roundCount = 4;
const sizes = [10_000, 100_000, 1_000_000];
/** Enough folders at the smallest size for a full page from the middle. */
const objectsPerFolder = 5;
const pagesPerMeasurement = 40;
const deletedCount = 100_000;
const keysPerDelete = 1000;

/** Sends one body again and again; every benchmark request is sent alone. */
const block = randomBytes(mebibyte);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** The speed of the local server: bodies against a plain file server, pages and deletions at scale, and its memory. */
export async function benchLocalServer(_info: LocalServerInfo, folder: string): Promise<unknown> {
  const dataFolder = join(folder, 'local-server');
  const loads = sizes.flatMap((count) => [
    '--load',
    `bucket=flat-${count},objects=${count}`,
    '--load',
    `bucket=folders-${count},objects=${count},folders=${count / objectsPerFolder}`,
  ]);
  process.stderr.write('  filling buckets\n');
  const server = await startBuiltServer(dataFolder, loads);
  try {
    const token = await tokenOf(server.info);
    const cos: Target = { url: server.info.endpoint, headers: { authorization: `Bearer ${token}` } };
    const peak = () => peakMemoryBytes(dataFolder);
    const memory: Record<string, number> = { started: peak() };
    process.stderr.write('  pages\n');
    const pages = await measurePages(cos);
    memory['afterPages'] = peak();
    process.stderr.write('  deletions\n');
    const deletion = await measureDeletion(cos);
    memory['afterDeletion'] = peak();
    process.stderr.write('  bodies\n');
    const bodies = await measureBodies(cos, server.info, folder);
    memory['afterBodies'] = peak();
    return { bodies, pageMs: pages, deletion, peakMemoryBytes: memory };
  } finally {
    agent.destroy();
    await server.stop();
  }
}

interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One body of 1 GiB up and down, each server in turn, so that a slow moment of the machine hits all of them. */
async function measureBodies(cos: Target, info: LocalServerInfo, folder: string): Promise<unknown> {
  const created = await send(cos, 'PUT', '/bodies', {
    headers: { 'ibm-service-instance-id': info.serviceInstanceId },
  });
  if (created.status !== 200) throw new Error(`the bucket was not made: ${created.text}`);
  const plain = await Promise.all(
    (['careful', 'careless'] as const).map((kind) => startPlainServer(join(folder, kind), kind)),
  );
  const checksum = checksumHeader();
  const targets: readonly { name: string; target: Target; path: string }[] = [
    { name: 'local', target: { ...cos, headers: { ...cos.headers, ...checksum } }, path: '/bodies/body' },
    { name: 'careful', target: { url: plain[0]?.url ?? '', headers: {} }, path: '/body' },
    { name: 'careless', target: { url: plain[1]?.url ?? '', headers: {} }, path: '/body' },
  ];
  const times = new Map<string, number[]>();
  const note = (name: string, ms: number) => times.set(name, [...(times.get(name) ?? []), ms]);
  try {
    for (let round = 0; round < roundCount; round += 1) {
      for (const { name, target, path } of targets) {
        note(`${name} PUT`, await timed(() => expectOk(send(target, 'PUT', path, { repeatBlock: bodyMebibytes }))));
      }
      for (const { name, target, path } of targets) {
        note(`${name} GET`, await timed(() => expectOk(send(target, 'GET', path, { discard: true }))));
      }
    }
  } finally {
    for (const server of plain) server.stop();
  }
  // The fastest round: whatever else the machine does can only make one slower.
  const ms = (name: string) => Math.min(...(times.get(name) ?? []));
  const row = (verb: 'PUT' | 'GET') => ({
    localMs: Math.round(ms(`local ${verb}`)),
    plainMs: Math.round(ms(`careful ${verb}`)),
    plainWithoutChecksMs: Math.round(ms(`careless ${verb}`)),
    ratioToPlain: rounded(ms(`careful ${verb}`) / ms(`local ${verb}`)),
    ratioToPlainWithoutChecks: rounded(ms(`careless ${verb}`) / ms(`local ${verb}`)),
  });
  const allMs = Object.fromEntries([...times].map(([name, rounds]) => [name, rounds.map(Math.round)]));
  return { sizeBytes: bodyMebibytes * mebibyte, put: row('PUT'), get: row('GET'), allMs };
}

/** Median time of a first page, and of one from the middle, at each size; all of them in turn, against slow moments. */
async function measurePages(cos: Target): Promise<unknown> {
  const cases = sizes.flatMap((count) => {
    const middle = String(Math.floor(count / 2)).padStart(8, '0');
    const middleFolder = String(Math.floor(count / objectsPerFolder / 2) - 1).padStart(6, '0');
    return [
      { count, name: 'flatFirst', path: `/flat-${count}?list-type=2&prefix=object-` },
      { count, name: 'flatMiddle', path: `/flat-${count}?list-type=2&prefix=object-&start-after=object-${middle}` },
      { count, name: 'delimiterFirst', path: `/folders-${count}?list-type=2&delimiter=%2F` },
      {
        count,
        name: 'delimiterMiddle',
        path: `/folders-${count}?list-type=2&delimiter=%2F&start-after=folder-${middleFolder}%2Fz`,
      },
    ].map((page) => ({ ...page, times: [] as number[] }));
  });
  for (let index = 0; index < pagesPerMeasurement; index += 1) {
    for (const { path, times } of cases) times.push(await timed(() => expectOk(send(cos, 'GET', path, {}))));
  }
  return Object.fromEntries(
    sizes.map((count) => [
      String(count),
      Object.fromEntries(
        cases.filter((page) => page.count === count).map(({ name, times }) => [name, rounded(median(times))]),
      ),
    ]),
  );
}

/** Deletes a tenth of the largest bucket, a thousand keys a request. */
async function measureDeletion(cos: Target): Promise<unknown> {
  const bucket = `flat-${sizes.at(-1) ?? 0}`;
  const requestMs: number[] = [];
  for (let first = 0; first < deletedCount; first += keysPerDelete) {
    const objects = Array.from(
      { length: keysPerDelete },
      (_, index) => `<Object><Key>object-${String(first + index).padStart(8, '0')}.txt</Key></Object>`,
    ).join('');
    const body = Buffer.from(`<Delete><Quiet>true</Quiet>${objects}</Delete>`);
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
    requestMs.push(
      await timed(async () => {
        const answer = await send(cos, 'POST', `/${bucket}?delete`, { body, headers });
        if (answer.status !== 200 || answer.text.includes('<Error>')) throw new Error(`not deleted: ${answer.text}`);
      }),
    );
  }
  const totalMs = requestMs.reduce((sum, ms) => sum + ms, 0);
  return { objects: deletedCount, totalMs: Math.round(totalMs), requestMs: rounded(median(requestMs)) };
}

async function tokenOf(info: LocalServerInfo): Promise<string> {
  const response = await fetch(`${info.iamEndpoint}/identity/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ibm:params:oauth:grant-type:apikey',
      apikey: info.apiKey,
    }),
  });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`no token: ${response.status}`);
  return token;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function send(
  target: Target,
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: Buffer; repeatBlock?: number; discard?: boolean },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { repeatBlock = 0, body } = options;
    const length = body?.length ?? repeatBlock * block.length;
    const headers = { ...target.headers, ...options.headers, 'content-length': String(length) };
    const request = httpRequest(target.url + path, { method, headers, agent });
    request.on('error', reject);
    request.on('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => options.discard !== true && chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    let left = repeatBlock;
    const writeMore = () => {
      while (left > 0) {
        left -= 1;
        if (!request.write(block)) {
          request.once('drain', writeMore);
          return;
        }
      }
      request.end(body);
    };
    writeMore();
  });
}

async function expectOk(answer: Promise<Answer>): Promise<void> {
  const { status, text } = await answer;
  if (status !== 200) throw new Error(`answered ${status}: ${text.slice(0, 300)}`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return performance.now() - startedAtMs;
}

/** The checksum that the SDKs send by default, of the whole body. */
function checksumHeader(): Record<string, string> {
  let value = 0;
  for (let index = 0; index < bodyMebibytes; index += 1) value = crc32(block, value);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return { 'x-amz-checksum-crc32': bytes.toString('base64') };
}

async function startPlainServer(
  folder: string,
  kind: 'careful' | 'careless',
): Promise<{ url: string; stop: () => void }> {
  mkdirSync(folder);
  const child = spawn(process.execPath, ['--no-warnings', 'bench/plainFileServer.ts', folder, kind], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: `http://127.0.0.1:${line.toString().trim()}`, stop: () => child.stdin.end() };
}

/** The largest resident set so far (VmHWM); 0 where the system does not tell. */
function peakMemoryBytes(dataFolder: string): number {
  if (process.platform !== 'linux') return 0;
  const { pid } = JSON.parse(readFileSync(join(dataFolder, 'server.lock'), 'utf8')) as { pid: number };
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}
