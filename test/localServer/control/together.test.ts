import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessToken, apiKeyOfRole, call, startTestServer, type TestServer } from './testServer';

// The control plane and the data plane of one server, seen by a client of both.

let server: TestServer;
let token: string;
beforeAll(async () => void (server = await startTestServer({ seed: 'demo' })));
afterAll(() => server.close());
beforeEach(async () => void (token = await accessToken(server)));
afterEach(() => {
  server.faults.clear();
  server.clock.reset();
});

const admin = (method: string, path: string, body?: unknown) =>
  call(method, server.info.adminEndpoint + path, body === undefined ? {} : { body });

interface S3Options {
  readonly as?: string;
  readonly body?: string;
  readonly endpoint?: string;
  readonly headers?: Record<string, string>;
}

function s3(method: string, path: string, options: S3Options = {}): Promise<Response> {
  return fetch((options.endpoint ?? server.info.endpoint) + path, {
    method,
    headers: {
      authorization: `Bearer ${options.as ?? token}`,
      'ibm-service-instance-id': server.info.serviceInstanceId,
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: options.body }),
  });
}

async function statusOf(method: string, path: string, options: S3Options = {}): Promise<number> {
  const response = await s3(method, path, options);
  await response.arrayBuffer();
  return response.status;
}

describe('a role', () => {
  const requests: [string, string, string?][] = [
    ['GET', '/?extended'],
    ['GET', '/web-assets?list-type=2'],
    ['GET', '/web-assets/index.html'],
    ['PUT', '/web-assets/new.txt', 'x'],
    ['DELETE', '/web-assets/new.txt'],
  ];
  // list buckets, list objects, read, write, delete
  it.each([
    ['ObjectReader', [403, 403, 200, 403, 403]],
    ['ContentReader', [403, 200, 200, 403, 403]],
    ['Reader', [200, 200, 200, 403, 403]],
    ['ObjectWriter', [403, 403, 403, 200, 403]],
    ['Writer', [200, 200, 200, 200, 204]],
    ['Manager', [200, 200, 200, 200, 204]],
  ])('%s may do what it may on the data plane', async (role, expected) => {
    const as = await accessToken(server, await apiKeyOfRole(server, role));
    const statuses: number[] = [];
    for (const [method, path, body] of requests) {
      statuses.push(await statusOf(method, path, { as, ...(body === undefined ? {} : { body }) }));
    }
    expect(statuses).toEqual(expected);
  });
});

describe('a token', () => {
  it('stops working on the data plane when it expires, when it is revoked, and when its key is', async () => {
    const read = (as: string) => statusOf('GET', '/getting-started/README.md', { as });
    expect(await read(token)).toBe(200);
    server.clock.advance(3_600_000);
    expect(await read(token)).toBe(403);
    server.clock.reset();
    await admin('POST', '/tokens/revoke', { token });
    expect(await read(token)).toBe(403);
    const key = (await admin('POST', '/keys', { role: 'Reader' })).json;
    const as = await accessToken(server, key.apiKey);
    expect(await read(as)).toBe(200);
    await admin('DELETE', `/keys/${key.id}`);
    expect(await read(as)).toBe(403);
  });
});

describe('a fault', () => {
  it('hits the objects that its pattern names, as often as told', async () => {
    const match = { operation: 'GetObject', bucket: 'getting-started', key: 'data/*' };
    await admin('POST', '/faults', { fault: { kind: 'status', status: 503, retryAfterSeconds: 2 }, match, count: 1 });
    expect(await statusOf('GET', '/getting-started/README.md')).toBe(200);
    const hit = await s3('GET', '/getting-started/data/cities.csv');
    expect([hit.status, hit.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await hit.text()).toContain('<Code>SlowDown</Code>');
    expect(await statusOf('GET', '/getting-started/data/cities.csv')).toBe(200);
    expect((await admin('GET', '/faults')).json.faults[0]!.firedCount).toBe(1);
  });

  it('can cut a download short or change it on its way', async () => {
    const key = '/media-library/raw/recording-0001.bin';
    const endpoint = server.info.endpoints['us']!;
    await admin('POST', '/faults', { fault: { kind: 'truncateAfter', bytes: 1_000_000 }, count: 1 });
    await expect(s3('GET', key, { endpoint }).then((response) => response.arrayBuffer())).rejects.toThrow('terminated');
    await admin('POST', '/faults', { fault: { kind: 'corruptBody' }, count: 1 });
    const md5s: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const response = await s3('GET', key, { endpoint });
      md5s.push(
        createHash('md5')
          .update(Buffer.from(await response.arrayBuffer()))
          .digest('hex'),
      );
      expect(response.headers.get('etag')).toBe('"' + md5OfRecording + '"');
    }
    expect(md5s[0]).not.toBe(md5OfRecording);
    expect(md5s[1]).toBe(md5OfRecording);
  });
});

/** The sample data are the same on every machine. */
const md5OfRecording = 'c4dfd58788c56a86ba99559f32fab165';

describe('the request counts', () => {
  it('tell how many pages a client asked for', async () => {
    await admin('DELETE', '/requests');
    const endpoint = server.info.endpoints['jp-tok']!;
    let query = '?list-type=2&max-keys=1000';
    let keyCount = 0;
    for (;;) {
      const xml = await (await s3('GET', `/sensor-readings${query}`, { endpoint })).text();
      keyCount += xml.split('<Key>').length - 1;
      const next = /<NextContinuationToken>([^<]+)</.exec(xml)?.[1];
      if (next === undefined) break;
      query = `?list-type=2&max-keys=1000&continuation-token=${encodeURIComponent(next)}`;
    }
    expect(keyCount).toBe(5000);
    expect((await admin('GET', '/requests')).json.byOperation).toEqual({ ListObjectsV2: 5 });
  });
});

describe('the Resource Configuration API', () => {
  const configure = (body: unknown) => call('PATCH', `${server.info.configEndpoint}/b/web-assets`, { token, body });

  it('sets a firewall that the data plane obeys, and from which its Manager can free himself', async () => {
    await configure({ firewall: { allowed_ip: ['192.0.2.1'] } });
    expect(await statusOf('GET', '/web-assets/index.html')).toBe(403);
    await configure({ firewall: { allowed_ip: ['192.0.2.1', '127.0.0.0/8'] } });
    expect(await statusOf('GET', '/web-assets/index.html')).toBe(200);
    await configure({ firewall: null });
  });

  it('sets a quota that the data plane obeys, and counts what it stores', async () => {
    const before = (await call('GET', `${server.info.configEndpoint}/b/web-assets`, { token })).json;
    await configure({ hard_quota: before.bytes_used + 10 });
    expect(await statusOf('PUT', '/web-assets/quota.txt', { body: '12345678901' })).toBe(403);
    expect(await statusOf('PUT', '/web-assets/quota.txt', { body: '1234567890' })).toBe(200);
    const after = (await call('GET', `${server.info.configEndpoint}/b/web-assets`, { token })).json;
    expect([after.bytes_used, after.object_count]).toEqual([before.bytes_used + 10, before.object_count + 1]);
    await configure({ hard_quota: null });
    await statusOf('DELETE', '/web-assets/quota.txt');
  });
});

describe('Key Protect', () => {
  it('names the keys that a bucket can be encrypted with', async () => {
    const kms = `${server.info.resourceControllerEndpoint}/v2/resource_instances?name=local-keys`;
    const instance = (await call('GET', kms, { token })).json.resources[0]!.guid;
    const list = (query: string) =>
      call('GET', `${server.info.kmsEndpoint}/api/v2/keys${query}`, {
        token,
        headers: { 'bluemix-instance': instance },
      });
    const create = async (bucket: string, crn: string) =>
      statusOf('PUT', `/${bucket}`, {
        headers: { 'ibm-sse-kp-encryption-algorithm': 'AES256', 'ibm-sse-kp-customer-root-key-crn': crn },
      });
    const rootKey = (await list('?extractable=false&state=1')).json.resources[0]!.crn;
    expect(await create('with-root-key', rootKey)).toBe(200);
    const head = await s3('HEAD', '/with-root-key');
    expect(head.headers.get('ibm-sse-kp-crk-id')).toBe(rootKey);
    const suspended = (await list('?state=2')).json.resources[0]!.crn;
    expect(await create('with-suspended-key', suspended)).toBe(400);
    const standard = (await list('?extractable=true')).json.resources[0]!.crn;
    expect(await create('with-standard-key', standard)).toBe(400);
  });
});

describe('public access', () => {
  it('is given and taken away for one bucket', async () => {
    const anonymous = async (path: string) => {
      const response = await fetch(server.info.endpoint + path);
      await response.arrayBuffer();
      return response.status;
    };
    expect(await anonymous('/web-assets/index.html')).toBe(403);
    expect((await admin('PUT', '/public-roles/web-assets', { role: 'ObjectReader' })).status).toBe(204);
    expect([await anonymous('/web-assets/index.html'), await anonymous('/web-assets')]).toEqual([200, 403]);
    await admin('PUT', '/public-roles/web-assets', { role: 'ContentReader' });
    expect(await anonymous('/web-assets')).toBe(200);
    expect(await anonymous('/getting-started/README.md')).toBe(403);
    await admin('DELETE', '/public-roles/web-assets');
    expect(await anonymous('/web-assets/index.html')).toBe(403);
  });
});

describe('a lifecycle run', () => {
  it('expires what is due by the server’s clock', async () => {
    const xml =
      '<LifecycleConfiguration><Rule><ID>old</ID><Status>Enabled</Status><Filter><Prefix>docs/</Prefix></Filter>' +
      '<Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>';
    const headers = { 'content-md5': createHash('md5').update(xml).digest('base64') };
    expect(await statusOf('PUT', '/getting-started?lifecycle', { body: xml, headers })).toBe(200);
    const run = async (body: unknown) => (await admin('POST', '/lifecycle/run', body)).json;
    expect(await run({ bucket: 'web-assets' })).toEqual({ expired: 0, removedVersions: 0, abortedUploads: 0 });
    server.clock.advance(3 * 86_400_000);
    expect(await run({})).toMatchObject({ expired: 3 });
    server.clock.reset();
    expect(await statusOf('GET', '/getting-started/docs/guide/introduction.md')).toBe(404);
    expect(await statusOf('GET', '/getting-started/README.md')).toBe(200);
    expect(await statusOf('DELETE', '/getting-started?lifecycle')).toBe(204);
  });
});

describe('a switch', () => {
  it('takes effect at once', async () => {
    const keysInOrder = async () => {
      const xml = await (await s3('GET', '/getting-started?list-type=2')).text();
      return [...xml.matchAll(/<Key>([^<]+)</g)].map(([, key]) => key!);
    };
    const sorted = await keysInOrder();
    await admin('PATCH', '/switches', { shuffledListings: true });
    const orders = [await keysInOrder(), await keysInOrder(), await keysInOrder()];
    await admin('PATCH', '/switches', { shuffledListings: false });
    for (const order of orders) expect([...order].sort()).toEqual([...sorted].sort());
    expect(orders.some((order) => order.join() !== sorted.join())).toBe(true);
    expect(await keysInOrder()).toEqual(sorted);
  });
});
