import { describe, expect, it } from 'vitest';
import { createBucketAccess } from '../../../../src/engine/cos/bucketAccess';
import { createBucketLifecycle } from '../../../../src/engine/cos/bucketLifecycle';
import { createBucketReplication } from '../../../../src/engine/cos/bucketReplication';
import type { Wire } from '../../../../src/engine/cos/wire';
import { bucketName } from '../../../../src/model/ids';
import { allUsersUri, cannedAclOf } from '../../../../src/model/publicAccess';
import { wireOf } from '../../../fakes/answeringWire';

const never = new AbortController().signal;
const bucket = bucketName('b');

describe('lifecycle rules of the service', () => {
  const read = async (rules: string) => {
    const document = `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${rules}</LifecycleConfiguration>`;
    const wire = wireOf({ GetBucketLifecycleConfiguration: document });
    return await createBucketLifecycle(wire).getLifecycle(bucket, never);
  };

  it('are read with tags bare, in And and in TagSet, and with the prefix where S3 once had it', async () => {
    const tag = '<Tag><Key>a&amp;b</Key><Value>1</Value></Tag>';
    const rest = '<Status>Enabled</Status><Expiration><Date>2030-01-31T00:00:00.000Z</Date></Expiration>';
    const rule = (filter: string) => `<Rule>${filter}${rest}</Rule>`;
    const { rules, unknownElements } = await read(
      rule(`<Filter>${tag}</Filter>`) +
        rule(`<Filter><And><Prefix>p/</Prefix>${tag}<ObjectSizeLessThan>9</ObjectSizeLessThan></And></Filter>`) +
        rule(`<Filter>\n  <TagSet>${tag}</TagSet>\n</Filter>`) +
        rule('<Prefix>p/</Prefix>') +
        rule('<Filter/>'),
    );
    expect(unknownElements).toEqual([]);
    const tags = { 'a&b': '1' };
    const same = { status: 'enabled', expiration: { date: '2030-01-31' } };
    expect(rules).toEqual([
      { ...same, filter: { tags } },
      { ...same, filter: { prefix: 'p/', tags, smallerThanBytes: 9 } },
      { ...same, filter: { tags } },
      { ...same, filter: { prefix: 'p/' } },
      same,
    ]);
  });

  it.each([
    [
      '<NoncurrentVersionTransition><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionTransition>',
      'NoncurrentVersionTransition',
    ],
    ['<Transition><Days>1</Days></Transition><Transition><Days>2</Days></Transition>', 'Transition'],
    ['<Transition><Days>1</Days><StorageClass>DEEP_ARCHIVE</StorageClass></Transition>', 'DEEP_ARCHIVE'],
    ['<Expiration><Days>1</Days><Hours>2</Hours></Expiration>', 'Hours'],
    ['<Transition><Days>1</Days></Transition>', 'Transition'],
    ['<Filter><ObjectAge>1</ObjectAge></Filter>', 'ObjectAge'],
  ])('name what a save would lose: %s', async (content, name) => {
    const rule = `<Rule><Status>Enabled</Status>${content}</Rule>`;
    expect((await read(rule)).unknownElements).toEqual([name]);
  });
});

describe('the access list of a bucket', () => {
  const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
  const owner = `<Owner><ID>me</ID><DisplayName>me</DisplayName></Owner>`;
  const grant = (grantee: string, permission: string) =>
    `<Grant>${grantee}<Permission>${permission}</Permission></Grant>`;
  const account = (id: string) => `<Grantee ${xsi} xsi:type="CanonicalUser"><ID>${id}</ID></Grantee>`;
  const group = (name: string) =>
    `<Grantee ${xsi} xsi:type="Group"><URI>http://acs.amazonaws.com/groups/global/${name}</URI></Grantee>`;
  const read = async (grants: string) => {
    const policy = `<AccessControlPolicy>${owner}<AccessControlList>${grants}</AccessControlList></AccessControlPolicy>`;
    return await createBucketAccess(wireOf({ GetBucketAcl: policy })).getBucketAcl(bucket, never);
  };
  const own = grant(account('me'), 'FULL_CONTROL');

  it.each([
    ['private', own],
    ['public-read', own + grant(group('AllUsers'), 'READ')],
    [undefined, ''],
    [undefined, own + grant(group('AllUsers'), 'WRITE')],
    [undefined, own + grant(group('AuthenticatedUsers'), 'READ')],
    [undefined, own + grant(account('you'), 'READ')],
    [undefined, grant(group('AllUsers'), 'READ')],
  ])('is %s only where its grants say no more', async (canned, grants) => {
    expect(cannedAclOf(await read(grants))).toBe(canned);
  });

  it('names what a save would lose', async () => {
    const mail = '<Grantee><EmailAddress>a@b.c</EmailAddress></Grantee>';
    const { unknownElements, grants } = await read(own + grant(mail, 'READ') + grant(account('you'), 'EAT'));
    expect(unknownElements).toEqual(['Grantee', 'EAT']);
    expect(grants).toHaveLength(1);
  });

  it('is written with the types of grantees, and names that are no markup', async () => {
    const sent: string[] = [];
    const wire: Wire = {
      ...wireOf({}),
      send: async (request, signal, consume) => {
        sent.push(Buffer.from(request.body ?? []).toString('utf8'));
        return await wireOf({}).send(request, signal, consume);
      },
    };
    const grants = [
      { grantee: { kind: 'account', id: 'a<b' }, permission: 'READ' },
      { grantee: { kind: 'group', uri: allUsersUri }, permission: 'READ' },
    ] as const;
    await createBucketAccess(wire).putBucketAcl(bucket, { ownerId: 'me', grants }, never);
    expect(sent[0]).toContain(`<Grantee ${xsi} xsi:type="CanonicalUser"><ID>a&#60;b</ID></Grantee>`);
    expect(sent[0]).toContain(group('AllUsers'));
  });
});

describe('replication rules of the service', () => {
  it('are read in the capitals that it prints, and what a save would lose is named', async () => {
    const crn = 'crn:v1:bluemix:public:cloud-object-storage:global:a/1:guid:bucket:there';
    const marker = '<DeleteMarkerReplication><Status>ENABLED</Status></DeleteMarkerReplication>';
    const target = `<Destination><Bucket>${crn}</Bucket><StorageClass>STANDARD</StorageClass></Destination>`;
    const filter = '<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>';
    const rule = `<Rule><Priority>3</Priority><Status>DISABLED</Status>${marker}${filter}${target}</Rule>`;
    const document = `<ReplicationConfiguration><Role/>${rule}</ReplicationConfiguration>`;
    const wire = wireOf({ GetBucketReplication: document });
    expect(await createBucketReplication(wire).getReplication(bucket, never)).toEqual({
      rules: [{ status: 'disabled', priority: 3, filter: { tags: { a: 'b' } }, deleteMarkers: true, target: crn }],
      unknownElements: ['StorageClass'],
    });
  });

  it('fail page by page', async () => {
    const entry =
      '<Contents><Key>a%2Bb+c</Key><FirstSyncAttempted>2026-01-01T00:00:00Z</FirstSyncAttempted></Contents>';
    const page = (more: string) =>
      `<ListReplicationFailureResult><EncodingType>url</EncodingType>${more}${entry}</ListReplicationFailureResult>`;
    const list = async (more: string, token?: string) =>
      await createBucketReplication(wireOf({ ListBucketReplicationFailures: page(more) })).listReplicationFailures(
        bucket,
        token,
        never,
      );
    const next = '<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>';
    const failures = [{ key: 'a+b c', firstAttemptAtMs: Date.UTC(2026, 0, 1) }];
    expect(await list(next)).toEqual({ failures, nextToken: 't' });
    expect(await list('<IsTruncated>false</IsTruncated>')).toEqual({ failures });
    // A token that comes back would never end, and where it ends there without a word, the rest is taken for good.
    const lost = {
      error: { kind: 'unsupported', detail: expect.stringContaining('goes on, but not where') as string },
    };
    await expect(list(next, 't')).rejects.toMatchObject(lost);
    await expect(list('<IsTruncated>true</IsTruncated>')).rejects.toMatchObject(lost);
  });
});
