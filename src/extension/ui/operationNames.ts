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
    default:
      return op.startsWith('transfers/') ? t('The transfer') : t('The operation {0}', op);
  }
}
