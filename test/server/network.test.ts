import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bucketName, objectKey } from '../../src/model/ids';
import type { EngineConfiguration } from '../../src/protocol/requests';
import { farAway, startForwardProxy, type ForwardProxy } from '../fakes/forwardProxy';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import {
  plainConfiguration,
  startServedEngine,
  testConnectionId as connectionId,
  type EngineUnderTest,
} from '../fakes/servedEngine';

describe('proxies and certificates', () => {
  let plain: LocalFarSide;
  let secure: LocalFarSide;
  let open: ForwardProxy;
  let guarded: ForwardProxy;
  let caFile: string;
  const engines: EngineUnderTest[] = [];

  beforeAll(async () => {
    [plain, secure] = await Promise.all([startLocalFarSide(), startLocalFarSide('https')]);
    [open, guarded] = await Promise.all([startForwardProxy(), startForwardProxy('user:pass word')]);
    caFile = secure.server.info.caFile!;
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close();
    open.seen.length = 0;
    guarded.seen.length = 0;
  });
  afterAll(async () => {
    for (const each of [open, guarded, plain, secure]) await each.close();
  });

  const engineFor = async (
    side: LocalFarSide,
    configuration: Partial<EngineConfiguration>,
    environment: Record<string, string> = {},
  ): Promise<EngineUnderTest> => {
    const credentials = { [connectionId]: side.apiKey };
    const engine = await startServedEngine({ connections: [side.iam], credentials, configuration, environment });
    engines.push(engine);
    return engine;
  };
  /** The same by HMAC key, which may go over plain http, under a name that is not this machine's own. */
  const farEngineFor = async (
    side: LocalFarSide,
    configuration: Partial<EngineConfiguration>,
    environment: Record<string, string> = {},
  ): Promise<EngineUnderTest> => {
    const credentials = { [connectionId]: side.hmacKey };
    // Nobody has a certificate for that name.
    const lenient = { strictTls: false, ...configuration };
    const connections = [farAway(side.hmac)];
    const engine = await startServedEngine({ connections, credentials, configuration: lenient, environment });
    engines.push(engine);
    return engine;
  };

  it('tunnels https through the proxy of the settings, and keeps the tunnel', async () => {
    const engine = await farEngineFor(secure, { proxyUrl: `http://127.0.0.1:${open.port}` });
    for (let again = 0; again < 3; again++) await engine.ask('buckets/list', { connectionId });
    expect(open.seen).toEqual([`CONNECT ${new URL(farAway(secure.server.info.endpoint)).host}`]);
  });

  it('sends absolute URLs to the proxy for http', async () => {
    const engine = await farEngineFor(plain, { proxyUrl: `http://127.0.0.1:${open.port}` });
    await engine.ask('buckets/list', { connectionId });
    expect(open.seen).toEqual([`GET ${farAway(plain.server.info.endpoint)}/?extended`]);
  });

  it('takes the proxy from the environment, and leaves out what NO_PROXY names', async () => {
    const proxy = `http://127.0.0.1:${open.port}`;
    const through = await farEngineFor(plain, {}, { http_proxy: proxy });
    await through.ask('buckets/list', { connectionId });
    expect(open.seen).toHaveLength(1);
    // Past the proxy nobody knows the name.
    for (const exception of [{ NO_PROXY: '127.0.0.1.test' }, { no_proxy: 'localhost, *' }]) {
      const past = await farEngineFor(plain, {}, { HTTP_PROXY: proxy, ...exception });
      expect(await past.refuse('buckets/list', { connectionId })).toMatchObject({ reason: 'hostUnknown' });
    }
    const bySetting = await farEngineFor(plain, { proxyUrl: proxy, noProxy: ['*.test'] });
    expect(await bySetting.refuse('buckets/list', { connectionId })).toMatchObject({ reason: 'hostUnknown' });
    expect(open.seen).toHaveLength(1);
  });

  it('gives the proxy its user and password, from the URL', async () => {
    const proxyUrl = `http://user:pass%20word@127.0.0.1:${guarded.port}`;
    for (const side of [plain, secure]) {
      const engine = await farEngineFor(side, { proxyUrl });
      await engine.ask('buckets/list', { connectionId });
      expect(engine.log.join('\n')).not.toMatch(/pass( |%20)word/);
    }
    expect(guarded.seen).toHaveLength(2);
    expect(guarded.seen.filter((line) => line.startsWith('407'))).toEqual([]);
  });

  it('says that the proxy refuses the credentials', async () => {
    const proxyUrl = `http://user:wrong-secret@127.0.0.1:${guarded.port}`;
    for (const side of [plain, secure]) {
      const engine = await farEngineFor(side, { proxyUrl });
      const error = await engine.refuse('buckets/list', { connectionId });
      expect(error).toMatchObject({
        kind: 'network',
        reason: 'proxyRefused',
        host: `127.0.0.1:${guarded.port}`,
        httpStatus: 407,
        retry: 'never',
      });
      expect(JSON.stringify(error) + engine.log.join('\n')).not.toContain('wrong-secret');
    }
    expect(guarded.seen).toHaveLength(2);
  });

  it('names the proxy when nothing answers there', async () => {
    const engine = await farEngineFor(plain, { proxyUrl: 'http://127.0.0.1:1' });
    expect(await engine.refuse('buckets/list', { connectionId })).toMatchObject({
      kind: 'network',
      reason: 'connectionRefused',
      host: '127.0.0.1:1',
    });
  });

  it('says that a SOCKS proxy cannot be used, and sends nothing', async () => {
    const engine = await farEngineFor(plain, {}, { ALL_PROXY: `socks5://user:pass%20word@127.0.0.1:${open.port}` });
    const error = await engine.refuse('buckets/list', { connectionId });
    expect(error).toMatchObject({ kind: 'invalid', reason: 'proxyRefused', retry: 'never' });
    expect(error.detail).toContain(`The proxy "socks5://127.0.0.1:${open.port}" is not an HTTP proxy`);
    expect(open.received()).not.toContain('socks');
  });

  it('trusts an authority from a file of the settings or of the environment', async () => {
    const bySetting = await engineFor(secure, { caFiles: [caFile] });
    expect(await bySetting.ask('buckets/list', { connectionId })).toEqual([]);
    const byEnvironment = await engineFor(secure, {}, { NODE_EXTRA_CA_CERTS: caFile });
    expect(await byEnvironment.ask('buckets/list', { connectionId })).toEqual([]);
    const withSystem = await engineFor(secure, { caFiles: [caFile], useSystemCertificates: true });
    expect(await withSystem.ask('buckets/list', { connectionId })).toEqual([]);
  });

  it('trusts anybody only when told to', async () => {
    const strict = await engineFor(secure, {});
    const untrusted = {
      kind: 'tls',
      reason: 'certificateUntrusted',
      host: new URL(secure.server.info.iamEndpoint).host,
    };
    expect(await strict.refuse('buckets/list', { connectionId })).toMatchObject(untrusted);
    await strict.ask('engine/configure', { ...plainConfiguration, strictTls: false });
    expect(await strict.ask('buckets/list', { connectionId })).toEqual([]);
    await strict.ask('engine/configure', plainConfiguration);
    await strict.ask('connection/forget', { connectionId });
    expect(await strict.refuse('buckets/list', { connectionId })).toMatchObject(untrusted);
  });

  it('holds for the bodies of objects, too', async () => {
    const withHmac = async (configuration: Partial<EngineConfiguration>) => {
      const credentials = { [connectionId]: secure.hmacKey };
      const engine = await startServedEngine({ connections: [secure.hmac], credentials, configuration });
      engines.push(engine);
      return engine;
    };
    const ref = { connectionId, bucket: bucketName('network'), key: objectKey('a') };
    const bytes = Buffer.alloc(300_000, 7);
    const trusting = await withHmac({ caFiles: [caFile] });
    await trusting.ask('buckets/create', { connectionId, bucket: ref.bucket });
    const attributes = { headers: {} };
    await trusting.ask('objects/write', { ...ref, bytes, attributes, condition: { kind: 'always' } });
    const read = { ...ref, maxBytes: 1_000_000 };
    expect(Buffer.from((await trusting.ask('objects/read', read)).bytes).equals(bytes)).toBe(true);

    const wary = await withHmac({});
    expect(await wary.refuse('objects/read', read)).toMatchObject({ kind: 'tls', reason: 'certificateUntrusted' });

    expect(open.seen).toEqual([]);
    const throughProxy = await farEngineFor(secure, { proxyUrl: `http://127.0.0.1:${open.port}` });
    expect(Buffer.from((await throughProxy.ask('objects/read', read)).bytes).equals(bytes)).toBe(true);
    expect(open.seen).toHaveLength(1);
  });
});
