import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Fixture,
  hmacKey,
  instanceGuid,
  oneRateGuid,
  otherInstanceGuid,
  rootKeyCrn,
  withInstance,
  withMd5,
} from './fixture';

let cos: Fixture;
beforeAll(async () => void (cos = await Fixture.start()));
afterAll(() => cos.stop());

const constraint = (code: string): string =>
  `<CreateBucketConfiguration><LocationConstraint>${code}</LocationConstraint></CreateBucketConfiguration>`;

describe('envelope', () => {
  test('rule 1: every answer carries one request id under both names, and the fixed headers', async () => {
    const reply = await cos.ask({ path: '/', headers: withInstance });
    expect(reply.headers['x-clv-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(reply.headers['x-amz-request-id']).toBe(reply.headers['x-clv-request-id']);
    expect(reply.headers['x-clv-s3-version']).toBe('2.5');
    expect(reply.headers['server']).toMatch(/^Cleversafe\//);
    expect(reply.headers['accept-ranges']).toBe('bytes');
    expect(reply.headers['date']).toBeDefined();
  });

  test('rule 2: an error body names code, resource, request id and status, without a namespace', async () => {
    const reply = await cos.ask({ path: '/no-such-bucket/key' });
    expect(reply.headers['content-type']).toBe('application/xml');
    expect(reply.xml('Code')).toBe('NoSuchBucket');
    expect(reply.xml('Resource')).toBe('/no-such-bucket/key');
    expect(reply.xml('RequestId')).toBe(reply.headers['x-amz-request-id']);
    expect(reply.xml('httpStatusCode')).toBe('404');
    expect(reply.text).not.toContain('xmlns');
  });

  test('rule 3: a failed HEAD has no body', async () => {
    const reply = await cos.ask({ method: 'HEAD', path: '/no-such-bucket' });
    expect(reply).toMatchObject({ status: 404, text: '' });
    expect([reply.headers['content-type'], reply.headers['content-length']]).toEqual([undefined, undefined]);
  });

  test('rule 5: path style with and without a trailing slash and virtual-host style are the same bucket', async () => {
    await cos.bucket('styles');
    await cos.put('/styles/key');
    for (const ask of [
      { path: '/styles' },
      { path: '/styles/' },
      { path: '/', headers: { host: 'styles.s3.local:80' } },
      { path: '/', headers: { host: 'styles.s3.local' }, as: hmacKey },
    ]) {
      expect((await cos.ask(ask)).all('Key')).toEqual(['key']);
    }
    expect((await cos.ask({ path: '/key', headers: { host: 'styles.s3.local' } })).text).toBe('content');
  });

  test('rule 6: a sub-resource is the same with and without an equals sign, and its case matters', async () => {
    await cos.bucket('subresources');
    for (const path of ['/subresources?location', '/subresources?location=']) {
      expect((await cos.ask({ path })).xml('LocationConstraint')).toBe('us-south-standard');
    }
    expect((await cos.ask({ path: '/subresources?Location' })).text).toContain('ListBucketResult');
  });

  test('rule 7: unknown headers and x-id are ignored', async () => {
    const reply = await cos.ask({
      method: 'PUT',
      path: '/misspelt?x-id=CreateBucket',
      headers: { ...withInstance, 'x-amz-bucket-object-lock-enable': 'true', 'amz-sdk-request': 'attempt=1' },
    });
    expect(reply.status).toBe(200);
    expect((await cos.ask({ path: '/misspelt?versioning' })).xml('Status')).toBeUndefined();
  });

  test('rule 8: responses carry the namespace and requests may or may not', async () => {
    await cos.bucket('namespaces');
    const body =
      '<v:VersioningConfiguration xmlns:v="http://s3.amazonaws.com/doc/2006-03-01/">\n <v:Status> Enabled </v:Status></v:VersioningConfiguration>';
    expect(
      (await cos.ask({ method: 'PUT', path: '/namespaces?versioning', body, headers: withMd5(body) })).status,
    ).toBe(200);
    const read = await cos.ask({ path: '/namespaces?versioning' });
    expect(read.text).toContain('xmlns="http://s3.amazonaws.com/doc/2006-03-01/"');
    expect(read.xml('Status')).toBe('Enabled');
  });

  test.each([
    ['not XML', '<Versioning', 'MalformedXML'],
    ['another root', '<Other/>', 'MalformedXML'],
    [
      'a document type',
      '<!DOCTYPE a [<!ENTITY x "y">]><VersioningConfiguration>&x;</VersioningConfiguration>',
      'MalformedXML',
    ],
    [
      'deep nesting',
      `<VersioningConfiguration>${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}</VersioningConfiguration>`,
      'MalformedXML',
    ],
    ['nothing', '', 'MissingRequestBodyError'],
    [
      'another state',
      '<VersioningConfiguration><Status>On</Status></VersioningConfiguration>',
      'IllegalVersioningConfigurationException',
    ],
  ])('rules 9, 79: %s where a document is needed is refused', async (_what, body, code) => {
    const reply = await cos.ask({ method: 'PUT', path: '/namespaces?versioning', body, headers: withMd5(body) });
    expect([reply.status, reply.xml('Code')]).toEqual([400, code]);
  });

  test('rule 12: an unknown method is 405 and what the model lacks is 501', async () => {
    await cos.bucket('methods');
    const patch = await cos.ask({ method: 'PATCH', path: '/methods/key' });
    expect([patch.status, patch.xml('Code')]).toEqual([405, 'MethodNotAllowed']);
    for (const path of ['/methods?policy', '/methods?encryption', '/methods?logging', '/methods/key?attributes']) {
      const reply = await cos.ask({ path });
      expect([reply.status, reply.xml('Code')]).toEqual([501, 'NotImplemented']);
    }
  });

  test.each(['/%ff', '/bucket/%C3%28', '/bucket/%zz', '/bucket?prefix=%ff'])(
    'an undecodable address is refused: %s',
    async (path) => {
      expect((await cos.ask({ path })).xml('Code')).toBe('InvalidURI');
    },
  );
});

describe('buckets', () => {
  test.each([
    'ab',
    'a'.repeat(64),
    '-ab',
    'ab-',
    'a..b',
    'a--b',
    'a.-b',
    'a_b',
    '192.168.0.1',
    'cosv1-a',
    'account-a',
    'a%20b',
  ])('rule 28: the name is refused: %s', async (name) => {
    const reply = await cos.ask({ method: 'PUT', path: `/${name}`, headers: withInstance });
    expect([reply.status, reply.xml('Code')]).toEqual([400, 'InvalidBucketName']);
  });

  test('rule 29: a taken name is BucketAlreadyExists, whoever owns it and wherever it is', async () => {
    await cos.bucket('taken');
    for (const ask of [
      { as: 'Manager' as const, headers: withInstance },
      { as: 'foreign' as const, headers: { 'ibm-service-instance-id': otherInstanceGuid } },
      { as: hmacKey, location: 'eu-de' as const },
    ]) {
      expect((await cos.ask({ method: 'PUT', path: '/taken', ...ask })).xml('Code')).toBe('BucketAlreadyExists');
    }
  });

  test.each([
    'us-south',
    'us-east-1',
    'us-south-gold',
    'us-south-flex',
    'eu-de-standard',
    'us-south-onerate_active',
    '',
  ])('rules 30, 110: the location constraint is refused: "%s"', async (code) => {
    const reply = await cos.ask({ method: 'PUT', path: '/constrained', headers: withInstance, body: constraint(code) });
    expect([reply.status, reply.xml('Code')]).toEqual([400, 'InvalidLocationConstraint']);
  });

  test('rule 30: a class of the endpoint’s location is taken, One-Rate only on its instances', async () => {
    const make = (name: string, code: string, instance: string) =>
      cos.ask({
        method: 'PUT',
        path: `/${name}`,
        headers: { 'ibm-service-instance-id': instance },
        body: constraint(code),
      });
    expect((await make('cold-one', 'us-south-cold', instanceGuid)).status).toBe(200);
    expect((await make('rate-one', 'us-south-onerate_active', oneRateGuid)).status).toBe(200);
    expect((await make('rate-two', 'us-south-cold', oneRateGuid)).xml('Code')).toBe('InvalidLocationConstraint');
    expect((await cos.ask({ path: '/cold-one?location' })).xml('LocationConstraint')).toBe('us-south-cold');
  });

  test('rule 31: the 101st bucket of an instance is refused', async () => {
    const limited = await Fixture.start({ maxBuckets: 2 });
    try {
      await limited.bucket('one-1');
      await limited.bucket('one-2');
      const reply = await limited.ask({ method: 'PUT', path: '/one-3', headers: withInstance });
      expect(reply.xml('Code')).toBe('TooManyBuckets');
    } finally {
      await limited.stop();
    }
  });

  test('rule 32: object lock at creation turns versioning on', async () => {
    await cos.bucket('locked', { 'x-amz-bucket-object-lock-enabled': 'true' });
    expect((await cos.ask({ path: '/locked?versioning' })).xml('Status')).toBe('Enabled');
    await cos.bucket('unlocked', { 'x-amz-bucket-object-lock-enabled': 'yes' });
    expect((await cos.ask({ path: '/unlocked?versioning' })).xml('Status')).toBeUndefined();
    expect((await cos.ask({ path: '/unlocked?object-lock' })).status).toBe(404);
  });

  test.each([
    [{ 'ibm-sse-kp-encryption-algorithm': 'AES256' }],
    [{ 'ibm-sse-kp-customer-root-key-crn': rootKeyCrn }],
    [{ 'ibm-sse-kp-encryption-algorithm': 'aws:kms', 'ibm-sse-kp-customer-root-key-crn': rootKeyCrn }],
    [{ 'ibm-sse-kp-encryption-algorithm': 'AES256', 'ibm-sse-kp-customer-root-key-crn': 'crn:other' }],
  ])('rule 33: incomplete or unknown root key headers are refused: %o', async (headers) => {
    const reply = await cos.ask({
      method: 'PUT',
      path: '/kp-bad',
      headers: { ...withInstance, ...headers },
    });
    expect([reply.status, reply.xml('Code')]).toEqual([400, 'InvalidArgument']);
  });

  test('rule 33: a bucket with a root key says so on HEAD and v1 listing', async () => {
    await cos.bucket('kp-bucket', {
      'ibm-sse-kp-encryption-algorithm': 'AES256',
      'ibm-sse-kp-customer-root-key-crn': rootKeyCrn,
    });
    for (const method of ['HEAD', 'GET']) {
      const { headers } = await cos.ask({ method, path: '/kp-bucket' });
      expect([headers['ibm-sse-kp-enabled'], headers['ibm-sse-kp-crk-id']]).toEqual(['True', rootKeyCrn]);
    }
  });

  test('rules 34, 112: a bucket does not exist at another location, but is listed there', async () => {
    await cos.bucket('here');
    await cos.put('/here/key');
    for (const path of ['/here', '/here/key', '/here?location']) {
      const reply = await cos.ask({ path, location: 'eu-de' });
      expect([reply.status, reply.xml('Code')]).toEqual([404, 'NoSuchBucket']);
    }
    expect((await cos.ask({ path: '/', headers: withInstance, location: 'eu-de' })).all('Name')).toContain('here');
  });

  test('rules 35, 36: the extended list pages by name, the plain one never', async () => {
    const names: string[] = [];
    let marker = '';
    for (;;) {
      const page = await cos.ask({ path: `/?extended&max-keys=2&marker=${marker}`, headers: withInstance });
      expect(page.xml('MaxKeys')).toBe('2');
      expect(page.xml('NextMarker')).toBeUndefined();
      expect(page.all('LocationConstraint')).toHaveLength(page.all('Name').length);
      names.push(...page.all('Name'));
      marker = names.at(-1)!;
      if (page.xml('IsTruncated') === 'false') break;
    }
    const plain = await cos.ask({ path: '/?max-buckets=1', headers: withInstance });
    expect(plain.all('Name')).toEqual(names);
    expect(plain.text).not.toContain('LocationConstraint');
    expect((await cos.ask({ path: '/?extended&prefix=taken', headers: withInstance })).all('Name')).toEqual(['taken']);
  });

  test('rule 37: a bucket with an object, a marker or an open upload is not deleted; its name rests five minutes', async () => {
    await cos.bucket('doomed');
    await cos.put('/doomed/key');
    const remove = () => cos.ask({ method: 'DELETE', path: '/doomed' });
    expect((await remove()).xml('Code')).toBe('BucketNotEmpty');
    await cos.ask({ method: 'DELETE', path: '/doomed/key' });
    const upload = (await cos.ask({ method: 'POST', path: '/doomed/key?uploads' })).xml('UploadId')!;
    expect((await remove()).xml('Code')).toBe('BucketNotEmpty');
    await cos.ask({ method: 'DELETE', path: `/doomed/key?uploadId=${upload}` });
    expect((await remove()).status).toBe(204);
    const again = () => cos.ask({ method: 'PUT', path: '/doomed', headers: withInstance });
    expect((await again()).xml('Code')).toBe('BucketAlreadyExists');
    cos.clock.offsetMs = 5 * 60_000 + 1;
    expect((await again()).status).toBe(200);
    cos.clock.offsetMs = 0;
  });

  test('rule 38: the location can be printed with line breaks around it', async () => {
    const pretty = await Fixture.start({ prettyLocation: true });
    try {
      await pretty.bucket('pretty');
      expect((await pretty.ask({ path: '/pretty?location' })).text).toMatch(/>\n +us-south-standard\n</);
    } finally {
      await pretty.stop();
    }
  });
});
