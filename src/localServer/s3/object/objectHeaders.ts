import type { CannedAcl } from '../../store/buckets';
import type { Archive, ObjectAttributes, ObjectVersion } from '../../store/objects';
import { checksumHeader } from '../wire/checksums';
import { visibleBucket } from '../wire/configurationDelay';
import { invalidArgument, S3Error } from '../message/errors';
import type { Exchange, ResponseHeaders } from '../wire/exchange';
import type { S3Request } from '../message/request';

const storedHeaders = [
  'content-type',
  'content-disposition',
  'content-language',
  'cache-control',
  'expires',
  'x-amz-website-redirect-location',
];
const metadataPrefix = 'x-amz-meta-';
const maxRedirectLocationBytes = 2048;

/** Reads the headers that are stored with an object and given back with it (rule 62). */
export function readAttributes(exchange: Exchange): ObjectAttributes {
  const { request, switches } = exchange;
  const headers: Record<string, string> = {};
  for (const name of storedHeaders) {
    const value = request.header(name);
    if (value !== undefined && value !== '') {
      headers[name] = sendable(name, value);
    }
  }
  checkRedirectLocation(request.header('x-amz-website-redirect-location'));
  const encoding = storedEncoding(request.header('content-encoding'));
  if (encoding !== '') {
    headers['content-encoding'] = sendable('content-encoding', encoding);
  }
  // Without a prototype, so that `__proto__` is a name like any other.
  const metadata = Object.create(null) as Record<string, string>;
  let metadataBytes = 0;
  for (const name of metadataNames(request)) {
    const value = sendable(name, request.header(name) ?? '');
    metadata[name.slice(metadataPrefix.length)] = value;
    metadataBytes += name.length - metadataPrefix.length + value.length;
  }
  if (metadataBytes > switches.maxMetadataBytes) {
    throw new S3Error(
      'MetadataTooLarge',
      `Your metadata headers exceed the maximum allowed metadata size of ${switches.maxMetadataBytes} bytes.`,
    );
  }
  return { headers, metadata };
}

/** Whether a text can be the value of a header. Those of presigned URLs and forms may be any text. */
export function isHeaderValue(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return !/[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/.test(text);
}

/** Refuses what could never be given back: the object would be stored and could not be read (rule 62). */
function sendable(name: string, value: string): string {
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) || !isHeaderValue(value)) {
    throw invalidArgument(`The value cannot be sent as a header: "${name}".`);
  }
  return value;
}

function metadataNames(request: S3Request): Set<string> {
  const names = [...request.headers.keys(), ...[...request.query.keys()].map((name) => name.toLowerCase())];
  return new Set(names.filter((name) => name.startsWith(metadataPrefix) && request.header(name) !== undefined));
}

/** `aws-chunked` says how the body travelled, not what it is (rule 54). The rest is kept as it was sent. */
function storedEncoding(header = ''): string {
  const items = header.split(',');
  const kept = items.filter((item) => item.trim().toLowerCase() !== 'aws-chunked');
  return kept.length === items.length ? header : kept.join(',').trim();
}

/** Where a website sends the visitors of an object: elsewhere in the bucket, or anywhere (rule 104). */
function checkRedirectLocation(location: string | undefined): void {
  if (location !== undefined && location !== '' && !/^(?:\/|https?:\/\/)/i.test(location)) {
    throw new S3Error(
      'InvalidRedirectLocation',
      "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
    );
  }
  if (Buffer.byteLength(location ?? '') > maxRedirectLocationBytes) {
    throw new S3Error(
      'InvalidRedirectLocation',
      `The website redirect location must be at most ${maxRedirectLocationBytes} bytes long.`,
    );
  }
}

/** The canned ACL of a request, undefined when none is sent (rule 69). */
export function readCannedAcl(request: S3Request): CannedAcl | undefined {
  const value = request.header('x-amz-acl');
  for (const name of request.headers.keys()) {
    if (name.startsWith('x-amz-grant-')) {
      throw invalidArgument('Grants are not supported; use x-amz-acl with private or public-read.');
    }
  }
  switch (value) {
    case undefined:
      return undefined;
    case '':
    case 'private':
      return 'private';
    case 'public-read':
      return 'public-read';
    default:
      throw invalidArgument(`x-amz-acl must be private or public-read: "${value}".`);
  }
}

/** What a write may ask for: buckets have classes, objects are in an archive or not. */
export type StorageClass = 'STANDARD' | Archive['storageClass'];

/** The storage class that a request asks for. Writing into an archive without a rule is undocumented, so switched. */
export function readStorageClass({ request, switches }: Exchange): StorageClass {
  const value = request.header('x-amz-storage-class') ?? 'STANDARD';
  const isArchive = value === 'GLACIER' || value === 'ACCELERATED';
  if (value !== 'STANDARD' && (!isArchive || switches.directArchive === 'refused')) {
    throw invalidArgument(`The storage class you specified is not valid: "${value}".`);
  }
  return value;
}

/** Headers that describe an object on GET and HEAD. */
export function describeObject(exchange: Exchange, version: ObjectVersion): ResponseHeaders {
  const { headers, metadata } = version.attributes;
  return {
    ETag: `"${version.etag}"`,
    'Last-Modified': new Date(version.modifiedAtMs).toUTCString(),
    'Content-Type': headers['content-type'] ?? 'application/octet-stream',
    ...Object.fromEntries(
      Object.entries(headers)
        .filter(([name]) => name !== 'content-type')
        .map(([name, value]) => [headerCase(name), value]),
    ),
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [metadataPrefix + name, value])),
    'x-amz-tagging-count': version.tags.length === 0 ? undefined : version.tags.length,
    'x-amz-version-id': shownVersionId(exchange, version),
    'x-amz-replication-status': version.replication,
    'x-ibm-backup-restore-time':
      version.restored === undefined ? undefined : new Date(version.restored.restoredAtMs).toISOString(),
    'x-ibm-backup-restore-id': version.restored?.restoreId,
  };
}

/** A version's id, shown only where versioning was ever turned on. */
export function shownVersionId(exchange: Exchange, version: ObjectVersion): string | undefined {
  const bucket = exchange.store.buckets.findById(version.bucketId);
  const isUnversioned = bucket !== undefined && visibleBucket(exchange, bucket).versioning === 'never';
  return isUnversioned ? undefined : version.versionId;
}

/** Checksum headers of a whole object. */
export function checksumHeaders(version: Pick<ObjectVersion, 'checksum'>): ResponseHeaders {
  return version.checksum === undefined
    ? {}
    : {
        [checksumHeader(version.checksum.algorithm)]: version.checksum.value,
        'x-amz-checksum-type': version.checksum.type,
      };
}

function headerCase(name: string): string {
  return name.startsWith('x-') ? name : name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
