import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fixture, md5Base64, withMd5, type Ask, type Reply } from './fixture';

// What strangers' suites and IBM's own SDKs expect of S3, and the local server once did otherwise.

let cos: Fixture;
beforeAll(async () => {
  cos = await Fixture.start({ minPartBytes: 1, customerKeysOverHttp: 'allowed' });
  await cos.bucket('like');
});
afterAll(() => cos.stop());

const codeOf = async (ask: Ask): Promise<string> => {
  const reply = await cos.ask(ask);
  return `${reply.status} ${reply.xml('Code') ?? ''}`.trim();
};
const copy = (path: string, headers: Record<string, string>): Promise<Reply> =>
  cos.ask({ method: 'PUT', path, headers: { 'content-length': '0', ...headers } });

describe('legal holds, as the SDKs of IBM write and read them', () => {
  beforeAll(async () => {
    await cos.bucket('held');
    const days = (name: string, count: number): string => `<${name}><Days>${count}</Days></${name}>`;
    const policy = `<ProtectionConfiguration><Status>Retention</Status>${days('MinimumRetention', 0)}${days('DefaultRetention', 0)}${days('MaximumRetention', 9)}</ProtectionConfiguration>`;
    await cos.ask({ method: 'PUT', path: '/held?protection', body: policy, headers: withMd5(policy) });
    await cos.put('/held/k', 'x', withMd5('x'));
  });

  test('rules 94, 95: a hold comes with a body that is not read, and is listed with its RFC 822 date', async () => {
    const change = (query: string, body: string, headers = {}): Promise<string> =>
      codeOf({ method: 'POST', path: `/held/k?legalHold&${query}`, body, headers });
    expect(await change('add=h1', 'h1')).toBe('200');
    expect(await change('add=h2', '<LegalHold><ID>other</ID></LegalHold>', { 'content-type': 'text/xml' })).toBe('200');
    expect(await change('add=h3', 'x'.repeat(100_000))).toBe('200');
    expect(await change('remove=h3', 'h3')).toBe('200');
    const { text } = await cos.ask({ path: '/held/k?legalHold' });
    const date = '<Date>[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT</Date>';
    expect(text).toMatch(
      new RegExp(
        `<LegalHolds><LegalHold><ID>h1</ID>${date}</LegalHold><LegalHold><ID>h2</ID>${date}</LegalHold></LegalHolds>`,
      ),
    );
    expect(text).not.toContain('LegalHoldSet');
  });
});

test.each([
  ['content-encoding', 'deflate, gzip', 'deflate, gzip'],
  ['content-encoding', 'deflate,gzip', 'deflate,gzip'],
  ['content-encoding', 'br ,  x-Own;q=1', 'br ,  x-Own;q=1'],
  ['content-encoding', 'GZip', 'GZip'],
  ['content-language', 'de-DE,  en', 'de-DE,  en'],
  ['content-disposition', "attachment;filename*=utf-8''a%20b", "attachment;filename*=utf-8''a%20b"],
  ['content-type', 'Text/HTML;  charset="UTF-8"', 'Text/HTML;  charset="UTF-8"'],
  ['cache-control', 'Max-Age=1 ,no-store', 'Max-Age=1 ,no-store'],
  ['expires', 'tomorrow', 'tomorrow'],
])('rules 54, 62: %s "%s" is given back as it was sent', async (name, sent, expected) => {
  await cos.put('/like/headers', 'x', { [name]: sent });
  expect((await cos.ask({ method: 'HEAD', path: '/like/headers' })).headers[name]).toBe(expected);
});

test.each([
  ['aws-chunked', undefined],
  ['aws-chunked, deflate, gzip', 'deflate, gzip'],
  ['deflate, gzip, AWS-Chunked', 'deflate, gzip'],
])('rule 54: of the content encoding "%s" only aws-chunked goes', async (sent, expected) => {
  const body = '1\r\nx\r\n0\r\n\r\n';
  await cos.put('/like/chunked', body, { 'content-encoding': sent, 'x-amz-decoded-content-length': '1' });
  const get = await cos.ask({ path: '/like/chunked' });
  expect([get.text, get.headers['content-encoding']]).toEqual(['x', expected]);
});

describe('encryption by the keys of the service', () => {
  const sse = 'x-amz-server-side-encryption';
  const asked = { [sse]: 'AES256' };
  const key = createHash('sha256').update('key').digest();
  const customer = {
    [`${sse}-customer-algorithm`]: 'AES256',
    [`${sse}-customer-key`]: key.toString('base64'),
    [`${sse}-customer-key-md5`]: md5Base64(key),
  };

  test('is told on PUT, HEAD and GET of what asked for it, and of nothing else', async () => {
    expect((await cos.put('/like/sse', 'x', asked)).headers[sse]).toBe('AES256');
    expect((await cos.ask({ path: '/like/sse' })).headers[sse]).toBe('AES256');
    expect((await cos.ask({ method: 'HEAD', path: '/like/sse' })).headers[sse]).toBe('AES256');
    expect((await cos.put('/like/bare')).headers[sse]).toBeUndefined();
    expect((await cos.ask({ path: '/like/bare' })).headers[sse]).toBeUndefined();
  });

  test.each(['COPY', 'REPLACE'])('is that of the copy, not of its source, with the directive %s', async (directive) => {
    await cos.put('/like/source', 'x', asked);
    const headers = { 'x-amz-copy-source': '/like/source', 'x-amz-metadata-directive': directive };
    const plain = await copy('/like/copy', headers);
    expect([plain.status, plain.headers[sse]]).toEqual([200, undefined]);
    expect((await cos.ask({ path: '/like/copy' })).headers[sse]).toBeUndefined();
    expect((await copy('/like/copy', { ...headers, ...asked })).headers[sse]).toBe('AES256');
    expect((await cos.ask({ path: '/like/copy' })).headers[sse]).toBe('AES256');
  });

  test('is told at each step of an upload in parts', async () => {
    const path = '/like/parts';
    const created = await cos.ask({ method: 'POST', path: `${path}?uploads`, headers: asked });
    const uploadId = created.xml('UploadId')!;
    const part = await cos.ask({ method: 'PUT', path: `${path}?partNumber=1&uploadId=${uploadId}`, body: 'x' });
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers['etag']}</ETag></Part></CompleteMultipartUpload>`;
    const done = await cos.ask({ method: 'POST', path: `${path}?uploadId=${uploadId}`, body });
    expect([created, part, done].map((reply) => reply.headers[sse])).toEqual(['AES256', 'AES256', 'AES256']);
    expect((await cos.ask({ path })).headers[sse]).toBe('AES256');
  });

  test.each([
    ['together with a customer key', { ...asked, ...customer }],
    ['together with half a customer key', { ...asked, [`${sse}-customer-algorithm`]: 'AES256' }],
    ['with a key of a key service', { ...asked, [`${sse}-aws-kms-key-id`]: 'id' }],
    ['by a key service', { [sse]: 'aws:kms' }],
    ['by an empty method', { [sse]: '' }],
    ['by a method in small letters', { [sse]: 'aes256' }],
  ])('is refused %s on PUT, copy and Create', async (_how, headers) => {
    await cos.put('/like/source', 'x');
    const asks: Ask[] = [
      { method: 'PUT', path: '/like/refused', body: 'x', headers },
      {
        method: 'PUT',
        path: '/like/refused',
        headers: { 'content-length': '0', 'x-amz-copy-source': '/like/source', ...headers },
      },
      { method: 'POST', path: '/like/refused?uploads', headers },
    ];
    for (const ask of asks) expect(await codeOf(ask)).toBe('400 InvalidArgument');
    expect(await codeOf({ path: '/like/refused' })).toBe('404 NoSuchKey');
  });

  test('is no header of reads and parts', async () => {
    await cos.put('/like/sse', 'x', asked);
    expect(await codeOf({ path: '/like/sse', headers: asked })).toBe('400 InvalidArgument');
    expect(await codeOf({ method: 'PUT', path: '/like/sse?partNumber=1&uploadId=x', body: 'x', headers: asked })).toBe(
      '400 InvalidArgument',
    );
  });
});

describe('Object Lock', () => {
  const day = 86_400_000;
  const until = (days: number): string => new Date(Date.now() + days * day).toISOString();
  const retention = (mode: string, days: number): string =>
    `<Retention><Mode>${mode}</Mode><RetainUntilDate>${until(days)}</RetainUntilDate></Retention>`;
  const setRetention = (body: string, headers: Record<string, string> = {}): Promise<string> =>
    codeOf({ method: 'PUT', path: '/locked/k?retention', body, headers: { ...withMd5(body), ...headers } });

  test('rule 83: GOVERNANCE becomes COMPLIANCE only with a bypass, whatever the date', async () => {
    await cos.bucket('locked', { 'x-amz-bucket-object-lock-enabled': 'true' });
    await cos.put('/locked/k', 'x', {
      'x-amz-object-lock-mode': 'GOVERNANCE',
      'x-amz-object-lock-retain-until-date': until(1),
      ...withMd5('x'),
    });
    for (const days of [1, 2, 30]) expect(await setRetention(retention('COMPLIANCE', days))).toBe('403 AccessDenied');
    const not = { 'x-amz-bypass-governance-retention': 'false' };
    expect(await setRetention(retention('COMPLIANCE', 3), not)).toBe('403 AccessDenied');
    expect(await setRetention(retention('GOVERNANCE', 2))).toBe('200');
    expect((await cos.ask({ path: '/locked/k?retention' })).xml('Mode')).toBe('GOVERNANCE');
    expect(await setRetention(retention('COMPLIANCE', 3), { 'x-amz-bypass-governance-retention': 'True' })).toBe('200');
    expect((await cos.ask({ path: '/locked/k?retention' })).xml('Mode')).toBe('COMPLIANCE');
  });
});

test.each(['-3', '0', '10001', 'x', '', '1.0'])(
  'rules 63, 72: the part number "%s" is judged before the object is looked for',
  async (number) => {
    for (const path of ['/like/absent', '/like/headers']) {
      expect(await codeOf({ path: `${path}?partNumber=${number}` })).toBe('400 InvalidArgument');
    }
    const range = { range: 'bytes=0-1' };
    expect(await codeOf({ path: '/like/absent?partNumber=1', headers: range })).toBe('400 InvalidRequest');
    expect(await codeOf({ path: '/like/absent?partNumber=1' })).toBe('404 NoSuchKey');
  },
);

test('rule 78: parameters of a listing of parts are judged before the upload is looked for', async () => {
  for (const query of ['max-parts=-1', 'max-parts=x', 'part-number-marker=-1', 'part-number-marker=2147483648']) {
    expect(await codeOf({ path: `/like/absent?uploadId=x&${query}` })).toBe('400 InvalidArgument');
  }
  expect(await codeOf({ path: '/like/absent?uploadId=x&max-parts=1&part-number-marker=2147483647' })).toBe(
    '404 NoSuchUpload',
  );
});

test('the range of a copied part is judged before its source is looked for', async () => {
  const headers = {
    'content-length': '0',
    'x-amz-copy-source': '/like/absent',
    'x-amz-copy-source-range': 'bytes=5-2',
  };
  expect(await codeOf({ method: 'PUT', path: '/like/k?partNumber=1&uploadId=x', headers })).toBe('400 InvalidArgument');
});

test('rule 63: a part that the object does not have is InvalidPartNumber', async () => {
  await cos.put('/like/headers');
  expect(await codeOf({ path: '/like/headers?partNumber=2' })).toBe('416 InvalidPartNumber');
});

describe('websites', () => {
  const put = (content: string): Promise<string> => {
    const body = `<WebsiteConfiguration>${content}</WebsiteConfiguration>`;
    return codeOf({ method: 'PUT', path: '/like?website', body, headers: withMd5(body) });
  };
  const index = '<IndexDocument><Suffix>index.html</Suffix></IndexDocument>';
  const rules = (...redirects: string[]): string =>
    `${index}<RoutingRules>${redirects.map((redirect) => `<RoutingRule><Redirect>${redirect}</Redirect></RoutingRule>`).join('')}</RoutingRules>`;
  const to = '<HostName>example.com</HostName>';

  test.each(['300', '306', '309', '314', '399', '200', 'x', ''])(
    'rule 104: the redirect code "%s" is refused',
    async (code) => {
      expect(await put(rules(`<HttpRedirectCode>${code}</HttpRedirectCode>${to}`))).toBe('400 InvalidRequest');
    },
  );

  test.each(['301', '302', '303', '304', '305', '307', '308'])(
    'rule 104: the redirect code %s is taken',
    async (code) => {
      expect(await put(rules(`<HttpRedirectCode>${code}</HttpRedirectCode>`))).toBe('200');
    },
  );

  test.each([
    ['an empty redirect', rules(''), '400 MalformedXML'],
    ['no rule among rules', `${index}<RoutingRules></RoutingRules>`, '400 MalformedXML'],
    ['an empty key of the error document', `${index}<ErrorDocument><Key></Key></ErrorDocument>`, '400 InvalidArgument'],
    ['an empty host', rules('<HostName></HostName>'), '400 InvalidRequest'],
    ['51 rules', rules(...Array<string>(51).fill(to)), '400 InvalidRequest'],
    [
      'two replacements',
      rules('<ReplaceKeyPrefixWith>a</ReplaceKeyPrefixWith><ReplaceKeyWith>b</ReplaceKeyWith>'),
      '400 InvalidRequest',
    ],
    [
      'an empty host for everything',
      '<RedirectAllRequestsTo><HostName></HostName></RedirectAllRequestsTo>',
      '400 InvalidRequest',
    ],
  ])('rule 104: a configuration with %s is refused', async (_what, content, expected) => {
    expect(await put(content)).toBe(expected);
  });

  test('rule 104: 50 rules are taken', async () => {
    expect(await put(rules(...Array<string>(50).fill(to)))).toBe('200');
  });

  test.each(['elsewhere', 'ftp://example.com/', '//'.repeat(2000), 'http:/x', 'javascript:x'])(
    'rule 104: an object does not redirect to "%s"',
    async (location) => {
      const headers = { 'x-amz-website-redirect-location': location };
      const body = { method: 'PUT', path: '/like/redirects', body: 'x' };
      expect(await codeOf({ ...body, headers })).toBe('400 InvalidRedirectLocation');
      expect(await codeOf({ method: 'POST', path: '/like/redirects?uploads', headers })).toBe(
        '400 InvalidRedirectLocation',
      );
    },
  );

  test.each(['/other', 'https://example.com/a', 'http://example.com', 'HTTPS://example.com'])(
    'rule 104: an object redirects to "%s"',
    async (location) => {
      await cos.put('/like/redirects', 'x', { 'x-amz-website-redirect-location': location });
      const { headers } = await cos.ask({ path: '/like/redirects' });
      expect(headers['x-amz-website-redirect-location']).toBe(location);
    },
  );
});

test('rule 48: markers that are ids of nothing are refused where they count, and ignored without a key', async () => {
  for (const id of ['nonsense', '123', `${'0'.repeat(36)}`]) {
    expect(await codeOf({ path: `/like?uploads&key-marker=a&upload-id-marker=${id}` })).toBe('400 InvalidArgument');
    expect(await codeOf({ path: `/like?versions&key-marker=a&version-id-marker=${id}` })).toBe('400 InvalidArgument');
    expect(await codeOf({ path: `/like?uploads&upload-id-marker=${id}` })).toBe('200');
  }
  const unknown = '00000000-0000-0000-0000-000000000000';
  expect(await codeOf({ path: `/like?uploads&key-marker=a&upload-id-marker=${unknown}` })).toBe('200');
});

test.each([
  ['a=b&', 1],
  ['&a=b', 1],
  ['a=b&&c=d', 2],
  ['&', 0],
  ['a', 1],
])('rule 68: the tagging header "%s" sets %i tags', async (header, count) => {
  await cos.put('/like/tagged', 'x', { 'x-amz-tagging': header });
  expect((await cos.ask({ path: '/like/tagged?tagging' })).all('Key')).toHaveLength(count);
});
