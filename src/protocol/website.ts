import type { BucketName, ConnectionId } from '../model/ids';
import type { BucketWebsite, SitePlan } from '../model/website';

/** Requests about websites. */
export interface WebsiteRequests {
  /** What deploying a folder would upload, leave and find too much. Changes nothing. */
  'website/plan': {
    params: { connectionId: ConnectionId; bucket: BucketName; prefix: string; fsPath: string };
    result: SitePlan;
  };
  /** The website configuration of a bucket, null where it has none. */
  'website/get': { params: { connectionId: ConnectionId; bucket: BucketName }; result: BucketWebsite | null };
  /** Replaces the website configuration of a bucket. */
  'website/put': {
    params: {
      connectionId: ConnectionId;
      bucket: BucketName;
      website: { readonly indexSuffix: string; readonly errorKey?: string };
    };
    result: null;
  };
}
