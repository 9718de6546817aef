import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect } from 'vitest';
import { withInstance } from '../localServer/s3/fakeIdentity';
import { passed, until } from '../until';

const writers = 8;
const keysPerWriter = 6;
/** Writes that are answered before each kill. */
const leastWrites = 9;
const absent = 'absent';
const authorization = { authorization: 'Bearer token-Manager' };

/** What a run of crashes did. */
export interface CrashReport {
  readonly kills: number;
  /** Writes that were answered, by kind. */
  readonly acknowledged: Readonly<Record<WriteKind, number>>;
  /** Writes that were under way when the server died, and whether it had stored them all the same. */
  readonly unanswered: { readonly stored: number; readonly lost: number };
}

type WriteKind = 'put' | 'delete' | 'multipart';

/** What a key may hold: its last acknowledged state, and what a request without an answer may have made of it. */
interface Expectation {
  acknowledged: string;
  pending: string | undefined;
}

/**
 * Kills a local server with SIGKILL at random moments of a mixed write load, again and again on the same data folder, and
 * checks after each restart that every acknowledged object is whole and listed, that none other is, and that no byte file
 * is left over. Fails with the key that broke a promise; the same seed gives the same load.
 */
export async function runCrashes(seed: number, kills: number): Promise<CrashReport> {
  const folder = mkdtempSync(join(tmpdir(), 'cos-crash-'));
  const run = new CrashRun(seed, folder, await bundleServer(folder));
  try {
    return await run.run(kills);
  } finally {
    run.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

class CrashRun {
  readonly #seed: number;
  readonly #folder: string;
  readonly #script: string;
  readonly #random: () => number;
  readonly #states = new Map<string, Expectation>();
  readonly #acknowledged = { put: 0, delete: 0, multipart: 0 };
  readonly #unanswered = { stored: 0, lost: 0 };
  #bodyCount = 0;
  #awaited: { count: number; readonly resolve: () => void } | undefined;
  #child: ChildProcess | undefined;

  constructor(seed: number, folder: string, script: string) {
    this.#seed = seed;
    this.#folder = join(folder, 'data');
    this.#script = script;
    this.#random = generator(seed);
  }

  dispose(): void {
    this.#child?.kill('SIGKILL');
  }

  async run(kills: number): Promise<CrashReport> {
    let url = await this.#start();
    const created = await fetch(`${url}/crash`, { method: 'PUT', headers: { ...authorization, ...withInstance } });
    expect(created.status).toBe(200);
    for (let kill = 0; kill < kills; kill++) {
      const present = url;
      const work = Promise.allSettled(Array.from({ length: writers }, (_, writer) => this.#writeOn(present, writer)));
      // A loaded machine answers little in that time, and a kill before any write proves nothing.
      const isLoaded = this.#acknowledgedMore(leastWrites);
      await until(passed(50 + this.#random() * 450));
      await Promise.race([isLoaded, work]);
      await this.#kill();
      for (const result of await work) {
        // Every writer must have ended because the connection broke, not because an answer was wrong.
        expect(result).toMatchObject({ status: 'rejected', reason: expect.any(ConnectionLost) as ConnectionLost });
      }
      url = await this.#start();
      await this.#verify(url);
      expectNoOrphans(this.#folder);
    }
    return { kills, acknowledged: this.#acknowledged, unanswered: this.#unanswered };
  }

  /** Resolves when so many more writes were answered. */
  async #acknowledgedMore(count: number): Promise<void> {
    await new Promise<void>((resolve) => (this.#awaited = { count, resolve }));
  }

  async #start(): Promise<string> {
    const child = spawn(process.execPath, ['--no-warnings', this.#script, this.#folder], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    this.#child = child;
    const port = await new Promise<string>((resolve, reject) => {
      child.stdout!.once('data', (data: Buffer) => resolve(data.toString().trim()));
      child.once('exit', () => reject(new Error('the server did not start')));
    });
    return `http://127.0.0.1:${port}`;
  }

  async #kill(): Promise<void> {
    const child = this.#child!;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
  }

  async #writeOn(url: string, writer: number): Promise<never> {
    for (;;) await this.#writeOnce(url, `w${writer}-k${Math.floor(this.#random() * keysPerWriter)}`);
  }

  async #writeOnce(url: string, key: string): Promise<void> {
    const sizeBytes = [10, 5_000, 20_000, 300_000, 1_500_000][Math.floor(this.#random() * 5)]!;
    const body = bodyOf(`${this.#seed}-${this.#bodyCount++}`, sizeBytes);
    const choice = this.#random();
    if (choice < 0.6) {
      await this.#settle('put', key, hash(body), () => send(url, 'PUT', key, body));
    } else if (choice < 0.8) {
      await this.#settle('delete', key, absent, () => send(url, 'DELETE', key));
    } else {
      const upload = /<UploadId>(.*)<\/UploadId>/.exec((await send(url, 'POST', `${key}?uploads`)).text)![1]!;
      const half = Math.floor(body.length / 2);
      const parts: string[] = [];
      for (const [index, part] of [body.subarray(0, half), body.subarray(half)].entries()) {
        const { etag } = await send(url, 'PUT', `${key}?partNumber=${index + 1}&uploadId=${upload}`, part);
        parts.push(`<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`);
      }
      const document = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
      await this.#settle('multipart', key, hash(body), () => send(url, 'POST', `${key}?uploadId=${upload}`, document));
    }
  }

  async #settle(kind: WriteKind, key: string, result: string, write: () => Promise<unknown>): Promise<void> {
    const state = this.#states.get(key) ?? { acknowledged: absent, pending: undefined };
    this.#states.set(key, state);
    state.pending = result;
    await write();
    state.acknowledged = result;
    state.pending = undefined;
    this.#acknowledged[kind] += 1;
    if (this.#awaited !== undefined && --this.#awaited.count === 0) this.#awaited.resolve();
  }

  async #verify(url: string): Promise<void> {
    const listing = (await send(url, 'GET', '?list-type=2')).text;
    const listed = new Set([...listing.matchAll(/<Key>(.*?)<\/Key>/g)].map((match) => match[1]!));
    for (const [key, state] of this.#states) {
      const reply = await fetch(`${url}/crash/${key}`, { headers: authorization });
      const content = Buffer.from(await reply.arrayBuffer());
      const found = reply.status === 404 ? absent : hash(content);
      const { acknowledged, pending } = state;
      expect([acknowledged, ...(pending === undefined ? [] : [pending])], key).toContain(found);
      expect(listed.has(key), key).toBe(found !== absent);
      if (pending !== undefined && pending !== acknowledged) {
        this.#unanswered[found === pending ? 'stored' : 'lost'] += 1;
      }
      state.acknowledged = found;
      state.pending = undefined;
    }
    expect([...listed].filter((key) => !this.#states.has(key))).toEqual([]);
  }
}

/** The server went away under a request. */
class ConnectionLost extends Error {}

async function send(
  url: string,
  method: string,
  path: string,
  content?: Buffer | string,
): Promise<{ text: string; etag: string }> {
  const body = typeof content === 'string' || content === undefined ? content : new Uint8Array(content);
  let reply: Response;
  let text: string;
  try {
    const to = `${url}/crash${path.startsWith('?') ? '' : '/'}${path}`;
    reply = await fetch(to, { method, headers: authorization, ...(body === undefined ? {} : { body }) });
    text = await reply.text();
  } catch (cause) {
    throw new ConnectionLost(`${method} ${path}`, { cause });
  }
  expect(reply.status, `${method} ${path}: ${text}`).toBeLessThan(300);
  return { text, etag: reply.headers.get('etag') ?? '' };
}

/** The server's script in one file, as a plain Node runs it. */
async function bundleServer(folder: string): Promise<string> {
  const outfile = join(folder, 'crashServer.js');
  const entry = fileURLToPath(new URL('./crashServer.ts', import.meta.url));
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'warning' });
  return outfile;
}

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
  return Buffer.alloc(sizeBytes, createHash('sha512').update(tag).digest());
}

function hash(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

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
