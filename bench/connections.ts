import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { dirname, join } from 'node:path';
import type { LocalServerInfo } from '../src/localServer/info';
import { signHeaders, type SigningKey } from '../test/localServer/s3/signer';
import { startBuiltServer } from '../test/soak/builtPrograms';
import { median, rounded } from './measure';

const connectionCount = 200;
const bucket = 'connections';

/** What each connection asks, once: a small body lies in the server's database, a larger one in a file of its own. */
const asks = [
  { name: 'GET 5 B', method: 'GET', path: () => `/${bucket}/small`, body: Buffer.alloc(0) },
  { name: 'PUT 5 B', method: 'PUT', path: (name: string) => `/${bucket}/small-${name}`, body: Buffer.from('small') },
  {
    name: 'PUT 20 KiB',
    method: 'PUT',
    path: (name: string) => `/${bucket}/file-${name}`,
    body: randomBytes(20 * 1024),
  },
] as const;
type Ask = (typeof asks)[number];

/** Of one server and one kind of request: of the fastest round, when its answers had come. */
interface Answers {
  readonly firstMs: number;
  readonly medianMs: number;
  readonly worstMs: number;
}

/** One row: the local server and one that burns 2 ms a request, in the same run. */
export interface ConnectionResult {
  readonly transport: 'http' | 'https';
  readonly ask: Ask['name'];
  readonly runs: number;
  readonly local: Answers;
  readonly plain: Answers;
  /** When all had their answer: ours ÷ the plain server's. */
  readonly ratio: number;
}

/** 200 connections that are opened at once, each with one small signed request. */
export async function benchConnections(
  folder: string,
  options: { readonly repetitions: number },
): Promise<readonly ConnectionResult[]> {
  const results: ConnectionResult[] = [];
  for (const transport of ['http', 'https'] as const) {
    const more = transport === 'https' ? ['--tls'] : [];
    const local = await startBuiltServer(join(folder, `connections-${transport}`), more);
    const plain = await startPlain(local.info);
    try {
      const ca = local.info.caFile === undefined ? undefined : readFileSync(local.info.caFile);
      await makeBucket(local.info, ca);
      for (const ask of asks) {
        const rounds: { local: number[]; plain: number[] }[] = [];
        for (let round = 0; round < options.repetitions; round += 1) {
          rounds.push({
            local: await openAll(local.info.endpoint, ca, signedRequests(local.info, ask, round)),
            plain: await openAll(plain.url, ca, signedRequests(local.info, ask, round)),
          });
        }
        const [ours, theirs] = [rounds.map((one) => one.local), rounds.map((one) => one.plain)].map(fastest);
        if (ours === undefined || theirs === undefined) throw new Error('nothing was measured');
        const ratio = rounded(ours.worstMs / theirs.worstMs);
        results.push({ transport, ask: ask.name, runs: options.repetitions, local: ours, plain: theirs, ratio });
      }
    } finally {
      plain.stop();
      await local.stop();
    }
  }
  return results;
}

interface Prepared {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Signed before the clock starts: what signing costs the client is none of the server's. */
function signedRequests(info: LocalServerInfo, ask: Ask, round: number): Prepared[] {
  return Array.from({ length: connectionCount }, (_, index) =>
    signed(info, ask.method, ask.path(`${round}-${index}`), ask.body),
  );
}

function signed(info: LocalServerInfo, method: string, path: string, content: Buffer): Prepared {
  const key: SigningKey = {
    accessKeyId: info.accessKeyId,
    secretAccessKey: info.secretAccessKey,
    region: 'us-south',
  };
  const { headers } = signHeaders(key, Date.now(), {
    method,
    path,
    headers: { host: new URL(info.endpoint).host, 'content-length': String(content.length) },
    payloadHash: createHash('sha256').update(content).digest('hex'),
  });
  return { method, path, headers, body: content };
}

async function makeBucket(info: LocalServerInfo, ca: Buffer | undefined): Promise<void> {
  await send(info.endpoint, ca, signed(info, 'PUT', `/${bucket}`, Buffer.alloc(0)));
  await send(info.endpoint, ca, signed(info, 'PUT', `/${bucket}/small`, Buffer.from('small')));
}

/** Opens a connection for each request, all at once; answers when each had its answer, in order. */
async function openAll(url: string, ca: Buffer | undefined, requests: readonly Prepared[]): Promise<number[]> {
  const startedAtMs = performance.now();
  const times = await Promise.all(
    requests.map(async (request) => {
      await send(url, ca, request);
      return performance.now() - startedAtMs;
    }),
  );
  return times.toSorted((a, b) => a - b);
}

async function send(url: string, ca: Buffer | undefined, { method, path, headers, body }: Prepared): Promise<void> {
  const options = { method, headers, agent: false as const };
  const request = ca === undefined ? httpRequest(url + path, options) : httpsRequest(url + path, { ...options, ca });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  if (response.statusCode !== 200) throw new Error(`${method} ${path} answered ${response.statusCode}`);
}

/** The round whose last answer came first: whatever else the machine does can only make one slower. */
function fastest(rounds: readonly (readonly number[])[]): Answers {
  const best = rounds.toSorted((a, b) => (a.at(-1) ?? 0) - (b.at(-1) ?? 0))[0] ?? [];
  return {
    firstMs: rounded(best[0] ?? Number.NaN),
    medianMs: rounded(median(best)),
    worstMs: rounded(best.at(-1) ?? Number.NaN),
  };
}

async function startPlain(info: LocalServerInfo): Promise<{ url: string; stop: () => void }> {
  const folder = info.caFile === undefined ? undefined : dirname(info.caFile);
  const files = folder === undefined ? [] : [join(folder, 'server-key.pem'), join(folder, 'server.pem')];
  const child = spawn(process.execPath, ['--no-warnings', 'bench/burningServer.ts', ...files], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const scheme = folder === undefined ? 'http' : 'https';
  return { url: `${scheme}://127.0.0.1:${line.toString().trim()}`, stop: () => child.stdin.end() };
}
