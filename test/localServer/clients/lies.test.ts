import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { LocalServerInfo } from '../../../src/localServer/info';
import { startLyingRelay, type LyingRelay } from '../../conformance/lies';
import { runProgram } from '../../conformance/program';
import { Steps } from '../../conformance/steps';

let truth: Server;
let relay: LyingRelay;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cos-lies-'));
  truth = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      if (request.url === '/gone') response.writeHead(404).end();
      else if (request.method === 'PUT') response.writeHead(200, { ETag: '"5d41"' }).end();
      else response.writeHead(200, { 'Content-Type': 'application/xml', ETag: '"5d41"' }).end('<Key>report</Key>');
    });
  }).listen(0, '127.0.0.1');
  await once(truth, 'listening');
  const endpoint = `http://127.0.0.1:${(truth.address() as AddressInfo).port}`;
  const urls = ['configEndpoint', 'kmsEndpoint', 'resourceControllerEndpoint', 'websiteEndpoint'];
  const info = { endpoint, endpoints: {}, ...Object.fromEntries(urls.map((name) => [name, endpoint])) };
  relay = await startLyingRelay(info as unknown as LocalServerInfo);
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

afterAll(async () => {
  vi.restoreAllMocks();
  await relay.stop();
  truth.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (path: string, method = 'GET') => fetch(`${relay.server.endpoint}${path}`, { method });
const results = (steps: Steps) => steps.results.map(({ name, status }) => `${status} ${name}`);

describe('A conformance step', () => {
  test('fails where it asserts no more than that the server answered', async () => {
    const steps = new Steps(relay);
    await steps.step('answered', async () => assert.equal((await ask('/key')).status, 200));
    await steps.step('wrote', async () => assert.equal((await ask('/key', 'PUT')).status, 200));
    await steps.step('holds nothing of others', async () =>
      assert.ok(!(await (await ask('/key')).text()).includes('x')),
    );
    expect(results(steps)).toEqual(['failed answered', 'failed wrote', 'failed holds nothing of others']);
    expect(steps.results[0]?.detail).toBe("passed although the server answered with the lie 'nothing'");
  });

  test('passes where it asserts bytes, header values, or that a thing is gone', async () => {
    const steps = new Steps(relay);
    await steps.step('bytes', async () => assert.equal(await (await ask('/key')).text(), '<Key>report</Key>'));
    await steps.step('header', async () => assert.equal((await ask('/key', 'HEAD')).headers.get('etag'), '"5d41"'));
    await steps.step('gone', async () => assert.equal((await ask('/gone', 'HEAD')).status, 404));
    expect(results(steps)).toEqual(['passed bytes', 'passed header', 'passed gone']);
  });

  test('of a program in Python is held to the same', async () => {
    const program = join(folder, 'program.py');
    writeFileSync(
      program,
      [
        'import urllib.request',
        'from steps import SERVER, end, same, step',
        'def ask(): return urllib.request.urlopen(SERVER["endpoint"] + "/key")',
        'step("answered")(lambda: same(ask().status, 200))',
        'step("content")(lambda: same(ask().read(), b"<Key>report</Key>"))',
        'end()',
      ].join('\n'),
    );
    const steps = new Steps(relay);
    const context = { server: relay.server, workFolder: folder, packageFolder: folder, steps, lies: relay };
    const environment = { PYTHONPATH: resolve('test/conformance'), PATH: process.env['PATH'] ?? '' };
    await runProgram(context, { command: 'python3', args: ['-B', program], environment });
    expect(results(steps)).toEqual(['failed answered', 'passed content']);
  });
});
