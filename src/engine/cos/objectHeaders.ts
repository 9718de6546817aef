import { objectKey } from '../../model/ids';
import type { ObjectHeaders, ObjectInfo, ObjectProtection } from '../../model/objectInfo';
import type { NewProtection } from '../../model/retention';
import { encodeRfc3986 } from '../auth/sigV4';
import { CosFailure } from '../failure';
import { hasOwnKey } from '../proof/ownKey';
import { grantHeaders } from './accessList';
import type { NewObjectAttributes, ObjectControls } from './client';
import { strongEtag } from './etag';
import { decodeHeaderText, encodeHeaderText } from './headerText';
import { momentMs } from './moment';

type WireHeaders = Readonly<Record<string, string>>;

/** Header names of the attributes that a save keeps (data-plane §5.1). */
const headerNames: Readonly<Record<keyof ObjectHeaders, string>> = {
  contentType: 'content-type',
  cacheControl: 'cache-control',
  contentDisposition: 'content-disposition',
  contentEncoding: 'content-encoding',
  contentLanguage: 'content-language',
  expires: 'expires',
  websiteRedirectLocation: 'x-amz-website-redirect-location',
};
const attributeNames = Object.keys(headerNames) as (keyof ObjectHeaders)[];
const metadataPrefix = 'x-amz-meta-';
const checksumNames = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;

/** What the headers of a HEAD or GET say of an object (data-plane §5.2); its size is not always the length of the body. */
export function objectInfoOf(key: string, headers: WireHeaders, sizeBytes: number): ObjectInfo {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(metadataPrefix)) metadata[name.slice(metadataPrefix.length)] = decodeHeaderText(value);
  }
  const known: { -readonly [Name in keyof ObjectHeaders]: string } = {};
  for (const name of attributeNames) {
    const value = headers[headerNames[name]];
    if (value !== undefined && value !== '') known[name] = decodeHeaderText(value);
  }
  const checksums: Record<string, string> = {};
  for (const name of checksumNames) {
    const value = headers[`x-amz-checksum-${name.toLowerCase()}`];
    if (value !== undefined) checksums[name] = value;
  }
  const type = headers['x-amz-checksum-type'];
  const storageClass = unquoted(headers['x-amz-storage-class']);
  const versionId = headers['x-amz-version-id'];
  const restore = headers['x-amz-restore'];
  const modifiedAtMs = momentMs(headers['last-modified']);
  if (modifiedAtMs === undefined) throw noDate(key);
  return {
    key: objectKey(key),
    sizeBytes,
    modifiedAtMs,
    etag: strongEtag(headers['etag']),
    ...(storageClass === undefined ? {} : { storageClass }),
    headers: known,
    metadata,
    tagCount: Number(headers['x-amz-tagging-count'] ?? 0) || 0,
    ...(versionId === undefined || versionId === 'null' ? {} : { versionId }),
    checksums,
    ...(type === 'FULL_OBJECT' || type === 'COMPOSITE' ? { checksumType: type } : {}),
    ...(hasOwnKey(headers) ? { hasOwnKey: true } : {}),
    protection: protectionOf(headers),
    ...(restore === undefined ? {} : { restore }),
  };
}

/** Whether an object is still the same is told by its date, too, and a file gets it: none must not become 1970. */
function noDate(key: string): CosFailure {
  const detail = `The service does not say when "${key}" was changed: it sends no date, or one that cannot be read.`;
  return new CosFailure({ kind: 'unsupported', op: 'HeadObject', key, retry: 'never', detail });
}

/** Text without the quotes around it: the class names that archive.md prints with them. */
export function unquoted(text: string | undefined): string | undefined {
  return text?.trim().replace(/^"(.*)"$/, '$1');
}

function protectionOf(headers: WireHeaders): ObjectProtection {
  const period = headers['retention-period'];
  const until = dateMs(headers['retention-expiration-date']);
  const holdCount = Number(headers['retention-legal-hold-count'] ?? 0) || 0;
  const mode = headers['x-amz-object-lock-mode']?.toUpperCase();
  const lockUntil = dateMs(headers['x-amz-object-lock-retain-until-date']);
  const legalHold = headers['x-amz-object-lock-legal-hold'];
  const hasRetention = period !== undefined || until !== undefined || holdCount > 0;
  const hasLock = mode !== undefined || legalHold !== undefined;
  return {
    ...(hasRetention
      ? {
          retention: {
            ...(until === undefined ? {} : { retainUntilMs: until }),
            isIndefinite: period === '-1' || period === '-2',
            legalHoldCount: holdCount,
          },
        }
      : {}),
    ...(hasLock
      ? {
          objectLock: {
            ...(mode === 'GOVERNANCE' || mode === 'COMPLIANCE' ? { mode } : {}),
            ...(lockUntil === undefined ? {} : { retainUntilMs: lockUntil }),
            hasLegalHold: legalHold?.toUpperCase() === 'ON',
          },
        }
      : {}),
  };
}

/** A date in any form that the service prints: RFC 1123, ISO 8601, or ISO's basic form without dashes. */
export function dateMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const extended = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const parsed = Date.parse(extended);
  return Number.isFinite(parsed) ? parsed : undefined;
}

/** Request headers that give a new object its attributes. Throws `invalid` for what no header can carry. */
export function attributeHeaders(attributes: NewObjectAttributes, op: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of attributeNames) {
    const value = attributes.headers[name];
    if (value !== undefined) headers[headerNames[name]] = encodeHeaderText(value, headerNames[name], op);
  }
  for (const [name, value] of Object.entries(attributes.metadata ?? {})) {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) {
      throw new CosFailure({
        kind: 'invalid',
        op,
        retry: 'never',
        detail: `"${name}" cannot name a metadata entry: letters, digits and - . _ are allowed.`,
      });
    }
    headers[metadataPrefix + name.toLowerCase()] = encodeHeaderText(value, `The metadata entry "${name}"`, op);
  }
  const tags = Object.entries(attributes.tags ?? {});
  addControls(headers, attributes.controls ?? {}, op);
  if (tags.length > 0) {
    headers['x-amz-tagging'] = tags.map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`).join('&');
  }
  return headers;
}

function addControls(
  headers: Record<string, string>,
  { protection, acl, storageClass }: ObjectControls,
  op: string,
): void {
  if (typeof acl === 'string') headers['x-amz-acl'] = acl;
  else if (acl !== undefined) Object.assign(headers, grantHeaders(acl));
  if (storageClass !== undefined) headers['x-amz-storage-class'] = storageClass;
  if (protection === undefined) return;
  switch (protection.kind) {
    case 'retention':
      // With a multipart upload they belong to Complete (data-plane §6).
      if (op !== 'CreateMultipartUpload') Object.assign(headers, retentionHeaders(protection));
      return;
    case 'objectLock': {
      const { retention, hasLegalHold } = protection;
      if (retention !== undefined) {
        headers['x-amz-object-lock-mode'] = retention.mode;
        headers['x-amz-object-lock-retain-until-date'] = new Date(retention.retainUntilMs).toISOString();
      }
      if (hasLegalHold === true) headers['x-amz-object-lock-legal-hold'] = 'ON';
    }
  }
}

/** Headers that protect a new object of Immutable Object Storage (data-plane §12.2); dates to the second, rounded up. */
export function retentionHeaders(protection: Extract<NewProtection, { kind: 'retention' }>): Record<string, string> {
  const { periodSeconds, untilMs, holdId } = protection;
  return {
    ...(periodSeconds === undefined ? {} : { 'retention-period': String(periodSeconds) }),
    ...(untilMs === undefined ? {} : { 'retention-expiration-date': isoSeconds(untilMs) }),
    ...(holdId === undefined ? {} : { 'retention-legal-hold-id': holdId }),
  };
}

/** A date as Immutable Object Storage takes it: `YYYY-MM-DDThh:mm:ssZ`, rounded up to the second. */
export function isoSeconds(timeMs: number): string {
  return new Date(Math.ceil(timeMs / 1000) * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}
