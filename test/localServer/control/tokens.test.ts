import { request, type IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  accessToken,
  type Answer,
  apiKeyGrant,
  apiKeyOfRole,
  bxClient,
  call,
  passcodeGrant,
  postToken,
  startTestServer,
  type TestServer,
} from './testServer';

let server: TestServer;
beforeAll(async () => void (server = await startTestServer()));
afterAll(() => server.close());
beforeEach(async () => {
  server.clock.reset();
  await setTokens({ accessLifetimeSeconds: 3600, refreshLifetimeSeconds: 259_200, externalAuthentication: 'off' });
});

const setTokens = (body: unknown) => call('PATCH', `${server.info.adminEndpoint}/tokens`, { body });
const apiKeyForm = () => ({ grant_type: apiKeyGrant, apikey: server.info.apiKey });
const listAccounts = (token: string) => call('GET', `${server.info.accountsEndpoint}/coe/v2/accounts`, { token });
const newPasscode = async () => (await call('POST', `${server.info.adminEndpoint}/passcodes`)).json.passcode;
interface Claims {
  readonly iat: number;
  readonly exp: number;
  readonly iam_id: string;
  readonly sub_type?: string;
  readonly account?: { readonly bss: string };
}
const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown;
const claimsOf = (token: string) => decode(token.split('.')[1]!) as Claims;

describe('the API key grant', () => {
  it('gives an RS256 token with the claims and lifetime that clients read', async () => {
    const { status, json } = await postToken(server, { ...apiKeyForm(), response_type: 'cloud_iam' });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: 'not_supported',
      scope: 'ibm openid',
    });
    const claims = claimsOf(json.access_token);
    expect(decode(json.access_token.split('.')[0]!)).toMatchObject({ alg: 'RS256' });
    expect(claims.exp - claims.iat).toBe(3600);
    expect(claims.exp).toBe(json.expiration);
    expect(Math.abs(claims.iat * 1000 - Date.now())).toBeLessThan(60_000);
    expect(claims).toMatchObject({ grant_type: apiKeyGrant, account: { valid: true }, email: 'developer@localhost' });
    expect(server.info.serviceInstanceId).toContain(`a/${claims.account?.bss ?? ''}:`);
    expect(claims.iam_id).toMatch(/^IBMid-/);
  });

  it('gives a refresh token to a client that names itself', async () => {
    const { json } = await postToken(server, apiKeyForm(), bxClient);
    expect(json.refresh_token).not.toBe('not_supported');
  });

  it('works at the older address too', async () => {
    const response = await fetch(`${server.info.iamEndpoint}/oidc/token`, {
      method: 'POST',
      body: new URLSearchParams(apiKeyForm()),
    });
    expect(response.status).toBe(200);
  });

  it('marks the token of a service credential as a service ID', async () => {
    const claims = claimsOf(await accessToken(server, await apiKeyOfRole(server, 'Writer')));
    expect(claims.sub_type).toBe('ServiceId');
    expect(claims.iam_id).toMatch(/^iam-ServiceId-/);
  });

  it('gives a delegated refresh token that is neither an access nor a refresh token', async () => {
    const delegated = { ...apiKeyForm(), response_type: 'delegated_refresh_token', receiver_client_ids: 'aspera_ats' };
    const { status, json } = await postToken(server, delegated);
    expect(status).toBe(200);
    expect(json.access_token).toBeUndefined();
    const token = json.delegated_refresh_token;
    expect((await listAccounts(token)).status).toBe(401);
    const asRefresh = await postToken(server, { grant_type: 'refresh_token', refresh_token: token }, bxClient);
    expect(asRefresh.json.errorCode).toBe('BXNIM0407E');
  });
});

describe('IAM refuses with 400 and its own code', () => {
  const cases: [string, Record<string, string>, Record<string, string>, string][] = [
    ['a missing grant type', {}, {}, 'BXNIM0109E'],
    ['an unknown grant type', { grant_type: 'password' }, {}, 'BXNIM0109E'],
    ['a missing API key', { grant_type: apiKeyGrant }, {}, 'BXNIM0109E'],
    ['an empty API key', { grant_type: apiKeyGrant, apikey: '' }, {}, 'BXNIM0109E'],
    ['an unknown API key', { grant_type: apiKeyGrant, apikey: 'nobody' }, {}, 'BXNIM0415E'],
    ['a wrong passcode', { grant_type: passcodeGrant, passcode: 'wrong' }, bxClient, 'BXNIM0407E'],
    ['a passcode without a client', { grant_type: passcodeGrant, passcode: 'wrong' }, {}, 'BXNIM0139E'],
    ['a missing refresh token', { grant_type: 'refresh_token' }, bxClient, 'BXNIM0109E'],
    ['a made-up refresh token', { grant_type: 'refresh_token', refresh_token: 'a.b.c' }, bxClient, 'BXNIM0407E'],
  ];
  it.each(cases)('%s', async (_what, form, headers, code) => {
    const { status, json } = await postToken(server, form, headers);
    expect(status).toBe(400);
    expect(json.errorCode).toBe(code);
    expect(json.errorMessage).not.toBe('');
    expect(json.context.requestId).toMatch(/^[\w-]{8,}$/);
  });

  it('a body in JSON', async () => {
    const { status, json } = await call('POST', `${server.info.iamEndpoint}/identity/token`, { body: apiKeyForm() });
    expect([status, json.errorCode]).toEqual([400, 'BXNIM0109E']);
  });

  it('the API key of a person who must use multifactor authentication, but not a passcode', async () => {
    await setTokens({ externalAuthentication: 'required' });
    const { status, json } = await postToken(server, apiKeyForm());
    expect([status, json.errorCode]).toEqual([400, 'BXNIM0400E']);
    expect(json.requirements.error).toContain('/identity/passcode');
    const passcode = await newPasscode();
    expect((await postToken(server, { grant_type: passcodeGrant, passcode }, bxClient)).status).toBe(200);
  });

  it('never repeats the key in its answer', async () => {
    const { json } = await postToken(server, { grant_type: apiKeyGrant, apikey: 'a-secret-with-a-typo' });
    expect(JSON.stringify(json)).not.toContain('a-secret-with-a-typo');
  });
});

/** A GET as a person's browser sends it, and not as a page's script or Node's fetch does. */
const open = (url: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
    request(url, { headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    })
      .on('error', reject)
      .end();
  });

describe('a passcode login', () => {
  const login = async () =>
    (await postToken(server, { grant_type: passcodeGrant, passcode: await newPasscode() }, bxClient)).json;

  it('uses the passcode that the page of the discovery document shows, once', async () => {
    const discovery = await call('GET', `${server.info.signInEndpoint}/identity/.well-known/openid-configuration`);
    expect(discovery.json.token_endpoint).toBe(`${server.info.signInEndpoint}/identity/token`);
    const { text } = await open(discovery.json.passcode_endpoint);
    const passcode = /id="passcode">(\w+)</.exec(text)![1]!;
    const form = { grant_type: passcodeGrant, passcode };
    expect((await postToken(server, form, bxClient)).status).toBe(200);
    expect((await postToken(server, form, bxClient)).json.errorCode).toBe('BXNIM0407E');
  });

  it('is nothing that another user of the machine, or another web page, gets', async () => {
    const { iamEndpoint, signInEndpoint } = server.info;
    expect(signInEndpoint).toMatch(new RegExp(`^${iamEndpoint}/[\\w-]{32}$`));
    const bare = await open(`${iamEndpoint}/identity/passcode`);
    expect([bare.status, bare.text.includes('id="passcode"')]).toEqual([403, false]);
    expect((await open(`${iamEndpoint}/${'a'.repeat(32)}/identity/passcode`)).status).toBe(403);
    const page = `${signInEndpoint}/identity/passcode`;
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-dest': 'iframe' },
      { 'sec-fetch-mode': 'cors' },
      { origin: 'https://example.com' },
    ]) {
      expect((await open(page, headers)).status).toBe(403);
    }
    const { headers, status } = await open(page);
    expect([status, headers['x-frame-options']]).toEqual([200, 'DENY']);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  it('ends after five minutes', async () => {
    const passcode = await newPasscode();
    server.clock.advance(5 * 60_000);
    const { json } = await postToken(server, { grant_type: passcodeGrant, passcode }, bxClient);
    expect(json.errorCode).toBe('BXNIM0407E');
  });

  it('is bound to no account until one is chosen with the refresh grant', async () => {
    const first = await login();
    expect(claimsOf(first.access_token).account).toBeUndefined();
    const accounts: { metadata: { guid: string }; entity: { name: string; state: string } }[] = [];
    for (let next: string | null = '/coe/v2/accounts'; next !== null;) {
      const page: Answer = await call('GET', server.info.accountsEndpoint + next, { token: first.access_token });
      accounts.push(...page.json.resources);
      next = page.json.next_url;
    }
    expect(accounts.map(({ entity }) => [entity.name, entity.state])).toEqual([
      ['Local Development', 'ACTIVE'],
      ['Second Account', 'ACTIVE'],
      ['Closed Account', 'SUSPENDED'],
    ]);
    for (const field of ['account', 'bss_account']) {
      const form = {
        grant_type: 'refresh_token',
        refresh_token: first.refresh_token,
        [field]: accounts[1]!.metadata.guid,
      };
      const switched = await postToken(server, form, bxClient);
      expect(claimsOf(switched.json.access_token).account?.bss).toBe(accounts[1]!.metadata.guid);
    }
    const closed = {
      grant_type: 'refresh_token',
      refresh_token: first.refresh_token,
      account: accounts[2]!.metadata.guid,
    };
    expect((await postToken(server, closed, bxClient)).json.errorCode).toBe('BXNIM0407E');
  });

  it('is refreshed by the same client only', async () => {
    const { refresh_token } = await login();
    const form = { grant_type: 'refresh_token', refresh_token };
    expect((await postToken(server, form, bxClient)).status).toBe(200);
    const other = { authorization: `Basic ${Buffer.from('other:other').toString('base64')}` };
    expect((await postToken(server, form, other)).json.errorCode).toBe('BXNIM0139E');
    expect((await postToken(server, form)).json.errorCode).toBe('BXNIM0139E');
  });

  it('says when the refresh token has expired and when the session was revoked', async () => {
    const { refresh_token } = await login();
    const form = { grant_type: 'refresh_token', refresh_token };
    server.clock.advance(259_200_000);
    expect((await postToken(server, form, bxClient)).json.errorCode).toBe('BXNIM0408E');
    server.clock.reset();
    await call('POST', `${server.info.adminEndpoint}/tokens/revoke`, { body: { all: true } });
    expect((await postToken(server, form, bxClient)).json.errorCode).toBe('BXNIM0439E');
  });
});

describe('an access token', () => {
  it('lives as long as it was told to', async () => {
    await setTokens({ accessLifetimeSeconds: 5 });
    server.clock.freeze();
    const token = await accessToken(server);
    server.clock.advance(3_900);
    expect((await listAccounts(token)).status).toBe(200);
    server.clock.advance(1_100);
    expect((await listAccounts(token)).status).toBe(401);
  });

  it('can be revoked alone or with all others', async () => {
    const [one, two] = [await accessToken(server), await accessToken(server)];
    await call('POST', `${server.info.adminEndpoint}/tokens/revoke`, { body: { token: one } });
    expect([(await listAccounts(one)).status, (await listAccounts(two)).status]).toEqual([401, 200]);
    await call('POST', `${server.info.adminEndpoint}/tokens/revoke`, { body: { all: true } });
    expect((await listAccounts(two)).status).toBe(401);
    expect((await listAccounts(await accessToken(server))).status).toBe(200);
  });

  it('is refused when a single character of it was changed', async () => {
    const [header, payload, signature] = (await accessToken(server)).split('.') as [string, string, string];
    const forged = Buffer.from(JSON.stringify({ ...claimsOf(`.${payload}`), iam_id: 'IBMid-root' })).toString(
      'base64url',
    );
    const otherSignature = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    for (const token of [
      `${header}.${forged}.${signature}`,
      `${header}.${payload}.${otherSignature}`,
      `${header}.${payload}.`,
    ]) {
      expect((await listAccounts(token)).status).toBe(401);
    }
  });

  it('is told apart from a refresh token', async () => {
    const { json } = await postToken(server, apiKeyForm(), bxClient);
    expect((await listAccounts(json.refresh_token)).status).toBe(401);
  });
});

describe('API key details and accounts', () => {
  const details = (headers: Record<string, string>) =>
    call('GET', `${server.info.iamEndpoint}/v1/apikeys/details`, { headers });

  it('tell the account of a key but not its value', async () => {
    const { status, json } = await details({ 'iam-apikey': server.info.apiKey });
    expect(status).toBe(200);
    expect(server.info.serviceInstanceId).toContain(json.account_id);
    expect(JSON.stringify(json)).not.toContain(server.info.apiKey);
    expect((await details({ 'iam-apikey': 'nobody' })).json.errorCode).toBe('BXNIM0415E');
    expect((await details({})).json.errorCode).toBe('BXNIM0109E');
  });

  it('are not listed for a service ID', async () => {
    expect((await listAccounts(await accessToken(server, await apiKeyOfRole(server, 'Manager')))).status).toBe(404);
  });

  it('answer for one account', async () => {
    const token = await accessToken(server);
    const { json } = await listAccounts(token);
    const url = server.info.accountsEndpoint + json.resources[0]!.metadata.url;
    expect((await call('GET', url, { token })).json).toEqual(json.resources[0]);
    expect((await call('GET', `${url}x`, { token })).status).toBe(404);
  });
});
