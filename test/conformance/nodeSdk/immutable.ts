import assert from 'node:assert/strict';
import { createBucket } from './buckets';
import { failsWith, type Cos, type OperationStep } from './sdk';

const bucket = 'node-sdk-immutable';
const object = { Bucket: bucket, Key: 'kept' };
const daySeconds = 86_400;
const protection = {
  Status: 'Retention',
  MinimumRetention: { Days: 10 },
  DefaultRetention: { Days: 100 },
  MaximumRetention: { Days: 1000 },
};

const head = (cos: Cos) => cos.call('HeadObject', object);

export const immutableOperations: readonly OperationStep[] = [
  {
    operation: 'PutBucketProtectionConfiguration',
    run: async (cos) => {
      await createBucket(cos, bucket);
      await cos.call('PutBucketProtectionConfiguration', { Bucket: bucket, ProtectionConfiguration: protection });
      await cos.call('PutObject', { ...object, Body: 'kept', RetentionPeriod: 20 * daySeconds });
      await failsWith(451, cos, 'DeleteObject', object);
    },
  },
  {
    operation: 'GetBucketProtectionConfiguration',
    run: async (cos) => {
      assert.deepEqual(await cos.call('GetBucketProtectionConfiguration', { Bucket: bucket }), protection);
    },
  },
  {
    operation: 'AddLegalHold',
    run: async (cos) => {
      await cos.call('AddLegalHold', { ...object, RetentionLegalHoldId: 'case-1' });
      assert.equal(Number((await head(cos))['RetentionLegalHoldCount']), 1);
      await failsWith(409, cos, 'AddLegalHold', { ...object, RetentionLegalHoldId: 'case-1' });
    },
  },
  {
    operation: 'ListLegalHolds',
    run: async (cos) => assert.equal((await cos.call('ListLegalHolds', object))['RetentionPeriod'], 20 * daySeconds),
  },
  {
    operation: 'DeleteLegalHold',
    run: async (cos) => {
      await cos.call('DeleteLegalHold', { ...object, RetentionLegalHoldId: 'case-1' });
      assert.equal(Number((await head(cos))['RetentionLegalHoldCount'] ?? 0), 0);
    },
  },
  {
    operation: 'ExtendObjectRetention',
    run: async (cos) => {
      await cos.call('ExtendObjectRetention', { ...object, AdditionalRetentionPeriod: 5 * daySeconds });
      assert.equal((await head(cos))['RetentionPeriod'], 25 * daySeconds);
      await failsWith(400, cos, 'ExtendObjectRetention', { ...object, NewRetentionPeriod: daySeconds });
    },
  },
];
