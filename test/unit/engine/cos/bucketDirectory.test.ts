import { expect, it } from 'vitest';
import { systemClock } from '../../../../src/engine/clock';
import { createBucketDirectory } from '../../../../src/engine/cos/bucketDirectory';
import type { IamConnection } from '../../../../src/model/connection';
import { bucketName, connectionId } from '../../../../src/model/ids';

const signal = new AbortController().signal;
const host = (location: string) => `https://s3.${location}.cloud-object-storage.appdomain.cloud`;

function directoryOf(fields: Partial<IamConnection>) {
  const connection: IamConnection = {
    kind: 'iam',
    id: connectionId('c'),
    name: 'c',
    serviceInstanceId: 'x',
    endpoint: host('eu-de'),
    ...fields,
  };
  return createBucketDirectory(connection, systemClock, async () => [
    { name: bucketName('home'), locationConstraint: 'eu-de-smart' },
    { name: bucketName('away'), locationConstraint: 'us-south-smart' },
  ]);
}

it.each(['public', 'private', 'direct'] as const)(
  'reaches every bucket over the chosen network: %s',
  async (network) => {
    const infix = network === 'public' ? '' : `${network}.`;
    for (const endpoint of [host('eu-de'), host('private.eu-de'), host('direct.eu-de')]) {
      const directory = directoryOf({ endpoint, network });
      expect(directory.homeOrigin).toBe(host(`${infix}eu-de`));
      expect(await directory.originOf('home', signal)).toBe(host(`${infix}eu-de`));
      expect(await directory.originOf('away', signal)).toBe(host(`${infix}us-south`));
    }
  },
);

it('takes the network from the endpoint where none is chosen, and leaves other hosts and named endpoints alone', async () => {
  expect(await directoryOf({ endpoint: host('direct.eu-de') }).originOf('away', signal)).toBe(host('direct.us-south'));
  const other = directoryOf({ endpoint: 'https://cos.example:9000', network: 'private' });
  expect(await other.originOf('away', signal)).toBe('https://cos.example:9000');
  const named = directoryOf({ network: 'direct', locationEndpoints: { 'us-south': 'https://own.example' } });
  expect(await named.originOf('away', signal)).toBe('https://own.example');
});

it.each([
  'evil.example/x-standard',
  'evil.example#-smart',
  'a@evil.example-standard',
  'evil.example',
  'us-south.evil-smart',
  '../x-standard',
  '__proto__-standard',
  'constructor',
  'us-south:8443-smart',
  '-smart',
  'US-SOUTH-smart',
  `${'a'.repeat(70)}-smart`,
])('stays at its own endpoint where a listing names the location %s', async (locationConstraint) => {
  const connection: IamConnection = {
    kind: 'iam',
    id: connectionId('c'),
    name: 'c',
    serviceInstanceId: 'x',
    endpoint: host('eu-de'),
    locationEndpoints: { 'jp-tok': 'https://own.example' },
  };
  const directory = createBucketDirectory(connection, systemClock, async () => [
    { name: bucketName('lured'), locationConstraint },
  ]);
  expect(await directory.originOf('lured', signal)).toBe(host('eu-de'));
});

it('takes the endpoints of its own family only from what a service names', () => {
  const directory = directoryOf({ network: 'private', locationEndpoints: { 'jp-tok': 'https://own.example' } });
  expect(directory.familyOrigin(host('us-south'))).toBe(host('private.us-south'));
  expect(directory.familyOrigin('https://own.example')).toBe('https://own.example');
  for (const origin of [
    'https://evil.example',
    'http://s3.us-south.cloud-object-storage.appdomain.cloud',
    'https://s3.us-south.cloud-object-storage.appdomain.cloud:8443',
    'https://s3.us-south.cloud-object-storage.appdomain.cloud.evil.example',
    'https://own.example:444',
  ]) {
    expect(directory.familyOrigin(origin)).toBeUndefined();
  }
  const other = directoryOf({ endpoint: 'https://cos.example:9000' });
  expect(other.familyOrigin(host('us-south'))).toBeUndefined();
  expect(other.familyOrigin('https://cos.example:9000')).toBe('https://cos.example:9000');
});
