import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Fixture, withMd5 } from './fixture';
import { sendRaw, verdictOf } from './rawSocket';

let cos: Fixture;
let strangers: string[];
beforeAll(async () => {
  strangers = readdirSync(tmpdir());
  cos = await Fixture.start();
  await cos.bucket('mal');
  await cos.put('/mal/kept', 'still here');
});
afterAll(() => cos.stop());
afterEach(async () => {
  expect((await cos.ask({ path: '/mal/kept' })).text).toBe('still here');
  expect(cos.logged).toEqual([]);
});

const token = 'Host: x\r\nAuthorization: Bearer token-Manager\r\n';
const verdict = async (bytes: string, end = false): Promise<string> =>
  verdictOf(await sendRaw(cos.endpoint(), bytes, { end }));
/** A whole request with the connection closed after it. */
const request = (line: string, headers: readonly string[] = [], body = ''): Promise<string> =>
  verdict(`${line} HTTP/1.1\r\n${token}Connection: close\r\n${headers.map((h) => `${h}\r\n`).join('')}\r\n${body}`);
const document = async (path: string, body: string | Buffer, method = 'PUT'): Promise<string> => {
  const reply = await cos.ask({ method, path, body, headers: withMd5(body) });
  return `${reply.status} ${reply.xml('Code') ?? ''}`.trim();
};

describe('documents', () => {
  const bomb = `<!DOCTYPE a [${Array.from({ length: 10 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join('')}]>`;
  test.each([
    ['an entity bomb', `${bomb}<Tagging>&e10;</Tagging>`, 'MalformedXML'],
    ['an external entity', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><Tagging/>', 'MalformedXML'],
    ['an unknown entity', '<Tagging><TagSet><Tag><Key>&x;</Key><Value/></Tag></TagSet></Tagging>', 'MalformedXML'],
    ['a character beyond Unicode', '<Tagging>&#x110000;</Tagging>', 'MalformedXML'],
    ['a half of a surrogate pair', '<Tagging>&#xd800;</Tagging>', 'MalformedXML'],
    ['deep nesting', `${'<Tagging>'.repeat(50_000)}${'</Tagging>'.repeat(50_000)}`, 'MalformedXML'],
    ['many attributes', `<Tagging ${Array.from({ length: 20_000 }, (_, i) => `a${i}=""`).join(' ')}/>`, 'MalformedXML'],
    ['no end', '<Tagging><TagSet>', 'MalformedXML'],
    ['two roots', '<Tagging/><Tagging/>', 'MalformedXML'],
    ['bytes that are not UTF-8', Buffer.from('<Tagging>\xff\xfe</Tagging>', 'latin1'), 'MalformedXML'],
    ['UTF-16', Buffer.from('\ufeff<Tagging/>', 'utf16le'), 'MalformedXML'],
    ['NUL bytes', '\0'.repeat(100), 'MalformedXML'],
    ['too much', `<Tagging>${' '.repeat(8 * 1024 * 1024)}</Tagging>`, 'MaxMessageLengthExceeded'],
  ])('%s is refused', async (_what, body, code) => {
    expect(await document('/mal/kept?tagging', body)).toBe(`400 ${code}`);
  });

  test('10,001 parts or keys are refused', async () => {
    const create = await cos.ask({ method: 'POST', path: '/mal/parts?uploads', headers: { 'content-length': '0' } });
    const parts = Array.from(
      { length: 10_001 },
      (_, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>x</ETag></Part>`,
    );
    const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
    expect(await document(`/mal/parts?uploadId=${create.xml('UploadId')}`, body, 'POST')).toBe('400 MalformedXML');
    const keys = '<Object><Key>kept</Key></Object>'.repeat(10_001);
    expect(await document('/mal?delete', `<Delete>${keys}</Delete>`, 'POST')).toBe('400 MalformedXML');
  });
});

describe('HTTP', () => {
  test.each([
    ['garbage', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n', '400 InvalidRequest'],
    ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400 InvalidRequest'],
    ['another version', `GET / HTTP/9.9\r\n${token}\r\n`, '400 InvalidRequest'],
    ['an unknown method', `BREW /mal HTTP/1.1\r\n${token}\r\n`, '400 InvalidRequest'],
    ['a space before the colon', `GET /mal HTTP/1.1\r\n${token}X : y\r\n\r\n`, '400 InvalidRequest'],
    ['a bare line feed in a header', `GET /mal HTTP/1.1\r\n${token}X: a\nY: b\r\n\r\n`, '400 InvalidRequest'],
    ['huge headers', `GET /mal HTTP/1.1\r\n${token}X: ${'x'.repeat(70_000)}\r\n\r\n`, '400 MaxMessageLengthExceeded'],
    ['a huge target', `GET /mal/${'x'.repeat(70_000)} HTTP/1.1\r\n${token}\r\n`, '400 MaxMessageLengthExceeded'],
    [
      'two lengths',
      `PUT /mal/smuggled HTTP/1.1\r\n${token}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`,
      '400 InvalidRequest',
    ],
    [
      'a length and chunks',
      `PUT /mal/smuggled HTTP/1.1\r\n${token}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nDELETE /mal/kept HTTP/1.1\r\n${token}\r\n`,
      '400 InvalidRequest',
    ],
    [
      'chunks and something after them',
      `PUT /mal/smuggled HTTP/1.1\r\n${token}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
      '400 InvalidRequest',
    ],
    [
      'a chunk size that is none',
      `PUT /mal/smuggled HTTP/1.1\r\n${token}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n`,
      '400 InvalidRequest',
    ],
    [
      'a chunk longer than its size',
      `PUT /mal/smuggled HTTP/1.1\r\n${token}Transfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n`,
      '400 InvalidRequest',
    ],
    ['a negative length', `PUT /mal/smuggled HTTP/1.1\r\n${token}Content-Length: -1\r\n\r\n`, '400 InvalidRequest'],
    [
      'an endless length',
      `PUT /mal/smuggled HTTP/1.1\r\n${token}Content-Length: 99999999999999999999999\r\n\r\n`,
      '400 InvalidRequest',
    ],
    ['no host', 'GET /mal HTTP/1.1\r\n\r\n', '400'],
  ])('%s is refused, and nothing is stored', async (_what, bytes, expected) => {
    expect(await verdict(bytes)).toBe(expected);
    expect((await cos.ask({ path: '/mal/smuggled' })).status).toBe(404);
  });

  test('a body that ends early is IncompleteBody, and a tunnel is not opened', async () => {
    const head = `PUT /mal/smuggled HTTP/1.1\r\n${token}`;
    expect(await verdict(`${head}Content-Length: 10\r\n\r\nhello`, true)).toBe('400 IncompleteBody');
    expect(await verdict(`${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhel`, true)).toBe('400 IncompleteBody');
    expect(await verdict(`GET /mal HTTP/1.1\r\nHost`, true)).toBe('400 IncompleteBody');
    expect(await verdict(`CONNECT x:1 HTTP/1.1\r\n${token}\r\n`)).toBe('closed');
    expect((await cos.ask({ path: '/mal/smuggled' })).status).toBe(404);
  });

  test('garbage behind a request does not get into its answer', async () => {
    await cos.put('/mal/large', Buffer.alloc(3_000_000, 0x61));
    const answer = await sendRaw(cos.endpoint(), `GET /mal/large HTTP/1.1\r\n${token}\r\n\x00garbage\r\n\r\n`, {
      end: false,
    });
    const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
    expect(verdictOf(answer) === '400 InvalidRequest' || /^a*$/.test(body)).toBe(true);
  });
});

describe('addresses', () => {
  test.each([
    ['GET /mal/%ff', '400 InvalidURI'],
    ['GET /mal/\xff', '400 InvalidRequest'],
    ['GET /mal/\xc3\xa9', '400 InvalidRequest'],
    ['GET /mal/%c0%ae%c0%ae', '400 InvalidURI'],
    ['GET /mal/%ed%a0%80', '400 InvalidURI'],
    ['GET /mal?prefix=%ff', '400 InvalidURI'],
    ['GET /mal?%ff=1', '400 InvalidURI'],
    ['GET /mal/%', '400 InvalidURI'],
    ['GET /mal?prefix=a&prefix=b', '400 InvalidArgument'],
    ['GET mal', '400 InvalidRequest'],
    ['OPTIONS *', '400 InvalidURI'],
    ['TRACE /mal', '405 MethodNotAllowed'],
    ['GET //etc/passwd', '404 NoSuchBucket'],
    ['GET /../mal/kept', '404 NoSuchBucket'],
    ['GET /__proto__/kept', '404 NoSuchBucket'],
    ['GET /mal?__proto__', '200'],
    ['GET /mal?constructor=1', '200'],
    ['GET /mal/kept?versionId=../../x', '400 InvalidArgument'],
    ['GET /mal/kept?uploadId=../../x', '404 NoSuchUpload'],
    ['GET /mal/kept?partNumber=-1', '400 InvalidArgument'],
  ])('%s answers %s', async (line, expected) => {
    expect(await request(line)).toBe(expected);
  });

  test('keys that look like paths are keys: kept exactly, listed, and no file has their name', async () => {
    const keys = [
      '../../../../tmp/evil',
      '..\\..\\evil',
      'C:\\evil',
      '/etc/evil',
      '....//evil',
      'evil\0.txt',
      'CON',
      'é/evil',
    ];
    for (const key of keys) await cos.put(`/mal/${encodeURIComponent(key)}`, key);
    for (const key of keys) expect((await cos.ask({ path: `/mal/${encodeURIComponent(key)}` })).text).toBe(key);
    expect((await cos.ask({ path: '/mal?prefix=..%2F' })).all('Key')).toEqual(['../../../../tmp/evil']);
    expect(readdirSync(cos.folder)).toEqual(['data']);
    expect(readdirSync(join(cos.folder, 'data')).filter((name) => !/^(cos\.db(-shm|-wal)?|blobs)$/.test(name))).toEqual(
      [],
    );
    expect(readdirSync(tmpdir()).filter((name) => /evil/.test(name) && !strangers.includes(name))).toEqual([]);
  });
});

describe('headers', () => {
  test.each([
    [['Range: bytes=-0'], '416 InvalidRange'],
    [['Range: bytes=--5'], '200'],
    [['Range: bytes=5--1'], '200'],
    [['Range: bytes=-1--2'], '200'],
    [['Range: bytes=99999999999999999999999-'], '416 InvalidRange'],
    [['Range: bytes=0-99999999999999999999999'], '206'],
    [['If-Modified-Since: yesterday'], '200'],
    [['If-Match: "'], '412 PreconditionFailed'],
    [['x-amz-checksum-mode: \xff'], '200'],
  ])('a read with %s answers %s', async (headers, expected) => {
    expect(await request('GET /mal/kept', headers)).toBe(expected);
  });

  test.each([
    [['x-amz-copy-source: %ff'], '400 InvalidArgument'],
    [['x-amz-copy-source: '], '400 InvalidArgument'],
    [['x-amz-copy-source: //'], '400 InvalidArgument'],
    [['x-amz-copy-source: mal'], '400 InvalidArgument'],
    [['x-amz-copy-source: ../../etc/passwd'], '404 NoSuchBucket'],
    [['x-amz-copy-source: /mal/kept?versionId='], '400 InvalidArgument'],
    [['x-amz-tagging: %ff=1'], '400 InvalidTag'],
    [['x-amz-acl: __proto__'], '400 InvalidArgument'],
    [['x-amz-storage-class: toString'], '400 InvalidArgument'],
    [
      ['x-amz-decoded-content-length: -5', 'x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER'],
      '400 InvalidArgument',
    ],
    [['x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER'], '411 MissingContentLength'],
    [['x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD'], '400 InvalidRequest'],
    [['x-amz-checksum-constructor: AAAA'], '400 InvalidRequest'],
    [['Content-MD5: ='], '400 InvalidDigest'],
    [['Retention-Period: NaN'], '400 InvalidRequest'],
    [['x-amz-object-lock-mode: __proto__', 'x-amz-object-lock-retain-until-date: 2099-01-01'], '400 InvalidArgument'],
  ])('a write with %s answers %s, and nothing is stored', async (headers, expected) => {
    expect(await request('PUT /mal/smuggled', ['Content-Length: 0', ...headers])).toBe(expected);
    expect((await cos.ask({ path: '/mal/smuggled' })).status).toBe(404);
  });

  test.each([
    ['AWS4-HMAC-SHA256', '400 AuthorizationHeaderMalformed'],
    ['AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=0', '400 AuthorizationHeaderMalformed'],
    [
      `AWS4-HMAC-SHA256 Credential=${'a'.repeat(32)}/20260101/us/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
      '403 AccessDenied',
    ],
    ['Bearer', '403 AccessDenied'],
    [`Bearer ${'x'.repeat(20_000)}`, '403 AccessDenied'],
    ['Basic \xff\xfe', '403 AccessDenied'],
    ['AWS a:b', '400 InvalidRequest'],
  ])('the authorization "%s" answers %s', async (authorization, expected) => {
    const bytes = `GET /mal/kept HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${authorization}\r\n\r\n`;
    expect(await verdict(bytes)).toBe(expected);
  });

  test('a metadata name that is a property of objects is kept like any other', async () => {
    await cos.put('/mal/meta', '', { 'x-amz-meta-__proto__': 'a', 'x-amz-meta-constructor': 'b' });
    const head = await cos.ask({ method: 'HEAD', path: '/mal/meta' });
    expect([head.headers['x-amz-meta-__proto__'], head.headers['x-amz-meta-constructor']]).toEqual(['a', 'b']);
  });
});
