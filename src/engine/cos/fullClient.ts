import type { ControlClient } from '../control/controlClient';
import type { ArchiveOperations } from './archive';
import type { BucketAccessOperations } from './bucketAccess';
import type { BucketCorsOperations } from './bucketCors';
import type { BucketLifecycleOperations } from './bucketLifecycle';
import type { BucketProtectionOperations } from './bucketProtection';
import type { BucketReplicationOperations } from './bucketReplication';
import type { BucketTaggingOperations } from './bucketTagging';
import type { BucketVersioningOperations } from './bucketVersioning';
import type { BucketWebsiteOperations } from './bucketWebsite';
import type { AclOperations } from './acl';
import type { CosClient } from './client';
import type { LinkOperations } from './links';
import type { MetadataOperations } from './metadata';
import type { ObjectStateOperations } from './objectState';
import type { ProtectionOperations } from './protection';
import type { TagOperations } from './tags';
import type { VersionOperations } from './versions';
import type { WriteGuard } from './writeGuard';

/** A client with everything that requests need; transfers get by with `CosClient`. */
export interface FullCosClient
  extends
    CosClient,
    TagOperations,
    AclOperations,
    ArchiveOperations,
    BucketAccessOperations,
    BucketCorsOperations,
    BucketLifecycleOperations,
    BucketProtectionOperations,
    BucketReplicationOperations,
    BucketTaggingOperations,
    BucketVersioningOperations,
    BucketWebsiteOperations,
    ProtectionOperations,
    ObjectStateOperations,
    LinkOperations,
    MetadataOperations,
    VersionOperations {
  /** For what changes something by another way than the operations of this client, or asks for something before it does. */
  readonly guard: WriteGuard;
  /** The services around the data plane. */
  readonly control: ControlClient;
  /** Origin that a bucket, or without one the service, is reached at. The home one where that cannot be found out. */
  endpointOf(bucket: string | undefined, signal: AbortSignal): Promise<string>;
  /** CRN or guid of the service instance, for connections that have one. */
  readonly serviceInstanceId?: string;
}
