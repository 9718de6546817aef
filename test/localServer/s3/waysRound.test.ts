import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runLifecycle } from '../../../src/localServer/s3/lifecycle/lifecycleRun';
import { Fixture, hmacKey, md5Base64, withMd5 } from './fixture';
import { presign } from './signer';

let cos: Fixture;
beforeAll(async () => void (cos = await Fixture.start()));
afterAll(() => cos.stop());

const codeOf = async (ask: Parameters<Fixture['ask']>[0]): Promise<string> => {
  const reply = await cos.ask(ask);
  return `${reply.status} ${reply.xml('Code') ?? ''}`.trim();
};
const copy = (source: string, target: string, headers: Record<string, string> = {}) =>
  cos.ask({ method: 'PUT', path: target, headers: { 'x-amz-copy-source': source, ...headers } });
const protect = async (bucket: string, min: number, normal: number, max: number): Promise<void> => {
  await cos.bucket(bucket);
  const days = (name: string, count: number) => `<${name}><Days>${count}</Days></${name}>`;
  const body = `<ProtectionConfiguration><Status>Retention</Status>${days('MinimumRetention', min)}${days('DefaultRetention', normal)}${days('MaximumRetention', max)}</ProtectionConfiguration>`;
  expect(await codeOf({ method: 'PUT', path: `/${bucket}?protection`, body, headers: withMd5(body) })).toBe('200');
};

test('a source that is overwritten while it is copied is not taken for the one that was read', async () => {
  await cos.bucket('racing');
  await cos.put('/racing/source', 'old bytes');
  const read = cos.store.blobs.read.bind(cos.store.blobs);
  const spy = vi.spyOn(cos.store.blobs, 'read').mockImplementationOnce(async (...args) => {
    const bytes = await read(...args);
    return (async function* () {
      // The row of the old version, the last one of all, goes, and its number with it to the new version.
      await cos.put('/racing/source', 'new bytes');
      yield* bytes;
    })() as Awaited<ReturnType<typeof read>>;
  });
  const reply = await copy('/racing/source', '/racing/target', { 'x-amz-checksum-algorithm': 'SHA256' });
  spy.mockRestore();
  expect(`${reply.status} ${reply.xml('Code')}`).toBe('409 OperationAborted');
  expect(await codeOf({ path: '/racing/target' })).toBe('404 NoSuchKey');
  expect((await copy('/racing/source', '/racing/target')).status).toBe(200);
  expect((await cos.ask({ path: '/racing/target' })).text).toBe('new bytes');
});

test('rule 27: a copy does not carry out what the firewall of its source keeps in', async () => {
  await cos.bucket('keep-in');
  await cos.bucket('outside');
  await cos.put('/keep-in/secret', 'x');
  const { id } = cos.store.buckets.find('keep-in')!;
  await cos.store.write(() => cos.store.buckets.setSetting(id, 'firewall', { allowed_ip: ['10.0.0.0/8'] }));
  expect((await copy('/keep-in/secret', '/outside/secret')).status).toBe(403);
  const upload = (await cos.ask({ method: 'POST', path: '/outside/parts?uploads' })).xml('UploadId')!;
  expect((await copy('/keep-in/secret', `/outside/parts?partNumber=1&uploadId=${upload}`)).status).toBe(403);
});

test('rules 89, 99: a retention that is copied along keeps to the policy of the bucket it comes into', async () => {
  await protect('short', 0, 1, 10);
  await protect('long', 5, 6, 100);
  const put = (path: string, seconds: number) =>
    cos.put(path, 'x', { 'content-md5': md5Base64('x'), 'retention-period': String(seconds) });
  const along = (source: string, target: string) => copy(source, target, { 'retention-directive': 'COPY' });
  await put('/short/minute', 60);
  await put('/short/week', 7 * 86_400);
  await put('/long/month', 30 * 86_400);
  expect((await along('/short/minute', '/long/minute')).status).toBe(400);
  expect((await along('/long/month', '/short/month')).status).toBe(400);
  expect((await along('/short/week', '/long/week')).status).toBe(200);
});

test('rule 93: a date just before an object was made does not protect it forever', async () => {
  await protect('dates', 0, 0, 10);
  await cos.put('/dates/key', 'x', { 'content-md5': md5Base64('x') });
  const { createdAtMs } = cos.store.objects.findLatest(cos.store.buckets.find('dates')!.id, 'key')!.retention!;
  // A whole second, so that the difference is one second and a part of another.
  const date = new Date(Math.floor(createdAtMs / 1000 - 1) * 1000).toISOString().replace('.000', '');
  const headers = { 'new-retention-expiration-date': date, 'content-length': '0' };
  expect(await codeOf({ method: 'POST', path: '/dates/key?extendRetention', headers })).toBe('400 InvalidRequest');
  expect((await cos.ask({ method: 'HEAD', path: '/dates/key' })).headers['retention-period']).toBe('0');
});

test('rule 107: with versioning suspended, a version that stays counts', async () => {
  await cos.bucket('suspended');
  const versioning = (status: string) => {
    const body = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
    return codeOf({ method: 'PUT', path: '/suspended?versioning', body, headers: withMd5(body) });
  };
  expect(await versioning('Enabled')).toBe('200');
  await cos.put('/suspended/key', 'x'.repeat(10));
  expect(await versioning('Suspended')).toBe('200');
  const { id } = cos.store.buckets.find('suspended')!;
  await cos.store.write(() => cos.store.buckets.setSetting(id, 'hardQuotaBytes', 15));
  expect(await codeOf({ method: 'PUT', path: '/suspended/key', body: 'y'.repeat(10) })).toBe('403 QuotaExceeded');
});

test('what cannot be given back as a header is refused, and not stored unreadable', async () => {
  await cos.bucket('headers');
  const { host } = new URL(cos.endpoint());
  for (const wish of ['x-amz-meta-note=one%0D%0Atwo', 'x-amz-meta-note=%E2%82%AC', 'x-amz-meta-a%20b=c']) {
    const path = presign(hmacKey, cos.clock.nowMs(), {
      method: 'PUT',
      path: `/headers/key?${wish}`,
      host,
      expiresSeconds: 60,
    });
    expect(await codeOf({ method: 'PUT', path, body: 'x', as: 'anonymous' })).toBe('400 InvalidArgument');
  }
  expect(await codeOf({ path: '/headers/key' })).toBe('404 NoSuchKey');
});

test('names of form fields count as their values do', async () => {
  await cos.bucket('forms');
  const fields = Array.from(
    { length: 100 },
    (_, i) => `--b\r\nContent-Disposition: form-data; name="${i}${'n'.repeat(4000)}"\r\n\r\n\r\n`,
  );
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  const body = `${fields.join('')}--b--\r\n`;
  expect(await codeOf({ method: 'POST', path: '/forms', body, headers, as: 'anonymous' })).toBe(
    '400 MaxPostPreDataLengthExceededError',
  );
});

test('versioning that is enabled while lifecycle rules run keeps what expires as old version', async () => {
  await cos.bucket('turning');
  await cos.put('/turning/key', 'x');
  const { id } = cos.store.buckets.find('turning')!;
  const rule = { id: 'all', status: 'Enabled', filter: { tags: [] }, expiration: { days: 1 } };
  await cos.store.write(() => cos.store.buckets.setSetting(id, 'lifecycle', { rules: [rule] }));
  const list = cos.store.listing.versions.bind(cos.store.listing);
  let enabled: Promise<void> | undefined;
  const spy = vi.spyOn(cos.store.listing, 'versions').mockImplementationOnce((...args) => {
    enabled = cos.store.write(() => cos.store.buckets.setVersioning(id, 'Enabled'));
    return list(...args);
  });
  await runLifecycle(cos.store, 'turning', Date.now() + 3 * 86_400_000);
  await enabled;
  spy.mockRestore();
  expect(await codeOf({ path: '/turning/key' })).toBe('404 NoSuchKey');
  expect((await cos.ask({ path: '/turning/key?versionId=null' })).text).toBe('x');
});

test('a connection can be used again after a body in chunks was refused half-way', async () => {
  await cos.bucket('chunks');
  const headers = {
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': '500000',
  };
  const body = `zz\r\n${'x'.repeat(500_000)}`;
  expect(await codeOf({ method: 'PUT', path: '/chunks/key', body, headers })).toBe('400 InvalidRequest');
  expect(await codeOf({ path: '/chunks/key' })).toBe('404 NoSuchKey');
}, 5000);
