import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHash } from 'node:crypto';
import { Fixture, withMd5 } from './fixture';
import { createDigest } from '../../../src/localServer/s3/wire/checksums';

let cos: Fixture;
beforeAll(async () => {
  cos = await Fixture.start({ minPartBytes: 100 });
  await cos.bucket('multipart');
});
afterAll(() => cos.stop());

const path = '/multipart/big%20key';
const create = async (headers: Record<string, string> = {}): Promise<string> =>
  (await cos.ask({ method: 'POST', path: `${path}?uploads`, headers })).xml('UploadId')!;
const part = (uploadId: string, number: number, body: string | Buffer, headers: Record<string, string> = {}) =>
  cos.ask({ method: 'PUT', path: `${path}?partNumber=${number}&uploadId=${uploadId}`, body, headers });
const complete = (
  uploadId: string,
  parts: readonly (readonly [number, string, string?])[],
  headers: Record<string, string> = {},
) =>
  cos.ask({
    method: 'POST',
    path: `${path}?uploadId=${uploadId}`,
    headers,
    body: `<CompleteMultipartUpload>${parts.map(([number, etag, more = '']) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag>${more}</Part>`).join('')}</CompleteMultipartUpload>`,
  });
const first = Buffer.alloc(20_000, 1);
const second = Buffer.alloc(333, 2);
const md5 = (body: Buffer) => createHash('md5').update(body).digest();
const sum = (algorithm: Parameters<typeof createDigest>[0], body: Buffer): string => {
  const digest = createDigest(algorithm);
  digest.update(body);
  return digest.finish();
};

test('rules 57, 59, 72, 75, 76: parts in any order become one object with the metadata of its creation', async () => {
  const upload = await create({ 'x-amz-meta-a': '1', 'content-type': 'a/b', 'x-amz-tagging': 't=1' });
  const b = await part(upload, 7, second);
  await part(upload, 2, 'replaced later');
  const a = await part(upload, 2, first);
  expect((await cos.ask({ path: '/multipart' })).all('Key')).toEqual([]);
  const done = await complete(upload, [
    [2, a.headers['etag']!.replaceAll('"', '&quot;')],
    [7, b.headers['etag']!.replaceAll('"', '')],
  ]);
  const etag = `${createHash('md5')
    .update(Buffer.concat([md5(first), md5(second)]))
    .digest('hex')}-2`;
  expect([done.status, done.xml('ETag')]).toEqual([200, `&quot;${etag}&quot;`]);
  const whole = Buffer.concat([first, second]);
  expect([done.xml('ChecksumCRC64NVME'), done.xml('ChecksumType')]).toEqual([sum('CRC64NVME', whole), 'FULL_OBJECT']);
  const get = await cos.ask({ path });
  expect(get.body.equals(whole)).toBe(true);
  expect([get.headers['x-amz-meta-a'], get.headers['content-type'], get.headers['x-amz-tagging-count']]).toEqual([
    '1',
    'a/b',
    '1',
  ]);
  const range = await cos.ask({ path, headers: { range: 'bytes=19990-20009' } });
  expect(range.body.equals(whole.subarray(19_990, 20_010))).toBe(true);
  const one = await cos.ask({ path: `${path}?partNumber=7` });
  expect([one.status, one.headers['x-amz-mp-parts-count'], one.body.equals(second)]).toEqual([206, '2', true]);
});

test.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)(
  'rules 57, 58: %s is composite, and Complete must name each part’s',
  async (algorithm) => {
    const upload = await create({ 'x-amz-checksum-algorithm': algorithm });
    const header = `x-amz-checksum-${algorithm.toLowerCase()}`;
    const replies = [
      await part(upload, 1, first, { [header]: sum(algorithm, first) }),
      await part(upload, 2, second, { [header]: sum(algorithm, second) }),
    ];
    expect(replies.map((reply) => reply.headers[header])).toEqual([sum(algorithm, first), sum(algorithm, second)]);
    const entry = (index: number, value?: string) =>
      [
        index + 1,
        replies[index]!.headers['etag']!,
        value === undefined ? '' : `<Checksum${algorithm}>${value}</Checksum${algorithm}>`,
      ] as const;
    expect((await complete(upload, [entry(0), entry(1)])).xml('Code')).toBe('InvalidRequest');
    expect(
      (await complete(upload, [entry(0, sum(algorithm, second)), entry(1, sum(algorithm, second))])).xml('Code'),
    ).toBe('InvalidPart');
    const done = await complete(upload, [entry(0, sum(algorithm, first)), entry(1, sum(algorithm, second))]);
    const raw = Buffer.concat([first, second].map((body) => Buffer.from(sum(algorithm, body), 'base64')));
    expect([done.xml(`Checksum${algorithm}`), done.xml('ChecksumType')]).toEqual([
      `${sum(algorithm, raw)}-2`,
      'COMPOSITE',
    ]);
  },
);

test('rule 57: full-object CRC32 is that of the whole, and a wrong whole-object checksum stores nothing', async () => {
  const upload = await create({ 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': 'FULL_OBJECT' });
  const etags = [
    (await part(upload, 1, first)).headers['etag']!,
    (await part(upload, 2, second)).headers['etag']!,
  ] as const;
  const parts = [
    [1, etags[0]],
    [2, etags[1]],
  ] as const;
  expect((await complete(upload, parts, { 'x-amz-checksum-crc32': 'AAAAAA==' })).xml('Code')).toBe('BadDigest');
  const value = sum('CRC32', Buffer.concat([first, second]));
  expect((await complete(upload, parts, { 'x-amz-checksum-crc32': value })).xml('ChecksumCRC32')).toBe(value);
});

test.each([
  [{ 'x-amz-checksum-algorithm': 'SHA256', 'x-amz-checksum-type': 'FULL_OBJECT' }],
  [{ 'x-amz-checksum-algorithm': 'CRC64NVME', 'x-amz-checksum-type': 'COMPOSITE' }],
  [{ 'x-amz-checksum-algorithm': 'MD5' }],
  [{ 'x-amz-checksum-type': 'COMPOSITE' }],
])('rules 52, 57: the combination %o is refused', async (headers) => {
  const reply = await cos.ask({ method: 'POST', path: `${path}?uploads`, headers: headers });
  expect([reply.status, reply.xml('Code')]).toEqual([400, 'InvalidRequest']);
});

test.each(['0', '10001', '-1', 'x', ''])('rule 72: part number "%s" is refused', async (number) => {
  const upload = await create();
  const reply = await cos.ask({ method: 'PUT', path: `${path}?partNumber=${number}&uploadId=${upload}`, body: 'x' });
  expect(reply.xml('Code')).toBe('InvalidArgument');
});

test('rule 73: small parts, wrong order, unknown parts and empty lists are refused, and the upload stays', async () => {
  const upload = await create();
  const small = (await part(upload, 1, 'small')).headers['etag']!;
  const large = (await part(upload, 2, first)).headers['etag']!;
  const code = async (parts: Parameters<typeof complete>[1]) => (await complete(upload, parts)).xml('Code');
  expect(
    await code([
      [1, small],
      [2, large],
    ]),
  ).toBe('EntityTooSmall');
  expect(
    await code([
      [2, large],
      [1, small],
    ]),
  ).toBe('InvalidPartOrder');
  expect(
    await code([
      [2, large],
      [2, large],
    ]),
  ).toBe('InvalidPartOrder');
  expect(await code([[3, large]])).toBe('InvalidPart');
  expect(await code([[2, small]])).toBe('InvalidPart');
  expect(await code([])).toBe('MalformedXML');
  expect(
    await code([
      [2, large],
      [1, small],
    ]),
  ).toBe('InvalidPartOrder');
  expect((await complete(upload, [[2, large]])).status).toBe(200);
});

test('rule 74: Complete that is sent again, and Abort after it, are 404 and leave the object as it is', async () => {
  const upload = await create();
  const etag = (await part(upload, 1, 'the whole')).headers['etag']!;
  const whole = (await complete(upload, [[1, etag]])).xml('ETag');
  expect(whole).toBeDefined();
  const again = await complete(upload, [[1, etag]]);
  const abort = await cos.ask({ method: 'DELETE', path: `${path}?uploadId=${upload}` });
  for (const reply of [again, abort]) expect([reply.status, reply.xml('Code')]).toEqual([404, 'NoSuchUpload']);
  const found = await cos.ask({ path });
  expect([found.status, found.text]).toEqual([200, 'the whole']);
  expect(whole).toContain(found.headers['etag']!.replaceAll('"', ''));
});

test('rule 74: an unknown, aborted or completed upload does not exist', async () => {
  const upload = await create();
  const etag = (await part(upload, 1, 'x')).headers['etag']!;
  expect((await cos.ask({ method: 'DELETE', path: `${path}?uploadId=${upload}` })).status).toBe(204);
  const ended = await create();
  await part(ended, 1, 'x');
  await complete(ended, [[1, etag]]);
  for (const id of [upload, ended, 'nonsense']) {
    const replies = [
      await part(id, 1, 'x'),
      await complete(id, [[1, etag]]),
      await cos.ask({ path: `${path}?uploadId=${id}` }),
      await cos.ask({ method: 'DELETE', path: `${path}?uploadId=${id}` }),
    ];
    expect(replies.map((reply) => reply.xml('Code'))).toEqual(Array(4).fill('NoSuchUpload'));
  }
  expect((await cos.ask({ path: `/multipart/other?uploadId=${await create()}` })).xml('Code')).toBe('NoSuchUpload');
});

test('rule 78: parts and uploads come in pages', async () => {
  await cos.bucket('pages');
  const uploads: string[] = [];
  for (const key of ['a', 'a', 'b/1', 'b/2', 'c']) {
    uploads.push((await cos.ask({ method: 'POST', path: `/pages/${key}?uploads` })).xml('UploadId')!);
  }
  const found: string[] = [];
  let markers = '';
  for (;;) {
    const page = await cos.ask({ path: `/pages?uploads&max-uploads=2${markers}` });
    found.push(...page.all('UploadId'));
    if (page.xml('IsTruncated') === 'false') break;
    markers = `&key-marker=${encodeURIComponent(page.xml('NextKeyMarker')!)}&upload-id-marker=${page.xml('NextUploadIdMarker')}`;
  }
  expect(found).toEqual(uploads);
  const folded = await cos.ask({ path: '/pages?uploads&delimiter=/' });
  expect([folded.all('Key'), folded.all('Prefix')]).toEqual([
    ['a', 'a', 'c'],
    ['', 'b/'],
  ]);
  for (const number of [1, 5, 9]) {
    await cos.ask({ method: 'PUT', path: `/pages/c?partNumber=${number}&uploadId=${uploads[4]}`, body: 'x' });
  }
  const page = await cos.ask({ path: `/pages/c?uploadId=${uploads[4]}&max-parts=2` });
  expect([page.all('PartNumber'), page.xml('IsTruncated'), page.xml('NextPartNumberMarker')]).toEqual([
    ['1', '5'],
    'true',
    '5',
  ]);
  const rest = await cos.ask({ path: `/pages/c?uploadId=${uploads[4]}&part-number-marker=5` });
  expect([rest.all('PartNumber'), rest.all('Size')]).toEqual([['9'], ['1']]);
});

test('rule 48: a page of uploads names what comes next even when it is the last, and ids need a key to start from', async () => {
  await cos.bucket('open-uploads');
  const open = (key: string) =>
    cos.ask({ method: 'POST', path: `/open-uploads/${key}?uploads`, headers: { 'content-length': '0' } });
  const ids = [await open('a'), await open('b')].map((reply) => reply.xml('UploadId')!);
  const all = await cos.ask({ path: '/open-uploads?uploads' });
  expect([all.xml('IsTruncated'), all.xml('NextKeyMarker'), all.xml('NextUploadIdMarker')]).toEqual([
    'false',
    'b',
    ids[1],
  ]);
  const ignored = await cos.ask({ path: `/open-uploads?uploads&upload-id-marker=${ids[0]}` });
  expect([ignored.all('UploadId'), ignored.xml('UploadIdMarker')]).toEqual([ids, '']);
  const after = await cos.ask({ path: `/open-uploads?uploads&key-marker=a&upload-id-marker=${ids[0]}` });
  expect(after.all('UploadId')).toEqual([ids[1]]);
});

test('rule 59: the ETag of an object in parts can be made random', async () => {
  cos.switches.multipartEtag = 'random';
  try {
    const etags = new Set<string>();
    for (let run = 0; run < 2; run++) {
      const upload = await create();
      const etag = (await part(upload, 1, first)).headers['etag']!;
      etags.add((await complete(upload, [[1, etag]])).xml('ETag')!);
    }
    expect([...etags]).toEqual([expect.stringMatching(/^&quot;[0-9a-f]{32}-1&quot;$/), expect.stringMatching(/-1/)]);
  } finally {
    cos.switches.multipartEtag = 'standard';
  }
});

test('a part can be copied from a range of an object', async () => {
  await cos.put('/multipart/source', first);
  const upload = await create();
  const copy = (range?: string) =>
    cos.ask({
      method: 'PUT',
      path: `${path}?partNumber=1&uploadId=${upload}`,
      headers: {
        'content-length': '0',
        'x-amz-copy-source': '/multipart/source',
        ...(range === undefined ? {} : { 'x-amz-copy-source-range': range }),
      },
    });
  for (const bad of ['bytes=0-', 'bytes=5-2', 'bytes=0-20000', 'nonsense']) {
    expect((await copy(bad)).xml('Code')).toBe('InvalidArgument');
  }
  const copied = await copy('bytes=100-299');
  expect(copied.xml('ETag')).toBe(`&quot;${md5(first.subarray(100, 300)).toString('hex')}&quot;`);
  await complete(upload, [[1, copied.xml('ETag')!]]);
  expect((await cos.ask({ path })).body.equals(first.subarray(100, 300))).toBe(true);
});

test('rule 49: the body of Complete is verified by Content-MD5 when it is sent', async () => {
  const upload = await create();
  const etag = (await part(upload, 1, 'x')).headers['etag']!;
  expect((await complete(upload, [[1, etag]], withMd5('other'))).xml('Code')).toBe('BadDigest');
  expect((await complete(upload, [[1, etag]])).status).toBe(200);
});
