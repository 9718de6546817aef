import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bucketName, objectKey } from '../../../src/model/ids';
import { allUsersUri, authenticatedUsersUri, type Grant } from '../../../src/model/publicAccess';
import type { TransferRequest } from '../../../src/protocol/requests';
import { createObjectHandlers } from '../../../src/engine/requests/objects';
import type { FullCosClient } from '../../../src/engine/cos/fullClient';
import { failure } from '../../fakes/memoryCosClient';
import { bucket, connection, makeWorld, type World } from './world';

const never = new AbortController().signal;
const otherBucket = bucketName('other');
const own: Grant = { grantee: { kind: 'account', id: 'owner' }, permission: 'FULL_CONTROL' };
const partner: Grant = { grantee: { kind: 'account', id: 'partner' }, permission: 'READ' };
const everybody: Grant = { grantee: { kind: 'group', uri: allUsersUri }, permission: 'READ' };

const anyAccount: Grant = { grantee: { kind: 'group', uri: authenticatedUsersUri }, permission: 'READ' };

let world: World;
beforeEach(async () => {
  world = await makeWorld({ configuration: { maxConnections: 4 } });
  world.client.hasGrants = true;
  world.client.buckets.set(otherBucket, new Map());
});
afterEach(() => world.dispose());

const to = (deleteSource: boolean, target = bucket): TransferRequest => ({
  kind: 'copy',
  connectionId: connection,
  source: { bucket, keys: [], prefixes: ['a/'] },
  target: { bucket: target, prefix: 't/' },
  deleteSource,
  clash: 'fail',
});
function fill(key: string, grants: readonly Grant[]): void {
  world.client.put('bucket', key, key);
  world.client.buckets.get('bucket')!.get(key)!.grants = grants;
}
const grantsOf = (key: string, name = 'bucket') => world.client.buckets.get(name)?.get(objectKey(key))?.grants;

describe('people and groups that an access list names', () => {
  it.each(['taken', 'ignored'] as const)('keep what is moved and copied, where headers for it are %s', async (how) => {
    world.client.grantHeaders = how;
    fill('a/1', [own, partner, everybody, anyAccount]);
    fill('a/2', []);
    expect(await world.run(to(false, otherBucket))).toMatchObject({ state: 'done', itemsDone: 2 });
    // What opens an object to everybody, or to whoever has an account, is not decided for another bucket.
    expect(grantsOf('t/a/1', 'other')).toEqual([own, partner]);
    expect(await world.run(to(true))).toMatchObject({ state: 'done', itemsDone: 2 });
    expect(grantsOf('t/a/1')).toEqual([own, partner, everybody, anyAccount]);
    expect(grantsOf('t/a/2') ?? []).toEqual([]);
    expect(world.client.keys('bucket')).toEqual(['t/a/1', 't/a/2']);
  });

  it('leave an object where it is whose list the service does not take, and nothing else', async () => {
    world.client.grantHeaders = 'refused';
    fill('a/1', [own, partner]);
    fill('a/2', []);
    const end = await world.run(to(true));
    expect(end).toMatchObject({ itemsDone: 1, failures: [{ name: 'a/1', error: { reason: 'grantsRefused' } }] });
    expect(world.client.keys('bucket')).toEqual(['a/1', 't/a/2']);
  });

  it('leave an object where it is whose list cannot be understood, before anything is written', async () => {
    fill('a/1', [own, partner]);
    world.client.unknownGrants = ['AmazonCustomerByEmail'];
    const end = await world.run(to(true));
    expect(end.failures).toMatchObject([{ name: 'a/1', error: { reason: 'grantsRefused' } }]);
    expect(world.client.calls.map(({ operation }) => operation)).not.toContain('copyObject');
  });

  it('keep the source until the copy has them, which the next try sees to', async () => {
    world.client.grantHeaders = 'ignored';
    fill('a/1', [own, partner]);
    world.client.intercept = (operation, key) => {
      if (operation === 'putAcl') throw failure('denied', undefined, 'bucket', key);
    };
    const transferId = await world.start(to(true));
    const { failures } = await world.end(transferId);
    expect(failures).toMatchObject([{ name: 'a/1', error: { reason: 'grantsMissing' } }]);
    expect(world.client.keys('bucket')).toEqual(['a/1', 't/a/1']);
    world.client.intercept = () => undefined;
    await world.transfers.handlers['transfers/retry']({ transferId }, AbortSignal.timeout(1000));
    expect(await world.end(transferId)).toMatchObject({ state: 'done', itemsDone: 1 });
    expect(world.client.keys('bucket')).toEqual(['t/a/1']);
    expect(grantsOf('t/a/1')).toEqual([own, partner]);
  });

  it('are asked for each object, although one of the lists is refused', async () => {
    fill('a/1', []);
    fill('a/2', [own, partner]);
    world.client.intercept = (operation, key) => {
      if (operation === 'getAccessList' && key === 'a/1') throw failure('denied', undefined, 'bucket', key);
    };
    expect(await world.run(to(true))).toMatchObject({ state: 'done', itemsDone: 2 });
    expect(grantsOf('t/a/2')).toEqual([own, partner]);
  });
});

describe('a save', () => {
  const key = objectKey('a/1');
  const save = async () => {
    const { etag } = world.client.buckets.get('bucket')!.get(key)!.info;
    const handlers = createObjectHandlers(() => Promise.resolve(world.client as unknown as FullCosClient));
    const document = { connectionId: connection, bucket, key, bytes: Buffer.from('new'), attributes: { headers: {} } };
    return await handlers['objects/write']({ ...document, condition: { kind: 'ifMatch', etag } }, never);
  };

  it.each(['taken', 'ignored'] as const)('keeps them, where headers for it are %s', async (how) => {
    world.client.grantHeaders = how;
    fill(key, [own, partner]);
    await save();
    expect(world.client.text('bucket', key)).toBe('new');
    expect(grantsOf(key)).toEqual([own, partner]);
  });

  it('is refused where the service does not take them, and the object stays as it was', async () => {
    world.client.grantHeaders = 'refused';
    fill(key, [own, partner]);
    await expect(save()).rejects.toMatchObject({ error: { kind: 'unsupported', reason: 'grantsRefused' } });
    expect(world.client.text('bucket', key)).toBe(key);
    expect(grantsOf(key)).toEqual([own, partner]);
  });

  it('says so where they could not be set afterwards', async () => {
    world.client.grantHeaders = 'ignored';
    fill(key, [own, partner]);
    world.client.intercept = (operation) => {
      if (operation === 'putAcl') throw failure('denied', undefined, 'bucket', key);
    };
    await expect(save()).rejects.toMatchObject({ error: { reason: 'grantsMissing', key } });
  });
});

it('lists of a service that names nobody are asked for once where a role is missing', async () => {
  world.client.hasGrants = false;
  for (const key of ['a/1', 'a/2', 'a/3', 'a/b/4', 'a/b/5']) fill(key, []);
  world.client.intercept = (operation, key) => {
    if (operation === 'getAccessList') throw failure('denied', undefined, 'bucket', key);
  };
  expect(await world.run(to(true))).toMatchObject({ state: 'done', itemsDone: 5 });
  const asked = world.client.calls.filter(({ operation }) => operation === 'getAccessList');
  expect(asked).toHaveLength(1);
});
