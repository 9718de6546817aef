import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionId, objectKey, type BucketName, type ConnectionId } from '../../../src/model/ids';
import { isFinal, type TransferSnapshot } from '../../../src/model/transferState';
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
  for (;;) {
    const snapshot = engine.transfers.get(transferId);
    if (snapshot !== undefined && isFinal(snapshot.state)) return snapshot;
    await new Promise((done) => setTimeout(done, 5));
  }
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
  it('has them inside a service, and is refused where they cannot go along', async () => {
    const from = await bucketOf('near', 'retained');
    await fill(from, { kind: 'retention', untilMs, holdId: 'CASE' });
    const [inside, outside] = [await bucketOf('near', 'retained'), await bucketOf('far', 'retained')];
    expect(await copy(from, inside, testConnectionId, 'keep')).toMatchObject({ state: 'done' });
    for (const protection of await protectionsIn(inside, testConnectionId)) {
      expect(protection).toMatchObject({ holds: [{ id: 'CASE' }] });
    }
    const refused = await copy(from, outside, farId, 'keep');
    expect(refused).toMatchObject({ state: 'failed', itemsDone: 0, itemsFailed: 2 });
    expect(refused.failures[0]?.error).toMatchObject({ kind: 'unsupported' });
    expect(refused.failures[0]?.error.detail).toContain('could not be copied with its protection');
    const list = { connectionId: farId, bucket: outside, prefix: '', delimiter: '' } as const;
    expect((await engine.ask('objects/listPage', list)).objects).toEqual([]);
    expect(await far.openUploads(outside)).toEqual([]);
  });
});
