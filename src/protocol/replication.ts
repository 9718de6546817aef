import type { BucketName, ConnectionId } from '../model/ids';
import type { ReplicationFailurePage, ReplicationReattempt } from '../model/replication';

interface OfBucket {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
}

/** Requests about what replication did (data-plane §15). Its rules are a document. */
export interface ReplicationRequests {
  /** A page of versions that were not replicated; `unsupported` on other services than IBM's. */
  'replication/listFailures': { params: OfBucket & { readonly token?: string }; result: ReplicationFailurePage };
  /** Lets the service try all of them again; answers when it will, where the service says so. `notReplicated`: no rules, nothing asked. */
  'replication/reattempt': { params: OfBucket; result: ReplicationReattempt };
}
