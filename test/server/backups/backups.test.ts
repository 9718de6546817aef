import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketCrnLike } from '../../../src/model/backup';
import { objectKey } from '../../../src/model/ids';
import { testConnectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from '../protection/fixture';

const connectionId = testConnectionId;
const dayMs = 86_400_000;

describe('backups', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected('iam');
  });
  afterAll(async () => await server?.close());

  const vaultOf = async (name: string) =>
    await server.engine.ask('backups/createVault', {
      connectionId,
      vault: name,
      region: 'us-south',
      tracksManagementEvents: true,
      hasUsageMetrics: false,
    });
  it('encrypts a vault with a root key, and refuses one that is not there', async () => {
    const { engine } = server;
    const instances = await engine.ask('rootKeys/listInstances', { connectionId });
    const instanceCrn = instances.find(({ service }) => service === 'hpcs')?.crn ?? '';
    const [key] = await engine.ask('rootKeys/list', { connectionId, instanceCrn });
    const settings = { region: 'us-south', tracksManagementEvents: false, hasUsageMetrics: false };
    const rootKeyCrn = key?.crn ?? '';
    const vault = 'vault-with-a-key';
    await engine.ask('backups/createVault', { connectionId, vault, ...settings, rootKeyCrn });
    expect((await engine.ask('backups/getVault', { connectionId, vault })).rootKeyCrn).toBe(rootKeyCrn);
    const unknown = { connectionId, vault: 'vault-without', ...settings, rootKeyCrn: rootKeyCrn.replace(/.$/, 'x') };
    expect((await engine.refuse('backups/createVault', unknown)).kind).toBe('invalid');
    await engine.ask('backups/deleteVault', { connectionId, vault });
  });

  const versioned = async () => {
    const bucket = await server.bucket();
    await server.engine.ask('versioning/put', { connectionId, bucket, state: 'enabled' });
    return bucket;
  };
  const run = async () => await server.farSide.admin('POST', '/backups/run', {});

  it('brings a bucket back to what it was at a moment, through policy, vault, range and restore', async () => {
    const { engine } = server;
    const bucket = await versioned();
    const vault = await vaultOf('vault-of-the-journey');
    expect(vault).toMatchObject({ name: 'vault-of-the-journey', tracksManagementEvents: true });
    const policy = await engine.ask('backups/createPolicy', {
      connectionId,
      bucket,
      name: 'daily',
      vaultCrn: vault.crn,
      deleteAfterDays: 30,
    });
    expect(policy).toMatchObject({ name: 'daily', vaultCrn: vault.crn, deleteAfterDays: 30 });
    for (let step = 0; step < 3; step += 1) {
      server.advance(60_000);
      await run();
    }
    expect(await engine.ask('backups/listPolicies', { connectionId, bucket })).toMatchObject([{ status: 'active' }]);
    await server.put(bucket, 'report', 'as it was');
    server.advance(60_000);
    await run();
    const thenMs = server.nowMs();
    server.advance(60_000);
    await server.put(bucket, 'report', 'spoiled');
    server.advance(60_000);
    await run();

    const [range] = await engine.ask('backups/listRanges', { connectionId, vault: vault.name });
    expect(range).toMatchObject({ deleteAfterDays: 30, policyName: 'daily' });
    const targetCrn = bucketCrnLike(vault.crn, bucket)!;
    expect(range!.sourceCrn).toBe(targetCrn);
    const outside = { connectionId, vault: vault.name, rangeId: range!.id, targetCrn };
    expect(
      await engine.refuse('backups/startRestore', { ...outside, pointInTimeMs: range!.startMs - dayMs }),
    ).toMatchObject({ kind: 'invalid' });
    const restore = await engine.ask('backups/startRestore', { ...outside, pointInTimeMs: thenMs });
    expect(restore).toMatchObject({ status: 'initializing', pointInTimeMs: thenMs });
    for (let step = 0; step < 3; step += 1) {
      server.advance(60_000);
      await run();
    }
    const done = await engine.ask('backups/getRestore', { connectionId, vault: vault.name, restoreId: restore.id });
    expect(done).toMatchObject({ status: 'complete' });
    expect(await engine.ask('backups/listRestores', { connectionId, vault: vault.name })).toHaveLength(1);
    const page = await engine.ask('versions/listPage', { connectionId, bucket, prefix: '', delimiter: '' });
    expect(page.versions.filter(({ key }) => key === 'report').length).toBeGreaterThanOrEqual(2);
    const read = await engine.ask('objects/read', { connectionId, bucket, key: objectKey('report'), maxBytes: 100 });
    expect(Buffer.from(read.bytes).toString()).toBe('spoiled');
  });

  it('refuses what breaks a documented rule before any request', async () => {
    const { engine } = server;
    const bucket = await versioned();
    const before = server.farSide.server.requests.read().byOperation;
    const policy = {
      connectionId,
      bucket,
      vaultCrn: 'crn:v1:a:b:c:d:e:f:backup-vault:v',
      name: 'x',
      deleteAfterDays: 1,
    };
    for (const wrong of [
      { name: '' },
      { name: 'with blank' },
      { deleteAfterDays: 0 },
      { deleteAfterDays: 36_501 },
      { deleteAfterDays: 1.5 },
      { vaultCrn: 'my-vault' },
    ]) {
      expect(await engine.refuse('backups/createPolicy', { ...policy, ...wrong })).toMatchObject({ kind: 'invalid' });
    }
    const vault = {
      connectionId,
      vault: 'Not_A_Name',
      region: 'us-south',
      tracksManagementEvents: false,
      hasUsageMetrics: false,
    };
    expect(await engine.refuse('backups/createVault', vault)).toMatchObject({ kind: 'invalid' });
    expect(server.farSide.server.requests.read().byOperation).toEqual(before);
  });

  it('shows what the service refuses: no versioning, a vault that holds something, an unknown one', async () => {
    const { engine } = server;
    const bucket = await server.bucket();
    const vault = await vaultOf('vault-of-refusals');
    const policy = { connectionId, bucket, name: 'daily', vaultCrn: vault.crn, deleteAfterDays: 3 };
    expect(await engine.refuse('backups/createPolicy', policy)).toMatchObject({ kind: 'invalid', httpStatus: 400 });
    expect(await engine.refuse('backups/getVault', { connectionId, vault: 'no-such-vault' })).toMatchObject({
      kind: 'notFound',
    });
    expect(await engine.refuse('backups/deleteVault', { connectionId, vault: 'vault-of-the-journey' })).toMatchObject({
      kind: 'conflict',
    });
    expect(await engine.ask('backups/deleteVault', { connectionId, vault: vault.name })).toBeNull();
  });

  it('needs an API key, and writes nothing through a read-only connection', async () => {
    const { engine } = server;
    const vault = 'vault-of-nobody';
    const create = { vault, region: 'us-south', tracksManagementEvents: false, hasUsageMetrics: false };
    expect(await engine.refuse('backups/createVault', { connectionId: server.readOnly, ...create })).toMatchObject({
      kind: 'denied',
      reason: 'readOnlyConnection',
    });
    expect(await engine.refuse('backups/listVaults', { connectionId: server.roles.ObjectReader })).toMatchObject({
      kind: 'denied',
    });
  });

  it('extends the retention of a range as a document, and never shortens it', async () => {
    const { engine } = server;
    const vault = 'vault-of-the-journey';
    const [range] = await engine.ask('backups/listRanges', { connectionId, vault });
    const subject = {
      kind: 'backup',
      connectionId,
      resource: { kind: 'range', vault, rangeId: range!.id, name: 'of it' },
    } as const;
    const { text, baseline } = await engine.ask('documents/open', { subject });
    expect(text).toContain('"deleteAfterDays": 30');
    const shorter = { subject, baseline, text: text.replace('30', '3') };
    expect(await engine.ask('documents/check', shorter)).toMatchObject([{ code: 'retentionNotLater' }]);
    const edited = { subject, baseline, text: text.replace('30', '100') };
    expect(await engine.ask('documents/check', edited)).toEqual([]);
    const [step] = await engine.ask('documents/plan', edited);
    expect(step).toMatchObject({ operation: 'UpdateRecoveryRange' });
    expect(step!.irreversible).toContain('100 days');
    expect(await engine.refuse('documents/apply', { ...edited, confirmed: [] })).toMatchObject({
      reason: 'notConfirmed',
    });
    const outcome = await engine.ask('documents/apply', { ...edited, confirmed: [step!.id] });
    expect(outcome).toMatchObject({ applied: ['range'] });
    expect(outcome.document!.text).toContain('"deleteAfterDays": 100');
    expect(
      await engine.refuse('backups/extendRange', { connectionId, vault, rangeId: range!.id, deleteAfterDays: 99 }),
    ).toMatchObject({ refusal: 'retentionNotLater' });
  });

  it('switches the settings of a vault as a document, and keeps its facts', async () => {
    const { engine } = server;
    const vault = 'vault-of-the-journey';
    const subject = { kind: 'backup', connectionId, resource: { kind: 'vault', vault } } as const;
    const { text, baseline } = await engine.ask('documents/open', { subject });
    const forged = { subject, baseline, text: text.replace('us-south', 'eu-de') };
    const [problem] = await engine.ask('documents/check', forged);
    expect([problem!.code, forged.text.slice(problem!.offset, problem!.offset + problem!.length)]).toEqual([
      'factEdited',
      '"eu-de"',
    ]);
    const edited = { subject, baseline, text: text.replace('"activityTracking": true', '"activityTracking": false') };
    const outcome = await engine.ask('documents/apply', { ...edited, confirmed: [] });
    expect(outcome.applied).toEqual(['vault']);
    expect(outcome.document!.text).toContain('"activityTracking": false');
  });

  it('shows a policy that nothing can change, until it is deleted', async () => {
    const { engine } = server;
    const bucket = await versioned();
    const { crn } = await vaultOf('vault-of-policies');
    const policy = await engine.ask('backups/createPolicy', {
      connectionId,
      bucket,
      name: 'p',
      vaultCrn: crn,
      deleteAfterDays: 1,
    });
    const resource = { kind: 'policy', bucket, policyId: policy.id, name: 'p' } as const;
    const opened = await engine.ask('documents/open', { subject: { kind: 'backup', connectionId, resource } });
    expect(opened.readOnlyReason).toContain('cannot change a backup policy');
    expect(JSON.parse(opened.text)).toMatchObject({ facts: { name: 'p', backupVault: crn } });
    await engine.ask('backups/deletePolicy', { connectionId, bucket, policyId: policy.id });
    expect(await engine.ask('backups/listPolicies', { connectionId, bucket })).toEqual([]);
  });
});
