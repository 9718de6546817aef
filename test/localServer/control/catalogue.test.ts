import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, startTestServer, type TestServer } from './testServer';

let server: TestServer;
beforeAll(async () => void (server = await startTestServer()));
afterAll(() => server.close());

it('lists every location with full URLs and no token', async () => {
  const { status, json } = await call('GET', server.info.endpointsCatalogueUrl);
  expect(status).toBe(200);
  const sections = json['service-endpoints'];
  expect(Object.keys(sections)).toEqual(['cross-region', 'regional', 'single-site']);
  const { endpoints } = server.info;
  expect(sections['regional']!['us-south']!['public']).toEqual({ 'us-south': endpoints['us-south'] });
  expect(sections['cross-region']!['us']!['public']!['us-geo']).toBe(endpoints['us']);
  expect(sections['cross-region']!['us']!['public']!['San Jose']).toBe(endpoints['us']);
  expect(sections['single-site']!['sng01']!['private']!['sng01']).toBe(endpoints['sng01']);
  expect(json['identity-endpoints']['iam-token']).toBe(server.info.iamEndpoint);
  expect(json['resource-configuration-endpoints'].global.public).toBe(server.info.configEndpoint);
  expect(new Set(Object.values(endpoints)).size).toBe(Object.keys(endpoints).length);
});

it('holds a location that no client knows and one without direct endpoints', async () => {
  const { json } = await call('GET', server.info.endpointsCatalogueUrl);
  const sites = json['service-endpoints']['single-site']!;
  expect(Object.keys(sites)).toContain('lab09');
  expect(sites['sng01']!['direct']).toBeUndefined();
  expect(sites['lab09']!['direct']).toBeDefined();
});
