import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildCosCommand } from '../../fakes/cosCommand';
import { headOf, startHostileServer, tell } from '../../fakes/hostileServer';

const body = Buffer.from('hello world');
const headers = {
  etag: `"${createHash('md5').update(body).digest('hex')}"`,
  'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT',
};
let bundle: string;
let folder: string;

beforeAll(async () => {
  bundle = await buildCosCommand();
  folder = mkdtempSync(join(tmpdir(), 'cos-unknown-size-'));
});
afterAll(() => {
  for (const each of [folder, dirname(bundle)]) rmSync(each, { recursive: true, force: true });
});

/** A process of its own, since nothing within could stop one that spins. */
async function download(endpoint: string, target: string): Promise<{ exitCode: number | null; stderr: string }> {
  const env = { HOME: folder, AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_ENDPOINT_URL_S3: endpoint };
  const child = spawn(process.execPath, [bundle, 'cp', 'cos://bucket/k', target], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  const timer = setTimeout(() => child.kill('SIGKILL'), 12_000);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return { exitCode, stderr };
}

it.each([
  ['no length', {}],
  ['a length of 0', { 'content-length': '0' }],
  ['a negative length', { 'content-length': '-5' }],
  ['a length that is no number', { 'content-length': 'many' }],
  ['more bytes than there are', { 'content-length': '999' }],
])('an object of which a HEAD names %s is not downloaded, and leaves no file', async (_what, length) => {
  const server = await startHostileServer((request, socket) => {
    if (request.method !== 'HEAD') return tell(socket, request, { status: 200, headers, body });
    socket.end(headOf(200, { ...headers, ...length, connection: 'close' }));
  });
  const target = mkdtempSync(join(folder, 'target-'));
  const { exitCode, stderr } = await download(server.origin, join(target, 'k'));
  await server.close();
  expect(exitCode).toBeGreaterThan(0);
  expect(stderr).toMatch(/does not say how large|does not answer in HTTP|are not those of/);
  expect(readdirSync(target)).toEqual([]);
});
