import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { partChecksum } from '../../../src/engine/checksums/partChecksum';
import { bucketName, objectKey } from '../../../src/model/ids';
import { verdictText } from '../../../src/model/verdict';
import { startFlippingRelay, type FlippingRelay, type Tampering } from '../../fakes/flippingRelay';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import { startServedEngine, testConnectionId, type EngineUnderTest } from '../../fakes/servedEngine';

const bucket = bucketName('proof');
const connectionId = testConnectionId;
const bytes = randomBytes(11 * 1024 * 1024);

let farSide: LocalFarSide;
let relay: FlippingRelay;
let engine: EngineUnderTest;
let folder: string;

beforeAll(async () => {
  farSide = await startLocalFarSide();
  relay = await startFlippingRelay(farSide.hmac.endpoint);
});

afterAll(async () => {
  await relay.close();
  await farSide.close();
});

/** What an engine learns of an endpoint it learns once: each test has its own. */
beforeEach(async () => {
  relay.tampering = {};
  const connection = { ...farSide.hmac, endpoint: relay.endpoint, locationEndpoints: {} };
  engine = await startServedEngine({
    connections: [connection],
    credentials: { [connectionId]: farSide.hmacKey },
    configuration: { preferredPartBytes: 5 * 1024 * 1024 },
  });
  folder = mkdtempSync(join(tmpdir(), 'cos-proof-'));
  await engine.send('buckets/create', { connectionId, bucket });
  relay.seen.length = 0;
  return async () => {
    await engine.close();
    rmSync(folder, { recursive: true });
  };
});

async function upload(name: string): Promise<string> {
  const fsPath = join(folder, name);
  writeFileSync(fsPath, bytes);
  const sources = [{ fsPath }];
  const end = await engine.run({ kind: 'upload', connectionId, bucket, prefix: '', sources, clash: 'replace' });
  rmSync(fsPath);
  return end.verdicts === undefined
    ? `${end.state}: ${end.error?.detail ?? ''}`
    : verdictText(end.verdicts[0]!.verdict);
}

async function download(key: string): Promise<{ text: string; names: readonly string[] }> {
  const sources = [{ kind: 'object', key: objectKey(key) } as const];
  const end = await engine.run({
    kind: 'download',
    connectionId,
    bucket,
    sources,
    folderFsPath: folder,
    clash: 'fail',
  });
  const names = readdirSync(folder);
  return { text: end.verdicts === undefined ? end.state : verdictText(end.verdicts[0]!.verdict), names };
}

const asksForWhole = () => relay.seen.filter(({ headers }) => headers['x-amz-checksum-type'] === 'FULL_OBJECT').length;

it('gives what goes up in parts a checksum of the whole, which vouches for its download', async () => {
  expect(await upload('whole.bin')).toBe('verified by CRC32');
  const info = await engine.ask('objects/head', { connectionId, bucket, key: objectKey('whole.bin') });
  expect(info).toMatchObject({
    checksumType: 'FULL_OBJECT',
    checksums: { CRC32: partChecksum('CRC32', bytes) },
  });
  expect(asksForWhole()).toBe(2);
  expect(await download('whole.bin')).toEqual({ text: 'verified by CRC32', names: ['whole.bin'] });
  expect(readFileSync(join(folder, 'whole.bin')).equals(bytes)).toBe(true);
});

it('stores an object all the same where a service refuses to begin it with a checksum of the whole, and says so', async () => {
  relay.tampering = {
    refuse: (_method, path, headers) =>
      path.includes('?uploads') && headers['x-amz-checksum-type'] !== undefined ? 'InvalidRequest' : undefined,
  };
  const partly = 'verified by CRC32, part by part: the service refuses a checksum of the whole';
  expect([await upload('refused.bin'), await upload('again.bin')]).toEqual([partly, partly]);
  // Learned from the first one.
  expect(asksForWhole()).toBe(1);
});

it('stores an object all the same where a service refuses a checksum of the whole at its end', async () => {
  relay.tampering = {
    refuse: (_method, path, headers) =>
      path.includes('uploadId=') && headers['x-amz-checksum-type'] !== undefined ? 'NotImplemented' : undefined,
  };
  // It was begun with one, and the service made it by itself.
  expect(await upload('refused.bin')).toBe('verified by CRC32');
  expect(await upload('again.bin')).toContain('the service refuses a checksum of the whole');
});

it.each([
  ['BadDigest', 400],
  ['BadDigest', 200],
  ['InvalidRequest', 200],
] as const)(
  'asks once with a checksum of the whole where %s with %i refuses it, then without',
  async (code, status) => {
    relay.tampering = {
      refusalStatus: status,
      refuse: (_method, path, headers) =>
        path.includes('uploadId=') && headers['x-amz-checksum-type'] !== undefined ? code : undefined,
    };
    expect(await upload('refused.bin')).toBe('verified by CRC32');
    const ends = relay.seen.filter(({ method, path }) => method === 'POST' && path.includes('uploadId='));
    expect(ends.map(({ headers }) => headers['x-amz-checksum-crc32'] !== undefined)).toEqual([true, false]);
  },
);

it('says so where a service takes a checksum of the whole and does not keep it', async () => {
  const headers: Tampering['headers'] = (all) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith('x-amz-checksum')));
  relay.tampering = { headers };
  expect(await upload('notKept.bin')).toBe(
    'verified by CRC32, part by part: the service keeps no checksum of the whole',
  );
});

it('tells of an object that no checksum vouches for that its size alone was compared', async () => {
  await upload('bare.bin');
  relay.tampering = {
    headers: (all) => Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith('x-amz-checksum'))),
  };
  expect(await download('bare.bin')).toEqual({
    text: 'size only: the service names no checksum of the whole',
    names: ['bare.bin'],
  });
});

it('refuses what was compressed on its way, and keeps nothing of it', async () => {
  await upload('plain.bin');
  relay.seen.length = 0;
  relay.tampering = {
    headers: (all, method) => (method === 'GET' ? { ...all, 'content-encoding': 'gzip' } : all),
    body: (plain) => gzipSync(plain, { level: 1 }),
  };
  expect(await download('plain.bin')).toEqual({ text: 'failed', names: [] });
});
