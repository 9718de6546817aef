import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken, apiKeyOfRole } from '../control/testServer';
import { BackupFixture, dayMs, type BackupAnswer } from './backupFixture';

let fixture: BackupFixture;
beforeAll(async () => void (fixture = await BackupFixture.start()));
afterAll(() => fixture.server.close());

const create = (body: unknown, query = `?service_instance_id=${fixture.guid}`) =>
  fixture.config('POST', `/backup_vaults${query}`, body);

function expectRefused(answer: BackupAnswer, status: number, message: RegExp): void {
  expect([answer.status, answer.json.status_code]).toEqual([status, status]);
  expect(answer.json.errors[0]!.message).toMatch(message);
}

describe('a backup vault', () => {
  it('is made, read, listed by CRN, changed and deleted', async () => {
    const made = await create({
      backup_vault_name: 'first-vault',
      region: 'eu-de',
      activity_tracking: { management_events: true },
    });
    expect(made.status).toBe(201);
    expect(made.json).toEqual({
      backup_vault_name: 'first-vault',
      region: 'eu-de',
      crn: fixture.crn('backup-vault', 'first-vault'),
      service_instance_crn: fixture.server.info.serviceInstanceId,
      time_created: fixture.now(),
      time_updated: fixture.now(),
      bytes_used: 0,
      activity_tracking: { management_events: true },
    });
    const list = await fixture.config(
      'GET',
      `/backup_vaults?service_instance_id=${encodeURIComponent(fixture.server.info.serviceInstanceId)}`,
    );
    expect(list.json.backup_vaults).toContain(made.json.crn);
    const { headers } = await fixture.config('GET', '/backup_vaults/first-vault');
    const patch = (body: unknown, etag: string) =>
      fixture.config('PATCH', '/backup_vaults/first-vault', body, { headers: { 'if-match': etag } });
    expectRefused(await patch({ activity_tracking: {} }, '"other"'), 412, /changed since/);
    const changed = await patch(
      { activity_tracking: {}, metrics_monitoring: { usage_metrics_enabled: true } },
      headers.get('etag')!,
    );
    expect([changed.status, changed.json.activity_tracking, changed.json.metrics_monitoring]).toEqual([
      200,
      undefined,
      { usage_metrics_enabled: true },
    ]);
    expect((await fixture.config('DELETE', '/backup_vaults/first-vault')).status).toBe(204);
    expectRefused(await fixture.config('GET', '/backup_vaults/first-vault'), 404, /does not exist/);
  });

  it.each([
    ['no name', { backup_vault_name: undefined }, /"backup_vault_name" is missing/],
    ['a name that buckets cannot have', { backup_vault_name: 'Vault_1' }, /rules are those of buckets/],
    ['no region', { region: undefined }, /"region" is missing/],
    ['an unknown region', { region: 'mars' }, /"mars" is unknown/],
    ['a key that does not exist', { sse_kp_customer_root_key_crn: 'crn:v1:x' }, /Key CRN could not be found/],
    [
      'read events, which vaults do not have',
      { activity_tracking: { read_data_events: true } },
      /activity_tracking\.read_data_events/,
    ],
    ['routing of its own', { metrics_monitoring: { metrics_monitoring_crn: 'crn' } }, /metrics_monitoring_crn/],
    ['an unknown member', { colour: 'red' }, /"colour" is unknown/],
  ])('is refused with %s', async (_, change, message) => {
    expectRefused(await create({ backup_vault_name: 'refused-vault', region: 'us-south', ...change }), 400, message);
  });

  it('needs service_instance_id, as query or as header', async () => {
    expectRefused(await fixture.config('GET', '/backup_vaults'), 400, /service_instance_id is missing/);
    const headers = { service_instance_id: fixture.guid };
    expect((await fixture.config('GET', '/backup_vaults', undefined, { headers })).status).toBe(200);
    expectRefused(
      await create({ backup_vault_name: 'vault', region: 'us-south' }, '?service_instance_id=none'),
      400,
      /names no service instance/,
    );
  });

  it('shares its name with no bucket, in either order', async () => {
    const bucket = await fixture.bucket('taken-by-bucket');
    expectRefused(await create({ backup_vault_name: bucket, region: 'us-south' }), 409, /is taken/);
    await fixture.vault('taken-by-vault');
    expectRefused(await create({ backup_vault_name: 'taken-by-vault', region: 'us-south' }), 409, /is taken/);
    const answer = await fixture.s3('PUT', '/taken-by-vault');
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('<Code>BucketAlreadyExists</Code>')]);
  });

  it('cannot be deleted while a policy syncs to it or a range is left in it', async () => {
    const bucket = await fixture.bucket('kept-bucket');
    await fixture.vault('kept-vault');
    const policyId = await fixture.activePolicy(bucket, 'kept-vault', { initial_retention: { delete_after_days: 1 } });
    const remove = () => fixture.config('DELETE', '/backup_vaults/kept-vault');
    expectRefused(await remove(), 409, /contains recovery ranges/);
    await fixture.config('DELETE', `/buckets/${bucket}/backup_policies/${policyId}`);
    expectRefused(await remove(), 409, /contains recovery ranges/);
    fixture.server.clock.advance(2 * dayMs);
    expect((await remove()).status).toBe(204);
  });

  it('counts into the quota of buckets', async () => {
    const { guid } = await newInstance('quota');
    const token = fixture.token;
    for (let index = 0; index < 1000; index += 1) {
      const answer = await fixture.config('POST', `/backup_vaults?service_instance_id=${guid}`, {
        backup_vault_name: `quota-vault-${index}`,
        region: 'us-south',
      });
      expect(answer.status).toBe(201);
    }
    expectRefused(
      await create({ backup_vault_name: 'one-too-many', region: 'us-south' }, `?service_instance_id=${guid}`),
      400,
      /1000 buckets and backup vaults/,
    );
    const answer = await fixture.s3('PUT', '/bucket-too-many', { token, headers: { 'ibm-service-instance-id': guid } });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('<Code>TooManyBuckets</Code>')]);
    // A list of that many comes in pages.
    const names: string[] = [];
    let query = `?service_instance_id=${guid}`;
    for (;;) {
      const { json } = await fixture.config('GET', `/backup_vaults${query}`);
      names.push(...json.backup_vaults);
      if (json.next === undefined) break;
      expect(json.next.href).toContain(json.next.token);
      query = `?service_instance_id=${guid}&token=${json.next.token}`;
    }
    expect(new Set(names).size).toBe(1000);
    expectRefused(
      await fixture.config('GET', `/backup_vaults?service_instance_id=${guid}&token=nonsense`),
      400,
      /token/,
    );
  });

  it('needs the Manager role', async () => {
    await fixture.vault('managed-vault');
    const token = await accessToken(fixture.server, await apiKeyOfRole(fixture.server, 'Writer'));
    for (const path of [
      '/backup_vaults/managed-vault',
      `/backup_vaults?service_instance_id=${fixture.guid}`,
      '/backup_vaults/managed-vault/recovery_ranges',
      '/backup_vaults/managed-vault/restores',
    ]) {
      expectRefused(await fixture.config('GET', path, undefined, { token }), 403, /Manager role/);
      expectRefused(await fixture.config('GET', path, undefined, { token: 'nonsense' }), 401, /token/);
    }
  });
});

/** A service instance of its own, which the person manages after signing in again. */
async function newInstance(name: string): Promise<{ guid: string }> {
  const { json } = await fixture.admin('POST', '/instances', { name });
  return { guid: json.crn.split(':')[7]! };
}
