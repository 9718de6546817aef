import { afterAll, beforeAll, beforeEach, afterEach, expect, it } from 'vitest';
import { locations as builtIn } from '../../src/model/location';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import { ManualClock } from '../fakes/manualClock';
import { startServedEngine, type EngineUnderTest } from '../fakes/servedEngine';

let farSide: LocalFarSide;
let engine: EngineUnderTest;
let clock: ManualClock;
const catalogueEndpoint = () => farSide.iam.controlEndpoints!.endpointCatalogue!;
const fetches = () => farSide.server.requests.read().byOperation['catalogue.get'] ?? 0;

beforeAll(async () => {
  farSide = await startLocalFarSide();
});
beforeEach(async () => {
  clock = new ManualClock();
  engine = await startServedEngine({ connections: [], credentials: {}, clock, retryPolicy: onceOnly });
  farSide.server.requests.clear();
  farSide.server.faults.clear();
});
afterEach(async () => await engine.close());
afterAll(async () => await farSide.close());

const onceOnly = { maxAttempts: 1, maxConnectAttempts: 1, baseDelayMs: 1, maxDelayMs: 1 };

it('offers what the catalogue has, also a location that nobody knew, and fetches it once a day', async () => {
  const ask = async () => await engine.ask('locations/list', { catalogueEndpoint: catalogueEndpoint() });
  const [first] = await Promise.all([ask(), ask(), ask()]);
  expect(first.at(-1)).toEqual({
    code: 'lab09',
    kind: 'singleSite',
    city: '',
    networks: ['public', 'private', 'direct'],
  });
  expect(first.find(({ code }) => code === 'sng01')?.networks).toEqual(['public', 'private']);
  expect(first[0]).toMatchObject({ code: 'us', kind: 'crossRegion', city: 'United States' });
  await ask();
  expect(fetches()).toBe(1);
  clock.advance(25 * 3_600_000);
  await ask();
  expect(fetches()).toBe(2);
});

it('offers the built-in locations where the catalogue cannot be had, and tries again later', async () => {
  expect(await engine.ask('locations/list', { catalogueEndpoint: 'http://127.0.0.1:1/v2' })).toEqual(builtIn);
  expect(await engine.ask('locations/list', { catalogueEndpoint: farSide.server.info.endpoint })).toEqual(builtIn);
  farSide.server.faults.arm({ fault: { kind: 'status', status: 503 }, match: { operation: 'catalogue.get' } });
  const ask = async () => await engine.ask('locations/list', { catalogueEndpoint: catalogueEndpoint() });
  expect(await ask()).toEqual(builtIn);
  farSide.server.faults.clear();
  expect(await ask()).toEqual(builtIn);
  clock.advance(11 * 60_000);
  expect((await ask()).map(({ code }) => code)).toContain('lab09');
});
