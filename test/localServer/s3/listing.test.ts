import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fixture, withMd5 } from './fixture';

let cos: Fixture;
const keys = ['a/1', 'a/2', 'b', 'b/1', 'c/d/1', 'c/e', 'z', 'é', '\u{1F600}', 'ｚ'];
const utf8Order = [...keys].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));

beforeAll(async () => {
  cos = await Fixture.start();
  await cos.bucket('listing');
  for (const key of keys) await cos.put(`/listing/${encodeURIComponent(key).replaceAll('%2F', '/')}`, key);
});
afterAll(() => cos.stop());

const list = (query: string) => cos.ask({ path: `/listing?${query}` });

describe('object listings', () => {
  test('rule 41: keys come in UTF-8 byte order', async () => {
    expect((await list('list-type=2')).all('Key')).toEqual(utf8Order);
  });

  test.each([1, 2, 3, 7])(
    'rules 40, 42, 43: pages of %i add up, with and without a delimiter, in both versions',
    async (size) => {
      for (const delimiter of ['', '/']) {
        const whole = await list(`list-type=2&delimiter=${delimiter}`);
        const expected = [...whole.all('Key'), ...whole.all('Prefix').slice(1)];
        for (const version of [1, 2]) {
          const found = { keys: [] as string[], prefixes: [] as string[] };
          let next = '';
          for (;;) {
            const page = await list(
              `max-keys=${size}&delimiter=${delimiter}&${version === 2 ? `list-type=2&continuation-token=${next}` : `marker=${encodeURIComponent(next)}`}`,
            );
            found.keys.push(...page.all('Key'));
            found.prefixes.push(...page.all('Prefix').slice(1));
            expect(page.all('Key').length + page.all('Prefix').length - 1).toBeLessThanOrEqual(size);
            if (version === 1 && delimiter === '') expect(page.xml('NextMarker')).toBeUndefined();
            if (page.xml('IsTruncated') === 'false') break;
            next = version === 2 ? page.xml('NextContinuationToken')! : (page.xml('NextMarker') ?? found.keys.at(-1)!);
          }
          expect([...found.keys, ...found.prefixes]).toEqual(expected);
        }
      }
    },
  );

  test('prefix and delimiter fold what lies below', async () => {
    const reply = await list('list-type=2&prefix=c/&delimiter=/');
    expect([reply.all('Key'), reply.all('Prefix'), reply.xml('KeyCount')]).toEqual([['c/e'], ['c/', 'c/d/'], '2']);
    expect((await list('prefix=b&delimiter=/')).all('Key')).toEqual(['b']);
    expect((await list('prefix=none')).all('Key')).toEqual([]);
  });

  test('rule 42: start-after is exclusive and a token wins over it; a forged token is refused', async () => {
    expect((await list('list-type=2&start-after=c/e')).all('Key')[0]).toBe('z');
    const token = (await list('list-type=2&max-keys=1')).xml('NextContinuationToken')!;
    expect(token).not.toContain('a/1');
    expect((await list(`list-type=2&start-after=z&continuation-token=${token}`)).all('Key')[0]).toBe('a/2');
    for (const bad of ['nonsense', `${token}A`, 'AAAA']) {
      expect((await list(`list-type=2&continuation-token=${bad}`)).xml('Code')).toBe('InvalidArgument');
    }
  });

  test('rule 42: an owner only where one is asked for, always in version 1', async () => {
    expect((await list('list-type=2')).all('DisplayName')).toEqual([]);
    expect((await list('list-type=2&fetch-owner=true')).all('DisplayName')).toHaveLength(keys.length);
    expect((await list('')).all('DisplayName')).toHaveLength(keys.length);
  });

  test.each(['-1', 'x', '1.5', '99999999999'])('rule 40: max-keys=%s is refused', async (size) => {
    expect((await list(`max-keys=${size}`)).xml('Code')).toBe('InvalidArgument');
  });

  test('rule 40: more than 1000 is clamped, none is allowed', async () => {
    expect((await list('max-keys=5000')).xml('MaxKeys')).toBe('1000');
    const none = await list('max-keys=0');
    expect([none.xml('MaxKeys'), none.xml('IsTruncated'), none.all('Key')]).toEqual(['0', 'false', []]);
  });

  test('rule 44: nothing found means no Contents', async () => {
    expect((await list('prefix=none')).text).not.toContain('Contents');
  });

  test('rule 45: names are percent-encoded on request, otherwise even illegal characters are written', async () => {
    await cos.bucket('encoding');
    await cos.put('/encoding/a%01b/c%20d%26%2B');
    const encoded = await cos.ask({ path: '/encoding?encoding-type=url&prefix=a%01&delimiter=%20' });
    expect([encoded.xml('EncodingType'), encoded.all('Prefix')]).toEqual(['url', ['a%01', 'a%01b/c%20']]);
    expect((await cos.ask({ path: '/encoding?encoding-type=url' })).xml('Key')).toBe('a%01b/c%20d%26%2B');
    expect((await cos.ask({ path: '/encoding' })).xml('Key')).toBe('a&#1;b/c d&amp;+');
    expect((await list('encoding-type=base64')).xml('Code')).toBe('InvalidArgument');
  });

  test('rules 46, 47: each entry has class STANDARD and its checksum algorithm and type', async () => {
    const reply = await list('list-type=2');
    expect(new Set(reply.all('StorageClass'))).toEqual(new Set(['STANDARD']));
    expect(new Set(reply.all('ChecksumAlgorithm'))).toEqual(new Set(['CRC64NVME']));
    expect(reply.all('ChecksumType')).toHaveLength(keys.length);
  });
});

describe('versions', () => {
  const versioning = async (bucket: string, status: string) => {
    const body = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
    expect((await cos.ask({ method: 'PUT', path: `/${bucket}?versioning`, body, headers: withMd5(body) })).status).toBe(
      200,
    );
  };

  test('rules 79, 80: every write of a versioned key stays, a delete adds a marker, null is what came before', async () => {
    await cos.bucket('versioned');
    await cos.put('/versioned/k', 'zero');
    await versioning('versioned', 'Enabled');
    const one = (await cos.put('/versioned/k', 'one')).headers['x-amz-version-id']!;
    const two = (await cos.put('/versioned/k', 'two')).headers['x-amz-version-id']!;
    expect(one).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const get = async (version: string) => (await cos.ask({ path: `/versioned/k?versionId=${version}` })).text;
    expect([await get('null'), await get(one), await get(two)]).toEqual(['zero', 'one', 'two']);
    const removed = await cos.ask({ method: 'DELETE', path: '/versioned/k' });
    expect([removed.status, removed.headers['x-amz-delete-marker']]).toEqual([204, 'true']);
    const marker = removed.headers['x-amz-version-id']!;
    const gone = await cos.ask({ path: '/versioned/k' });
    expect([gone.status, gone.xml('Code'), gone.headers['x-amz-delete-marker']]).toEqual([404, 'NoSuchKey', 'true']);
    expect((await cos.ask({ path: `/versioned/k?versionId=${marker}` })).xml('Code')).toBe('MethodNotAllowed');
    expect((await cos.ask({ path: '/versioned/k?versionId=nonsense' })).xml('Code')).toBe('InvalidArgument');
    expect(
      (await cos.ask({ path: `/versioned/k?versionId=${one.replace(/.$/, (c) => (c === '0' ? '1' : '0'))}` })).xml(
        'Code',
      ),
    ).toBe('NoSuchVersion');
    expect((await cos.ask({ path: '/versioned' })).all('Key')).toEqual([]);

    const versions = await cos.ask({ path: '/versioned?versions' });
    expect(versions.all('VersionId')).toEqual([marker, two, one, 'null']);
    expect(versions.all('IsLatest')).toEqual(['true', 'false', 'false', 'false']);

    expect((await cos.ask({ method: 'DELETE', path: `/versioned/k?versionId=${marker}` })).status).toBe(204);
    expect((await cos.ask({ path: '/versioned/k' })).text).toBe('two');
    expect((await cos.ask({ method: 'DELETE', path: `/versioned/k?versionId=${two}` })).status).toBe(204);
    expect((await cos.ask({ path: '/versioned/k' })).text).toBe('one');
    expect((await cos.ask({ path: '/versioned' })).all('Key')).toEqual(['k']);
  });

  test('rule 80: suspended writes replace the null version and keep the others', async () => {
    await cos.bucket('suspended');
    await versioning('suspended', 'Enabled');
    const one = (await cos.put('/suspended/k', 'one')).headers['x-amz-version-id']!;
    await versioning('suspended', 'Suspended');
    expect((await cos.put('/suspended/k', 'null-1')).headers['x-amz-version-id']).toBe('null');
    await cos.put('/suspended/k', 'null-2');
    expect((await cos.ask({ path: '/suspended?versions' })).all('VersionId')).toEqual(['null', one]);
    await versioning('suspended', 'Enabled');
    const two = (await cos.put('/suspended/k', 'two')).headers['x-amz-version-id']!;
    expect((await cos.ask({ path: '/suspended?versions' })).all('VersionId')).toEqual([two, 'null', one]);
    await versioning('suspended', 'Suspended');
    expect((await cos.ask({ method: 'DELETE', path: '/suspended/k' })).headers['x-amz-version-id']).toBe('null');
    expect((await cos.ask({ path: '/suspended?versions' })).all('VersionId')).toEqual(['null', two, one]);
    expect((await cos.ask({ path: '/suspended/k?versionId=null' })).status).toBe(405);
  });

  test('rule 48: pages of versions add up, newest first; a version marker needs a key marker', async () => {
    await cos.bucket('history');
    await versioning('history', 'Enabled');
    for (let round = 0; round < 3; round++)
      for (const key of ['a', 'a/x', 'b']) await cos.put(`/history/${key}`, String(round));
    await cos.ask({ method: 'DELETE', path: '/history/b' });
    const whole = (await cos.ask({ path: '/history?versions' })).text.match(
      /<(Version|DeleteMarker)>.*?<\/VersionId>/gs,
    );
    for (const size of [1, 2, 3, 4]) {
      const found: string[] = [];
      let markers = '';
      for (;;) {
        const page = await cos.ask({ path: `/history?versions&max-keys=${size}${markers}` });
        found.push(...(page.text.match(/<(Version|DeleteMarker)>.*?<\/VersionId>/gs) ?? []));
        if (page.xml('IsTruncated') === 'false') break;
        markers = `&key-marker=${page.xml('NextKeyMarker')}&version-id-marker=${page.xml('NextVersionIdMarker')}`;
      }
      expect(found).toEqual(whole);
    }
    expect((await cos.ask({ path: '/history?versions&version-id-marker=null' })).xml('Code')).toBe('InvalidArgument');
    expect((await cos.ask({ method: 'DELETE', path: '/history' })).xml('Code')).toBe('BucketNotEmpty');
  });
});
