import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from 'node:net';
import { createHash } from 'node:crypto';
import { Fixture, hmacKey, md5Base64, withMd5 } from './fixture';
import { signedChunks, signHeaders } from './signer';

let cos: Fixture;
beforeAll(async () => {
  cos = await Fixture.start();
  await cos.bucket('objects');
});
afterAll(() => cos.stop());

const codeOf = async (ask: Parameters<Fixture['ask']>[0]): Promise<string> => {
  const reply = await cos.ask(ask);
  return `${reply.status} ${reply.xml('Code') ?? ''}`.trim();
};
const hex = (algorithm: string, body: string | Buffer): string => createHash(algorithm).update(body).digest('hex');

describe('integrity', () => {
  const sha256 = createHash('sha256').update('content').digest('base64');
  test.each([
    [{ 'content-md5': md5Base64('other') }, 'BadDigest'],
    [{ 'content-md5': 'nonsense' }, 'InvalidDigest'],
    [{ 'x-amz-checksum-sha256': createHash('sha256').update('other').digest('base64') }, 'BadDigest'],
    [{ 'x-amz-checksum-sha256': 'AAAA' }, 'InvalidRequest'],
    [{ 'x-amz-checksum-sha256': sha256, 'x-amz-checksum-crc32': 'AAAAAA==' }, 'InvalidRequest'],
    [{ 'x-amz-checksum-sha512': 'AAAA' }, 'InvalidRequest'],
    [{ 'x-amz-sdk-checksum-algorithm': 'CRC32' }, 'InvalidRequest'],
    [{ 'x-amz-sdk-checksum-algorithm': 'XXHASH' }, 'InvalidRequest'],
  ])('rules 51, 52, 53: %o does not fit the body, and nothing is stored', async (headers, code) => {
    expect(
      await codeOf({
        method: 'PUT',
        path: '/objects/broken',
        body: 'content',
        headers: headers,
      }),
    ).toBe(`400 ${code}`);
    expect(await codeOf({ path: '/objects/broken' })).toBe('404 NoSuchKey');
  });

  test('rule 52: an algorithm that is not known is not taken for another one', async () => {
    const headers = { 'x-amz-checksum-sha512': sha256 };
    expect(await codeOf({ method: 'PUT', path: '/objects/broken', body: 'content', headers })).toBe(
      '400 InvalidRequest',
    );
  });

  // The check values of the CRC catalogue for "123456789".
  const catalogue = { crc32: 'cbf43926', crc32c: 'e3069283', crc64nvme: 'ae8b14860a799888' };
  test.each([
    ...Object.entries(catalogue).map(([name, value]) => [name, Buffer.from(value, 'hex').toString('base64')] as const),
    ['sha1', createHash('sha1').update('123456789').digest('base64')] as const,
    ['sha256', createHash('sha256').update('123456789').digest('base64')] as const,
  ])('rules 51, 55: %s is verified, stored and given back', async (name, value) => {
    const header = `x-amz-checksum-${name}`;
    const put = await cos.put(`/objects/${name}`, '123456789', { [header]: value });
    expect(put.headers[header]).toBe(value);
    const get = await cos.ask({ path: `/objects/${name}`, headers: { 'x-amz-checksum-mode': 'ENABLED' } });
    expect([get.headers[header], get.headers['x-amz-checksum-type']]).toEqual([value, 'FULL_OBJECT']);
  });

  test('rule 55: without a checksum CRC64NVME is computed, and rule 59: the ETag is the MD5', async () => {
    const put = await cos.put('/objects/plain', '123456789');
    expect(put.headers['x-amz-checksum-crc64nvme']).toBe('rosUhgp5mIg=');
    expect(put.headers['x-amz-checksum-type']).toBe('FULL_OBJECT');
    expect(put.headers['etag']).toBe(`"${hex('md5', '123456789')}"`);
  });

  test('rule 56: checksums come with checksum mode only, and never with a range', async () => {
    const mode = { 'x-amz-checksum-mode': 'ENABLED' };
    expect((await cos.ask({ path: '/objects/plain' })).headers['x-amz-checksum-crc64nvme']).toBeUndefined();
    expect((await cos.ask({ path: '/objects/plain', headers: mode })).headers['x-amz-checksum-crc64nvme']).toBe(
      'rosUhgp5mIg=',
    );
    const range = await cos.ask({ path: '/objects/plain', headers: { ...mode, range: 'bytes=0-3' } });
    expect([range.status, range.headers['x-amz-checksum-crc64nvme']]).toEqual([206, undefined]);
  });

  test.each([
    ['POST', '?delete', 'Delete'],
    ['PUT', '?cors', 'CORSConfiguration'],
    ['PUT', '?lifecycle', 'LifecycleConfiguration'],
    ['PUT', '?object-lock', 'ObjectLockConfiguration'],
    ['PUT', '/k?retention', 'Retention'],
    ['PUT', '/k?legal-hold', 'LegalHold'],
    ['PUT', '?protection', 'ProtectionConfiguration'],
    ['PUT', '?replication', 'ReplicationConfiguration'],
    ['POST', '/k?restore', 'RestoreRequest'],
    ['PUT', '?versioning', 'VersioningConfiguration'],
    ['PUT', '?website', 'WebsiteConfiguration'],
    ['PUT', '?publicAccessBlock', 'PublicAccessBlockConfiguration'],
    ['PUT', '?tagging', 'Tagging'],
    ['PUT', '/k?tagging', 'Tagging'],
    ['PUT', '/k?acl', 'AccessControlPolicy'],
  ])('rule 49: %s %s needs something that vouches for its body', async (method, query, root) => {
    if (cos.store.buckets.find('vouched') === undefined) {
      await cos.bucket('vouched', { 'x-amz-bucket-object-lock-enabled': 'true' });
      await cos.put('/vouched/k');
    }
    const ask = { method, path: `/vouched${query}`, body: `<${root}></${root}>` };
    const refusal = await cos.ask(ask);
    expect([refusal.status, refusal.xml('Message')]).toEqual([400, expect.stringContaining('Content-MD5 OR')]);
    const vouched = await cos.ask({ ...ask, headers: { 'content-md5': md5Base64(ask.body) } });
    expect(vouched.xml('Message') ?? '').not.toContain('Content-MD5 OR');
  });

  test('rule 49: what only the model asks a checksum for goes without one when the switch says so', async () => {
    const plain = (query: string, body: string) => codeOf({ method: 'PUT', path: `/objects${query}`, body });
    const website = '<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument></WebsiteConfiguration>';
    expect(await plain('?website', website)).toBe('400 InvalidRequest');
    cos.switches.modelChecksums = 'optional';
    expect(await plain('?website', website)).toBe('200');
    expect(await plain('?cors', '<CORSConfiguration/>')).toBe('400 InvalidRequest');
    cos.switches.modelChecksums = 'required';
    await cos.ask({ method: 'DELETE', path: '/objects?website' });
  });
});

describe('aws-chunked', () => {
  const unsigned = (chunks: string[], trailer = ''): string =>
    [...chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`), '0\r\n', trailer, '\r\n'].join('');
  const put = (body: string, headers: Record<string, string>) =>
    cos.ask({
      method: 'PUT',
      path: '/objects/chunked',
      body,
      headers: {
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'content-encoding': 'aws-chunked,gzip',
        ...headers,
      },
    });

  test('rule 54: chunks and their announced trailer are decoded, verified and not stored as encoding', async () => {
    const body = unsigned(['12345', '6789'], 'x-amz-checksum-crc64nvme:rosUhgp5mIg=\r\n');
    const headers = { 'x-amz-decoded-content-length': '9', 'x-amz-trailer': 'x-amz-checksum-crc64nvme' };
    const reply = await put(body, headers);
    expect([reply.status, reply.headers['x-amz-checksum-crc64nvme']]).toEqual([200, 'rosUhgp5mIg=']);
    const get = await cos.ask({ path: '/objects/chunked' });
    expect([get.text, get.headers['content-encoding']]).toEqual(['123456789', 'gzip']);
  });

  test.each([
    ['a missing length', unsigned(['12345']), {}, 'MissingContentLength'],
    ['another length', unsigned(['12345']), { 'x-amz-decoded-content-length': '6' }, 'IncompleteBody'],
    ['a missing end', '5\r\n12345\r\n', { 'x-amz-decoded-content-length': '5' }, 'IncompleteBody'],
    ['a malformed size', 'zz\r\n12345\r\n0\r\n\r\n', { 'x-amz-decoded-content-length': '5' }, 'InvalidRequest'],
    ['a wrong size', '3\r\n12345\r\n0\r\n\r\n', { 'x-amz-decoded-content-length': '5' }, 'InvalidRequest'],
    ['more after the end', `${unsigned(['12345'])}x`, { 'x-amz-decoded-content-length': '5' }, 'InvalidRequest'],
    [
      'an unannounced trailer',
      unsigned(['12345'], 'x-amz-checksum-crc32:AAAAAA==\r\n'),
      { 'x-amz-decoded-content-length': '5' },
      'InvalidRequest',
    ],
    [
      'a missing trailer',
      unsigned(['12345']),
      { 'x-amz-decoded-content-length': '5', 'x-amz-trailer': 'x-amz-checksum-crc32' },
      'InvalidRequest',
    ],
    [
      'a wrong trailer',
      unsigned(['12345'], 'x-amz-checksum-crc32:AAAAAA==\r\n'),
      { 'x-amz-decoded-content-length': '5', 'x-amz-trailer': 'x-amz-checksum-crc32' },
      'BadDigest',
    ],
  ])('rule 54: %s is refused', async (_what, body, headers, code) => {
    expect((await put(body, headers as Record<string, string>)).xml('Code')).toBe(code);
  });

  test.each([undefined, { name: 'x-amz-checksum-crc64nvme', value: 'rosUhgp5mIg=' }])(
    'rule 54: signed chunks are verified, trailer %o',
    async (trailer) => {
      const send = async (tamper: 'nothing' | 'data' | 'trailer') => {
        const timeMs = Date.now();
        const headers = {
          host: cos.endpoint().slice(7),
          'content-encoding': 'aws-chunked',
          'x-amz-decoded-content-length': '9',
          ...(trailer === undefined ? {} : { 'x-amz-trailer': trailer.name }),
        };
        const payloadHash = `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer === undefined ? '' : '-TRAILER'}`;
        const signed = signHeaders(hmacKey, timeMs, { method: 'PUT', path: '/objects/signed', headers, payloadHash });
        const body = signedChunks(
          hmacKey,
          timeMs,
          signed.signature,
          [Buffer.from('1234'), Buffer.from('56789')],
          trailer,
        );
        const text = body.toString('latin1');
        const spoilt = {
          nothing: text,
          data: text.replace('56789', '56780'),
          trailer: text.replace(/(x-amz-trailer-signature:)[0-9a-f]{4}/, '$10000'),
        };
        const sent = Buffer.from(spoilt[tamper], 'latin1');
        return codeOf({ method: 'PUT', path: '/objects/signed', as: 'anonymous', headers: signed.headers, body: sent });
      };
      expect(await send('data')).toBe('403 SignatureDoesNotMatch');
      expect(await send('trailer')).toBe(trailer === undefined ? '200' : '403 SignatureDoesNotMatch');
      expect(await send('nothing')).toBe('200');
      expect((await cos.ask({ path: '/objects/signed' })).text).toBe('123456789');
    },
  );
});

describe('objects', () => {
  test('rule 60: keys up to 1024 bytes are kept exactly, longer ones refused', async () => {
    for (const key of ['k'.repeat(1024), '%C3%A9'.repeat(512), '..%2F..%2Fetc', '%2F%2Fa', '%01', 'a%00b']) {
      await cos.put(`/objects/${key}`, key);
      expect((await cos.ask({ path: `/objects/${key}` })).text).toBe(key);
    }
    const listed = (await cos.ask({ path: '/objects?encoding-type=url' })).all('Key');
    expect(listed).toEqual(expect.arrayContaining(['../../etc', '//a', '%01', 'a%00b', '%C3%A9'.repeat(512)]));
    for (const key of ['k'.repeat(1025), '%C3%A9'.repeat(513)]) {
      expect(await codeOf({ method: 'PUT', path: `/objects/${key}`, body: '' })).toBe('400 KeyTooLong');
    }
  });

  test('rule 61: too much for one PUT is refused', async () => {
    const small = await Fixture.start({ maxPutBytes: 10 });
    try {
      await small.bucket('small');
      expect((await small.ask({ method: 'PUT', path: '/small/key', body: 'x'.repeat(11) })).xml('Code')).toBe(
        'EntityTooLarge',
      );
      expect((await small.ask({ method: 'PUT', path: '/small/key', body: 'x'.repeat(10) })).status).toBe(200);
    } finally {
      await small.stop();
    }
  });

  test('rule 62: metadata and content headers come back; too much of it is refused', async () => {
    const headers = {
      'X-Amz-Meta-Color': 'blå',
      'content-type': 'text/x-thing',
      'cache-control': 'no-cache',
      'content-disposition': 'attachment; filename="a b"',
      'content-language': 'da',
      'content-encoding': 'gzip',
      expires: 'Thu, 01 Dec 2094 16:00:00 GMT',
      'x-amz-website-redirect-location': '/elsewhere',
    };
    await cos.put('/objects/meta', 'x', headers);
    const head = await cos.ask({ method: 'HEAD', path: '/objects/meta' });
    for (const [name, value] of Object.entries(headers)) {
      expect(head.headers[name.toLowerCase()]).toBe(value);
    }
    const signed = await cos.ask({
      method: 'PUT',
      path: '/objects/meta2',
      body: '',
      as: hmacKey,
      headers: { 'x-amz-meta-a': 'blå  x' },
    });
    expect(signed.status).toBe(200);
    expect(
      await codeOf({ method: 'PUT', path: '/objects/meta', body: '', headers: { 'x-amz-meta-a': 'x'.repeat(3000) } }),
    ).toBe('400 MetadataTooLarge');
  });

  test('rule 62: a repeated metadata header is joined with a comma', async () => {
    const port = Number(cos.endpoint().split(':')[2]);
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'PUT /objects/joined HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-Manager\r\nContent-Length: 0\r\nx-amz-meta-a: 1\r\nx-amz-meta-a: 2\r\nConnection: close\r\n\r\n',
    );
    await new Promise((resolve) => socket.on('close', resolve).resume());
    expect((await cos.ask({ method: 'HEAD', path: '/objects/joined' })).headers['x-amz-meta-a']).toBe('1,2');
  });

  test.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-30', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=5-100', 206, '56789', 'bytes 5-9/10'],
    ['bytes=4-2', 200, '0123456789', undefined],
    ['bytes=1-2,4-5', 200, '0123456789', undefined],
    ['lines=1-2', 200, '0123456789', undefined],
  ])('rule 63: the range %s answers %i', async (range, status, body, contentRange) => {
    await cos.put('/objects/digits', '0123456789');
    const reply = await cos.ask({ path: '/objects/digits', headers: { range } });
    expect([reply.status, reply.text, reply.headers['content-range']]).toEqual([status, body, contentRange]);
    const head = await cos.ask({ method: 'HEAD', path: '/objects/digits', headers: { range } });
    expect([head.status, head.headers['content-length']]).toEqual([status, String(body.length)]);
  });

  test.each(['bytes=10-', 'bytes=-0', 'bytes=10-20'])('rule 63: the range %s cannot be satisfied', async (range) => {
    expect(await codeOf({ path: '/objects/digits', headers: { range } })).toBe('416 InvalidRange');
  });

  test('a range is right across the boundaries of file reads', async () => {
    const body = Buffer.from(Array.from({ length: 700_000 }, (_, index) => (index * 31) % 251));
    await cos.put('/objects/wide', body);
    const reply = await cos.ask({ path: '/objects/wide', headers: { range: 'bytes=262140-524300' } });
    expect(reply.body.equals(body.subarray(262140, 524301))).toBe(true);
  });

  test('rule 64: conditions on reading', async () => {
    const { headers } = await cos.put('/objects/conditional', 'x');
    const etag = headers['etag']!;
    const past = new Date(Date.now() - 60_000).toUTCString();
    const future = new Date(Date.now() + 60_000).toUTCString();
    const status = async (condition: Record<string, string>) =>
      (await cos.ask({ path: '/objects/conditional', headers: condition })).status;
    expect(await status({ 'if-match': etag })).toBe(200);
    expect(await status({ 'if-match': '"other", ' + etag })).toBe(200);
    expect(await status({ 'if-match': '"other"' })).toBe(412);
    expect(await status({ 'if-none-match': etag })).toBe(304);
    expect(await status({ 'if-none-match': '"other"' })).toBe(200);
    expect(await status({ 'if-modified-since': future })).toBe(304);
    expect(await status({ 'if-modified-since': past })).toBe(200);
    expect(await status({ 'if-unmodified-since': past })).toBe(412);
    expect(await status({ 'if-unmodified-since': future })).toBe(200);
    expect(await status({ 'if-match': etag, 'if-unmodified-since': past })).toBe(200);
    expect(await status({ 'if-none-match': '"other"', 'if-modified-since': future })).toBe(200);
    const unchanged = await cos.ask({ path: '/objects/conditional', headers: { 'if-none-match': etag } });
    expect([unchanged.text, unchanged.headers['etag']]).toEqual(['', etag]);
  });

  test('rule 64: conditions on writing compare with what is there', async () => {
    const { headers } = await cos.put('/objects/written', 'x');
    const put = (condition: Record<string, string>, key = 'written') =>
      codeOf({ method: 'PUT', path: `/objects/${key}`, body: 'y', headers: condition });
    expect(await put({ 'if-none-match': '*' })).toBe('412 PreconditionFailed');
    expect(await put({ 'if-none-match': headers['etag']! })).toBe('412 PreconditionFailed');
    expect(await put({ 'if-match': '"other"' })).toBe('412 PreconditionFailed');
    expect(await put({ 'if-unmodified-since': new Date(Date.now() - 60_000).toUTCString() })).toBe(
      '412 PreconditionFailed',
    );
    expect(await put({ 'if-match': '*' }, 'absent')).toBe('412 PreconditionFailed');
    expect((await cos.ask({ path: '/objects/written' })).text).toBe('x');
    expect(await put({ 'if-match': headers['etag']! })).toBe('200');
    expect(await put({ 'if-none-match': '*' }, 'fresh')).toBe('200');
  });

  test('rule 64: If-Match on a key that is absent is 412 for PUT and Complete, and nothing is stored', async () => {
    const path = '/objects/never-there';
    for (const match of ['*', '"0123456789abcdef0123456789abcdef"']) {
      const headers = { 'if-match': match };
      const put = await cos.ask({ method: 'PUT', path, body: 'x', headers });
      expect([put.status, put.xml('Code')]).toEqual([412, 'PreconditionFailed']);
      const upload = (await cos.ask({ method: 'POST', path: `${path}?uploads` })).xml('UploadId')!;
      const part = await cos.ask({ method: 'PUT', path: `${path}?partNumber=1&uploadId=${upload}`, body: 'x' });
      const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers['etag']!}</ETag></Part></CompleteMultipartUpload>`;
      const complete = await cos.ask({ method: 'POST', path: `${path}?uploadId=${upload}`, body, headers });
      expect([complete.status, complete.xml('Code')]).toEqual([412, 'PreconditionFailed']);
      const get = await cos.ask({ path, headers });
      expect([get.status, get.xml('Code')]).toEqual([404, 'NoSuchKey']);
      await cos.ask({ method: 'DELETE', path: `${path}?uploadId=${upload}` });
    }
  });

  test('rule 64: of many creations of one key with If-None-Match exactly one succeeds', async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        codeOf({ method: 'PUT', path: '/objects/race', body: String(index), headers: { 'if-none-match': '*' } }),
      ),
    );
    expect(replies.filter((reply) => reply === '200')).toHaveLength(1);
    expect(replies.filter((reply) => reply === '412 PreconditionFailed')).toHaveLength(19);
  });

  test('rule 65: deleting what is not there succeeds, reading it does not', async () => {
    expect(await codeOf({ method: 'DELETE', path: '/objects/never' })).toBe('204');
    expect(await codeOf({ path: '/objects/never' })).toBe('404 NoSuchKey');
    expect(
      await codeOf({
        method: 'PUT',
        path: '/objects/copy',
        headers: { 'x-amz-copy-source': '/objects/never', 'content-length': '0' },
      }),
    ).toBe('404 NoSuchKey');
  });

  test('response-* parameters override headers, but not for anonymous readers', async () => {
    await cos.put('/objects/shown', 'x', { 'x-amz-acl': 'public-read' });
    const path = '/objects/shown?response-content-type=a%2Fb&response-content-disposition=inline';
    const reply = await cos.ask({ path });
    expect([reply.headers['content-type'], reply.headers['content-disposition']]).toEqual(['a/b', 'inline']);
    expect(await codeOf({ path, as: 'anonymous' })).toBe('400 InvalidRequest');
    expect(await codeOf({ path: '/objects/shown?response-content-type=a%0d%0ab' })).toBe('400 InvalidArgument');
  });

  test('rule 68: tags are replaced, read, counted and removed', async () => {
    await cos.put('/objects/tagged', 'x', { 'x-amz-tagging': 'a=1&b=two%20words' });
    expect((await cos.ask({ method: 'HEAD', path: '/objects/tagged' })).headers['x-amz-tagging-count']).toBe('2');
    const body = '<Tagging><TagSet><Tag><Value>v</Value><Key>k</Key></Tag></TagSet></Tagging>';
    expect(await codeOf({ method: 'PUT', path: '/objects/tagged?tagging', body, headers: withMd5(body) })).toBe('200');
    const read = await cos.ask({ path: '/objects/tagged?tagging' });
    expect([read.all('Key'), read.all('Value')]).toEqual([['k'], ['v']]);
    expect(await codeOf({ method: 'DELETE', path: '/objects/tagged?tagging' })).toBe('204');
    expect((await cos.ask({ path: '/objects/tagged?tagging' })).text).toContain('<TagSet></TagSet>');
  });

  test.each([
    Array.from({ length: 11 }, (_, index) => `k${index}=v`).join('&'),
    'a=1&a=2',
    '=v',
    `${'k'.repeat(129)}=v`,
    `k=${'v'.repeat(257)}`,
    'ibm:a=1',
    'a%26b=1',
    '%C3%A9=1',
  ])('rule 68: the tags are refused: %s', async (tagging) => {
    expect(await codeOf({ method: 'PUT', path: '/objects/t', body: '', headers: { 'x-amz-tagging': tagging } })).toBe(
      '400 InvalidTag',
    );
  });
});

describe('copy', () => {
  const copy = (source: string, target = 'copied', headers: Record<string, string> = {}) =>
    cos.ask({
      method: 'PUT',
      path: `/objects/${target}`,
      headers: { 'content-length': '0', 'x-amz-copy-source': source, ...headers },
    });

  test('rule 66: COPY takes headers, metadata and tags along, REPLACE leaves them', async () => {
    await cos.put('/objects/source%20%C3%A9', Buffer.alloc(50_000, 3), {
      'content-type': 'a/b',
      'x-amz-meta-a': '1',
      'x-amz-tagging': 't=1',
    });
    const source = '/objects/source%20%C3%A9';
    expect(
      (await copy(source, 'copied', { 'content-type': 'ignored', 'x-amz-meta-a': 'ignored' })).xml('ETag'),
    ).toMatch(/^&quot;[0-9a-f]{32}&quot;$/);
    const copied = await cos.ask({ path: '/objects/copied' });
    expect(copied.body.equals(Buffer.alloc(50_000, 3))).toBe(true);
    expect([
      copied.headers['content-type'],
      copied.headers['x-amz-meta-a'],
      copied.headers['x-amz-tagging-count'],
    ]).toEqual(['a/b', '1', '1']);
    await copy(source.slice(1), 'replaced', {
      'x-amz-metadata-directive': 'REPLACE',
      'x-amz-tagging-directive': 'REPLACE',
    });
    const replaced = await cos.ask({ method: 'HEAD', path: '/objects/replaced' });
    expect([
      replaced.headers['content-type'],
      replaced.headers['x-amz-meta-a'],
      replaced.headers['x-amz-tagging-count'],
    ]).toEqual(['application/octet-stream', undefined, undefined]);
    await cos.ask({ method: 'DELETE', path: source });
    expect((await cos.ask({ path: '/objects/replaced' })).body.equals(Buffer.alloc(50_000, 3))).toBe(true);
  });

  test.each([
    ['%ff', 'InvalidArgument'],
    ['objects', 'InvalidArgument'],
    ['/objects/', 'InvalidArgument'],
    ['/objects/k?other=1', 'InvalidArgument'],
    ['/no-such-bucket/k', 'NoSuchBucket'],
    ['/objects/k?versionId=nonsense', 'InvalidArgument'],
  ])('rule 66: the source %s is refused', async (source, code) => {
    expect((await copy(source)).xml('Code')).toBe(code);
  });

  test('rule 66: a directive of another name and a copy onto itself without a change are refused', async () => {
    await cos.put('/objects/self', 'x', { 'x-amz-meta-a': '1' });
    expect((await copy('/objects/self', 'x', { 'x-amz-metadata-directive': 'Copy' })).xml('Code')).toBe(
      'InvalidArgument',
    );
    expect((await copy('/objects/self', 'self')).xml('Code')).toBe('InvalidRequest');
    expect(
      (await copy('/objects/self', 'self', { 'x-amz-metadata-directive': 'REPLACE', 'x-amz-meta-b': '2' })).status,
    ).toBe(200);
    const self = await cos.ask({ path: '/objects/self' });
    expect([self.text, self.headers['x-amz-meta-a'], self.headers['x-amz-meta-b']]).toEqual(['x', undefined, '2']);
  });

  test('conditions on the source fail with 412', async () => {
    const { headers } = await cos.put('/objects/from', 'x');
    expect((await copy('/objects/from', 'to', { 'x-amz-copy-source-if-none-match': headers['etag']! })).status).toBe(
      412,
    );
    expect((await copy('/objects/from', 'to', { 'x-amz-copy-source-if-match': headers['etag']! })).status).toBe(200);
  });
});

describe('delete many', () => {
  const remove = (inner: string) => {
    const body = `<Delete>${inner}</Delete>`;
    return cos.ask({ method: 'POST', path: '/objects?delete', body, headers: withMd5(body) });
  };
  const entry = (key: string) => `<Object><Key>${key}</Key></Object>`;

  test('rule 67: what is there and what is not are both reported deleted, and Quiet says nothing of it', async () => {
    for (const key of ['d%26', 'd%20', 'd2']) await cos.put(`/objects/${key}`);
    const reply = await remove(entry('d&amp;') + entry('d ') + entry('missing') + entry('&#1;'));
    expect(reply.all('Key')).toEqual(['d&amp;', 'd ', 'missing', '&#1;']);
    expect(await codeOf({ path: '/objects/d%20' })).toBe('404 NoSuchKey');
    expect((await remove(`<Quiet>true</Quiet>${entry('d2')}`)).text).not.toContain('<Deleted>');
  });

  test('rule 67: none or more than 1000 keys are refused', async () => {
    expect((await remove('')).xml('Code')).toBe('MalformedXML');
    expect((await remove(entry('k').repeat(1001))).xml('Code')).toBe('MalformedXML');
    expect((await remove(entry('k').repeat(1000))).status).toBe(200);
  });
});

describe('faults', () => {
  const arm = (operation: string, fault: (typeof cos.faults.armed)[0]['fault']) =>
    cos.faults.armed.push({ operation, fault });

  test('rule 15: status faults answer with their code and Retry-After', async () => {
    arm('PutObject', { kind: 'status', status: 503, retryAfterSeconds: 7 });
    const reply = await cos.ask({ method: 'PUT', path: '/objects/f', body: 'x' });
    expect([reply.status, reply.xml('Code'), reply.headers['retry-after']]).toEqual([503, 'SlowDown', '7']);
    arm('GetObject', { kind: 'status', status: 429 });
    expect((await cos.ask({ path: '/objects/f' })).status).toBe(429);
  });

  test('rule 15: a full disk is a 500 and stores nothing', async () => {
    arm('PutObject', { kind: 'diskFull' });
    expect(await codeOf({ method: 'PUT', path: '/objects/full', body: Buffer.alloc(100_000) })).toBe(
      '500 InternalError',
    );
    expect(await codeOf({ path: '/objects/full' })).toBe('404 NoSuchKey');
  });

  test('rule 15: bodies are corrupted, cut short or cut off', async () => {
    const body = Buffer.alloc(400_000, 1);
    await cos.put('/objects/faulty', body);
    arm('GetObject', { kind: 'corruptBody' });
    const corrupt = await cos.ask({ path: '/objects/faulty' });
    expect([corrupt.body.length, corrupt.body.equals(body)]).toEqual([400_000, false]);
    for (const kind of ['resetAfter', 'truncateAfter'] as const) {
      arm('GetObject', { kind, bytes: 300_000 });
      await expect(cos.ask({ path: '/objects/faulty' })).rejects.toThrow();
    }
    arm('PutObject', { kind: 'resetAfter', bytes: 1000 });
    await expect(cos.ask({ method: 'PUT', path: '/objects/reset', body })).rejects.toThrow();
    expect(await codeOf({ path: '/objects/reset' })).toBe('404 NoSuchKey');
    expect((await cos.ask({ path: '/objects/faulty' })).body.equals(body)).toBe(true);
  });

  test('rule 15: an answer can be lost after the work was done', async () => {
    arm('DeleteObject', { kind: 'resetAfter', bytes: 0 });
    await cos.put('/objects/lost', 'x');
    await expect(cos.ask({ method: 'DELETE', path: '/objects/lost' })).rejects.toThrow();
    expect(await codeOf({ path: '/objects/lost' })).toBe('404 NoSuchKey');
    for (const kind of ['resetAfter', 'truncateAfter'] as const) {
      arm('ListObjects', { kind, bytes: 50 });
      await expect(cos.ask({ path: '/objects' })).rejects.toThrow();
    }
    arm('CopyObject', { kind: 'diskFull' });
    const headers = { 'content-length': '0', 'x-amz-copy-source': '/objects/faulty' };
    expect(await codeOf({ method: 'PUT', path: '/objects/lost', headers })).toBe('500 InternalError');
    expect(await codeOf({ path: '/objects/lost' })).toBe('404 NoSuchKey');
  });

  test('rule 15: an error in a 200 means that nothing was done', async () => {
    arm('CopyObject', { kind: 'errorIn200' });
    const reply = await cos.ask({
      method: 'PUT',
      path: '/objects/late',
      headers: { 'content-length': '0', 'x-amz-copy-source': '/objects/faulty' },
    });
    expect([reply.status, reply.xml('Code')]).toEqual([200, 'InternalError']);
    expect(await codeOf({ path: '/objects/late' })).toBe('404 NoSuchKey');
  });
});
