import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runLifecycle } from '../../../src/localServer/s3/lifecycle/lifecycleRun';
import { defaultSwitches } from '../../../src/localServer/s3/message/options';
import { Fixture, withMd5, type Ask } from './fixture';

const daySeconds = 86_400;
const dayMs = daySeconds * 1000;
const empty = { 'content-length': '0' };

let cos: Fixture;
beforeAll(async () => {
  cos = await Fixture.start();
  await cos.bucket('choices');
  await cos.bucket('held');
  const days = ['Minimum', 'Default', 'Maximum'].map(
    (name, index) => `<${name}Retention><Days>${[0, 10, 100][index]}</Days></${name}Retention>`,
  );
  const permanent = '<EnablePermanentRetention>true</EnablePermanentRetention>';
  await document(
    '/held?protection',
    `<ProtectionConfiguration><Status>Retention</Status>${days.join('')}${permanent}</ProtectionConfiguration>`,
  );
});
afterAll(() => cos.stop());
beforeEach(() => void Object.assign(cos.switches, defaultSwitches));
afterEach(() => void (cos.clock.offsetMs = 0));

const codeOf = async (ask: Ask): Promise<string> => {
  const reply = await cos.ask(ask);
  return `${reply.status} ${reply.xml('Code') ?? ''}`.trim();
};
const document = (path: string, body: string, method = 'PUT') => codeOf({ method, path, body, headers: withMd5(body) });
const copy = (source: string, target: string, headers: Record<string, string> = {}) =>
  codeOf({ method: 'PUT', path: target, headers: { ...empty, 'x-amz-copy-source': source, ...headers } });

describe('copies', () => {
  test.each(['%zz/key', '%ff/key', 'choices', '/', '/choices/?versionId=x', 'choices/key?other=1'])(
    'rule 66: the source "%s" is InvalidArgument',
    async (source) => {
      await cos.put('/choices/key');
      expect(await copy(source, '/choices/target')).toBe('400 InvalidArgument');
    },
  );

  test('rule 66: the source may be at another location, unless that is switched off', async () => {
    await cos.bucket('elsewhere', {}, 'eu-de');
    await cos.ask({ method: 'PUT', path: '/elsewhere/far', body: 'from afar', location: 'eu-de' });
    expect(await copy('/elsewhere/far', '/choices/near')).toBe('200');
    expect((await cos.ask({ path: '/choices/near' })).text).toBe('from afar');
    cos.switches.copyAcrossLocations = 'refused';
    expect(await copy('/elsewhere/far', '/choices/near')).toBe('404 NoSuchBucket');
  });

  test('rules 66, 103: an archived source is InvalidObjectState', async () => {
    cos.switches.directArchive = 'allowed';
    await cos.put('/choices/frozen', 'x', { 'x-amz-storage-class': 'ACCELERATED' });
    expect(await copy('/choices/frozen', '/choices/thawed')).toBe('403 InvalidObjectState');
  });

  test('rule 99: without a directive a copy gets the default retention, or is refused where switched on', async () => {
    await cos.put('/choices/key');
    expect(await copy('/choices/key', '/held/copied')).toBe('200');
    const head = await cos.ask({ method: 'HEAD', path: '/held/copied' });
    expect(head.headers['retention-period']).toBe(String(10 * daySeconds));
    cos.switches.absentRetentionDirective = 'refused';
    expect(await copy('/choices/key', '/held/refused')).toBe('400 InvalidRequest');
    expect(await copy('/choices/key', '/held/named', { 'retention-directive': 'Replace' })).toBe('200');
  });
});

describe('uploads', () => {
  test.each([
    ['PUT', '&partNumber=1'],
    ['GET', ''],
    ['DELETE', ''],
  ])('rule 74: %s of an upload that is not there is a 404', async (method, more) => {
    const path = `/choices/key?uploadId=00000000-0000-4000-8000-000000000000${more}`;
    expect(await codeOf({ method, path, ...(method === 'PUT' ? { body: 'x' } : {}) })).toBe('404 NoSuchUpload');
  });

  test('rule 75: retention headers of Create and of parts are ignored, those of Complete count', async () => {
    const period = { 'retention-period': String(50 * daySeconds) };
    const upload = async (headers: Record<string, string>): Promise<string | undefined> => {
      const create = await cos.ask({ method: 'POST', path: '/held/parts?uploads', headers: { ...empty, ...period } });
      const path = `/held/parts?uploadId=${create.xml('UploadId')}`;
      const part = await cos.ask({
        method: 'PUT',
        path: `${path}&partNumber=1`,
        body: 'x',
        headers: { ...withMd5('x'), ...period },
      });
      const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers['etag']}</ETag></Part></CompleteMultipartUpload>`;
      expect(await codeOf({ method: 'POST', path, body, headers: { ...withMd5(body), ...headers } })).toBe('200');
      return (await cos.ask({ method: 'HEAD', path: '/held/parts' })).headers['retention-period'];
    };
    expect(await upload({ 'retention-period': '0' })).toBe('0');
    expect(await upload({})).toBe(String(10 * daySeconds));
  });
});

describe('locks and retention', () => {
  test('rule 81: a default rule may be left out, or must be there where switched on', async () => {
    await cos.bucket('lockable', { 'x-amz-bucket-object-lock-enabled': 'true' });
    const body = '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>';
    expect(await document('/lockable?object-lock', body)).toBe('200');
    cos.switches.objectLockRule = 'required';
    expect(await document('/lockable?object-lock', body)).toBe('400 MalformedXML');
  });

  test('rule 85: retention and hold of an object that has none are a 404', async () => {
    await cos.bucket('lock-free', { 'x-amz-bucket-object-lock-enabled': 'true' });
    await cos.put('/lock-free/k');
    expect(await codeOf({ path: '/lock-free/k?retention' })).toBe('404 NoSuchObjectLockConfiguration');
    expect(await codeOf({ path: '/lock-free/k?legal-hold' })).toBe('404 NoSuchObjectLockConfiguration');
  });

  test('rule 93: permanent retention is never changed', async () => {
    await cos.put('/held/forever', 'x', { ...withMd5('x'), 'retention-period': '-2' });
    for (const header of [
      { 'new-retention-period': String(50 * daySeconds) },
      { 'new-retention-period': '-1' },
      { 'additional-retention-period': '1' },
      { 'extend-retention-from-current-time': String(50 * daySeconds) },
    ]) {
      const headers = { ...empty, ...header };
      expect(await codeOf({ method: 'POST', path: '/held/forever?extendRetention', headers })).toBe(
        '400 InvalidRequest',
      );
    }
    cos.clock.offsetMs = 10_000 * dayMs;
    expect(await codeOf({ method: 'DELETE', path: '/held/forever' })).toBe('451 UnavailableForLegalReasons');
  });
});

describe('lifecycle', () => {
  const expireAfterOneDay =
    '<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter/><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>';

  test('rule 98: expiry leaves an object until its retention ends', async () => {
    expect(await document('/held?lifecycle', expireAfterOneDay)).toBe('200');
    await cos.put('/held/expiring', 'x', withMd5('x'));
    await runLifecycle(cos.store, 'held', cos.clock.nowMs() + 5 * dayMs);
    expect((await cos.ask({ path: '/held/expiring' })).status).toBe(200);
    await runLifecycle(cos.store, 'held', cos.clock.nowMs() + 11 * dayMs);
    expect((await cos.ask({ path: '/held/expiring' })).status).toBe(404);
  });

  test('rule 101: removing a configuration that is not there is a 204, or a 404 where switched on', async () => {
    const remove = () => codeOf({ method: 'DELETE', path: '/choices?lifecycle' });
    expect(await remove()).toBe('204');
    cos.switches.absentLifecycleDeleteStatus = 404;
    expect(await remove()).toBe('404 NoSuchLifecycleConfiguration');
    expect(await document('/choices?lifecycle', expireAfterOneDay)).toBe('200');
    expect(await remove()).toBe('204');
  });
});
