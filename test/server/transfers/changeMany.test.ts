import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttributeChange, SeenMark } from '../../../src/model/objectState';
import { objectKey, type BucketName } from '../../../src/model/ids';
import type { TransferSnapshot } from '../../../src/model/transferState';
import { testConnectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from '../protection/fixture';

let server: Protected;
beforeAll(async () => {
  server = await startProtected();
});
afterAll(async () => await server?.close());

interface Wish {
  readonly keys?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly change: AttributeChange;
  readonly seen?: Readonly<Record<string, SeenMark>>;
  readonly method?: 'copy' | 'put';
}

async function change(bucket: BucketName, wish: Wish): Promise<TransferSnapshot> {
  const { engine } = server;
  const { transferId } = await engine.ask('transfers/start', {
    kind: 'change',
    connectionId: testConnectionId,
    bucket,
    prefixes: [],
    method: 'copy',
    ...wish,
    keys: (wish.keys ?? []).map(objectKey),
  });
  return await engine.ended(transferId);
}

const addressOf = (bucket: BucketName, key: string) => ({
  connectionId: testConnectionId,
  bucket,
  key: objectKey(key),
});
const stateOf = async (bucket: BucketName, key: string) =>
  await server.engine.ask('attributes/get', addressOf(bucket, key));

describe('changing the properties of many objects', () => {
  it('changes what is named in a folder and in a selection, each object once, and keeps everything else', async () => {
    const bucket = await server.bucket();
    for (const [key, owner] of [
      ['f/a', 'one'],
      ['f/g/b', 'two'],
      ['c', 'three'],
      ['untouched', 'four'],
    ] as const) {
      await server.put(bucket, key, key, {
        headers: { contentType: 'text/plain', cacheControl: 'no-cache' },
        metadata: { owner, old: 'x' },
        tags: { stage: owner },
      });
    }
    const end = await change(bucket, {
      keys: ['c', 'f/a'],
      prefixes: ['f/', 'f/g/'],
      change: { headers: { cacheControl: null }, metadata: { case: '7', old: null }, tags: { project: 'alpha' } },
    });
    expect(end).toMatchObject({ kind: 'change', state: 'done', itemsDone: 3, itemsTotal: 3, failures: [] });
    for (const [key, owner] of [
      ['f/a', 'one'],
      ['f/g/b', 'two'],
      ['c', 'three'],
    ] as const) {
      const { info, tags } = await stateOf(bucket, key);
      expect(info.headers).toEqual({ contentType: 'text/plain' });
      expect(info.metadata).toEqual({ owner, case: '7' });
      expect(tags).toEqual({ stage: owner, project: 'alpha' });
      const { bytes } = await server.engine.ask('objects/read', { ...addressOf(bucket, key), maxBytes: 100 });
      expect(Buffer.from(bytes).toString()).toBe(key);
    }
    expect((await stateOf(bucket, 'untouched')).info.metadata).toEqual({ owner: 'four', old: 'x' });
  });

  it.each(['copy', 'put'] as const)('leaves protected objects as they are and says why, by %s', async (method) => {
    const bucket = await server.retained([0, 0, 30]);
    await server.put(bucket, 'free');
    const held = await server.put(bucket, 'held');
    await server.engine.ask('protection/addHold', { ...held, holdId: 'court' });
    const writes = () => {
      const { CopyObject = 0, PutObject = 0 } = server.farSide.server.requests.read().byOperation;
      return CopyObject + PutObject;
    };
    const before = writes();
    const end = await change(bucket, { prefixes: [''], change: { metadata: { a: 'b' } }, method });
    expect(end).toMatchObject({
      state: 'failed',
      itemsDone: 1,
      itemsFailed: 1,
      failures: [{ name: 'held', error: { kind: 'held' } }],
    });
    expect(writes() - before).toBe(1);
    expect((await stateOf(bucket, 'held')).info.metadata).toEqual({});
    expect((await stateOf(bucket, 'free')).info.metadata).toEqual({ a: 'b' });
    // Tags are no part of what a hold protects.
    expect(await change(bucket, { prefixes: [''], change: { tags: { t: '1' } } })).toMatchObject({
      state: 'done',
      itemsDone: 2,
    });
  });

  it('leaves an object alone that is no longer the one that was seen', async () => {
    const bucket = await server.bucket();
    const seen = await server.put(bucket, 'seen', 'before');
    const { etag, modifiedAtMs } = (await stateOf(bucket, 'seen')).info;
    await server.put(bucket, 'seen', 'after');
    const end = await change(bucket, {
      keys: [seen.key],
      seen: { [seen.key]: { etag, modifiedAtMs } },
      change: { metadata: { a: 'b' } },
    });
    expect(end.failures).toMatchObject([
      { name: 'seen', error: { reason: 'changedMeanwhile', op: 'ChangeAttributes' } },
    ]);
    expect((await stateOf(bucket, 'seen')).info.metadata).toEqual({});
  });

  it('keeps the lock with the old version and gives it to the new one', async () => {
    const bucket = await server.bucket('locked');
    const address = await server.put(bucket, 'record');
    const retainUntilMs = Math.floor(server.nowMs() / 1000) * 1000 + 86_400_000;
    const retention = { mode: 'GOVERNANCE', retainUntilMs } as const;
    await server.engine.ask('protection/setLock', { ...address, retention, bypassGovernance: false });
    const before = await stateOf(bucket, 'record');
    expect(await change(bucket, { keys: ['record'], change: { metadata: { a: 'b' } } })).toMatchObject({
      state: 'done',
    });
    const after = await stateOf(bucket, 'record');
    const lock = { kind: 'objectLock', mode: 'GOVERNANCE', retainUntilMs };
    expect(after.info.versionId).not.toBe(before.info.versionId);
    expect(after.protection).toMatchObject(lock);
    const old = { ...address, versionId: before.info.versionId! };
    expect(await server.engine.ask('protection/get', old)).toMatchObject(lock);
  });

  it('tries again what failed, and that alone', async () => {
    const bucket = await server.retained([0, 0, 30]);
    await server.put(bucket, 'a');
    const held = await server.put(bucket, 'b');
    await server.engine.ask('protection/addHold', { ...held, holdId: 'court' });
    const first = await change(bucket, { prefixes: [''], change: { metadata: { a: 'b' } } });
    expect(first).toMatchObject({ state: 'failed', itemsDone: 1, itemsFailed: 1 });
    await server.engine.ask('protection/removeHold', { ...held, holdId: 'court' });
    const copies = () => server.farSide.server.requests.read().byOperation['CopyObject'] ?? 0;
    const before = copies();
    await server.engine.ask('transfers/retry', { transferId: first.transferId });
    expect(await server.engine.ended(first.transferId)).toMatchObject({ state: 'done', itemsDone: 2, itemsFailed: 0 });
    expect(copies() - before).toBe(1);
    expect((await stateOf(bucket, 'b')).info.metadata).toEqual({ a: 'b' });
  });
});
