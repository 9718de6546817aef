import assert from 'node:assert/strict';
import { bucket, createBucket } from './buckets';
import { callIfBuilt, callUndocumented, failsWith, list, type OperationStep } from './sdk';

const of = { Bucket: bucket };
const replica = 'node-sdk-replica';
const archive = 'node-sdk-archive';
const cors = [{ AllowedMethods: ['GET', 'PUT'], AllowedOrigins: ['https://example.com'], MaxAgeSeconds: 60 }];
const rule = { ID: 'old', Status: 'Enabled', Expiration: { Days: 3 } };
const website = { IndexDocument: { Suffix: 'index.html' }, ErrorDocument: { Key: 'error.html' } };
const tags = [{ Key: 'team', Value: 'storage' }];

export const configurationOperations: readonly OperationStep[] = [
  {
    operation: 'PutBucketCors',
    run: async (cos) => {
      await cos.call('PutBucketCors', { ...of, CORSConfiguration: { CORSRules: cors } });
      assert.deepEqual((await cos.call('GetBucketCors', of))['CORSRules'], [
        { ...cors[0], AllowedHeaders: [], ExposeHeaders: [] },
      ]);
    },
  },
  {
    operation: 'GetBucketCors',
    run: async (cos) => {
      const [found] = list(await cos.call('GetBucketCors', of), 'CORSRules');
      assert.deepEqual([found?.['AllowedMethods'], found?.['MaxAgeSeconds']], [['GET', 'PUT'], 60]);
      const headers = { Origin: 'https://example.com', 'Access-Control-Request-Method': 'PUT' };
      const preflight = await fetch(`${cos.server.endpoint}/${bucket}/x`, { method: 'OPTIONS', headers });
      assert.deepEqual(
        [preflight.status, preflight.headers.get('access-control-allow-origin')],
        [200, 'https://example.com'],
      );
    },
  },
  {
    operation: 'DeleteBucketCors',
    run: async (cos) => {
      await cos.call('DeleteBucketCors', of);
      assert.equal(await failsWith(404, cos, 'GetBucketCors', of), 'NoSuchCORSConfiguration');
    },
  },
  {
    operation: 'PutBucketLifecycleConfiguration',
    run: async (cos) => {
      const Rules = [{ ...rule, Filter: { Prefix: 'tmp/' } }];
      await cos.call('PutBucketLifecycleConfiguration', { ...of, LifecycleConfiguration: { Rules } });
      const [found] = list(await cos.call('GetBucketLifecycleConfiguration', of), 'Rules');
      assert.deepEqual([found?.['ID'], found?.['Filter']], ['old', { Prefix: 'tmp/' }]);
    },
  },
  {
    operation: 'GetBucketLifecycleConfiguration',
    run: async (cos) => {
      const [found] = list(await cos.call('GetBucketLifecycleConfiguration', of), 'Rules');
      assert.deepEqual(
        [found?.['ID'], found?.['Filter'], found?.['Expiration']],
        ['old', { Prefix: 'tmp/' }, { Days: 3 }],
      );
    },
  },
  {
    operation: 'PutBucketLifecycle',
    run: async (cos) => {
      const Rules = [{ ...rule, ID: 'older', Filter: { Prefix: 'logs/' } }];
      await cos.call('PutBucketLifecycle', { ...of, LifecycleConfiguration: { Rules } });
      const [found] = list(await cos.call('GetBucketLifecycleConfiguration', of), 'Rules');
      assert.deepEqual([found?.['ID'], found?.['Filter']], ['older', { Prefix: 'logs/' }]);
    },
  },
  {
    operation: 'GetBucketLifecycle',
    run: async (cos) => {
      const [found] = list(await cos.call('GetBucketLifecycle', of), 'Rules');
      assert.deepEqual([found?.['ID'], found?.['Status']], ['older', 'Enabled']);
    },
  },
  {
    operation: 'DeleteBucketLifecycle',
    run: async (cos) => {
      await cos.call('DeleteBucketLifecycle', of);
      const code = await failsWith(404, cos, 'GetBucketLifecycleConfiguration', of);
      assert.equal(code, 'NoSuchLifecycleConfiguration');
    },
  },
  {
    operation: 'PutBucketWebsite',
    run: async (cos) => {
      await cos.call('PutBucketWebsite', { ...of, WebsiteConfiguration: website });
      assert.deepEqual((await cos.call('GetBucketWebsite', of))['ErrorDocument'], website.ErrorDocument);
    },
  },
  {
    operation: 'GetBucketWebsite',
    run: async (cos) => {
      const found = await cos.call('GetBucketWebsite', of);
      assert.deepEqual(
        [found['IndexDocument'], found['ErrorDocument']],
        [website.IndexDocument, website.ErrorDocument],
      );
      const page = { Key: 'index.html', Body: 'home', ACL: 'public-read' };
      await cos.call('PutObject', { ...of, ...page });
      const response = await fetch(`${cos.server.websiteEndpoint}/${bucket}/`);
      assert.deepEqual([response.status, await response.text()], [200, 'home']);
    },
  },
  {
    operation: 'DeleteBucketWebsite',
    run: async (cos) => {
      await cos.call('DeleteBucketWebsite', of);
      assert.equal(await failsWith(404, cos, 'GetBucketWebsite', of), 'NoSuchWebsiteConfiguration');
    },
  },
  {
    operation: 'PutBucketAcl',
    run: async (cos) => {
      await cos.call('PutBucketAcl', { ...of, ACL: 'public-read' });
      await cos.call('PutBucketAcl', { ...of, ACL: 'private' });
      await failsWith(400, cos, 'PutBucketAcl', { ...of, ACL: 'public-read-write' });
    },
  },
  {
    operation: 'GetBucketAcl',
    run: async (cos) => {
      const permissions = list(await cos.call('GetBucketAcl', of), 'Grants').map(({ Permission }) => Permission);
      assert.deepEqual(permissions, ['FULL_CONTROL']);
    },
  },
  {
    operation: 'PutPublicAccessBlock',
    run: async (cos) => {
      const PublicAccessBlockConfiguration = { BlockPublicAcls: true, IgnorePublicAcls: false };
      await cos.call('PutPublicAccessBlock', { ...of, PublicAccessBlockConfiguration });
      const page = { ...of, Key: 'blocked', Body: '', ACL: 'public-read' };
      assert.equal(await failsWith(403, cos, 'PutObject', page), 'AccessDenied');
    },
  },
  {
    operation: 'GetPublicAccessBlock',
    run: async (cos) => {
      const { PublicAccessBlockConfiguration } = await cos.call('GetPublicAccessBlock', of);
      assert.deepEqual(PublicAccessBlockConfiguration, { BlockPublicAcls: true, IgnorePublicAcls: false });
    },
  },
  {
    operation: 'DeletePublicAccessBlock',
    run: async (cos) => {
      await cos.call('DeletePublicAccessBlock', of);
      const code = await failsWith(404, cos, 'GetPublicAccessBlock', of);
      assert.equal(code, 'NoSuchPublicAccessBlockConfiguration');
    },
  },
  {
    operation: 'PutBucketTagging',
    run: async (cos) => {
      await callUndocumented(cos, 'PutBucketTagging', { ...of, Tagging: { TagSet: tags } });
      assert.deepEqual((await callUndocumented(cos, 'GetBucketTagging', of))['TagSet'], tags);
    },
  },
  {
    operation: 'GetBucketTagging',
    run: async (cos) => assert.deepEqual((await callUndocumented(cos, 'GetBucketTagging', of))['TagSet'], tags),
  },
  {
    operation: 'DeleteBucketTagging',
    run: async (cos) => {
      await callUndocumented(cos, 'DeleteBucketTagging', of);
      assert.equal(await failsWith(404, cos, 'GetBucketTagging', of), 'NoSuchTagSet');
    },
  },
  {
    operation: 'PutBucketVersioning',
    run: async (cos) => {
      await createBucket(cos, replica);
      for (const name of [bucket, replica]) {
        await cos.call('PutBucketVersioning', { Bucket: name, VersioningConfiguration: { Status: 'Enabled' } });
        assert.equal((await cos.call('GetBucketVersioning', { Bucket: name }))['Status'], 'Enabled');
      }
    },
  },
  {
    operation: 'GetBucketVersioning',
    run: async (cos) => assert.equal((await cos.call('GetBucketVersioning', of))['Status'], 'Enabled'),
  },
  {
    operation: 'ListObjectVersions',
    run: async (cos) => {
      const object = { ...of, Key: 'versioned' };
      const first = await cos.call('PutObject', { ...object, Body: 'first' });
      const second = await cos.call('PutObject', { ...object, Body: 'second' });
      const marker = await cos.call('DeleteObject', object);
      const listed = await cos.call('ListObjectVersions', { ...of, Prefix: 'versioned' });
      const ids = (member: string) => list(listed, member).map(({ VersionId }) => VersionId);
      assert.deepEqual(ids('Versions'), [second['VersionId'], first['VersionId']]);
      assert.deepEqual(ids('DeleteMarkers'), [marker['VersionId']]);
    },
  },
  {
    operation: 'PutBucketReplication',
    run: async (cos) => {
      const [target] = list(await cos.call('ListBucketsExtended', { Prefix: replica }), 'Buckets');
      assert.equal(target?.['Name'], replica);
      const rule = {
        ID: 'all',
        Priority: 1,
        Status: 'Enabled',
        DeleteMarkerReplication: { Status: 'Disabled' },
        Filter: { Prefix: 'mirror/' },
        Destination: { Bucket: cos.server.serviceInstanceId.replace(/::$/, `:bucket:${replica}`) },
      };
      const ReplicationConfiguration = { Role: '', Rules: [rule] };
      await cos.call('PutBucketReplication', { ...of, ReplicationConfiguration });
      const answer = (await cos.call('GetBucketReplication', of))['ReplicationConfiguration'];
      const [found] = list(answer as Record<string, unknown>, 'Rules');
      assert.deepEqual([found?.['ID'], found?.['Destination']], ['all', rule.Destination]);
    },
  },
  {
    operation: 'GetBucketReplication',
    run: async (cos) => {
      const { ReplicationConfiguration } = await cos.call('GetBucketReplication', of);
      const [found] = list(ReplicationConfiguration as Record<string, unknown>, 'Rules');
      assert.deepEqual([found?.['ID'], found?.['Priority'], found?.['Filter']], ['all', 1, { Prefix: 'mirror/' }]);
    },
  },
  {
    operation: 'ListBucketReplicationFailures',
    run: async (cos) => {
      const answer = await callIfBuilt(cos, 'ListBucketReplicationFailures', { ...of, MaxKeys: 10 });
      const found = (answer['ListReplicationFailureResult'] ?? answer) as Record<string, unknown>;
      assert.deepEqual([found['Name'], found['IsTruncated']], [bucket, false]);
    },
  },
  {
    operation: 'PutBucketReplicationReattempt',
    run: async (cos) => {
      await callIfBuilt(cos, 'PutBucketReplicationReattempt', of);
      // What the answer says is its status: without a replication there is nothing to attempt again.
      const code = await failsWith(404, cos, 'PutBucketReplicationReattempt', { Bucket: replica });
      assert.equal(code, 'ReplicationConfigurationNotFoundError');
    },
  },
  {
    operation: 'DeleteBucketReplication',
    run: async (cos) => {
      await cos.call('DeleteBucketReplication', of);
      assert.equal(await failsWith(404, cos, 'GetBucketReplication', of), 'ReplicationConfigurationNotFoundError');
    },
  },
  {
    operation: 'RestoreObject',
    run: async (cos) => {
      await createBucket(cos, archive);
      const Rules = [
        { ID: 'archive', Status: 'Enabled', Filter: {}, Transitions: [{ Days: 0, StorageClass: 'GLACIER' }] },
      ];
      await cos.call('PutBucketLifecycleConfiguration', { Bucket: archive, LifecycleConfiguration: { Rules } });
      const object = { Bucket: archive, Key: 'cold' };
      await cos.call('PutObject', { ...object, Body: 'cold' });
      const RestoreRequest = { Days: 2, GlacierJobParameters: { Tier: 'Bulk' } };
      await advanceClock(cos.server.adminEndpoint, 2 * 86_400_000);
      try {
        // The token of before has expired by the server's clock.
        const later = cos.signInAgain();
        assert.equal(await failsWith(403, later, 'GetObject', object), 'InvalidObjectState');
        await later.callWithMd5('RestoreObject', { ...object, RestoreRequest });
        assert.match(String((await later.call('HeadObject', object))['Restore']), /ongoing-request="true"/);
      } finally {
        await fetch(`${cos.server.adminEndpoint}/clock`, { method: 'DELETE' });
      }
    },
  },
];

async function advanceClock(adminEndpoint: string, byMs: number): Promise<void> {
  const send = (path: string, body: unknown) =>
    fetch(`${adminEndpoint}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  for (const response of [await send('/clock/advance', { byMs }), await send('/lifecycle/run', {})]) {
    assert.equal(response.status, 200, await response.text());
  }
}
