import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultSwitches } from '../../../src/localServer/s3/message/options';
import { Fixture, withInstance, withMd5, type Ask } from './fixture';

let cos: Fixture;
beforeAll(async () => {
  cos = await Fixture.start();
  await cos.bucket('rules');
});
afterAll(() => cos.stop());
beforeEach(() => void Object.assign(cos.switches, defaultSwitches));
afterEach(() => void (cos.clock.offsetMs = 0));

const codeOf = async (ask: Ask): Promise<string> => {
  const reply = await cos.ask(ask);
  return `${reply.status} ${reply.xml('Code') ?? ''}`.trim();
};
const send = (method: string, path: string, body: string) => codeOf({ method, path, body, headers: withMd5(body) });
const versioning = (bucket: string, status: string) =>
  send('PUT', `/${bucket}?versioning`, `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`);
const protection = (bucket: string, days: number) =>
  send(
    'PUT',
    `/${bucket}?protection`,
    `<ProtectionConfiguration><Status>Retention</Status>${['Minimum', 'Default', 'Maximum']
      .map((name) => `<${name}Retention><Days>${days}</Days></${name}Retention>`)
      .join('')}</ProtectionConfiguration>`,
  );
const empty = { 'content-length': '0' };

describe('answers', () => {
  test('rule 4: 204 and 304 have no body, and a configuration that was taken is a 200 of length 0', async () => {
    const etag = (await cos.put('/rules/four')).headers['etag']!;
    const same = await cos.ask({ path: '/rules/four', headers: { 'if-none-match': etag } });
    expect([same.status, same.body.length, same.headers['content-length']]).toEqual([304, 0, undefined]);
    const gone = await cos.ask({ method: 'DELETE', path: '/rules/four' });
    expect([gone.status, gone.body.length, gone.headers['content-length']]).toEqual([204, 0, undefined]);
    const body = '<Tagging><TagSet></TagSet></Tagging>';
    const set = await cos.ask({ method: 'PUT', path: '/rules?tagging', body, headers: withMd5(body) });
    expect([set.status, set.headers['content-length'], set.body.length]).toEqual([200, '0', 0]);
  });

  test.each([
    ['DELETE', '/rules'],
    ['DELETE', '/rules/key'],
    ['POST', '/rules/key?uploads'],
    ['POST', '/rules/key?extendRetention'],
    ['DELETE', '/rules/key?uploadId=id'],
  ])('rule 9: a body with %s %s is UnexpectedContent, however it is framed', async (method, path) => {
    await cos.put('/rules/key');
    expect(await codeOf({ method, path, body: 'x' })).toBe('400 UnexpectedContent');
    const chunked = { 'transfer-encoding': 'chunked' };
    expect(await codeOf({ method, path, body: 'x', chunked: true, headers: chunked })).toBe('400 UnexpectedContent');
    expect(await codeOf({ path: '/rules/key' })).toBe('200');
  });

  test('rule 9: a copy has no body', async () => {
    await cos.put('/rules/source');
    const headers = { 'x-amz-copy-source': '/rules/source' };
    expect(await codeOf({ method: 'PUT', path: '/rules/no-copy', body: 'x', headers })).toBe('400 UnexpectedContent');
    expect(await codeOf({ path: '/rules/no-copy' })).toBe('404 NoSuchKey');
  });

  test('rule 13: dates have milliseconds in XML, and whole seconds in headers and conditions', async () => {
    cos.clock.offsetMs = 500 - (Date.now() % 1000);
    const put = await cos.put('/rules/dated');
    expect(put.status).toBe(200);
    const listed = (await cos.ask({ path: '/rules?prefix=dated' })).xml('LastModified')!;
    expect(listed).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const shown = (await cos.ask({ method: 'HEAD', path: '/rules/dated' })).headers['last-modified']!;
    expect(shown).toMatch(/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/);
    expect(Math.floor(Date.parse(listed) / 1000) * 1000).toBe(Date.parse(shown));
    expect(await codeOf({ path: '/rules/dated', headers: { 'if-unmodified-since': shown } })).toBe('200');
    expect((await cos.ask({ path: '/rules/dated', headers: { 'if-modified-since': shown } })).status).toBe(304);
  });

  test('an unexpected failure is InternalError to the client and a line in the log, without secrets', async () => {
    const segments = cos.store.objects.segments.bind(cos.store.objects);
    await cos.put('/rules/failing');
    cos.store.objects.segments = () => {
      throw new Error('the disk is on fire');
    };
    try {
      const reply = await cos.ask({ path: '/rules/failing', headers: { 'x-amz-meta-secret': 'hush' } });
      expect([reply.status, reply.xml('Code'), reply.text.includes('fire')]).toEqual([500, 'InternalError', false]);
      const line = cos.logged.at(-1)!;
      expect(line).toContain('the disk is on fire');
      expect(line).toContain(reply.xml('RequestId'));
      expect(line).not.toMatch(/token-Manager|hush/);
    } finally {
      cos.store.objects.segments = segments;
    }
    const before = cos.logged.length;
    expect(await codeOf({ path: '/rules/absent' })).toBe('404 NoSuchKey');
    expect(cos.logged.length).toBe(before);
  });
});

describe('rule 14: configuration', () => {
  test('rule 14: versioning is seen after the switched delay, and until then writes are unversioned', async () => {
    await cos.bucket('delayed-versions');
    cos.switches.configurationDelayMs = 300_000;
    const status = async () => (await cos.ask({ path: '/delayed-versions?versioning' })).xml('Status');
    expect(await versioning('delayed-versions', 'Enabled')).toBe('200');
    expect(await status()).toBeUndefined();
    expect((await cos.put('/delayed-versions/k')).headers['x-amz-version-id']).toBeUndefined();
    cos.clock.offsetMs = 299_000;
    expect(await status()).toBeUndefined();
    cos.clock.offsetMs = 301_000;
    expect(await status()).toBe('Enabled');
    expect((await cos.put('/delayed-versions/k')).headers['x-amz-version-id']).toMatch(/^[0-9a-f-]{36}$/);
    const listed = await cos.ask({ path: '/delayed-versions?versions' });
    expect(listed.all('VersionId')).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), 'null']);
  });

  test('rule 14: retention defaults and replication are seen after the switched delay', async () => {
    await cos.bucket('delayed-worm');
    await cos.bucket('delayed-rules', { 'x-amz-bucket-object-lock-enabled': 'true' });
    cos.switches.configurationDelayMs = 300_000;
    expect(await protection('delayed-worm', 1)).toBe('200');
    const rule =
      '<Rule><Priority>1</Priority><Status>Enabled</Status><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication><Filter><Prefix></Prefix></Filter><Destination><Bucket>crn:v1:bluemix:public:cloud-object-storage:global:a/acc1:guid:bucket:target</Bucket></Destination></Rule>';
    const replication = `<ReplicationConfiguration>${rule}</ReplicationConfiguration>`;
    expect(await send('PUT', '/delayed-rules?replication', replication)).toBe('200');
    const state = async () => [
      (await cos.ask({ path: '/delayed-worm?protection' })).xml('Status'),
      await codeOf({ path: '/delayed-rules?replication' }),
    ];
    expect(await state()).toEqual(['Disabled', '404 ReplicationConfigurationNotFoundError']);
    cos.clock.offsetMs = 301_000;
    expect(await state()).toEqual(['Retention', '200']);
  });
});

describe('listings', () => {
  test('rule 41: entries inside a page can be shuffled, and pages still add up', async () => {
    await cos.bucket('shuffled');
    const keys = Array.from({ length: 30 }, (_, index) => `k${String(index).padStart(2, '0')}`);
    for (const key of keys) await cos.put(`/shuffled/${key}`, '');
    expect((await cos.ask({ path: '/shuffled?list-type=2' })).all('Key')).toEqual(keys);
    cos.switches.shuffledListings = true;
    const orders = new Set<string>();
    for (let run = 0; run < 5; run++) {
      const seen: string[] = [];
      let token = '';
      do {
        const page = await cos.ask({ path: `/shuffled?list-type=2&max-keys=11&continuation-token=${token}` });
        seen.push(...page.all('Key'));
        token = page.xml('NextContinuationToken') ?? '';
      } while (token !== '');
      expect([...seen].sort()).toEqual(keys);
      orders.add(seen.join());
    }
    expect(orders.size).toBeGreaterThan(1);
  });

  test('rule 43: version 1 names the next marker only under a delimiter, and a marker is exclusive', async () => {
    for (const key of ['p/1', 'p/2', 'q/1']) await cos.put(`/rules/list/${key}`, '');
    const flat = await cos.ask({ path: '/rules?prefix=list/&max-keys=2' });
    expect([flat.xml('IsTruncated'), flat.xml('NextMarker')]).toEqual(['true', undefined]);
    const folded = await cos.ask({ path: '/rules?prefix=list/&delimiter=/&max-keys=1' });
    expect([folded.xml('IsTruncated'), folded.xml('NextMarker')]).toEqual(['true', 'list/p/']);
    expect((await cos.ask({ path: '/rules?prefix=list/&marker=list/p/2' })).all('Key')).toEqual(['list/q/1']);
  });
});

describe('objects', () => {
  test('rule 61: a part, a copy and a completed object have their limits, which can be lowered', async () => {
    Object.assign(cos.switches, { maxPutBytes: 100, minPartBytes: 1, maxObjectBytes: 150 });
    const create = await cos.ask({ method: 'POST', path: '/rules/limits?uploads', headers: empty });
    const upload = `/rules/limits?uploadId=${create.xml('UploadId')}`;
    const part = (number: number, sizeBytes: number) =>
      cos.ask({ method: 'PUT', path: `${upload}&partNumber=${number}`, body: 'x'.repeat(sizeBytes) });
    expect((await part(1, 101)).xml('Code')).toBe('EntityTooLarge');
    const etags = [(await part(1, 100)).headers['etag'], (await part(2, 51)).headers['etag']];
    const document = etags.map(
      (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
    );
    const complete = { body: `<CompleteMultipartUpload>${document.join('')}</CompleteMultipartUpload>` };
    expect(await codeOf({ method: 'POST', path: upload, ...complete })).toBe('400 EntityTooLarge');
    cos.switches.maxObjectBytes = 151;
    expect(await codeOf({ method: 'POST', path: upload, ...complete })).toBe('200');
    const copy = { ...empty, 'x-amz-copy-source': '/rules/limits' };
    expect(await codeOf({ method: 'PUT', path: '/rules/limits-copy', headers: copy })).toBe('400 EntityTooLarge');
    const next = await cos.ask({ method: 'POST', path: '/rules/limits2?uploads', headers: empty });
    const target = `/rules/limits2?partNumber=1&uploadId=${next.xml('UploadId')}`;
    expect(await codeOf({ method: 'PUT', path: target, headers: copy })).toBe('400 EntityTooLarge');
    const range = { ...copy, 'x-amz-copy-source-range': 'bytes=0-99' };
    expect(await codeOf({ method: 'PUT', path: target, headers: range })).toBe('200');
    expect(await codeOf({ path: '/rules/limits-copy' })).toBe('404 NoSuchKey');
  });

  test('rules 65, 80: deleting a version that is not there is NoSuchVersion, or 204 where that is switched on', async () => {
    await cos.bucket('versions-gone');
    await versioning('versions-gone', 'Enabled');
    const id = (await cos.put('/versions-gone/k')).headers['x-amz-version-id']!;
    const remove = () => codeOf({ method: 'DELETE', path: `/versions-gone/k?versionId=${id}` });
    expect(await remove()).toBe('204');
    expect(await remove()).toBe('404 NoSuchVersion');
    cos.switches.absentVersionDeleteStatus = 204;
    expect(await remove()).toBe('204');
    expect(await codeOf({ method: 'DELETE', path: '/versions-gone/k?versionId=nonsense' })).toBe('400 InvalidArgument');
    expect(await codeOf({ path: `/versions-gone/k?versionId=${id}` })).toBe('404 NoSuchVersion');
  });

  test('rule 69: a document of grants is taken when it says what a canned ACL says', async () => {
    await cos.put('/rules/acl');
    const all = '<Grantee><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee>';
    const own = '<Grant><Grantee><ID>acc1</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>';
    const put = (grants: string, headers: Record<string, string> = {}) => {
      const body = `<AccessControlPolicy><Owner><ID>acc1</ID></Owner><AccessControlList>${grants}</AccessControlList></AccessControlPolicy>`;
      return codeOf({ method: 'PUT', path: '/rules/acl?acl', body, headers: { ...withMd5(body), ...headers } });
    };
    const anonymous = () => codeOf({ path: '/rules/acl', as: 'anonymous' });
    expect(await put(`${own}<Grant>${all}<Permission>READ</Permission></Grant>`)).toBe('200');
    expect(await anonymous()).toBe('200');
    expect(await put(`${own}<Grant>${all}<Permission>WRITE</Permission></Grant>`)).toBe('400 InvalidArgument');
    expect(await put(own.replace('acc1', 'someone'))).toBe('400 InvalidArgument');
    expect(await put(own, { 'x-amz-acl': 'private' })).toBe('400 UnexpectedContent');
    expect(await anonymous()).toBe('200');
    // What GET answers can be put back.
    const read = (await cos.ask({ path: '/rules/acl?acl' })).text;
    expect(await send('PUT', '/rules/acl?acl', read)).toBe('200');
    expect(await anonymous()).toBe('200');
    expect(await put(own)).toBe('200');
    expect(await anonymous()).toBe('403 AccessDenied');
  });

  test('rule 103: writing into an archive without a rule is refused, or archives at once where switched on', async () => {
    const headers = { 'x-amz-storage-class': 'GLACIER' };
    expect(await codeOf({ method: 'PUT', path: '/rules/cold', body: 'x', headers })).toBe('400 InvalidArgument');
    expect(await codeOf({ path: '/rules/cold' })).toBe('404 NoSuchKey');
    cos.switches.directArchive = 'allowed';
    expect(await codeOf({ method: 'PUT', path: '/rules/cold', body: 'x', headers })).toBe('200');
    expect(await codeOf({ path: '/rules/cold' })).toBe('403 InvalidObjectState');
    const head = await cos.ask({ method: 'HEAD', path: '/rules/cold' });
    expect([head.status, head.headers['x-amz-storage-class']]).toEqual([200, 'GLACIER']);
    expect((await cos.ask({ path: '/rules?prefix=cold' })).xml('StorageClass')).toBe('GLACIER');
    const other = { 'x-amz-storage-class': 'STANDARD_IA' };
    expect(await codeOf({ method: 'PUT', path: '/rules/cool', body: 'x', headers: other })).toBe('400 InvalidArgument');
  });
});

describe('buckets', () => {
  test('rule 39: the class and location of a bucket never change', async () => {
    await cos.bucket('classy');
    const body =
      '<CreateBucketConfiguration><LocationConstraint>us-south-cold</LocationConstraint></CreateBucketConfiguration>';
    expect(await codeOf({ method: 'PUT', path: '/classy', body, headers: withInstance })).toBe(
      '409 BucketAlreadyExists',
    );
    expect(await codeOf({ method: 'PUT', path: '/classy?location', body })).toBe('405 MethodNotAllowed');
    expect((await cos.ask({ path: '/classy?location' })).xml('LocationConstraint')).toBe('us-south-standard');
  });

  test('rules 97, 106: Aspera keys are given to writers, and not for a bucket with a retention policy', async () => {
    const reply = await cos.ask({ path: '/rules?faspConnectionInfo' });
    expect(reply.text).toMatch(
      /<FASPConnectionInfo [^>]*><AccessKey><Id>[^<]{32}<\/Id><Secret>[^<]{48}<\/Secret><\/AccessKey><ATSEndpoint>https:[^<]+<\/ATSEndpoint><\/FASPConnectionInfo>/,
    );
    expect((await cos.ask({ path: '/rules?faspConnectionInfo' })).xml('Secret')).toBe(reply.xml('Secret'));
    expect(await codeOf({ path: '/rules?faspConnectionInfo', as: 'Reader' })).toBe('403 AccessDenied');
    expect(await codeOf({ method: 'PUT', path: '/rules?faspConnectionInfo', body: '' })).toBe('405 MethodNotAllowed');
    await cos.bucket('no-aspera');
    expect(await protection('no-aspera', 1)).toBe('200');
    expect(await codeOf({ path: '/no-aspera?faspConnectionInfo' })).toBe('400 InvalidRequest');
  });

  test('tags of a bucket are put, read and removed, within the limits of tags', async () => {
    await cos.bucket('tagged');
    const put = (tag: string) => send('PUT', '/tagged?tagging', `<Tagging><TagSet>${tag}</TagSet></Tagging>`);
    expect(await codeOf({ path: '/tagged?tagging' })).toBe('404 NoSuchTagSet');
    expect(await put('<Tag><Key>team</Key><Value>blue</Value></Tag>')).toBe('200');
    const read = await cos.ask({ path: '/tagged?tagging' });
    expect([read.xml('Key'), read.xml('Value')]).toEqual(['team', 'blue']);
    expect(await put('<Tag><Key>ibm:team</Key><Value>blue</Value></Tag>')).toBe('400 InvalidTag');
    expect(await codeOf({ method: 'DELETE', path: '/tagged?tagging' })).toBe('204');
    expect(await codeOf({ path: '/tagged?tagging' })).toBe('404 NoSuchTagSet');
  });
});
