import { PutBucketLifecycleConfigurationCommand } from '@aws-sdk/client-s3';
import { parse } from 'jsonc-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectKey } from '../../../src/model/ids';
import { rawClient } from '../../fakes/objectStorage';
import { testConnectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from '../protection/fixture';
import { bucketDocuments } from './bucketDocument';

const dayMs = 86_400_000;

describe('the lifecycle of a bucket as a document', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected();
  });
  afterAll(async () => await server?.close());
  const { open, check, plan, apply, subjectOf } = bucketDocuments(() => server, 'lifecycle');

  const every = {
    rules: [
      { id: 'logs', status: 'enabled', filter: { prefix: 'logs/' }, expiration: { days: 30 } },
      {
        id: 'narrow',
        status: 'disabled',
        filter: { prefix: 'a&<b>/', tags: { kind: 'temporary', 'a b': '' }, largerThanBytes: 10, smallerThanBytes: 99 },
        expiration: { date: '2999-01-31' },
      },
      { id: 'archive', status: 'enabled', transition: { days: 0, storageClass: 'ACCELERATED' } },
      { id: 'versions', status: 'enabled', noncurrentExpiration: { days: 7, keepVersions: 3 } },
      { id: 'markers', status: 'enabled', filter: { prefix: 'x' }, expiration: { expiredDeleteMarkers: true } },
      { id: 'uploads', status: 'enabled', abortIncompleteUploads: { days: 7 } },
    ],
  };

  it('is an empty list where there is none, keeps every kind of rule, and is deleted when emptied', async () => {
    const bucket = await server.bucket();
    expect(parse((await open(bucket)).text)).toEqual({ rules: [] });
    expect(await plan(bucket, '{ "rules": [] }')).toEqual([]);
    const set = await apply(bucket, every);
    expect(set).toMatchObject({
      applied: ['lifecycle'],
      plan: [
        { operation: 'PutBucketLifecycleConfiguration', sentence: expect.stringContaining("below 'logs/'") as string },
      ],
    });
    const { text } = await open(bucket);
    expect(parse(text)).toEqual(every);
    expect(await plan(bucket, text)).toEqual([]);
    const emptied = await apply(bucket, '{ "rules": [] }');
    expect(emptied).toMatchObject({ applied: ['lifecycle'], plan: [{ operation: 'DeleteBucketLifecycle' }] });
    expect(emptied.plan[0]!.sentence).toContain('Delete the lifecycle configuration');
    expect(parse((await open(bucket)).text)).toEqual({ rules: [] });
  });

  it('asks before it deletes what exists, and not where versions are kept or nothing new is deleted', async () => {
    const bucket = await server.bucket();
    const text = JSON.stringify({ rules: [every.rules[0]] });
    const [step] = await plan(bucket, text);
    expect(step!.irreversible).toContain("delete objects below 'logs/' 30 days after they were written");
    const unconfirmed = { subject: subjectOf(bucket), baseline: (await open(bucket)).baseline, text, confirmed: [] };
    expect(await server.engine.refuse('documents/apply', unconfirmed)).toMatchObject({ reason: 'notConfirmed' });
    await apply(bucket, text);
    const more = { rules: [every.rules[0], every.rules[5]] };
    expect((await plan(bucket, JSON.stringify(more)))[0]!.irreversible).toBeUndefined();

    await apply(bucket, more);
    const [fewer] = await plan(bucket, JSON.stringify({ rules: [every.rules[5]] }));
    expect(fewer!.sentence).toBe(
      `One lifecycle rule for '${bucket}': no longer delete objects below 'logs/' 30 days after they were written.`,
    );

    const versioned = await server.bucket();
    await server.engine.ask('versioning/put', { connectionId: testConnectionId, bucket: versioned, state: 'enabled' });
    expect((await plan(versioned, text))[0]!.irreversible).toBeUndefined();
  });

  it('says when the service has changed meanwhile', async () => {
    const bucket = await server.bucket();
    const { baseline } = await open(bucket);
    await apply(bucket, { rules: [every.rules[5]] });
    const late = { subject: subjectOf(bucket), baseline, text: JSON.stringify(every), confirmed: ['lifecycle'] };
    expect(await server.engine.refuse('documents/apply', late)).toMatchObject({ reason: 'changedMeanwhile' });
  });

  it('takes an id that the service gave, and dates in another form, for no change', async () => {
    const bucket = await server.bucket();
    const rules = [
      { status: 'enabled', filter: { prefix: '', tags: {} }, expiration: { date: '2999-01-31T01:00:00+01:00' } },
    ];
    const outcome = await apply(bucket, { rules });
    expect(parse(outcome.document!.text)).toEqual({
      rules: [{ status: 'enabled', expiration: { date: '2999-01-31' } }],
    });
    expect(await plan(bucket, JSON.stringify({ rules }))).toEqual([]);
  });

  it('reads what other tools wrote', async () => {
    const bucket = await server.bucket();
    const client = rawClient({ ...server.farSide.server.info, endpoint: server.farSide.hmac.endpoint });
    const rule = { Status: 'Enabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 3 } };
    await client.send(
      new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules: [rule] } }),
    );
    expect(parse((await open(bucket)).text)).toEqual({ rules: [{ status: 'enabled', expiration: { days: 3 } }] });
    client.destroy();
  });

  it('is read by a Reader, and says what role a change needs', async () => {
    const bucket = await server.bucket();
    const subject = { ...subjectOf(bucket), connectionId: server.roles.Reader };
    const { baseline } = await server.engine.ask('documents/open', { subject });
    const text = JSON.stringify({ rules: [every.rules[5]] });
    const outcome = await server.engine.ask('documents/apply', { subject, baseline, text, confirmed: [] });
    expect(outcome.failed).toMatchObject({ error: { kind: 'denied', neededRole: 'Writer' } });
  });

  it('says where a document is wrong', async () => {
    const bucket = await server.bucket();
    expect(
      await check(bucket, '{ "rules": [{ "id": "a", "status": "Enabled", "expiration": { "days": 0 } }] }'),
    ).toEqual(['choice "Enabled"', 'count 0']);
  });

  it('lets objects expire as the rule says, once it was applied', async () => {
    const bucket = await server.bucket();
    const old = await server.put(bucket, 'logs/old.txt');
    await server.put(bucket, 'kept.txt');
    await apply(bucket, { rules: [every.rules[0]] });
    server.advance(32 * dayMs);
    await server.farSide.admin('POST', '/lifecycle/run', { bucket });
    expect(await server.engine.refuse('objects/head', old)).toMatchObject({ kind: 'notFound' });
    const kept = await server.engine.ask('objects/head', { ...old, key: objectKey('kept.txt') });
    expect(kept.key).toBe('kept.txt');
  });
});
