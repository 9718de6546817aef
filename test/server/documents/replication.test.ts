import { parse } from 'jsonc-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketName, type BucketName } from '../../../src/model/ids';
import { testConnectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from '../protection/fixture';
import { bucketDocuments } from './bucketDocument';

describe('replication of a bucket as a document', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected('iam');
  });
  afterAll(async () => await server?.close());
  const { open, check, plan, apply } = bucketDocuments(() => server, 'replication');
  const versioning = bucketDocuments(() => server, 'versioning');
  const of = (bucket: BucketName) => ({ connectionId: testConnectionId, bucket });

  const versioned = async (): Promise<BucketName> => {
    const bucket = await server.bucket();
    await versioning.apply(bucket, { versioning: 'enabled' });
    return bucket;
  };
  const crnOf = async (bucket: BucketName): Promise<string> =>
    (await server.engine.ask('bucketConfig/get', of(bucket))).crn ?? '';
  const keysOf = async (bucket: BucketName): Promise<readonly string[]> => {
    const page = { ...of(bucket), prefix: '', delimiter: '', maxKeys: 10 } as const;
    return (await server.engine.ask('objects/listPage', page)).objects.map(({ key }) => key);
  };

  it('copies what is written, by the rule that counts, until the rules are deleted', async () => {
    const [source, target] = [await versioned(), await versioned()];
    expect(parse((await open(source)).text)).toEqual({ rules: [] });
    const rules = [
      {
        id: 'logs',
        status: 'enabled',
        priority: 2,
        filter: { prefix: 'logs/', tags: { kind: 'raw' } },
        deleteMarkers: true,
        target: await crnOf(target),
      },
      {
        id: 'pictures',
        status: 'enabled',
        priority: 1,
        filter: { prefix: 'pictures/' },
        deleteMarkers: false,
        target: await crnOf(target),
      },
    ];
    const set = await apply(source, { rules });
    expect(set.applied).toEqual(['replication']);
    expect(set.plan[0]!.sentence).toContain(
      `copy what is written below 'logs/' and with the tag kind=raw to '${target}', and delete there what is deleted here`,
    );
    const { text } = await open(source);
    expect(parse(text)).toEqual({ rules });
    expect(text).toContain('with the role Writer');
    expect(await versioning.check(source, '{ "versioning": "suspended" }')).toEqual(['replication "suspended"']);
    expect(await plan(source, text)).toEqual([]);
    await server.put(source, 'pictures/a.png');
    await server.put(source, 'other');
    await server.farSide.admin('POST', '/replication/run', {});
    expect(await keysOf(target)).toEqual(['pictures/a.png']);
    const gone = await apply(source, { rules: [] });
    expect(gone).toMatchObject({ applied: ['replication'], plan: [{ operation: 'DeleteBucketReplication' }] });
    expect(parse((await open(source)).text)).toEqual({ rules: [] });
  });

  it('lists what did not get through, with its cause, and tries again', async () => {
    const [source, target] = [await versioned(), await versioned()];
    const everything = { status: 'enabled', priority: 1, deleteMarkers: false, target: await crnOf(target) };
    await apply(source, { rules: [everything] });
    expect(await server.engine.ask('replication/listFailures', of(source))).toEqual({ failures: [] });
    await server.farSide.admin('PATCH', '/replication', { authorization: 'denied' });
    await server.put(source, 'with blank & +.txt');
    await server.farSide.admin('POST', '/replication/run', {});
    const { failures } = await server.engine.ask('replication/listFailures', of(source));
    expect(failures).toMatchObject([{ key: 'with blank & +.txt' }]);
    const [failure] = failures;
    expect(failure?.cause).toMatch(/author|permi/i);
    expect(failure?.lastAttemptAtMs).toBeGreaterThanOrEqual(failure?.firstAttemptAtMs ?? Number.NaN);
    expect(failure?.versionId).toBeDefined();
    expect(failure?.syncType).toBe('content');
    await server.farSide.admin('PATCH', '/replication', { authorization: 'granted' });
    const answer = await server.engine.ask('replication/reattempt', of(source));
    if (answer.kind !== 'asked') throw new Error(answer.kind);
    expect(Math.abs((answer.scheduledAtMs ?? 0) - server.nowMs())).toBeLessThan(60_000);
    await server.farSide.admin('POST', '/replication/run', {});
    expect(await server.engine.ask('replication/listFailures', of(source))).toEqual({ failures: [] });
    expect(await keysOf(target)).toEqual(['with blank & +.txt']);
    const readOnly = { ...of(source), connectionId: server.readOnly };
    expect(await server.engine.refuse('replication/reattempt', readOnly)).toMatchObject({
      reason: 'readOnlyConnection',
    });
  });

  it('is not tried again in a bucket without rules', async () => {
    const bucket = await versioned();
    expect(await server.engine.ask('replication/reattempt', of(bucket))).toEqual({ kind: 'notReplicated' });
  });

  it('needs versioning, which is said before anything is sent', async () => {
    const bucket = await server.bucket();
    const target = 'crn:v1:bluemix:public:cloud-object-storage:global:a/1:guid:bucket:there';
    const rule = { status: 'enabled', priority: 1, deleteMarkers: false, target };
    expect(await check(bucket, JSON.stringify({ rules: [rule] }))).toEqual(['versioningNeeded "rules"']);
    expect(await check(bucket, '{ "rules": [] }')).toEqual([]);
    const retained = await server.retained([1, 2, 3]);
    expect(await check(retained, JSON.stringify({ rules: [rule] }))).toEqual(['retentionPolicy "rules"']);
    const replicated = await versioned();
    await apply(replicated, { rules: [rule] });
    expect(await versioning.check(replicated, '{ "versioning": "suspended" }')).toEqual(['replication "suspended"']);
  });

  const rule = (more: object) => {
    const target = 'crn:v1:bluemix:public:cloud-object-storage:global:a/1:guid:bucket:there';
    return { status: 'enabled', priority: 1, deleteMarkers: false, target, ...more };
  };
  it.each([
    [[rule({ target: 'there' })], ['target "there"']],
    [[rule({ status: 'on' })], ['choice "on"']],
    [[rule({ priority: 1.5 })], ['count 1.5']],
    [[rule({ id: 'a' }), rule({ id: 'a', priority: 2 })], ['doubleId "a"']],
    [[rule({}), rule({})], ['doublePriority 1']],
    [[rule({ filter: { tags: { '': 'x' } } })], ['tags {"":"x"}']],
    [[rule({ filter: { size: 1 } })], ['unknownName "size"']],
  ])('says what is wrong with %j', async (rules, expected) => {
    expect(await check(await versioned(), JSON.stringify({ rules }))).toEqual(expected);
  });

  it('is not to the bucket itself', async () => {
    const bucket = await versioned();
    const target = await crnOf(bucket);
    expect(await check(bucket, JSON.stringify({ rules: [rule({ target })] }))).toEqual([`ownTarget "${target}"`]);
    expect(bucketName(target.split(':').at(-1) ?? '')).toBe(bucket);
  });
});
