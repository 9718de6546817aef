import { afterAll, beforeAll, expect, it } from 'vitest';
import { bucketName, objectKey } from '../../src/model/ids';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import { startServedEngine, testConnectionId, type EngineUnderTest } from '../fakes/servedEngine';

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

it('creates an HMAC key that links of an API key connection are signed with', async () => {
  const connectionId = testConnectionId;
  const bucket = bucketName('links-by-api-key');
  const plain = await startServedEngine({
    connections: [farSide.iam],
    credentials: { [connectionId]: farSide.apiKey },
  });
  const wish = { name: 'for links', role: 'Reader' } as const;
  const hmac = await plain.ask('accounts/createHmacKey', { connectionId, ...wish });
  await plain.ask('buckets/create', { connectionId, bucket, location: 'us-south', storageClass: 'smart' });
  const key = objectKey('hello.txt');
  const condition = { kind: 'always' } as const;
  const attributes = { headers: {} };
  const bytes = Buffer.from('hello');
  await plain.ask('objects/write', { connectionId, bucket, key, bytes, attributes, condition });
  const link = { connectionId, bucket, key, wish: { method: 'GET', expiresSeconds: 60 } } as const;
  expect(await plain.refuse('links/create', link)).toMatchObject({ kind: 'unsupported' });
  await plain.close();

  const apiKey = farSide.apiKey.kind === 'apiKey' ? farSide.apiKey.apiKey : '';
  const both = await startServedEngine({
    connections: [farSide.iam],
    credentials: { [connectionId]: { kind: 'apiKey', apiKey, hmac } },
  });
  const { url } = await both.ask('links/create', link);
  expect(await (await fetch(url)).text()).toBe('hello');
  expect(both.log.join('\n')).not.toContain(hmac.secretAccessKey);
  await both.close();
});

it('creates no HMAC key for a read-only connection, nor for one that may not manage credentials', async () => {
  const connectionId = testConnectionId;
  const created = (await farSide.admin('POST', '/keys', { role: 'Writer' })) as { apiKey: string };
  const wish = { connectionId, name: 'x', role: 'Reader' } as const;
  const credentials = { [connectionId]: { kind: 'apiKey', apiKey: created.apiKey } as const };
  const weak = await startServedEngine({ connections: [farSide.iam], credentials });
  expect(await weak.refuse('accounts/createHmacKey', wish)).toMatchObject({ kind: 'denied' });
  await weak.close();
  const readOnly = await startServedEngine({
    connections: [{ ...farSide.iam, isReadOnly: true }],
    credentials: { [connectionId]: farSide.apiKey },
  });
  expect(await readOnly.refuse('accounts/createHmacKey', wish)).toMatchObject({ reason: 'readOnlyConnection' });
  await readOnly.close();
});
