import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackupFixture, dayMs, versionsIn, type BackupAnswer } from './backupFixture';

let fixture: BackupFixture;
beforeAll(async () => void (fixture = await BackupFixture.start()));
afterAll(() => fixture.server.close());

let count = 0;
/** A bucket with an active policy, its vault, and an empty bucket to restore into. */
async function backedUp(
  change: Record<string, unknown> = {},
): Promise<{ bucket: string; vault: string; target: string; policyId: string }> {
  count += 1;
  const [bucket, vault, target] = [`source-${count}`, `vault-${count}`, `target-${count}`];
  await fixture.bucket(bucket);
  await fixture.bucket(target);
  await fixture.vault(vault);
  const policyId = await fixture.activePolicy(bucket, vault, change);
  fixture.server.clock.advance(1000);
  return { bucket, vault, target, policyId };
}

const versionsOf = async (bucket: string, location = 'us-south') =>
  versionsIn((await fixture.s3('GET', `/${bucket}?versions`, { location })).text);

function expectRefused(answer: BackupAnswer, status: number, message: RegExp): void {
  expect([answer.status, answer.json.status_code]).toEqual([status, status]);
  expect(answer.json.errors[0]!.message).toMatch(message);
}

describe('a recovery range', () => {
  it('is not there until the initial sync is complete, then grows with the clock and slides with retention', async () => {
    const bucket = await fixture.bucket('range-bucket');
    await fixture.vault('range-vault');
    const createdAt = fixture.now();
    await fixture.config('POST', `/buckets/${bucket}/backup_policies`, fixture.policyBody('range-vault'));
    expect(await fixture.ranges('range-vault')).toEqual([]);
    fixture.server.clock.advance(2000);
    const startedAt = fixture.now();
    const [first] = await fixture.ranges('range-vault');
    expect(first).toEqual({
      recovery_range_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      source_resource_crn: fixture.crn('bucket', bucket),
      backup_policy_name: 'nightly',
      range_start_time: startedAt,
      range_end_time: startedAt,
      range_create_time: createdAt,
      retention: { delete_after_days: 10 },
    });
    fixture.server.clock.advance(5 * dayMs);
    expect((await fixture.ranges('range-vault'))[0]).toMatchObject({
      range_start_time: startedAt,
      range_end_time: fixture.now(),
    });
    fixture.server.clock.advance(15 * dayMs);
    const slid = new Date(fixture.server.clock.nowMs() - 10 * dayMs).toISOString();
    expect((await fixture.ranges('range-vault'))[0]).toMatchObject({
      range_start_time: slid,
      range_end_time: fixture.now(),
    });
  });

  it('may be kept longer, never shorter', async () => {
    const { vault } = await backedUp();
    const [range] = await fixture.ranges(vault);
    const path = `/backup_vaults/${vault}/recovery_ranges/${range!.recovery_range_id}`;
    const patch = (retention: unknown) => fixture.config('PATCH', path, { retention });
    expectRefused(await patch({ delete_after_days: 9 }), 400, /only be extended/);
    expectRefused(await patch({ delete_after_days: -1 }), 400, /from 1 to 36500/);
    expectRefused(await patch({}), 400, /from 1 to 36500/);
    expectRefused(await fixture.config('PATCH', path, { range_end_time: fixture.now() }), 400, /cannot be changed/);
    const { status, json } = await patch({ delete_after_days: 100 });
    expect([status, json]).toEqual([
      200,
      { ...range, range_end_time: fixture.now(), retention: { delete_after_days: 100 } },
    ]);
    expect((await fixture.config('GET', path)).json).toEqual(json);
    expectRefused(
      await fixture.config('GET', `/backup_vaults/${vault}/recovery_ranges/none`),
      404,
      /no recovery range/,
    );
  });

  it('goes when its policy is gone and retention has emptied it, and its bytes with it', async () => {
    const { bucket, vault, policyId } = await backedUp();
    await fixture.put(`/${bucket}/object`, 'content');
    expect((await fixture.config('GET', `/backup_vaults/${vault}`)).json.bytes_used).toBe(7);
    await fixture.config('DELETE', `/buckets/${bucket}/backup_policies/${policyId}`);
    fixture.server.clock.advance(9 * dayMs);
    expect(await fixture.ranges(vault)).toHaveLength(1);
    fixture.server.clock.advance(dayMs);
    expect(await fixture.ranges(vault)).toEqual([]);
    expect((await fixture.config('GET', `/backup_vaults/${vault}`)).json.bytes_used).toBe(0);
  });

  it('lets go of versions that no point in time of it needs any more, and of no other', async () => {
    const { bucket, vault, target } = await backedUp();
    await fixture.put(`/${bucket}/changing`, 'old content');
    await fixture.put(`/${bucket}/constant`, 'constant');
    await fixture.put(`/${bucket}/deleted`, 'deleted');
    fixture.server.clock.advance(dayMs);
    await fixture.s3('DELETE', `/${bucket}/deleted`);
    await fixture.put(`/${bucket}/changing`, 'new');
    expect((await fixture.config('GET', `/backup_vaults/${vault}`)).json.bytes_used).toBe(29);
    fixture.server.clock.advance(12 * dayMs);
    await fixture.ranges(vault);
    expect((await fixture.config('GET', `/backup_vaults/${vault}`)).json.bytes_used).toBe(11);
    const [range] = await fixture.ranges(vault);
    await fixture.restore(vault, target, range!.range_start_time);
    expect((await versionsOf(target)).map((line) => line.split(' ')[0])).toEqual(['changing', 'constant']);
  });

  it('is listed by source and by newest, with the value of latest checked', async () => {
    const { bucket, vault } = await backedUp();
    const query = (source: string, latest: string) =>
      `?source_resource_crn=${encodeURIComponent(source)}&latest=${latest}`;
    expect(await fixture.ranges(vault, query(fixture.crn('bucket', bucket), 'False'))).toHaveLength(1);
    expect(await fixture.ranges(vault, query(fixture.crn('bucket', 'other'), 'true'))).toEqual([]);
    expectRefused(
      await fixture.config('GET', `/backup_vaults/${vault}/recovery_ranges?latest=yes`),
      400,
      /latest must be/,
    );
  });
});

describe('a restore', () => {
  it('puts what was current then into the target, with ids, times, ETags, metadata and tags', async () => {
    const { bucket, vault, target } = await backedUp();
    const first = await fixture.put(`/${bucket}/a`, 'first', {
      'x-amz-meta-colour': 'red',
      'content-type': 'text/plain',
    });
    const large = await fixture.put(`/${bucket}/large`, 'x'.repeat(100_000));
    await fixture.put(`/${bucket}/gone`, 'gone');
    const marker = (await fixture.s3('DELETE', `/${bucket}/gone`)).headers.get('x-amz-version-id');
    fixture.server.clock.advance(3_600_000);
    const pointInTime = fixture.now();
    fixture.server.clock.advance(3_600_000);
    await fixture.put(`/${bucket}/a`, 'second');
    await fixture.put(`/${bucket}/later`, 'later');
    await fixture.putConfiguration(
      `/${bucket}/a?tagging&versionId=${first}`,
      '<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>',
    );
    const source = await fixture.s3('GET', `/${bucket}/a?versionId=${first}`);
    const restore = await fixture.restore(vault, target, pointInTime);
    expect(restore).toMatchObject({
      source_resource_crn: fixture.crn('bucket', bucket),
      target_resource_crn: fixture.crn('bucket', target),
      restore_type: 'in_place',
      restore_point_in_time: pointInTime,
      restore_status: 'complete',
      complete_time: fixture.now(),
    });
    expect(await versionsOf(target)).toEqual([`a ${first}`, `-gone ${marker!}`, `large ${large}`]);
    const restored = await fixture.s3('GET', `/${target}/a`);
    expect(restored.text).toBe('first');
    for (const name of [
      'etag',
      'last-modified',
      'x-amz-version-id',
      'x-amz-meta-colour',
      'content-type',
      'x-amz-tagging-count',
    ]) {
      expect([name, restored.headers.get(name)]).toEqual([name, source.headers.get(name)]);
    }
    expect((await fixture.s3('GET', `/${target}/large`)).text).toBe('x'.repeat(100_000));
  });

  it('tells on GET and HEAD of what it wrote when it did so and under which id', async () => {
    const { bucket, vault, target } = await backedUp();
    await fixture.put(`/${bucket}/object`, 'content');
    const restore = await fixture.restore(vault, target);
    for (const method of ['GET', 'HEAD']) {
      const { headers } = await fixture.s3(method, `/${target}/object`);
      expect(headers.get('x-ibm-backup-restore-time')).toBe(fixture.now());
      expect(headers.get('x-ibm-backup-restore-id')).toBe(restore.restore_id);
      expect((await fixture.s3(method, `/${bucket}/object`)).headers.get('x-ibm-backup-restore-id')).toBeNull();
    }
  });

  it('brings back what was deleted for good from the bucket, bytes and all', async () => {
    const { bucket, vault, target } = await backedUp();
    const lost = await fixture.put(`/${bucket}/lost`, 'y'.repeat(50_000));
    const pointInTime = fixture.now();
    fixture.server.clock.advance(1000);
    await fixture.s3('DELETE', `/${bucket}/lost?versionId=${lost}`);
    expect(await versionsOf(bucket)).toEqual([]);
    await fixture.restore(vault, target, pointInTime);
    expect((await fixture.s3('GET', `/${target}/lost`)).text).toBe('y'.repeat(50_000));
    await fixture.restore(vault, bucket, pointInTime);
    const back = await fixture.s3('GET', `/${bucket}/lost`);
    expect([back.text.length, back.headers.get('x-amz-version-id')]).toEqual([50_000, lost]);
  });

  it('writes into the history by time, so that what is newer stays current, and adds nothing twice', async () => {
    const { bucket, vault } = await backedUp();
    const old = await fixture.put(`/${bucket}/object`, 'old');
    const pointInTime = fixture.now();
    fixture.server.clock.advance(1000);
    const current = await fixture.put(`/${bucket}/object`, 'current');
    await fixture.s3('DELETE', `/${bucket}/object?versionId=${old}`);
    await fixture.restore(vault, bucket, pointInTime);
    await fixture.restore(vault, bucket, pointInTime);
    expect(await versionsOf(bucket)).toEqual([`object ${current}`, `object ${old}`]);
    expect((await fixture.s3('GET', `/${bucket}/object`)).text).toBe('current');
    const { json } = await fixture.config('GET', `/b/${bucket}`);
    expect(json).toMatchObject({ object_count: 1, noncurrent_object_count: 1 });
  });

  it('restores objects from before versioning under their null id, or under one of their own where that is taken', async () => {
    const bucket = await fixture.bucket('null-source', { versioning: 'never' });
    await fixture.put(`/${bucket}/object`, 'unversioned');
    const occupied = await fixture.bucket('null-occupied', { versioning: 'never' });
    await fixture.put(`/${occupied}/object`, 'its own');
    for (const name of [bucket, occupied]) await fixture.setVersioning(name, 'Enabled');
    const free = await fixture.bucket('null-free');
    await fixture.vault('null-vault');
    await fixture.activePolicy(bucket, 'null-vault');
    for (const target of [free, occupied]) await fixture.restore('null-vault', target);
    expect(await versionsOf(free)).toEqual(['object null']);
    const [first, second] = await versionsOf(occupied);
    expect([first, second]).toEqual(['object null', expect.stringMatching(/^object [0-9a-f-]{36}$/)]);
    const added = await fixture.s3('GET', `/${occupied}/object?versionId=${second!.split(' ')[1]!}`);
    expect([added.text, (await fixture.s3('GET', `/${occupied}/object?versionId=null`)).text]).toEqual([
      'unversioned',
      'its own',
    ]);
  });

  it('leaves out what backups do not hold: ACLs, what a restore wrote, and what lifecycle rules delete', async () => {
    const { bucket, vault, target } = await backedUp();
    await fixture.put(`/${bucket}/public`, 'content', { 'x-amz-acl': 'public-read' });
    await fixture.restore(vault, target);
    expect((await fixture.s3('GET', `/${target}/public?acl`)).text).not.toContain('AllUsers');
    await fixture.vault('second-vault');
    await fixture.activePolicy(target, 'second-vault');
    await fixture.put(`/${target}/own`, 'content');
    await fixture.putConfiguration(
      `/${target}?lifecycle`,
      '<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter><Prefix>own</Prefix></Filter><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>',
    );
    fixture.server.clock.advance(2 * dayMs);
    expect((await fixture.admin('POST', '/lifecycle/run', { bucket: target })).json).toMatchObject({ expired: 1 });
    const second = await fixture.bucket('second-target');
    await fixture.restore('second-vault', second);
    expect((await versionsOf(second)).map((line) => line.split(' ')[0])).toEqual(['own']);
  });

  it('works across locations', async () => {
    const { bucket, vault } = await backedUp();
    await fixture.put(`/${bucket}/object`, 'content');
    const far = await fixture.bucket('far-target', { location: 'jp-tok' });
    await fixture.restore(vault, far);
    expect((await fixture.s3('GET', `/${far}/object`, { location: 'jp-tok' })).text).toBe('content');
  });

  it('goes from initializing over running with whole percents to complete', async () => {
    const { bucket, vault, target } = await backedUp();
    for (let index = 0; index < 8; index += 1) await fixture.put(`/${bucket}/object-${index}`, 'content');
    const [range] = await fixture.ranges(vault);
    const made = await fixture.config(
      'POST',
      `/backup_vaults/${vault}/restores`,
      fixture.restoreBody(range!.recovery_range_id, target),
    );
    expect([made.status, made.json.restore_status, made.json.init_time]).toEqual([201, 'initializing', fixture.now()]);
    const seen: unknown[] = [];
    for (const stepMs of [0, 1000, 400, 300, 300]) {
      fixture.server.clock.advance(stepMs);
      const { json } = await fixture.config('GET', `/backup_vaults/${vault}/restores/${made.json.restore_id}`);
      seen.push([json.restore_status, json.restore_percent_progress, (await versionsOf(target)).length]);
    }
    expect(seen).toEqual([
      ['initializing', undefined, 0],
      ['running', 0, 0],
      ['running', 37, 3],
      ['running', 62, 5],
      ['complete', undefined, 8],
    ]);
    const { json } = await fixture.config('GET', `/backup_vaults/${vault}/restores`);
    expect(json.restores.map((restore) => restore.restore_id)).toEqual([made.json.restore_id]);
    expectRefused(await fixture.config('GET', `/backup_vaults/${vault}/restores/none`), 404, /no restore/);
  });

  it('takes times in seconds or milliseconds, with Z, an offset or no zone, and tells them in one form', async () => {
    const { vault, target } = await backedUp();
    fixture.server.clock.set(Date.parse('2031-05-06T10:20:30.400Z'));
    const [range] = await fixture.ranges(vault);
    const ask = (pointInTime: string) =>
      fixture.config(
        'POST',
        `/backup_vaults/${vault}/restores`,
        fixture.restoreBody(range!.recovery_range_id, target, pointInTime),
      );
    for (const [text, told] of [
      ['2031-05-06T10:00:00Z', '2031-05-06T10:00:00.000Z'],
      ['2031-05-06T10:00:00.123Z', '2031-05-06T10:00:00.123Z'],
      ['2031-05-06T10:00:00', '2031-05-06T10:00:00.000Z'],
      ['2031-05-06T10:00:00.5', undefined],
      ['2031-05-06T12:00:00.250+02:00', '2031-05-06T10:00:00.250Z'],
      ['2031-05-06T04:30:00-05:30', '2031-05-06T10:00:00.000Z'],
      ['2031-05-06', undefined],
      ['2031-13-06T10:00:00Z', undefined],
      ['yesterday', undefined],
    ] as const) {
      const answer = await ask(text);
      expect([text, answer.status, answer.json.restore_point_in_time]).toEqual([
        text,
        told === undefined ? 400 : 201,
        told,
      ]);
      fixture.server.clock.advance(2000);
    }
  });

  it('is refused when anything about it is wrong, always with 400', async () => {
    const { bucket, vault, target } = await backedUp();
    const [range] = await fixture.ranges(vault);
    const id = range!.recovery_range_id;
    const ask = (change: Record<string, unknown>) =>
      fixture.config('POST', `/backup_vaults/${vault}/restores`, { ...fixture.restoreBody(id, target), ...change });
    expectRefused(await ask({ recovery_range_id: undefined }), 400, /"recovery_range_id" is missing/);
    expectRefused(await ask({ recovery_range_id: 'none' }), 400, /names no range/);
    expectRefused(await ask({ restore_type: 'elsewhere' }), 400, /"in_place"/);
    expectRefused(await ask({ prefix: 'a/' }), 400, /"prefix" is unknown/);
    const before = new Date(Date.parse(range!.range_start_time) - 1).toISOString();
    const after = new Date(Date.parse(fixture.now()) + 1).toISOString();
    for (const pointInTime of [before, after]) {
      expectRefused(await ask({ restore_point_in_time: pointInTime }), 400, /must lie in the recovery range/);
    }
    expectRefused(await ask({ target_resource_crn: fixture.crn('bucket', 'no-such-bucket') }), 400, /does not exist/);
    expectRefused(await ask({ target_resource_crn: fixture.crn('backup-vault', vault) }), 400, /does not exist/);
    const unversioned = await fixture.bucket('unversioned-target', { versioning: 'never' });
    expectRefused(
      await ask({ target_resource_crn: fixture.crn('bucket', unversioned) }),
      400,
      /Versioning is not enabled/,
    );
    await fixture.config('PATCH', `/b/${target}`, { firewall: { allowed_ip: ['10.0.0.1'] } });
    expectRefused(await ask({}), 400, /has a firewall/);
    await fixture.config('PATCH', `/b/${target}`, { firewall: null });
    await fixture.admin('PATCH', '/backups', { restoreSync: 'denied' });
    expectRefused(await ask({}), 400, /bucket\.restore_sync/);
    await fixture.admin('PATCH', '/backups', { restoreSync: 'granted' });
    expect((await ask({ target_resource_crn: fixture.crn('bucket', bucket) })).status).toBe(201);
    expect((await fixture.config('GET', `/backup_vaults/${vault}/restores`)).json.restores).toHaveLength(1);
  });

  it('is one of three that a vault runs at a time', async () => {
    const { vault, target } = await backedUp();
    const [range] = await fixture.ranges(vault);
    const ask = () =>
      fixture.config('POST', `/backup_vaults/${vault}/restores`, fixture.restoreBody(range!.recovery_range_id, target));
    for (let index = 0; index < 3; index += 1) expect((await ask()).status).toBe(201);
    expectRefused(await ask(), 400, /3 active restores/);
    fixture.server.clock.advance(2000);
    expect((await ask()).status).toBe(201);
  });

  it('fails when the target is gone, when authorisation is withdrawn, and when it is told to', async () => {
    const { vault } = await backedUp();
    const [range] = await fixture.ranges(vault);
    const begin = async (target: string) => {
      await fixture.bucket(target);
      const made = await fixture.config(
        'POST',
        `/backup_vaults/${vault}/restores`,
        fixture.restoreBody(range!.recovery_range_id, target),
      );
      return async () => (await fixture.config('GET', `/backup_vaults/${vault}/restores/${made.json.restore_id}`)).json;
    };
    const vanished = await begin('vanishing-target');
    await fixture.s3('DELETE', '/vanishing-target');
    fixture.server.clock.advance(1000);
    expect(await vanished()).toMatchObject({
      restore_status: 'failed',
      error_cause: expect.stringContaining('does not exist') as string,
      complete_time: fixture.now(),
    });
    const denied = await begin('denied-target');
    fixture.server.clock.advance(1000);
    await fixture.admin('PATCH', '/backups', { restoreSync: 'denied' });
    expect(await denied()).toMatchObject({
      restore_status: 'failed',
      error_cause: expect.stringContaining('restore_sync') as string,
    });
    await fixture.admin('PATCH', '/backups', { restoreSync: 'granted' });
    const told = await begin('told-target');
    const id = (await told()).restore_id;
    expect((await fixture.admin('POST', `/backups/restores/${id}/fail`, { cause: 'told to' })).status).toBe(204);
    expect(await told()).toMatchObject({ restore_status: 'failed', error_cause: 'told to' });
    expect((await fixture.admin('POST', `/backups/restores/${id}/fail`, {})).status).toBe(400);
  });

  it('gives the lock that the target’s default rule asks for', async () => {
    const { bucket, vault } = await backedUp();
    await fixture.put(`/${bucket}/object`, 'content');
    await fixture.s3('PUT', '/locked-target', { headers: { 'x-amz-bucket-object-lock-enabled': 'true' } });
    await fixture.putConfiguration(
      '/locked-target?object-lock',
      '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>3</Days></DefaultRetention></Rule></ObjectLockConfiguration>',
    );
    await fixture.restore(vault, 'locked-target');
    const { headers } = await fixture.s3('HEAD', '/locked-target/object');
    expect(headers.get('x-amz-object-lock-mode')).toBe('COMPLIANCE');
    expect(Date.parse(headers.get('x-amz-object-lock-retain-until-date')!)).toBe(
      fixture.server.clock.nowMs() + 3 * dayMs,
    );
  });

  it('goes on after a restart of the server, with policies and ranges as they were', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'cos-backup-'));
    const first = await BackupFixture.start(dataFolder);
    await first.vault('lasting-vault');
    for (const name of ['lasting-source', 'lasting-target']) await first.bucket(name);
    await first.activePolicy('lasting-source', 'lasting-vault');
    await first.put('/lasting-source/object', 'content');
    const [range] = await first.ranges('lasting-vault');
    const made = await first.config(
      'POST',
      '/backup_vaults/lasting-vault/restores',
      first.restoreBody(range!.recovery_range_id, 'lasting-target'),
    );
    const nowMs = first.server.clock.nowMs();
    await first.server.close();
    const second = await BackupFixture.start(dataFolder);
    try {
      second.server.clock.set(nowMs + 5000);
      const restore = await second.config('GET', `/backup_vaults/lasting-vault/restores/${made.json.restore_id}`);
      expect(restore.json.restore_status).toBe('complete');
      expect((await second.s3('GET', '/lasting-target/object')).text).toBe('content');
      expect(await second.ranges('lasting-vault')).toEqual([{ ...range, range_end_time: second.now() }]);
      await second.put('/lasting-source/later', 'later');
      await second.restore('lasting-vault', 'lasting-target');
      expect((await second.s3('GET', '/lasting-target/later')).text).toBe('later');
    } finally {
      await second.server.close();
      rmSync(dataFolder, { recursive: true, force: true });
    }
  });
});
