import { createHash, randomBytes } from 'node:crypto';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { markAfter } from '../../src/engine/checksums/mark';
import { plainConfiguration } from '../fakes/servedEngine';
import { electron, evaluate, programOf, runInElectron, startTlsServer, type RunningServer } from './runtime';

interface Versions {
  readonly node: string;
  readonly electron?: string;
  readonly openssl?: string;
}

const versions =
  electron === '' ? { node: '0' } : await evaluate<Versions>('console.log(JSON.stringify(process.versions))');
const [major = 0, minor = 0] = versions.node.split('.').map(Number);
/** What our programs need: SQLite without a flag. */
const isNewEnough = major > 22 || (major === 22 && minor >= 13);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cos-electron-'));
  console.log(
    `Electron ${versions.electron ?? '(none: a plain Node.js)'}, Node.js ${versions.node}, ${versions.openssl ?? 'no OpenSSL'}`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(electron === '')('In the Electron of COS_TEST_ELECTRON', () => {
  test('hashes that checksums, signatures and marks are made of give what they give in Node.js', async () => {
    const names = ['md5', 'sha1', 'sha256'];
    const found = await evaluate<Record<string, string>>(
      `const { createHash } = require('crypto');
      console.log(JSON.stringify(Object.fromEntries(${JSON.stringify(names)}.map((name) =>
        [name, createHash(name).update('123456789').digest('hex')]))));`,
    );
    expect(found).toEqual(
      Object.fromEntries(names.map((name) => [name, createHash(name).update('123456789').digest('hex')])),
    );
  });

  test('the mark of bytes on disk, GMAC, is the one that Node.js makes', async () => {
    const found = await evaluate<string>(
      `const mac = require('crypto').createCipheriv('aes-128-gcm', Buffer.alloc(16), Buffer.alloc(12));
      mac.setAAD(Buffer.alloc(16)); mac.setAAD(Buffer.from('123456789')); mac.final();
      console.log(JSON.stringify(mac.getAuthTag().toString('hex')));`,
    );
    expect(BigInt(`0x${found}`)).toBe(markAfter('GMAC', 0n, Buffer.from('123456789')));
  });

  describe('against a local server with --tls in Node.js', () => {
    let server: RunningServer;
    beforeAll(async () => void (server = await startTlsServer(process.execPath, join(folder, 'node'))));
    afterAll(() => server.stop());

    test('TLS trusts its authority, and nobody without it', async () => {
      const script = `require('https').get(process.env.URL_ASKED, {
          ...(process.env.CA_FILE ? { ca: require('fs').readFileSync(process.env.CA_FILE) } : {}) },
        (answer) => { answer.resume(); console.log(JSON.stringify(answer.statusCode)); process.exit(0); })
        .on('error', ({ code }) => { console.log(JSON.stringify(code)); process.exit(0); });`;
      const asked = { URL_ASKED: server.info.endpoint };
      expect(await evaluate(script, { ...asked, CA_FILE: server.info.caFile ?? '' })).toBe(403);
      expect(String(await evaluate(script, asked))).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY|UNSPECIFIED|UNABLE_TO_GET/);
    });
  });

  describe.skipIf(isNewEnough)('whose Node.js is too old', () => {
    // The others are not cut in two as cos is: a Node.js before 16 stops at their syntax.
    test.each(major < 16 ? (['cos'] as const) : (['cos', 'engine', 'localServer'] as const))(
      '%s ends with one sentence that says what it needs',
      async (name) => {
        const args = { cos: ['ls'], engine: [], localServer: ['--data', join(folder, 'old')] }[name];
        const { code, stdout, stderr } = await runInElectron([programOf(name), ...args], { HOME: folder });
        expect(code).not.toBe(0);
        expect(stdout).toBe('');
        expect(stderr.trim().split('\n')).toHaveLength(1);
        expect(stderr).toMatch(/Node\.js 22\.13/);
      },
    );
  });

  test.skipIf(!isNewEnough)('the engine on a command line ends with one sentence', async () => {
    const { code, stderr } = await runInElectron([programOf('engine')]);
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 1]);
  });

  describe.skipIf(!isNewEnough)('whose Node.js is new enough', () => {
    let server: RunningServer;
    beforeAll(async () => void (server = await startTlsServer(electron, join(folder, 'electron'))));
    afterAll(() => server.stop());

    test('cos brings every byte to the local server over TLS and back, both in Electron', async () => {
      const bytes = randomBytes(17 * 1024 * 1024 + 17);
      const [from, to] = [join(folder, 'from.bin'), join(folder, 'to.bin')];
      writeFileSync(from, bytes);
      const { info } = server;
      const run = (...args: string[]) =>
        runInElectron([programOf('cos'), ...args], {
          HOME: folder,
          AWS_ACCESS_KEY_ID: info.accessKeyId,
          AWS_SECRET_ACCESS_KEY: info.secretAccessKey,
          AWS_ENDPOINT_URL_S3: info.endpoint,
          NODE_EXTRA_CA_CERTS: info.caFile ?? '',
        });
      const made = await evaluate<number>(
        `const { readFileSync } = require('fs');
        const info = JSON.parse(process.env.INFO);
        const ask = (url, options, body) => new Promise((done, fail) => {
          const request = require('https').request(url, { ca: readFileSync(info.caFile), ...options }, (answer) => {
            const chunks = []; answer.on('data', (chunk) => chunks.push(chunk));
            answer.on('end', () => done({ status: answer.statusCode, text: Buffer.concat(chunks).toString() })); });
          request.on('error', fail); request.end(body); });
        (async () => {
          const form = 'grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Aapikey&apikey=' + info.apiKey;
          const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
          const { access_token } = JSON.parse((await ask(info.iamEndpoint + '/identity/token', { method: 'POST', headers }, form)).text);
          const bearer = { Authorization: 'Bearer ' + access_token, 'ibm-service-instance-id': info.serviceInstanceId };
          console.log((await ask(info.endpoint + '/electron', { method: 'PUT', headers: bearer })).status);
        })();`,
        { INFO: JSON.stringify(info) },
      );
      expect(made).toBe(200);
      for (const args of [
        ['cp', from, 'cos://electron/kept.bin'],
        ['cp', 'cos://electron/kept.bin', to],
      ]) {
        expect(await run(...args)).toMatchObject({ code: 0 });
      }
      expect(readFileSync(to).equals(bytes)).toBe(true);
      expect((await run('ls', 'cos://electron/')).stdout).toMatch(/kept\.bin/);
    });

    test('the engine answers, forked as VS Code forks it', async () => {
      const child = fork(programOf('engine'), [], {
        execPath: electron,
        env: { PATH: '/usr/bin:/bin', ELECTRON_RUN_AS_NODE: '1' },
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      const ended = once(child, 'exit');
      const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
      connection.listen();
      expect(await connection.sendRequest('engine/configure', plainConfiguration)).toMatchObject({ ok: true });
      connection.dispose();
      child.disconnect();
      expect((await ended)[0]).toBe(0);
    });
  });
});
