import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken, apiKeyOfRole, bxClient, call, postToken, startTestServer, type TestServer } from './testServer';

const computeGrant = 'urn:ibm:params:oauth:grant-type:cr-token';
const assumeGrant = 'urn:ibm:params:oauth:grant-type:assume';
let server: TestServer;
beforeAll(async () => void (server = await startTestServer()));
afterAll(() => server.close());

const computeToken = () => readFileSync(server.info.computeTokenFile, 'utf8').trim();
const take = (form: Record<string, string>) =>
  postToken(server, { grant_type: computeGrant, cr_token: computeToken(), ...form });
const crn = () => {
  const account = server.info.serviceInstanceId.split(':')[6]!;
  return `crn:v1:bluemix:public:iam-identity::${account}::profile:${server.info.trustedProfileId}`;
};
const instancesOf = async (token: string) =>
  (await call('GET', `${server.info.resourceControllerEndpoint}/v2/resource_instances`, { token })).json.resources;

describe('a trusted profile', () => {
  it.each([
    ['id', () => ({ profile_id: server.info.trustedProfileId })],
    ['name', () => ({ profile_name: 'local-compute' })],
    ['CRN', () => ({ profile_crn: crn() })],
  ])('is taken on by its %s, without a refresh token, and sees its instance only', async (_name, form) => {
    const { status, json } = await postToken(
      server,
      { grant_type: computeGrant, cr_token: computeToken(), ...form() },
      bxClient,
    );
    expect([status, json.refresh_token]).toEqual([200, 'not_supported']);
    const claims = JSON.parse(Buffer.from(json.access_token.split('.')[1]!, 'base64url').toString()) as unknown;
    const { trustedProfileId } = server.info;
    expect(claims).toMatchObject({ sub_type: 'Profile', sub: trustedProfileId, iam_id: `iam-${trustedProfileId}` });
    expect((await instancesOf(json.access_token)).map(({ name }) => name)).toEqual(['local-cos']);
    const accounts = `${server.info.accountsEndpoint}/coe/v2/accounts`;
    expect((await call('GET', accounts, { token: json.access_token })).status).toBe(404);
  });

  it('is refused to another token, under another name, without a name, and under two', async () => {
    const other = await take({ profile_id: server.info.trustedProfileId, cr_token: 'another' });
    expect([other.status, other.json.errorCode]).toEqual([400, 'BXNIM0407E']);
    const unknown = await take({ profile_id: 'Profile-unknown' });
    expect([unknown.status, unknown.json.errorCode]).toEqual([400, 'BXNIM0407E']);
    for (const form of [{}, { profile_id: server.info.trustedProfileId, profile_name: 'local-compute' }]) {
      const answer = await take(form);
      expect([answer.status, answer.json.errorCode]).toEqual([400, 'BXNIM0109E']);
    }
  });

  it('is taken on by somebody of its account, and not by a session of the profile itself', async () => {
    const assume = (token: string) =>
      postToken(server, { grant_type: assumeGrant, access_token: token, profile_id: server.info.trustedProfileId });
    const { json } = await assume(await accessToken(server));
    expect((await instancesOf(json.access_token)).map(({ name }) => name)).toEqual(['local-cos']);
    expect((await assume(await accessToken(server, await apiKeyOfRole(server, 'Reader')))).status).toBe(200);
    for (const token of [json.access_token, 'not-a-token']) {
      const answer = await assume(token);
      expect([answer.status, answer.json.errorCode]).toEqual([400, 'BXNIM0407E']);
    }
  });

  it('has its token renewed in a file that only its owner can read', async () => {
    const before = computeToken();
    expect((await call('POST', `${server.info.adminEndpoint}/compute-token`)).status).toBe(204);
    expect(computeToken()).not.toBe(before);
    const profile = { profile_id: server.info.trustedProfileId };
    expect((await take({ ...profile, cr_token: before })).status).toBe(400);
    expect((await take(profile)).status).toBe(200);
    if (process.platform !== 'win32') expect(statSync(server.info.computeTokenFile).mode & 0o077).toBe(0);
  });

  it('is made, with Hyper Protect, for a data folder of before there were any, and then stays', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'cos-profile-'));
    const start = async () => {
      const started = await startTestServer({ dataFolder });
      await started.close();
      return started.info;
    };
    const made = await start();
    const fsPath = join(dataFolder, 'identity.json');
    const file = JSON.parse(readFileSync(fsPath, 'utf8')) as { profile?: unknown; kmsInstances: { name: string }[] };
    delete file.profile;
    file.kmsInstances = file.kmsInstances.filter(({ name }) => name !== 'local-hyper-protect');
    writeFileSync(fsPath, JSON.stringify(file));
    const completed = await start();
    expect(completed.trustedProfileId).not.toBe(made.trustedProfileId);
    expect(completed.apiKey).toBe(made.apiKey);
    expect(readFileSync(fsPath, 'utf8')).toContain('local-hyper-protect');
    expect((await start()).trustedProfileId).toBe(completed.trustedProfileId);
    rmSync(dataFolder, { recursive: true, force: true });
  });
});
