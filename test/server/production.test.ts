import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IamConnection } from '../../src/model/connection';
import { bucketName, objectKey } from '../../src/model/ids';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import { ManualClock } from '../fakes/manualClock';
import { startServedEngine, testConnectionId as connectionId, type EngineUnderTest } from '../fakes/servedEngine';

const bucket = bucketName('precious');
const key = objectKey('a.txt');

describe('a production connection', () => {
  let farSide: LocalFarSide;
  let engine: EngineUnderTest;
  let clock: ManualClock;
  const production = (): IamConnection => ({ ...farSide.iam, isProduction: true });
  const write = { connectionId, bucket, key, bytes: Buffer.from('x'), attributes: { headers: {} } };
  const put = async () => await engine.send('objects/write', { ...write, condition: { kind: 'always' } });
  const locked = { ok: false, error: { kind: 'denied', reason: 'productionLocked', retry: 'never' } };
  const start = async (connection: IamConnection) => {
    clock = new ManualClock();
    clock.wallMs = Date.now();
    const credentials = { [connectionId]: farSide.apiKey };
    engine = await startServedEngine({ connections: [connection], credentials, clock });
  };

  beforeAll(async () => {
    farSide = await startLocalFarSide();
    await start(farSide.iam);
    await engine.ask('buckets/create', { connectionId, bucket, location: 'us-south', storageClass: 'smart' });
    expect((await put()).ok).toBe(true);
    await engine.close();
  });
  afterEach(async () => await engine.close());
  afterAll(async () => await farSide.close());

  it('lets everybody read, and sends no change until its name was typed', async () => {
    await start(production());
    expect((await engine.ask('objects/head', { connectionId, bucket, key })).sizeBytes).toBe(1);
    farSide.server.requests.clear();
    expect(await put()).toMatchObject(locked);
    expect(await engine.send('buckets/delete', { connectionId, bucket })).toMatchObject(locked);
    const link = { connectionId, bucket, key, wish: { method: 'PUT', expiresSeconds: 60 } } as const;
    expect(await engine.send('links/create', link)).toMatchObject(locked);
    const policy = { connectionId, name: 'key', role: 'Reader' } as const;
    expect(await engine.send('accounts/createHmacKey', policy)).toMatchObject(locked);
    expect(await engine.send('uploads/abort', { connectionId, bucket, uploads: [] })).toMatchObject(locked);
    expect(farSide.server.requests.read().byOperation).toEqual({});
  });

  it('takes nothing but its name', async () => {
    await start(production());
    for (const typedName of ['', 'TEST', 'test ']) {
      const error = await engine.refuse('connection/allowChanges', { connectionId, typedName });
      expect(error).toMatchObject({ kind: 'invalid', reason: 'notConfirmed' });
    }
    expect(await put()).toMatchObject(locked);
    await engine.ask('connection/allowChanges', { connectionId, typedName: 'test' });
    expect((await put()).ok).toBe(true);
  });

  it('stays open while changes go on, and closes after 15 quiet minutes or an edit', async () => {
    await start(production());
    await engine.ask('connection/allowChanges', { connectionId, typedName: 'test' });
    for (let again = 0; again < 3; again++) {
      clock.advance(14 * 60_000);
      expect((await put()).ok).toBe(true);
    }
    clock.advance(16 * 60_000);
    expect(await put()).toMatchObject(locked);
    await engine.ask('connection/allowChanges', { connectionId, typedName: 'test' });
    await engine.ask('connection/forget', { connectionId });
    expect(await put()).toMatchObject(locked);
  });

  it('is read-only all the same where it is marked so', async () => {
    await start({ ...production(), isReadOnly: true });
    await engine.ask('connection/allowChanges', { connectionId, typedName: 'test' });
    expect(await put()).toMatchObject({ ok: false, error: { reason: 'readOnlyConnection' } });
  });
});
