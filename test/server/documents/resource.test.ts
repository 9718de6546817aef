import { parse } from 'jsonc-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BucketName } from '../../../src/model/ids';
import { testConnectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from '../protection/fixture';
import { bucketDocuments } from './bucketDocument';

describe('what the Resource Configuration API keeps of a bucket, as documents', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected('iam');
  });
  afterAll(async () => await server?.close());
  const firewall = bucketDocuments(() => server, 'firewall');
  const tracking = bucketDocuments(() => server, 'activityTracking');
  const metrics = bucketDocuments(() => server, 'metricsMonitoring');
  const quota = bucketDocuments(() => server, 'quota');

  /** Changes a bucket past the engine, as the console would. */
  const configure = async (bucket: BucketName, patch: object): Promise<void> => {
    const answer = await fetch(`${server.farSide.iam.controlEndpoints?.configuration}/b/${bucket}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify(patch),
    });
    expect(answer.status).toBe(200);
  };
  const token = async (): Promise<string> => {
    const { iam, apiKey } = server.farSide;
    if (apiKey.kind !== 'apiKey') throw new Error('an API key is needed');
    const form = new URLSearchParams({
      grant_type: 'urn:ibm:params:oauth:grant-type:apikey',
      apikey: apiKey.apiKey,
    });
    const answer = await fetch(`${iam.iamEndpoint}/identity/token`, { method: 'POST', body: form });
    return ((await answer.json()) as { access_token: string }).access_token;
  };

  it('set, replace and remove a firewall', async () => {
    const bucket = await server.bucket();
    const { text } = await firewall.open(bucket);
    expect(parse(text)).toEqual({ allowedAddresses: [] });
    expect(text).toContain('Only Managers would see one.');
    const first = await firewall.apply(bucket, { allowedAddresses: ['127.0.0.1', '::1', '10.0.0.0/8'] });
    expect(first.plan[0]!.sentence).toContain('let only 127.0.0.1; ::1; 10.0.0.0/8 reach it');
    expect(first.applied).toEqual(['firewall']);
    const more = { allowedAddresses: ['127.0.0.1', '::1'], allowedNetworks: ['public', 'private'] };
    await firewall.apply(bucket, more);
    expect(parse((await firewall.open(bucket)).text)).toEqual(more);
    expect(await firewall.plan(bucket, (await firewall.open(bucket)).text)).toEqual([]);
    const removed = await firewall.apply(bucket, { allowedAddresses: [] });
    expect(removed.plan[0]!.sentence).toBe(`Remove the firewall of '${bucket}': every address reaches it.`);
    expect(parse((await firewall.open(bucket)).text)).toEqual({ allowedAddresses: [] });
  });

  it.each([
    ['{}', ['missing {']],
    ['{ "allowedAddresses": "10.0.0.1" }', ['list "10.0.0.1"']],
    ['{ "allowedAddresses": ["example.com"] }', ['address "example.com"']],
    ['{ "allowedAddresses": ["10.0.0.0/33", "10.0.0.1/"] }', ['address "10.0.0.0/33"', 'address "10.0.0.1/"']],
    ['{ "allowedAddresses": ["10.0.0.1", "10.0.0.1"] }', ['doubleAddress "10.0.0.1"']],
    ['{ "allowedAddresses": ["0.0.0.0/0"] }', ['everybody "0.0.0.0/0"']],
    ['{ "allowedAddresses": ["10.1.2.3", "::1"], "deniedAddresses": ["10.0.0.0/8"] }', ['allowedAndDenied "10.1.2.3"']],
    ['{ "allowedAddresses": [], "allowedNetworks": ["Public"] }', ['choice "Public"']],
  ])('say what is wrong with the firewall %s', async (text, expected) => {
    expect(await firewall.check(await server.bucket(), text)).toEqual(expected);
  });

  it('refuse more addresses than the service takes', async () => {
    const allowedAddresses = Array.from({ length: 1001 }, (_, at) => `10.0.${at >> 8}.${at & 255}`);
    const found = await firewall.check(await server.bucket(), JSON.stringify({ allowedAddresses }));
    expect(found.map((line) => line.split(' ')[0])).toEqual(['tooMany']);
  });

  it('need the Manager role for a firewall, and the Writer role for the rest', async () => {
    const bucket = await server.bucket();
    await firewall.apply(bucket, { allowedAddresses: ['127.0.0.1', '::1'] });
    const setBy = async (role: 'Reader' | 'Writer', topic: 'firewall' | 'quota', value: object) => {
      const subject = { kind: 'bucket', connectionId: server.roles[role], bucket, topic } as const;
      const { baseline, text } = await server.engine.ask('documents/open', { subject });
      const wanted = JSON.stringify({ ...(parse(text) as object), ...value });
      return await server.engine.ask('documents/apply', { subject, baseline, text: wanted, confirmed: [] });
    };
    const refused = await setBy('Writer', 'firewall', { allowedAddresses: ['10.0.0.1'] });
    expect(refused.failed?.error).toMatchObject({ kind: 'denied', neededRole: 'Manager' });
    expect((await setBy('Writer', 'quota', { quotaBytes: 5_000_000 })).applied).toEqual(['quota']);
    const reader = await setBy('Reader', 'quota', { quotaBytes: 0 });
    expect(reader.failed?.error).toMatchObject({ kind: 'denied', neededRole: 'Writer' });
    expect(parse((await firewall.open(bucket)).text)).toEqual({ allowedAddresses: ['127.0.0.1', '::1'] });
  });

  it('switch activity tracking, and leave the old routing', async () => {
    const bucket = await server.bucket();
    const all = { readDataEvents: false, writeDataEvents: true, managementEvents: true };
    const set = await tracking.apply(bucket, all);
    expect(set.plan[0]!.sentence).toBe(`In '${bucket}': send events of writing objects and management events.`);
    expect(parse((await tracking.open(bucket)).text)).toEqual(all);
    const crn = 'crn:v1:bluemix:public:logdnaat:us-south:a/0:guid::';
    await configure(bucket, { activity_tracking: { activity_tracker_crn: crn } });
    const legacy = (await tracking.open(bucket)).text;
    expect(parse(legacy)).toEqual({ ...all, activityTrackerCrn: crn });
    expect(await tracking.check(bucket, JSON.stringify({ ...all, activityTrackerCrn: 'crn' }))).toEqual([
      'legacyRouting "crn"',
    ]);
    const off = { ...all, managementEvents: false, activityTrackerCrn: crn };
    expect(await tracking.check(bucket, JSON.stringify(off))).toEqual(['alwaysSent false']);
    const left = await tracking.apply(bucket, { ...all, writeDataEvents: false });
    expect(left.plan[0]!.sentence).toContain("stop sending events of writing objects; send events where the account's");
    expect(parse((await tracking.open(bucket)).text)).toEqual({ ...all, writeDataEvents: false });
  });

  it('switch metrics, and leave alone what another member says', async () => {
    const bucket = await server.bucket();
    await tracking.apply(bucket, { readDataEvents: true, writeDataEvents: false, managementEvents: false });
    await metrics.apply(bucket, { usageMetrics: true, requestMetrics: false });
    await metrics.apply(bucket, { usageMetrics: true, requestMetrics: true });
    expect(parse((await metrics.open(bucket)).text)).toEqual({ usageMetrics: true, requestMetrics: true });
    expect(parse((await tracking.open(bucket)).text)).toMatchObject({ readDataEvents: true });
    expect(await metrics.check(bucket, '{ "usageMetrics": 1, "monitoringCrn": "x" }')).toEqual([
      'missing {',
      'boolean 1',
    ]);
  });

  it('set a quota that counts, and warn of one that is full', async () => {
    const bucket = await server.bucket();
    await server.put(bucket, 'a', 'x'.repeat(100));
    const { text } = await quota.open(bucket);
    expect(parse(text)).toMatchObject({ quotaBytes: 0, facts: { objects: 1, bytesUsed: 100 } });
    expect(await quota.check(bucket, text.replace('"quotaBytes": 0', '"quotaBytes": 100'))).toEqual(['quotaFull 100']);
    expect(await quota.check(bucket, text.replace('"bytesUsed": 100', '"bytesUsed": 1'))).toEqual(['factEdited 1']);
    expect(await quota.check(bucket, text.replace('"quotaBytes": 0', '"quotaBytes": 1.5'))).toEqual(['count 1.5']);
    const set = await quota.apply(bucket, text.replace('"quotaBytes": 0', '"quotaBytes": 150'));
    expect(set.applied).toEqual(['quota']);
    await expect(server.put(bucket, 'b', 'x'.repeat(100))).rejects.toThrow();
    await server.engine.ask('bucketConfig/setQuota', { connectionId: testConnectionId, bucket, quotaBytes: 0 });
    await server.put(bucket, 'b', 'x'.repeat(100));
    const config = await server.engine.ask('bucketConfig/get', { connectionId: testConnectionId, bucket });
    expect(config).toMatchObject({ quotaBytes: 0, usage: { objects: 2, sizeBytes: 200 } });
  });

  it('are not applied over the change of somebody else', async () => {
    const bucket = await server.bucket();
    const { text, baseline } = await quota.open(bucket);
    const { etag } = await server.engine.ask('bucketConfig/get', { connectionId: testConnectionId, bucket });
    await configure(bucket, { hard_quota: 7 });
    const wanted = text.replace('"quotaBytes": 0', '"quotaBytes": 1000');
    const subject = quota.subjectOf(bucket);
    const edited = { subject, baseline, text: wanted, confirmed: [] };
    expect(await server.engine.refuse('documents/apply', edited)).toMatchObject({ reason: 'changedMeanwhile' });
    const stale = { connectionId: testConnectionId, bucket, quotaBytes: 5, etag: etag! };
    expect(await server.engine.refuse('bucketConfig/setQuota', stale)).toMatchObject({ kind: 'preconditionFailed' });
    const readOnly = { ...stale, connectionId: server.readOnly };
    expect(await server.engine.refuse('bucketConfig/setQuota', readOnly)).toMatchObject({
      kind: 'denied',
      reason: 'readOnlyConnection',
    });
  });
});
