import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketTopics, type BucketTopic } from '../../../src/model/configDocument';
import type { BucketName } from '../../../src/model/ids';
import { testConnectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from '../protection/fixture';
import { bucketDocuments } from './bucketDocument';

describe('each part of a bucket in one line', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected('iam');
  });
  afterAll(async () => await server?.close());

  const summaries = async (bucket: BucketName, connectionId = testConnectionId) => {
    const read = bucketTopics.map(async (topic) => {
      const answer = await server.engine.send('documents/summary', {
        subject: { kind: 'bucket', connectionId, bucket, topic },
      });
      return [topic, answer.ok ? answer.value.text : answer.error.kind] as const;
    });
    return Object.fromEntries(await Promise.all(read)) as Readonly<Record<BucketTopic, string>>;
  };
  const apply = async (bucket: BucketName, topic: BucketTopic, value: object) =>
    expect((await bucketDocuments(() => server, topic).apply(bucket, value)).failed).toBeUndefined();

  it('of a new bucket says that nothing is set', async () => {
    expect(await summaries(await server.bucket())).toEqual({
      versioning: 'never enabled',
      retentionPolicy: 'none',
      objectLock: 'off',
      lifecycle: 'none',
      cors: 'none',
      website: 'none',
      tags: 'none',
      quota: 'none',
      firewall: 'none shown; only Managers would see one',
      activityTracking: 'not set, or not for your role to see',
      metricsMonitoring: 'not set, or not for your role to see',
      publicAccessBlock: 'nothing is blocked',
      acl: 'private',
      replication: 'none',
    });
  });

  it('goes with the location, class and age that the bucket was listed with', async () => {
    const bucket = await server.bucket();
    const listed = await server.engine.ask('buckets/list', { connectionId: testConnectionId });
    const summary = await server.engine.ask('buckets/get', { connectionId: testConnectionId, bucket });
    expect(summary).toEqual(listed.find(({ name }) => name === bucket));
    expect(summary).toMatchObject({ location: 'us-south', storageClass: expect.any(String) as string });
    expect(summary.createdAtMs).toBeGreaterThan(0);
  });

  it('of a bucket says what is set', async () => {
    const bucket = await server.bucket('locked');
    await apply(bucket, 'objectLock', { enabled: true, default: { mode: 'GOVERNANCE', days: 3 } });
    const abort = { status: 'enabled', abortIncompleteUploads: { days: 3 } };
    await apply(bucket, 'lifecycle', { rules: [abort] });
    await apply(bucket, 'cors', { rules: [{ origins: ['https://a.example'], methods: ['GET'] }] });
    await apply(bucket, 'website', { indexSuffix: 'index.html', errorKey: '404.html' });
    await apply(bucket, 'tags', { tags: { team: 'red' } });
    await apply(bucket, 'acl', { acl: 'public-read' });
    await apply(bucket, 'publicAccessBlock', { blockPublicAcls: false, ignorePublicAcls: true });
    await apply(bucket, 'firewall', { allowedAddresses: ['127.0.0.1', '::1'] });
    await apply(bucket, 'metricsMonitoring', { usageMetrics: true, requestMetrics: false });
    await apply(bucket, 'activityTracking', { readDataEvents: true, writeDataEvents: false, managementEvents: true });
    await server.engine.ask('bucketConfig/setQuota', { connectionId: testConnectionId, bucket, quotaBytes: 5_000_000 });
    const target = 'crn:v1:bluemix:public:cloud-object-storage:global:a/1:guid:bucket:there';
    await apply(bucket, 'replication', {
      rules: [{ status: 'enabled', priority: 1, deleteMarkers: false, filter: { prefix: 'a/' }, target }],
    });
    const said = await summaries(bucket);
    expect(said.lifecycle).toMatch(/^1 rule: .*incomplete uploads.*3/);
    expect(said).toMatchObject({
      versioning: 'enabled',
      objectLock: 'on, with GOVERNANCE for 3 days by default',
      cors: '1 rule: pages of https://a.example may GET',
      website: 'index.html for folders, 404.html for what is not there',
      tags: 'team=red',
      quota: '5,000,000 bytes',
      firewall: 'let only 127.0.0.1; ::1 reach it',
      activityTracking: 'events of reading objects, management events',
      metricsMonitoring: 'usage metrics',
      publicAccessBlock: 'take new public access lists, ignore those that are public already',
      acl: 'public-read',
      replication: "1 rule: copy what is written below 'a/' to 'there'",
    });
  });

  it('fails each for itself', async () => {
    const bucket = await server.bucket();
    await server.fault({ fault: { kind: 'status', status: 500 }, match: { operation: 'GetBucketCors' } });
    await server.fault({ fault: { kind: 'status', status: 500 }, match: { operation: 'configuration.getBucket' } });
    const said = await summaries(bucket);
    expect([said.cors, said.quota, said.firewall]).toEqual(['network', 'network', 'network']);
    expect([said.website, said.versioning, said.acl]).toEqual(['none', 'never enabled', 'private']);
  });
});
