import type { Translate } from './translate';

/** What was being done, as the subject of a sentence. */
export function operationName(op: string, t: Translate): string {
  switch (op) {
    case 'connection/test':
      return t('The connection test');
    case 'credential/resolve':
    case 'connection/resolve':
    case 'iam/token':
    case 'CreateToken':
      return t('Signing in');
    case 'ListBuckets':
    case 'ListBucketsExtended':
    case 'buckets/list':
      return t('Listing buckets');
    case 'HeadBucket':
    case 'GetBucketLocation':
    case 'buckets/get':
      return t('Looking up the bucket');
    case 'CreateBucket':
    case 'buckets/create':
      return t('Creating the bucket');
    case 'DeleteBucket':
    case 'buckets/delete':
      return t('Deleting the bucket');
    case 'ListObjects':
    case 'ListObjectsV2':
    case 'objects/listPage':
      return t('Listing objects');
    case 'objects/count':
    case 'buckets/census':
    case 'ListObjectVersions':
    case 'ListMultipartUploads':
      return t('Counting objects');
    case 'HeadObject':
    case 'objects/head':
      return t('Looking up the object');
    case 'GetObject':
    case 'objects/read':
      return t('Reading the object');
    case 'GetObjectTagging':
    case 'objects/getTags':
      return t('Reading tags');
    case 'PutObject':
    case 'objects/write':
      return t('Writing the object');
    case 'objects/createFolder':
      return t('Creating the folder');
    case 'links/create':
      return t('Making a link');
    case 'CopyObject':
      return t('Copying the object');
    case 'DeleteObject':
    case 'DeleteObjects':
      return t('Deleting');
    case 'CreateMultipartUpload':
    case 'UploadPart':
    case 'CompleteMultipartUpload':
      return t('Uploading');
    case 'PutObjectTagging':
    case 'DeleteObjectTagging':
    case 'PutBucketTagging':
    case 'DeleteBucketTagging':
      return t('Changing tags');
    case 'PutObjectAcl':
    case 'PutBucketAcl':
      return t('Changing who may read it');
    case 'ChangeAttributes':
    case 'attributes/put':
      return t('Changing headers, metadata or tags');
    case 'AddLegalHold':
    case 'DeleteLegalHold':
    case 'PutObjectLegalHold':
      return t('Changing legal holds');
    case 'ExtendObjectRetention':
      return t('Extending the retention');
    case 'PutObjectRetention':
      return t('Changing the lock');
    case 'PutBucketProtectionConfiguration':
      return t('Changing the retention policy');
    case 'PutObjectLockConfiguration':
      return t('Changing Object Lock');
    case 'PutBucketVersioning':
      return t('Changing versioning');
    case 'PutBucketLifecycleConfiguration':
    case 'DeleteBucketLifecycle':
      return t('Changing the lifecycle');
    case 'PutBucketCors':
    case 'DeleteBucketCors':
      return t('Changing CORS');
    case 'PutBucketReplication':
    case 'DeleteBucketReplication':
      return t('Changing replication');
    case 'PutBucketWebsite':
    case 'DeleteBucketWebsite':
      return t('Changing the website');
    case 'RestoreObject':
      return t('Restoring from the archive');
    case 'documents/open':
    case 'GetBucketConfig':
    case 'GetBucketVersioning':
    case 'GetBucketProtectionConfiguration':
    case 'GetObjectLockConfiguration':
    case 'GetBucketAcl':
      return t('Reading the configuration');
    case 'documents/plan':
    case 'documents/apply':
    case 'documents/change':
    case 'UpdateBucketConfig':
    case 'bucketConfig/setQuota':
      return t('Changing the configuration');
    case 'buckets/expireEverything':
      return t('Changing the lifecycle');
    case 'GetObjectAcl':
      return t('Reading who may read it');
    case 'ListLegalHolds':
      return t('Reading legal holds');
    case 'DeleteObjectVersion':
      return t('Deleting the version');
    case 'UndeleteObject':
      return t('Bringing the object back');
    case 'AbortMultipartUpload':
      return t('Aborting the upload');
    case 'UploadPartCopy':
      return t('Copying the object');
    case 'ListParts':
      return t('Looking up the incomplete upload');
    case 'ListBucketReplicationFailures':
      return t('Reading what was not replicated');
    case 'PutBucketReplicationReattempt':
      return t('Trying replication again');
    case 'ListBackupPolicies':
    case 'GetBackupPolicy':
      return t('Reading backup policies');
    case 'CreateBackupPolicy':
      return t('Creating the backup policy');
    case 'DeleteBackupPolicy':
      return t('Deleting the backup policy');
    case 'ListBackupVaults':
    case 'GetBackupVault':
      return t('Reading backup vaults');
    case 'CreateBackupVault':
      return t('Creating the backup vault');
    case 'UpdateBackupVault':
      return t('Changing the backup vault');
    case 'DeleteBackupVault':
      return t('Deleting the backup vault');
    case 'ListRecoveryRanges':
    case 'GetRecoveryRange':
      return t('Reading backups');
    case 'UpdateRecoveryRange':
      return t('Keeping the backup longer');
    case 'ListRestores':
    case 'GetRestore':
      return t('Reading restores');
    case 'CreateRestore':
      return t('Starting the restore');
    case 'ListRootKeys':
      return t('Looking for root keys');
    case 'ListResourceInstances':
      return t('Looking for service instances');
    case 'CreateResourceKey':
    case 'accounts/createHmacKey':
      return t('Creating the HMAC key');
    case 'ListEndpoints':
      return t('Looking up locations');
    case 'connection/save':
      return t('Changing the connection');
    case 'connection/allowChanges':
      return t('Allowing changes');
    case 'connection/diagnose':
      return t('Examining the connection');
    case 'website/plan':
      return t('Comparing the website');
    case 'IamToken':
    case 'IamApiKeyDetails':
      return t('Signing in');
    default:
      return op.startsWith('transfers/') ? t('The transfer') : t('The operation {0}', op);
  }
}
