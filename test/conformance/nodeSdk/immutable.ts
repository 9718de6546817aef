import assert from 'node:assert/strict';
import { createBucket } from './buckets';
import { bodyText, failsWith, list, type Cos, type OperationStep } from './sdk';

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
      assert.equal((await head(cos))['RetentionPeriod'], 20 * daySeconds);
      await failsWith(451, cos, 'DeleteObject', object);
      assert.equal(bodyText(await cos.call('GetObject', object)), 'kept');
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
      await cos.call('AddLegalHold', { ...object, RetentionLegalHoldId: 'case-2' });
      assert.equal(Number((await head(cos))['RetentionLegalHoldCount']), 2);
      await failsWith(409, cos, 'AddLegalHold', { ...object, RetentionLegalHoldId: 'case-1' });
    },
  },
  {
    operation: 'ListLegalHolds',
    run: async (cos) => {
      const found = await cos.call('ListLegalHolds', object);
      assert.equal(found['RetentionPeriod'], 20 * daySeconds);
      const holds = list(found, 'LegalHolds') as { ID: string; Date: Date }[];
      assert.deepEqual(holds.map(({ ID }) => ID).sort(), ['case-1', 'case-2']);
      for (const { Date: placed } of holds)
        assert.ok(Math.abs(placed.getTime() - Date.now()) < 300_000, String(placed));
    },
  },
  {
    operation: 'DeleteLegalHold',
    run: async (cos) => {
      await cos.call('DeleteLegalHold', { ...object, RetentionLegalHoldId: 'case-1' });
      assert.equal(Number((await head(cos))['RetentionLegalHoldCount']), 1);
      const left = list(await cos.call('ListLegalHolds', object), 'LegalHolds').map(({ ID }) => ID);
      assert.deepEqual(left, ['case-2']);
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
