import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Fixture,
  foreignKey,
  hmacKey,
  instanceGuid,
  otherInstanceGuid,
  publicBucket,
  revocableKey,
  withInstance,
  withMd5,
} from './fixture';
import { presign, signHeaders } from './signer';

let cos: Fixture;
beforeAll(async () => {
  cos = await Fixture.start();
  await cos.bucket('auth');
  await cos.put('/auth/key', 'secret');
  await cos.put('/auth/open', 'open', { 'x-amz-acl': 'public-read' });
});
afterAll(() => cos.stop());

const codeOf = async (ask: Parameters<Fixture['ask']>[0]): Promise<string> => {
  const reply = await cos.ask(ask);
  return `${reply.status} ${reply.xml('Code') ?? ''}`.trim();
};
const url = (
  options: { path?: string; expiresSeconds?: number; method?: string; key?: typeof hmacKey; timeMs?: number } = {},
): string =>
  presign(options.key ?? hmacKey, options.timeMs ?? Date.now(), {
    method: options.method ?? 'GET',
    path: options.path ?? '/auth/key',
    host: cos.endpoint().slice('http://'.length),
    expiresSeconds: options.expiresSeconds ?? 60,
  });

describe('forms of authentication', () => {
  test('rule 16: the bearer scheme is taken in any case, SigV2 and two forms at once are not', async () => {
    expect(await codeOf({ path: '/auth/key', headers: { authorization: 'bEaReR token-Manager' } })).toBe('200');
    expect(await codeOf({ path: '/auth/key', headers: { authorization: 'AWS AK:sig' } })).toBe('400 InvalidRequest');
    expect(await codeOf({ path: url(), as: 'Manager' })).toBe('400 InvalidArgument');
    expect(await codeOf({ path: '/auth/key', headers: { authorization: 'Basic abc' } })).toBe('403 AccessDenied');
  });

  test('rule 17: a token needs the instance header exactly where buckets are listed or made', async () => {
    for (const ask of [{ path: '/' }, { path: '/?extended' }, { method: 'PUT', path: '/unmade' }]) {
      expect(await codeOf(ask)).toBe('400 InvalidRequest');
      expect(await codeOf({ ...ask, headers: { 'ibm-service-instance-id': otherInstanceGuid } })).toBe(
        '403 AccessDenied',
      );
      expect(await codeOf({ ...ask, headers: { 'ibm-service-instance-id': 'nonsense' } })).toBe('403 AccessDenied');
    }
    expect(await codeOf({ path: '/', headers: { 'ibm-service-instance-id': instanceGuid } })).toBe('200');
    expect(await codeOf({ path: '/auth/key', headers: { 'ibm-service-instance-id': 'nonsense' } })).toBe('200');
  });

  test('rule 18: a key selects its instance and refuses another one', async () => {
    expect(await codeOf({ path: '/', as: hmacKey })).toBe('200');
    expect(await codeOf({ path: '/', as: hmacKey, headers: { 'ibm-service-instance-id': otherInstanceGuid } })).toBe(
      '403 AccessDenied',
    );
    expect((await cos.ask({ path: '/', as: foreignKey })).all('Name')).toEqual([]);
  });

  test.each(['expired', 'malformed', 'foreign'] as const)('rule 19: a token that is %s is AccessDenied', async (as) => {
    expect(await codeOf({ path: '/auth/key', as })).toBe('403 AccessDenied');
  });

  test('rule 20: unknown key, wrong signature and skewed clock each have their code', async () => {
    expect(await codeOf({ path: '/auth/key', as: { ...hmacKey, accessKeyId: 'f'.repeat(32) } })).toBe(
      '403 InvalidAccessKeyId',
    );
    expect(await codeOf({ path: '/auth/key', as: { ...hmacKey, secretAccessKey: 'wrong' } })).toBe(
      '403 SignatureDoesNotMatch',
    );
    const skewed = signHeaders(hmacKey, Date.now() - 16 * 60_000, {
      method: 'GET',
      path: '/auth/key',
      headers: { host: cos.endpoint().slice(7) },
      payloadHash: 'UNSIGNED-PAYLOAD',
    });
    expect(await codeOf({ path: '/auth/key', as: 'anonymous', headers: skewed.headers })).toBe(
      '403 RequestTimeTooSkewed',
    );
  });

  test.each(['us', 'us-standard', 'eu-de', 'anything'])(
    'rule 21: the scope’s region is taken as it is: %s',
    async (region) => {
      expect(await codeOf({ path: '/auth/key?response-content-type=a%2Fb&x=%20%2B', as: { ...hmacKey, region } })).toBe(
        '200',
      );
    },
  );

  test('rule 21: an x-amz header that was not signed is refused', async () => {
    const { headers } = signHeaders(hmacKey, Date.now(), {
      method: 'GET',
      path: '/auth/key',
      headers: { host: cos.endpoint().slice(7) },
      payloadHash: 'UNSIGNED-PAYLOAD',
    });
    expect(
      await codeOf({ path: '/auth/key', as: 'anonymous', headers: { ...headers, 'x-amz-acl': 'public-read' } }),
    ).toBe('403 AccessDenied');
  });

  test('rule 21: a signature whose time is a signed Date, without x-amz-date, is refused', async () => {
    const ask = { method: 'GET', path: '/auth/key', headers: { host: cos.endpoint().slice(7) } };
    const signed = (timeHeader: 'x-amz-date' | 'date'): Record<string, string> =>
      signHeaders(hmacKey, Date.now(), { ...ask, payloadHash: 'UNSIGNED-PAYLOAD' }, timeHeader).headers;
    expect(await codeOf({ ...ask, as: 'anonymous', headers: signed('x-amz-date') })).toBe('200');
    const refused = await cos.ask({ ...ask, as: 'anonymous', headers: signed('date') });
    expect([refused.status, refused.xml('Code')]).toEqual([403, 'AccessDenied']);
    expect(refused.xml('Message')).toContain('x-amz-date must be signed');
  });

  test('rule 22: a payload hash is verified, and nothing else is taken for one', async () => {
    const put = { method: 'PUT', path: '/auth/hashed', body: 'body', as: hmacKey };
    expect(await codeOf({ ...put, headers: { 'x-amz-content-sha256': '0'.repeat(64) } })).toBe(
      '400 XAmzContentSHA256Mismatch',
    );
    expect(await codeOf({ ...put, headers: { 'x-amz-content-sha256': 'nonsense' } })).toBe('400 InvalidArgument');
    expect(await codeOf({ path: '/auth/hashed' })).toBe('404 NoSuchKey');
    expect(await codeOf({ ...put, headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } })).toBe('200');
  });

  test('signed keys may hold anything: spaces, plus, percent, unicode, repeated slashes', async () => {
    for (const key of [
      'a%20b',
      'a%2Bb',
      'a+b',
      '100%25',
      '%E2%82%AC',
      'x//y',
      '/lead',
      'trail/',
      '%2E%2E/up',
      "q!'()*",
      'a%2Fb',
    ]) {
      expect(await codeOf({ method: 'PUT', path: `/auth/${key}`, body: key, as: hmacKey })).toBe('200');
      expect((await cos.ask({ path: `/auth/${key}`, as: hmacKey })).text).toBe(key);
    }
  });
});

describe('presigned URLs', () => {
  test('rule 23: valid for any length of time, then refused; dead with its key', async () => {
    expect(await codeOf({ path: url({ expiresSeconds: 8_640_000 }), as: 'anonymous' })).toBe('200');
    expect(await codeOf({ path: url({ timeMs: Date.now() - 120_000 }), as: 'anonymous' })).toBe('403 AccessDenied');
    expect(await codeOf({ path: url({ method: 'PUT' }), as: 'anonymous' })).toBe('403 SignatureDoesNotMatch');
    expect(await codeOf({ path: url({ key: revocableKey }), as: 'anonymous' })).toBe('200');
    cos.identity.revokedKeys.add(revocableKey.accessKeyId);
    expect(await codeOf({ path: url({ key: revocableKey }), as: 'anonymous' })).toBe('403 InvalidAccessKeyId');
    cos.identity.revokedKeys.clear();
  });

  test('rule 24: a checksum in the URL is that of the body', async () => {
    const path = '/auth/pinned?x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32';
    const put = (body: string) => codeOf({ method: 'PUT', path: url({ path, method: 'PUT' }), body, as: 'anonymous' });
    expect(await put('real content')).toBe('400 BadDigest');
    expect(await put('')).toBe('200');
  });
});

describe('who may do what', () => {
  test('rule 25: anonymous reads public objects only', async () => {
    expect(await codeOf({ path: '/auth/open', as: 'anonymous' })).toBe('200');
    expect(await codeOf({ method: 'HEAD', path: '/auth/open', as: 'anonymous' })).toBe('200');
    for (const ask of [
      { path: '/auth/key' },
      { path: '/auth' },
      { method: 'DELETE', path: '/auth/open' },
      { path: '/' },
      { path: '/auth/missing' },
    ]) {
      expect(await codeOf({ ...ask, as: 'anonymous' })).toBe('403 AccessDenied');
    }
    await cos.bucket(publicBucket);
    await cos.put(`/${publicBucket}/key`);
    expect(await codeOf({ path: `/${publicBucket}`, as: 'anonymous' })).toBe('200');
    expect(await codeOf({ path: `/${publicBucket}/key`, as: 'anonymous' })).toBe('200');
    expect(await codeOf({ method: 'PUT', path: `/${publicBucket}/key`, body: '', as: 'anonymous' })).toBe(
      '403 AccessDenied',
    );
  });

  const remove = '<Delete><Object><Key>nothing</Key></Object></Delete>';
  const asks = {
    get: { path: '/auth/key' },
    list: { path: '/auth' },
    buckets: { path: '/', headers: withInstance },
    config: { path: '/auth?versioning' },
    put: { method: 'PUT', path: '/auth/role', body: 'x' },
    delete: { method: 'DELETE', path: '/auth/role' },
    deleteMany: { method: 'POST', path: '/auth?delete', body: remove, headers: withMd5(remove) },
  };
  test.each([
    ['ObjectReader', ['get']],
    ['ContentReader', ['get', 'list']],
    ['Reader', ['get', 'list', 'buckets', 'config']],
    ['ObjectWriter', ['put']],
    ['Writer', Object.keys(asks)],
    ['Manager', Object.keys(asks)],
  ] as const)('rule 26: %s may do %o and nothing else', async (as, allowed) => {
    for (const [name, ask] of Object.entries(asks)) {
      expect([name, (await cos.ask({ ...ask, as })).status < 300]).toEqual([
        name,
        (allowed as readonly string[]).includes(name),
      ]);
    }
  });

  const roles = ['ObjectReader', 'ContentReader', 'Reader', 'ObjectWriter', 'Writer', 'Manager'] as const;
  const above: Readonly<Record<(typeof roles)[number], readonly (typeof roles)[number][]>> = {
    ObjectReader: ['ObjectReader', 'ContentReader', 'Reader', 'Writer', 'Manager'],
    ContentReader: ['ContentReader', 'Reader', 'Writer', 'Manager'],
    Reader: ['Reader', 'Writer', 'Manager'],
    ObjectWriter: ['ObjectWriter', 'Writer', 'Manager'],
    Writer: ['Writer', 'Manager'],
    Manager: ['Manager'],
  };
  // The least role of each family (credentials §5.2; tags and access lists: data-plane §21, credentials §5.1).
  // Roles are looked at before bodies: who may gets another refusal than 403.
  test.each([
    ['ObjectReader', ['GET /auth/key', 'HEAD /auth/key', 'GET /auth/key?tagging']],
    ['ContentReader', ['GET /auth', 'GET /auth?list-type=2', 'GET /auth?versions', 'GET /auth?uploads']],
    [
      'Reader',
      ['HEAD /auth', ...['location', 'versioning', 'lifecycle', 'cors', 'website'].map((it) => `GET /auth?${it}`)],
    ],
    ['Reader', ['replication', 'object-lock', 'acl', 'tagging', 'protection'].map((it) => `GET /auth?${it}`)],
    ['Reader', ['retention', 'legal-hold', 'legalHold', 'acl'].map((it) => `GET /auth/key?${it}`)],
    ['ObjectWriter', ['POST /auth/role?uploads', 'PUT /auth/key?tagging', 'DELETE /auth/role?uploadId=none']],
    ['Writer', ['DELETE /auth', 'DELETE /auth/nothing', 'POST /auth?delete', 'POST /auth/key?restore']],
    [
      'Writer',
      ['versioning', 'lifecycle', 'cors', 'website', 'replication', 'object-lock'].map((it) => `PUT /auth?${it}`),
    ],
    ['Writer', ['PUT /auth/key?retention', 'PUT /auth/key?legal-hold', 'GET /auth?faspConnectionInfo']],
    ['Manager', ['GET', 'PUT', 'DELETE'].map((method) => `${method} /auth?publicAccessBlock`)],
    ['Manager', ['PUT /auth?protection', 'POST /auth/key?legalHold&add=a', 'POST /auth/key?extendRetention']],
    ['Manager', ['PUT /auth?acl', 'PUT /auth/key?acl']],
  ] as const)('rule 26: %s is the least role for %o', async (least, requests) => {
    for (const request of requests) {
      const [method = '', path = ''] = request.split(' ');
      const allowed: string[] = [];
      for (const as of roles) if ((await cos.ask({ method, path, as })).status !== 403) allowed.push(as);
      expect([request, allowed]).toEqual([request, above[least]]);
    }
  });

  test('rule 25: who does not say who they are reads no tags, public as the object may be', async () => {
    expect(await codeOf({ path: '/auth/open?tagging', as: 'anonymous' })).toBe('403 AccessDenied');
    await cos.put(`/${publicBucket}/tagged`);
    expect(await codeOf({ path: `/${publicBucket}/tagged?tagging`, as: 'anonymous' })).toBe('403 AccessDenied');
    expect(await codeOf({ method: 'HEAD', path: `/${publicBucket}`, as: 'anonymous' })).toBe('403');
  });

  test('rule 26: another instance’s objects are forbidden whatever the role', async () => {
    expect(await codeOf({ path: '/auth/key', as: foreignKey })).toBe('403 AccessDenied');
  });

  test('rule 27: a firewall refuses other addresses', async () => {
    await cos.bucket('walled');
    await cos.put('/walled/key');
    const wall = (value: unknown) =>
      cos.store.write(() => cos.store.buckets.setSetting(cos.store.buckets.find('walled')!.id, 'firewall', value));
    await wall({ allowed_ip: ['10.0.0.0/8'] });
    expect(await codeOf({ path: '/walled/key' })).toBe('403 AccessDenied');
    await wall({ allowed_ip: ['127.0.0.0/8'] });
    expect(await codeOf({ path: '/walled/key' })).toBe('200');
    await wall({ denied_ip: ['127.0.0.1'] });
    expect(await codeOf({ path: '/walled/key' })).toBe('403 AccessDenied');
  });
});
