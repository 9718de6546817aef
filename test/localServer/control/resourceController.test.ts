import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken, type Answer, apiKeyOfRole, call, startTestServer, type TestServer } from './testServer';

const cos = 'resource_id=dff97f5c-bc5e-4455-b470-411c3edbe49c';
const kms = 'resource_id=ee41347f-b18e-4ca6-bf80-b5467c63f9a6';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  token = await accessToken(server);
});
afterAll(() => server.close());

const get = (path: string, as = token) => call('GET', server.info.resourceControllerEndpoint + path, { token: as });
const namesOf = (answer: Pick<Answer, 'json'>) => answer.json.resources.map(({ name }) => name);

async function allPages(path: string): Promise<{ sizes: number[]; names: string[] }> {
  const sizes: number[] = [];
  const names: string[] = [];
  for (let next: string | null = path; next !== null;) {
    const { status, json }: Answer = await get(next);
    expect(status).toBe(200);
    expect(json.rows_count).toBe(json.resources.length);
    sizes.push(json.rows_count);
    names.push(...namesOf({ json }));
    next = json.next_url;
  }
  return { sizes, names };
}

describe('listing instances', () => {
  it('shows the instances of the token’s account that are not being reclaimed', async () => {
    const answer = await get(`/v2/resource_instances?${cos}&limit=100`);
    expect(namesOf(answer)).toEqual(['local-cos', 'local-cos-lite', 'local-cos-onerate']);
    expect(answer.json.next_url).toBeNull();
    const [first] = answer.json.resources;
    expect(first!.crn).toBe(server.info.serviceInstanceId);
    expect(first!.id.split(':')).toHaveLength(10);
    expect(first!.resource_plan_id).toBe('744bfc56-d12c-4866-88d5-dac9139e0e5d');
  });

  it('shows those waiting for reclamation when asked', async () => {
    expect(namesOf(await get(`/v2/resource_instances?${cos}&state=pending_reclamation`))).toEqual(['deleted-cos']);
  });

  it('finds Key Protect by its catalogue id', async () => {
    const { json } = await get(`/v2/resource_instances?${kms}&type=service_instance`);
    expect(json.resources.map((it) => it.crn.split(':')[5])).toEqual(['us-south', 'eu-de']);
  });

  it('filters by name and guid', async () => {
    const guid = server.info.serviceInstanceId.split(':')[7]!;
    expect(namesOf(await get(`/v2/resource_instances?guid=${guid}`))).toEqual(['local-cos']);
    expect(namesOf(await get(`/v2/resource_instances?name=local-cos-lite`))).toEqual(['local-cos-lite']);
    expect(namesOf(await get(`/v2/resource_instances?name=nothing`))).toEqual([]);
  });

  it('pages by ten unless told otherwise, and keeps the filters in its start token', async () => {
    for (let number = 1; number <= 20; number += 1) {
      const body = { name: `extra-${String(number).padStart(2, '0')}` };
      expect((await call('POST', `${server.info.adminEndpoint}/instances`, { body })).status).toBe(201);
    }
    const byDefault = await allPages(`/v2/resource_instances?${cos}`);
    expect(byDefault.sizes).toEqual([10, 10, 3]);
    expect(new Set(byDefault.names).size).toBe(23);
    const bySeven = await allPages(`/v2/resource_instances?${cos}&limit=7`);
    expect(bySeven.sizes).toEqual([7, 7, 7, 2]);
    const next = (await get(`/v2/resource_instances?${cos}&limit=7`)).json.next_url!;
    expect(next).toMatch(/^\/v2\/resource_instances\?start=/);
    expect(namesOf(await get(`${next}&limit=100&name=nothing`))).toHaveLength(7);
  });

  it.each(['limit=0', 'limit=101', 'limit=ten', 'start=nonsense'])('refuses %s', async (query) => {
    const { status, json } = await get(`/v2/resource_instances?${query}`);
    expect([status, json.status_code]).toEqual([400, 400]);
    expect(json.error_code).toMatch(/^RC-/);
    expect(json.transaction_id).not.toBe('');
  });

  it('shows a service ID its own instance only', async () => {
    const own = await accessToken(server, await apiKeyOfRole(server, 'Reader'));
    expect(namesOf(await get('/v2/resource_instances?limit=100', own))).toEqual(['local-cos']);
  });

  it('answers 401 without a token', async () => {
    const { status, json } = await call('GET', `${server.info.resourceControllerEndpoint}/v2/resource_instances`);
    expect([status, json.status_code]).toEqual([401, 401]);
  });

  it('gets one by guid and by encoded CRN', async () => {
    const crn = server.info.serviceInstanceId;
    for (const id of [crn.split(':')[7]!, encodeURIComponent(crn)]) {
      expect((await get(`/v2/resource_instances/${id}`)).json.name).toBe('local-cos');
    }
    expect((await get('/v2/resource_instances/unknown')).status).toBe(404);
  });
});

describe('service credentials', () => {
  const create = (body: unknown, as = token) =>
    call('POST', `${server.info.resourceControllerEndpoint}/v2/resource_keys`, { token: as, body });
  const source = () => server.info.serviceInstanceId;

  it('are made with HMAC keys, work at once, and stop when deleted', async () => {
    const parameters = { HMAC: true };
    const { status, json } = await create({ name: 'new', source: source(), role: 'Content Reader', parameters });
    expect(status).toBe(201);
    expect(json.credentials.cos_hmac_keys.access_key_id).toMatch(/^[0-9a-f]{32}$/);
    expect(json.credentials.cos_hmac_keys.secret_access_key).toHaveLength(48);
    expect(json.credentials.resource_instance_id).toBe(source());
    expect(json.credentials.endpoints).toBe(server.info.endpointsCatalogueUrl);
    expect(json.credentials.iam_role_crn).toBe(
      'crn:v1:bluemix:public:cloud-object-storage::::serviceRole:ContentReader',
    );
    const theirs = await accessToken(server, json.credentials.apikey);
    expect((await get('/v2/resource_instances', theirs)).status).toBe(200);
    const url = server.info.resourceControllerEndpoint + json.url;
    expect((await call('DELETE', url, { token })).status).toBe(204);
    expect((await call('DELETE', url, { token })).status).toBe(404);
    expect((await get('/v2/resource_instances', theirs)).status).toBe(401);
    await expect(accessToken(server, json.credentials.apikey)).rejects.toThrow('BXNIM0415E');
  });

  it('are made without HMAC keys unless asked for', async () => {
    const { json } = await create({ name: 'plain', source: source().split(':')[7], role: 'Writer' });
    expect(json.credentials.cos_hmac_keys).toBeUndefined();
    expect(json.credentials.iam_role_crn).toBe('crn:v1:bluemix:public:iam::::serviceRole:Writer');
  });

  it('are listed in pages, for one instance or all', async () => {
    const guid = source().split(':')[7];
    const keys = await allPages(`/v2/resource_instances/${guid}/resource_keys?limit=4`);
    expect(keys.sizes.slice(0, -1).every((size) => size === 4)).toBe(true);
    expect(keys.names).toEqual(expect.arrayContaining(['local-ObjectReader', 'local-Manager']));
    expect((await allPages('/v2/resource_keys?limit=100')).names).toEqual(keys.names);
    // The person's own key is not a service credential.
    expect(keys.names).not.toContain('local-developer');
  });

  it('show their secrets once, to the Manager who makes them', async () => {
    const { json, status } = await create({ name: 'shown-once', source: source(), parameters: { HMAC: true } });
    expect([
      status,
      'onetime_credentials' in json && json['onetime_credentials'],
      typeof json.credentials.apikey,
    ]).toEqual([201, true, 'string']);
    const again = await get(json.url);
    expect([again.status, again.json.credentials]).toEqual([200, { REDACTED: 'REDACTED' }]);
    const all = await get('/v2/resource_keys?limit=100');
    for (const key of all.json.resources) expect(key.credentials).toEqual({ REDACTED: 'REDACTED' });
    expect(JSON.stringify(all.json)).not.toContain(json.credentials.apikey);
  });

  it('hide their secrets from whoever is not a Manager, who cannot make or delete any', async () => {
    const reader = await accessToken(server, await apiKeyOfRole(server, 'Reader'));
    const { json } = await get('/v2/resource_keys', reader);
    expect(json.resources.length).toBeGreaterThan(0);
    for (const key of json.resources) expect(key.credentials).toEqual({ REDACTED: 'REDACTED' });
    expect((await create({ name: 'x', source: source() }, reader)).status).toBe(403);
    const url = server.info.resourceControllerEndpoint + json.resources[0]!.url;
    expect((await call('DELETE', url, { token: reader })).status).toBe(403);
  });

  it.each([
    ['no name', { source: 'crn' }, 400],
    ['no source', { name: 'x' }, 400],
    ['an unknown source', { name: 'x', source: 'unknown' }, 404],
    ['an unknown role', { name: 'x', source: '', role: 'King' }, 400],
  ])('are refused with %s', async (_what, body, expected) => {
    const filled = 'source' in body && body.source === '' ? { ...body, source: source() } : body;
    expect((await create(filled)).status).toBe(expected);
  });
});
