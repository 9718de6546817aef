import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketName } from '../../../src/model/ids';
import type { ClashChoice } from '../../../src/model/transferState';
import { startCountingRelay, type CountingRelay } from '../../fakes/countingRelay';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import { startServedEngine, testConnectionId, type EngineUnderTest } from '../../fakes/servedEngine';

const bucket = bucketName('counted');

describe('the requests of an upload of twenty new files', () => {
  let farSide: LocalFarSide;
  let relay: CountingRelay;
  let folder: string;
  const engines: EngineUnderTest[] = [];
  beforeAll(async () => {
    farSide = await startLocalFarSide();
    relay = await startCountingRelay(farSide.server.info.endpoint);
    folder = mkdtempSync(join(tmpdir(), 'counted-'));
    mkdirSync(join(folder, 'site'));
    for (let at = 0; at < 20; at++) writeFileSync(join(folder, 'site', `${at}.txt`), `file ${at}`);
  });
  afterAll(async () => {
    for (const engine of engines) await engine.close();
    await relay.close();
    await farSide.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Methods that one more engine sends, which knows nothing of the service yet. */
  async function upload(prefix: string, clash: ClashChoice): Promise<Record<string, number>> {
    const { locationEndpoints: _past, ...connection } = farSide.hmac;
    const engine = await startServedEngine({
      connections: [{ ...connection, endpoint: relay.endpoint }],
      credentials: { [testConnectionId]: farSide.hmacKey },
    });
    engines.push(engine);
    const place = { connectionId: testConnectionId, bucket };
    if (prefix === 'ask/') await engine.ask('buckets/create', place);
    await engine.ask('objects/listPage', { ...place, prefix: 'nothing/', delimiter: '/' });
    relay.requests.length = 0;
    const sources = [{ fsPath: join(folder, 'site') }];
    const { transferId } = await engine.ask('transfers/start', { kind: 'upload', ...place, prefix, sources, clash });
    await expect.poll(() => engine.transfers.get(transferId)?.state, { timeout: 10_000 }).toBe('done');
    expect(engine.transfers.get(transferId)).toMatchObject({ itemsDone: 20 });
    const counts: Record<string, number> = {};
    for (const request of relay.requests) {
      const method = request.includes('list-type=2') ? 'LIST' : request.split(' ', 1)[0]!;
      counts[method] = (counts[method] ?? 0) + 1;
    }
    return counts;
  }

  it('are one list, and a look and a write each where it is asked what to do about objects that exist', async () => {
    expect(await upload('ask/', 'ask')).toEqual({ LIST: 1, HEAD: 20, PUT: 20 });
  });

  it('are the same where an object that exists fails', async () => {
    expect(await upload('fail/', 'fail')).toEqual({ LIST: 1, HEAD: 20, PUT: 20 });
  });

  it('are the writes alone where objects are replaced', async () => {
    expect(await upload('replace/', 'replace')).toEqual({ PUT: 20 });
  });
});
