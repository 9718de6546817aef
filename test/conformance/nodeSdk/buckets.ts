import assert from 'node:assert/strict';
import { failsWith, list, type Cos, type OperationStep } from './sdk';

/** The bucket that most steps use; made by the first. */
export const bucket = 'node-sdk';
const doomed = 'node-sdk-doomed';

export async function createBucket(
  cos: Cos,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const CreateBucketConfiguration = { LocationConstraint: 'us-south-standard' };
  await cos.call('CreateBucket', { Bucket: name, CreateBucketConfiguration, ...more });
}

export const bucketOperations: readonly OperationStep[] = [
  {
    operation: 'CreateBucket',
    run: async (cos) => {
      await createBucket(cos, bucket);
      await createBucket(cos, doomed);
      const again = { Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'us-south-standard' } };
      assert.equal(await failsWith(409, cos, 'CreateBucket', again), 'BucketAlreadyExists');
    },
  },
  {
    operation: 'HeadBucket',
    run: async (cos) => {
      await cos.call('HeadBucket', { Bucket: bucket });
      await failsWith(404, cos, 'HeadBucket', { Bucket: 'node-sdk-absent' });
    },
  },
  {
    operation: 'GetBucketLocation',
    run: async (cos) => {
      const { LocationConstraint } = await cos.call('GetBucketLocation', { Bucket: bucket });
      assert.equal(LocationConstraint, 'us-south-standard');
    },
  },
  {
    operation: 'ListBuckets',
    run: async (cos) => {
      const names = list(await cos.call('ListBuckets'), 'Buckets').map(({ Name }) => Name);
      assert.deepEqual(names, [bucket, doomed]);
    },
  },
  {
    operation: 'ListBucketsExtended',
    run: async (cos) => {
      const first = await cos.call('ListBucketsExtended', { MaxKeys: 1 });
      assert.equal(first['IsTruncated'], true);
      const shown = list(first, 'Buckets').map(({ Name, LocationConstraint }) => [Name, LocationConstraint]);
      assert.deepEqual(shown, [[bucket, 'us-south-standard']]);
      const second = await cos.call('ListBucketsExtended', { MaxKeys: 1, Marker: bucket });
      assert.deepEqual(
        list(second, 'Buckets').map(({ Name }) => Name),
        [doomed],
      );
    },
  },
  {
    operation: 'DeleteBucket',
    run: async (cos) => {
      await cos.call('DeleteBucket', { Bucket: doomed });
      await failsWith(404, cos, 'HeadBucket', { Bucket: doomed });
    },
  },
];
