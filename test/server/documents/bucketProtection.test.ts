import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BucketTopic } from '../../../src/model/configDocument';
import type { BucketName } from '../../../src/model/ids';
import { testConnectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from '../protection/fixture';

describe('how a bucket protects its objects, as documents', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected();
  });
  afterAll(async () => await server?.close());

  const subjectOf = (bucket: BucketName, topic: BucketTopic) =>
    ({ kind: 'bucket', connectionId: testConnectionId, bucket, topic }) as const;
  const check = async (bucket: BucketName, topic: BucketTopic, text: string) => {
    const subject = subjectOf(bucket, topic);
    const { baseline } = await server.engine.ask('documents/open', { subject });
    const found = await server.engine.ask('documents/check', { subject, baseline, text });
    return found.map(({ code, offset, length }) => `${code} ${text.slice(offset, offset + length)}`);
  };
  const apply = async (bucket: BucketName, topic: BucketTopic, text: string) => {
    const subject = subjectOf(bucket, topic);
    const { baseline } = await server.engine.ask('documents/open', { subject });
    const plan = await server.engine.ask('documents/plan', { subject, baseline, text });
    const confirmed = plan.map(({ id }) => id);
    return { plan, ...(await server.engine.ask('documents/apply', { subject, baseline, text, confirmed })) };
  };
  const reopened = async (bucket: BucketName, topic: BucketTopic) => {
    const subject = subjectOf(bucket, topic);
    const { text, baseline } = await server.engine.ask('documents/open', { subject });
    return await server.engine.ask('documents/plan', { subject, baseline, text });
  };

  it('sets and changes a retention policy, and says what cannot be changed later', async () => {
    const bucket = await server.bucket();
    expect(await check(bucket, 'retentionPolicy', '{}')).toEqual([]);
    const set = await apply(bucket, 'retentionPolicy', '{ "minimumDays": 1, "defaultDays": 5, "maximumDays": 30 }');
    expect(set.applied).toEqual(['retentionPolicy']);
    expect(set.plan[0]!.irreversible).toContain('will always have a retention policy');
    expect(await reopened(bucket, 'retentionPolicy')).toEqual([]);
    const changed = await apply(bucket, 'retentionPolicy', '{ "minimumDays": 0, "defaultDays": 5, "maximumDays": 30 }');
    expect([changed.applied, changed.plan[0]!.irreversible]).toEqual([['retentionPolicy'], undefined]);
  });

  it.each([
    ['{}', ['removed {}']],
    ['{ "minimumDays": 9, "defaultDays": 5, "maximumDays": 30 }', ['order 9']],
    ['{ "minimumDays": 1, "defaultDays": 5, "maximumDays": 36136 }', ['tooLong 36136']],
    ['{ "minimumDays": 1.5, "defaultDays": 5, "maximumDays": 30 }', ['notWholeDays 1.5']],
    ['{ "minimumDays": 1, "defaultDays": 5, "maximumDays": 30, "permanentAllowed": 1 }', ['boolean 1']],
    ['{ "minimumDays": 1, "defaultDays": 5, "maximumDays": 30, "days": 1 }', ['unknownName "days"']],
  ])('finds what is wrong with the retention policy %s', async (text, expected) => {
    const bucket = await server.retained([0, 1, 30]);
    expect(await check(bucket, 'retentionPolicy', text)).toEqual(expected);
  });

  it('sets the default of Object Lock, in days or years', async () => {
    const bucket = await server.bucket('locked');
    expect(await reopened(bucket, 'objectLock')).toEqual([]);
    const days = await apply(
      bucket,
      'objectLock',
      '{ "enabled": true, "default": { "mode": "GOVERNANCE", "days": 7 } }',
    );
    expect(days.applied).toEqual(['objectLock']);
    expect(await reopened(bucket, 'objectLock')).toEqual([]);
    await apply(bucket, 'objectLock', '{ "enabled": true, "default": { "mode": "COMPLIANCE", "years": 1 } }');
    const found = await server.engine.ask('objectLock/get', { connectionId: testConnectionId, bucket });
    expect(found).toMatchObject({ defaultRetention: { mode: 'COMPLIANCE', duration: { unit: 'years', count: 1 } } });
    await apply(bucket, 'objectLock', '{ "enabled": true, "default": null }');
    const none = await server.engine.ask('objectLock/get', { connectionId: testConnectionId, bucket });
    expect(none).toEqual({ kind: 'enabled' });
  });

  it.each([
    ['{ "enabled": false }', ['removed false']],
    ['{ "enabled": "yes" }', ['boolean "yes"']],
    ['{ "enabled": true, "default": { "mode": "HARD", "days": 1 } }', ['lockMode "HARD"']],
    ['{ "enabled": true, "default": { "mode": "COMPLIANCE", "days": 1, "years": 1 } }', ['daysAndYears 1']],
    ['{ "enabled": true, "default": { "mode": "COMPLIANCE", "days": 0 } }', ['duration 0']],
    ['{ "enabled": true, "default": { "mode": "COMPLIANCE", "years": 101 } }', ['duration 101']],
    ['{ "enabled": true, "default": { "mode": "COMPLIANCE" } }', ['duration {']],
  ])('finds what is wrong with the Object Lock %s', async (text, expected) => {
    const bucket = await server.bucket('locked');
    expect(await check(bucket, 'objectLock', text)).toEqual(expected);
  });
});
