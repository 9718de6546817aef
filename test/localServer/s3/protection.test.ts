import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Fixture, md5Base64, withInstance, withMd5 } from './fixture';

let cos: Fixture;
beforeAll(async () => void (cos = await Fixture.start()));
afterAll(() => cos.stop());
beforeEach(() => void (cos.clock.offsetMs = 0));

const dayMs = 86_400_000;
const codeOf = async (ask: Parameters<Fixture['ask']>[0]): Promise<string> => {
  const reply = await cos.ask(ask);
  return `${reply.status} ${reply.xml('Code') ?? ''}`.trim();
};
const document = (path: string, body: string, headers: Record<string, string> = {}, as?: 'Writer') =>
  codeOf({ method: 'PUT', path, body, headers: { ...withMd5(body), ...headers }, ...(as === undefined ? {} : { as }) });

describe('Immutable Object Storage', () => {
  const policy = (
    min: number | string,
    normal: number | string,
    max: number | string,
    more = '',
    status = 'Retention',
  ) =>
    `<ProtectionConfiguration><Status>${status}</Status><MinimumRetention><Days>${min}</Days></MinimumRetention><DefaultRetention><Days>${normal}</Days></DefaultRetention><MaximumRetention><Days>${max}</Days></MaximumRetention>${more}</ProtectionConfiguration>`;
  const permanent = '<EnablePermanentRetention>true</EnablePermanentRetention>';
  const put = (key: string, headers: Record<string, string> = {}, body = 'x') =>
    codeOf({ method: 'PUT', path: `/worm/${key}`, body, headers: { 'content-md5': md5Base64(body), ...headers } });
  const post = (key: string, query: string, headers: Record<string, string> = {}) =>
    codeOf({ method: 'POST', path: `/worm/${key}?${query}`, headers: { 'content-length': '0', ...headers } });

  beforeAll(async () => {
    await cos.bucket('worm');
    expect(await document('/worm?protection', policy(0, 10, 100))).toBe('200');
  });

  test('rule 88: a bucket without policy says Disabled', async () => {
    await cos.bucket('plain');
    const reply = await cos.ask({ path: '/plain?protection' });
    expect([reply.status, reply.xml('Status'), reply.all('Days')]).toEqual([200, 'Disabled', []]);
    expect((await cos.ask({ path: '/worm?protection' })).all('Days')).toEqual(['0', '10', '100']);
  });

  test('rule 87: days out of order or range, another status, and no DELETE', async () => {
    for (const body of [
      policy(5, 4, 10),
      policy(1, 2, 1),
      policy(0, 1, 36136),
      policy(-1, 1, 2),
      policy('x', 1, 2),
      policy(0, 1, 2, '', 'Off'),
    ]) {
      expect(await document('/plain?protection', body)).toBe('400 InvalidArgument');
    }
    expect(await codeOf({ method: 'DELETE', path: '/worm?protection' })).toBe('405 MethodNotAllowed');
    expect(await codeOf({ method: 'PUT', path: '/plain?protection', body: policy(0, 1, 2) })).toBe(
      '400 InvalidRequest',
    );
    expect(await document('/plain?protection', policy(0, 1, 2), {}, 'Writer')).toBe('403 AccessDenied');
  });

  test('rule 87: the first policy needs an empty bucket without versioning, and permanence stays', async () => {
    await cos.bucket('filled');
    await cos.put('/filled/key');
    expect(await document('/filled?protection', policy(0, 1, 2))).toBe('409 InvalidBucketState');
    await cos.bucket('locked-1', { 'x-amz-bucket-object-lock-enabled': 'true' });
    expect(await document('/locked-1?protection', policy(0, 1, 2))).toBe('409 InvalidBucketState');
    await cos.bucket('permanent');
    expect(await document('/permanent?protection', policy(0, 1, 2, permanent))).toBe('200');
    expect(await document('/permanent?protection', policy(0, 1, 3))).toBe('400 InvalidRequest');
    expect(
      await document(
        '/permanent?versioning',
        '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
      ),
    ).toBe('409 InvalidBucketState');
    const headers = { 'retention-period': '-2', 'content-md5': md5Base64('x') };
    expect(await codeOf({ method: 'PUT', path: '/permanent/k', body: 'x', headers })).toBe('200');
    expect(await codeOf({ method: 'DELETE', path: '/permanent/k' })).toBe('451 UnavailableForLegalReasons');
  });

  test('the end of a retention is taken as an HTTP date, too, as IBM’s Java SDK sends it', async () => {
    await cos.bucket('extended');
    expect(await document('/extended?protection', policy(0, 10, 36135))).toBe('200');
    const put = { method: 'PUT', path: '/extended/k', body: 'x' };
    const until = (date: string) => ({ 'retention-expiration-date': date, 'content-md5': md5Base64('x') });
    expect(await codeOf({ ...put, headers: until('Fri, 31 Feb 2098 03:04:05 GMT') })).toBe('400 InvalidRequest');
    expect(await codeOf({ ...put, headers: until('Thu, 02 Jan 2098 03:04:05 GMT') })).toBe('200');
    expect((await cos.ask({ method: 'HEAD', path: '/extended/k' })).headers['retention-expiration-date']).toBe(
      'Thu, 02 Jan 2098 03:04:05 GMT',
    );
    const headers = { 'new-retention-expiration-date': 'Fri, 02 Jan 2099 03:04:05 GMT', 'content-length': '0' };
    expect(await codeOf({ method: 'POST', path: '/extended/k?extendRetention', headers })).toBe('200');
    expect((await cos.ask({ method: 'HEAD', path: '/extended/k' })).headers['retention-expiration-date']).toBe(
      'Fri, 02 Jan 2099 03:04:05 GMT',
    );
  });

  test('HEAD and GET tell the end of a retention as an HTTP date, the one form that IBM’s Java and Go SDKs read', async () => {
    const headers = { 'retention-expiration-date': '2099-01-02T03:04:05Z', 'content-md5': md5Base64('x') };
    await cos.bucket('dated');
    expect(await document('/dated?protection', policy(0, 10, 36135))).toBe('200');
    expect(await codeOf({ method: 'PUT', path: '/dated/k', body: 'x', headers })).toBe('200');
    for (const method of ['HEAD', 'GET']) {
      const reply = await cos.ask({ method, path: '/dated/k' });
      expect(reply.headers['retention-expiration-date']).toBe('Fri, 02 Jan 2099 03:04:05 GMT');
    }
  });

  test('rules 50, 89: an upload without integrity, or retention headers without policy, are refused', async () => {
    expect(await codeOf({ method: 'PUT', path: '/worm/k', body: 'x' })).toBe('400 InvalidRequest');
    expect(await codeOf({ method: 'PUT', path: '/plain/k', body: 'x', headers: { 'retention-period': '1' } })).toBe(
      '400 InvalidRequest',
    );
  });

  test.each([
    { 'retention-period': 'x' },
    { 'retention-period': '-3' },
    { 'retention-period': '-2' },
    { 'retention-period': String(101 * 86_400) },
    { 'retention-period': '1', 'retention-expiration-date': '2099-01-01T00:00:00Z' },
    { 'retention-expiration-date': '2001-01-01T00:00:00Z' },
    { 'retention-expiration-date': 'tomorrow' },
    { 'retention-legal-hold-id': 'a b' },
  ])('rule 89: %o is refused', async (headers) => {
    expect(await put('refused', headers as Record<string, string>)).toBe('400 InvalidRequest');
  });

  test('rules 90, 91, 92, 113: the default protects until it ends, then overwriting starts a new one', async () => {
    expect(await put('default')).toBe('200');
    const head = await cos.ask({ method: 'HEAD', path: '/worm/default' });
    expect([head.headers['retention-period'], head.headers['retention-legal-hold-count']]).toEqual([
      String(10 * 86_400),
      undefined,
    ]);
    for (const ask of [
      { method: 'DELETE', path: '/worm/default' },
      { method: 'PUT', path: '/worm/default', body: 'y', headers: withMd5('y') },
      {
        method: 'PUT',
        path: '/worm/default',
        headers: { 'content-length': '0', 'x-amz-copy-source': '/worm/default', 'x-amz-metadata-directive': 'REPLACE' },
      },
    ]) {
      expect(await codeOf(ask)).toBe('451 UnavailableForLegalReasons');
    }
    const remove = '<Delete><Object><Key>default</Key></Object></Delete>';
    expect(
      (await cos.ask({ method: 'POST', path: '/worm?delete', body: remove, headers: withMd5(remove) })).xml('Code'),
    ).toBe('UnavailableForLegalReasons');
    const tagging = '<Tagging><TagSet></TagSet></Tagging>';
    expect(await document('/worm/default?tagging', tagging)).toBe('200');
    cos.clock.offsetMs = 11 * dayMs;
    expect(await put('default')).toBe('200');
    expect(await codeOf({ method: 'DELETE', path: '/worm/default' })).toBe('451 UnavailableForLegalReasons');
    cos.clock.offsetMs = 22 * dayMs;
    expect(await codeOf({ method: 'DELETE', path: '/worm/default' })).toBe('204');
  });

  test('rules 94, 95, 96, 113: holds protect by themselves, once per id, at most 100', async () => {
    await put('held', { 'retention-period': '0', 'retention-legal-hold-id': 'first' });
    expect(await codeOf({ method: 'DELETE', path: '/worm/held' })).toBe('451 UnavailableForLegalReasons');
    expect(await post('held', 'legalHold&add=first')).toBe('409 LegalHoldAlreadyExists');
    expect(await post('held', "legalHold&add=a!_.*()-'")).toBe('200');
    for (const bad of [
      'legalHold&add=a/b',
      `legalHold&add=${'a'.repeat(65)}`,
      'legalHold&add=',
      'legalHold',
      'legalHold&add=a&remove=a',
    ]) {
      expect(await post('held', bad)).toBe('400 InvalidRequest');
    }
    expect(
      await codeOf({
        method: 'POST',
        path: '/worm/held?legalHold&add=w',
        as: 'Writer',
        headers: { 'content-length': '0' },
      }),
    ).toBe('403 AccessDenied');
    for (let i = 2; i < 100; i++) await post('held', `legalHold&add=h${i}`);
    expect(await post('held', 'legalHold&add=h101')).toBe('400 InvalidRequest');
    expect((await cos.ask({ method: 'HEAD', path: '/worm/held' })).headers['retention-legal-hold-count']).toBe('100');
    const holds = await cos.ask({ path: '/worm/held?legalHold' });
    expect([holds.all('ID').length, holds.xml('RetentionPeriod')]).toEqual([100, '0']);
    expect(await post('held', 'legalHold&remove=unknown')).toBe('404 NoSuchLegalHold');
    for (const id of holds.all('ID')) expect(await post('held', `legalHold&remove=${id}`)).toBe('200');
    expect((await cos.ask({ path: '/worm/held?legalHold' })).text).toContain('<LegalHolds></LegalHolds>');
    expect(await codeOf({ method: 'DELETE', path: '/worm/held' })).toBe('204');
    await cos.put('/plain/free');
    expect(await codeOf({ path: '/plain/free?legalHold' })).toBe('404 NoSuchRetention');
    expect(
      await codeOf({ method: 'POST', path: '/plain/free?legalHold&add=a', headers: { 'content-length': '0' } }),
    ).toBe('400 InvalidRequest');
  });

  test('rules 93, 113: retention is only ever extended, within the maximum; indefinite becomes finite', async () => {
    await put('extended', { 'retention-period': '1000' });
    const extend = (headers: Record<string, string>, key = 'extended') => post(key, 'extendRetention', headers);
    for (const headers of [
      {},
      { 'new-retention-period': '1000' },
      { 'new-retention-period': '999' },
      { 'additional-retention-period': '0' },
      { 'new-retention-period': 'x' },
      { 'new-retention-period': '2000', 'additional-retention-period': '5' },
      { 'extend-retention-from-current-time': String(101 * 86_400) },
      { 'new-retention-expiration-date': '2001-01-01T00:00:00Z' },
      { 'new-retention-period': '-2' },
    ]) {
      expect(await extend(headers as Record<string, string>)).toBe('400 InvalidRequest');
    }
    expect(await extend({ 'additional-retention-period': '500' })).toBe('200');
    expect((await cos.ask({ method: 'HEAD', path: '/worm/extended' })).headers['retention-period']).toBe('1500');
    expect(await extend({ 'extend-retention-from-current-time': '5000' })).toBe('200');
    await put('endless', { 'retention-period': '-1' });
    cos.clock.offsetMs = 5000 * dayMs;
    expect(await codeOf({ method: 'DELETE', path: '/worm/endless' })).toBe('451 UnavailableForLegalReasons');
    expect(await extend({ 'new-retention-period': '10' }, 'endless')).toBe('200');
    expect(await codeOf({ method: 'DELETE', path: '/worm/endless' })).toBe('204');
  });

  test('rule 111: completing an upload needs Content-MD5, and takes the retention headers', async () => {
    const upload = (
      await cos.ask({ method: 'POST', path: '/worm/parts?uploads', headers: { 'retention-period': '-1' } })
    ).xml('UploadId')!;
    const path = `/worm/parts?partNumber=1&uploadId=${upload}`;
    expect(await codeOf({ method: 'PUT', path, body: 'x' })).toBe('400 InvalidRequest');
    const etag = (await cos.ask({ method: 'PUT', path, body: 'x', headers: withMd5('x') })).headers['etag']!;
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
    const complete = { method: 'POST', path: `/worm/parts?uploadId=${upload}`, body };
    expect(await codeOf(complete)).toBe('400 InvalidRequest');
    expect(await codeOf({ ...complete, headers: { ...withMd5(body), 'retention-period': '77' } })).toBe('200');
    expect((await cos.ask({ method: 'HEAD', path: '/worm/parts' })).headers['retention-period']).toBe('77');
  });

  test('rule 99: a copy takes retention along, or is given its own', async () => {
    await put('source', { 'retention-period': '500', 'retention-legal-hold-id': 'h' });
    const copy = (target: string, headers: Record<string, string>) =>
      codeOf({
        method: 'PUT',
        path: `/worm/${target}`,
        headers: { 'content-length': '0', 'x-amz-copy-source': '/worm/source', ...headers },
      });
    const period = async (key: string) =>
      (await cos.ask({ method: 'HEAD', path: `/worm/${key}` })).headers['retention-period'];
    expect(await copy('c1', { 'retention-directive': 'Copy' })).toBe('200');
    expect([await period('c1'), (await cos.ask({ path: '/worm/c1?legalHold' })).all('ID')]).toEqual(['500', ['h']]);
    expect(await copy('c2', { 'retention-directive': 'COPY', 'retention-period': '9' })).toBe('400 InvalidRequest');
    expect(await copy('c2', { 'retention-directive': 'REPLACE', 'retention-period': '9' })).toBe('200');
    expect(await copy('c3', {})).toBe('200');
    expect([await period('c2'), await period('c3')]).toEqual(['9', String(10 * 86_400)]);
  });
});

describe('Object Lock', () => {
  const config = (inner: string) =>
    `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>${inner}</ObjectLockConfiguration>`;
  const rule = (inner: string) => config(`<Rule><DefaultRetention>${inner}</DefaultRetention></Rule>`);
  const retention = (mode: string, untilMs: number) =>
    `<Retention><Mode>${mode}</Mode><RetainUntilDate>${new Date(untilMs).toISOString()}</RetainUntilDate></Retention>`;
  const bypass = { 'x-amz-bypass-governance-retention': 'true' };
  beforeAll(() => cos.bucket('vault', { 'x-amz-bucket-object-lock-enabled': 'true' }));

  test('rules 81, 85: a configuration is checked, read, and absent from plain buckets', async () => {
    await cos.bucket('no-lock');
    expect(await codeOf({ path: '/no-lock?object-lock' })).toBe('404 ObjectLockConfigurationNotFoundError');
    expect(await document('/no-lock?object-lock', config(''))).toBe('409 InvalidBucketState');
    for (const [body, code] of [
      [config('').replace('>Enabled', '>ENABLED'), 'MalformedXML'],
      [rule('<Mode>governance</Mode><Days>1</Days>'), 'MalformedXML'],
      [rule('<Mode>GOVERNANCE</Mode>'), 'MalformedXML'],
      [rule('<Mode>GOVERNANCE</Mode><Days>1</Days><Years>1</Years>'), 'MalformedXML'],
      [rule('<Mode>GOVERNANCE</Mode><Days>0</Days>'), 'InvalidArgument'],
      [rule('<Mode>GOVERNANCE</Mode><Days>36501</Days>'), 'InvalidArgument'],
      [rule('<Mode>GOVERNANCE</Mode><Years>101</Years>'), 'InvalidArgument'],
    ] as const) {
      expect(await document('/vault?object-lock', body)).toBe(`400 ${code}`);
    }
    await cos.bucket('defaults', { 'x-amz-bucket-object-lock-enabled': 'true' });
    expect(await document('/defaults?object-lock', rule('<Mode>COMPLIANCE</Mode><Days>3</Days>'))).toBe('200');
    expect((await cos.ask({ path: '/defaults?object-lock' })).xml('Days')).toBe('3');
    await cos.put('/defaults/k');
    expect((await cos.ask({ path: '/defaults/k?retention' })).xml('Mode')).toBe('COMPLIANCE');
    expect(
      await document(
        '/defaults?versioning',
        '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>',
      ),
    ).toBe('409 InvalidBucketState');
  });

  test.each([
    [{ 'x-amz-object-lock-mode': 'GOVERNANCE' }, '400 InvalidArgument'],
    [{ 'x-amz-object-lock-retain-until-date': '2099-01-01T00:00:00Z' }, '400 InvalidArgument'],
    [
      { 'x-amz-object-lock-mode': 'GOVERNANCE', 'x-amz-object-lock-retain-until-date': '2001-01-01T00:00:00Z' },
      '400 InvalidArgument',
    ],
    [
      { 'x-amz-object-lock-mode': 'other', 'x-amz-object-lock-retain-until-date': '2099-01-01T00:00:00Z' },
      '400 InvalidArgument',
    ],
    [{ 'x-amz-object-lock-legal-hold': 'on' }, '400 InvalidArgument'],
  ])('rule 82: the lock headers %o are refused', async (headers, code) => {
    expect(await codeOf({ method: 'PUT', path: '/vault/k', body: '', headers: headers })).toBe(code);
  });

  test('rule 82: lock headers need a bucket with a lock', async () => {
    expect(
      await codeOf({ method: 'PUT', path: '/no-lock/k', body: '', headers: { 'x-amz-object-lock-legal-hold': 'ON' } }),
    ).toBe('400 InvalidRequest');
  });

  test('rules 83, 84: COMPLIANCE is only ever prolonged, GOVERNANCE gives way to a permitted bypass', async () => {
    const day = Date.now() + dayMs;
    for (const mode of ['COMPLIANCE', 'GOVERNANCE'] as const) {
      const version = (await cos.put(`/vault/${mode}`)).headers['x-amz-version-id']!;
      const path = `/vault/${mode}?retention`;
      const remove = (headers: Record<string, string> = {}, as: 'Manager' | 'Writer' = 'Manager') =>
        codeOf({ method: 'DELETE', path: `/vault/${mode}?versionId=${version}`, headers, as });
      expect(await codeOf({ path })).toBe('404 NoSuchObjectLockConfiguration');
      expect(await document(path, retention(mode, day))).toBe('200');
      expect(await document(path, retention(mode, day))).toBe('403 AccessDenied');
      expect(await document(path, retention(mode, day - 1000))).toBe('403 AccessDenied');
      expect(await document(path, retention(mode, day + 1000))).toBe('200');
      expect(await codeOf({ method: 'DELETE', path: `/vault/${mode}` })).toBe('204');
      expect(await remove()).toBe('403 AccessDenied');
      expect(await remove(bypass, 'Writer')).toBe('403 AccessDenied');
      if (mode === 'COMPLIANCE') {
        expect(await remove(bypass)).toBe('403 AccessDenied');
        expect(await document(`${path}&versionId=${version}`, retention('GOVERNANCE', day + 5000), bypass)).toBe(
          '403 AccessDenied',
        );
        cos.clock.offsetMs = 2 * dayMs;
        expect(await remove()).toBe('204');
        cos.clock.offsetMs = 0;
      } else {
        expect(await document(`${path}&versionId=${version}`, retention(mode, day - 5000), bypass)).toBe('200');
        expect(await remove(bypass)).toBe('204');
      }
    }
  });

  test('rules 84, 86: a legal hold refuses every delete of the version, whatever the root is called', async () => {
    const version = (await cos.put('/vault/held')).headers['x-amz-version-id']!;
    expect(await document('/vault/held?legal-hold', '<legal-hold><Status>ON</Status></legal-hold>')).toBe('200');
    expect(await document('/vault/held?legal-hold', '<LegalHold><Status>on</Status></LegalHold>')).toBe(
      '400 MalformedXML',
    );
    const remove = () => codeOf({ method: 'DELETE', path: `/vault/held?versionId=${version}`, headers: bypass });
    expect(await remove()).toBe('403 AccessDenied');
    expect((await cos.ask({ path: '/vault/held?legal-hold' })).xml('Status')).toBe('ON');
    expect(await document('/vault/held?legal-hold', '<LegalHold><Status>OFF</Status></LegalHold>')).toBe('200');
    expect(await remove()).toBe('204');
  });
});

describe('public access', () => {
  test('rules 69, 70: ACLs are set with and without a body, blocked and ignored', async () => {
    await cos.bucket('access');
    await cos.put('/access/k');
    const acl = (value: string) =>
      codeOf({ method: 'PUT', path: '/access/k?acl', headers: { 'x-amz-acl': value, 'content-length': '0' } });
    const anonymous = () => codeOf({ path: '/access/k', as: 'anonymous' });
    expect(await anonymous()).toBe('403 AccessDenied');
    expect(await acl('public-read')).toBe('200');
    expect((await cos.ask({ path: '/access/k?acl' })).all('Permission')).toEqual(['FULL_CONTROL', 'READ']);
    expect(await anonymous()).toBe('200');
    expect(await acl('public-read-write')).toBe('400 InvalidArgument');
    expect(await codeOf({ path: '/access?publicAccessBlock' })).toBe('404 NoSuchPublicAccessBlockConfiguration');
    const block = (inner: string) =>
      document(
        '/access?publicAccessBlock',
        `<PublicAccessBlockConfiguration>${inner}</PublicAccessBlockConfiguration>`,
      );
    expect(await block('<BlockPublicPolicy>true</BlockPublicPolicy>')).toBe('400 MalformedXML');
    expect(await block('<BlockPublicAcls>True</BlockPublicAcls>')).toBe('200');
    expect(await acl('public-read')).toBe('403 AccessDenied');
    expect(
      await codeOf({ method: 'PUT', path: '/access/new', body: '', headers: { 'x-amz-acl': 'public-read' } }),
    ).toBe('403 AccessDenied');
    expect(await anonymous()).toBe('200');
    expect(await block('<IgnorePublicAcls>true</IgnorePublicAcls>')).toBe('200');
    expect(await anonymous()).toBe('403 AccessDenied');
    expect(await codeOf({ method: 'DELETE', path: '/access?publicAccessBlock' })).toBe('204');
    expect(await anonymous()).toBe('200');
    expect(await acl('')).toBe('200');
    expect(await anonymous()).toBe('403 AccessDenied');
  });

  test('rule 100: CORS is checked, stored and answered to a browser', async () => {
    await cos.bucket('cors');
    const cors = (inner: string) => document('/cors?cors', `<CORSConfiguration>${inner}</CORSConfiguration>`);
    const rule = (method: string) =>
      `<CORSRule><AllowedOrigin>https://*.example.com</AllowedOrigin><AllowedMethod>${method}</AllowedMethod><AllowedHeader>x-*</AllowedHeader><MaxAgeSeconds>5</MaxAgeSeconds></CORSRule>`;
    expect(await codeOf({ path: '/cors?cors' })).toBe('404 NoSuchCORSConfiguration');
    expect(await cors(rule('PATCH'))).toBe('400 InvalidRequest');
    expect(await cors(rule('GET').repeat(101))).toBe('400 InvalidRequest');
    expect(await cors('')).toBe('400 MalformedXML');
    expect(await cors(rule('GET'))).toBe('200');
    expect((await cos.ask({ path: '/cors?cors' })).xml('AllowedMethod')).toBe('GET');
    const ask = (origin: string, method: string, headers = '') =>
      cos.ask({
        method: 'OPTIONS',
        path: '/cors/k',
        as: 'anonymous',
        headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': headers },
      });
    const allowed = await ask('https://a.example.com', 'GET', 'X-Thing');
    expect([allowed.status, allowed.headers['access-control-allow-origin'], allowed.headers['vary']]).toEqual([
      200,
      'https://a.example.com',
      expect.stringContaining('Origin'),
    ]);
    for (const reply of [
      await ask('https://evil.com', 'GET'),
      await ask('https://a.example.com', 'PUT'),
      await ask('https://a.example.com', 'GET', 'authorization'),
    ]) {
      expect(reply.status).toBe(403);
    }
    const simple = await cos.ask({ path: '/cors/missing', headers: { origin: 'https://a.example.com' } });
    expect([simple.status, simple.headers['access-control-allow-origin']]).toEqual([404, 'https://a.example.com']);
    expect(await codeOf({ method: 'DELETE', path: '/cors?cors' })).toBe('204');
  });

  test('rule 107: a write beyond the hard quota is refused, an equal replacement is not', async () => {
    await cos.ask({ method: 'PUT', path: '/quota', headers: withInstance });
    const { id } = cos.store.buckets.find('quota')!;
    await cos.store.write(() => cos.store.buckets.setSetting(id, 'hardQuotaBytes', 10));
    await cos.put('/quota/a', 'x'.repeat(10));
    expect(await codeOf({ method: 'PUT', path: '/quota/b', body: 'x' })).toBe('403 QuotaExceeded');
    await cos.put('/quota/a', 'y'.repeat(10));
  });
});
