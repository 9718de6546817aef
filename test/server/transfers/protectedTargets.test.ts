import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectKey, type BucketName } from '../../../src/model/ids';
import type { HostRequests, TransferRequest } from '../../../src/protocol/requests';
import { testConnectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from '../protection/fixture';

const names = ['free', 'held', 'retained', 'absent'];

let server: Protected;
let folder: string;
beforeAll(async () => {
  server = await startProtected();
  folder = mkdtempSync(join(tmpdir(), 'cos-clash-'));
  for (const name of names) writeFileSync(join(folder, name), name);
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true });
});

/** A bucket whose policy protects nothing by itself, with one object free, one held, and one retained. */
async function retainedBucket(): Promise<BucketName> {
  const bucket = await server.retained([0, 0, 30]);
  await server.put(bucket, 'p/free');
  const held = await server.put(bucket, 'p/held');
  await server.engine.ask('protection/addHold', { ...held, holdId: 'CASE' });
  const retained = await server.put(bucket, 'p/retained');
  const extension = { kind: 'fromNow', seconds: 86_400 } as const;
  await server.engine.ask('protection/extend', { ...retained, extension });
  return bucket;
}

/** Runs a transfer, whose questions are answered by "cancel", and answers with the question. */
async function questionOf(request: TransferRequest): Promise<HostRequests['transfer/decideClashes']['params']> {
  const { engine } = server;
  engine.clashQuestions.length = 0;
  await engine.run(request);
  const [question] = engine.clashQuestions;
  if (question === undefined) throw new Error('nothing was asked');
  return question;
}

const upload = (bucket: BucketName): TransferRequest => ({
  kind: 'upload',
  connectionId: testConnectionId,
  bucket,
  prefix: 'p/',
  sources: names.map((name) => ({ fsPath: join(folder, name) })),
  clash: 'ask',
});

function copy(from: BucketName, to: BucketName, deleteSource: boolean): TransferRequest {
  const source = { bucket: from, keys: [objectKey('free')], prefixes: ['q/p/'] };
  const target = { bucket: to, prefix: '' };
  return { kind: 'copy', connectionId: testConnectionId, source, target, deleteSource, clash: 'ask' };
}

describe('the question about existing targets', () => {
  it('tells before an upload how many of them cannot be replaced', async () => {
    const question = await questionOf(upload(await retainedBucket()));
    expect(question).toMatchObject({ clashCount: 3, protectedTargets: { count: 2, looked: 3 } });
  });

  it.each([
    ['a copy', false],
    ['a move', true],
  ])('tells it before %s of objects and folders', async (_what, deleteSource) => {
    const to = await retainedBucket();
    const from = await server.bucket();
    for (const key of ['free', 'q/p/free', 'q/p/held', 'q/p/retained', 'q/p/absent']) await server.put(from, key);
    const question = await questionOf(copy(from, to, deleteSource));
    expect(question).toMatchObject({ clashCount: 3, protectedTargets: { count: 2, looked: 3 } });
  });

  it('says nothing of it in an ordinary bucket, and looks at one object only to know', async () => {
    const to = await server.bucket();
    const from = await server.bucket();
    for (const name of names) {
      await server.put(to, `p/${name}`);
      await server.put(from, `q/p/${name}`);
    }
    await server.put(from, 'free');
    const heads = () => server.farSide.server.requests.read().byOperation['HeadObject'] ?? 0;
    const before = heads();
    const question = await questionOf(copy(from, to, false));
    expect(question.clashCount).toBe(4);
    expect(question.protectedTargets).toBeUndefined();
    // The single source, its target, and one of the targets.
    expect(heads() - before).toBe(3);
  });
});
