import assert from 'node:assert/strict';
import { createBucket } from './buckets';
import { failsWith, type OperationStep } from './sdk';

const bucket = 'node-sdk-lock';
const object = { Bucket: bucket, Key: 'locked' };
const retainUntil = new Date(Math.ceil(Date.now() / 1000) * 1000 + 10 * 86_400_000);
let versionId: unknown;

export const objectLockOperations: readonly OperationStep[] = [
  {
    operation: 'PutObjectLockConfiguration',
    run: async (cos) => {
      await createBucket(cos, bucket, { ObjectLockEnabledForBucket: true });
      const Rule = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 5 } };
      const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule };
      await cos.call('PutObjectLockConfiguration', { Bucket: bucket, ObjectLockConfiguration });
      const found = await cos.call('GetObjectLockConfiguration', { Bucket: bucket });
      assert.deepEqual(found['ObjectLockConfiguration'], ObjectLockConfiguration);
    },
  },
  {
    operation: 'GetObjectLockConfiguration',
    run: async (cos) => {
      const { ObjectLockConfiguration } = await cos.call('GetObjectLockConfiguration', { Bucket: bucket });
      assert.deepEqual(ObjectLockConfiguration, {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 5 } },
      });
    },
  },
  {
    operation: 'PutObjectRetention',
    run: async (cos) => {
      versionId = (await cos.call('PutObject', { ...object, Body: 'locked' }))['VersionId'];
      const Retention = { Mode: 'COMPLIANCE', RetainUntilDate: retainUntil };
      await cos.call('PutObjectRetention', { ...object, Retention, BypassGovernanceRetention: true });
      assert.equal(await failsWith(403, cos, 'DeleteObject', { ...object, VersionId: versionId }), 'AccessDenied');
    },
  },
  {
    operation: 'GetObjectRetention',
    run: async (cos) => {
      const { Retention } = await cos.call('GetObjectRetention', object);
      assert.deepEqual(Retention, { Mode: 'COMPLIANCE', RetainUntilDate: retainUntil });
    },
  },
  {
    operation: 'PutObjectLegalHold',
    run: async (cos) => {
      await cos.call('PutObjectLegalHold', { ...object, LegalHold: { Status: 'ON' } });
      assert.deepEqual((await cos.call('GetObjectLegalHold', object))['LegalHold'], { Status: 'ON' });
    },
  },
  {
    operation: 'GetObjectLegalHold',
    run: async (cos) => {
      assert.deepEqual((await cos.call('GetObjectLegalHold', object))['LegalHold'], { Status: 'ON' });
      assert.equal((await cos.call('HeadObject', object))['ObjectLockLegalHoldStatus'], 'ON');
    },
  },
];
