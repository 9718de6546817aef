import type { ArchiveOperations } from './archive';
import type { BucketProtectionOperations } from './bucketProtection';
import type { BucketVersioningOperations } from './bucketVersioning';
import type { AclOperations } from './acl';
import type { CosClient } from './client';
import type { MetadataOperations } from './metadata';
import type { ObjectStateOperations } from './objectState';
import type { ProtectionOperations } from './protection';
import type { TagOperations } from './tags';
import type { VersionOperations } from './versions';

/** A client with everything that requests need; transfers get by with `CosClient`. */
export interface FullCosClient
  extends
    CosClient,
    TagOperations,
    AclOperations,
    ArchiveOperations,
    BucketProtectionOperations,
    BucketVersioningOperations,
    ProtectionOperations,
    ObjectStateOperations,
    MetadataOperations,
    VersionOperations {}
