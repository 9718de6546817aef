import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../src/extension/command/command';
import type { LastDeletes } from '../../../src/extension/command/lastDelete';
import { bucketName, objectKey, type BucketName } from '../../../src/model/ids';
import type { EngineMethod, EngineRequests, TransferRequest } from '../../../src/protocol/requests';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import { startServedEngine, testConnectionId as connectionId, type EngineUnderTest } from '../../fakes/servedEngine';

vi.mock('vscode', async () => (await import('../../fakes/recordingVscode')).recorded.module);
const { undoDelete } = await import('../../../src/extension/versions/undoDelete');
const { deleteObjects } = await import('../../../src/extension/objects/deleteObjects');

let farSide: LocalFarSide;
let engine: EngineUnderTest;
const deletes: LastDeletes = { last: undefined };
const said: string[] = [];

beforeAll(async () => {
  farSide = await startLocalFarSide();
  engine = await startServedEngine({
    connections: [farSide.hmac],
    credentials: { [farSide.hmac.id]: farSide.hmacKey },
  });
});
afterAll(async () => {
  await engine.close();
  await farSide.close();
});
beforeEach(() => {
  deletes.last = undefined;
  said.length = 0;
});

const services = {
  deletes,
  engine: {
    send: <M extends EngineMethod>(method: M, params: EngineRequests[M]['params']) => engine.send(method, params),
  },
  view: { select: async () => undefined },
  changes: { fire: () => undefined },
  failures: { sentence: ({ detail }: { detail: string }) => detail },
  prompts: {
    confirm: async (_message: string, _detail: string, button: string) => button,
    info: async (text: string) => void said.push(text),
    warn: async (text: string) => void said.push(text),
  },
  transfers: { run: async (request: TransferRequest) => ({ ok: true, value: await engine.run(request) }) },
} as unknown as CommandServices;

let buckets = 0;
async function newBucket(versioning: 'enabled' | 'never', ...keys: string[]): Promise<BucketName> {
  buckets += 1;
  const bucket = bucketName(`undo-${buckets}`);
  await engine.ask('buckets/create', { connectionId, bucket, locationConstraint: 'us-south-standard' } as never);
  if (versioning === 'enabled') await engine.ask('versioning/put', { connectionId, bucket, state: 'enabled' });
  for (const key of keys) await put(bucket, key);
  return bucket;
}

async function put(bucket: BucketName, key: string): Promise<void> {
  await engine.ask('objects/write', {
    connectionId,
    bucket,
    key: objectKey(key),
    bytes: Buffer.from(key),
    attributes: { headers: {} },
    condition: { kind: 'ifAbsent' },
  });
}

async function keysIn(bucket: BucketName): Promise<readonly string[]> {
  const page = await engine.ask('objects/listPage', { connectionId, bucket, prefix: '', delimiter: '' });
  return page.objects.map(({ key }) => key);
}

async function deleteThose(
  bucket: BucketName,
  keys: readonly string[],
  prefixes: readonly string[] = [],
): Promise<void> {
  await deleteObjects(services, [{ connectionId, bucket, keys: keys.map((key) => objectKey(key)), prefixes }]);
  said.length = 0;
}

it('an undo brings back what a deletion deleted though the clock of the service is five minutes ahead', async () => {
  const bucket = await newBucket('enabled', 'fold/a', 'fold/b', 'fold/ä\u0001', 'other');
  await farSide.admin('PUT', '/clock', { offsetMs: 300_000 });
  try {
    await deleteThose(bucket, [], ['fold/']);
    expect(await keysIn(bucket)).toEqual(['other']);
    await undoDelete(services, deletes.last);
  } finally {
    await farSide.admin('PUT', '/clock', { offsetMs: 0 });
  }
  expect(said).toEqual(['3 objects are there again.']);
  expect(await keysIn(bucket)).toEqual(['fold/a', 'fold/b', 'fold/ä\u0001', 'other']);
});

it('an undo is used up, and does not revive what an older deletion deleted', async () => {
  const bucket = await newBucket('enabled', 'old', 'new');
  await deleteThose(bucket, ['old']);
  await deleteThose(bucket, ['new']);
  await undoDelete(services, deletes.last);
  await undoDelete(services, deletes.last);
  expect(said).toEqual(['1 object is there again.', 'The last deletion cannot be undone: it has been undone already.']);
  expect(await keysIn(bucket)).toEqual(['new']);
});

it('a deletion in a bucket without versions cannot be undone, and leaves no older one to be revived', async () => {
  const kept = await newBucket('enabled', 'notes.txt');
  await deleteThose(kept, ['notes.txt']);
  const bucket = await newBucket('never', 'a', 'b');
  await deleteThose(bucket, ['a', 'b']);
  await undoDelete(services, deletes.last);
  await undoDelete(services, deletes.last);
  expect(said).toEqual([
    'The last deletion cannot be undone: the bucket keeps no versions.',
    'The last deletion cannot be undone: the bucket keeps no versions.',
  ]);
  expect(await keysIn(kept)).toEqual([]);
});

it('an undo counts what is there again, and tells of what stays deleted', async () => {
  const bucket = await newBucket('enabled', 'a', 'b', 'c');
  await deleteThose(bucket, ['a', 'b', 'c']);
  // Somebody deletes one of them once more, and brings back another.
  await engine.run({ kind: 'delete', connectionId, bucket, keys: [objectKey('a')], prefixes: [] });
  await engine.ask('versions/undelete', { connectionId, bucket, key: objectKey('b') });
  await undoDelete(services, deletes.last);
  expect(await keysIn(bucket)).toEqual(['b', 'c']);
  expect(said).toEqual([
    '1 object is there again. 1 are still deleted, since another delete marker hides them: Undelete removes it.',
  ]);
});

it('an undo tells of markers that it could not remove, and can be tried again', async () => {
  const bucket = await newBucket('enabled', 'a', 'b');
  await deleteThose(bucket, ['a', 'b']);
  await farSide.admin('POST', '/faults', {
    match: { operation: 'DeleteObjects' },
    fault: { kind: 'status', status: 500 },
    count: 50,
  });
  const refused = await undoDelete(services, deletes.last);
  await farSide.admin('DELETE', '/faults');
  expect(refused).toMatchObject({ ok: false, error: { op: 'DeleteObjects', retry: 'later' } });
  await undoDelete(services, deletes.last);
  expect(said).toEqual(['2 objects are there again.']);
  expect(await keysIn(bucket)).toEqual(['a', 'b']);
});
