import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildCosCommand, runCos } from '../../fakes/cosCommand';
import { startHostileServer, tell, type HostileServer } from '../../fakes/hostileServer';

let bundle: string;
let folder: string;
let server: HostileServer;

beforeAll(async () => {
  bundle = await buildCosCommand();
});
afterAll(() => rmSync(dirname(bundle), { recursive: true, force: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lying-'));
  writeFileSync(join(folder, 'f'), 'content');
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const session = 'IQoJb3JpZ2luX2VjEXAMPLESESSIONTOKEN';
const cos = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  runCos(bundle, args, {
    environment: {
      HOME: folder,
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_ENDPOINT_URL_S3: server.origin,
      ...environment,
    },
  });

describe('a service that changes to another protocol', () => {
  it.each([
    ['stat', 'cos://b/f'],
    ['stat', '--json', 'cos://b/f'],
    ['rm', 'cos://b/f'],
    ['rm', '-r', '--yes', 'cos://b/p/'],
    ['cp', 'cos://b/f', 'DIR/down'],
    ['cp', 'DIR/f', 'cos://b/f'],
    ['ls', 'cos://b/'],
  ])('ends cos %s %s %s with a failure that says so', async (...args) => {
    server = await startHostileServer((_request, socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    });
    const { exitCode, stderr } = await cos(
      args.filter((arg) => arg !== undefined).map((arg) => arg.replace('DIR', folder)),
    );
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/changes to another protocol \(101\) instead of answering/),
    ]);
  });
});

it('a service that asks to wait for a day is not waited for, and its wish is told', async () => {
  server = await startHostileServer((request, socket) =>
    tell(socket, request, {
      status: 503,
      headers: { 'retry-after': '86400' },
      body: Buffer.from('<Error><Code>SlowDown</Code></Error>'),
    }),
  );
  const { exitCode, stderr } = await cos(['ls', 'cos://b/']);
  expect([exitCode, stderr, server.seen.length]).toEqual([1, expect.stringContaining('asks to wait 24 hours'), 1]);
});

describe('a service that repeats what it was sent', () => {
  it.each([
    ['ls', 'cos://b/'],
    ['rm', '-r', '--yes', 'cos://b/p/'],
    ['cp', '--if-exists', 'replace', 'DIR/f', 'cos://b/f'],
  ])('is not repeated by cos %s %s %s: neither in sentence, JSON nor log', async (...words) => {
    server = await startHostileServer((request, socket) => {
      const said = `You sent ${request.headers['authorization']} and ${request.headers['x-amz-security-token']}`;
      tell(socket, request, {
        status: 400,
        headers: {},
        body: Buffer.from(`<Error><Code>Odd</Code><Message>${said}</Message></Error>`),
      });
    });
    const args = words.map((word) => word.replace('DIR', folder));
    const { exitCode, stdout, stderr } = await cos([...args, '--json'], {
      AWS_SESSION_TOKEN: session,
      COS_LOG: 'debug',
    });
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toContain('You sent …');
    expect(stdout + stderr).not.toContain(session.slice(0, 12));
    expect(stdout + stderr).not.toMatch(/[0-9a-f]{64}/);
  });

  it('is not repeated where it is IAM, and what was sent an API key', async () => {
    const apiKey = 'Zk3yEXAMPLE-of-an-API-key-of-forty-four-chars';
    server = await startHostileServer((request, socket) =>
      tell(socket, request, {
        status: 400,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(
          JSON.stringify({
            errorCode: 'BXNIM0415E',
            errorMessage: `Provided API key not found: ${request.body.toString()}`,
          }),
        ),
      }),
    );
    const { exitCode, stdout, stderr } = await runCos(
      bundle,
      ['ls', 'cos://b/', '--json', '--endpoint', server.origin],
      {
        environment: {
          HOME: folder,
          IBM_API_KEY_ID: apiKey,
          IBM_AUTH_ENDPOINT: `${server.origin}/identity/token`,
          COS_LOG: 'debug',
        },
      },
    );
    expect(exitCode).toBe(1);
    expect(server.seen.some(({ body }) => body.toString().includes(apiKey))).toBe(true);
    expect(stdout + stderr).not.toContain(apiKey.slice(0, 12));
  });
});

it('an address of a proxy that cannot be read is refused, without its password, and nothing goes around it', async () => {
  server = await startHostileServer((request, socket) =>
    tell(socket, request, { status: 404, headers: {}, body: Buffer.alloc(0) }),
  );
  const environment = { AWS_ENDPOINT_URL_S3: 'http://s3.example.com', HTTP_PROXY: 'http://user:hunter2hunter2@ bad:1' };
  const { exitCode, stderr } = await cos(['stat', 'cos://b/f'], environment);
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('The address of the proxy cannot be read')]);
  expect(stderr).not.toContain('hunter2');
});
