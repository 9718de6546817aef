import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDigest } from '../../../src/localServer/s3/wire/checksums';
import { Fixture, type Reply } from './fixture';

type Algorithm = Parameters<typeof createDigest>[0];

let cos: Fixture;
beforeAll(async () => {
  cos = await Fixture.start({ minPartBytes: 100 });
  await cos.bucket('sums');
});
afterAll(() => cos.stop());

const path = '/sums/in-parts';
const bodies = [Buffer.alloc(70_001, 'first'), Buffer.alloc(70_001, 'second'), Buffer.from('the rest')];
const whole = Buffer.concat(bodies);
const headerOf = (algorithm: Algorithm) => `x-amz-checksum-${algorithm.toLowerCase()}`;

function sum(algorithm: Algorithm, body: Buffer): string {
  const digest = createDigest(algorithm);
  digest.update(body);
  return digest.finish();
}

function composite(algorithm: Algorithm): string {
  const raw = bodies.map((body) => Buffer.from(sum(algorithm, body), 'base64'));
  return `${sum(algorithm, Buffer.concat(raw))}-${bodies.length}`;
}

async function create(headers: Record<string, string>): Promise<Reply> {
  return cos.ask({ method: 'POST', path: `${path}?uploads`, headers });
}

function part(uploadId: string, number: number, headers: Record<string, string> = {}): Promise<Reply> {
  const body = bodies[number - 1]!;
  return cos.ask({ method: 'PUT', path: `${path}?partNumber=${number}&uploadId=${uploadId}`, headers, body });
}

function complete(uploadId: string, parts: readonly string[], headers: Record<string, string> = {}): Promise<Reply> {
  const body = `<CompleteMultipartUpload>${parts.map((more, index) => `<Part><PartNumber>${index + 1}</PartNumber>${more}</Part>`).join('')}</CompleteMultipartUpload>`;
  return cos.ask({ method: 'POST', path: `${path}?uploadId=${uploadId}`, headers, body });
}

/** An upload with all its parts, each with its checksum, and what Complete lists of them. */
async function upload(
  algorithm: Algorithm,
  type: string,
  withParts: boolean,
): Promise<{ id: string; listed: readonly string[]; created: Reply; replies: readonly Reply[] }> {
  const created = await create({ 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type });
  const id = created.xml('UploadId')!;
  const replies: Reply[] = [];
  for (const [index, body] of bodies.entries()) {
    replies.push(await part(id, index + 1, withParts ? { [headerOf(algorithm)]: sum(algorithm, body) } : {}));
  }
  const listed = replies.map(
    (reply, index) =>
      `<ETag>${reply.headers['etag']}</ETag>` +
      (withParts ? `<Checksum${algorithm}>${sum(algorithm, bodies[index]!)}</Checksum${algorithm}>` : ''),
  );
  return { id, listed, created, replies };
}

test.each([
  ['CRC32', 'FULL_OBJECT'],
  ['CRC32C', 'FULL_OBJECT'],
  ['CRC64NVME', 'FULL_OBJECT'],
  ['CRC32', 'COMPOSITE'],
  ['CRC32C', 'COMPOSITE'],
  ['SHA1', 'COMPOSITE'],
  ['SHA256', 'COMPOSITE'],
] as const)(
  'rules 56, 57, 58: an upload under %s of type %s tells its checksum at every step',
  async (algorithm, type) => {
    const value = type === 'COMPOSITE' ? composite(algorithm) : sum(algorithm, whole);
    const { id, listed, created, replies } = await upload(algorithm, type, true);
    expect([created.headers['x-amz-checksum-algorithm'], created.headers['x-amz-checksum-type']]).toEqual([
      algorithm,
      type,
    ]);
    const values = bodies.map((body) => sum(algorithm, body));
    expect(replies.map((reply) => reply.headers[headerOf(algorithm)])).toEqual(values);
    const parts = await cos.ask({ path: `${path}?uploadId=${id}` });
    expect([parts.xml('ChecksumAlgorithm'), parts.xml('ChecksumType'), parts.all(`Checksum${algorithm}`)]).toEqual([
      algorithm,
      type,
      values,
    ]);
    const uploads = await cos.ask({ path: '/sums?uploads' });
    expect([uploads.all('ChecksumAlgorithm').at(-1), uploads.all('ChecksumType').at(-1)]).toEqual([algorithm, type]);
    const done = await complete(id, listed, {
      [headerOf(algorithm)]: value,
      'x-amz-checksum-type': type,
      'x-amz-mp-object-size': String(whole.length),
    });
    expect([done.status, done.xml(`Checksum${algorithm}`), done.xml('ChecksumType')]).toEqual([200, value, type]);
    for (const method of ['HEAD', 'GET']) {
      const seen = await cos.ask({ method, path, headers: { 'x-amz-checksum-mode': 'ENABLED' } });
      expect([seen.status, seen.headers[headerOf(algorithm)], seen.headers['x-amz-checksum-type']]).toEqual([
        200,
        value,
        type,
      ]);
      expect(seen.headers['content-length']).toBe(String(whole.length));
    }
    const sizes = await Promise.all(
      bodies.map((_body, index) =>
        cos.ask({
          method: 'HEAD',
          path: `${path}?partNumber=${index + 1}`,
          headers: { 'x-amz-checksum-mode': 'ENABLED' },
        }),
      ),
    );
    expect(
      sizes.map(({ status, headers }) => [status, headers['content-length'], headers['x-amz-mp-parts-count']]),
    ).toEqual(bodies.map((body) => [206, String(body.length), '3']));
    // That of the whole would be taken for that of the part.
    expect(sizes.map(({ headers }) => headers[headerOf(algorithm)])).toEqual([undefined, undefined, undefined]);
    const listing = await cos.ask({ path: '/sums?list-type=2' });
    expect([listing.xml('ChecksumAlgorithm'), listing.xml('ChecksumType')]).toEqual([algorithm, type]);
  },
);

test.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)(
  'rule 58: parts of a FULL_OBJECT upload under %s need no checksum, and are listed without',
  async (algorithm) => {
    const { id, listed } = await upload(algorithm, 'FULL_OBJECT', false);
    const done = await complete(id, listed, { [headerOf(algorithm)]: sum(algorithm, whole) });
    expect([done.status, done.xml(`Checksum${algorithm}`), done.xml('ChecksumType')]).toEqual([
      200,
      sum(algorithm, whole),
      'FULL_OBJECT',
    ]);
  },
);

test.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)(
  'rule 58: a part without checksum is refused by a COMPOSITE upload under %s, and one of another algorithm by any',
  async (algorithm) => {
    const id = (await create({ 'x-amz-checksum-algorithm': algorithm })).xml('UploadId')!;
    const other = algorithm === 'SHA1' ? 'SHA256' : 'SHA1';
    const bare = await part(id, 1);
    const foreign = await part(id, 1, { [headerOf(other)]: sum(other, bodies[0]!) });
    expect([bare, foreign].map((reply) => [reply.status, reply.xml('Code'), reply.xml('Message')])).toEqual([
      [
        400,
        'InvalidRequest',
        `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: null.`,
      ],
      [
        400,
        'InvalidRequest',
        `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${other.toLowerCase()}.`,
      ],
    ]);
    expect((await cos.ask({ path: `${path}?uploadId=${id}` })).all('PartNumber')).toEqual([]);
  },
);

test('rules 51, 57, 73: Complete is refused where size, type, algorithm or value of the whole are not those of the parts', async () => {
  const { id, listed } = await upload('CRC32', 'FULL_OBJECT', true);
  const wrong: readonly (readonly [Record<string, string>, string])[] = [
    [{ 'x-amz-mp-object-size': String(whole.length - 1) }, 'InvalidRequest'],
    [{ 'x-amz-mp-object-size': '0' }, 'InvalidRequest'],
    [{ 'x-amz-mp-object-size': '-1' }, 'InvalidRequest'],
    [{ 'x-amz-mp-object-size': `${whole.length}.0` }, 'InvalidRequest'],
    [{ 'x-amz-checksum-type': 'COMPOSITE' }, 'InvalidRequest'],
    [{ 'x-amz-checksum-type': 'WHOLE' }, 'InvalidRequest'],
    [{ 'x-amz-checksum-sha256': sum('SHA256', whole) }, 'InvalidRequest'],
    [{ 'x-amz-checksum-crc32': 'AAAA' }, 'InvalidRequest'],
    [{ 'x-amz-checksum-crc32': sum('CRC32', whole), 'x-amz-checksum-crc32c': sum('CRC32C', whole) }, 'InvalidRequest'],
    [{ 'x-amz-checksum-crc32': sum('CRC32', bodies[0]!) }, 'BadDigest'],
    [{ 'x-amz-checksum-crc32': `${sum('CRC32', whole)}-3` }, 'BadDigest'],
    [{ 'x-amz-checksum-crc32': composite('CRC32') }, 'BadDigest'],
  ];
  for (const [headers, code] of wrong) {
    const reply = await complete(id, listed, headers);
    expect([headers, reply.status, reply.xml('Code')]).toEqual([headers, 400, code]);
  }
  expect((await cos.ask({ path: `${path}?uploadId=${id}` })).all('PartNumber')).toEqual(['1', '2', '3']);
  expect((await complete(id, listed, { 'x-amz-checksum-crc32': sum('CRC32', whole) })).status).toBe(200);
});

test('rule 58: a part of another algorithm is refused by a FULL_OBJECT upload', async () => {
  const created = await create({ 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': 'FULL_OBJECT' });
  const reply = await part(created.xml('UploadId')!, 1, { 'x-amz-checksum-sha1': sum('SHA1', bodies[0]!) });
  expect([reply.status, reply.xml('Code')]).toEqual([400, 'InvalidRequest']);
});

test('rule 57: a composite checksum of the whole is taken with and without its number of parts', async () => {
  const value = composite('SHA256');
  const { id, listed } = await upload('SHA256', 'COMPOSITE', true);
  const wrongCount = await complete(id, listed, { 'x-amz-checksum-sha256': value.replace('-3', '-4') });
  expect([wrongCount.status, wrongCount.xml('Code')]).toEqual([400, 'BadDigest']);
  const withCount = await complete(id, listed, { 'x-amz-checksum-sha256': value });
  const again = await upload('SHA256', 'COMPOSITE', true);
  const without = await complete(again.id, again.listed, { 'x-amz-checksum-sha256': value.replace('-3', '') });
  expect([withCount, without].map((reply) => reply.xml('ChecksumSHA256'))).toEqual([value, value]);
});

test('rule 57: names of checksum types and algorithms are read in any case and answered in capitals', async () => {
  const created = await create({ 'x-amz-checksum-algorithm': 'crc32c', 'x-amz-checksum-type': 'full_object' });
  expect([created.headers['x-amz-checksum-algorithm'], created.headers['x-amz-checksum-type']]).toEqual([
    'CRC32C',
    'FULL_OBJECT',
  ]);
  const id = created.xml('UploadId')!;
  const etag = (await part(id, 1)).headers['etag']!;
  const done = await complete(id, [`<ETag>${etag}</ETag>`], { 'x-amz-checksum-type': 'Full_Object' });
  expect([done.status, done.xml('ChecksumType')]).toEqual([200, 'FULL_OBJECT']);
  const seen = await cos.ask({ method: 'HEAD', path, headers: { 'x-amz-checksum-mode': 'enabled' } });
  expect(seen.headers['x-amz-checksum-crc32c']).toBe(sum('CRC32C', bodies[0]!));
});

test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
  'rule 66: a copy of an object in parts has the %s of its bytes when that is asked for',
  async (algorithm) => {
    const { id, listed } = await upload('SHA256', 'COMPOSITE', true);
    expect((await complete(id, listed)).status).toBe(200);
    const copy = await cos.ask({
      method: 'PUT',
      path: '/sums/copy',
      headers: {
        'content-length': '0',
        'x-amz-copy-source': path,
        'x-amz-checksum-algorithm': algorithm.toLowerCase(),
      },
    });
    expect([copy.status, copy.xml(`Checksum${algorithm}`), copy.xml('ChecksumType')]).toEqual([
      200,
      sum(algorithm, whole),
      'FULL_OBJECT',
    ]);
    const seen = await cos.ask({ method: 'HEAD', path: '/sums/copy', headers: { 'x-amz-checksum-mode': 'ENABLED' } });
    expect([seen.headers[headerOf(algorithm)], seen.headers['x-amz-checksum-type']]).toEqual([
      sum(algorithm, whole),
      'FULL_OBJECT',
    ]);
  },
);
