import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Credential, IamConnection } from '../../src/model/connection';
import { bucketName } from '../../src/model/ids';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import { startServedEngine, testConnectionId as connectionId, type EngineUnderTest } from '../fakes/servedEngine';

describe('signing in with a one-time passcode', () => {
  let farSide: LocalFarSide;
  let setUp: EngineUnderTest;
  const engines: EngineUnderTest[] = [];
  const hosts = () => ({ iamEndpoint: farSide.server.info.signInEndpoint });
  const passcode = async () => ((await farSide.admin('POST', '/passcodes')) as { passcode: string }).passcode;
  const redeem = async (code?: string) =>
    await setUp.ask('accounts/redeemPasscode', { passcode: code ?? (await passcode()), ...hosts() });
  const connection = (): IamConnection => ({ ...farSide.iam, signIn: 'passcode' });
  const engineFor = async (credential: Credential): Promise<EngineUnderTest> => {
    const credentials = { [connectionId]: credential };
    const engine = await startServedEngine({ connections: [connection()], credentials });
    engines.push(engine);
    return engine;
  };
  const accountId = () => farSide.iam.serviceInstanceId.split(':')[6]!.replace('a/', '');

  beforeAll(async () => {
    farSide = await startLocalFarSide();
    setUp = await startServedEngine({ connections: [farSide.iam], credentials: { [connectionId]: farSide.apiKey } });
    const bucket = bucketName('passcode');
    await setUp.ask('buckets/create', { connectionId, bucket, location: 'us-south', storageClass: 'smart' });
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close();
  });
  afterAll(async () => {
    await setUp.close();
    await farSide.close();
  });

  it('finds the page that IAM names, and its code opens the accounts of the person', async () => {
    const page = await setUp.ask('accounts/findPasscodePage', hosts());
    const code = /<code id="passcode">(\w+)</.exec(await (await fetch(page)).text())?.[1];
    const session = await redeem(code);
    expect(session.accounts.length).toBeGreaterThan(1);
    expect(session.accounts.map(({ id }) => id)).toContain(accountId());
    const credential = { kind: 'session', refreshToken: session.refreshToken, accountId: accountId() } as const;
    const list = { connection: { ...connection(), serviceInstanceId: '' }, credential };
    const instances = await setUp.ask('accounts/listInstances', list);
    expect(instances.map(({ crn }) => crn)).toContain(farSide.iam.serviceInstanceId);
    const engine = await engineFor(credential);
    expect((await engine.ask('buckets/list', { connectionId })).map(({ name }) => name)).toContain('passcode');
  });

  it('refuses a code that was used or never given, and asks IAM once for it', async () => {
    const code = await passcode();
    await redeem(code);
    farSide.server.requests.clear();
    for (const wrong of [code, 'no-such-code']) {
      const error = await setUp.refuse('accounts/redeemPasscode', { passcode: wrong, ...hosts() });
      expect(error).toMatchObject({ kind: 'signInNeeded', reason: 'passcodeRefused', code: 'BXNIM0407E' });
    }
    expect(farSide.server.requests.read().byOperation['iam.token']).toBe(2);
    expect(setUp.log.join('\n')).not.toContain(code);
  });

  it('keeps each new refresh token, and goes on with it after a restart', async () => {
    const { refreshToken } = await redeem();
    const first = await engineFor({ kind: 'session', refreshToken, accountId: accountId() });
    await first.ask('buckets/list', { connectionId });
    const [kept] = first.kept;
    expect(kept).toMatchObject({ kind: 'session', accountId: accountId() });
    expect(kept).not.toMatchObject({ refreshToken });
    const second = await engineFor(kept!);
    expect((await second.ask('buckets/list', { connectionId })).length).toBeGreaterThan(0);
    expect(`${first.log.join('\n')}${second.log.join('\n')}`).not.toContain(refreshToken);
  });

  it('says that the session has ended, and does not ask IAM again and again', async () => {
    const { refreshToken } = await redeem();
    await farSide.admin('POST', '/tokens/revoke', { all: true });
    const engine = await engineFor({ kind: 'session', refreshToken });
    farSide.server.requests.clear();
    for (let again = 0; again < 3; again++) {
      const error = await engine.refuse('buckets/list', { connectionId });
      expect(error).toMatchObject({ kind: 'signInNeeded', reason: 'sessionExpired', retry: 'afterSignIn' });
    }
    expect(farSide.server.requests.read().byOperation['iam.token']).toBe(1);
  });

  it('uses an access token from elsewhere until it ends', async () => {
    const form = new URLSearchParams({
      grant_type: 'urn:ibm:params:oauth:grant-type:apikey',
      apikey: farSide.server.info.apiKey,
    });
    const answer = await fetch(`${hosts().iamEndpoint}/identity/token`, { method: 'POST', body: form });
    const { access_token: accessToken } = (await answer.json()) as { access_token: string };
    const engine = await engineFor({ kind: 'token', accessToken });
    expect((await engine.ask('buckets/list', { connectionId })).length).toBeGreaterThan(0);
    const [head, claims, signature] = accessToken.split('.');
    const fields = JSON.parse(Buffer.from(claims!, 'base64url').toString('utf8')) as Record<string, unknown>;
    const past = Buffer.from(JSON.stringify({ ...fields, exp: 1 })).toString('base64url');
    const ended = await engineFor({ kind: 'token', accessToken: [head, past, signature].join('.') });
    const error = await ended.refuse('buckets/list', { connectionId });
    expect(error).toMatchObject({ kind: 'signInNeeded', reason: 'sessionExpired' });
    await farSide.admin('POST', '/tokens/revoke', { all: true });
    expect(await engine.refuse('buckets/list', { connectionId })).toMatchObject({ kind: 'denied' });
  });
});
