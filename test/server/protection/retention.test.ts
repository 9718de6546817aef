import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { deletability, type Protection } from '../../../src/model/protection';
import type { RetentionExtension } from '../../../src/model/retention';
import { testConnectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from './fixture';

const connectionId = testConnectionId;
const dayMs = 86_400_000;
const daySeconds = 86_400;

describe('a bucket with a retention policy', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected();
  });
  afterEach(() => server.farSide.server.clock.reset());
  afterAll(async () => await server?.close());

  const retention = (protection: Protection) => {
    if (protection.kind !== 'retention') throw new Error(`protected by ${protection.kind}`);
    return protection;
  };
  const untilMs = (protection: Protection) => {
    const { end } = retention(protection);
    return end.kind === 'until' ? end.untilMs : end.kind;
  };

  it('shows the policy that was set, and a plain bucket shows none', async () => {
    const { engine } = server;
    const plain = await server.bucket();
    expect(await engine.ask('bucketProtection/get', { connectionId, bucket: plain })).toEqual({ kind: 'none' });
    const bucket = await server.retained([1, 2, 30], true);
    const policy = { minimumDays: 1, defaultDays: 2, maximumDays: 30, isPermanentAllowed: true };
    expect(await engine.ask('bucketProtection/get', { connectionId, bucket })).toEqual({ kind: 'retention', policy });
  });

  it('takes no policy against the rules, and none where the bucket is not empty or keeps versions', async () => {
    const { engine } = server;
    const bucket = await server.bucket();
    const policy = { minimumDays: 3, defaultDays: 2, maximumDays: 30, isPermanentAllowed: false };
    const before = server.farSide.server.requests.read().total;
    expect(await engine.refuse('bucketProtection/put', { connectionId, bucket, policy })).toMatchObject({
      kind: 'invalid',
      refusal: 'retentionOutsidePolicy',
    });
    expect(server.farSide.server.requests.read().total).toBe(before);
    await server.put(bucket, 'in-the-way');
    const fine = { ...policy, minimumDays: 1 };
    expect(await engine.refuse('bucketProtection/put', { connectionId, bucket, policy: fine })).toMatchObject({
      kind: 'conflict',
      httpStatus: 409,
    });
    const locked = await server.bucket('locked');
    expect(await engine.refuse('bucketProtection/put', { connectionId, bucket: locked, policy: fine })).toMatchObject({
      kind: 'conflict',
    });
    expect(
      await engine.refuse('bucketProtection/put', { connectionId: server.roles.Writer, bucket, policy: fine }),
    ).toMatchObject({
      kind: 'denied',
      neededRole: 'Manager',
      detail: expect.stringContaining('bucket.put_protection') as string,
    });
  });

  it('protects what is written to it, tells until when, and lets it go when the time has come', async () => {
    const { engine } = server;
    const bucket = await server.retained([0, 1, 30]);
    const address = await server.put(bucket, 'record');
    const protection = retention(await engine.ask('protection/get', address));
    expect(protection).toMatchObject({ periodSeconds: daySeconds, holds: [] });
    expect(deletability(protection, server.nowMs())).toMatchObject({
      kind: 'at',
      atMs: untilMs(protection),
      canBypass: false,
    });
    const write = {
      ...address,
      bytes: Buffer.from('x'),
      attributes: { headers: {} },
      condition: { kind: 'always' } as const,
    };
    expect(await engine.refuse('objects/write', write)).toMatchObject({ kind: 'held', httpStatus: 451 });
    server.advance(dayMs + 1000);
    expect(deletability(await engine.ask('protection/get', address), server.nowMs())).toEqual({ kind: 'now' });
    await engine.ask('objects/write', write);
  });

  it('adds, lists and removes legal holds, each change answering with what there is', async () => {
    const { engine } = server;
    const bucket = await server.retained([0, 0, 30]);
    const address = await server.put(bucket, 'sp ace/ü');
    const one = retention(await engine.ask('protection/addHold', { ...address, holdId: 'Case-2026_(a)!*.' }));
    expect(one.holds).toEqual([{ id: 'Case-2026_(a)!*.', placedAtMs: expect.any(Number) as number }]);
    const two = retention(await engine.ask('protection/addHold', { ...address, holdId: 'second' }));
    expect(two.holds.map(({ id }) => id)).toEqual(['Case-2026_(a)!*.', 'second']);
    expect(deletability(two, server.nowMs())).toMatchObject({ kind: 'held' });
    expect(await engine.refuse('protection/addHold', { ...address, holdId: 'second' })).toMatchObject({
      kind: 'conflict',
      refusal: 'holdExists',
      httpStatus: 409,
    });
    const left = retention(await engine.ask('protection/removeHold', { ...address, holdId: 'Case-2026_(a)!*.' }));
    expect(left.holds.map(({ id }) => id)).toEqual(['second']);
    expect(await engine.refuse('protection/removeHold', { ...address, holdId: 'absent' })).toMatchObject({
      kind: 'notFound',
      refusal: 'noSuchHold',
    });
    await engine.ask('protection/removeHold', { ...address, holdId: 'second' });
    expect(deletability(await engine.ask('protection/get', address), server.nowMs())).toEqual({ kind: 'now' });
  });

  it('asks nobody about names of holds that cannot be', async () => {
    const bucket = await server.retained([0, 0, 30]);
    const address = await server.put(bucket, 'names');
    for (const holdId of ['', 'a b', 'ü', "it's", 'x'.repeat(65)]) {
      expect(await server.engine.refuse('protection/addHold', { ...address, holdId })).toMatchObject({
        kind: 'invalid',
        refusal: 'holdId',
      });
    }
    expect(retention(await server.engine.ask('protection/get', address)).holds).toEqual([]);
  });

  it('takes a hundred holds and says why it does not take one more', async () => {
    const { engine } = server;
    const bucket = await server.retained([0, 0, 30]);
    const address = await server.put(bucket, 'many');
    const client = server.client();
    for (let at = 0; at < 100; at++) await client.addLegalHold(address, `hold-${at}`, AbortSignal.timeout(30_000));
    expect(await engine.refuse('protection/addHold', { ...address, holdId: 'one-more' })).toMatchObject({
      kind: 'invalid',
      refusal: 'tooManyHolds',
    });
  });

  it('tells objects without retention from roles that are missing', async () => {
    const { engine, roles } = server;
    const plain = await server.put(await server.bucket(), 'plain');
    expect(await engine.refuse('protection/addHold', { ...plain, holdId: 'a' })).toMatchObject({
      kind: 'invalid',
      refusal: 'mechanism',
    });
    expect(
      await engine.refuse('protection/extend', { ...plain, extension: { kind: 'additional', seconds: 1 } }),
    ).toMatchObject({
      kind: 'invalid',
      refusal: 'mechanism',
    });
    const address = await server.put(await server.retained([0, 0, 30]), 'record');
    expect(
      await engine.refuse('protection/addHold', { ...address, connectionId: roles.Writer, holdId: 'a' }),
    ).toMatchObject({
      kind: 'denied',
      neededRole: 'Manager',
    });
    expect(await engine.refuse('protection/get', { ...address, connectionId: roles.ObjectReader })).toMatchObject({
      kind: 'denied',
      neededRole: 'Reader',
    });
    expect(await engine.refuse('protection/get', { ...address, key: 'absent' as typeof address.key })).toMatchObject({
      kind: 'notFound',
      reason: 'noSuchKey',
    });
  });

  it('adds a hold once although the answer is lost', async () => {
    const bucket = await server.retained([0, 0, 30]);
    const address = await server.put(bucket, 'lost');
    await server.fault({ fault: { kind: 'resetAfter', bytes: 0 }, match: { operation: 'AddLegalHold' }, count: 1 });
    const protection = retention(await server.engine.ask('protection/addHold', { ...address, holdId: 'once' }));
    expect(protection.holds.map(({ id }) => id)).toEqual(['once']);
  });

  it('extends a retention in each of four ways', async () => {
    const { engine } = server;
    const bucket = await server.retained([0, 1, 300], true);
    const address = await server.put(bucket, 'longer');
    const first = retention(await engine.ask('protection/get', address));
    const startMs = untilMs(first) as number;
    const extend = async (extension: RetentionExtension) =>
      await engine.ask('protection/extend', { ...address, extension });
    expect(untilMs(await extend({ kind: 'additional', seconds: 60 }))).toBe(startMs + 60_000);
    const fromNow = untilMs(await extend({ kind: 'fromNow', seconds: 2 * daySeconds })) as number;
    expect(Math.abs(fromNow - server.nowMs() - 2 * dayMs)).toBeLessThan(60_000);
    const dateMs = Math.ceil((server.nowMs() + 3 * dayMs) / 1000) * 1000;
    expect(Math.abs((untilMs(await extend({ kind: 'until', untilMs: dateMs })) as number) - dateMs)).toBeLessThan(2000);
    const period = retention(await extend({ kind: 'period', seconds: 10 * daySeconds }));
    expect(period.periodSeconds).toBe(10 * daySeconds);
    expect(untilMs(await extend({ kind: 'period', seconds: -1 }))).toBe('indefinite');
    expect(untilMs(await extend({ kind: 'fromNow', seconds: 5 * daySeconds }))).toEqual(expect.any(Number));
    expect(untilMs(await extend({ kind: 'period', seconds: -2 }))).toBe('permanent');
    expect(deletability(await engine.ask('protection/get', address), server.nowMs())).toMatchObject({ kind: 'never' });
    expect(
      await engine.refuse('protection/extend', { ...address, extension: { kind: 'period', seconds: 9e8 } }),
    ).toMatchObject({
      kind: 'invalid',
    });
  });

  it('never shortens a retention and does not go beyond the policy', async () => {
    const { engine } = server;
    const bucket = await server.retained([0, 10, 20]);
    const address = await server.put(bucket, 'fixed');
    const refuse = async (extension: RetentionExtension) =>
      await engine.refuse('protection/extend', { ...address, extension });
    const shorter = { kind: 'invalid', refusal: 'retentionNotLater' };
    expect(await refuse({ kind: 'fromNow', seconds: daySeconds })).toMatchObject(shorter);
    expect(await refuse({ kind: 'until', untilMs: server.nowMs() + dayMs })).toMatchObject(shorter);
    expect(await refuse({ kind: 'additional', seconds: 0 })).toMatchObject(shorter);
    expect(await refuse({ kind: 'additional', seconds: -5 })).toMatchObject(shorter);
    expect(await refuse({ kind: 'additional', seconds: 11 * daySeconds })).toMatchObject({
      kind: 'invalid',
      refusal: 'retentionOutsidePolicy',
      httpStatus: 400,
    });
    expect(await refuse({ kind: 'period', seconds: -2 })).toMatchObject({
      kind: 'invalid',
      refusal: 'retentionOutsidePolicy',
    });
  });

  it('changes nothing through a connection that is marked read-only', async () => {
    const { engine } = server;
    const bucket = await server.retained([0, 0, 30]);
    const address = { ...(await server.put(bucket, 'kept')), connectionId: server.readOnly };
    const policy = { minimumDays: 0, defaultDays: 0, maximumDays: 40, isPermanentAllowed: false };
    const refusals = [
      await engine.refuse('protection/addHold', { ...address, holdId: 'a' }),
      await engine.refuse('protection/removeHold', { ...address, holdId: 'a' }),
      await engine.refuse('protection/extend', { ...address, extension: { kind: 'additional', seconds: 1 } }),
      await engine.refuse('protection/setLock', { ...address, retention: null, bypassGovernance: false }),
      await engine.refuse('protection/setLockHold', { ...address, isOn: true }),
      await engine.refuse('bucketProtection/put', { connectionId: server.readOnly, bucket, policy }),
      await engine.refuse('objectLock/put', { connectionId: server.readOnly, bucket, defaultRetention: null }),
      await engine.refuse('versioning/put', { connectionId: server.readOnly, bucket, state: 'enabled' }),
      await engine.refuse('versions/delete', { ...address, versionId: 'null', bypassGovernance: false }),
      await engine.refuse('versions/undelete', address),
      await engine.refuse('versions/restore', {
        ...address,
        versionId: 'null',
        condition: { kind: 'always' },
        lock: 'keep',
      }),
      await engine.refuse('attributes/put', {
        ...address,
        seen: { etag: '' },
        change: {},
        method: 'copy',
        lock: 'keep',
      }),
      await engine.refuse('archive/restore', { ...address, days: 1 }),
    ];
    expect(new Set(refusals.map(({ kind, reason }) => `${kind}/${reason}`))).toEqual(
      new Set(['denied/readOnlyConnection']),
    );
    expect(retention(await engine.ask('protection/get', address)).holds).toEqual([]);
  });
});
