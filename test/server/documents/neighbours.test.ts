import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testConnectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from '../protection/fixture';
import { bucketDocuments } from './bucketDocument';

describe('parts of a configuration that exclude each other', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected();
  });
  afterAll(async () => await server?.close());
  const versioning = bucketDocuments(() => server, 'versioning');
  const retention = bucketDocuments(() => server, 'retentionPolicy');
  const lock = bucketDocuments(() => server, 'objectLock');
  const policy = '{ "minimumDays": 0, "defaultDays": 1, "maximumDays": 2 }';
  const place = { connectionId: testConnectionId };

  it('are told for versioning', async () => {
    const retained = await server.retained([0, 0, 1]);
    expect(await versioning.check(retained, '{ "versioning": "enabled" }')).toEqual(['retentionPolicy "enabled"']);
    expect(await versioning.check(retained, '{ "versioning": "never" }')).toEqual([]);
    const locked = await server.bucket('locked');
    expect(await versioning.check(locked, '{ "versioning": "suspended" }')).toEqual(['objectLock "suspended"']);
  });

  it('are told for a first retention policy, and not for a later one', async () => {
    const locked = await server.bucket('locked');
    expect(await retention.check(locked, policy)).toEqual(['versioning "minimumDays"', 'objectLock "minimumDays"']);
    const full = await server.bucket();
    await server.put(full, 'key');
    expect(await retention.check(full, policy)).toEqual(['notEmpty "minimumDays"']);
    const retained = await server.retained([0, 0, 1]);
    await server.put(retained, 'key');
    expect(await retention.check(retained, policy)).toEqual([]);
  });

  it('are told for Object Lock', async () => {
    const on = '{ "enabled": true }';
    expect(await lock.check(await server.retained([0, 0, 1]), on)).toEqual(['retentionPolicy true']);
    const bucket = await server.bucket();
    expect(await lock.check(bucket, on)).toEqual(['needsVersioning true']);
    await server.engine.ask('versioning/put', { ...place, bucket, state: 'enabled' });
    expect(await lock.check(bucket, on)).toEqual([]);
  });

  it('are what the service refuses', async () => {
    const bucket = await server.bucket();
    await server.put(bucket, 'key');
    const wanted = { minimumDays: 0, defaultDays: 1, maximumDays: 2, isPermanentAllowed: false };
    const refusal = await server.engine.refuse('bucketProtection/put', { ...place, bucket, policy: wanted });
    expect(refusal).toMatchObject({ kind: 'conflict' });
  });
});
