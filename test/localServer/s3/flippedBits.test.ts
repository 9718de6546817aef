import {
  closeSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../../src/localServer/store/store';
import { Fixture, withMd5, type Reply } from './fixture';
import { passed, until } from '../../until';

const mebibyte = 1024 * 1024;
const bytes = Buffer.alloc(2 * mebibyte, 'some text that is long enough to lie in a file of its own. ');

let cos: Fixture;
beforeAll(async () => {
  cos = await Fixture.start();
  await cos.bucket('shelf');
  await cos.bucket('other');
});
afterAll(() => cos.stop());

const blobsFolder = (): string => join(cos.folder, 'data', 'blobs');

function byteFiles(): string[] {
  return readdirSync(blobsFolder(), { recursive: true, encoding: 'utf8' })
    .map((name) => join(blobsFolder(), name))
    .filter((fsPath) => statSync(fsPath).isFile());
}

/** Does something that is to make byte files, and answers which. */
async function filesOf(make: () => Promise<unknown>): Promise<string[]> {
  const before = byteFiles();
  await make();
  return byteFiles().filter((fsPath) => !before.includes(fsPath));
}

function flipBit(fsPath: string, position: number): void {
  const { atime, mtime } = statSync(fsPath);
  const file = openSync(fsPath, 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, position);
  writeSync(file, Buffer.from([(byte[0] ?? 0) ^ 0x10]), 0, 1, position);
  closeSync(file);
  // Whoever damages it does not tell.
  utimesSync(fsPath, atime, mtime);
}

function inDatabase(sql: string, ...values: (string | Buffer | number)[]): void {
  const database = new DatabaseSync(join(cos.folder, 'data', 'cos.db'));
  expect(database.prepare(sql).run(...values).changes).toBe(1);
  database.close();
}

function expectDamaged(reply: Reply, name: string): void {
  expect([reply.status, reply.xml('Code')]).toEqual([500, 'InternalError']);
  const message = reply.xml('Message')?.replaceAll('&quot;', '"');
  expect(message).toContain(name);
  expect(message).toContain('damaged');
}

const copy = (source: string, target: string, headers: Record<string, string> = {}): Promise<Reply> =>
  cos.ask({ method: 'PUT', path: target, headers: { 'x-amz-copy-source': source, ...headers } });

async function newUpload(path: string): Promise<string> {
  return (await cos.ask({ method: 'POST', path: `${path}?uploads` })).xml('UploadId') ?? '';
}

describe('a bit that flipped in stored bytes', () => {
  it('is found by GET of the whole, and of a range that the bit is not even in, before a byte is sent', async () => {
    const [file = ''] = await filesOf(() => cos.put('/shelf/whole', bytes));
    // Long enough ago that it is compared once, and remembered.
    await until(passed(250));
    expect((await cos.ask({ path: '/shelf/whole' })).body.equals(bytes)).toBe(true);
    flipBit(file, mebibyte);
    expectDamaged(await cos.ask({ path: '/shelf/whole' }), '"whole" in the bucket "shelf"');
    expectDamaged(await cos.ask({ path: '/shelf/whole', headers: { range: 'bytes=0-9' } }), '"whole"');
    expect((await cos.ask({ method: 'HEAD', path: '/shelf/whole' })).status).toBe(200);
    // Flipped back, it is what was uploaded.
    flipBit(file, mebibyte);
    expect((await cos.ask({ path: '/shelf/whole' })).body.equals(bytes)).toBe(true);
    flipBit(file, mebibyte);
    await cos.put('/shelf/whole', bytes);
    expect((await cos.ask({ path: '/shelf/whole' })).body.equals(bytes)).toBe(true);
  });

  it('is found by copies, which leave nothing behind, and by copies of a part', async () => {
    const [file = ''] = await filesOf(() => cos.put('/shelf/source', bytes));
    flipBit(file, bytes.length - 1);
    expectDamaged(await copy('/shelf/source', '/other/target'), '"source" in the bucket "shelf"');
    expectDamaged(await copy('/shelf/source', '/other/target', { 'x-amz-checksum-algorithm': 'SHA256' }), '"source"');
    expect((await cos.ask({ path: '/other/target' })).status).toBe(404);
    const upload = await newUpload('/other/target');
    const part = (headers: Record<string, string>): Promise<Reply> =>
      copy('/shelf/source', `/other/target?partNumber=1&uploadId=${upload}`, headers);
    expectDamaged(await part({}), '"source"');
    expectDamaged(await part({ 'x-amz-copy-source-range': 'bytes=0-99' }), '"source"');
    const parts = await cos.ask({ path: `/other/target?uploadId=${upload}` });
    expect([parts.status, parts.all('Part')]).toEqual([200, []]);
  });

  it('in one part of an upload in parts keeps back that part and the whole, not the other', async () => {
    const upload = await newUpload('/shelf/parts');
    const etags: string[] = [];
    const partBytes = Buffer.concat([bytes, bytes, bytes]);
    const put = async (partNumber: number): Promise<void> => {
      const reply = await cos.ask({
        method: 'PUT',
        path: `/shelf/parts?partNumber=${partNumber}&uploadId=${upload}`,
        body: partBytes,
      });
      etags.push(reply.headers['etag'] ?? '');
    };
    await put(1);
    const [second = ''] = await filesOf(() => put(2));
    const list = etags.map((etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`);
    const body = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`;
    expect((await cos.ask({ method: 'POST', path: `/shelf/parts?uploadId=${upload}`, body })).status).toBe(200);
    flipBit(second, 5);
    expectDamaged(await cos.ask({ path: '/shelf/parts' }), '"parts"');
    expectDamaged(await cos.ask({ path: '/shelf/parts?partNumber=2' }), '"parts"');
    expect((await cos.ask({ path: '/shelf/parts?partNumber=1' })).body.equals(partBytes)).toBe(true);
  });

  it('is found in a small body, which has no file', async () => {
    await cos.put('/shelf/small', 'yes, delete nothing');
    inDatabase(
      'UPDATE blobs SET bytes = ? WHERE bytes = ?',
      Buffer.from('yes, delete nothinf'),
      Buffer.from('yes, delete nothing'),
    );
    expectDamaged(await cos.ask({ path: '/shelf/small' }), '"small"');
  });

  it('is told in the log, too, with the version where there are several', async () => {
    await cos.bucket('history');
    const on = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
    expect((await cos.ask({ method: 'PUT', path: '/history?versioning', body: on, headers: withMd5(on) })).status).toBe(
      200,
    );
    const [file = ''] = await filesOf(() => cos.put('/history/old', bytes));
    const versionId = (await cos.ask({ method: 'HEAD', path: '/history/old' })).headers['x-amz-version-id'] ?? '';
    await cos.put('/history/old', bytes);
    flipBit(file, 0);
    expect((await cos.ask({ path: '/history/old' })).status).toBe(200);
    expectDamaged(await cos.ask({ path: `/history/old?versionId=${versionId}` }), `"old" (version ${versionId})`);
    expect(cos.logged.at(-1)).toContain(versionId);
  });

  it('goes unnoticed only where an older server took no checksum', async () => {
    const [file = ''] = await filesOf(() => cos.put('/shelf/older', bytes));
    inDatabase('UPDATE blobs SET crc32 = NULL WHERE id = (SELECT max(id) FROM blobs)');
    flipBit(file, 7);
    const reply = await cos.ask({ path: '/shelf/older' });
    expect([reply.status, reply.body.length]).toEqual([200, bytes.length]);
  });
});

it('a byte file that is cut off or gone is damage, told before a byte is sent', async () => {
  const [cut = ''] = await filesOf(() => cos.put('/shelf/cut', bytes));
  truncateSync(cut, 100);
  expectDamaged(await cos.ask({ path: '/shelf/cut' }), '"cut"');
  const [gone = ''] = await filesOf(() => cos.put('/shelf/gone', bytes));
  rmSync(gone);
  expectDamaged(await cos.ask({ path: '/shelf/gone', headers: { range: 'bytes=5-6' } }), '"gone"');
});

describe('a stored document that can no longer be read', () => {
  it('is told with the object that it is of', async () => {
    await cos.put('/shelf/described', 'x', { 'x-amz-meta-colour': 'green' });
    inDatabase("UPDATE versions SET attributes = '{\"headers' WHERE key = ?", Buffer.from('described'));
    expectDamaged(await cos.ask({ path: '/shelf/described' }), '"described"');
    inDatabase(
      'UPDATE versions SET attributes = \'{"headers":{},"metadata":{}}\' WHERE key = ?',
      Buffer.from('described'),
    );
  });

  it('is told by the listing that meets it, which leaves nothing out in silence', async () => {
    await cos.put('/shelf/archived', 'x');
    inDatabase("UPDATE versions SET archive = '{' WHERE key = ?", Buffer.from('archived'));
    expectDamaged(await cos.ask({ path: '/shelf?list-type=2' }), '"archived"');
    inDatabase('UPDATE versions SET archive = NULL WHERE key = ?', Buffer.from('archived'));
  });

  it('is told with the setting and the bucket that it is of', async () => {
    const rule = '<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>';
    const body = `<CORSConfiguration>${rule}</CORSConfiguration>`;
    expect((await cos.ask({ method: 'PUT', path: '/other?cors', body, headers: withMd5(body) })).status).toBe(200);
    inDatabase("UPDATE bucket_settings SET value = 'null}' WHERE name = 'cors'");
    const reply = await cos.ask({ path: '/other?cors', headers: { origin: 'https://example.com' } });
    expectDamaged(reply, 'The setting "cors" of the bucket "other"');
  });
});

it('opens a data folder of before there were checksums, and takes them of what is stored from then on', async () => {
  const folder = join(cos.folder, 'older');
  await openStore(folder).close();
  const database = new DatabaseSync(join(folder, 'cos.db'));
  database.exec('ALTER TABLE blobs DROP COLUMN crc32; PRAGMA user_version = 2;');
  database.exec("INSERT INTO blobs (id, refs, size_bytes, bytes) VALUES (1, 1, 3, 'old')");
  database.prepare('UPDATE blobs SET bytes = ?').run(Buffer.from('old'));
  database.close();
  const store = openStore(folder);
  const owner = { bucketId: 1, key: 'k', versionId: 'null' };
  const read = async (blobId: number): Promise<string> => {
    const chunks: Buffer[] = [];
    for await (const chunk of await store.blobs.read(owner, [{ blobId, sizeBytes: 3 }], 0, 3)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  expect(await read(1)).toBe('old');
  const staged = store.blobs.stage();
  await staged.write(Buffer.from('new'));
  await staged.seal();
  const id = await store.write(() => staged.commit());
  expect(await read(id)).toBe('new');
  const other = new DatabaseSync(join(folder, 'cos.db'));
  other.prepare('UPDATE blobs SET bytes = ? WHERE id = ?').run(Buffer.from('nex'), id);
  other.close();
  await expect(read(id)).rejects.toThrow('"k" are damaged');
  await store.close();
});
