import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, Credential } from '../../src/model/connection';
import { bucketName, objectKey } from '../../src/model/ids';
import { readServiceCredential } from '../../src/model/serviceCredential';
import type { EngineMethod, EngineRequests } from '../../src/protocol/requests';
import { bundleEngine, startEngineProcess, type EngineProcess } from '../fakes/engineProcess';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import { filesHolding, processesHolding } from '../fakes/secretSearch';
import { testConnectionId as connectionId } from '../fakes/servedEngine';
import { startUrlRecorder, type UrlRecorder } from '../fakes/urlRecorder';

const bucket = bucketName('secret-search');

/** How somebody signs in, and every text of it that nobody else may see. */
interface Way {
  readonly connection: Connection;
  readonly credential: Credential;
  readonly secrets: readonly string[];
}

describe('an engine that holds the secrets of a sign-in', () => {
  let farSide: LocalFarSide;
  let recorder: UrlRecorder;
  let folder: string;
  let bundle: string;
  let engine: EngineProcess | undefined;
  /** Every answer that the extension got, those left out that are secrets by themselves. */
  const answers: string[] = [];

  beforeAll(async () => {
    const real = await startLocalFarSide();
    const { iam, hmac, server } = real;
    recorder = await startUrlRecorder({ iam, hmac, info: server.info });
    const info = recorder.via(server.info);
    farSide = { ...real, iam: recorder.via(iam), hmac: recorder.via(hmac), server: { ...server, info } };
    folder = mkdtempSync(join(tmpdir(), 'cos-secrets-'));
    bundle = join(folder, 'engine.js');
    await bundleEngine(bundle);
    writeFileSync(join(folder, 'file.bin'), Buffer.alloc(6 * 1024 * 1024, 7));
  });
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
    answers.length = 0;
    recorder.seen.length = 0;
  });
  afterAll(async () => {
    await recorder.close();
    await farSide.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const stateFolder = (name: string) => join(folder, `state-${name}`);
  const start = async (name: string, { connection, credential }: Pick<Way, 'connection' | 'credential'>) => {
    mkdirSync(stateFolder(name));
    engine = await startEngineProcess(
      bundle,
      { connection, credential },
      {
        stateFolderFsPath: stateFolder(name),
        preferredPartBytes: 5 * 1024 * 1024,
        maxBytesPerSecond: 1_000_000,
      },
    );
    return engine;
  };
  const ask = async <M extends EngineMethod>(method: M, params: EngineRequests[M]['params']) => {
    const answer = await engine!.send(method, params);
    answers.push(JSON.stringify(answer));
    return answer;
  };

  /** What a person does in a day, with what goes wrong in it. */
  const work = async (name: string, { connection, credential }: Way) => {
    const target = { connectionId, bucket };
    const key = objectKey(`${name}.txt`);
    const place = { location: 'us-south', storageClass: 'smart' } as const;
    await ask('buckets/create', { ...target, ...place });
    const write = { ...target, key, bytes: Buffer.from('hello'), attributes: { headers: {} } };
    const written = await ask('objects/write', { ...write, condition: { kind: 'always' } });
    expect(written.ok).toBe(true);
    await ask('objects/write', { ...write, condition: { kind: 'ifMatch', etag: 'another' } });
    await ask('objects/head', { ...target, key: objectKey('not-there') });
    await ask('objects/listPage', { connectionId, bucket: bucketName('not-there'), prefix: '', delimiter: '/' });
    await ask('links/create', { ...target, key, wish: { method: 'GET', expiresSeconds: 60 } });
    await ask('connection/test', { connection, credential });
    await ask('connection/diagnose', { connectionId });
    const started = await ask('transfers/start', {
      kind: 'upload',
      ...target,
      prefix: '',
      sources: [{ fsPath: join(folder, 'file.bin') }],
      clash: 'replace',
    });
    if (!started.ok) throw new Error(JSON.stringify(started.error));
    await ask('transfers/pause', { transferId: started.value.transferId });
    await ask('transfers/list', null);
  };

  /** Where one of the texts, or what is easily made of it, was left. */
  const traces = (name: string, secrets: readonly string[]): readonly string[] => {
    const forms = secrets.flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    ]);
    const holds = (text: string) => forms.some((form) => text.includes(form));
    return [
      ...answers.filter(holds).map((text) => `answer ${text}`),
      ...engine!.said.filter(holds).map((text) => `log ${text}`),
      ...recorder.seen.filter(holds).map((text) => `URL ${text}`),
      ...filesHolding(stateFolder(name), forms),
      ...processesHolding(process.pid, forms),
    ];
  };

  const tokenOf = async (form: Record<string, string>): Promise<string> => {
    const answer = await fetch(`${farSide.server.info.iamEndpoint}/identity/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  const byCredential = (): Way => {
    const { apiKey, accessKeyId, secretAccessKey, serviceInstanceId } = farSide.server.info;
    const json = JSON.stringify({
      apikey: apiKey,
      cos_hmac_keys: { access_key_id: accessKeyId, secret_access_key: secretAccessKey },
      resource_instance_id: serviceInstanceId,
    });
    const read = readServiceCredential(json);
    if (read.kind !== 'found') throw new Error('the credential was not read');
    const credential = { kind: 'apiKey', apiKey: read.credential.apiKey ?? '', hmac: read.credential.hmac! } as const;
    return { connection: farSide.iam, credential, secrets: [apiKey, secretAccessKey] };
  };
  const ways: Readonly<Record<string, () => Promise<Way>>> = {
    'an API key': () => {
      const { apiKey } = farSide.server.info;
      return Promise.resolve({ connection: farSide.iam, credential: farSide.apiKey, secrets: [apiKey] });
    },
    'a service credential with both kinds of key': () => Promise.resolve(byCredential()),
    'an HMAC key pair': () => {
      const secrets = [farSide.server.info.secretAccessKey];
      return Promise.resolve({ connection: farSide.hmac, credential: farSide.hmacKey, secrets });
    },
    'an access token': async () => {
      const { apiKey } = farSide.server.info;
      const accessToken = await tokenOf({ grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey: apiKey });
      const connection = { ...farSide.iam, signIn: 'token' } as const;
      return { connection, credential: { kind: 'token', accessToken }, secrets: [accessToken] };
    },
    'a trusted profile': () => {
      const { trustedProfileId: profileId, computeTokenFile: tokenFsPath } = farSide.server.info;
      const secrets = [readFileSync(tokenFsPath, 'utf8').trim()];
      const connection = { ...farSide.iam, signIn: 'profile' } as const;
      return Promise.resolve({ connection, credential: { kind: 'profile', profileId, tokenFsPath }, secrets });
    },
  };

  it.each(Object.keys(ways))('leaves nothing of %s in answers, logs, URLs, the journal, or a process', async (name) => {
    const way = await ways[name]!();
    await start(name, way);
    await work(name, way);
    // What is searched is really there.
    expect(filesHolding(stateFolder(name), [bucket]).length).toBeGreaterThan(0);
    expect(recorder.seen.filter((url) => url.includes(bucket)).length).toBeGreaterThan(3);
    expect(engine!.said.length).toBeGreaterThan(0);
    expect(traces(name, way.secrets)).toEqual([]);
    expect([...answers, ...engine!.said, ...recorder.seen].filter((text) => /eyJ[\w-]+\.eyJ/.test(text))).toEqual([]);
  });

  it('leaves nothing of a passcode and of the session it opens', async () => {
    const { passcode } = (await farSide.admin('POST', '/passcodes')) as { passcode: string };
    const accountId = farSide.iam.serviceInstanceId.split(':')[6]!.replace('a/', '');
    const setUp = await start('passcode', { connection: farSide.iam, credential: farSide.apiKey });
    const { iamEndpoint } = farSide.server.info;
    const session = await setUp.ask('accounts/redeemPasscode', { passcode, iamEndpoint });
    await ask('accounts/redeemPasscode', { passcode, iamEndpoint });
    expect(traces('passcode', [passcode, session.refreshToken])).toEqual([]);
    await setUp.close();
    const connection = { ...farSide.iam, signIn: 'passcode' } as const;
    const credential = { kind: 'session', refreshToken: session.refreshToken, accountId } as const;
    const running = await start('session', { connection, credential });
    const way = { connection, credential, secrets: [passcode, session.refreshToken] };
    await work('session', way);
    const [renewed] = running.kept;
    if (renewed?.kind !== 'session') throw new Error('the session was not renewed');
    expect(traces('session', [...way.secrets, renewed.refreshToken])).toEqual([]);
  });

  it('leaves nothing of an HMAC key that it had made', async () => {
    const running = await start('hmac', { connection: farSide.iam, credential: farSide.apiKey });
    const wish = { connectionId, name: 'cos-explorer-hmac', role: 'Writer' } as const;
    const { secretAccessKey } = await running.ask('accounts/createHmacKey', wish);
    const way = { connection: farSide.iam, credential: farSide.apiKey, secrets: [secretAccessKey] };
    await work('hmac', way);
    expect(secretAccessKey.length).toBeGreaterThan(30);
    expect(traces('hmac', way.secrets)).toEqual([]);
  });

  it.each([
    ['an API key', { kind: 'apiKey', apiKey: 'mistyped-api-key-of-somebody' }],
    ['an access token', { kind: 'token', accessToken: 'eyJtaXN0.eyJ0eXBlZC10b2tlbg.c29tZWJvZHk' }],
    ['a session', { kind: 'session', refreshToken: 'refresh-token-of-a-session-that-ended' }],
    ['an HMAC key', { kind: 'hmac', accessKeyId: '0'.repeat(32), secretAccessKey: 'mistyped-secret-of-somebody' }],
  ] as const)('repeats nothing of %s that is refused', async (name, credential) => {
    await start(`refused ${name}`, {
      connection: credential.kind === 'hmac' ? farSide.hmac : farSide.iam,
      credential,
    });
    const { kind: _kind, ...fields } = credential;
    const secrets = Object.entries(fields).flatMap(([field, text]) => (field === 'accessKeyId' ? [] : [text]));
    const refused = await ask('buckets/list', { connectionId });
    expect(refused.ok).toBe(false);
    await ask('connection/diagnose', { connectionId });
    expect(traces(`refused ${name}`, secrets)).toEqual([]);
  });

  it('sends no secret at all for public buckets', async () => {
    const endpoint = farSide.server.info.endpoint;
    const connection = { kind: 'anonymous', id: connectionId, name: 'test', endpoint } as const;
    await start('anonymous', { connection, credential: { kind: 'anonymous' } });
    await ask('objects/listPage', { connectionId, bucket, prefix: '', delimiter: '/' });
    const { apiKey, secretAccessKey } = farSide.server.info;
    expect(recorder.seen.length).toBeGreaterThan(0);
    expect(recorder.seen.filter((url) => url.includes('/identity/'))).toEqual([]);
    expect(traces('anonymous', [apiKey, secretAccessKey])).toEqual([]);
  });
});
