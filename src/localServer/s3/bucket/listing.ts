import { crc32 } from 'node:zlib';
import type { ListedEntry, ListedVersion, ListStart } from '../../store/listing';
import { isVersionId } from '../../store/objects';
import { invalidArgument } from '../message/errors';
import { isoTime, sendXml, type BucketExchange } from '../wire/exchange';
import { rootKeyHeaders } from './rootKey';
import type { XmlNode } from '../message/xml';

const maxPage = 1000;

/** Parameters that all listings of a bucket share. */
export interface ListQuery {
  readonly prefix: string;
  readonly delimiter: string;
  readonly limit: number;
  /** Encodes names as the client asked (rule 45). */
  encode(text: string): string;
  readonly encodingType?: 'url';
}

export function readListQuery(exchange: BucketExchange, limitName: 'max-keys' | 'max-uploads'): ListQuery {
  const { query } = exchange.request;
  const encodingType = query.get('encoding-type');
  if (encodingType !== undefined && encodingType !== 'url' && encodingType !== '') {
    throw invalidArgument(`Invalid Encoding Method specified in Request: "${encodingType}".`);
  }
  const common = {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    limit: readLimit(query.get(limitName), limitName),
  };
  return encodingType === 'url'
    ? { ...common, encodingType, encode: urlEncode }
    : { ...common, encode: (text) => text };
}

/** A page size: 1000 unless told, never more (rule 40). */
export function readLimit(text: string | undefined, name: string): number {
  if (text === undefined || text === '') {
    return maxPage;
  }
  if (!/^\d{1,10}$/.test(text) || Number(text) > 2 ** 31 - 1) {
    throw invalidArgument(`${name} must be an integer between 0 and 2147483647: "${text}".`);
  }
  return Math.min(Number(text), maxPage);
}

/** Percent-encoding as S3 does it: everything but unreserved characters and the slash. */
function urlEncode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/');
}

/** `GET /{bucket}` (rule 43). */
export async function listObjects(exchange: BucketExchange): Promise<void> {
  const list = readListQuery(exchange, 'max-keys');
  const marker = exchange.request.query.get('marker') ?? '';
  const page = exchange.store.listing.objects(
    { bucketId: exchange.bucket.id, ...list },
    startAfterMarker(marker, list),
  );
  const last = page.entries.at(-1);
  sendXml(
    exchange,
    [
      'ListBucketResult',
      [
        ['Name', exchange.bucket.name],
        ['Prefix', list.encode(list.prefix)],
        ['Marker', list.encode(marker)],
        page.isTruncated && list.delimiter !== '' && last !== undefined
          ? ['NextMarker', list.encode(nameOf(last))]
          : undefined,
        ['MaxKeys', list.limit],
        ['Delimiter', list.encode(list.delimiter)],
        encodingNode(list),
        ['IsTruncated', String(page.isTruncated)],
        ...entryNodes(exchange, list, page.entries, 'withOwner'),
      ],
    ],
    rootKeyHeaders(exchange.bucket),
  );
}

/** `GET /{bucket}?list-type=2` (rule 42). */
export async function listObjectsV2(exchange: BucketExchange): Promise<void> {
  const { query } = exchange.request;
  const list = readListQuery(exchange, 'max-keys');
  const token = query.get('continuation-token') ?? '';
  const startAfter = query.get('start-after') ?? '';
  const start: ListStart =
    token !== '' ? readToken(token) : startAfter === '' ? { kind: 'beginning' } : { kind: 'afterKey', key: startAfter };
  const page = exchange.store.listing.objects({ bucketId: exchange.bucket.id, ...list }, start);
  const last = page.entries.at(-1);
  sendXml(exchange, [
    'ListBucketResult',
    [
      ['Name', exchange.bucket.name],
      ['Prefix', list.encode(list.prefix)],
      startAfter === '' ? undefined : ['StartAfter', list.encode(startAfter)],
      token === '' ? undefined : ['ContinuationToken', token],
      page.isTruncated && last !== undefined ? ['NextContinuationToken', writeToken(last)] : undefined,
      ['KeyCount', page.entries.length],
      ['MaxKeys', list.limit],
      ['Delimiter', list.encode(list.delimiter)],
      encodingNode(list),
      ['IsTruncated', String(page.isTruncated)],
      ...entryNodes(exchange, list, page.entries, query.get('fetch-owner') === 'true' ? 'withOwner' : 'withoutOwner'),
    ],
  ]);
}

/** `GET /{bucket}?versions` (rule 48). */
export async function listObjectVersions(exchange: BucketExchange): Promise<void> {
  const { query } = exchange.request;
  const list = readListQuery(exchange, 'max-keys');
  const keyMarker = query.get('key-marker') ?? '';
  const versionMarker = query.get('version-id-marker') ?? '';
  if (versionMarker !== '' && keyMarker === '') {
    throw invalidArgument('A version-id marker cannot be specified without a key marker.');
  }
  if (versionMarker !== '' && !isVersionId(versionMarker)) {
    throw invalidArgument(`Invalid version id specified: "${versionMarker}".`);
  }
  const page = exchange.store.listing.versions(
    { bucketId: exchange.bucket.id, ...list },
    versionMarker === ''
      ? startAfterMarker(keyMarker, list)
      : { kind: 'afterVersion', key: keyMarker, versionId: versionMarker },
  );
  const last = page.entries.at(-1);
  sendXml(exchange, [
    'ListVersionsResult',
    [
      ['Name', exchange.bucket.name],
      ['Prefix', list.encode(list.prefix)],
      ['KeyMarker', list.encode(keyMarker)],
      ['VersionIdMarker', versionMarker],
      ...(page.isTruncated && last !== undefined
        ? [
            ['NextKeyMarker', list.encode(nameOf(last))] as const,
            last.kind === 'item' ? (['NextVersionIdMarker', last.item.versionId] as const) : undefined,
          ]
        : []),
      ['MaxKeys', list.limit],
      ['Delimiter', list.encode(list.delimiter)],
      encodingNode(list),
      ['IsTruncated', String(page.isTruncated)],
      ...page.entries.flatMap((entry) => (entry.kind === 'item' ? [versionNode(entry.item, list)] : [])),
      ...prefixNodes(page.entries, list),
    ],
  ]);
}

/** A marker that is itself a common prefix stands for everything below it. */
export function startAfterMarker(marker: string, list: ListQuery): ListStart {
  if (marker === '') {
    return { kind: 'beginning' };
  }
  const isCommonPrefix =
    list.delimiter !== '' &&
    marker.startsWith(list.prefix) &&
    marker.indexOf(list.delimiter, list.prefix.length) === marker.length - list.delimiter.length &&
    marker.length >= list.prefix.length + list.delimiter.length;
  return isCommonPrefix ? { kind: 'afterPrefix', prefix: marker } : { kind: 'afterKey', key: marker };
}

export function nameOf(entry: ListedEntry<{ readonly key: string }>): string {
  return entry.kind === 'item' ? entry.item.key : entry.prefix;
}

export function encodingNode(list: ListQuery): XmlNode | undefined {
  return list.encodingType === undefined ? undefined : ['EncodingType', list.encodingType];
}

export function prefixNodes(entries: readonly ListedEntry<unknown>[], list: ListQuery): XmlNode[] {
  return entries.flatMap((entry) =>
    entry.kind === 'prefix' ? [['CommonPrefixes', [['Prefix', list.encode(entry.prefix)]]] as const] : [],
  );
}

function entryNodes(
  exchange: BucketExchange,
  list: ListQuery,
  entries: readonly ListedEntry<ListedVersion>[],
  owner: 'withOwner' | 'withoutOwner',
): XmlNode[] {
  const shown = exchange.switches.shuffledListings ? [...entries].sort(() => Math.random() - 0.5) : entries;
  return [
    ...shown.flatMap((entry): XmlNode[] =>
      entry.kind === 'item'
        ? [
            [
              'Contents',
              [
                ['Key', list.encode(entry.item.key)],
                ['LastModified', isoTime(entry.item.modifiedAtMs)],
                ['ETag', `"${entry.item.etag}"`],
                ...checksumNodes(entry.item.checksum),
                ['Size', entry.item.sizeBytes],
                owner === 'withOwner' ? ownerNode(entry.item.ownerId) : undefined,
                ['StorageClass', shownClass(entry.item, exchange.nowMs)],
              ],
            ],
          ]
        : [],
    ),
    ...prefixNodes(shown, list),
  ];
}

function versionNode(version: ListedVersion, list: ListQuery): XmlNode {
  const common = [
    ['Key', list.encode(version.key)],
    ['VersionId', version.versionId],
    ['IsLatest', String(version.isLatest)],
    ['LastModified', isoTime(version.modifiedAtMs)],
  ] as const;
  return version.isMarker
    ? ['DeleteMarker', [...common, ownerNode(version.ownerId)]]
    : [
        'Version',
        [
          ...common,
          ['ETag', `"${version.etag}"`],
          ...checksumNodes(version.checksum),
          ['Size', version.sizeBytes],
          ['StorageClass', version.storageClass],
          ownerNode(version.ownerId),
        ],
      ];
}

/** Archived objects show their archive class (rule 46). */
function shownClass(version: ListedVersion, nowMs: number): string {
  return version.archive !== undefined && version.archive.archivedAtMs <= nowMs
    ? version.archive.storageClass
    : version.storageClass;
}

export function checksumNodes(checksum: { algorithm: string; type: string } | undefined): XmlNode[] {
  return checksum === undefined
    ? []
    : [
        ['ChecksumAlgorithm', checksum.algorithm],
        ['ChecksumType', checksum.type],
      ];
}

export function ownerNode(id: string, name = 'Owner'): XmlNode {
  return [
    name,
    [
      ['ID', id],
      ['DisplayName', id],
    ],
  ];
}

/** Opaque, URL-safe, and checked on its return: not the key (rule 42). */
function writeToken(last: ListedEntry<{ readonly key: string }>): string {
  const content = Buffer.from(`${last.kind === 'item' ? 'k' : 'p'}${nameOf(last)}`, 'utf8');
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(content, tokenSeed));
  return Buffer.concat([sum, content]).toString('base64url');
}

const tokenSeed = 0x434f5331;

function readToken(token: string): ListStart {
  const bytes = Buffer.from(token, 'base64url');
  const content = bytes.subarray(4);
  if (
    bytes.length < 5 ||
    bytes.toString('base64url') !== token ||
    bytes.readUInt32BE(0) !== crc32(content, tokenSeed)
  ) {
    throw invalidArgument('The continuation token provided is incorrect.');
  }
  const name = content.subarray(1).toString('utf8');
  return content[0] === 0x6b ? { kind: 'afterKey', key: name } : { kind: 'afterPrefix', prefix: name };
}
