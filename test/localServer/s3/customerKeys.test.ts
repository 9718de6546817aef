import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Fixture, md5Base64, type Ask } from './fixture';

let cos: Fixture;
beforeAll(async () => {
  cos = await Fixture.start({ customerKeysOverHttp: 'allowed', minPartBytes: 1000 });
  await cos.bucket('sealed');
});
afterAll(() => cos.stop());

const codeOf = async (ask: Ask): Promise<string> => {
  const reply = await cos.ask(ask);
  return `${reply.status} ${reply.xml('Code') ?? ''}`.trim();
};
const keyOf = (seed: string): Buffer => createHash('sha256').update(seed).digest();
const headersOf = (key: Buffer, of = ''): Record<string, string> => ({
  [`x-amz-${of}server-side-encryption-customer-algorithm`]: 'AES256',
  [`x-amz-${of}server-side-encryption-customer-key`]: key.toString('base64'),
  [`x-amz-${of}server-side-encryption-customer-key-md5`]: md5Base64(key),
});
const one = keyOf('one');
const two = keyOf('two');
const path = '/sealed/object';
const body = Buffer.from(Array.from({ length: 60_000 }, (_, index) => index % 251));

/** Everything in the data folder. */
function stored(): Buffer {
  const folder = join(cos.folder, 'data');
  return Buffer.concat(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name))),
  );
}

test('rule 71: the three headers come together, well-formed, and over a secure connection only', async () => {
  const good = headersOf(one);
  const [algorithm = '', key = '', md5 = ''] = Object.keys(good);
  const { [md5]: _md5, ...withoutMd5 } = good;
  for (const headers of [
    withoutMd5,
    { [key]: good[key]! },
    { ...good, [algorithm]: 'AES128' },
    { ...headersOf(one.subarray(1)) },
    { ...good, [key]: 'x' },
    { ...good, [md5]: md5Base64('other') },
  ]) {
    expect(await codeOf({ method: 'PUT', path, body: 'x', headers })).toBe('400 InvalidArgument');
  }
  cos.switches.customerKeysOverHttp = 'refused';
  expect(await codeOf({ method: 'PUT', path, body: 'x', headers: good })).toBe('400 InvalidArgument');
  cos.switches.customerKeysOverHttp = 'allowed';
  expect(await codeOf({ path })).toBe('404 NoSuchKey');
});

test('rule 71: bytes are stored encrypted and read with the same key only, whole and by range', async () => {
  const put = await cos.put(path, body, headersOf(one));
  expect(put.headers['etag']).toMatch(/^"[0-9a-f]{32}"$/);
  expect(put.headers['etag']).not.toBe(`"${createHash('md5').update(body).digest('hex')}"`);
  expect(put.headers['x-amz-server-side-encryption-customer-key-md5']).toBe(md5Base64(one));
  expect(await codeOf({ path })).toBe('400 InvalidRequest');
  expect((await cos.ask({ method: 'HEAD', path })).status).toBe(400);
  expect(await codeOf({ path, headers: headersOf(two) })).toBe('403 AccessDenied');
  const get = await cos.ask({ path, headers: headersOf(one) });
  expect([get.status, get.body.equals(body), get.headers['etag']]).toEqual([200, true, put.headers['etag']]);
  for (const [from, to] of [
    [0, 0],
    [1, 16],
    [15, 33],
    [4095, 4097],
    [59_999, 59_999],
  ] as const) {
    const range = await cos.ask({ path, headers: { ...headersOf(one), range: `bytes=${from}-${to}` } });
    expect([range.status, range.body.equals(body.subarray(from, to + 1))], `${from}-${to}`).toEqual([206, true]);
  }
  await cos.put('/sealed/small', 'a secret worth hiding', headersOf(one));
  await cos.put('/sealed/plain', 'nothing to hide');
  expect(await codeOf({ path: '/sealed/plain', headers: headersOf(one) })).toBe('400 InvalidRequest');
  const bytes = stored();
  expect(bytes.includes('nothing to hide')).toBe(true);
  for (const secret of ['a secret worth hiding', one, one.toString('base64'), body.subarray(0, 64)]) {
    expect(bytes.includes(secret), String(secret)).toBe(false);
  }
});

test('rule 71: equal bodies under one key are stored as different bytes', async () => {
  await cos.put('/sealed/twin-a', 'x'.repeat(5000), headersOf(one));
  await cos.put('/sealed/twin-b', 'x'.repeat(5000), headersOf(one));
  const { id } = cos.store.buckets.find('sealed')!;
  const raw = async (key: string): Promise<Buffer> => {
    const version = cos.store.objects.findLatest(id, key)!;
    const chunks: Buffer[] = [];
    const segments = cos.store.objects.segments(version);
    for await (const chunk of await cos.store.blobs.read(version, segments, 0, version.sizeBytes)) {
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  };
  expect((await raw('twin-a')).equals(await raw('twin-b'))).toBe(false);
});

test('rule 71: parts are stored under the key of their upload, and the whole is read with it', async () => {
  const create = await cos.ask({
    method: 'POST',
    path: `${path}?uploads`,
    headers: { ...headersOf(one), 'content-length': '0' },
  });
  const upload = create.xml('UploadId')!;
  const part = (number: number, bytes: Buffer, headers: Record<string, string>) =>
    cos.ask({ method: 'PUT', path: `${path}?partNumber=${number}&uploadId=${upload}`, body: bytes, headers });
  expect((await part(1, body, {})).xml('Code')).toBe('InvalidRequest');
  expect((await part(1, body, headersOf(two))).status).toBe(403);
  const etags = [await part(1, body, headersOf(one)), await part(2, body.subarray(7), headersOf(one))].map(
    (reply) => reply.headers['etag']!,
  );
  const parts = etags.map((etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`);
  const done = await cos.ask({
    method: 'POST',
    path: `${path}?uploadId=${upload}`,
    body: `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`,
  });
  expect([done.status, done.xml('ETag')]).toEqual([200, expect.stringMatching(/-2&quot;$/)]);
  const whole = Buffer.concat([body, body.subarray(7)]);
  expect((await cos.ask({ path, headers: headersOf(one) })).body.equals(whole)).toBe(true);
  const range = await cos.ask({ path, headers: { ...headersOf(one), range: 'bytes=59990-60010' } });
  expect(range.body.equals(whole.subarray(59_990, 60_011))).toBe(true);
  expect(await codeOf({ path })).toBe('400 InvalidRequest');
});

test('rule 71: a copy reads with the key of its source and is stored under its own, or under none', async () => {
  await cos.put(path, body, headersOf(one));
  const copy = (target: string, headers: Record<string, string>) =>
    codeOf({
      method: 'PUT',
      path: `/sealed/${target}`,
      headers: { 'content-length': '0', 'x-amz-copy-source': path, ...headers },
    });
  const source = headersOf(one, 'copy-source-');
  expect(await copy('copied', {})).toBe('400 InvalidRequest');
  expect(await copy('copied', headersOf(two, 'copy-source-'))).toBe('403 AccessDenied');
  expect(await copy('copied', { ...source, ...headersOf(two) })).toBe('200');
  expect((await cos.ask({ path: '/sealed/copied', headers: headersOf(two) })).body.equals(body)).toBe(true);
  expect(await codeOf({ path: '/sealed/copied', headers: headersOf(one) })).toBe('403 AccessDenied');
  expect(await copy('opened', source)).toBe('200');
  const opened = await cos.ask({ path: '/sealed/opened' });
  expect([opened.body.equals(body), opened.headers['etag']]).toEqual([
    true,
    `"${createHash('md5').update(body).digest('hex')}"`,
  ]);
  const create = await cos.ask({ method: 'POST', path: '/sealed/parts?uploads', headers: { 'content-length': '0' } });
  const upload = create.xml('UploadId')!;
  const part = { 'x-amz-copy-source-range': 'bytes=17-5016', ...source };
  expect(await copy(`parts?partNumber=1&uploadId=${upload}`, part)).toBe('200');
  const list = await cos.ask({ path: `/sealed/parts?uploadId=${upload}` });
  expect(list.xml('ETag')).toContain(createHash('md5').update(body.subarray(17, 5017)).digest('hex'));
});

test('rule 71: bytes that were changed on disk end the read and are logged', async () => {
  await cos.put(path, body, headersOf(one));
  const { id } = cos.store.buckets.find('sealed')!;
  const version = cos.store.objects.findLatest(id, 'object')!;
  const spoiled = {
    ...version.encryption!,
    segments: [{ ...version.encryption!.segments[0]!, mac: 'A'.repeat(43) + '=' }],
  };
  const find = cos.store.objects.findLatest.bind(cos.store.objects);
  cos.store.objects.findLatest = (bucketId, key) => {
    const found = find(bucketId, key);
    return found === undefined ? undefined : { ...found, encryption: spoiled };
  };
  try {
    await expect(cos.ask({ path, headers: headersOf(one) })).rejects.toThrow();
  } finally {
    cos.store.objects.findLatest = find;
  }
  expect(cos.logged.join('\n')).toContain('were changed');
  expect(cos.logged.join('\n')).not.toContain(one.toString('base64'));
});
