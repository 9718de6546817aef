import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock, type EngineClock } from '../../src/engine/clock';
import type { Connection, Credential } from '../../src/model/connection';
import type { CosError } from '../../src/model/cosError';
import { bucketName, objectKey } from '../../src/model/ids';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import {
  plainConfiguration,
  startServedEngine,
  testConnectionId as connectionId,
  type EngineUnderTest,
} from '../fakes/servedEngine';

const bucket = bucketName('bad-input');

describe('what people get wrong', () => {
  let farSide: LocalFarSide;
  let secure: LocalFarSide;
  let webPage: Server;
  let webOrigin: string;

  beforeAll(async () => {
    [farSide, secure] = await Promise.all([startLocalFarSide(), startLocalFarSide('https')]);
    webPage = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Welcome</title>');
    });
    await new Promise<void>((resolve) => webPage.listen(0, '127.0.0.1', resolve));
    webOrigin = `http://127.0.0.1:${(webPage.address() as AddressInfo).port}`;
    await using(farSide.iam, farSide.apiKey, async (engine) => {
      await engine.ask('buckets/create', { connectionId, bucket, location: 'us-south', storageClass: 'standard' });
    });
  });
  afterAll(async () => {
    webPage.closeAllConnections();
    await new Promise((resolve) => webPage.close(resolve));
    await farSide.close();
    await secure.close();
  });

  const using = async <T>(
    connection: Connection,
    credential: Credential | undefined,
    use: (engine: EngineUnderTest) => Promise<T>,
    clock?: EngineClock,
  ): Promise<T> => {
    const engine = await startServedEngine({
      connections: [connection],
      credentials: credential === undefined ? {} : { [connectionId]: credential },
      ...(clock === undefined ? {} : { clock }),
    });
    try {
      return await use(engine);
    } finally {
      await engine.close();
    }
  };
  const refusal = async (connection: Connection, credential?: Credential, clock?: EngineClock): Promise<CosError> =>
    await using(connection, credential, async (engine) => await engine.refuse('buckets/list', { connectionId }), clock);
  /** Everything but the connection's own endpoint as the local server has it. */
  const at = (endpoint: string): Connection => ({ ...farSide.hmac, endpoint });

  it.each(['', 'https://', 'ftp://host', 'https://host/bucket', 'https://user:secret@host', 'http://host:99999'])(
    'says that the endpoint "%s" is not one',
    async (endpoint) => {
      const error = await refusal(at(endpoint), farSide.hmacKey);
      expect(error).toMatchObject({ kind: 'invalid', retry: 'never' });
      expect(error.detail).toContain('It looks like https://');
      expect(error.detail).not.toContain('secret');
    },
  );

  it('tells an unknown host, a closed port and a port without TLS apart', async () => {
    expect(await refusal(at('https://no-such-host.invalid'), farSide.hmacKey)).toMatchObject({
      kind: 'network',
      reason: 'hostUnknown',
      host: 'no-such-host.invalid',
    });
    expect(await refusal(at('http://127.0.0.1:1'), farSide.hmacKey)).toMatchObject({
      kind: 'network',
      reason: 'connectionRefused',
      host: '127.0.0.1:1',
    });
    const plainPort = farSide.server.info.endpoint.replace('http:', 'https:');
    expect(await refusal(at(plainPort), farSide.hmacKey)).toMatchObject({ kind: 'tls', reason: 'notACosEndpoint' });
  });

  it('notices a web page in the place of the service, of IAM, and of an object', async () => {
    expect(await refusal(at(webOrigin), farSide.hmacKey)).toMatchObject({ kind: 'network', reason: 'notACosEndpoint' });
    const iam = { ...farSide.iam, iamEndpoint: webOrigin };
    expect(await refusal(iam, farSide.apiKey)).toMatchObject({ op: 'IamToken', reason: 'notACosEndpoint' });
  });

  it('names a certificate that is not trusted, and its host', async () => {
    const host = new URL(secure.hmac.endpoint).host;
    expect(await refusal(secure.hmac, secure.hmacKey)).toMatchObject({
      kind: 'tls',
      reason: 'certificateUntrusted',
      host,
    });
  });

  it('tells a wrong key id from a wrong secret', async () => {
    const { accessKeyId, secretAccessKey } = farSide.server.info;
    const wrongId = { kind: 'hmac', accessKeyId: 'f'.repeat(32), secretAccessKey } as const;
    expect(await refusal(farSide.hmac, wrongId)).toMatchObject({ kind: 'signInNeeded', reason: 'accessKeyUnknown' });
    const wrongSecret = { kind: 'hmac', accessKeyId, secretAccessKey: 'wrong' } as const;
    expect(await refusal(farSide.hmac, wrongSecret)).toMatchObject({
      kind: 'signInNeeded',
      reason: 'signatureMismatch',
    });
    expect(await refusal(farSide.hmac)).toMatchObject({ kind: 'signInNeeded' });
  });

  it('names the difference when the clock is wrong', async () => {
    const slow: EngineClock = { ...systemClock, nowMs: () => Date.now() - 20 * 60_000 };
    const error = await refusal(farSide.hmac, farSide.hmacKey, slow);
    expect(error).toMatchObject({ kind: 'denied', reason: 'clockSkewed', code: 'RequestTimeTooSkewed' });
    expect(error.detail).toContain('20 minutes behind');
  });

  it('knows an instance of another account, and an id that is none', async () => {
    const foreign = farSide.iam.serviceInstanceId
      .replace(/a\/[^:]+/, `a/${'0'.repeat(32)}`)
      .replace(/[0-9a-f]{12}::$/, '000000000000::');
    for (const [serviceInstanceId, reason] of [
      [foreign, 'otherAccount'],
      ['my-instance', 'instanceUnknown'],
    ] as const) {
      const error = await refusal({ ...farSide.iam, serviceInstanceId }, farSide.apiKey);
      expect(error).toMatchObject({ kind: 'denied', reason });
    }
  });

  it('works without the right to list buckets, with buckets added by name', async () => {
    const key = (await farSide.admin('POST', '/keys', { role: 'ContentReader' })) as { apiKey: string };
    const connection = { ...farSide.iam, extraBuckets: [bucket] };
    const credential: Credential = { kind: 'apiKey', apiKey: key.apiKey };
    await using(connection, credential, async (engine) => {
      const report = await engine.ask('connection/test', { connection, credential });
      expect(report.bucketCount).toBeUndefined();
      const page = { connectionId, bucket, prefix: '', delimiter: '/' } as const;
      expect((await engine.ask('objects/listPage', page)).objects).toEqual([]);
      expect(await engine.refuse('buckets/list', { connectionId })).toMatchObject({
        kind: 'denied',
        code: 'AccessDenied',
      });
    });
  });

  it('finds a bucket again that was made anew at another location', async () => {
    const moving = bucketName('moving-bucket');
    const page = { connectionId, bucket: moving, prefix: '', delimiter: '/' } as const;
    await using(farSide.iam, farSide.apiKey, async (engine) => {
      await engine.ask('buckets/create', { connectionId, bucket: moving, location: 'us-south', storageClass: 'smart' });
      await using(farSide.iam, farSide.apiKey, async (other) => {
        await other.ask('buckets/delete', { connectionId, bucket: moving });
        await farSide.admin('POST', '/clock/advance', { byMs: 20 * 60_000 });
        await other.ask('buckets/create', { connectionId, bucket: moving, location: 'eu-de', storageClass: 'smart' });
      });
      expect((await engine.ask('objects/listPage', page)).objects).toEqual([]);
      const attributes = { headers: {} };
      const write = { connectionId, bucket: moving, key: objectKey('k'), bytes: Buffer.from('x'), attributes };
      await engine.ask('objects/write', { ...write, condition: { kind: 'always' } });
      expect((await engine.ask('objects/listPage', page)).objects).toHaveLength(1);
    });
    await farSide.admin('DELETE', '/clock');
  });

  it('says so where the endpoint of a location does not know a bucket that is listed there', async () => {
    const lost = bucketName('lost-bucket');
    const { 'eu-de': _other, ...endpoints } = farSide.server.info.endpoints;
    const misled = { ...farSide.iam, locationEndpoints: { ...endpoints, 'eu-de': farSide.server.info.endpoint } };
    await using(farSide.iam, farSide.apiKey, async (engine) => {
      await engine.ask('buckets/create', { connectionId, bucket: lost, location: 'eu-de', storageClass: 'smart' });
    });
    await using(misled, farSide.apiKey, async (engine) => {
      const page = { connectionId, bucket: lost, prefix: '', delimiter: '/' } as const;
      expect(await engine.refuse('objects/listPage', page)).toMatchObject({
        kind: 'notFound',
        reason: 'wrongLocation',
      });
    });
  });

  it('refuses every write of a read-only connection without sending anything', async () => {
    await using({ ...farSide.iam, isReadOnly: true }, farSide.apiKey, async (engine) => {
      farSide.server.requests.clear();
      const attributes = { headers: {} };
      const condition = { kind: 'always' } as const;
      const write = { connectionId, bucket, key: objectKey('k'), bytes: new Uint8Array(), attributes, condition };
      const denied = { kind: 'denied', reason: 'readOnlyConnection', retry: 'never' };
      expect(await engine.refuse('objects/write', write)).toMatchObject(denied);
      expect(await engine.refuse('buckets/create', { connectionId, bucket: bucketName('new-one') })).toMatchObject(
        denied,
      );
      expect(await engine.refuse('buckets/delete', { connectionId, bucket })).toMatchObject(denied);
      expect(farSide.server.requests.read().total).toBe(0);
      expect(
        (await engine.ask('objects/listPage', { connectionId, bucket, prefix: '', delimiter: '' })).objects,
      ).toEqual([]);
    });
  });

  it('sends no token in the clear to another machine', async () => {
    const error = await refusal({ ...farSide.iam, iamEndpoint: 'http://iam.example.com' }, farSide.apiKey);
    expect(error).toMatchObject({ kind: 'invalid', host: 'iam.example.com' });
    expect(error.detail).toContain('https');
  });

  it('refuses keys, metadata and tags that HTTP cannot carry', async () => {
    await using(farSide.iam, farSide.apiKey, async (engine) => {
      const write = { connectionId, bucket, bytes: new Uint8Array(), condition: { kind: 'always' } as const };
      const attributes = { headers: {}, metadata: { note: 'two\nlines' }, tags: {} };
      expect(await engine.refuse('objects/write', { ...write, key: objectKey('k'), attributes })).toMatchObject({
        kind: 'invalid',
      });
      for (const key of ['', 'x'.repeat(1025), 'lone \ud800']) {
        const error = await engine.refuse('objects/write', {
          ...write,
          key: objectKey(key),
          attributes: { headers: {} },
        });
        expect(error).toMatchObject({ kind: 'invalid' });
      }
    });
  });

  it('refuses a configuration of another version, and certificate files that are none', async () => {
    await using(farSide.iam, farSide.apiKey, async (engine) => {
      const other = { ...plainConfiguration, protocolVersion: 99 };
      expect(await engine.refuse('engine/configure', other)).toMatchObject({ kind: 'unsupported' });
      const absent = { ...plainConfiguration, caFiles: ['/no/such/file.pem'] };
      expect(await engine.refuse('engine/configure', absent)).toMatchObject({
        kind: 'localFile',
        fsPath: '/no/such/file.pem',
      });
      const notPem = join(farSide.dataFolder, 'not.pem');
      writeFileSync(notPem, 'hello');
      expect(await engine.refuse('engine/configure', { ...plainConfiguration, caFiles: [notPem] })).toMatchObject({
        kind: 'invalid',
      });
      expect((await engine.ask('buckets/list', { connectionId })).length).toBeGreaterThan(0);
    });
  });
});
