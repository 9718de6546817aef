import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/localServer/options';
import { accessToken, startTestServer, type TestServer } from './testServer';

let dataFolder: string;
const running: TestServer[] = [];
beforeEach(() => void (dataFolder = mkdtempSync(join(tmpdir(), 'cos-start-'))));
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
  rmSync(dataFolder, { recursive: true, force: true });
});

async function start(options: Parameters<typeof startTestServer>[0] = {}): Promise<TestServer> {
  const server = await startTestServer({ dataFolder, ...options });
  running.push(server);
  return server;
}

const modeOf = (name: string) => statSync(join(dataFolder, name)).mode & 0o777;

describe('the data folder', () => {
  it('keeps keys and tokens over a restart', async () => {
    const first = await start();
    const token = await accessToken(first);
    await first.close();
    const second = await start();
    expect(second.info.apiKey).toBe(first.info.apiKey);
    expect(second.info.secretAccessKey).toBe(first.info.secretAccessKey);
    const response = await fetch(`${second.info.accountsEndpoint}/coe/v2/accounts`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(200);
  });

  it('holds credentials.json in the form of a service credential, readable by its owner only', async () => {
    const { info } = await start();
    const credentials = JSON.parse(readFileSync(join(dataFolder, 'credentials.json'), 'utf8')) as unknown;
    expect(credentials).toMatchObject({
      apikey: info.apiKey,
      resource_instance_id: info.serviceInstanceId,
      cos_hmac_keys: { access_key_id: info.accessKeyId, secret_access_key: info.secretAccessKey },
      endpoints: info.endpointsCatalogueUrl,
      iam_auth_endpoint: `${info.iamEndpoint}/identity/token`,
      localServer: info,
    });
    expect([modeOf('credentials.json'), modeOf('identity.json')]).toEqual([0o600, 0o600]);
  });

  it('is refused while another server holds it, and free again after it closed', async () => {
    const first = await start();
    await expect(start()).rejects.toThrow(/is in use by another local server \(process \d+\)/);
    await first.close();
    await start();
  });

  it('is taken over from a server that died', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    for (const stale of [
      JSON.stringify({ pid: child.pid }),
      JSON.stringify({ pid: process.pid, processStart: 'other' }),
      '',
    ]) {
      writeFileSync(join(dataFolder, 'server.lock'), stale);
      const server = await start();
      await server.close();
    }
    expect(readdirSync(dataFolder).filter((name) => name.startsWith('server.lock'))).toEqual([]);
  });

  it('is refused with a sentence when it is a file', async () => {
    const file = join(dataFolder, 'file');
    writeFileSync(file, '');
    await expect(start({ dataFolder: file })).rejects.toThrow(
      /data folder ".*file" cannot be written \(file already exists, EEXIST\)/,
    );
  });

  it('is refused with a sentence when its keys or its store are damaged, which stay as they are', async () => {
    writeFileSync(join(dataFolder, 'identity.json'), '{"version":1,');
    await expect(start()).rejects.toThrow(/identity\.json" is damaged/);
    expect(readFileSync(join(dataFolder, 'identity.json'), 'utf8')).toBe('{"version":1,');
    rmSync(join(dataFolder, 'identity.json'));
    writeFileSync(join(dataFolder, 'cos.db'), 'not a database');
    await expect(start()).rejects.toThrow(/store in ".*" cannot be opened/);
    expect(readFileSync(join(dataFolder, 'cos.db'), 'utf8')).toBe('not a database');
    expect(existsSync(join(dataFolder, 'server.lock'))).toBe(false);
  });
});

describe('ports', () => {
  it('follow each other from the one given', async () => {
    const { port, info } = await startOnNeighbours();
    expect(info.endpoint).toBe(`http://127.0.0.1:${port}`);
    expect(Object.values(info.endpoints)).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((step) => `http://127.0.0.1:${port + step}`),
    );
    expect(info.iamEndpoint).toBe(`http://127.0.0.1:${port + 7}`);
  });

  /** Starts where a run of free ports seems to begin; another program may hold one of them, so this tries several. */
  async function startOnNeighbours(attempts = 10): Promise<{ port: number; info: TestServer['info'] }> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    try {
      return { port, info: (await start({ port })).info };
    } catch (error) {
      if (attempts === 0 || !/^Port \d+ .* is taken/.test((error as Error).message)) throw error;
      return await startOnNeighbours(attempts - 1);
    }
  }

  it('are named when one is taken, and nothing stays open', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      await expect(start({ port })).rejects.toThrow(`Port ${port} (us-south) is taken`);
    } finally {
      taken.close();
    }
    await start();
  });
});

describe('sample buckets', () => {
  it('are added once', async () => {
    const first = await start({ seed: 'demo' });
    expect(first.log.join('\n')).toContain('Added sample buckets: getting-started, ');
    await first.close();
    const second = await start({ seed: 'demo' });
    expect(second.log).toEqual([]);
  });
});

describe('HTTPS', () => {
  const fetchWith = (url: string, ca: string) =>
    new Promise<number>((resolve, reject) => {
      get(url, { ca, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      }).on('error', reject);
    });

  it('is served with a certificate that its authority vouches for, the same after a restart', async () => {
    const first = await start({ transport: 'https' });
    const caFile = first.info.caFile!;
    const ca = readFileSync(caFile, 'utf8');
    const path = '/identity/.well-known/openid-configuration';
    expect(first.info.iamEndpoint).toMatch(/^https:/);
    expect(await fetchWith(first.info.iamEndpoint + path, ca)).toBe(200);
    expect(await fetchWith(first.info.iamEndpoint.replace('127.0.0.1', 'localhost') + path, ca)).toBe(200);
    await first.close();
    const second = await start({ transport: 'https' });
    expect(await fetchWith(second.info.iamEndpoint + path, ca)).toBe(200);
    expect(readFileSync(caFile, 'utf8')).toBe(ca);
  });

  it('comes with an authority that may sign for loopback only, its key readable by its owner only', async () => {
    const { info } = await start({ transport: 'https' });
    const authority = new X509Certificate(readFileSync(info.caFile!));
    const server = new X509Certificate(readFileSync(join(dataFolder, 'tls', 'server.pem')));
    expect([authority.ca, server.ca]).toEqual([true, false]);
    expect(server.verify(authority.publicKey)).toBe(true);
    expect(server.subjectAltName).toContain('IP Address:127.0.0.1');
    expect(server.subjectAltName).toContain('DNS:localhost, DNS:*.localhost');
    expect([modeOf('tls/ca-key.pem'), modeOf('tls/server-key.pem')]).toEqual([0o600, 0o600]);
  });

  it('gets a new certificate when the old one belongs to another authority', async () => {
    const first = await start({ transport: 'https' });
    const caFile = first.info.caFile!;
    await first.close();
    rmSync(caFile);
    const second = await start({ transport: 'https' });
    const path = '/identity/.well-known/openid-configuration';
    expect(await fetchWith(second.info.iamEndpoint + path, readFileSync(caFile, 'utf8'))).toBe(200);
  });
});

describe('the command line', () => {
  it('is read', () => {
    expect(parseCommandLine(['--port', '0', '--data', 'd', '--seed', 'demo', '--tls', '--exit-with-parent'])).toEqual({
      kind: 'start',
      port: 0,
      dataFolder: 'd',
      seed: 'demo',
      loads: [],
      transport: 'https',
      lifetime: 'parent',
    });
    expect(parseCommandLine(['--help'])).toEqual({ kind: 'help' });
    expect(parseCommandLine(['--version'])).toEqual({ kind: 'version' });
  });

  it.each([
    [['--data', 'd', '--colour'], '--colour'],
    [['--data'], 'data'],
    [[], '--data DIR is missing'],
    [['--data', 'd', '--port', 'http'], '--port must be a number'],
    [['--data', 'd', '--port', '70000'], '--port must be a number'],
    [['--data', 'd', '--seed', 'all'], '--seed knows "demo" only'],
    [['d'], 'd'],
  ])('is refused in one sentence: %j', (argv, part) => {
    const read = parseCommandLine(argv);
    expect(read.kind).toBe('invalid');
    const message = read.kind === 'invalid' ? read.message : '';
    expect(message).toContain(part);
    expect(message.split('\n')).toHaveLength(1);
  });
});
