import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import { startServedEngine, type EngineUnderTest } from '../fakes/servedEngine';

let farSide: LocalFarSide;
let engine: EngineUnderTest;

beforeAll(async () => {
  farSide = await startLocalFarSide();
  engine = await startServedEngine({ connections: [], credentials: {} });
});

afterAll(async () => {
  await engine.close();
  await farSide.close();
});

const list = () => ({ connection: { ...farSide.iam, serviceInstanceId: '' }, credential: farSide.apiKey });

it('lists the object storage instances that an API key sees, and none of other services or waiting for their end', async () => {
  const instances = await engine.ask('accounts/listInstances', list());
  expect(instances.map(({ name, plan }) => [name, plan])).toEqual([
    ['local-cos', 'standard'],
    ['local-cos-lite', 'lite'],
    ['local-cos-onerate', 'oneRate'],
  ]);
  expect(instances[0]?.crn).toBe(farSide.iam.serviceInstanceId);
  expect(instances[0]?.crn).toContain(`a/${instances[0]?.accountId}:${instances[0]?.guid}::`);
});

it('says that a key is not known, and what HMAC keys cannot do', async () => {
  const credential = { kind: 'apiKey', apiKey: 'no such key' } as const;
  const refused = await engine.refuse('accounts/listInstances', { ...list(), credential });
  expect(refused).toMatchObject({ kind: 'signInNeeded', reason: 'apiKeyUnknown' });
  const hmac = { connection: farSide.hmac, credential: farSide.hmacKey };
  expect(await engine.refuse('accounts/listInstances', hmac)).toMatchObject({ kind: 'unsupported' });
});
