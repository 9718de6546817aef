import type { BucketConfigRequests } from '../../protocol/bucketConfig';
import { getBucketConfig, updateBucketConfig } from '../control/bucketConfig';
import { CosFailure } from '../failure';
import type { EngineHandlers } from '../engine';
import type { ClientFor } from './buckets';

/** Requests about the configuration of buckets beside the data plane. */
export function createBucketConfigHandlers(clientFor: ClientFor): Pick<EngineHandlers, keyof BucketConfigRequests> {
  return {
    'bucketConfig/get': async ({ connectionId, bucket }, signal) =>
      await getBucketConfig((await clientFor(connectionId, signal)).control, bucket, signal),
    'bucketConfig/setQuota': async ({ connectionId, bucket, quotaBytes, etag }, signal) => {
      if (!Number.isSafeInteger(quotaBytes) || quotaBytes < 0) {
        const detail = 'a quota is a whole number of bytes, 0 or more';
        throw new CosFailure({ kind: 'invalid', op: 'bucketConfig/setQuota', bucket, retry: 'never', detail });
      }
      const { control } = await clientFor(connectionId, signal);
      await updateBucketConfig(control, bucket, { hard_quota: quotaBytes }, etag, signal);
      return null;
    },
  };
}
