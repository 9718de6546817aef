import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiKeyOfRole, accessToken } from '../control/testServer';
import { BackupFixture, type BackupAnswer } from './backupFixture';

let fixture: BackupFixture;
beforeAll(async () => {
  fixture = await BackupFixture.start();
  for (const name of ['policy-vault-1', 'policy-vault-2', 'policy-vault-3', 'policy-vault-4'])
    await fixture.vault(name);
});
afterAll(() => fixture.server.close());

const create = (bucket: string, body: unknown, headers: Record<string, string> = {}, token = fixture.token) =>
  fixture.config('POST', `/buckets/${bucket}/backup_policies`, body, { headers, token });

function expectRefused(answer: BackupAnswer, status: number, message: RegExp): void {
  expect([answer.status, answer.json.status_code]).toEqual([status, status]);
  expect(answer.json.errors[0]!.message).toMatch(message);
  expect(answer.json.trace).toMatch(/./);
}

describe('a backup policy', () => {
  it('goes from pending over initializing with progress to active, as the clock goes on', async () => {
    const bucket = await fixture.bucket('policy-states');
    for (let index = 0; index < 10; index += 1) await fixture.put(`/${bucket}/object-${index}`, 'content');
    const made = await create(bucket, fixture.policyBody('policy-vault-1'));
    expect(made.status).toBe(201);
    expect(made.json).toEqual({
      policy_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      policy_name: 'nightly',
      target_backup_vault_crn: fixture.crn('backup-vault', 'policy-vault-1'),
      backup_type: 'continuous',
      initial_retention: { delete_after_days: 10 },
      policy_status: 'pending',
      initial_sync_progress: 0,
    });
    const seen: unknown[] = [];
    for (let step = 0; step < 5; step += 1) {
      const { json } = await fixture.policy(bucket, made.json.policy_id);
      seen.push([json.policy_status, json.initial_sync_progress]);
      fixture.server.clock.advance(step === 0 ? 1000 : 400);
    }
    expect(seen).toEqual([
      ['pending', 0],
      ['initializing', 0],
      ['initializing', 40],
      ['initializing', 80],
      ['active', undefined],
    ]);
    const list = await fixture.config('GET', `/buckets/${bucket}/backup_policies`);
    expect(list.json.backup_policies.map(({ policy_id }) => policy_id)).toEqual([made.json.policy_id]);
    const { json } = await fixture.config('GET', '/backup_vaults/policy-vault-1');
    expect(json.bytes_used).toBe(70);
  });

  it('has no operation to update it', async () => {
    const bucket = await fixture.bucket('policy-update');
    const policyId = await fixture.activePolicy(bucket, 'policy-vault-1');
    expect((await fixture.config('PATCH', `/buckets/${bucket}/backup_policies/${policyId}`, {})).status).toBe(405);
  });

  it.each([
    ['a name with other characters', { policy_name: 'every night' }, /policy_name takes letters/],
    ['no name', { policy_name: undefined }, /"policy_name" is missing/],
    ['another type', { backup_type: 'weekly' }, /backup_type must be "continuous"/],
    ['no retention', { initial_retention: undefined }, /initial_retention must be there/],
    ['no days of retention', { initial_retention: { delete_after_days: 0 } }, /from 1 to 36500/],
    ['too many days', { initial_retention: { delete_after_days: 36_501 } }, /from 1 to 36500/],
    ['indefinite retention', { initial_retention: { delete_after_days: -1 } }, /from 1 to 36500/],
    ['half a day', { initial_retention: { delete_after_days: 0.5 } }, /from 1 to 36500/],
    ['a vault that does not exist', { target_backup_vault_crn: 'crn:v1:x' }, /names no backup vault/],
    ['a member that is unknown', { schedule: 'daily' }, /"schedule" is unknown/],
  ])('is refused with %s', async (_, change, message) => {
    const bucket = 'policy-refused';
    await fixture.s3('PUT', `/${bucket}`);
    await fixture.setVersioning(bucket, 'Enabled');
    expectRefused(await create(bucket, fixture.policyBody('policy-vault-1', change)), 400, message);
    expect((await fixture.config('GET', `/buckets/${bucket}/backup_policies`)).json.backup_policies).toEqual([]);
  });

  it('needs versioning', async () => {
    const bucket = await fixture.bucket('policy-unversioned', { versioning: 'never' });
    expectRefused(await create(bucket, fixture.policyBody('policy-vault-1')), 400, /Versioning is not enabled/);
  });

  it('accepts a vault CRN as IBM’s samples write it, and checks the MD5 header when it is sent', async () => {
    const bucket = await fixture.bucket('policy-crn');
    const crn = fixture
      .crn('backup-vault', 'policy-vault-1')
      .replace(':a/', ':')
      .replace(fixture.guid, fixture.guid.replaceAll('-', ''));
    const body = fixture.policyBody('policy-vault-1', { target_backup_vault_crn: crn });
    const md5 = (text: string) => createHash('md5').update(text).digest('base64');
    expectRefused(await create(bucket, body, { md5: md5('other') }), 400, /MD5/);
    const made = await create(bucket, body, { md5: md5(JSON.stringify(body)) });
    expect([made.status, (made.json as unknown as Record<string, string>)['target_backup_vault_crn']]).toEqual([
      201,
      fixture.crn('backup-vault', 'policy-vault-1'),
    ]);
  });

  it('is one per vault, with a name of its own, and one of three at most', async () => {
    const bucket = await fixture.bucket('policy-limits');
    const named = (vault: string, name: string) => create(bucket, fixture.policyBody(vault, { policy_name: name }));
    expect((await named('policy-vault-1', 'one')).status).toBe(201);
    expectRefused(await named('policy-vault-1', 'two'), 400, /for the backup vault "policy-vault-1" already/);
    expectRefused(await named('policy-vault-2', 'one'), 400, /"one" already/);
    expect((await named('policy-vault-2', 'two')).status).toBe(201);
    expect((await named('policy-vault-3', 'three')).status).toBe(201);
    expectRefused(await named('policy-vault-4', 'four'), 400, /3 backup policies already/);
  });

  it('stands in the way of suspending versioning and deleting the bucket', async () => {
    const bucket = await fixture.bucket('policy-guards');
    const policyId = await fixture.activePolicy(bucket, 'policy-vault-1');
    for (const answer of [await fixture.setVersioning(bucket, 'Suspended'), await fixture.s3('DELETE', `/${bucket}`)]) {
      expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('<Code>InvalidBucketState</Code>')]);
    }
    expect((await fixture.config('DELETE', `/buckets/${bucket}/backup_policies/${policyId}`)).status).toBe(204);
    expect((await fixture.setVersioning(bucket, 'Suspended')).status).toBe(200);
    expect((await fixture.s3('DELETE', `/${bucket}`)).status).toBe(204);
  });

  it('needs a token, an existing bucket and policy, Reader to see and Writer to change', async () => {
    const bucket = await fixture.bucket('policy-roles');
    const policyId = await fixture.activePolicy(bucket, 'policy-vault-1');
    const path = `/buckets/${bucket}/backup_policies`;
    expectRefused(await fixture.config('GET', path, undefined, { token: 'nonsense' }), 401, /token/);
    expectRefused(await fixture.config('GET', '/buckets/no-such-bucket/backup_policies'), 404, /does not exist/);
    expectRefused(await fixture.config('GET', `${path}/no-such-policy`), 404, /no backup policy/);
    const as = async (role: string) => accessToken(fixture.server, await apiKeyOfRole(fixture.server, role));
    const reader = await as('Reader');
    expect((await fixture.config('GET', path, undefined, { token: reader })).status).toBe(200);
    expectRefused(await fixture.config('DELETE', `${path}/${policyId}`, undefined, { token: reader }), 403, /Writer/);
    // Every failed check of Create is a 400, this one too.
    expectRefused(await create(bucket, fixture.policyBody('policy-vault-2'), {}, reader), 400, /post_backup_policy/);
    expectRefused(await fixture.config('GET', path, undefined, { token: await as('ObjectReader') }), 403, /Reader/);
    expect(
      (await fixture.config('DELETE', `${path}/${policyId}`, undefined, { token: await as('Writer') })).status,
    ).toBe(204);
  });

  it('needs the authorisation of the bucket on the vault, and is in need of action while it is gone', async () => {
    const bucket = await fixture.bucket('policy-authorised');
    const policyId = await fixture.activePolicy(bucket, 'policy-vault-1');
    const [range] = (
      await fixture.ranges(
        'policy-vault-1',
        `?source_resource_crn=${encodeURIComponent(fixture.crn('bucket', bucket))}`,
      )
    ).slice(-1);
    await fixture.admin('PATCH', '/backups', { backupSync: 'denied' });
    try {
      const troubled = (await fixture.policy(bucket, policyId)).json;
      expect([troubled.policy_status, troubled.error_cause]).toEqual([
        'action_needed',
        expect.stringContaining('backup-vault.sync'),
      ]);
      const other = await fixture.bucket('policy-unauthorised');
      expectRefused(await create(other, fixture.policyBody('policy-vault-1')), 400, /backup-vault\.sync/);
      fixture.server.clock.advance(60_000);
      await fixture.put(`/${bucket}/written-in-trouble`, 'content');
      const stopped = (
        await fixture.config('GET', `/backup_vaults/policy-vault-1/recovery_ranges/${range!.recovery_range_id}`)
      ).json;
      expect(stopped.range_end_time).toBe(range!.range_end_time);
    } finally {
      await fixture.admin('PATCH', '/backups', { backupSync: 'granted' });
    }
    const recovered = (await fixture.policy(bucket, policyId)).json;
    expect([recovered.policy_status, recovered.error_cause]).toEqual(['active', undefined]);
    const resumed = (
      await fixture.config('GET', `/backup_vaults/policy-vault-1/recovery_ranges/${range!.recovery_range_id}`)
    ).json;
    expect(resumed.range_end_time).toBe(fixture.now());
    const target = await fixture.bucket('policy-authorised-target');
    expect(
      (
        await fixture.config(
          'POST',
          '/backup_vaults/policy-vault-1/restores',
          fixture.restoreBody(range!.recovery_range_id, target),
        )
      ).status,
    ).toBe(201);
    fixture.server.clock.advance(2000);
    await fixture.admin('POST', '/backups/run', {});
    expect((await fixture.s3('GET', `/${target}/written-in-trouble`)).text).toBe('content');
  });

  it('can be put into every kind of trouble, which ends unless it has failed', async () => {
    const bucket = await fixture.bucket('policy-trouble');
    const policyId = await fixture.activePolicy(bucket, 'policy-vault-1');
    const state = async () => (await fixture.policy(bucket, policyId)).json;
    const path = `/backups/policies/${policyId}/trouble`;
    for (const status of ['degraded', 'action_needed']) {
      await fixture.admin('PUT', path, { status, cause: 'because' });
      expect(await state()).toMatchObject({ policy_status: status, error_cause: 'because' });
      expect((await fixture.admin('DELETE', path)).status).toBe(204);
      expect((await state()).policy_status).toBe('active');
    }
    await fixture.admin('PUT', path, { status: 'failed' });
    expect((await fixture.admin('DELETE', path)).status).toBe(400);
    expect((await state()).policy_status).toBe('failed');
    expect((await fixture.admin('PUT', path, { status: 'sleepy' })).status).toBe(400);
    expect((await fixture.admin('PUT', '/backups/policies/none/trouble', { status: 'failed' })).status).toBe(404);
  });

  it('fails for good when a version is deleted before it was synced', async () => {
    const bucket = await fixture.bucket('policy-version-delete');
    const lost = await fixture.put(`/${bucket}/early`, 'content');
    const made = await create(bucket, fixture.policyBody('policy-vault-1'));
    await fixture.s3('DELETE', `/${bucket}/early?versionId=${lost}`);
    fixture.server.clock.advance(60_000);
    const { json } = await fixture.policy(bucket, made.json.policy_id);
    expect([json.policy_status, json.error_cause]).toEqual(['failed', expect.stringContaining(lost)]);
  });

  it('leaves its range behind when it goes, and a new one begins a new range', async () => {
    const bucket = await fixture.bucket('policy-again');
    const source = `?source_resource_crn=${encodeURIComponent(fixture.crn('bucket', bucket))}`;
    const policyId = await fixture.activePolicy(bucket, 'policy-vault-2');
    await fixture.config('DELETE', `/buckets/${bucket}/backup_policies/${policyId}`);
    const [first] = await fixture.ranges('policy-vault-2', source);
    fixture.server.clock.advance(60_000);
    expect(await fixture.ranges('policy-vault-2', source)).toEqual([first]);
    await fixture.activePolicy(bucket, 'policy-vault-2', { policy_name: 'again' });
    const both = await fixture.ranges('policy-vault-2', source);
    expect(both.map((range) => range.backup_policy_name)).toEqual(['nightly', 'again']);
    const latest = await fixture.ranges('policy-vault-2', `${source}&latest=TRUE`);
    expect(latest).toEqual([both[1]]);
  });
});
