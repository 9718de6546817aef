import type { BucketConfig } from '../model/bucketConfig';
import type { BucketName, ConnectionId } from '../model/ids';

/** Requests about what the Resource Configuration API keeps of a bucket (control-plane §3.2). IAM connections only. */
export interface BucketConfigRequests {
  /** Settings and usage. What the identity may not see is absent, as if it were not set. */
  'bucketConfig/get': {
    params: { readonly connectionId: ConnectionId; readonly bucket: BucketName };
    result: BucketConfig;
  };
  /** Sets the hard quota; 0 is no limit. `preconditionFailed` where the bucket is no longer the one of the ETag. */
  'bucketConfig/setQuota': {
    params: {
      readonly connectionId: ConnectionId;
      readonly bucket: BucketName;
      readonly quotaBytes: number;
      readonly etag?: string;
    };
    result: null;
  };
}
