import * as acl from './bucket/acl';
import { getFaspConnectionInfo } from './bucket/aspera';
import * as bucketTagging from './bucket/bucketTagging';
import * as buckets from './bucket/buckets';
import { completeMultipartUpload } from './multipart/completeUpload';
import { copyObject } from './object/copy';
import * as cors from './bucket/cors';
import { deleteObjects } from './object/deleteObjects';
import { invalidArgument, S3Error } from './message/errors';
import type { Operation } from './wire/exchange';
import * as lifecycle from './lifecycle/lifecycle';
import * as listing from './bucket/listing';
import * as multipart from './multipart/multipart';
import * as multipartListing from './multipart/multipartListing';
import * as objects from './object/objects';
import * as objectLock from './protection/objectLockOperations';
import { postObject } from './form/postObject';
import * as protection from './protection/protection';
import * as replication from './bucket/replication';
import { listReplicationFailures, reattemptReplication } from './bucket/replicationFailures';
import type { S3Request } from './message/request';
import { restoreObject } from './object/restore';
import { deleteSetting } from './bucket/settings';
import * as tagging from './object/tagging';
import * as website from './bucket/website';

type BucketOperation = Extract<Operation, { level: 'bucket' }>;
type ObjectOperation = Extract<Operation, { level: 'object' }>;
type Methods<T> = Readonly<Record<string, T>>;

const bucketOperation = (
  name: string,
  permission: BucketOperation['permission'],
  run: BucketOperation['run'],
): BucketOperation => ({ name, level: 'bucket', permission, run });
const objectOperation = (
  name: string,
  permission: ObjectOperation['permission'],
  run: ObjectOperation['run'],
): ObjectOperation => ({ name, level: 'object', permission, run });

/** Operations on a bucket by sub-resource (empty: the bucket itself) and method. Names are case-sensitive (rule 6). */
const bucketOperations: Readonly<Record<string, Methods<BucketOperation>>> = {
  '': {
    GET: bucketOperation('ListObjects', 'listObjects', listing.listObjects),
    HEAD: bucketOperation('HeadBucket', 'readConfig', buckets.headBucket),
    DELETE: bucketOperation('DeleteBucket', 'writeConfig', buckets.deleteBucket),
  },
  location: { GET: bucketOperation('GetBucketLocation', 'readConfig', buckets.getBucketLocation) },
  versioning: {
    GET: bucketOperation('GetBucketVersioning', 'readConfig', buckets.getBucketVersioning),
    PUT: bucketOperation('PutBucketVersioning', 'writeConfig', buckets.putBucketVersioning),
  },
  versions: { GET: bucketOperation('ListObjectVersions', 'listObjects', listing.listObjectVersions) },
  uploads: { GET: bucketOperation('ListMultipartUploads', 'listObjects', multipartListing.listMultipartUploads) },
  acl: {
    GET: bucketOperation('GetBucketAcl', 'readConfig', acl.getBucketAcl),
    PUT: bucketOperation('PutBucketAcl', 'manage', acl.putBucketAcl),
  },
  publicAccessBlock: {
    GET: bucketOperation('GetPublicAccessBlock', 'manage', acl.getPublicAccessBlock),
    PUT: bucketOperation('PutPublicAccessBlock', 'manage', acl.putPublicAccessBlock),
    DELETE: bucketOperation('DeletePublicAccessBlock', 'manage', deleteSetting('publicAccessBlock')),
  },
  cors: {
    GET: bucketOperation('GetBucketCors', 'readConfig', cors.getBucketCors),
    PUT: bucketOperation('PutBucketCors', 'writeConfig', cors.putBucketCors),
    DELETE: bucketOperation('DeleteBucketCors', 'writeConfig', deleteSetting('cors')),
  },
  lifecycle: {
    GET: bucketOperation('GetBucketLifecycleConfiguration', 'readConfig', lifecycle.getLifecycle),
    PUT: bucketOperation('PutBucketLifecycleConfiguration', 'writeConfig', lifecycle.putLifecycle),
    DELETE: bucketOperation('DeleteBucketLifecycle', 'writeConfig', lifecycle.deleteLifecycle),
  },
  tagging: {
    GET: bucketOperation('GetBucketTagging', 'readConfig', bucketTagging.getBucketTagging),
    PUT: bucketOperation('PutBucketTagging', 'writeConfig', bucketTagging.putBucketTagging),
    DELETE: bucketOperation('DeleteBucketTagging', 'writeConfig', deleteSetting('tagging')),
  },
  // Answers with a secret that lets its holder write, so a Reader does not get it.
  faspConnectionInfo: { GET: bucketOperation('GetBucketAspera', 'writeConfig', getFaspConnectionInfo) },
  replication: {
    GET: bucketOperation('GetBucketReplication', 'readConfig', replication.getBucketReplication),
    PUT: bucketOperation('PutBucketReplication', 'writeConfig', replication.putBucketReplication),
    DELETE: bucketOperation('DeleteBucketReplication', 'writeConfig', deleteSetting('replication')),
  },
  'ibm-replication-failures': {
    GET: bucketOperation('ListBucketReplicationFailures', 'readConfig', listReplicationFailures),
  },
  'ibm-replication-reattempt': {
    PUT: bucketOperation('PutBucketReplicationReattempt', 'writeConfig', reattemptReplication),
  },
  website: {
    GET: bucketOperation('GetBucketWebsite', 'readConfig', website.getBucketWebsite),
    PUT: bucketOperation('PutBucketWebsite', 'writeConfig', website.putBucketWebsite),
    DELETE: bucketOperation('DeleteBucketWebsite', 'writeConfig', deleteSetting('website')),
  },
  'object-lock': {
    GET: bucketOperation('GetObjectLockConfiguration', 'readConfig', objectLock.getObjectLockConfiguration),
    PUT: bucketOperation('PutObjectLockConfiguration', 'writeConfig', objectLock.putObjectLockConfiguration),
  },
  protection: {
    GET: bucketOperation('GetBucketProtectionConfiguration', 'readConfig', protection.getBucketProtection),
    PUT: bucketOperation('PutBucketProtectionConfiguration', 'manage', protection.putBucketProtection),
  },
  delete: { POST: bucketOperation('DeleteObjects', 'deleteObject', deleteObjects) },
};

const getObject = objectOperation('GetObject', 'readObject', objects.getObject);

/** Operations on a key, likewise. */
const objectOperations: Readonly<Record<string, Methods<ObjectOperation>>> = {
  '': {
    GET: getObject,
    HEAD: { ...getObject, name: 'HeadObject' },
    PUT: objectOperation('PutObject', 'writeObject', objects.putObject),
    DELETE: objectOperation('DeleteObject', 'deleteObject', objects.deleteObject),
  },
  uploads: { POST: objectOperation('CreateMultipartUpload', 'writeObject', multipart.createMultipartUpload) },
  uploadId: {
    GET: objectOperation('ListParts', 'listParts', multipartListing.listParts),
    PUT: objectOperation('UploadPart', 'writeObject', multipart.uploadPart),
    POST: objectOperation('CompleteMultipartUpload', 'writeObject', completeMultipartUpload),
    DELETE: objectOperation('AbortMultipartUpload', 'writeObject', multipart.abortMultipartUpload),
  },
  acl: {
    GET: objectOperation('GetObjectAcl', 'readConfig', acl.getObjectAcl),
    PUT: objectOperation('PutObjectAcl', 'manage', acl.putObjectAcl),
  },
  retention: {
    GET: objectOperation('GetObjectRetention', 'readConfig', objectLock.getObjectRetention),
    PUT: objectOperation('PutObjectRetention', 'writeConfig', objectLock.putObjectRetention),
  },
  'legal-hold': {
    GET: objectOperation('GetObjectLegalHold', 'readConfig', objectLock.getObjectLegalHold),
    PUT: objectOperation('PutObjectLegalHold', 'writeConfig', objectLock.putObjectLegalHold),
  },
  legalHold: {
    GET: objectOperation('ListLegalHolds', 'readConfig', protection.listLegalHolds),
    POST: objectOperation('AddLegalHold', 'manage', protection.changeLegalHolds),
  },
  extendRetention: { POST: objectOperation('ExtendObjectRetention', 'manage', protection.extendRetention) },
  restore: { POST: objectOperation('RestoreObject', 'writeConfig', restoreObject) },
  tagging: {
    GET: objectOperation('GetObjectTagging', 'readTags', tagging.getObjectTagging),
    PUT: objectOperation('PutObjectTagging', 'writeObject', tagging.putObjectTagging),
    DELETE: objectOperation('DeleteObjectTagging', 'writeObject', tagging.deleteObjectTagging),
  },
};

/** Sub-resources that are known and not to be had here: of S3 but not of IBM's model (rule 12), or not built (honestly 501). */
const absentBucketResources =
  'policy policyStatus encryption logging notification ownershipControls accelerate requestPayment inventory analytics metrics intelligent-tiering session metadataTable'.split(
    ' ',
  );
const absentObjectResources = 'attributes select torrent renameObject'.split(' ');

/** Finds what a request asks for, by method and sub-resource alone. */
export function route(request: S3Request): Operation {
  if (request.method === 'OPTIONS' && request.bucket !== undefined) {
    return { name: 'Preflight', level: 'preflight', run: cors.preflight };
  }
  if (request.bucket === undefined) {
    return routeService(request);
  }
  return request.key === undefined ? routeBucket(request) : routeObject(request);
}

function routeService(request: S3Request): Operation {
  if (request.method !== 'GET') {
    return refused(methodNotAllowed);
  }
  return request.query.has('extended')
    ? { name: 'ListBucketsExtended', level: 'service', permission: 'listBuckets', run: buckets.listBucketsExtended }
    : { name: 'ListBuckets', level: 'service', permission: 'listBuckets', run: buckets.listBuckets };
}

function routeBucket(request: S3Request): Operation {
  const resource = subResource(request, bucketOperations, absentBucketResources);
  if (resource.kind !== 'found') {
    return refused(resource.error);
  }
  if (request.method === 'PUT' && resource.name === '') {
    return { name: 'CreateBucket', level: 'newBucket', permission: 'writeConfig', run: buckets.createBucket };
  }
  if (request.method === 'GET' && resource.name === '' && request.query.has('list-type')) {
    return request.query.get('list-type') === '2'
      ? bucketOperation('ListObjectsV2', 'listObjects', listing.listObjectsV2)
      : refused(() => invalidArgument('list-type must be 2.'));
  }
  if (request.method === 'POST' && resource.name === '') {
    return { name: 'PostObject', level: 'form', run: postObject };
  }
  return bucketOperations[resource.name]?.[request.method] ?? refused(methodNotAllowed);
}

function routeObject(request: S3Request): Operation {
  const resource = subResource(request, objectOperations, absentObjectResources);
  if (resource.kind !== 'found') {
    return refused(resource.error);
  }
  const isCopy = request.method === 'PUT' && request.headers.has('x-amz-copy-source');
  if (isCopy && resource.name === '') {
    return objectOperation('CopyObject', 'writeObject', copyObject);
  }
  if (isCopy && resource.name === 'uploadId') {
    return objectOperation('UploadPartCopy', 'writeObject', multipart.uploadPartCopy);
  }
  const operation = objectOperations[resource.name]?.[request.method];
  // One path, two operations: the parameter tells which, and faults are armed by name.
  const isRemoval = resource.name === 'legalHold' && request.query.has('remove');
  return operation === undefined
    ? refused(methodNotAllowed)
    : isRemoval && request.method === 'POST'
      ? { ...operation, name: 'DeleteLegalHold' }
      : operation;
}

type SubResource =
  { readonly kind: 'found'; readonly name: string } | { readonly kind: 'refused'; readonly error: () => S3Error };

function subResource(
  request: S3Request,
  known: Readonly<Record<string, unknown>>,
  absent: readonly string[],
): SubResource {
  const names = [...request.query.keys()].filter(
    (name) => name !== '' && (Object.hasOwn(known, name) || absent.includes(name)),
  );
  const [first = '', second] = names;
  if (second !== undefined) {
    return {
      kind: 'refused',
      error: () => invalidArgument(`Conflicting query string parameters: ${first}, ${second}.`),
    };
  }
  return Object.hasOwn(known, first)
    ? { kind: 'found', name: first }
    : {
        kind: 'refused',
        error: () => new S3Error('NotImplemented', `The sub-resource is not implemented by this server: "${first}".`),
      };
}

function refused(error: () => S3Error): Operation {
  return { name: 'Unknown', level: 'refused', error };
}

function methodNotAllowed(): S3Error {
  return new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.');
}
