import type { ServiceRole } from '../../model/cosError';

/** What an operation needs: the least predefined role, and IBM's name of the action without `cloud-object-storage.`. */
export interface RoleNeed {
  readonly role: ServiceRole;
  readonly action: string;
}

/** Operations by name (credentials.md §5.2). */
const needs: Readonly<Record<string, readonly [ServiceRole, string]>> = {
  HeadObject: ['Object Reader', 'object.head'],
  GetObject: ['Object Reader', 'object.get'],
  GetObjectTagging: ['Object Reader', 'object.get_tagging'],
  ListObjectsV2: ['Content Reader', 'bucket.get'],
  ListObjectVersions: ['Content Reader', 'bucket.get_versions'],
  PutObject: ['Object Writer', 'object.put'],
  CreateMultipartUpload: ['Object Writer', 'object.post_initiate_upload'],
  UploadPart: ['Object Writer', 'object.put_part'],
  CompleteMultipartUpload: ['Object Writer', 'object.post_complete_upload'],
  CopyObject: ['Writer', 'object.copy'],
  UploadPartCopy: ['Writer', 'object.copy'],
  DeleteObject: ['Writer', 'object.delete'],
  DeleteObjects: ['Writer', 'object.post_multi_delete'],
  DeleteObjectVersion: ['Writer', 'object.delete_version'],
  PutObjectTagging: ['Writer', 'object.put_tagging'],
  DeleteObjectTagging: ['Writer', 'object.delete_tagging'],
  GetObjectAcl: ['Reader', 'object.get_acl'],
  PutObjectAcl: ['Manager', 'object.put_acl'],
  RestoreObject: ['Writer', 'object.restore'],
  GetBucketVersioning: ['Reader', 'bucket.get_versioning'],
  PutBucketVersioning: ['Writer', 'bucket.put_versioning'],
  GetBucketLifecycleConfiguration: ['Reader', 'bucket.get_lifecycle'],
  PutBucketLifecycleConfiguration: ['Writer', 'bucket.put_lifecycle'],
  DeleteBucketLifecycle: ['Writer', 'bucket.put_lifecycle'],
  GetBucketCors: ['Reader', 'bucket.get_cors'],
  PutBucketCors: ['Writer', 'bucket.put_cors'],
  DeleteBucketCors: ['Writer', 'bucket.delete_cors'],
  GetBucketWebsite: ['Reader', 'bucket.get_website'],
  PutBucketWebsite: ['Writer', 'bucket.put_website'],
  DeleteBucketWebsite: ['Writer', 'bucket.delete_website'],
  GetObjectLockConfiguration: ['Reader', 'bucket.get_object_lock_configuration'],
  PutObjectLockConfiguration: ['Writer', 'bucket.put_object_lock_configuration'],
  GetObjectRetention: ['Reader', 'object.get_object_lock_retention'],
  PutObjectRetention: ['Writer', 'object.put_object_lock_retention'],
  GetObjectLegalHold: ['Reader', 'object.get_object_lock_legal_hold'],
  PutObjectLegalHold: ['Writer', 'object.put_object_lock_legal_hold'],
  GetBucketProtectionConfiguration: ['Reader', 'bucket.get_protection'],
  PutBucketProtectionConfiguration: ['Manager', 'bucket.put_protection'],
  ListLegalHolds: ['Reader', 'object.get_legal_hold'],
  AddLegalHold: ['Manager', 'object.post_legal_hold'],
  DeleteLegalHold: ['Manager', 'object.post_legal_hold'],
  ExtendObjectRetention: ['Manager', 'object.post_extend_retention'],
};

/** What an operation in S3 vocabulary needs; undefined for those that no role is known of. */
export function neededRole(op: string): RoleNeed | undefined {
  const need = needs[op];
  return need === undefined ? undefined : { role: need[0], action: need[1] };
}
