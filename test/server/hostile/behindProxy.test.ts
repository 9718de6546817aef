import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, Credential } from '../../../src/model/connection';
import { bucketName } from '../../../src/model/ids';
import { farAway, startForwardProxy, type ForwardProxy } from '../../fakes/forwardProxy';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import { startServedEngine, testConnectionId as connectionId } from '../../fakes/servedEngine';

const bucket = bucketName('behind-a-proxy');

/** A way to sign in, with every text of it that nobody else may see. */
interface Way {
  readonly connection: Connection;
  readonly credential: Credential;
  readonly secrets: readonly string[];
}

describe('a sign-in behind a proxy', () => {
  let plain: LocalFarSide;
  let secure: LocalFarSide;
  let proxy: ForwardProxy;

  beforeAll(async () => {
    [plain, secure, proxy] = await Promise.all([startLocalFarSide(), startLocalFarSide('https'), startForwardProxy()]);
    for (const side of [plain, secure]) {
      const credentials = { [connectionId]: side.apiKey };
      const engine = await startServedEngine({
        connections: [side.iam],
        credentials,
        configuration: { strictTls: false },
      });
      await engine.ask('buckets/create', { connectionId, bucket, location: 'us-south', storageClass: 'smart' });
      await engine.close();
    }
  });
  afterAll(async () => {
    for (const each of [plain, secure, proxy]) await each.close();
  });

  const postForm = async (side: LocalFarSide, form: Record<string, string>): Promise<Record<string, string>> => {
    const url = `${side.server.info.iamEndpoint}/identity/token`;
    const answer = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { authorization: 'Basic Yng6Yng=' },
    });
    return (await answer.json()) as Record<string, string>;
  };
  /** Tokens of the plain server: both are only looked for, and used where they are good. */
  const ways: Readonly<Record<string, (side: LocalFarSide) => Promise<Way>>> = {
    'an API key': async ({ iam, apiKey, server }) => ({
      connection: iam,
      credential: apiKey,
      secrets: [server.info.apiKey],
    }),
    'an access token': async (side) => {
      const { apiKey } = side.server.info;
      const { access_token: accessToken = 'eyJ.of.nobody' } =
        side === plain
          ? await postForm(side, { grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey: apiKey })
          : {};
      const connection = { ...side.iam, signIn: 'token' } as const;
      return { connection, credential: { kind: 'token', accessToken }, secrets: [accessToken, apiKey] };
    },
    'a session of a passcode': async (side) => {
      const { passcode } =
        side === plain ? ((await side.admin('POST', '/passcodes')) as { passcode: string }) : { passcode: 'none' };
      const form = { grant_type: 'urn:ibm:params:oauth:grant-type:passcode', passcode };
      const { refresh_token: refreshToken = 'refresh-token-of-nobody' } =
        side === plain ? await postForm(side, form) : {};
      const connection = { ...side.iam, signIn: 'passcode' } as const;
      const accountId = side.iam.serviceInstanceId.split(':')[6]!.replace('a/', '');
      return {
        connection,
        credential: { kind: 'session', refreshToken, accountId },
        secrets: [passcode, refreshToken],
      };
    },
    'a trusted profile': async (side) => {
      const { trustedProfileId: profileId, computeTokenFile: tokenFsPath } = side.server.info;
      const connection = { ...side.iam, signIn: 'profile' } as const;
      const secrets = [readFileSync(tokenFsPath, 'utf8').trim()];
      return { connection, credential: { kind: 'profile', profileId, tokenFsPath }, secrets };
    },
    'an HMAC key': async ({ hmac, hmacKey, server }) => ({
      connection: hmac,
      credential: hmacKey,
      secrets: [server.info.secretAccessKey],
    }),
    'nobody at all': async ({ server }) => ({
      connection: { kind: 'anonymous', id: connectionId, name: 'test', endpoint: server.info.endpoint },
      credential: { kind: 'anonymous' },
      secrets: [server.info.apiKey],
    }),
  };

  /** What of a sign-in the proxy was told while somebody looks into a bucket. */
  const toldTo = async ({
    connection,
    credential,
    secrets,
  }: Way): Promise<{ seen: readonly string[]; secrets: readonly string[]; works: boolean; log: string }> => {
    proxy.seen.length = 0;
    const before = proxy.received().length;
    const configuration = { strictTls: false, proxyUrl: `http://127.0.0.1:${proxy.port}` };
    const environment = { HTTP_PROXY: configuration.proxyUrl, HTTPS_PROXY: configuration.proxyUrl };
    const engine = await startServedEngine({
      connections: [connection],
      credentials: { [connectionId]: credential },
      configuration,
      environment,
    });
    const list = { connectionId, bucket, prefix: '', delimiter: '/' } as const;
    const works = await engine.ask('objects/listPage', list).then(
      () => true,
      () => false,
    );
    await engine.close();
    const told = proxy.received().slice(before);
    const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]);
    return {
      seen: [...proxy.seen],
      secrets: forms.filter((form) => told.includes(form)),
      works,
      log: engine.log.join('\n'),
    };
  };

  it.each(Object.keys(ways))(
    'by %s goes straight to a server of this machine, and the proxy hears nothing',
    async (name) => {
      const found = await toldTo(await ways[name]!(plain));
      expect(found).toMatchObject({ seen: [], secrets: [] });
      if (name !== 'nobody at all') expect(found.works).toBe(true);
    },
  );

  it.each(Object.keys(ways))('by %s shows the proxy names of hosts, and no secret', async (name) => {
    const way = await ways[name]!(secure);
    const found = await toldTo({ ...way, connection: farAway(way.connection) });
    expect(found.seen.length).toBeGreaterThan(0);
    expect(found.seen.filter((line) => !line.startsWith('CONNECT 127.0.0.1.test:'))).toEqual([]);
    expect(found.secrets).toEqual([]);
  });

  it.each(Object.keys(ways))('by %s sends no secret over plain http to a host elsewhere', async (name) => {
    const way = await ways[name]!(plain);
    const found = await toldTo({ ...way, connection: farAway(way.connection) });
    expect(found.secrets).toEqual([]);
    expect(found.seen.filter((line) => line.includes('/identity/'))).toEqual([]);
  });
});
