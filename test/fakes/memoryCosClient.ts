import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { bucketName, objectKey, type BucketName, type ObjectKey, type UploadId } from '../../src/model/ids';
import type { BucketSummary, ObjectInfo, ObjectPage } from '../../src/model/objectInfo';
import type { Protection } from '../../src/model/protection';
import type { AttributeChange, AttributeOutcome, CannedAcl } from '../../src/model/objectState';
import type { AccessList, Grant } from '../../src/model/publicAccess';
import type { VersionPage } from '../../src/model/objectVersion';
import type { WriteCondition, WriteOutcome } from '../../src/protocol/requests';
import type {
  BodySink,
  CopyOptions,
  DeleteFailure,
  NewObjectAttributes,
  ObjectAddress,
  UploadCompletion,
  UploadedPart,
  VersionQuery,
} from '../../src/engine/cos/client';
import type { ObjectAccessList } from '../../src/engine/cos/acl';
import type { SeenObject } from '../../src/engine/cos/metadata';
import type { TransferClient } from '../../src/engine/transfers/context';
import { cancelled, CosFailure } from '../../src/engine/failure';

/** An object of the fake service. */
export interface StoredObject {
  bytes: Buffer;
  info: ObjectInfo;
  tags: Readonly<Record<string, string>>;
  /** Whom its access list names; nobody is everybody here. */
  grants?: readonly Grant[];
}

interface StoredUpload {
  readonly bucket: string;
  readonly key: string;
  readonly attributes: NewObjectAttributes;
  readonly parts: Map<number, Buffer>;
}

/** The name of an operation of the client. */
export type Operation = Exclude<keyof TransferClient, 'close' | 'objectUrl' | 'service' | 'isReadOnly' | 'hasGrants'>;

/** What a test sees of a request before it happens: it may throw, wait, or change the stored objects. */
export type Interceptor = (operation: Operation, key: string, detail: { partNumber?: number }) => void | Promise<void>;

/**
 * A whole COS in memory behind the client's interface: objects, listings by UTF-8 order, multipart uploads, conditions,
 * MD5 ETags and whole-object CRC32 checksums. For tests of what moves through a client.
 */
export class MemoryCosClient implements TransferClient {
  readonly buckets = new Map<string, Map<string, StoredObject>>();
  readonly uploads = new Map<UploadId, StoredUpload>();
  readonly calls: { operation: Operation; key: string; partNumber?: number }[] = [];
  readonly undeletable = new Set<string>();
  intercept: Interceptor = () => undefined;
  /** Whether objects carry checksums. */
  checksums: 'FULL_OBJECT' | 'none' = 'FULL_OBJECT';
  hasGrants = false;
  unknownGrants: readonly string[] = [];
  /** Whether the service takes grants with an object, ignores them, or refuses what has some. */
  grantHeaders: 'taken' | 'ignored' | 'refused' = 'taken';
  pageKeys = 1000;
  /** Bytes of a body's pieces. */
  pieceBytes = 64 * 1024;
  nowMs = Date.UTC(2026, 0, 1);
  requestsAtOnce = 0;
  mostRequestsAtOnce = 0;
  #uploadCount = 0;

  readonly service: string;
  isReadOnly = false;
  readonly guard = () => undefined;

  constructor(bucket = 'bucket', service = 'memory') {
    this.service = service;
    this.buckets.set(bucket, new Map());
  }

  /** Stores an object directly. */
  put(bucket: string, key: string, content: string | Uint8Array, attributes: NewObjectAttributes = { headers: {} }) {
    const bytes = Buffer.from(content);
    this.#store(bucket, key, bytes, createHash('md5').update(bytes).digest('hex'), attributes);
  }

  text(bucket: string, key: string): string | undefined {
    return this.buckets.get(bucket)?.get(key)?.bytes.toString('utf8');
  }

  keys(bucket: string): string[] {
    return [...(this.buckets.get(bucket)?.keys() ?? [])].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  count(operation: Operation): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  listBuckets(signal: AbortSignal): Promise<readonly BucketSummary[]> {
    return this.#request('listBuckets', '', signal, () =>
      [...this.buckets.keys()].map((n) => ({ name: bucketName(n) })),
    );
  }

  getBucket(bucket: BucketName, signal: AbortSignal): Promise<BucketSummary> {
    return this.#request('getBucket', '', signal, () => {
      this.#objects(bucket);
      return { name: bucket };
    });
  }

  createBucket(bucket: BucketName, _place: object, signal: AbortSignal): Promise<BucketSummary> {
    return this.#request('createBucket', '', signal, () => {
      this.buckets.set(bucket, new Map());
      return { name: bucket };
    });
  }

  deleteBucket(bucket: BucketName, signal: AbortSignal): Promise<void> {
    return this.#request('deleteBucket', '', signal, () => {
      if (this.#objects(bucket).size > 0) throw failure('conflict', 'bucketNotEmpty', bucket, '');
      this.buckets.delete(bucket);
    });
  }

  listPage(
    bucket: BucketName,
    query: { prefix: string; delimiter: '/' | ''; cursor?: string; startAfter?: string; maxKeys?: number },
    signal: AbortSignal,
  ): Promise<ObjectPage> {
    return this.#request('listPage', query.prefix, signal, () => {
      this.#objects(bucket);
      const after = query.cursor ?? query.startAfter ?? '';
      const folders = new Set<string>();
      const objects: ObjectInfo[] = [];
      for (const key of this.keys(bucket)) {
        if (!key.startsWith(query.prefix) || Buffer.compare(Buffer.from(key), Buffer.from(after)) <= 0) continue;
        const slash = query.delimiter === '' ? -1 : key.indexOf('/', query.prefix.length);
        if (objects.length + folders.size >= Math.min(query.maxKeys ?? 1000, this.pageKeys)) {
          const last = objects.at(-1)?.key ?? [...folders].at(-1) ?? '';
          return { folders: [...folders], objects, nextCursor: last };
        }
        if (slash >= 0) folders.add(key.slice(0, slash + 1));
        else objects.push(this.#object({ bucket, key: objectKey(key) }).info);
      }
      return { folders: [...folders], objects };
    });
  }

  headObject(address: ObjectAddress, signal: AbortSignal): Promise<ObjectInfo> {
    return this.#request('headObject', address.key, signal, () => this.#object(address).info);
  }

  partSize(): Promise<number | undefined> {
    return Promise.resolve(undefined);
  }

  getTags(address: ObjectAddress, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    return this.#request('getTags', address.key, signal, () => this.#object(address).tags);
  }

  readObject(
    address: ObjectAddress,
    options: { range?: { offsetBytes: number; lengthBytes: number }; ifMatch?: string },
    sink: BodySink,
    signal: AbortSignal,
  ): Promise<ObjectInfo> {
    return this.#request('readObject', address.key, signal, async () => {
      const { bytes, info } = this.#object(address);
      if (options.ifMatch !== undefined && options.ifMatch !== info.etag) {
        throw failure('preconditionFailed', 'changedMeanwhile', address.bucket, address.key);
      }
      const from = options.range?.offsetBytes ?? 0;
      const body = bytes.subarray(from, from + (options.range?.lengthBytes ?? bytes.length));
      for (let at = 0; at < body.length; at += this.pieceBytes) {
        if (signal.aborted) throw cancelled('GetObject');
        // A fresh copy that is wiped afterwards: bytes are only valid until the sink's promise settles.
        const piece = Buffer.from(body.subarray(at, at + this.pieceBytes));
        await sink(piece, at);
        piece.fill(0xee);
      }
      return info;
    });
  }

  putObject(
    address: ObjectAddress,
    body: Uint8Array,
    attributes: NewObjectAttributes,
    condition: WriteCondition,
    signal: AbortSignal,
  ): Promise<WriteOutcome> {
    return this.#request('putObject', address.key, signal, () => {
      this.#check(address, condition);
      this.#checkGrants(address, attributes.controls?.acl);
      this.put(address.bucket, address.key, body, attributes);
      this.#giveGrants(address, attributes.controls?.acl);
      return this.#outcome(address);
    });
  }

  copyObject(
    source: ObjectAddress,
    target: ObjectAddress,
    options: CopyOptions,
    signal: AbortSignal,
  ): Promise<WriteOutcome> {
    return this.#request('copyObject', target.key, signal, () => {
      const from = this.#object(source);
      if (options.ifMatch !== undefined && options.ifMatch !== from.info.etag) {
        throw failure('preconditionFailed', 'changedMeanwhile', source.bucket, source.key);
      }
      this.#check(target, options.condition);
      this.#checkGrants(target, options.acl);
      this.put(target.bucket, target.key, from.bytes, { ...from.info, tags: from.tags });
      this.#giveGrants(target, options.acl);
      return this.#outcome(target);
    });
  }

  /** Knows metadata and tags only. */
  changeAttributes(
    address: ObjectAddress,
    seen: SeenObject | undefined,
    { metadata, tags }: AttributeChange,
    _options: object,
    signal: AbortSignal,
  ): Promise<AttributeOutcome> {
    return this.#request('changeAttributes', address.key, signal, () => {
      const stored = this.#object(address);
      const { etag, modifiedAtMs } = stored.info;
      const isSame = seen?.modifiedAtMs === undefined || seen.modifiedAtMs === modifiedAtMs;
      if (seen !== undefined && (seen.etag !== etag || !isSame)) {
        throw failure('preconditionFailed', 'changedMeanwhile', address.bucket, address.key);
      }
      const patched = (before: Record<string, string>, change: Record<string, string | null> = {}) => {
        const entries = Object.entries({ ...before, ...change });
        return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
      };
      const time = metadata === undefined ? {} : { modifiedAtMs: this.nowMs };
      stored.info = { ...stored.info, ...time, metadata: patched(stored.info.metadata, metadata) };
      stored.tags = patched(stored.tags, tags);
      return { applied: ['attributes', 'tags'] };
    });
  }

  getAccessList(address: ObjectAddress, signal: AbortSignal): Promise<ObjectAccessList> {
    return this.#request('getAccessList', address.key, signal, () => {
      const grants = this.#object(address).grants ?? [];
      const acl = grants.length === 0 ? 'private' : 'other';
      return { acl, ownerId: 'owner', grants, unknownGrants: this.unknownGrants };
    });
  }

  putAcl(address: ObjectAddress, acl: CannedAcl | AccessList, signal: AbortSignal): Promise<void> {
    return this.#request('putAcl', address.key, signal, () => {
      this.#object(address).grants = typeof acl === 'string' ? [] : acl.grants;
    });
  }

  /** Nothing is protected here. */
  getProtection(address: ObjectAddress, signal: AbortSignal): Promise<Protection> {
    return this.#request('getProtection', address.key, signal, () => {
      this.#object(address);
      return { kind: 'none', mechanism: 'none' };
    });
  }

  addLegalHold(address: ObjectAddress, _holdId: string, signal: AbortSignal): Promise<Protection> {
    return this.#request('addLegalHold', address.key, signal, () => {
      throw failure('invalid', undefined, address.bucket, address.key);
    });
  }

  deleteObject(address: ObjectAddress, signal: AbortSignal): Promise<void> {
    return this.#request('deleteObject', address.key, signal, () => {
      this.#objects(address.bucket).delete(address.key);
    });
  }

  deleteObjects(
    bucket: BucketName,
    keys: readonly ObjectKey[],
    signal: AbortSignal,
  ): Promise<readonly DeleteFailure[]> {
    return this.#request('deleteObjects', `${keys.length} keys`, signal, () => {
      if (keys.length > 1000) throw failure('invalid', undefined, bucket, '');
      const failures: DeleteFailure[] = [];
      for (const key of keys) {
        if (this.undeletable.has(key)) failures.push({ key, code: 'AccessDenied', detail: 'Access Denied' });
        else this.#objects(bucket).delete(key);
      }
      return failures;
    });
  }

  /** Every object is its only version, as in a bucket that never kept any. */
  listVersions(bucket: BucketName, query: VersionQuery, signal: AbortSignal): Promise<VersionPage> {
    return this.#request('listVersions', query.prefix, signal, () => {
      const after = query.cursor ?? '';
      this.#objects(bucket);
      const keys = this.keys(bucket).filter((key) => key.startsWith(query.prefix));
      const rest = keys.filter((key) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0);
      const shown = rest.slice(0, this.pageKeys);
      const versions = shown.map((key) => {
        const { info } = this.#object({ bucket, key: objectKey(key) });
        const { modifiedAtMs, sizeBytes, etag } = info;
        const version = { kind: 'version', versionId: 'null', isLatest: true } as const;
        return { ...version, key: objectKey(key), modifiedAtMs, sizeBytes, etag };
      });
      const last = shown.at(-1);
      return {
        folders: [],
        versions,
        ...(rest.length > shown.length && last !== undefined ? { nextCursor: last } : {}),
      };
    });
  }

  deleteVersions(
    bucket: BucketName,
    versions: readonly { readonly key: ObjectKey; readonly versionId?: string }[],
    signal: AbortSignal,
  ): Promise<readonly DeleteFailure[]> {
    return this.#request('deleteVersions', `${versions.length} versions`, signal, () => {
      if (versions.length > 1000) throw failure('invalid', undefined, bucket, '');
      const failures: DeleteFailure[] = [];
      for (const version of versions) {
        if (!this.undeletable.has(version.key)) this.#objects(bucket).delete(version.key);
        else failures.push({ ...version, code: 'AccessDenied', detail: 'Access Denied' });
      }
      return failures;
    });
  }

  createMultipartUpload(
    address: ObjectAddress,
    attributes: NewObjectAttributes,
    signal: AbortSignal,
  ): Promise<UploadId> {
    return this.#request('createMultipartUpload', address.key, signal, () => {
      this.#objects(address.bucket);
      const uploadId = `upload-${++this.#uploadCount}` as UploadId;
      this.uploads.set(uploadId, { bucket: address.bucket, key: address.key, attributes, parts: new Map() });
      return uploadId;
    });
  }

  uploadPart(
    address: ObjectAddress,
    upload: { uploadId: UploadId; partNumber: number },
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<UploadedPart> {
    const { partNumber, uploadId } = upload;
    return this.#request('uploadPart', address.key, signal, () => this.#part(uploadId, partNumber, body), {
      partNumber,
    });
  }

  uploadPartCopy(
    source: ObjectAddress,
    target: ObjectAddress,
    upload: { uploadId: UploadId; partNumber: number; range: { offsetBytes: number; lengthBytes: number } },
    ifMatch: string,
    signal: AbortSignal,
  ): Promise<UploadedPart> {
    const { partNumber, uploadId, range } = upload;
    const copy = () => {
      const from = this.#object(source);
      if (from.info.etag !== ifMatch)
        throw failure('preconditionFailed', 'changedMeanwhile', source.bucket, source.key);
      const bytes = from.bytes.subarray(range.offsetBytes, range.offsetBytes + range.lengthBytes);
      return this.#part(uploadId, partNumber, bytes);
    };
    return this.#request('uploadPartCopy', target.key, signal, copy, { partNumber });
  }

  listMultipartUploads(bucket: BucketName, _query: object, signal: AbortSignal) {
    return this.#request('listMultipartUploads', '', signal, () => ({
      uploads: [...this.uploads]
        .filter(([, upload]) => upload.bucket === bucket)
        .map(([uploadId, { key }]) => ({ key: objectKey(key), uploadId, initiatedAtMs: this.nowMs })),
    }));
  }

  listParts(address: ObjectAddress, uploadId: UploadId, signal: AbortSignal): Promise<readonly UploadedPart[]> {
    return this.#request('listParts', address.key, signal, () =>
      [...this.#upload(uploadId).parts].map(([partNumber, bytes]) => ({
        partNumber,
        etag: md5(bytes),
        sizeBytes: bytes.length,
      })),
    );
  }

  completeMultipartUpload(
    address: ObjectAddress,
    uploadId: UploadId,
    parts: readonly UploadedPart[],
    { condition }: UploadCompletion,
    signal: AbortSignal,
  ): Promise<WriteOutcome> {
    return this.#request('completeMultipartUpload', address.key, signal, () => {
      const upload = this.#upload(uploadId);
      this.#check(address, condition);
      const bodies = parts.map((part) => {
        const body = upload.parts.get(part.partNumber);
        if (body === undefined || md5(body) !== part.etag)
          throw failure('invalid', undefined, address.bucket, address.key);
        return body;
      });
      const digests = Buffer.concat(parts.map((part) => Buffer.from(part.etag, 'hex')));
      this.#store(
        address.bucket,
        address.key,
        Buffer.concat(bodies),
        `${md5(digests)}-${parts.length}`,
        upload.attributes,
      );
      this.uploads.delete(uploadId);
      return this.#outcome(address);
    });
  }

  abortMultipartUpload(address: ObjectAddress, uploadId: UploadId, signal: AbortSignal): Promise<void> {
    return this.#request('abortMultipartUpload', address.key, signal, () => {
      this.uploads.delete(uploadId);
    });
  }

  objectUrl(address: ObjectAddress): Promise<string> {
    return Promise.resolve(`http://memory.invalid/${address.bucket}/${encodeURIComponent(address.key)}`);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #request<T>(
    operation: Operation,
    key: string,
    signal: AbortSignal,
    answer: () => T | Promise<T>,
    detail: { partNumber?: number } = {},
  ): Promise<T> {
    if (signal.aborted) throw cancelled(operation);
    this.calls.push({ operation, key, ...detail });
    this.requestsAtOnce++;
    this.mostRequestsAtOnce = Math.max(this.mostRequestsAtOnce, this.requestsAtOnce);
    try {
      await new Promise((resolve) => setImmediate(resolve));
      await this.intercept(operation, key, detail);
      if (signal.aborted) throw cancelled(operation);
      return await answer();
    } finally {
      this.requestsAtOnce--;
    }
  }

  #objects(bucket: string): Map<string, StoredObject> {
    const objects = this.buckets.get(bucket);
    if (objects === undefined) throw failure('notFound', 'noSuchBucket', bucket, '');
    return objects;
  }

  #checkGrants({ bucket, key }: ObjectAddress, acl: CannedAcl | AccessList | undefined): void {
    if (typeof acl === 'object' && this.grantHeaders === 'refused') throw failure('invalid', undefined, bucket, key);
  }

  #giveGrants(address: ObjectAddress, acl: CannedAcl | AccessList | undefined): void {
    if (typeof acl === 'object' && this.grantHeaders === 'taken') this.#object(address).grants = acl.grants;
  }

  #object(address: ObjectAddress): StoredObject {
    const stored = this.#objects(address.bucket).get(address.key);
    if (stored === undefined) throw failure('notFound', 'noSuchKey', address.bucket, address.key);
    return stored;
  }

  #upload(uploadId: UploadId): StoredUpload {
    const upload = this.uploads.get(uploadId);
    if (upload === undefined) throw failure('notFound', 'noSuchUpload', '', '');
    return upload;
  }

  #part(uploadId: UploadId, partNumber: number, body: Uint8Array): UploadedPart {
    const bytes = Buffer.from(body);
    this.#upload(uploadId).parts.set(partNumber, bytes);
    return { partNumber, etag: md5(bytes), sizeBytes: bytes.length };
  }

  #check(address: ObjectAddress, condition: WriteCondition): void {
    const stored = this.#objects(address.bucket).get(address.key);
    const holds =
      condition.kind === 'always' ||
      (condition.kind === 'ifAbsent' ? stored === undefined : stored?.info.etag === condition.etag);
    if (!holds) throw failure('preconditionFailed', 'alreadyExists', address.bucket, address.key);
  }

  #outcome(address: ObjectAddress): WriteOutcome {
    const { etag, modifiedAtMs } = this.#object(address).info;
    return { etag, modifiedAtMs, conditionCheckedBy: 'server' };
  }

  #store(bucket: string, key: string, bytes: Buffer, etag: string, attributes: NewObjectAttributes): void {
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(bytes));
    const tags = attributes.tags ?? {};
    const info: ObjectInfo = {
      key: objectKey(key),
      sizeBytes: bytes.length,
      modifiedAtMs: this.nowMs,
      etag,
      headers: attributes.headers,
      metadata: attributes.metadata ?? {},
      tagCount: Object.keys(tags).length,
      protection: {},
      ...(this.checksums === 'none'
        ? { checksums: {} }
        : { checksums: { CRC32: checksum.toString('base64') }, checksumType: this.checksums }),
    };
    this.#objects(bucket).set(key, { bytes, info, tags });
  }
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** A failure as the real client would throw it. */
export function failure(
  kind: CosFailure['error']['kind'],
  reason: CosFailure['error']['reason'],
  bucket: string,
  key: string,
): CosFailure {
  const detail = `${reason ?? kind}: ${bucket}/${key}`;
  return new CosFailure({
    kind,
    op: 'test',
    ...(reason === undefined ? {} : { reason }),
    bucket,
    key,
    retry: 'never',
    detail,
  });
}
