import type { Segment } from '../../store/blobReader';
import type { CannedAcl } from '../../store/buckets';
import {
  nullVersion,
  type Archive,
  type Encryption,
  type ObjectAttributes,
  type ObjectChecksum,
  type ObjectLock,
  type ObjectVersion,
  type Retention,
  type Tag,
} from '../../store/objects';
import { archiveOfNewObject } from '../lifecycle/archive';
import { checkWriteConditions } from './conditions';
import { accessDenied, invalidRequest, S3Error } from '../message/errors';
import { currentBucket, ownerIdOf, type Exchange, type ObjectExchange } from '../wire/exchange';
import { lockOfNewVersion, readLockHeaders } from '../locks/objectLock';
import { readAttributes, readCannedAcl, readStorageClass, type StorageClass } from './objectHeaders';
import { publicAccessBlockOf } from '../wire/publicAccess';
import { protectionOf, refuseIfRetained, retentionOfNewObject, type RetentionHeaders } from '../locks/retention';
import { readServerEncryption, withServerEncryption } from './serverEncryption';
import { readTaggingHeader } from '../message/tags';

/** What the headers of Put, Copy (with REPLACE) and Create upload say about the object to be. */
export interface ObjectHeaders {
  readonly attributes: ObjectAttributes;
  readonly tags: readonly Tag[];
  readonly acl: CannedAcl;
  readonly storageClass: StorageClass;
  readonly objectLock?: ObjectLock;
}

/** Reads and checks those headers. */
export function readObjectHeaders(exchange: Exchange): ObjectHeaders {
  const encryption = readServerEncryption(exchange.request);
  const attributes = readAttributes(exchange);
  const objectLock = readLockHeaders(exchange.request, exchange.nowMs);
  return {
    attributes: { ...attributes, headers: withServerEncryption(attributes.headers, encryption) },
    tags: readTaggingHeader(exchange.request.header('x-amz-tagging'), exchange.switches),
    acl: readCannedAcl(exchange.request) ?? 'private',
    storageClass: readStorageClass(exchange),
    ...(objectLock === undefined ? {} : { objectLock }),
  };
}

/** A version about to be stored. */
export interface VersionInput extends ObjectHeaders {
  readonly etag: string;
  readonly checksum: ObjectChecksum;
  readonly segments: readonly Segment[];
  readonly partCount?: number;
  /** Present when the bytes are stored under a customer's key (rule 71). */
  readonly encryption?: Encryption;
  /** Headers by which retention is asked for, or a retention copied from elsewhere (rule 99). */
  readonly retention: { readonly headers: RetentionHeaders } | { readonly copied: Retention | undefined };
  /** True when the client vouched for the body (rule 50). */
  readonly hasIntegrity: boolean;
}

/**
 * Checks state and conditions and stores a version: the last steps of Put, Copy and Complete, inside a write
 * transaction, so that nothing can come between the check and the act.
 */
export function storeVersion(exchange: ObjectExchange, input: VersionInput): ObjectVersion {
  const { store, key, nowMs } = exchange;
  const bucket = currentBucket(exchange);
  const current = store.objects.findLatest(bucket.id, key);
  const protection = protectionOf(exchange, bucket);
  if (protection !== undefined && !input.hasIntegrity) {
    throw invalidRequest('An upload into a bucket with a retention policy needs Content-MD5 or x-amz-checksum-*.');
  }
  if (input.acl === 'public-read' && publicAccessBlockOf(exchange, bucket)?.blockPublicAcls === true) {
    throw accessDenied('Public ACLs are blocked by the public access block of the bucket.');
  }
  const objectLock = lockOfNewVersion(exchange, bucket, input.objectLock);
  const retention =
    'copied' in input.retention
      ? input.retention.copied
      : retentionOfNewObject(protection, input.retention.headers, nowMs);
  refuseIfRetained(current, nowMs);
  checkWriteConditions((name) => exchange.request.headers.get(name), current);
  // With versioning suspended, a version that has an id stays beside the new one.
  const replaced = bucket.versioning === 'Enabled' ? undefined : store.objects.findVersion(bucket.id, key, nullVersion);
  checkQuota(exchange, bucket.id, input.segments, replaced);
  const archive: Archive | undefined =
    input.storageClass === 'STANDARD'
      ? archiveOfNewObject(exchange, bucket, nowMs)
      : { storageClass: input.storageClass, archivedAtMs: nowMs };
  return store.objects.put(bucket, {
    key,
    etag: input.etag,
    modifiedAtMs: nowMs,
    ownerId: ownerIdOf(exchange.principal),
    storageClass: 'STANDARD',
    checksum: input.checksum,
    ...(input.partCount === undefined ? {} : { partCount: input.partCount }),
    attributes: input.attributes,
    tags: input.tags,
    acl: input.acl,
    ...(objectLock === undefined ? {} : { objectLock }),
    ...(retention === undefined ? {} : { retention }),
    ...(archive === undefined ? {} : { archive }),
    ...(input.encryption === undefined ? {} : { encryption: input.encryption }),
    segments: input.segments,
  });
}

/** Refuses what would take a bucket over its hard quota (rule 107). */
function checkQuota(
  exchange: ObjectExchange,
  bucketId: number,
  segments: readonly Segment[],
  replaced: ObjectVersion | undefined,
): void {
  const quotaBytes = exchange.store.buckets.getSetting(bucketId, 'hardQuotaBytes');
  if (typeof quotaBytes !== 'number' || quotaBytes <= 0) {
    return;
  }
  const usedBytes = exchange.store.buckets.findById(bucketId)?.sizeBytes ?? 0;
  const addedBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  if (usedBytes + addedBytes - (replaced?.sizeBytes ?? 0) > quotaBytes) {
    throw new S3Error('QuotaExceeded', `The write would exceed the hard quota of the bucket, ${quotaBytes} bytes.`);
  }
}
