import { strongEtag } from './etag';
import { momentMs } from './moment';
import { resolveReferences } from './xml';

/** One entry of a listing as the XML holds it. */
export interface RawEntry {
  key: string;
  /** NaN where it is missing, as the date is. */
  sizeBytes: number;
  modifiedAtMs: number;
  etag: string;
  storageClass: string | undefined;
  checksumAlgorithm: string | undefined;
  checksumType: string | undefined;
}

/** A ListBucketResult as the XML holds it: names still encoded where `encodingType` says so. */
export interface RawPage {
  readonly entries: RawEntry[];
  readonly prefixes: string[];
  isTruncated: boolean;
  nextContinuationToken: string | undefined;
  encodingType: string | undefined;
}

/**
 * Reads the body of a ListObjectsV2 answer (data-plane §4.1). Does what a general parser would do with the elements
 * that matter, at a fifth of its cost. Undefined where the text is not a complete `ListBucketResult`.
 */
export function scanListing(xml: string): RawPage | undefined {
  const page: RawPage = {
    entries: [],
    prefixes: [],
    isTruncated: false,
    nextContinuationToken: undefined,
    encodingType: undefined,
  };
  const path: string[] = [];
  let entry: RawEntry | undefined;
  let text = '';
  let at = 0;
  let isClosed = false;

  const close = (name: string): boolean => {
    if (path.pop() !== name) return false;
    if (path.length === 0) isClosed = true;
    else if (path.length === 1) closeBelowRoot(page, name, text, entry);
    else if (path.length === 2) closeBelowItem(page, path[1] ?? '', name, text, entry);
    if (path.length === 1 && name === 'Contents') entry = undefined;
    text = '';
    return true;
  };

  for (;;) {
    const open = xml.indexOf('<', at);
    if (open < 0) break;
    if (path.length > 1) text += xml.slice(at, open);
    const marker = xml.charCodeAt(open + 1);
    if (marker === 0x21 /* ! */) {
      if (xml.startsWith('<![CDATA[', open)) {
        const end = xml.indexOf(']]>', open);
        if (end < 0) return undefined;
        text += xml.slice(open + 9, end).replaceAll('&', '&amp;');
        at = end + 3;
      } else {
        const end = xml.startsWith('<!--', open) ? xml.indexOf('-->', open + 4) : xml.indexOf('>', open) - 2;
        if (end < 0) return undefined;
        at = end + 3;
      }
      continue;
    }
    const end = xml.indexOf('>', open);
    if (end < 0) return undefined;
    at = end + 1;
    if (marker === 0x3f /* ? */) continue;
    if (marker === 0x2f /* / */) {
      if (!close(localName(xml.slice(open + 2, end).trimEnd()))) return undefined;
      continue;
    }
    const isEmpty = xml.charCodeAt(end - 1) === 0x2f;
    const name = localName(tagName(xml.slice(open + 1, isEmpty ? end - 1 : end)));
    if (path.length === 0 && (name !== 'ListBucketResult' || isClosed)) return undefined;
    if (path.length === 1 && name === 'Contents') {
      entry = {
        key: '',
        sizeBytes: Number.NaN,
        modifiedAtMs: Number.NaN,
        etag: '',
        storageClass: undefined,
        checksumAlgorithm: undefined,
        checksumType: undefined,
      };
    }
    path.push(name);
    text = '';
    if (isEmpty) close(name);
  }
  return isClosed && path.length === 0 ? page : undefined;
}

function closeBelowRoot(page: RawPage, name: string, text: string, entry: RawEntry | undefined): void {
  if (name === 'Contents') {
    if (entry !== undefined) page.entries.push(entry);
  } else if (name === 'IsTruncated') page.isTruncated = text.trim() === 'true';
  else if (name === 'NextContinuationToken') page.nextContinuationToken = resolveReferences(text);
  else if (name === 'EncodingType') page.encodingType = text.trim();
}

function closeBelowItem(page: RawPage, parent: string, name: string, text: string, entry: RawEntry | undefined): void {
  if (parent === 'CommonPrefixes') {
    if (name === 'Prefix') page.prefixes.push(resolveReferences(text));
    return;
  }
  if (parent !== 'Contents' || entry === undefined) return;
  if (name === 'Key') entry.key = resolveReferences(text);
  else if (name === 'Size') entry.sizeBytes = text.trim() === '' ? Number.NaN : Number(text);
  else if (name === 'LastModified') entry.modifiedAtMs = momentMs(text) ?? Number.NaN;
  else if (name === 'ETag') entry.etag = strongEtag(resolveReferences(text));
  else if (name === 'ChecksumAlgorithm') entry.checksumAlgorithm ??= text.trim();
  else if (name === 'ChecksumType') entry.checksumType = text.trim();
  else if (name === 'StorageClass') entry.storageClass = text.trim().replace(/^"(.*)"$/, '$1');
}

function tagName(tag: string): string {
  const blank = tag.search(/\s/);
  return blank < 0 ? tag : tag.slice(0, blank);
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}
