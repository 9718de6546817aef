import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { withInstance } from './fakeIdentity';

const bundleFolder = mkdtempSync(join(tmpdir(), 'cos-crash-server-'));
afterAll(() => rmSync(bundleFolder, { recursive: true, force: true }));

const rounds = 5;
const writers = 8;
const keysPerWriter = 6;

/** A small seeded generator (mulberry32), so that a failing run can be repeated. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A body that names itself: any mixture of two bodies differs from both. */
function bodyOf(tag: string, sizeBytes: number): Buffer {
  const block = createHash('sha512').update(tag).digest();
  return Buffer.alloc(sizeBytes, block);
}

const hash = (body: Buffer): string => createHash('sha256').update(body).digest('hex');
const absent = 'absent';

/** What a key may hold: its last acknowledged state, and what a request without an answer may have made of it. */
interface Expectation {
  acknowledged: string;
  pending: string | undefined;
}

let bundle: Promise<string> | undefined;

/** The server's script in one file, as a plain Node runs it. */
function bundledServer(): Promise<string> {
  bundle ??= (async () => {
    const outfile = join(bundleFolder, 'crashServer.js');
    const entry = fileURLToPath(new URL('./crashServer.ts', import.meta.url));
    await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'warning' });
    return outfile;
  })();
  return bundle;
}

async function startServer(folder: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--no-warnings', await bundledServer(), folder], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout!.once('data', (data: Buffer) => resolve(data.toString().trim()));
    child.once('exit', () => reject(new Error('the server did not start')));
  });
  return { child, url: `http://127.0.0.1:${port}` };
}

test('killed at any moment, the server keeps what it acknowledged whole and shows nothing half', async () => {
  const seed = Number(process.env['COS_CRASH_SEED'] ?? randomInt(2 ** 31));
  console.log(`crash test seed: ${seed} (repeat with COS_CRASH_SEED=${seed})`);
  const random = generator(seed);
  const folder = mkdtempSync(join(tmpdir(), 'cos-crash-'));
  const states = new Map<string, Expectation>();
  let count = 0;
  let acknowledgedWrites = 0;
  const authorization = { authorization: 'Bearer token-Manager' };

  const oneWrite = async (url: string, key: string): Promise<void> => {
    const state = states.get(key) ?? { acknowledged: absent, pending: undefined };
    states.set(key, state);
    const body = bodyOf(`${seed}-${count++}`, [10, 5_000, 20_000, 300_000, 1_500_000][Math.floor(random() * 5)]!);
    const kind = random();
    const send = (method: string, path: string, content?: Buffer | string) =>
      fetch(`${url}/crash/${path}`, {
        method,
        headers: authorization,
        ...(content === undefined ? {} : { body: typeof content === 'string' ? content : new Uint8Array(content) }),
      });
    const settle = async (response: Promise<Response>, result: string): Promise<void> => {
      state.pending = result;
      const reply = await response;
      await reply.arrayBuffer();
      expect(reply.status).toBeLessThan(300);
      state.acknowledged = result;
      state.pending = undefined;
      acknowledgedWrites++;
    };
    if (kind < 0.6) {
      await settle(send('PUT', key, body), hash(body));
    } else if (kind < 0.8) {
      await settle(send('DELETE', key), absent);
    } else {
      const upload = /<UploadId>(.*)<\/UploadId>/.exec(await (await send('POST', `${key}?uploads`)).text())![1]!;
      const half = Math.floor(body.length / 2);
      const etags: string[] = [];
      for (const [index, part] of [body.subarray(0, half), body.subarray(half)].entries()) {
        etags.push((await send('PUT', `${key}?partNumber=${index + 1}&uploadId=${upload}`, part)).headers.get('etag')!);
      }
      const xml = etags
        .map((etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`)
        .join('');
      await settle(
        send('POST', `${key}?uploadId=${upload}`, `<CompleteMultipartUpload>${xml}</CompleteMultipartUpload>`),
        hash(body),
      );
    }
  };

  const verify = async (url: string): Promise<void> => {
    const listed = new Set(
      [
        ...(await (await fetch(`${url}/crash?list-type=2`, { headers: authorization })).text()).matchAll(
          /<Key>(.*?)<\/Key>/g,
        ),
      ].map((match) => match[1]!),
    );
    for (const [key, state] of states) {
      const reply = await fetch(`${url}/crash/${key}`, { headers: authorization });
      const found = reply.status === 404 ? absent : hash(Buffer.from(await reply.arrayBuffer()));
      expect([state.acknowledged, ...(state.pending === undefined ? [] : [state.pending])], key).toContain(found);
      expect(listed.has(key), key).toBe(found !== absent);
      state.acknowledged = found;
      state.pending = undefined;
    }
    expect([...listed].filter((key) => !states.has(key))).toEqual([]);
  };

  let server = await startServer(folder);
  try {
    expect(
      (await fetch(`${server.url}/crash`, { method: 'PUT', headers: { ...authorization, ...withInstance } })).status,
    ).toBe(200);
    for (let round = 0; round < rounds; round++) {
      const { child, url } = server;
      const work = Promise.allSettled(
        Array.from({ length: writers }, async (_, writer) => {
          for (;;) {
            await oneWrite(url, `w${writer}-k${Math.floor(random() * keysPerWriter)}`);
          }
        }),
      );
      await delay(150 + random() * 350);
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exited;
      for (const result of await work) {
        // Every writer must have ended because the connection broke, not because an answer was wrong.
        expect(String((result as PromiseRejectedResult).reason)).toMatch(
          /fetch failed|terminated|other side closed|Cannot read properties of null/,
        );
      }
      server = await startServer(folder);
      await verify(server.url);
      expectNoOrphans(folder);
    }
    expect(acknowledgedWrites).toBeGreaterThan(rounds * writers);
  } finally {
    server.child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Every byte file belongs to a row, and every row's file is there. */
function expectNoOrphans(folder: string): void {
  const database = new DatabaseSync(join(folder, 'cos.db'), { readOnly: true });
  const rows = database
    .prepare('SELECT file FROM blobs WHERE file IS NOT NULL')
    .all()
    .map((row) => String(row['file']));
  const unreferenced = database.prepare('SELECT count(*) AS n FROM blobs WHERE refs = 0').get();
  database.close();
  const files = readdirSync(join(folder, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath.slice(join(folder, 'blobs').length + 1)}/${entry.name}`);
  expect(files.sort()).toEqual(rows.sort());
  expect(unreferenced?.['n']).toBe(0);
}
