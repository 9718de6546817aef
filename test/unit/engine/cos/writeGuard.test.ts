import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/engine/clock';
import { createControlClient, type ControlRequest } from '../../../../src/engine/control/controlClient';
import type { Authorizer } from '../../../../src/engine/cos/authorizer';
import type { BucketDirectory } from '../../../../src/engine/cos/bucketDirectory';
import { createWire, type S3Request } from '../../../../src/engine/cos/wire';
import { createWriteAllowances, createWriteGuard } from '../../../../src/engine/cos/writeGuard';
import type { HttpClient } from '../../../../src/engine/http/httpClient';
import type { IamConnection } from '../../../../src/model/connection';
import { connectionId } from '../../../../src/model/ids';

const base: IamConnection = {
  kind: 'iam',
  id: connectionId('c'),
  name: 'Mine',
  serviceInstanceId: 'i',
  endpoint: 'https://s3.example',
};
const never = new AbortController().signal;

/** A client of which everything that it sends is counted. */
function clientOf(connection: IamConnection) {
  const sent: string[] = [];
  const http = { send: async ({ op }: { op: string }) => void sent.push(op) } as unknown as HttpClient;
  const authorizer = { ready: async () => undefined, renewAfterRefusal: async () => false } as unknown as Authorizer;
  const directory = {
    homeOrigin: 'https://s3.example',
    originOf: async () => 'https://s3.example',
  } as unknown as BucketDirectory;
  const allowances = createWriteAllowances(systemClock);
  const guard = createWriteGuard(connection, allowances);
  const wire = createWire({ connection, http, clock: systemClock, authorizer, guard, directory: () => directory });
  const control = createControlClient({ connection, http, authorizer, guard });
  const onWire = (method: S3Request['method'], op: string) =>
    wire.send({ op, method, bucket: 'b', key: 'k', repeatable: 'always' }, never, async () => undefined);
  const onControl = (method: ControlRequest['method'], op: string) =>
    control.send({ op, method, service: 'configuration', path: ['x'] }, never);
  return { sent, onWire, onControl, allow: () => allowances.allow(connection.id) };
}

describe.each([
  ['a read-only connection', { ...base, isReadOnly: true }, 'readOnlyConnection'],
  ['a production connection that nobody has released', { ...base, isProduction: true }, 'productionLocked'],
])('%s', (_what, connection, reason) => {
  it('refuses an operation that no list names, whatever its method is, and sends nothing', async () => {
    const { sent, onWire, onControl } = clientOf(connection);
    for (const method of ['PUT', 'POST', 'DELETE'] as const) {
      await expect(onWire(method, 'FrobnicateObject')).rejects.toMatchObject({
        error: { reason, op: 'FrobnicateObject' },
      });
    }
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE'] as const) {
      await expect(onControl(method, 'FrobnicateVault')).rejects.toMatchObject({ error: { reason } });
    }
    expect(sent).toEqual([]);
  });

  it('reads, and ends uploads that were begun before', async () => {
    const { sent, onWire, onControl } = clientOf(connection);
    await onWire('GET', 'GetObject');
    await onWire('HEAD', 'HeadObject');
    await onWire('DELETE', 'AbortMultipartUpload');
    await onControl('GET', 'GetBucketConfig');
    expect(sent).toEqual(['GetObject', 'HeadObject', 'AbortMultipartUpload', 'GetBucketConfig']);
  });
});

it('a production connection lets writes through once its name was typed', async () => {
  const { sent, onWire, onControl, allow } = clientOf({ ...base, isProduction: true });
  allow();
  await onWire('PUT', 'FrobnicateObject');
  await onControl('PATCH', 'FrobnicateVault');
  expect(sent).toEqual(['FrobnicateObject', 'FrobnicateVault']);
});
