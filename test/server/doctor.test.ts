import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineClock } from '../../src/engine/clock';
import { systemClock } from '../../src/engine/clock';
import { openTlsFiles } from '../../src/localServer/tls';
import type { Connection, Credential } from '../../src/model/connection';
import type { Diagnosis, DiagnosisStepKind } from '../../src/model/diagnosis';
import { bucketName, objectKey } from '../../src/model/ids';
import { farAway, startForwardProxy } from '../fakes/forwardProxy';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import {
  startServedEngine,
  testConnectionId as connectionId,
  type EngineUnderTest,
  type ServedEngineOptions,
} from '../fakes/servedEngine';

const bucket = bucketName('patient');
const key = objectKey('a/b.txt');

describe('the connection doctor', () => {
  let plain: LocalFarSide;
  let secure: LocalFarSide;
  const engines: EngineUnderTest[] = [];

  const engineFor = async (
    connection: Connection,
    credential: Credential,
    options: Partial<ServedEngineOptions> = {},
  ): Promise<EngineUnderTest> => {
    const credentials = { [connectionId]: credential };
    const engine = await startServedEngine({ connections: [connection], credentials, ...options });
    engines.push(engine);
    return engine;
  };
  const examine = async (engine: EngineUnderTest, place = {}): Promise<Diagnosis> =>
    await engine.ask('connection/diagnose', { connectionId, ...place });
  const outcomes = ({ steps }: Diagnosis) => Object.fromEntries(steps.map((step) => [step.subject, step.outcome]));
  const steps = ({ steps: all }: Diagnosis, kind: DiagnosisStepKind) => all.filter((step) => step.kind === kind);
  const skewed = (byMs: number): EngineClock => ({ ...systemClock, nowMs: () => Date.now() + byMs });
  const keyOf = async (role: string): Promise<Credential> => {
    const { apiKey } = (await plain.admin('POST', '/keys', { role })) as { apiKey: string };
    return { kind: 'apiKey', apiKey };
  };

  beforeAll(async () => {
    [plain, secure] = await Promise.all([startLocalFarSide(), startLocalFarSide('https')]);
    const engine = await engineFor(plain.iam, plain.apiKey);
    await engine.ask('buckets/create', { connectionId, bucket, location: 'us-south', storageClass: 'smart' });
    const condition = { kind: 'always' } as const;
    const attributes = { headers: {} };
    await engine.ask('objects/write', { connectionId, bucket, key, bytes: Buffer.from('x'), attributes, condition });
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close();
  });
  afterAll(async () => {
    await plain.close();
    await secure.close();
  });

  it('finds nothing wrong with a connection that works, and reads no byte of any object', async () => {
    const engine = await engineFor(plain.iam, plain.apiKey);
    plain.server.requests.clear();
    const diagnosis = await examine(engine, { bucket });
    expect(diagnosis.conclusion).toBe('works');
    expect(diagnosis.steps.map(({ outcome }) => outcome)).not.toContain('failed');
    expect(steps(diagnosis, 'signIn')[0]?.facts).toMatchObject({ identityKind: 'user' });
    expect(steps(diagnosis, 'signIn')[0]?.facts?.tokenExpiresAtMs).toBeGreaterThan(Date.now());
    expect(steps(diagnosis, 'instance')[0]?.facts?.instanceName).toBe('local-cos');
    expect(steps(diagnosis, 'permission').map(({ subject }) => subject)).toContain('HeadObject');
    expect(steps(diagnosis, 'permission')[0]?.facts).toMatchObject({ bucketCount: 1, isBucketListed: true });
    const seen = Object.keys(plain.server.requests.read().byOperation);
    expect(seen.filter((operation) => /put|delete|create|GetObject$/i.test(operation))).toEqual([]);
    expect(JSON.stringify(diagnosis)).not.toMatch(/eyJ|Bearer/);
    expect(JSON.stringify(diagnosis)).not.toContain(plain.server.info.apiKey);
  });

  it.each([
    ['ObjectWriter', { ListBuckets: 'failed', ListObjectsV2: 'failed', HeadObject: 'failed' }],
    ['ObjectReader', { ListBuckets: 'failed', ListObjectsV2: 'failed', HeadObject: 'ok' }],
    ['ContentReader', { ListBuckets: 'failed', ListObjectsV2: 'ok', HeadObject: 'ok' }],
  ])('tells what the role %s may and may not', async (role, expected) => {
    const diagnosis = await examine(await engineFor(plain.iam, await keyOf(role)), { bucket, key });
    expect(diagnosis.conclusion).toBe('roleMissing');
    expect(outcomes(diagnosis)).toMatchObject(expected);
    const listing = diagnosis.steps.find(({ subject }) => subject === 'ListBuckets');
    expect(listing?.facts).toMatchObject({ role: 'Reader', action: 'account.get_account_buckets' });
  });

  it('tells a firewall from a missing role', async () => {
    const guarded = bucketName('guarded');
    const engine = await engineFor(plain.iam, plain.apiKey);
    await engine.ask('buckets/create', { connectionId, bucket: guarded, location: 'us-south', storageClass: 'smart' });
    const { iamEndpoint, configEndpoint, apiKey } = plain.server.info;
    const form = new URLSearchParams({ grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey: apiKey });
    const token = (await (await fetch(`${iamEndpoint}/identity/token`, { method: 'POST', body: form })).json()) as {
      access_token: string;
    };
    const answer = await fetch(`${configEndpoint}/b/${guarded}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token.access_token}`, 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ firewall: { allowed_ip: ['192.0.2.1'] } }),
    });
    expect(answer.ok).toBe(true);
    const diagnosis = await examine(engine, { bucket: guarded });
    expect(diagnosis.conclusion).toBe('shutOut');
    expect(outcomes(diagnosis)).toMatchObject({ ListBuckets: 'ok', HeadBucket: 'failed', ListObjectsV2: 'failed' });
  });

  it('stops at a wrong key, and says so', async () => {
    const wrong = await examine(await engineFor(plain.iam, { kind: 'apiKey', apiKey: 'no-such-key' }));
    expect(wrong.conclusion).toBe('signIn');
    expect(wrong.steps.at(-1)).toMatchObject({ kind: 'signIn', error: { reason: 'apiKeyUnknown' } });
    const pair = { kind: 'hmac', accessKeyId: 'nobody', secretAccessKey: 'nothing' } as const;
    const hmac = await examine(await engineFor(plain.hmac, pair));
    expect(hmac.conclusion).toBe('signIn');
    expect(steps(hmac, 'permission').map(({ outcome }) => outcome)).toEqual([
      'failed',
      ...Array.from({ length: 9 }, () => 'skipped'),
    ]);
  });

  it('measures a wrong clock', async () => {
    const clock = skewed(3_600_000);
    const diagnosis = await examine(await engineFor(plain.hmac, plain.hmacKey, { clock }));
    expect(diagnosis.conclusion).toBe('clock');
    const [step] = steps(diagnosis, 'clock');
    expect(step?.outcome).toBe('failed');
    expect(Math.abs((step?.facts?.skewMs ?? 0) - 3_600_000)).toBeLessThan(10_000);
    const slight = await examine(await engineFor(plain.iam, plain.apiKey, { clock: skewed(-300_000) }), { bucket });
    expect(steps(slight, 'clock')[0]?.outcome).toBe('warning');
    expect(slight.conclusion).toBe('works');
  });

  it('shows whose certificate is not trusted, and sends nothing secret there', async () => {
    secure.server.requests.clear();
    const diagnosis = await examine(await engineFor(secure.iam, secure.apiKey));
    expect(diagnosis.conclusion).toBe('network');
    const [step] = steps(diagnosis, 'tls');
    expect(step).toMatchObject({ outcome: 'failed', error: { kind: 'tls', reason: 'certificateUntrusted' } });
    expect(step?.facts?.tlsVersion).toMatch(/^TLSv1/);
    expect(step?.facts?.chain?.[0]?.issuer).not.toBe('');
    expect(step?.facts?.chain?.[0]?.validToMs).toBeGreaterThan(Date.now());
    expect(secure.server.requests.read().byOperation['iam.token']).toBeUndefined();
    const caFiles = [secure.server.info.caFile!];
    const trusting = await engineFor(secure.iam, secure.apiKey, { configuration: { caFiles } });
    expect((await examine(trusting)).conclusion).toBe('works');
  });

  it('tells a host that does not exist from one where nothing answers', async () => {
    const unknown = await examine(await engineFor({ ...plain.iam, endpoint: 'https://cos.invalid' }, plain.apiKey));
    expect(unknown.conclusion).toBe('network');
    expect(steps(unknown, 'dns')[0]).toMatchObject({ outcome: 'failed', error: { reason: 'hostUnknown' } });
    const dead = await examine(await engineFor({ ...plain.iam, endpoint: 'http://127.0.0.1:1' }, plain.apiKey));
    expect(steps(dead, 'tcp')[0]).toMatchObject({ outcome: 'failed', error: { reason: 'connectionRefused' } });
    expect(steps(dead, 'permission')).toEqual([]);
  });

  it('gives up on a host that accepts and never answers', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const endpoint = `http://127.0.0.1:${port}`;
    const options = { configuration: { requestTimeoutMs: 100 } };
    const diagnosis = await examine(await engineFor({ ...plain.iam, endpoint }, plain.apiKey, options));
    expect(steps(diagnosis, 'tcp')[0]).toMatchObject({ outcome: 'failed', error: { reason: 'timedOut' } });
    silent.close();
  });

  it('names the proxy in use without its password, and tells when it refuses', async () => {
    const proxy = await startForwardProxy('user:right');
    for (const password of ['right', 'wrong']) {
      const configuration = {
        proxyUrl: `http://user:${password}@127.0.0.1:${proxy.port}`,
        strictTls: false, // nobody has a certificate for that name
      };
      const diagnosis = await examine(await engineFor(farAway(secure.hmac), secure.hmacKey, { configuration }));
      const [step] = steps(diagnosis, 'proxy');
      expect(step).toMatchObject({
        outcome: password === 'right' ? 'ok' : 'failed',
        facts: { proxyHost: `127.0.0.1:${proxy.port}` },
      });
      expect(diagnosis.conclusion).toBe(password === 'right' ? 'works' : 'network');
      expect(JSON.stringify(diagnosis)).not.toContain(`:${password}`);
    }
    await proxy.close();
  });

  it.each(['plain', 'secure'] as const)('gives no password to a proxy that is not trusted (%s)', async (side) => {
    const proxy = await startForwardProxy('user:right');
    const folder = mkdtempSync(join(tmpdir(), 'proxy-'));
    const { keyPem, certificatePem } = openTlsFiles(folder, Date.now());
    const front = createTlsServer({ key: keyPem, cert: certificatePem }, (socket) => {
      const onward = connect(proxy.port, '127.0.0.1');
      for (const one of [socket, onward]) one.on('error', () => undefined);
      socket.pipe(onward).pipe(socket);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => front.once('listening', resolve));
    const address = front.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const configuration = {
      proxyUrl: `https://user:right@127.0.0.1:${port}`,
      caFiles: [secure.server.info.caFile!],
    };
    const { hmac, hmacKey } = side === 'plain' ? plain : secure;
    const diagnosis = await examine(await engineFor(farAway(hmac), hmacKey, { configuration }));
    expect(diagnosis.conclusion).toBe('network');
    expect(steps(diagnosis, 'tls')[0]).toMatchObject({
      outcome: 'failed',
      error: { kind: 'tls', reason: 'certificateUntrusted' },
    });
    expect(proxy.seen).toEqual([]);
    front.close();
    await proxy.close();
    rmSync(folder, { recursive: true });
  });
});
