import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessToken, call, startTestServer, type TestServer } from './testServer';

let server: TestServer;
beforeAll(async () => void (server = await startTestServer()));
afterAll(() => server.close());
afterEach(async () => {
  await admin('DELETE', '/faults');
  await admin('DELETE', '/clock');
});

const admin = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  call(method, server.info.adminEndpoint + path, { ...(body === undefined ? {} : { body }), headers });
const discovery = () => fetch(`${server.info.iamEndpoint}/identity/.well-known/openid-configuration`);
const statusOfDiscovery = async () => {
  const response = await discovery();
  await response.arrayBuffer();
  return response.status;
};

describe('faults', () => {
  it('hit matching requests as often as told, and tell how often they fired', async () => {
    const fault = { kind: 'status', status: 429, retryAfterSeconds: 7 };
    const armed = await admin('POST', '/faults', { fault, match: { operation: 'iam.*' }, skip: 1, count: 2 });
    expect(armed.status).toBe(201);
    expect(await statusOfDiscovery()).toBe(200);
    const hit = await discovery();
    expect([hit.status, hit.headers.get('retry-after')]).toEqual([429, '7']);
    expect(((await hit.json()) as { errorCode: string }).errorCode).toBe('injected_fault');
    expect(await statusOfDiscovery()).toBe(429);
    expect(await statusOfDiscovery()).toBe(200);
    const [rule] = (await admin('GET', '/faults')).json.faults;
    expect([rule!.firedCount, rule!.matchedCount]).toEqual([2, 4]);
    const removed = await admin('DELETE', `/faults/${rule!.id}`);
    expect(removed.json.firedCount).toBe(2);
    expect((await admin('DELETE', `/faults/${rule!.id}`)).status).toBe(404);
  });

  it('leave other operations and methods alone', async () => {
    const fault = { kind: 'status', status: 500 };
    await admin('POST', '/faults', { fault, match: { operation: 'iam.token' } });
    await admin('POST', '/faults', { fault, match: { method: 'DELETE' } });
    await admin('POST', '/faults', { fault, match: { bucket: '*' } });
    expect(await statusOfDiscovery()).toBe(200);
    await expect(accessToken(server)).rejects.toThrow('no token: 500');
  });

  it('drop connections', async () => {
    await admin('POST', '/faults', { fault: { kind: 'resetAfter', bytes: 0 }, count: 1 });
    await expect(discovery()).rejects.toThrow('fetch failed');
    expect(await statusOfDiscovery()).toBe(200);
  });

  it('fire by chance in the same way for the same seed', async () => {
    const run = async () => {
      await admin('DELETE', '/faults');
      await admin('POST', '/faults', { fault: { kind: 'status', status: 503 }, probability: 0.5, seed: 42 });
      const statuses: number[] = [];
      for (let index = 0; index < 20; index += 1) statuses.push(await statusOfDiscovery());
      return statuses;
    };
    const first = await run();
    expect(new Set(first)).toEqual(new Set([200, 503]));
    expect(await run()).toEqual(first);
  });

  it.each([
    [{}, 'fault must be an object'],
    [{ fault: { kind: 'fire' } }, 'fault.kind must be one of'],
    [{ fault: { kind: 'status', status: 418 } }, '429, 500 or 503'],
    [{ fault: { kind: 'status', status: 500, after: 1 } }, 'Unknown member "after" in fault'],
    [{ fault: { kind: 'latency' } }, 'fault.delayMs'],
    [{ fault: { kind: 'bandwidth', bytesPerSecond: 0 } }, 'fault.bytesPerSecond must be an integer of 1 or more'],
    [{ fault: { kind: 'diskFull' }, count: 0 }, 'count must be an integer of 1 or more'],
    [{ fault: { kind: 'diskFull' }, probability: 2 }, 'probability'],
    [{ fault: { kind: 'diskFull' }, match: { Bucket: 'x' } }, 'Unknown member "Bucket" in match'],
  ])('are refused with the reason: %j', async (body, message) => {
    const { status, json } = await admin('POST', '/faults', body);
    expect(status).toBe(400);
    expect(json.error.message).toContain(message);
    expect((await admin('GET', '/faults')).json.faults).toEqual([]);
  });
});

describe('the clock', () => {
  it('can be frozen, set, advanced, run on and reset', async () => {
    const frozen = (await admin('PUT', '/clock', { state: 'frozen', nowMs: 1_800_000_000_000 })).json;
    expect([frozen.state, frozen.nowMs]).toEqual(['frozen', 1_800_000_000_000]);
    expect((await admin('POST', '/clock/advance', { byMs: 86_400_000 })).json.nowMs).toBe(1_800_086_400_000);
    expect(server.clock.nowMs()).toBe(1_800_086_400_000);
    const running = (await admin('PUT', '/clock', { state: 'running' })).json;
    expect(running.state).toBe('running');
    expect(running.nowMs).toBeGreaterThanOrEqual(1_800_086_400_000);
    const reset = (await admin('DELETE', '/clock')).json;
    expect(Math.abs(reset.offsetMs)).toBeLessThan(1000);
    const ahead = (await admin('PUT', '/clock', { offsetMs: 60_000 })).json;
    expect(Math.abs(ahead.offsetMs - 60_000)).toBeLessThan(1000);
  });

  it('refuses what it does not understand', async () => {
    for (const body of [{ state: 'fast' }, { nowMs: 'noon' }, { nowMs: 1, offsetMs: 1 }, { year: 2030 }]) {
      expect((await admin('PUT', '/clock', body)).status).toBe(400);
    }
    expect((await admin('POST', '/clock/advance', {})).status).toBe(400);
  });
});

describe('requests', () => {
  it('are counted by operation, the admin endpoint’s own left out', async () => {
    await admin('DELETE', '/requests');
    await accessToken(server);
    await accessToken(server);
    await statusOfDiscovery();
    const { json } = await admin('GET', '/requests');
    expect(json.byOperation).toEqual({ 'iam.discovery': 1, 'iam.token': 2 });
    expect(json.total).toBe(3);
    expect(json.recent.map(({ method, operation }) => `${method} ${operation}`)).toEqual([
      'POST iam.token',
      'POST iam.token',
      'GET iam.discovery',
    ]);
  });
});

describe('keys', () => {
  it('exist for every role, can be made for any, and stop working when revoked', async () => {
    const { keys } = (await admin('GET', '/keys')).json;
    expect(keys.filter(({ owner }) => owner === 'serviceId').map(({ role }) => role)).toEqual([
      'ObjectReader',
      'ContentReader',
      'Reader',
      'ObjectWriter',
      'Writer',
      'Manager',
    ]);
    const made = (await admin('POST', '/keys', { role: 'Writer', name: 'extra' })).json;
    const token = await accessToken(server, made.apiKey);
    const list = () => call('GET', `${server.info.resourceControllerEndpoint}/v2/resource_instances`, { token });
    expect((await list()).status).toBe(200);
    expect((await admin('DELETE', `/keys/${made.id}`)).status).toBe(204);
    expect((await list()).status).toBe(401);
    await expect(accessToken(server, made.apiKey)).rejects.toThrow('BXNIM0415E');
  });

  it('refuses to revoke the person’s own key and keys that are not there', async () => {
    const own = (await admin('GET', '/keys')).json.keys.find(({ owner }) => owner === 'user')!;
    expect((await admin('DELETE', `/keys/${own.id}`)).status).toBe(409);
    expect((await admin('DELETE', '/keys/none')).status).toBe(404);
    expect((await admin('POST', '/keys', { role: 'King' })).status).toBe(400);
    expect((await admin('POST', '/keys', {})).status).toBe(400);
  });
});

describe('switches', () => {
  it('can be read and set, with the type they have', async () => {
    expect((await admin('GET', '/switches')).json.shuffledListings).toBe(false);
    expect((await admin('PATCH', '/switches', { shuffledListings: true })).json.shuffledListings).toBe(true);
    await admin('PATCH', '/switches', { shuffledListings: false });
    expect((await admin('PATCH', '/switches', { shuffledListings: 'yes' })).status).toBe(400);
    expect((await admin('PATCH', '/switches', { unknownSwitch: true })).status).toBe(400);
  });
});

describe('web pages', () => {
  const statusWith = (url: string, headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      request(url, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  it('are refused by their Origin header', async () => {
    expect(await statusWith(`${server.info.adminEndpoint}/keys`, { origin: 'https://example.com' })).toBe(403);
    expect(await statusWith(`${server.info.adminEndpoint}/keys`, { origin: 'null' })).toBe(403);
    expect(await statusWith(`${server.info.adminEndpoint}/keys`, { 'sec-fetch-site': 'cross-site' })).toBe(403);
  });

  it('cannot reach any service under a name of their own', async () => {
    const { adminEndpoint, iamEndpoint, resourceControllerEndpoint } = server.info;
    const paths = [
      `${adminEndpoint}/keys`,
      `${iamEndpoint}/identity/passcode`,
      `${resourceControllerEndpoint}/v2/resource_keys`,
    ];
    for (const url of paths) {
      expect(await statusWith(url, { host: 'rebound.example.com' })).toBe(403);
      expect(await statusWith(url, { host: '127.0.0.1.example.com' })).toBe(403);
    }
    expect(await statusWith(`${adminEndpoint}/keys`, { host: 'localhost:1' })).toBe(200);
  });

  it('and other users of the machine do not know the address', async () => {
    const { origin, pathname } = new URL(server.info.adminEndpoint);
    const other = `${pathname.slice(0, -1)}${pathname.endsWith('x') ? 'y' : 'x'}`;
    for (const path of ['/keys', '//keys', `${other}/keys`, pathname, `/x${pathname}/keys`]) {
      expect(await statusWith(origin + path, {})).toBe(403);
    }
    expect(pathname.length).toBeGreaterThan(30);
  });

  it('cannot send a form in place of JSON', async () => {
    const { status } = await admin('POST', '/tokens/revoke', { all: true }, { 'content-type': 'text/plain' });
    expect(status).toBe(415);
  });
});

describe('every service', () => {
  it('answers 404 to unknown paths and 405, with Allow, to other methods', async () => {
    expect((await admin('GET', '/nothing')).status).toBe(404);
    const { status, headers } = await call('PUT', `${server.info.iamEndpoint}/identity/token`);
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('refuses a body of more than a mebibyte and goes on', async () => {
    const response = await fetch(`${server.info.iamEndpoint}/identity/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a'.repeat(1024 * 1024 + 1),
    });
    expect(response.status).toBe(413);
    expect(await statusOfDiscovery()).toBe(200);
  });
});
