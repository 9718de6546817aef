import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectKey, type BucketName } from '../../../src/model/ids';
import type { TransferSnapshot } from '../../../src/model/transferState';
import type { UploadOptions } from '../../../src/model/uploadOptions';
import { testConnectionId } from '../../fakes/servedEngine';
import { patternBytes } from '../../unit/transfers/world';
import { startProtected, type Protected } from '../protection/fixture';

const dayMs = 86_400_000;
const partBytes = 8 * 1024 * 1024;

let server: Protected;
let folder: string;
beforeAll(async () => {
  server = await startProtected();
  folder = mkdtempSync(join(tmpdir(), 'cos-options-'));
  // More than goes out in one slice.
  writeFileSync(join(folder, 'small.html'), '<p>'.repeat(500_000));
  writeFileSync(join(folder, 'large.bin'), patternBytes(partBytes + 1));
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true });
});

/** Uploads one file whole and one in parts. */
async function upload(bucket: BucketName, options: UploadOptions): Promise<TransferSnapshot> {
  const { engine } = server;
  const sources = ['small.html', 'large.bin'].map((name) => ({ fsPath: join(folder, name) }));
  const request = {
    kind: 'upload',
    connectionId: testConnectionId,
    bucket,
    prefix: '',
    sources,
    clash: 'fail',
  } as const;
  return await engine.run({ ...request, options });
}

const addressOf = (bucket: BucketName, key: string) => ({
  connectionId: testConnectionId,
  bucket,
  key: objectKey(key),
});

describe('the options of an upload', () => {
  it('give headers, metadata and tags to objects in one piece and in parts', async () => {
    const bucket = await server.bucket();
    const headers = {
      contentType: 'text/x; charset=utf-8',
      cacheControl: 'max-age=60',
      contentDisposition: 'attachment; filename="ü.txt"',
      contentEncoding: 'br',
      contentLanguage: 'de',
      expires: 'Wed, 21 Oct 2026 07:28:00 GMT',
    };
    const metadata = { owner: 'Grüße', 'case-id': '7' };
    const tags = { project: 'alpha beta', stage: 'a.b-c:d' };
    expect(await upload(bucket, { headers, metadata, tags })).toMatchObject({
      failures: [],
      state: 'done',
      itemsDone: 2,
    });
    for (const key of ['small.html', 'large.bin']) {
      const info = await server.engine.ask('objects/head', addressOf(bucket, key));
      expect(info).toMatchObject({ headers, metadata: { ...metadata, owner: '=?UTF-8?B?R3LDvMOfZQ==?=' } });
      expect(await server.engine.ask('objects/getTags', addressOf(bucket, key))).toEqual(tags);
    }
  });

  it('leave the content type to each name where none was chosen', async () => {
    const bucket = await server.bucket();
    await upload(bucket, { headers: { cacheControl: 'no-store' } });
    const { headers } = await server.engine.ask('objects/head', addressOf(bucket, 'small.html'));
    expect(headers).toEqual({ contentType: 'text/html', cacheControl: 'no-store' });
  });

  it('retain and hold objects of a bucket with a retention policy, and tell what the policy refuses', async () => {
    const bucket = await server.retained([1, 1, 30]);
    const refused = await upload(bucket, { protection: { kind: 'retention', periodSeconds: 31 * 86_400 } });
    expect(refused).toMatchObject({ state: 'failed', itemsDone: 0, itemsFailed: 2 });
    expect(refused.failures[0]?.error).toMatchObject({ kind: 'invalid' });
    expect(await server.farSide.openUploads(bucket)).toEqual([]);

    const untilMs = Math.ceil((server.nowMs() + 10 * dayMs) / 1000) * 1000;
    const done = await upload(bucket, { protection: { kind: 'retention', untilMs, holdId: 'CASE-7' } });
    expect(done).toMatchObject({ failures: [], state: 'done', itemsDone: 2 });
    for (const key of ['small.html', 'large.bin']) {
      expect(await server.engine.ask('protection/get', addressOf(bucket, key))).toMatchObject({
        kind: 'retention',
        end: { kind: 'until', untilMs },
        holds: [{ id: 'CASE-7' }],
      });
    }
  });

  it('lock versions of a bucket with Object Lock', async () => {
    const bucket = await server.bucket('locked');
    const retainUntilMs = Math.ceil((server.nowMs() + 10 * dayMs) / 1000) * 1000;
    const retention = { mode: 'GOVERNANCE', retainUntilMs } as const;
    const done = await upload(bucket, { protection: { kind: 'objectLock', retention, hasLegalHold: true } });
    expect(done).toMatchObject({ failures: [], state: 'done', itemsDone: 2 });
    for (const key of ['small.html', 'large.bin']) {
      const protection = await server.engine.ask('protection/get', addressOf(bucket, key));
      expect(protection).toMatchObject({ kind: 'objectLock', mode: 'GOVERNANCE', retainUntilMs, hasLegalHold: true });
    }
  });

  it('are refused before any request where the service could not take them', async () => {
    const bucket = await server.bucket();
    const before = server.farSide.server.requests.read().total;
    const sentences: string[] = [];
    const wrong: readonly UploadOptions[] = [
      { metadata: { a: 'b'.repeat(2048) } },
      { tags: Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`t${at}`, ''])) },
      { headers: { contentType: 'text' } },
      { protection: { kind: 'retention', untilMs: server.nowMs() - 1 } },
      { protection: { kind: 'retention', holdId: "it's" } },
    ];
    for (const options of wrong) {
      const request = { kind: 'upload', connectionId: testConnectionId, bucket, prefix: '', clash: 'fail' } as const;
      const sources = [{ fsPath: join(folder, 'small.html') }];
      const refusal = await server.engine.refuse('transfers/start', { ...request, sources, options });
      expect(refusal.kind).toBe('invalid');
      sentences.push(refusal.detail);
    }
    expect(sentences).toEqual([
      'The metadata has 2049 bytes of names and values; the service takes 2048.',
      'An object has at most 10 tags.',
      'A Content-Type looks like "text/plain" or "text/html; charset=utf-8".',
      'Objects are retained until a time in the future.',
      "''' cannot be in the id of a legal hold; use letters, digits and ! _ . * ( ) -",
    ]);
    expect(server.farSide.server.requests.read().total).toBe(before);
  });
});
