import type { BucketName, ObjectKey, UploadId } from '../../model/ids';
import type { BucketSummary, ObjectAttributes, ObjectHeaders, ObjectInfo, ObjectPage } from '../../model/objectInfo';
import type { CannedAcl } from '../../model/objectState';
import type { AccessList } from '../../model/publicAccess';
import type { VersionPage } from '../../model/objectVersion';
import type { NewProtection } from '../../model/retention';
import type { NewBucketSettings } from '../../protocol/buckets';
import type { WriteCondition, WriteOutcome } from '../../protocol/requests';
import type { ChecksumAlgorithm, Verdict, VouchingAlgorithm } from '../../model/verdict';
import type { PartChecksum } from '../checksums/partChecksum';

/** An object of the connection that a client is bound to. */
export interface ObjectAddress {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly versionId?: string;
}

/** Attributes a new object gets; what is left out is left to the service. */
export type NewObjectAttributes = Partial<ObjectAttributes> & {
  readonly headers: ObjectHeaders;
  readonly controls?: ObjectControls;
};

/** What a new object gets besides its attributes; what is left out is the bucket's default. */
export interface ObjectControls {
  readonly protection?: NewProtection;
  readonly acl?: CannedAcl | AccessList;
  /** Not on COS, where the bucket has the class. */
  readonly storageClass?: string;
}

/** A part that the service has acknowledged. */
export interface UploadedPart {
  readonly partNumber: number;
  readonly etag: string;
  /** Algorithm and base64 value, to be repeated on Complete where the upload announced one. */
  readonly checksum?: { readonly algorithm: string; readonly value: string };
  readonly sizeBytes?: number;
  /** By what the service, or its answer, was seen to have the bytes that were sent. */
  readonly comparedBy?: VouchingAlgorithm;
}

/** How a copy is made. */
export interface CopyOptions {
  readonly ifMatch?: string;
  readonly condition: WriteCondition;
  /** `private` when absent. */
  readonly acl?: 'public-read' | AccessList;
  /** The source's when absent. */
  readonly retention?: 'bucketDefault';
  readonly lock?: Extract<NewProtection, { kind: 'objectLock' }>;
  /** The checksum that the copy is to have, so that it can be compared with the source's. */
  readonly checksumAlgorithm?: ChecksumAlgorithm;
}

/** How an upload ends. */
export interface UploadCompletion {
  readonly condition: WriteCondition;
  /**
   * What protects the object. A retention goes with Complete (data-plane §6); a lock was given when the upload was begun,
   * and is left out here.
   */
  readonly protection?: NewProtection;
}

/** An upload that was begun and neither completed nor aborted. */
export interface ListedUpload {
  readonly key: ObjectKey;
  readonly uploadId: UploadId;
  readonly initiatedAtMs: number;
}

/** Where a listing of uploads goes on. */
export interface UploadCursor {
  readonly key: ObjectKey;
  readonly uploadId: UploadId;
}

/** One page of a listing of uploads. */
export interface UploadPage {
  readonly uploads: readonly ListedUpload[];
  /** Absent on the last one. */
  readonly nextCursor?: UploadCursor;
}

/** Why one key of a batch was not deleted. */
export interface DeleteFailure {
  readonly key: ObjectKey;
  /** Of a version that was named. */
  readonly versionId?: string;
  readonly code: string;
  readonly detail: string;
}

/** What was deleted, as the service answered. Marked is what can be brought back: by deleting the marker. */
export interface DeletedKey {
  readonly key: ObjectKey;
  /** Version id of the delete marker that was made, or that was deleted itself. */
  readonly markerId?: string;
}

/** Told of what was deleted, while a deletion goes on. */
export type OnDeleted = (deleted: readonly DeletedKey[]) => void;

/** What a list of versions is asked for. */
export interface VersionQuery {
  readonly prefix: string;
  readonly delimiter: '/' | '';
  readonly cursor?: string;
  readonly maxKeys?: number;
}

/** How to read an object. */
export interface ReadOptions {
  readonly range?: { readonly offsetBytes: number; readonly lengthBytes: number };
  /** ETag without quotes that the object must have. */
  readonly ifMatch?: string;
  /** Size that the object is known to have; one of another size is refused before its first byte. */
  readonly sizeBytes?: number;
  /** Called once before the first byte; what it throws ends the read, e.g. because the object is too large. */
  readonly onInfo?: (info: ObjectInfo) => void;
  /** Where the sink wants the bytes that come next. Nobody else may use that memory before the read is at its end. */
  readonly place?: () => Buffer | undefined;
}

/** An object that was read; of all of it, with what vouches for its bytes. */
export interface ReadOutcome extends ObjectInfo {
  readonly verdict?: Verdict;
}

/** Receives a body piece by piece. The bytes are valid until it returns or its promise settles: then they are written over. */
export type BodySink = (bytes: Uint8Array, offsetInBody: number) => void | Promise<void>;

/**
 * The service as one connection sees it: each bucket reached at its own location, requests signed, retried where that is
 * safe, failures thrown as `CosFailure`. Every function stops its work when the signal aborts and throws `cancelled`.
 */
export interface CosClient {
  /** Which service this is: two clients with the same one reach the same buckets, and can copy between them. */
  readonly service: string;
  /** Whether every write is refused. */
  readonly isReadOnly: boolean;

  listBuckets(signal: AbortSignal): Promise<readonly BucketSummary[]>;
  getBucket(bucket: BucketName, signal: AbortSignal): Promise<BucketSummary>;
  createBucket(bucket: BucketName, settings: NewBucketSettings, signal: AbortSignal): Promise<BucketSummary>;
  deleteBucket(bucket: BucketName, signal: AbortSignal): Promise<void>;

  /** One page in exactly one request (plus at most one to find the bucket's location). */
  listPage(
    bucket: BucketName,
    query: { prefix: string; delimiter: '/' | ''; cursor?: string; startAfter?: string; maxKeys?: number },
    signal: AbortSignal,
  ): Promise<ObjectPage>;

  headObject(address: ObjectAddress, signal: AbortSignal): Promise<ObjectInfo>;
  /** The size of one part of an object that was uploaded in parts; undefined where the service does not tell it. */
  partSize(
    address: ObjectAddress,
    partNumber: number,
    ifMatch: string,
    signal: AbortSignal,
  ): Promise<number | undefined>;
  getTags(address: ObjectAddress, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /**
   * Streams an object, or `range` of it, into the sink in order. `ifMatch` pins the object: `preconditionFailed` otherwise.
   * A body that ends early is retried from where it broke, pinned by ETag; the sink never sees a byte twice.
   * A whole read is compared with what vouches for the object (`engine/proof`); a difference is `network`/`integrity`, and it
   * is the caller, who holds the bytes, that drops them and reads once more. Ranges are not compared: whoever puts a whole
   * object together from ranges does it. What the sink throws comes out unchanged where it is a
   * `CosFailure`, as `internal` otherwise.
   */
  readObject(address: ObjectAddress, options: ReadOptions, sink: BodySink, signal: AbortSignal): Promise<ReadOutcome>;
  /**
   * Writes an object of at most 5 GiB from memory, with a checksum (`uploadChecksums.ts`). `modifiedAtMs` of the outcome is
   * the server's date of the answer, to the second.
   */
  putObject(
    address: ObjectAddress,
    body: Uint8Array,
    attributes: NewObjectAttributes,
    condition: WriteCondition,
    signal: AbortSignal,
  ): Promise<WriteOutcome>;
  /**
   * Server-side copy of up to 5 GiB, keeping headers, metadata and tags. `ifMatch` pins the source. Retention and legal holds
   * go along, or the copy gets what the bucket gives; a lock only goes along where it is named.
   */
  copyObject(
    source: ObjectAddress,
    target: ObjectAddress,
    options: CopyOptions,
    signal: AbortSignal,
  ): Promise<WriteOutcome>;
  /**
   * Deletes one object. Absent objects are deleted already. Not repeated where its answer was lost: what lies there by then may
   * be somebody else's. Who deletes looks again, see `transfers/deleteOnce`.
   */
  deleteObject(address: ObjectAddress, signal: AbortSignal): Promise<void>;
  /** Deletes up to 1,000 keys in one request; answers with those that were not deleted. Not repeated either. */
  deleteObjects(
    bucket: BucketName,
    keys: readonly ObjectKey[],
    signal: AbortSignal,
    onDeleted?: OnDeleted,
  ): Promise<readonly DeleteFailure[]>;
  /** The same for versions and delete markers, permanently; what names no version is deleted as above. Bypasses no lock. */
  deleteVersions(
    bucket: BucketName,
    versions: readonly { readonly key: ObjectKey; readonly versionId?: string }[],
    signal: AbortSignal,
    onDeleted?: OnDeleted,
  ): Promise<readonly DeleteFailure[]>;
  /** One page of versions and delete markers, in one request. */
  listVersions(bucket: BucketName, query: VersionQuery, signal: AbortSignal): Promise<VersionPage>;

  createMultipartUpload(
    address: ObjectAddress,
    attributes: NewObjectAttributes,
    signal: AbortSignal,
  ): Promise<UploadId>;
  /** With `checksum` the part is protected by that algorithm, as the upload was begun; else as the endpoint takes it. */
  uploadPart(
    address: ObjectAddress,
    upload: { uploadId: UploadId; partNumber: number; checksum?: PartChecksum },
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<UploadedPart>;
  uploadPartCopy(
    source: ObjectAddress,
    target: ObjectAddress,
    upload: { uploadId: UploadId; partNumber: number; range: { offsetBytes: number; lengthBytes: number } },
    ifMatch: string,
    signal: AbortSignal,
  ): Promise<UploadedPart>;
  /** One page of the bucket's open uploads, by key and then by age; at most `maxUploads`, 1,000 by default. */
  listMultipartUploads(
    bucket: BucketName,
    query: { readonly prefix?: string; readonly cursor?: UploadCursor; readonly maxUploads?: number },
    signal: AbortSignal,
  ): Promise<UploadPage>;
  listParts(address: ObjectAddress, uploadId: UploadId, signal: AbortSignal): Promise<readonly UploadedPart[]>;
  /**
   * Makes the object visible. The condition is checked by HEAD just before (If-None-Match on Complete is undocumented),
   * and sent as a header too where the server honours it.
   */
  completeMultipartUpload(
    address: ObjectAddress,
    uploadId: UploadId,
    parts: readonly UploadedPart[],
    completion: UploadCompletion,
    signal: AbortSignal,
  ): Promise<WriteOutcome>;
  /** Aborts an upload; one that is gone already is aborted. */
  abortMultipartUpload(address: ObjectAddress, uploadId: UploadId, signal: AbortSignal): Promise<void>;

  /** URL of an object without any signature. */
  objectUrl(address: ObjectAddress): Promise<string>;
  close(): Promise<void>;
}
