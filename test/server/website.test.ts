import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SiteAttributes, SitePlan } from '../../src/model/website';
import { objectKey } from '../../src/model/ids';
import type { TransferRequest } from '../../src/protocol/requests';
import { testConnectionId } from '../fakes/servedEngine';
import { startProtected, type Protected } from './protection/fixture';

describe('a website that is deployed from a folder', () => {
  let server: Protected;
  let folder: string;
  beforeAll(async () => {
    server = await startProtected();
    folder = mkdtempSync(join(tmpdir(), 'site-'));
    mkdirSync(join(folder, 'docs'));
    mkdirSync(join(folder, '.git'));
    mkdirSync(join(folder, '.well-known'));
    for (const [name, text] of Object.entries({
      'index.html': '<h1>welcome</h1>',
      '404.html': '<h1>not here</h1>',
      'style.css': 'body { color: red }',
      'docs/index.html': '<h1>docs</h1>',
      '.git/config': 'secret',
      '.env': 'secret',
      '.well-known/security.txt': 'Contact: x',
    })) {
      writeFileSync(join(folder, name), text);
    }
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await server?.close();
  });

  const run = async (request: TransferRequest) => {
    const { engine } = server;
    const { transferId } = await engine.ask('transfers/start', request);
    await expect.poll(() => engine.transfers.get(transferId)?.state, { timeout: 10_000 }).toBe('done');
    return engine.transfers.get(transferId);
  };
  const names = (files: SitePlan['same']) => files.map(({ name }) => name).sort();

  it('answers visitors with index, pages, headers and the error page, and loses what is extra', async () => {
    const { engine } = server;
    const bucket = await server.bucket();
    const place = { connectionId: testConnectionId, bucket };
    await server.put(bucket, 'old.html', 'old');
    await server.put(bucket, 'style.css', 'body { color: green }');
    const first = await engine.ask('website/plan', { ...place, prefix: '', fsPath: folder });
    expect(names(first.uploads)).toEqual([
      '.well-known/security.txt',
      '404.html',
      'docs/index.html',
      'index.html',
      'style.css',
    ]);
    expect(first).toMatchObject({
      added: { count: 4 },
      changed: { count: 1, bytes: 19 },
      unchanged: { count: 0 },
      extra: { count: 1, bytes: 3 },
      extraKeys: ['old.html'],
    });

    const site: SiteAttributes = {
      pageCacheControl: 'no-cache',
      assetCacheControl: 'public, max-age=3600',
      acl: 'public-read',
    };
    const upload = { kind: 'upload', ...place, prefix: '', sources: first.uploads, clash: 'replace', site } as const;
    expect(await run(upload)).toMatchObject({ itemsDone: 5 });
    expect(await engine.ask('website/get', place)).toBeNull();
    const website = { indexSuffix: 'index.html', errorKey: '404.html' };
    await engine.ask('website/put', { ...place, website });
    expect(await engine.ask('website/get', place)).toEqual(website);
    await run({ kind: 'delete', ...place, keys: first.extraKeys.map(objectKey), prefixes: [] });

    const base = `${server.farSide.server.info.websiteEndpoint}/${bucket}`;
    const visit = async (path: string) => {
      const answer = await fetch(`${base}${path}`);
      const { headers } = answer;
      return [answer.status, await answer.text(), headers.get('content-type'), headers.get('cache-control')];
    };
    expect(await visit('/')).toEqual([200, '<h1>welcome</h1>', 'text/html', 'no-cache']);
    expect(await visit('/docs/')).toEqual([200, '<h1>docs</h1>', 'text/html', 'no-cache']);
    expect(await visit('/style.css')).toEqual([200, 'body { color: red }', 'text/css', 'public, max-age=3600']);
    // To whom may not list the bucket, what is absent is forbidden.
    const [status, page] = await visit('/old.html');
    expect([403, 404]).toContain(status);
    expect(page).toBe('<h1>not here</h1>');

    writeFileSync(join(folder, 'index.html'), '<h1>WELCOME</h1>');
    unlinkSync(join(folder, 'style.css'));
    const second = await engine.ask('website/plan', { ...place, prefix: '', fsPath: folder });
    expect(names(second.uploads)).toEqual(['index.html']);
    expect(second).toMatchObject({ unchanged: { count: 3 }, extraKeys: ['style.css'] });
  });

  it('knows objects in parts by the checksum of the whole, and uploads anew what has none', async () => {
    const place = { connectionId: testConnectionId, bucket: await server.bucket() };
    const site = mkdtempSync(join(tmpdir(), 'parts-'));
    const stored = { 'same.js': 'alpha', 'changed.js': 'alpha', 'unsure.js': 'alpha' };
    for (const [name, text] of Object.entries({ ...stored, 'changed.js': 'gamma' })) {
      writeFileSync(join(site, name), text);
      // Older than any object: an unpacked archive has such dates, whatever is in it.
      utimesSync(join(site, name), 1_000_000, 1_000_000);
    }
    const ofParts = (key: string) => key === 'unsure.js'; // a checksum of checksums
    for (const [key, text] of Object.entries(stored)) {
      await putInParts(server, place.bucket, key, text, ofParts(key) ? 'SHA256' : 'CRC32');
    }
    const plan = await server.engine.ask('website/plan', { ...place, prefix: '', fsPath: site });
    expect(names(plan.same)).toEqual(['same.js']);
    expect(names(plan.uploads)).toEqual(['changed.js', 'unsure.js']);
    expect(plan.changed).toEqual({ count: 2, bytes: 10 });
    rmSync(site, { recursive: true });
  });

  it('never takes for extra what it leaves out of the folder', async () => {
    const { engine } = server;
    const bucket = await server.bucket();
    const place = { connectionId: testConnectionId, bucket };
    const elsewhere = mkdtempSync(join(tmpdir(), 'linked-'));
    writeFileSync(join(elsewhere, 'font.woff2'), 'font');
    symlinkSync(elsewhere, join(folder, 'fonts'));
    for (const key of ['v1/.env', 'v1/docs/.cache/x', 'v1/fonts/font.woff2', 'v1/fontsize.css']) {
      await server.put(bucket, key, 'x');
    }
    const plan = await engine.ask('website/plan', { ...place, prefix: 'v1/', fsPath: folder });
    expect(plan).toMatchObject({ extraKeys: ['v1/fontsize.css'], extra: { count: 1 } });
    unlinkSync(join(folder, 'fonts'));
    rmSync(elsewhere, { recursive: true });
  });

  it('makes nothing public by itself, and keeps to its prefix', async () => {
    const { engine } = server;
    const bucket = await server.bucket();
    const place = { connectionId: testConnectionId, bucket };
    await server.put(bucket, 'elsewhere', 'x');
    const plan = await engine.ask('website/plan', { ...place, prefix: 'v1/', fsPath: folder });
    expect(plan.extraKeys).toEqual([]);
    await run({ kind: 'upload', ...place, prefix: 'v1/', sources: plan.uploads, clash: 'replace', site: {} });
    await engine.ask('website/put', { ...place, website: { indexSuffix: 'index.html' } });
    expect(await engine.ask('objects/read', { ...place, key: objectKey('v1/404.html'), maxBytes: 100 })).toBeDefined();
    expect((await fetch(`${server.farSide.server.info.websiteEndpoint}/${bucket}/v1/`)).status).toBe(403);
  });

  it('is refused by a read-only connection, and where there is no folder', async () => {
    const { engine } = server;
    const bucket = await server.bucket();
    const website = { indexSuffix: 'index.html' };
    expect(await engine.refuse('website/put', { connectionId: server.readOnly, bucket, website })).toMatchObject({
      reason: 'readOnlyConnection',
    });
    const nowhere = { connectionId: testConnectionId, bucket, prefix: '', fsPath: join(folder, 'nowhere') };
    expect(await engine.refuse('website/plan', nowhere)).toMatchObject({ kind: 'localFile' });
  });
});

/** Stores an object as an upload of one part, with a checksum of the whole (CRC32) or of the parts' checksums. */
async function putInParts(
  { farSide }: Protected,
  Bucket: string,
  Key: string,
  Body: string,
  ChecksumAlgorithm: 'CRC32' | 'SHA256',
): Promise<void> {
  const { accessKeyId, secretAccessKey } = farSide.server.info;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({
    endpoint: farSide.hmac.endpoint,
    region: 'us-south',
    forcePathStyle: true,
    credentials,
  });
  const address = { Bucket, Key };
  const ChecksumType = ChecksumAlgorithm === 'CRC32' ? 'FULL_OBJECT' : 'COMPOSITE';
  try {
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ ...address, ChecksumAlgorithm, ChecksumType }),
    );
    const part = { ...address, UploadId, PartNumber: 1, Body, ChecksumAlgorithm };
    const { ETag, ChecksumCRC32, ChecksumSHA256 } = await client.send(new UploadPartCommand(part));
    const Parts = [{ PartNumber: 1, ETag, ChecksumCRC32, ChecksumSHA256 }];
    const completion = { ...address, UploadId, ChecksumType, MultipartUpload: { Parts } } as const;
    await client.send(new CompleteMultipartUploadCommand(completion));
  } finally {
    client.destroy();
  }
}
