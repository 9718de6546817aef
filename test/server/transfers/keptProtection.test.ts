import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionId, objectKey, type BucketName, type ConnectionId } from '../../../src/model/ids';
import type { TransferSnapshot } from '../../../src/model/transferState';
import type { Protection } from '../../../src/model/protection';
import type { NewProtection } from '../../../src/model/retention';
import type { CopyProtection } from '../../../src/protocol/requests';
import { createDirectClient, type DirectClient } from '../../fakes/directClient';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import { startServedEngine, testConnectionId, type EngineUnderTest } from '../../fakes/servedEngine';
import { mebibyte, patternBytes } from '../../unit/transfers/world';
import { createBucket } from '../protection/fixture';

const never = new AbortController().signal;
const farId = connectionId('far');
const dayMs = 86_400_000;
const untilMs = Math.ceil(Date.now() / 1000) * 1000 + 10 * dayMs;

let near: LocalFarSide;
let far: LocalFarSide;
let engine: EngineUnderTest;
let direct: DirectClient;
beforeAll(async () => {
  [near, far] = await Promise.all([startLocalFarSide(), startLocalFarSide()]);
  engine = await startServedEngine({
    connections: [near.hmac, { ...far.hmac, id: farId }],
    credentials: { [testConnectionId]: near.hmacKey, [farId]: far.hmacKey },
    configuration: { preferredPartBytes: 5 * mebibyte },
  });
  direct = createDirectClient(near.hmac, near.hmacKey);
});
afterAll(async () => {
  await engine.close();
  await Promise.all([direct.close(), near.close(), far.close()]);
});

async function bucketOf(side: 'near' | 'far', kind: 'locked' | 'retained'): Promise<BucketName> {
  const { hmac, hmacKey } = side === 'near' ? near : far;
  const bucket = await createBucket(hmac, hmacKey, kind === 'locked' ? 'locked' : 'plain');
  const policy = { minimumDays: 0, defaultDays: 0, maximumDays: 30, isPermanentAllowed: false };
  const id = side === 'near' ? testConnectionId : farId;
  if (kind === 'retained') await engine.ask('bucketProtection/put', { connectionId: id, bucket, policy });
  return bucket;
}

/** An object in one piece, and one that goes to another service in parts. */
async function fill(bucket: BucketName, protection: NewProtection): Promise<void> {
  for (const [key, bytes] of [
    ['small', Buffer.from('small')],
    ['large', patternBytes(6 * mebibyte)],
  ] as const) {
    const attributes = { headers: {}, controls: { protection } };
    await direct.client.putObject({ bucket, key: objectKey(key) }, bytes, attributes, { kind: 'always' }, never);
  }
}

async function copy(
  from: BucketName,
  to: BucketName,
  connection: ConnectionId,
  protection?: CopyProtection,
): Promise<TransferSnapshot> {
  const { transferId } = await engine.ask('transfers/start', {
    kind: 'copy',
    connectionId: connection,
    source: {
      bucket: from,
      keys: ['small', 'large'].map(objectKey),
      prefixes: [],
      ...(connection === testConnectionId ? {} : { connectionId: testConnectionId }),
    },
    target: { bucket: to, prefix: '' },
    deleteSource: false,
    clash: 'fail',
    ...(protection === undefined ? {} : { protection }),
  });
  return await engine.ended(transferId);
}

const protectionsIn = async (bucket: BucketName, id: ConnectionId) =>
  await Promise.all(
    ['small', 'large'].map((key) => engine.ask('protection/get', { connectionId: id, bucket, key: objectKey(key) })),
  );

describe.each(['near', 'far'] as const)('copies to a bucket that is %s', (side) => {
  const id = side === 'near' ? testConnectionId : farId;

  it('keep the lock of their sources, or are left to the bucket', async () => {
    const from = await bucketOf('near', 'locked');
    const lock = { mode: 'GOVERNANCE', retainUntilMs: untilMs } as const;
    await fill(from, { kind: 'objectLock', retention: lock, hasLegalHold: true });
    const [kept, left] = [await bucketOf(side, 'locked'), await bucketOf(side, 'locked')];
    expect(await copy(from, kept, id, 'keep')).toMatchObject({ failures: [], state: 'done' });
    for (const protection of await protectionsIn(kept, id)) {
      expect(protection).toMatchObject({ kind: 'objectLock', ...lock, hasLegalHold: true });
    }
    expect(await copy(from, left, id, 'bucketDefault')).toMatchObject({ failures: [], state: 'done' });
    for (const protection of await protectionsIn(left, id)) expect(protection.kind).toBe('none');
  });

  it('keep the retention of their sources, or get what the bucket gives', async () => {
    const from = await bucketOf('near', 'retained');
    await fill(from, { kind: 'retention', untilMs });
    const [kept, left] = [await bucketOf(side, 'retained'), await bucketOf(side, 'retained')];
    expect(await copy(from, kept, id, 'keep')).toMatchObject({ failures: [], state: 'done' });
    for (const protection of await protectionsIn(kept, id)) {
      if (protection.kind !== 'retention' || protection.end.kind !== 'until') throw new Error('no end');
      // Inside a service the period goes along, and counts from the copy.
      expect(Math.abs(protection.end.untilMs - untilMs)).toBeLessThan(60_000);
    }
    expect(await copy(from, left, id, 'bucketDefault')).toMatchObject({ failures: [], state: 'done' });
    for (const protection of await protectionsIn(left, id)) {
      expect(protection).toMatchObject({ kind: 'retention', periodSeconds: 0, holds: [] });
    }
  });
});

describe('a copy that is to keep legal holds', () => {
  const holdsOf = (protection: Protection) =>
    protection.kind === 'retention' ? protection.holds.map(({ id }) => id).sort() : undefined;

  async function sourceUnder(...holdIds: readonly string[]): Promise<BucketName> {
    const from = await bucketOf('near', 'retained');
    await fill(from, { kind: 'retention', untilMs, ...(holdIds[0] === undefined ? {} : { holdId: holdIds[0] }) });
    for (const holdId of holdIds.slice(1)) {
      for (const key of ['small', 'large'].map(objectKey))
        await engine.ask('protection/addHold', { connectionId: testConnectionId, bucket: from, key, holdId });
    }
    return from;
  }

  it.each(['near', 'far'] as const)('has all of them in a bucket that is %s', async (side) => {
    const id = side === 'near' ? testConnectionId : farId;
    const from = await sourceUnder('CASE', 'CASE-2', 'AUDIT');
    const to = await bucketOf(side, 'retained');
    expect(await copy(from, to, id, 'keep')).toMatchObject({ failures: [], state: 'done' });
    for (const protection of await protectionsIn(to, id))
      expect(holdsOf(protection)).toEqual(['AUDIT', 'CASE', 'CASE-2']);
  });

  it('says which one is missing when the service does not take it, and puts it on when it is tried again', async () => {
    const from = await sourceUnder('CASE', 'CASE-2');
    const to = await bucketOf('far', 'retained');
    const refused = far.server.faults.arm({
      fault: { kind: 'status', status: 500 },
      match: { operation: 'AddLegalHold' },
    });
    const cut = await copy(from, to, farId, 'keep');
    expect(cut).toMatchObject({ state: 'failed', itemsDone: 0, itemsFailed: 2 });
    expect(cut.failures[0]?.error.detail).toMatch(/^The copy "\w+" was made, and its legal hold "CASE-2" is missing\./);
    far.server.faults.disarm(refused.id);
    await engine.ask('transfers/retry', { transferId: cut.transferId });
    expect(await engine.ended(cut.transferId)).toMatchObject({ state: 'done', failures: [] });
    for (const protection of await protectionsIn(to, farId)) expect(holdsOf(protection)).toEqual(['CASE', 'CASE-2']);
  });
});

describe('a copy of what is retained without end', () => {
  it.each([
    ['indefinite', -1],
    ['permanent', -2],
  ] as const)('is retained so, too: %s', async (kind, periodSeconds) => {
    const policy = { minimumDays: 0, defaultDays: 0, maximumDays: 30, isPermanentAllowed: true };
    const buckets: BucketName[] = [];
    for (const [side, connection] of [
      [near, testConnectionId],
      [far, farId],
    ] as const) {
      const bucket = await createBucket(side.hmac, side.hmacKey, 'plain');
      await engine.ask('bucketProtection/put', { connectionId: connection, bucket, policy });
      buckets.push(bucket);
    }
    const [from, to] = buckets;
    if (from === undefined || to === undefined) throw new Error('no buckets');
    await fill(from, { kind: 'retention', periodSeconds });
    expect(await copy(from, to, farId, 'keep')).toMatchObject({ failures: [], state: 'done' });
    for (const protection of await protectionsIn(to, farId)) expect(protection).toMatchObject({ end: { kind } });
  });
});
