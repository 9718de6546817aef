import type { BucketName, ConnectionId } from '../model/ids';
import type { BucketSummary } from '../model/objectInfo';
import type { KeyInstance, RootKey } from '../model/rootKey';

/** What a new bucket is to have; it cannot be changed later. What the service chooses by itself is absent. */
export interface NewBucketSettings {
  /** Location code such as `us-south`. */
  readonly location?: string;
  readonly storageClass?: string;
  /** CRN of the Key Protect or HPCS root key that encrypts it. */
  readonly rootKeyCrn?: string;
  /** Object Lock, and versioning with it. */
  readonly hasObjectLock?: boolean;
}

/** Requests about buckets as a whole. */
export interface BucketRequests {
  /** All buckets of the connection's instance with location and class, plus those added by name. */
  'buckets/list': { params: { connectionId: ConnectionId }; result: readonly BucketSummary[] };
  /** Whether a bucket exists and may be used; with location, class and age where a listing has told them before. */
  'buckets/get': { params: { connectionId: ConnectionId; bucket: BucketName }; result: BucketSummary };
  /** Creates a bucket. `invalid`/`rootKeyRefused` where the service cannot use the root key. */
  'buckets/create': {
    params: NewBucketSettings & { connectionId: ConnectionId; bucket: BucketName };
    result: BucketSummary;
  };
  /** Deletes an empty bucket; `conflict`/`bucketNotEmpty` otherwise. */
  'buckets/delete': { params: { connectionId: ConnectionId; bucket: BucketName }; result: null };

  /** Instances of Key Protect and Hyper Protect Crypto Services that the identity sees, by name. `unsupported` for HMAC keys. */
  'rootKeys/listInstances': { params: { connectionId: ConnectionId }; result: readonly KeyInstance[] };
  /**
   * Active root keys of an instance, by name. Keys that the identity may use one by one are not among them. `denied` also
   * where the instance lets only certain addresses in.
   */
  'rootKeys/list': { params: { connectionId: ConnectionId; instanceCrn: string }; result: readonly RootKey[] };
}
