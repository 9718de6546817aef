import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessToken, apiKeyOfRole, call, startTestServer, type Answer, type TestServer } from './testServer';

const bucket = 'getting-started';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer({ seed: 'demo' });
  token = await accessToken(server);
});
afterAll(() => server.close());

const get = (as = token, name = bucket) => call('GET', `${server.info.configEndpoint}/b/${name}`, { token: as });
const patch = (body: unknown, headers: Record<string, string> = {}, as = token) =>
  call('PATCH', `${server.info.configEndpoint}/b/${bucket}`, {
    token: as,
    body,
    headers: { 'content-type': 'application/merge-patch+json', ...headers },
  });
beforeEach(() => patch({ hard_quota: null, firewall: null, activity_tracking: null, metrics_monitoring: null }));

function expectError(answer: Answer, status: number): void {
  expect([answer.status, answer.json.status_code]).toEqual([status, status]);
  expect(answer.json.errors[0]!.message).not.toBe('');
  expect(answer.json.trace).not.toBe('');
}

describe('reading a bucket', () => {
  it('tells what it is and how much it holds', async () => {
    const { status, headers, json } = await get();
    expect(status).toBe(200);
    expect(headers.get('etag')).toMatch(/^"[0-9a-f]{32}"$/);
    const guid = server.info.serviceInstanceId.split(':')[7];
    expect(json).toMatchObject({
      name: bucket,
      crn: server.info.serviceInstanceId.replace(/::$/, `:bucket:${bucket}`),
      service_instance_id: guid,
      service_instance_crn: server.info.serviceInstanceId,
      object_count: 13,
      noncurrent_object_count: 0,
      delete_marker_count: 0,
    });
    expect(json.time_created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('counts older versions apart', async () => {
    const { json } = await get(token, 'contract-drafts');
    expect(json).toMatchObject({ object_count: 2, noncurrent_object_count: 2, delete_marker_count: 0 });
  });

  it('works without /v1 too', async () => {
    const url = `${server.info.configEndpoint.replace(/\/v1$/, '')}/b/${bucket}`;
    expect((await call('GET', url, { token })).json).toEqual((await get()).json);
  });

  it('needs a token, an existing bucket, the Reader role, and the bucket’s instance', async () => {
    expectError(await call('GET', `${server.info.configEndpoint}/b/${bucket}`), 401);
    expectError(await get(token, 'no-such-bucket'), 404);
    for (const role of ['ObjectReader', 'ContentReader', 'ObjectWriter']) {
      expectError(await get(await accessToken(server, await apiKeyOfRole(server, role))), 403);
    }
    expect((await get(await accessToken(server, await apiKeyOfRole(server, 'Reader')))).status).toBe(200);
    const instance = (await call('POST', `${server.info.adminEndpoint}/instances`, { body: { name: 'other' } })).json;
    const body = { role: 'Manager', instance: instance.crn };
    const foreign = (await call('POST', `${server.info.adminEndpoint}/keys`, { body })).json;
    expectError(await get(await accessToken(server, foreign.apiKey)), 403);
  });
});

describe('changing a bucket', () => {
  it('merges members, replaces lists whole and deletes with null', async () => {
    const firewall = { allowed_ip: ['10.0.0.0/8', '2001:db8::1'], allowed_network_type: ['public'] };
    const first = await patch({ hard_quota: 1_000_000, firewall, activity_tracking: { read_data_events: true } });
    expect([first.status, first.json]).toEqual([200, {}]);
    await patch({
      firewall: { allowed_ip: ['10.1.2.3'] },
      activity_tracking: { write_data_events: true },
      metrics_monitoring: { usage_metrics_enabled: true },
    });
    const { json } = await get();
    expect(json.hard_quota).toBe(1_000_000);
    expect(json.firewall).toEqual({ allowed_ip: ['10.1.2.3'], allowed_network_type: ['public'] });
    expect(json.activity_tracking).toEqual({ read_data_events: true, write_data_events: true });
    expect(json.metrics_monitoring).toEqual({ usage_metrics_enabled: true });
    await patch({ hard_quota: null, activity_tracking: { read_data_events: null } });
    const after = (await get()).json;
    expect(after.hard_quota).toBeUndefined();
    expect(after.activity_tracking).toEqual({ write_data_events: true });
  });

  it('removes a filter with an empty list', async () => {
    await patch({ firewall: { allowed_ip: ['10.1.2.3'] } });
    await patch({ firewall: { allowed_ip: [] } });
    expect((await get()).json.firewall).toBeUndefined();
  });

  it('guards with If-Match and changes the ETag', async () => {
    const etag = (await get()).headers.get('etag')!;
    expect((await patch({ hard_quota: 5 }, { 'if-match': etag })).status).toBe(200);
    expectError(await patch({ hard_quota: 6 }, { 'if-match': etag }), 412);
    const { json, headers } = await get();
    expect(json.hard_quota).toBe(5);
    expect(headers.get('etag')).not.toBe(etag);
    expect(Date.parse(json.time_updated)).toBeGreaterThan(Date.parse(json.time_created));
  });

  it.each([
    ['an unknown member', { colour: 'red' }],
    ['an immutable member', { name: 'other' }],
    ['deleting an immutable member', { name: null }],
    ['a negative quota', { hard_quota: -1 }],
    ['a quota that is no integer', { hard_quota: '1' }],
    ['an address that is none', { firewall: { allowed_ip: ['10.0.0.300'] } }],
    ['a range that is too wide', { firewall: { allowed_ip: ['10.0.0.0/33'] } }],
    ['over a thousand addresses', { firewall: { allowed_ip: Array.from({ length: 1001 }, () => '10.0.0.1') } }],
    ['an unknown network type', { firewall: { allowed_network_type: ['pigeon'] } }],
    ['an unknown firewall member', { firewall: { blocked: [] } }],
    ['a text for a flag', { activity_tracking: { read_data_events: 'yes' } }],
    ['an unknown metrics member', { metrics_monitoring: { everything: true } }],
    ['a list in place of an object', { activity_tracking: [] }],
  ])('refuses %s and changes nothing', async (_what, body) => {
    const before = (await get()).json;
    expectError(await patch(body), 400);
    expect((await get()).json).toEqual(before);
  });

  it('refuses a body that is not JSON', async () => {
    const url = `${server.info.configEndpoint}/b/${bucket}`;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    expect((await fetch(url, { method: 'PATCH', headers, body: '{' })).status).toBe(400);
  });

  it('needs the Writer role, and for the firewall the Manager role, which alone sees it', async () => {
    const [reader, writer] = await Promise.all(
      ['Reader', 'Writer'].map(async (role) => accessToken(server, await apiKeyOfRole(server, role))),
    );
    expectError(await patch({ hard_quota: 1 }, {}, reader), 403);
    expect((await patch({ hard_quota: 1 }, {}, writer)).status).toBe(200);
    expectError(await patch({ firewall: { allowed_ip: ['10.0.0.1'] } }, {}, writer), 403);
    await patch({ firewall: { allowed_ip: ['10.0.0.1'] } });
    expect((await get(writer)).json.firewall).toBeUndefined();
    expect((await get()).json.firewall).toEqual({ allowed_ip: ['10.0.0.1'] });
  });
});
