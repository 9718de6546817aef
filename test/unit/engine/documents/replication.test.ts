import { expect, it } from 'vitest';
import { replicationDocument } from '../../../../src/engine/documents/bucket/replication';
import { bucketName, connectionId } from '../../../../src/model/ids';

it('is the same replication when only versioning or the retention policy of the bucket changed', () => {
  const place = { kind: 'bucket', connectionId: connectionId('c'), bucket: bucketName('b') } as const;
  const kind = replicationDocument({ ...place, topic: 'replication' });
  const read = { rules: [], unknownElements: [], neighbours: { versioning: 'never' } };
  expect(kind.isSame?.(read, { ...read, neighbours: { versioning: 'enabled', hasRetentionPolicy: false } })).toBe(true);
  expect(kind.isSame?.(read, { ...read, unknownElements: ['SourceSelectionCriteria'] })).toBe(false);
});
