import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessToken, type Answer, apiKeyOfRole, call, startTestServer, type TestServer } from './testServer';

let server: TestServer;
let token: string;
let few = '';
let many = '';
beforeAll(async () => {
  server = await startTestServer();
  token = await accessToken(server);
  const url = `${server.info.resourceControllerEndpoint}/v2/resource_instances?resource_id=ee41347f-b18e-4ca6-bf80-b5467c63f9a6`;
  [few = '', many = ''] = (await call('GET', url, { token })).json.resources.map((it) => it.guid);
});
afterAll(() => server.close());

const list = (instance: string, query = '', as = token) =>
  call('GET', `${server.info.kmsEndpoint}/api/v2/keys${query}`, {
    token: as,
    headers: { 'bluemix-instance': instance },
  });
/** Absent when nothing was found. */
const namesOf = (answer: Answer) =>
  'resources' in answer.json ? answer.json.resources.map(({ name }) => name) : undefined;

it('lists active root keys with full CRNs, without the ones that access is granted to one by one', async () => {
  const answer = await list(few, '?extractable=false&state=1');
  expect(answer.status).toBe(200);
  expect(namesOf(answer)).toEqual(['backups-root-key', 'documents-root-key']);
  const [key] = answer.json.resources;
  expect(key!.crn).toMatch(new RegExp(`^crn:v1:bluemix:public:kms:us-south:a/[0-9a-f]{32}:${few}:key:${key!.id}$`));
  expect(answer.json.metadata).toEqual({ collectionType: 'application/vnd.ibm.kms.key+json', collectionTotal: 2 });
});

it('filters by kind, state and name', async () => {
  expect(namesOf(await list(few, '?extractable=true'))).toEqual(['application-secret']);
  expect(namesOf(await list(few, '?state=2'))).toEqual(['suspended-root-key']);
  expect(namesOf(await list(few, '?search=name:backup'))).toEqual(['backups-root-key']);
  expect(namesOf(await list(few, '?search=nothing'))).toBeUndefined();
});

it('pages by 200 unless told otherwise', async () => {
  const first = await list(many);
  const second = await list(many, '?offset=200');
  expect([first.json.resources.length, second.json.resources.length]).toEqual([200, 30]);
  expect(new Set([...namesOf(first)!, ...namesOf(second)!]).size).toBe(230);
  expect((await list(many, '?limit=5000')).json.metadata.collectionTotal).toBe(230);
});

it('gives the metadata of one key', async () => {
  const { json } = await list(few);
  const url = `${server.info.kmsEndpoint}/api/v2/keys/${json.resources[0]!.id}/metadata`;
  const headers = { 'bluemix-instance': few };
  expect((await call('GET', url, { token, headers })).json.resources[0]!.name).toBe('backups-root-key');
  const unknown = await call('GET', url.replace(json.resources[0]!.id, 'unknown'), { token, headers });
  expect([unknown.status, unknown.json.resources[0]!.reasons[0]!.code]).toEqual([404, 'KEY_NOT_FOUND_ERR']);
});

it('answers 401, without reasons, to whoever has no access', async () => {
  const weak = await accessToken(server, await apiKeyOfRole(server, 'ContentReader'));
  for (const answer of [await list(few, '', weak), await list('unknown'), await list(few, '', 'not-a-token')]) {
    expect(answer.status).toBe(401);
    expect(answer.json.metadata.collectionType).toBe('application/vnd.ibm.kms.error+json');
    expect(answer.json.resources[0]!.errorMsg).not.toBe('');
    expect(answer.json.resources[0]!.reasons).toBeUndefined();
  }
});

it('answers 400 to a missing instance header and bad queries', async () => {
  expect((await call('GET', `${server.info.kmsEndpoint}/api/v2/keys`, { token })).status).toBe(400);
  for (const query of ['?limit=0', '?limit=5001', '?state=9', '?extractable=maybe']) {
    expect((await list(few, query)).status).toBe(400);
  }
});
