import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketTopics, type BackupResource, type DocumentSubject } from '../../../src/model/configDocument';
import { configUri, parseConfigUri } from '../../../src/model/configUri';
import { bucketName, connectionId, objectKey } from '../../../src/model/ids';

const connection = fc.constantFrom('local', 'prod-1').map(connectionId);
const bucket = fc.constantFrom('photos', 'a.b-c', 'object').map(bucketName);
const text = fc.string({
  minLength: 1,
  maxLength: 12,
  unit: fc.constantFrom('a', '/', '.', '~', '%', 'é', '\\', ' ', '?'),
});
const segment = text.map((id) => id.replaceAll('/', ''));
const address: fc.Arbitrary<DocumentSubject> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('object' as const),
      connectionId: connection,
      bucket,
      key: text.map(objectKey),
      versionId: text,
    },
    { requiredKeys: ['kind', 'connectionId', 'bucket', 'key'] },
  ),
  fc
    .record({
      kind: fc.constant('selection' as const),
      connectionId: connection,
      bucket,
      keys: fc.array(text.map(objectKey), { maxLength: 3 }),
      prefixes: fc.array(
        text.map((prefix) => `${prefix}/`),
        { maxLength: 3 },
      ),
    })
    .filter(({ keys, prefixes }) => keys.length + prefixes.length > 0),
  fc.record({
    kind: fc.constant('bucket' as const),
    connectionId: connection,
    bucket,
    topic: fc.constantFrom(...bucketTopics),
  }),
  fc.record({
    kind: fc.constant('backup' as const),
    connectionId: connection,
    resource: fc.oneof<fc.Arbitrary<BackupResource>[]>(
      fc.record({ kind: fc.constant('policy' as const), bucket, policyId: segment, name: segment }),
      fc.record({ kind: fc.constant('vault' as const), vault: fc.constantFrom('v1', 'my-vault') }),
      fc.record({
        kind: fc.constant('range' as const),
        vault: fc.constantFrom('v1'),
        rangeId: fc.uuid(),
        name: segment,
      }),
    ),
  }),
);

describe('the URIs of configuration documents', () => {
  it('name their subject again, and no other', () => {
    fc.assert(
      fc.property(address, address, (one, other) => {
        expect(parseConfigUri(configUri(one))).toEqual(one);
        if (JSON.stringify(configUri(one)) === JSON.stringify(configUri(other))) expect(one).toEqual(other);
      }),
      { numRuns: 500 },
    );
  });

  it('do not read a version that is no text', () => {
    const uri = { scheme: 'ibmcos-config', authority: 'local', path: '/object/b/k.properties.jsonc' };
    expect(parseConfigUri({ ...uri, query: 'versionId=%E0%A4' })).toBeUndefined();
    expect(parseConfigUri({ ...uri, query: 'versionId=%41' })).toMatchObject({ versionId: 'A' });
  });

  it('say in their last segment what they are about', () => {
    const key = objectKey('2025/report.pdf');
    const at = { connectionId: connectionId('local'), bucket: bucketName('photos') };
    expect(configUri({ kind: 'object', ...at, key }).path).toBe('/object/photos/2025/report.pdf.properties.jsonc');
    expect(configUri({ kind: 'bucket', ...at, topic: 'objectLock' }).path).toBe(
      '/bucket/photos/photos.objectLock.jsonc',
    );
    const { connectionId: of } = at;
    const policy = { kind: 'policy', bucket: at.bucket, policyId: 'a-1', name: 'nightly' } as const;
    expect(configUri({ kind: 'backup', connectionId: of, resource: policy }).path).toBe(
      '/policy/photos/a-1/nightly.policy.jsonc',
    );
    const range = { kind: 'range', vault: 'safe', rangeId: 'b-2', name: 'photos' } as const;
    expect(configUri({ kind: 'backup', connectionId: of, resource: range }).path).toBe(
      '/range/safe/b-2/photos.range.jsonc',
    );
  });

  it.each([
    '/',
    '/object/photos/x',
    '/bucket/photos/photos.nonsense.jsonc',
    '/what/ever.jsonc',
    '/vault/x',
    '/object/b/.properties.jsonc',
  ])('do not read %s', (path) => {
    expect(parseConfigUri({ scheme: 'ibmcos-config', authority: 'local', path, query: '' })).toBeUndefined();
  });
});
