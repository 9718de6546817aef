import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Credential } from '../../src/model/connection';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import { startServedEngine, testConnectionId as connectionId, type EngineUnderTest } from '../fakes/servedEngine';

describe('a trusted profile', () => {
  let farSide: LocalFarSide;
  let engine: EngineUnderTest;
  const tokenFsPath = () => farSide.server.info.computeTokenFile;
  const machineToken = () => readFileSync(tokenFsPath(), 'utf8').trim();
  const start = async (profileId = farSide.server.info.trustedProfileId) => {
    const credential: Credential = { kind: 'profile', profileId, tokenFsPath: tokenFsPath() };
    engine = await startServedEngine({
      connections: [{ ...farSide.iam, signIn: 'profile' }],
      credentials: { [connectionId]: credential },
    });
  };
  const tokensAsked = () => farSide.server.requests.read().byOperation['iam.token'];

  beforeAll(async () => {
    farSide = await startLocalFarSide();
  });
  afterEach(async () => await engine.close());
  afterAll(() => farSide.close());

  it('signs in with the token of the machine, once for many requests', async () => {
    await start();
    farSide.server.requests.clear();
    expect(await engine.ask('buckets/list', { connectionId })).toEqual([]);
    await engine.ask('buckets/list', { connectionId });
    expect(tokensAsked()).toBe(1);
    expect(engine.log.join('\n')).not.toContain(machineToken());
  });

  it('reads the token that the platform has renewed, and is refused with the one before', async () => {
    const before = machineToken();
    await farSide.admin('POST', '/compute-token');
    const renewed = machineToken();
    expect(renewed).not.toBe(before);
    await start();
    expect(await engine.ask('buckets/list', { connectionId })).toEqual([]);
    await engine.close();
    writeFileSync(tokenFsPath(), before);
    await start();
    expect(await engine.refuse('buckets/list', { connectionId })).toMatchObject({ reason: 'profileRefused' });
    writeFileSync(tokenFsPath(), renewed);
  });

  it('does what the role of the profile allows, and is told what it does not', async () => {
    await start();
    const instanceCrn = farSide.iam.serviceInstanceId;
    const listed = await engine.ask('accounts/listInstances', {
      connection: { ...farSide.iam, signIn: 'profile', serviceInstanceId: '' },
      credential: { kind: 'profile', profileId: farSide.server.info.trustedProfileId, tokenFsPath: tokenFsPath() },
    });
    expect(listed.map(({ crn }) => crn)).toEqual([instanceCrn]);
    const vault = { connectionId, vault: 'vault-of-a-profile', region: 'us-south' };
    const settings = { tracksManagementEvents: false, hasUsageMetrics: false };
    expect(await engine.refuse('backups/createVault', { ...vault, ...settings })).toMatchObject({ kind: 'denied' });
  });

  it('says that the profile does not take this machine', async () => {
    await start('Profile-2');
    expect(await engine.refuse('buckets/list', { connectionId })).toMatchObject({
      kind: 'signInNeeded',
      reason: 'profileRefused',
      code: 'BXNIM0407E',
    });
  });

  it('names the file that it cannot read, and goes on once it is there', async () => {
    renameSync(tokenFsPath(), `${tokenFsPath()}.away`);
    await start();
    expect(await engine.refuse('buckets/list', { connectionId })).toMatchObject({
      kind: 'localFile',
      reason: 'noSuchFile',
      fsPath: tokenFsPath(),
    });
    renameSync(`${tokenFsPath()}.away`, tokenFsPath());
    expect(await engine.ask('buckets/list', { connectionId })).toEqual([]);
  });
});
