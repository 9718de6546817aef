import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { listen, type Listener } from '../../../src/localServer/listener';
import { defaultSwitches } from '../../../src/localServer/s3/message/options';
import { text } from '../../../src/localServer/seed/seedObject';
import { seedStore } from '../../../src/localServer/seed/seedStore';
import { openStore, type Store } from '../../../src/localServer/store/store';
import type { WebsiteSetting } from '../../../src/localServer/s3/bucket/website';
import { createWebsiteHandler } from '../../../src/localServer/website/websiteHandler';

let folder: string;
let store: Store;
let listener: Listener;
const publicBuckets = new Set<string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cos-website-'));
  store = openStore(folder);
  const page = (key: string, content: string) => text(key, 'text/html', 1, [content]);
  await seedStore(store, {
    clock: { nowMs: () => Date.parse('2026-01-02T03:04:05Z') },
    instanceGuid: 'instance',
    ownerId: 'owner',
    buckets: [
      {
        name: 'site',
        location: 'us-south',
        storageClass: 'standard',
        versioning: 'never',
        objects: () => [
          page('index.html', 'home'),
          page('error.html', 'sorry'),
          page('docs/index.html', 'docs'),
          page('docs/ü & more.html', 'more'),
          { ...page('old.html', 'old'), headers: { 'x-amz-website-redirect-location': 'https://example.com/new' } },
          { ...page('style.css', 'css'), contentType: 'text/css', metadata: { build: '7' } },
        ],
      },
      { name: 'plain', location: 'us-south', storageClass: 'standard', versioning: 'never', objects: () => [] },
    ],
  });
  const handler = createWebsiteHandler({
    store,
    identity: {
      verifyToken: () => ({ ok: false, reason: 'malformed' }),
      findHmacKey: () => undefined,
      findInstance: () => undefined,
      findPublicRole: (bucket) => (publicBuckets.has(bucket) ? 'ObjectReader' : undefined),
    },
    clock: { nowMs: () => Date.now() },
    faults: { take: () => [] },
    switches: defaultSwitches,
    protocol: 'http',
    log: (line) => expect.unreachable(line),
  });
  listener = await listen(handler, { service: 'website', port: 0, transport: { kind: 'http' } });
});
afterAll(async () => {
  await listener.close(0);
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  publicBuckets.add('site');
  await configure({ indexSuffix: 'index.html', errorKey: 'error.html', rules: [] });
});

const configure = (setting: WebsiteSetting) =>
  store.write(() => store.buckets.setSetting(store.buckets.find('site')!.id, 'website', setting));

interface Page {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

function get(
  path: string,
  options: { method?: string; host?: string; headers?: Record<string, string> } = {},
): Promise<Page> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', host = 'site.localhost', headers = {} } = options;
    const url = new URL(listener.url);
    const sent = request(
      { hostname: url.hostname, port: url.port, path, method, headers: { host, ...headers } },
      (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
      },
    );
    sent.on('error', reject).end();
  });
}

it('rule 104: serves the index page of the site and of every folder', async () => {
  const home = await get('/');
  expect([home.status, home.body, home.headers['content-type']]).toEqual([200, 'home\n', 'text/html']);
  expect((await get('/docs/')).body).toBe('docs\n');
  const folderPage = await get('/docs');
  expect([folderPage.status, folderPage.headers['location']]).toEqual([302, 'http://site.localhost/docs/']);
  expect((await get('/site/docs/', { host: '127.0.0.1' })).body).toBe('docs\n');
});

it('serves objects with their headers, by decoded key', async () => {
  expect((await get('/docs/%C3%BC%20%26%20more.html')).body).toBe('more\n');
  const css = await get('/style.css');
  expect(css.headers).toMatchObject({ 'content-type': 'text/css', 'x-amz-meta-build': '7', 'content-length': '4' });
  const head = await get('/style.css', { method: 'HEAD' });
  expect([head.status, head.body, head.headers['etag']]).toEqual([200, '', css.headers['etag']]);
});

it('answers conditions and ranges', async () => {
  const etag = String((await get('/style.css')).headers['etag']);
  const unchanged = await get('/style.css', { headers: { 'if-none-match': etag } });
  expect([unchanged.status, unchanged.body]).toEqual([304, '']);
  const part = await get('/style.css', { headers: { range: 'bytes=1-2' } });
  expect([part.status, part.body, part.headers['content-range']]).toEqual([206, 'ss', 'bytes 1-2/4']);
  expect((await get('/style.css', { headers: { range: 'bytes=9-' } })).status).toBe(416);
});

it('rule 104: shows the error document with the status of the error', async () => {
  const missing = await get('/nothing.html');
  expect([missing.status, missing.body]).toEqual([404, 'sorry\n']);
  await configure({ indexSuffix: 'index.html', rules: [] });
  const plain = await get('/nothing.html');
  expect(plain.status).toBe(404);
  expect(plain.body).toContain('NoSuchKey');
});

it('rule 104: hides what is not public, whoever asks', async () => {
  publicBuckets.clear();
  const headers = { authorization: 'Bearer anything' };
  expect((await get('/index.html', { headers })).status).toBe(403);
  // Not even that it is absent.
  expect((await get('/nothing.html', { headers })).status).toBe(403);
  const bucket = store.buckets.find('site')!;
  await store.write(() =>
    store.objects.update(store.objects.findLatest(bucket.id, 'index.html')!, { acl: 'public-read' }),
  );
  expect((await get('/')).body).toBe('home\n');
  await store.write(() =>
    store.buckets.setSetting(bucket.id, 'publicAccessBlock', { blockPublicAcls: false, ignorePublicAcls: true }),
  );
  expect((await get('/')).status).toBe(403);
  await store.write(() => store.buckets.deleteSetting(bucket.id, 'publicAccessBlock'));
});

it('rule 104: redirects single objects, prefixes, errors and whole sites', async () => {
  const locationOf = async (path: string) => {
    const { status, headers } = await get(path);
    return [status, headers['location']];
  };
  expect(await locationOf('/old.html')).toEqual([301, 'https://example.com/new']);
  await configure({
    indexSuffix: 'index.html',
    rules: [
      { keyPrefix: 'blog/', redirect: { replaceKeyPrefixWith: 'news/', httpRedirectCode: 302 } },
      { keyPrefix: 'shop/', errorCode: 404, redirect: { hostName: 'shop.example.com', protocol: 'https' } },
      { errorCode: 404, redirect: { replaceKeyWith: 'index.html' } },
    ],
  });
  expect(await locationOf('/blog/a%20b')).toEqual([302, 'http://site.localhost/news/a%20b']);
  const below = await get('/site/blog/x', { host: '127.0.0.1' });
  expect(below.headers['location']).toBe('http://127.0.0.1/site/news/x');
  expect(await locationOf('/shop/kettle')).toEqual([301, 'https://shop.example.com/shop/kettle']);
  expect(await locationOf('/nothing')).toEqual([301, 'http://site.localhost/index.html']);
  await configure({ redirectAll: { hostName: 'www.example.com', protocol: 'https' }, rules: [] });
  expect(await locationOf('/docs/a')).toEqual([301, 'https://www.example.com/docs/a']);
});

it('rule 104: answers GET and HEAD only, and 404 for buckets that are no site', async () => {
  const put = await get('/index.html', { method: 'PUT' });
  expect([put.status, put.headers['allow']]).toEqual([405, 'GET, HEAD']);
  expect((await get('/', { host: 'plain.localhost' })).body).toContain('NoSuchWebsiteConfiguration');
  expect((await get('/', { host: 'absent.localhost' })).body).toContain('NoSuchBucket');
  expect((await get('/', { host: '127.0.0.1' })).status).toBe(404);
});

it('never gives markup of a request back', async () => {
  const { status, body } = await get('/?<script>=1&<script>=2');
  expect(status).toBe(400);
  expect(body).not.toContain('<script>');
});

it('rule 27: does not serve past the firewall of the bucket', async () => {
  const { id } = store.buckets.find('site')!;
  await store.write(() => store.buckets.setSetting(id, 'firewall', { allowed_ip: ['10.0.0.0/8'] }));
  const refused = await get('/');
  await store.write(() => store.buckets.deleteSetting(id, 'firewall'));
  expect(refused.status).toBe(403);
  expect((await get('/')).status).toBe(200);
});
