import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketName } from '../../../src/model/ids';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import {
  plainConfiguration,
  startServedEngine,
  testConnectionId,
  type EngineUnderTest,
} from '../../fakes/servedEngine';
import { patternBytes } from '../../unit/transfers/world';

const bucket = bucketName('settings');
const mebibyte = 1024 * 1024;

let farSide: LocalFarSide;
let engine: EngineUnderTest;
let folder: string;
beforeAll(async () => {
  farSide = await startLocalFarSide();
  engine = await startServedEngine({
    connections: [farSide.hmac],
    credentials: { [testConnectionId]: farSide.hmacKey },
    // A mebibyte in 17 minutes.
    configuration: { maxBytesPerSecond: 1024 },
  });
  await engine.ask('buckets/create', { connectionId: testConnectionId, bucket });
  folder = mkdtempSync(join(tmpdir(), 'cos-settings-'));
  for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), patternBytes(mebibyte));
});
afterAll(async () => {
  await engine.close();
  await farSide.close();
  rmSync(folder, { recursive: true });
});

describe('a transfer that runs', () => {
  it('is as fast as the limit allows, and goes on at once when that is taken away', async () => {
    const sources = ['a', 'b', 'c'].map((name) => ({ fsPath: join(folder, name) }));
    const request = {
      kind: 'upload',
      connectionId: testConnectionId,
      bucket,
      prefix: '',
      sources,
      clash: 'fail',
    } as const;
    const { transferId } = await engine.ask('transfers/start', request);
    // The first file goes, and the others wait for it to be paid for.
    await expect.poll(() => engine.transfers.get(transferId)?.itemsDone, { timeout: 20_000 }).toBe(1);
    const list = { connectionId: testConnectionId, bucket, prefix: '', delimiter: '' } as const;
    expect((await engine.ask('objects/listPage', list)).objects).toHaveLength(1);
    expect(engine.transfers.get(transferId)?.state).toBe('running');
    await engine.ask('engine/configure', plainConfiguration);
    expect(await engine.ended(transferId)).toMatchObject({ state: 'done', itemsDone: 3 });
  });
});
