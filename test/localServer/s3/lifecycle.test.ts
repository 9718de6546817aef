import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runLifecycle } from '../../../src/localServer/s3/lifecycle/lifecycleRun';
import { Fixture, withMd5 } from './fixture';

let cos: Fixture;
beforeAll(async () => void (cos = await Fixture.start()));
afterAll(() => cos.stop());
beforeEach(() => void (cos.clock.offsetMs = 0));

const dayMs = 86_400_000;
const codeOf = async (ask: Parameters<Fixture['ask']>[0]): Promise<string> => {
  const reply = await cos.ask(ask);
  return `${reply.status} ${reply.xml('Code') ?? ''}`.trim();
};
const send = (method: string, path: string, body: string) => codeOf({ method, path, body, headers: withMd5(body) });
const lifecycle = (bucket: string, ...rules: string[]) =>
  send(
    'PUT',
    `/${bucket}?lifecycle`,
    `<LifecycleConfiguration>${rules.map((rule) => `<Rule>${rule}</Rule>`).join('')}</LifecycleConfiguration>`,
  );
const base = '<Status>Enabled</Status><Filter/>';

describe('lifecycle', () => {
  beforeAll(() => cos.bucket('cycle'));

  test.each([
    ['<Status>Enabled</Status><Expiration><Days>1</Days></Expiration>', 'MalformedXML'],
    [base, 'MalformedXML'],
    [`${base.replace('Enabled', 'On')}<Expiration><Days>1</Days></Expiration>`, 'MalformedXML'],
    [`<ID>a/b</ID>${base}<Expiration><Days>1</Days></Expiration>`, 'InvalidArgument'],
    [`${base}<Expiration><Days>0</Days></Expiration>`, 'InvalidArgument'],
    [`${base}<Expiration><Days>1</Days><Date>2099-01-01</Date></Expiration>`, 'MalformedXML'],
    [`${base}<Expiration><Date>2001-01-01</Date></Expiration>`, 'InvalidArgument'],
    [`${base}<Transition><Days>-1</Days><StorageClass>GLACIER</StorageClass></Transition>`, 'InvalidArgument'],
    [`${base}<Transition><Days>0</Days><StorageClass>STANDARD_IA</StorageClass></Transition>`, 'MalformedXML'],
    [
      `<Status>Enabled</Status><Filter><Prefix>a</Prefix></Filter><Transition><Days>0</Days><StorageClass>GLACIER</StorageClass></Transition>`,
      'InvalidArgument',
    ],
    [
      `${base}<NoncurrentVersionTransition><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionTransition>`,
      'MalformedXML',
    ],
    [
      `${base}<NoncurrentVersionExpiration><NoncurrentDays>0</NoncurrentDays></NoncurrentVersionExpiration>`,
      'InvalidArgument',
    ],
    [
      `${base}<AbortIncompleteMultipartUpload><DaysAfterInitiation>0</DaysAfterInitiation></AbortIncompleteMultipartUpload>`,
      'InvalidArgument',
    ],
  ])('rule 101: refused: %s', async (rule, code) => {
    expect(await lifecycle('cycle', rule)).toBe(`400 ${code}`);
  });

  test('rule 101: ids are unique, one transition at most, and what was put is read', async () => {
    const expire = `${base}<Expiration><Days>1</Days></Expiration>`;
    const move = `${base}<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>`;
    expect(await codeOf({ path: '/cycle?lifecycle' })).toBe('404 NoSuchLifecycleConfiguration');
    expect(await lifecycle('cycle', `<ID>a</ID>${expire}`, `<ID>a</ID>${expire}`)).toBe('400 InvalidArgument');
    expect(await lifecycle('cycle', move, move)).toBe('400 InvalidArgument');
    expect(await lifecycle('cycle', ...Array<string>(1001).fill(expire))).toBe('400 MalformedXML');
    const tags =
      '<Status>Disabled</Status><Filter><And><Prefix>p</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Expiration><Days>2</Days></Expiration>';
    expect(await lifecycle('cycle', `<ID>a</ID>${tags}`, move)).toBe('200');
    const read = await cos.ask({ path: '/cycle?lifecycle' });
    expect([
      read.all('ID'),
      read.all('Status'),
      read.all('Prefix'),
      read.all('Days'),
      read.xml('StorageClass'),
    ]).toEqual([['a'], ['Disabled', 'Enabled'], ['p'], ['2', '1'], 'GLACIER']);
    expect(await codeOf({ method: 'DELETE', path: '/cycle?lifecycle' })).toBe('204');
    expect(await codeOf({ method: 'DELETE', path: '/cycle?lifecycle' })).toBe('204');
  });

  test('rules 77, 98, 102: expiry waits for midnight, its filter and the end of protection; open uploads are aborted', async () => {
    await cos.bucket('expiring');
    await cos.put('/expiring/logs/a');
    await cos.put('/expiring/logs/tagged', 'x', { 'x-amz-tagging': 'keep=no' });
    await cos.put('/expiring/other');
    await cos.ask({ method: 'POST', path: '/expiring/part?uploads' });
    expect(
      await lifecycle(
        'expiring',
        '<Status>Enabled</Status><Filter><Prefix>logs/</Prefix></Filter><Expiration><Days>1</Days></Expiration>',
        `${base}<AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation></AbortIncompleteMultipartUpload>`,
      ),
    ).toBe('200');
    const now = Date.now();
    expect((await runLifecycle(cos.store, 'expiring', now + dayMs / 2)).expired).toBe(0);
    expect(await runLifecycle(cos.store, 'expiring', now + 2 * dayMs)).toEqual({
      expired: 2,
      removedVersions: 0,
      abortedUploads: 0,
    });
    expect((await cos.ask({ path: '/expiring' })).all('Key')).toEqual(['other']);
    expect((await runLifecycle(cos.store, 'expiring', now + 4 * dayMs)).abortedUploads).toBe(1);
    expect((await cos.ask({ path: '/expiring?uploads' })).all('UploadId')).toEqual([]);
  });

  test('rule 102: in a versioned bucket expiry adds a marker, old versions go by their own rule', async () => {
    await cos.bucket('expiring-2', { 'x-amz-bucket-object-lock-enabled': 'true' });
    for (const body of ['1', '2', '3']) await cos.put('/expiring-2/k', body);
    await cos.put('/expiring-2/held', '1', { 'x-amz-object-lock-legal-hold': 'ON' });
    await cos.put('/expiring-2/held', '2');
    expect(
      await lifecycle(
        'expiring-2',
        `${base}<Expiration><Days>5</Days></Expiration><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>`,
      ),
    ).toBe('200');
    expect(await runLifecycle(cos.store, 'expiring-2', Date.now() + 3 * dayMs)).toMatchObject({
      expired: 0,
      removedVersions: 2,
    });
    expect(await runLifecycle(cos.store, 'expiring-2', Date.now() + 7 * dayMs)).toMatchObject({ expired: 2 });
    expect((await cos.ask({ path: '/expiring-2' })).all('Key')).toEqual([]);
    expect((await cos.ask({ path: '/expiring-2?versions&prefix=held' })).all('VersionId')).toHaveLength(3);
  });
});

describe('archive', () => {
  const restore = (key: string, inner: string) =>
    send('POST', `/archive/${key}?restore`, `<RestoreRequest>${inner}</RestoreRequest>`);

  test('rules 102, 103: what is written after the rule is archived, restored for some days, and archived again', async () => {
    await cos.bucket('archive');
    await cos.put('/archive/before');
    expect(
      await lifecycle(
        'archive',
        `${base}<Transition><Days>0</Days><StorageClass>ACCELERATED</StorageClass></Transition>`,
      ),
    ).toBe('200');
    await cos.put('/archive/after', 'cold');
    const head = () => cos.ask({ method: 'HEAD', path: '/archive/after' });
    expect(await codeOf({ path: '/archive/before' })).toBe('200');
    expect(await codeOf({ path: '/archive/after' })).toBe('403 InvalidObjectState');
    expect((await head()).headers['x-amz-storage-class']).toBe('ACCELERATED');
    expect((await cos.ask({ path: '/archive?prefix=after' })).xml('StorageClass')).toBe('ACCELERATED');
    expect(
      await codeOf({
        method: 'PUT',
        path: '/archive/copy',
        headers: { 'content-length': '0', 'x-amz-copy-source': '/archive/after' },
      }),
    ).toBe('403 InvalidObjectState');
    expect(await restore('before', '<Days>1</Days>')).toBe('403 InvalidObjectState');
    expect(await restore('after', '<Days>0</Days>')).toBe('400 InvalidArgument');
    expect(await restore('after', '<Days>1</Days><GlacierJobParameters><Tier>Bulk</Tier></GlacierJobParameters>')).toBe(
      '400 InvalidArgument',
    );
    expect(
      await restore('after', '<Days>1</Days><GlacierJobParameters><Tier>Accelerated</Tier></GlacierJobParameters>'),
    ).toBe('202');
    expect(await restore('after', '<Days>1</Days>')).toBe('409 RestoreAlreadyInProgress');
    expect((await head()).headers['x-amz-restore']).toBe('ongoing-request="true"');
    cos.clock.offsetMs = 3 * 3_600_000;
    expect((await cos.ask({ path: '/archive/after' })).text).toBe('cold');
    expect((await head()).headers['x-amz-restore']).toMatch(/^ongoing-request="false", expiry-date=".* GMT"$/);
    expect(await restore('after', '<Days>5</Days>')).toBe('200');
    cos.clock.offsetMs = 3 * dayMs;
    expect(await codeOf({ path: '/archive/after' })).toBe('200');
    cos.clock.offsetMs = 9 * dayMs;
    expect(await codeOf({ path: '/archive/after' })).toBe('403 InvalidObjectState');
  });
});

describe('website', () => {
  const website = (bucket: string, inner: string) =>
    send('PUT', `/${bucket}?website`, `<WebsiteConfiguration>${inner}</WebsiteConfiguration>`);

  test('rule 104: a configuration is checked, read and removed', async () => {
    await cos.bucket('site');
    expect(await codeOf({ path: '/site?website' })).toBe('404 NoSuchWebsiteConfiguration');
    expect(
      await website(
        'site',
        '<RedirectAllRequestsTo><HostName>h</HostName></RedirectAllRequestsTo><IndexDocument><Suffix>i</Suffix></IndexDocument>',
      ),
    ).toBe('400 MalformedXML');
    expect(await website('site', '<ErrorDocument><Key>e</Key></ErrorDocument>')).toBe('400 MalformedXML');
    expect(await website('site', '<IndexDocument><Suffix>a/b</Suffix></IndexDocument>')).toBe('400 InvalidArgument');
    expect(
      await website(
        'site',
        '<IndexDocument><Suffix>i.html</Suffix></IndexDocument><RoutingRules><RoutingRule><Condition><KeyPrefixEquals>a/</KeyPrefixEquals></Condition><Redirect><ReplaceKeyPrefixWith>b/</ReplaceKeyPrefixWith></Redirect></RoutingRule></RoutingRules>',
      ),
    ).toBe('200');
    const read = await cos.ask({ path: '/site?website' });
    expect([read.xml('Suffix'), read.xml('KeyPrefixEquals'), read.xml('ReplaceKeyPrefixWith')]).toEqual([
      'i.html',
      'a/',
      'b/',
    ]);
    expect(await codeOf({ method: 'DELETE', path: '/site?website' })).toBe('204');
  });
});

test('rule 105: replication rules need versioning, a target CRN and all their elements', async () => {
  const target = 'crn:v1:bluemix:public:cloud-object-storage:global:a/acc1:guid:bucket:target';
  const rule = (crn: string) =>
    `<Rule><Priority>1</Priority><Status>Enabled</Status><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication><Filter><Prefix>a</Prefix></Filter><Destination><Bucket>${crn}</Bucket></Destination></Rule>`;
  const put = (bucket: string, inner: string) =>
    send(
      'PUT',
      `/${bucket}?replication`,
      `<ReplicationConfiguration><Role>r</Role>${inner}</ReplicationConfiguration>`,
    );
  await cos.bucket('unversioned');
  await cos.bucket('replicated', { 'x-amz-bucket-object-lock-enabled': 'true' });
  expect(await codeOf({ path: '/replicated?replication' })).toBe('404 ReplicationConfigurationNotFoundError');
  expect(await put('unversioned', rule(target))).toBe('409 InvalidBucketState');
  expect(await put('replicated', rule('arn:aws:s3:::target'))).toBe('400 InvalidArgument');
  expect(await put('replicated', rule(target).replace('<Priority>1</Priority>', ''))).toBe('400 MalformedXML');
  expect(await put('replicated', '')).toBe('400 MalformedXML');
  expect(await put('replicated', rule(target))).toBe('200');
  const read = await cos.ask({ path: '/replicated?replication' });
  expect([read.all('Status'), read.all('Bucket')]).toEqual([['ENABLED', 'DISABLED'], [target]]);
  expect(await codeOf({ method: 'DELETE', path: '/replicated?replication' })).toBe('204');
});
