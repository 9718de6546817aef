import { afterEach, beforeEach, expect, it } from 'vitest';
import { failure } from '../../fakes/memoryCosClient';
import { bucket, connection, makeWorld, type World } from './world';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.dispose());

const request = {
  kind: 'empty',
  connectionId: connection,
  bucket,
  hasVersions: true,
  isLocked: false,
  deleteBucket: true,
} as const;

it('deletes in batches of a thousand, then the bucket', async () => {
  for (let n = 0; n < 2500; n += 1) world.client.put('bucket', `d/${n}`, 'x');
  expect(await world.run(request)).toMatchObject({ state: 'done', itemsDone: 2500, itemsTotal: 2500 });
  const requests = world.client.calls.filter(({ operation }) => operation === 'deleteVersions').map(({ key }) => key);
  expect(requests).toEqual(['0 versions', '1000 versions', '1000 versions', '500 versions']);
  expect(world.client.buckets.has('bucket')).toBe(false);
});

it('aborts open uploads before it deletes objects', async () => {
  const signal = AbortSignal.timeout(1000);
  await world.client.createMultipartUpload({ bucket, key: 'half' as never }, { headers: {} }, signal);
  world.client.put('bucket', 'whole', 'x');
  expect(await world.run({ ...request, deleteBucket: false })).toMatchObject({ state: 'done', itemsDone: 2 });
  expect(world.client.uploads.size).toBe(0);
  const order = world.client.calls.map(({ operation }) => operation);
  expect(order.indexOf('abortMultipartUpload')).toBeLessThan(order.lastIndexOf('deleteVersions'));
});

it('aborts every upload that it can, and says which stayed', async () => {
  const signal = AbortSignal.timeout(1000);
  for (const key of ['first', 'stuck', 'third', 'last']) {
    await world.client.createMultipartUpload({ bucket, key: key as never }, { headers: {} }, signal);
  }
  world.client.intercept = async (operation, key) => {
    if (operation !== 'abortMultipartUpload') return;
    if (key === 'stuck') throw failure('internal', undefined, 'bucket', key);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const end = await world.run(request);
  expect(end).toMatchObject({ state: 'failed', itemsDone: 3, itemsFailed: 1, failures: [{ error: { key: 'stuck' } }] });
  expect([...world.client.uploads.values()].map(({ key }) => key)).toEqual(['stuck']);
  expect(world.client.requestsAtOnce).toBe(0);
});

it('ends no sooner than its last request where it may not abort anything', async () => {
  const signal = AbortSignal.timeout(1000);
  for (const key of ['first', 'second']) {
    await world.client.createMultipartUpload({ bucket, key: key as never }, { headers: {} }, signal);
  }
  world.client.intercept = async (operation, key) => {
    if (operation !== 'abortMultipartUpload') return;
    if (key === 'first') throw failure('signInNeeded', undefined, 'bucket', key);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  expect(await world.run(request)).toMatchObject({ state: 'failed', error: { kind: 'signInNeeded' } });
  expect(world.client.requestsAtOnce).toBe(0);
});

it('keeps the bucket where something stays, and says what', async () => {
  for (const key of ['a', 'b']) world.client.put('bucket', key, 'x');
  world.client.undeletable.add('a');
  expect(await world.run(request)).toMatchObject({
    state: 'failed',
    itemsDone: 1,
    failures: [{ name: 'a?versionId=null', error: { kind: 'denied', key: 'a' } }],
  });
  expect(world.client.count('deleteBucket')).toBe(0);
  expect(
    await world.client.listVersions(bucket, { prefix: '', delimiter: '' }, AbortSignal.timeout(1000)),
  ).toMatchObject({
    versions: [{ key: 'a' }],
  });
});

it('goes on after a pause with what is left', async () => {
  for (let n = 0; n < 1500; n += 1) world.client.put('bucket', `d/${n}`, 'x');
  let batches = 0;
  let pausing: Promise<unknown> | undefined;
  world.client.intercept = (operation) => {
    if (operation !== 'deleteVersions' || ++batches !== 2) return;
    pausing = world.transfers.handlers['transfers/pause']({ transferId: id }, AbortSignal.timeout(1000));
  };
  const id = await world.start(request);
  await expect.poll(() => pausing !== undefined).toBe(true);
  await pausing;
  expect(world.client.buckets.has('bucket')).toBe(true);
  await world.transfers.handlers['transfers/resume']({ transferId: id }, AbortSignal.timeout(1000));
  expect(await world.end(id)).toMatchObject({ state: 'done', itemsTotal: 1500 });
  expect(world.client.buckets.has('bucket')).toBe(false);
});

it('fails as a whole where the bucket is not empty after all, and can be tried again', async () => {
  world.client.put('bucket', 'a', 'x');
  let tries = 0;
  world.client.intercept = (operation) => {
    if (operation === 'deleteBucket' && ++tries === 1) throw failure('conflict', 'bucketNotEmpty', 'bucket', '');
  };
  const id = await world.start(request);
  expect(await world.end(id)).toMatchObject({ state: 'failed', itemsFailed: 0, error: { reason: 'bucketNotEmpty' } });
  await world.transfers.handlers['transfers/retry']({ transferId: id }, AbortSignal.timeout(1000));
  expect(await world.end(id)).toMatchObject({ state: 'done', itemsDone: 1 });
});
