import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BackupFixture, dayMs, versionsIn } from '../backup/backupFixture';

let fixture: BackupFixture;
beforeAll(async () => void (fixture = await BackupFixture.start()));
afterAll(() => fixture.server.close());
afterEach(() => fixture.admin('PATCH', '/replication', { delayMs: 0, authorization: 'granted' }));

interface Rule {
  readonly target: string;
  readonly priority?: number;
  readonly filter?: string;
  readonly markers?: 'Enabled' | 'Disabled';
  readonly status?: 'Enabled' | 'Disabled';
}

function replicate(bucket: string, rules: readonly Rule[], to = fixture) {
  const xml = rules
    .map(
      ({ target, priority = 1, filter = '', markers = 'Disabled', status = 'Enabled' }) =>
        `<Rule><Priority>${priority}</Priority><Status>${status}</Status><DeleteMarkerReplication><Status>${markers}</Status></DeleteMarkerReplication><Filter>${filter}</Filter><Destination><Bucket>${to.crn('bucket', target)}</Bucket></Destination></Rule>`,
    )
    .join('');
  return to.putConfiguration(`/${bucket}?replication`, `<ReplicationConfiguration>${xml}</ReplicationConfiguration>`);
}

let count = 0;
/** A bucket whose objects go to another one by one rule. */
async function pair(
  rule: Omit<Rule, 'target'> = {},
  location = 'us-south',
): Promise<{ source: string; target: string }> {
  count += 1;
  const source = await fixture.bucket(`source-${count}`);
  const target = await fixture.bucket(`target-${count}`, { location });
  expect((await replicate(source, [{ target, ...rule }])).status).toBe(200);
  return { source, target };
}

const run = async () => (await fixture.admin('POST', '/replication/run', {})).json;
const statusOf = async (path: string, location = 'us-south') =>
  (await fixture.s3('HEAD', path, { location })).headers.get('x-amz-replication-status');
const versionsOf = async (bucket: string, location = 'us-south') =>
  versionsIn((await fixture.s3('GET', `/${bucket}?versions`, { location })).text);
const textsOf = (xml: string, name: string) =>
  [...xml.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'g'))].map(([, text]) => text!);
const failuresOf = async (bucket: string, query = '') =>
  (await fixture.s3('GET', `/${bucket}?ibm-replication-failures${query}`)).text;

describe('replication', () => {
  it('carries new versions with id, time, ETag, metadata and tags, to another location too', async () => {
    const { source, target } = await pair({}, 'eu-de');
    const first = await fixture.put(`/${source}/folder/a`, 'first', {
      'x-amz-meta-colour': 'red',
      'x-amz-tagging': 'k=v',
    });
    fixture.server.clock.advance(5000);
    const second = await fixture.put(`/${source}/folder/a`, 'z'.repeat(70_000));
    await run();
    expect(await versionsOf(target, 'eu-de')).toEqual([`folder/a ${second}`, `folder/a ${first}`]);
    const path = `folder/a?versionId=${first}`;
    const replica = await fixture.s3('GET', `/${target}/${path}`, { location: 'eu-de' });
    const original = await fixture.s3('GET', `/${source}/${path}`);
    expect(replica.text).toBe('first');
    for (const name of [
      'etag',
      'last-modified',
      'x-amz-version-id',
      'x-amz-meta-colour',
      'x-amz-tagging-count',
      'content-type',
    ]) {
      expect([name, replica.headers.get(name)]).toEqual([name, original.headers.get(name)]);
    }
    expect((await fixture.s3('GET', `/${target}/folder/a`, { location: 'eu-de' })).text).toBe('z'.repeat(70_000));
  });

  it('shows PENDING, then COMPLETE on the source and REPLICA on the target, and nothing on objects it does not concern', async () => {
    const { source, target } = await pair({ filter: '<Prefix>in/</Prefix>' });
    await fixture.admin('PATCH', '/replication', { delayMs: 1000 });
    await fixture.put(`/${source}/in/a`, 'content');
    await fixture.put(`/${source}/out`, 'content');
    await run();
    expect(await statusOf(`/${source}/in/a`)).toBe('PENDING');
    fixture.server.clock.advance(1000);
    await run();
    expect(await statusOf(`/${source}/in/a`)).toBe('COMPLETE');
    expect(await statusOf(`/${target}/in/a`)).toBe('REPLICA');
    expect(await statusOf(`/${source}/out`)).toBeNull();
    expect((await versionsOf(target)).length).toBe(1);
  });

  it('happens by itself', async () => {
    const { source, target } = await pair();
    await fixture.put(`/${source}/a`, 'content');
    await expect.poll(() => versionsOf(target)).toHaveLength(1);
  });

  it('leaves existing objects alone until they are copied onto themselves', async () => {
    const source = await fixture.bucket('existing-source');
    const target = await fixture.bucket('existing-target');
    await fixture.put(`/${source}/old`, 'content');
    await replicate(source, [{ target }]);
    await run();
    expect(await versionsOf(target)).toEqual([]);
    const copy = await fixture.s3('PUT', `/${source}/old`, {
      headers: { 'x-amz-copy-source': `/${source}/old`, 'x-amz-metadata-directive': 'REPLACE' },
    });
    await run();
    expect(await versionsOf(target)).toEqual([`old ${copy.headers.get('x-amz-version-id')!}`]);
  });

  it('follows the matching rule of the highest priority, and that one only', async () => {
    const source = await fixture.bucket('priority-source');
    const targets = ['low', 'high', 'tagged', 'off'].map((name) => `priority-${name}`);
    for (const target of targets) await fixture.bucket(target);
    await replicate(source, [
      { target: 'priority-low', priority: 1 },
      { target: 'priority-high', priority: 20, filter: '<Prefix>a/</Prefix>' },
      {
        target: 'priority-tagged',
        priority: 300,
        filter:
          '<And><Prefix>a/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag><Tag><Key>l</Key><Value>w</Value></Tag></And>',
      },
      { target: 'priority-off', priority: 4000, status: 'Disabled' },
    ]);
    await fixture.put(`/${source}/b`, 'content');
    await fixture.put(`/${source}/a/1`, 'content', { 'x-amz-tagging': 'k=v' });
    await fixture.put(`/${source}/a/2`, 'content', { 'x-amz-tagging': 'k=v&l=w' });
    await run();
    const keys = async (bucket: string) => (await versionsOf(bucket)).map((line) => line.split(' ')[0]);
    expect(await Promise.all(targets.map(keys))).toEqual([['b'], ['a/1'], ['a/2'], []]);
  });

  it('carries delete markers only where the rule says so, and no deletion of a version', async () => {
    for (const markers of ['Enabled', 'Disabled'] as const) {
      const { source, target } = await pair({ markers });
      const version = await fixture.put(`/${source}/a`, 'content');
      await run();
      await fixture.s3('DELETE', `/${source}/a`);
      await fixture.s3('DELETE', `/${source}/a?versionId=${version}`);
      await run();
      const expected = markers === 'Enabled' ? [expect.stringMatching(/^-a /), `a ${version}`] : [`a ${version}`];
      expect(await versionsOf(target)).toEqual(expected);
    }
  });

  it('carries tags that are set later', async () => {
    const { source, target } = await pair();
    await fixture.put(`/${source}/a`, 'content');
    await run();
    await fixture.admin('PATCH', '/replication', { delayMs: 1000 });
    await fixture.putConfiguration(
      `/${source}/a?tagging`,
      '<Tagging><TagSet><Tag><Key>later</Key><Value>yes</Value></Tag></TagSet></Tagging>',
    );
    expect(await statusOf(`/${source}/a`)).toBe('PENDING');
    fixture.server.clock.advance(1000);
    await run();
    expect((await fixture.s3('GET', `/${target}/a?tagging`)).text).toContain('<Key>later</Key><Value>yes</Value>');
    expect(await statusOf(`/${source}/a`)).toBe('COMPLETE');
  });

  it('does not carry on what it brought: a chain ends, and two buckets can replicate to each other', async () => {
    const { source, target } = await pair();
    const third = await fixture.bucket('chain-end');
    await replicate(target, [{ target: third }]);
    await fixture.put(`/${source}/a`, 'content');
    await run();
    await run();
    expect([(await versionsOf(target)).length, await versionsOf(third)]).toEqual([1, []]);
    await replicate(target, [{ target: source }]);
    await fixture.put(`/${target}/b`, 'content');
    await fixture.put(`/${source}/c`, 'content');
    await run();
    for (const bucket of [source, target]) {
      expect((await versionsOf(bucket)).map((line) => line.split(' ')[0])).toEqual(['a', 'b', 'c']);
    }
  });

  it('carries neither ACLs, objects under customers’ keys, archived objects, nor what lifecycle rules delete', async () => {
    const { source, target } = await pair({ markers: 'Enabled' });
    await fixture.put(`/${source}/public`, 'content', { 'x-amz-acl': 'public-read' });
    const key = Buffer.alloc(32, 7);
    const customerKey = {
      'x-amz-server-side-encryption-customer-algorithm': 'AES256',
      'x-amz-server-side-encryption-customer-key': key.toString('base64'),
      'x-amz-server-side-encryption-customer-key-md5': createHash('md5').update(key).digest('base64'),
    };
    await fixture.admin('PATCH', '/switches', { customerKeysOverHttp: 'allowed' });
    expect((await fixture.s3('PUT', `/${source}/secret`, { body: 'content', headers: customerKey })).status).toBe(200);
    await fixture.putConfiguration(
      `/${source}?lifecycle`,
      '<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter><Prefix>public</Prefix></Filter><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>',
    );
    fixture.server.clock.advance(2 * dayMs);
    expect((await fixture.admin('POST', '/lifecycle/run', { bucket: source })).json).toMatchObject({ expired: 1 });
    await run();
    expect((await versionsOf(target)).map((line) => line.split(' ')[0])).toEqual(['public']);
    expect((await fixture.s3('GET', `/${target}/public?acl`)).text).not.toContain('AllUsers');
    await fixture.putConfiguration(
      `/${source}?lifecycle`,
      '<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter></Filter><Transition><Days>0</Days><StorageClass>GLACIER</StorageClass></Transition></Rule></LifecycleConfiguration>',
    );
    await fixture.put(`/${source}/archived`, 'content');
    await run();
    expect((await versionsOf(target)).map((line) => line.split(' ')[0])).toEqual(['public']);
  });

  it('refuses to suspend the versioning of a source', async () => {
    const { source } = await pair();
    const answer = await fixture.setVersioning(source, 'Suspended');
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('<Code>InvalidBucketState</Code>')]);
  });

  it.each([
    ['is gone', (target: string) => fixture.s3('DELETE', `/${target}`), /does not exist/],
    [
      'has lost versioning',
      (target: string) => fixture.setVersioning(target, 'Suspended'),
      /Versioning is not enabled/,
    ],
    [
      'has a firewall',
      (target: string) => fixture.config('PATCH', `/b/${target}`, { firewall: { allowed_ip: ['10.0.0.1'] } }),
      /firewall/,
    ],
    ['is full', (target: string) => fixture.config('PATCH', `/b/${target}`, { hard_quota: 3 }), /hard quota/],
    ['is not authorised', () => fixture.admin('PATCH', '/replication', { authorization: 'denied' }), /not authorized/],
  ])('fails, and says why, when the target %s', async (_, breakTarget, cause) => {
    const { source, target } = await pair();
    await breakTarget(target);
    const versionId = await fixture.put(`/${source}/a`, 'content');
    await run();
    expect(await statusOf(`/${source}/a`)).toBe('FAILED');
    const failures = await failuresOf(source);
    expect(textsOf(failures, 'Key')).toEqual(['a']);
    expect(textsOf(failures, 'VersionId')).toEqual([versionId]);
    expect(textsOf(failures, 'SyncType')).toEqual(['content']);
    expect(textsOf(failures, 'FirstSyncAttempted')).toEqual([fixture.now()]);
    expect(textsOf(failures, 'SyncFailureCause')[0]).toMatch(cause);
  });

  it('tries again within hours by itself, and at once when asked', async () => {
    const { source, target } = await pair();
    await fixture.setVersioning(target, 'Suspended');
    await fixture.put(`/${source}/a`, 'content');
    await run();
    const firstAt = fixture.now();
    fixture.server.clock.advance(3_600_000);
    await run();
    const failures = await failuresOf(source);
    expect([textsOf(failures, 'FirstSyncAttempted'), textsOf(failures, 'LastSyncAttempted')]).toEqual([
      [firstAt],
      [fixture.now()],
    ]);
    await fixture.setVersioning(target, 'Enabled');
    await run();
    expect(await statusOf(`/${source}/a`)).toBe('FAILED');
    const answer = await fixture.s3('PUT', `/${source}?ibm-replication-reattempt`);
    expect([answer.status, answer.headers.get('x-ibm-replication-reattempt-scheduled-time')]).toEqual([
      204,
      fixture.now(),
    ]);
    await run();
    expect([await statusOf(`/${source}/a`), await statusOf(`/${target}/a`)]).toEqual(['COMPLETE', 'REPLICA']);
    expect(textsOf(await failuresOf(source), 'KeyCount')).toEqual(['0']);
  });

  it('refuses to try again in a bucket without rules', async () => {
    const { source, target } = await pair();
    const reattempt = async (bucket: string) => await fixture.s3('PUT', `/${bucket}?ibm-replication-reattempt`);
    expect((await reattempt(source)).status).toBe(204);
    const refused = await reattempt(target);
    expect([refused.status, refused.text]).toEqual([
      404,
      expect.stringContaining('ReplicationConfigurationNotFoundError'),
    ]);
  });

  it('forgets a failure when its version is deleted', async () => {
    const { source, target } = await pair();
    await fixture.setVersioning(target, 'Suspended');
    const versionId = await fixture.put(`/${source}/a`, 'content');
    await run();
    await fixture.s3('DELETE', `/${source}/a?versionId=${versionId}`);
    expect(textsOf(await failuresOf(source), 'KeyCount')).toEqual(['0']);
  });

  it('goes on after a restart of the server', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'cos-replication-'));
    const first = await BackupFixture.start(dataFolder);
    await first.admin('PATCH', '/replication', { delayMs: 60_000 });
    for (const name of ['lasting-source', 'lasting-target']) await first.bucket(name);
    await replicate('lasting-source', [{ target: 'lasting-target' }], first);
    await first.put('/lasting-source/a', 'content');
    const nowMs = first.server.clock.nowMs();
    await first.server.close();
    const second = await BackupFixture.start(dataFolder);
    try {
      second.server.clock.set(nowMs + 60_000);
      await second.admin('POST', '/replication/run', {});
      expect((await second.s3('GET', '/lasting-target/a')).text).toBe('content');
    } finally {
      await second.server.close();
      rmSync(dataFolder, { recursive: true, force: true });
    }
  });
});

describe('the listing of failures', () => {
  it('comes in pages, filtered by time, with names encoded when asked', async () => {
    const { source, target } = await pair();
    await fixture.setVersioning(target, 'Suspended');
    for (const key of ['a%20b', 'c', 'd']) {
      await fixture.put(`/${source}/${key}`, 'content');
      await run();
      fixture.server.clock.advance(60_000);
    }
    const [first, second] = textsOf(await failuresOf(source), 'FirstSyncAttempted');
    const filtered = await failuresOf(source, `&first-sync-attempted-before=${second!}`);
    expect([textsOf(filtered, 'Key'), textsOf(filtered, 'FirstSyncAttemptedBefore')]).toEqual([['a b'], [second]]);
    expect(first).not.toBe(second);
    const page = await failuresOf(source, '&max-keys=2&encoding-type=url');
    expect([
      textsOf(page, 'Key'),
      textsOf(page, 'IsTruncated'),
      textsOf(page, 'MaxKeys'),
      textsOf(page, 'EncodingType'),
    ]).toEqual([['a%20b', 'c'], ['true'], ['2'], ['url']]);
    const rest = await failuresOf(source, `&continuation-token=${textsOf(page, 'NextContinuationToken')[0]!}`);
    expect([textsOf(rest, 'Key'), textsOf(rest, 'IsTruncated')]).toEqual([['d'], ['false']]);
  });

  it('refuses a bad time, a bad token and a bad page size', async () => {
    const { source } = await pair();
    for (const query of ['&first-sync-attempted-before=yesterday', '&continuation-token=bm9uc2Vuc2U', '&max-keys=-1']) {
      const answer = await fixture.s3('GET', `/${source}?ibm-replication-failures${query}`);
      expect([query, answer.status, textsOf(answer.text, 'Code')]).toEqual([query, 400, ['InvalidArgument']]);
    }
  });
});
