import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import { parse } from 'jsonc-parser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rawClient } from '../../fakes/objectStorage';
import { testConnectionId as connectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from '../protection/fixture';
import { bucketDocuments } from './bucketDocument';

const dayMs = 86_400_000;
let server: Protected;
beforeAll(async () => {
  server = await startProtected();
});
afterAll(async () => await server?.close());
const { open, apply } = bucketDocuments(() => server, 'lifecycle');

async function pass(bucket: string, days: number): Promise<void> {
  server.advance(days * dayMs);
  await server.farSide.admin('POST', '/lifecycle/run', { bucket });
}

it('lets the service delete objects, versions, markers and uploads, keeps other rules, and the bucket can go', async () => {
  const bucket = await server.bucket();
  const rule = { id: 'logs', status: 'enabled', filter: { prefix: 'logs/' }, expiration: { days: 900 } };
  await apply(bucket, { rules: [rule] });
  await server.engine.ask('versioning/put', { connectionId, bucket, state: 'enabled' });
  for (const text of ['one', 'two']) await server.put(bucket, 'a.txt', text);
  await server.put(bucket, 'logs/b.txt');
  const client = rawClient({ ...server.farSide.server.info, endpoint: server.farSide.hmac.endpoint });
  await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: 'never finished' }));
  client.destroy();
  const expiring = { connectionId, bucket, hasVersions: true };
  await server.engine.ask('buckets/expireEverything', expiring);
  // Asking again adds nothing.
  await server.engine.ask('buckets/expireEverything', expiring);
  const { text } = await open(bucket);
  expect(parse(text)).toEqual({
    rules: [
      rule,
      {
        id: 'delete-everything',
        status: 'enabled',
        expiration: { days: 1 },
        noncurrentExpiration: { days: 1 },
        abortIncompleteUploads: { days: 1 },
      },
      { id: 'delete-everything-markers', status: 'enabled', expiration: { expiredDeleteMarkers: true } },
    ],
  });
  for (const days of [2, 2, 2]) await pass(bucket, days);
  const census = await server.engine.ask('buckets/census', { connectionId, bucket, limit: 100 });
  expect(census).toMatchObject({ objects: 0, oldVersions: 0, deleteMarkers: 0, uploads: 0, isComplete: true });
  await server.engine.ask('buckets/delete', { connectionId, bucket });
});

it('adds one rule where there are no versions, and nothing through a read-only connection', async () => {
  const bucket = await server.bucket();
  await server.put(bucket, 'a.txt');
  const expiring = { bucket, hasVersions: false };
  const refused = await server.engine.refuse('buckets/expireEverything', {
    ...expiring,
    connectionId: server.readOnly,
  });
  expect(refused).toMatchObject({ reason: 'readOnlyConnection' });
  await server.engine.ask('buckets/expireEverything', { ...expiring, connectionId });
  expect(parse((await open(bucket)).text)).toEqual({
    rules: [
      {
        id: 'delete-everything',
        status: 'enabled',
        expiration: { days: 1 },
        abortIncompleteUploads: { days: 1 },
      },
    ],
  });
  await pass(bucket, 2);
  const census = await server.engine.ask('buckets/census', { connectionId, bucket, limit: 100 });
  expect(census).toMatchObject({ objects: 0 });
});
