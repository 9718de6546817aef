import { isUploadId, type Part } from '../../store/uploads';
import { invalidArgument } from '../message/errors';
import { isoTime, sendXml, type BucketExchange, type ObjectExchange } from '../wire/exchange';
import {
  checksumNodes,
  encodingNode,
  nameOf,
  ownerNode,
  prefixNodes,
  readLimit,
  readListQuery,
  startAfterMarker,
} from '../bucket/listing';
import { findUpload } from './multipart';
import type { XmlNode } from '../message/xml';

/** `GET /{bucket}/{key}?uploadId` (rule 78). */
export async function listParts(exchange: ObjectExchange): Promise<void> {
  const { query } = exchange.request;
  const limit = readLimit(query.get('max-parts'), 'max-parts');
  const markerText = query.get('part-number-marker') ?? '';
  if (!/^\d{0,10}$/.test(markerText) || Number(markerText) > 2 ** 31 - 1) {
    throw invalidArgument('part-number-marker must be an integer between 0 and 2147483647.');
  }
  const marker = Number(markerText);
  const upload = findUpload(exchange);
  const found = exchange.store.uploads.listParts(upload, marker, limit + 1);
  const parts = found.slice(0, limit);
  sendXml(exchange, [
    'ListPartsResult',
    [
      ['Bucket', exchange.bucket.name],
      ['Key', upload.key],
      ['UploadId', upload.uploadId],
      ownerNode(upload.initiatorId, 'Initiator'),
      ownerNode(upload.initiatorId),
      ['StorageClass', upload.storageClass],
      ['PartNumberMarker', marker],
      ['NextPartNumberMarker', parts.at(-1)?.partNumber ?? 0],
      ['MaxParts', limit],
      ['IsTruncated', String(found.length > limit && limit > 0)],
      ...checksumNodes(
        upload.checksumAlgorithm === undefined
          ? undefined
          : { algorithm: upload.checksumAlgorithm, type: upload.checksumType ?? 'COMPOSITE' },
      ),
      ...parts.map((part): XmlNode => ['Part', partNodes(part)]),
    ],
  ]);
}

function partNodes(part: Part): XmlNode[] {
  return [
    ['PartNumber', part.partNumber],
    ['LastModified', isoTime(part.modifiedAtMs)],
    ['ETag', `"${part.etag}"`],
    ['Size', part.sizeBytes],
    ...Object.entries(part.checksums).map(([algorithm, value]): XmlNode => [`Checksum${algorithm}`, value]),
  ];
}

/** `GET /{bucket}?uploads` (rules 48, 78). */
export async function listMultipartUploads(exchange: BucketExchange): Promise<void> {
  const { query } = exchange.request;
  const list = readListQuery(exchange, 'max-uploads');
  const keyMarker = query.get('key-marker') ?? '';
  const uploadMarker = keyMarker === '' ? '' : (query.get('upload-id-marker') ?? '');
  if (uploadMarker !== '' && !isUploadId(uploadMarker)) {
    throw invalidArgument('Invalid uploadId marker');
  }
  const page = exchange.store.listing.uploads(
    { bucketId: exchange.bucket.id, ...list },
    uploadMarker === ''
      ? startAfterMarker(keyMarker, list)
      : { kind: 'afterUpload', key: keyMarker, uploadId: uploadMarker },
  );
  const last = page.entries.at(-1);
  sendXml(exchange, [
    'ListMultipartUploadsResult',
    [
      ['Bucket', exchange.bucket.name],
      ['KeyMarker', list.encode(keyMarker)],
      ['UploadIdMarker', uploadMarker],
      ['NextKeyMarker', last === undefined ? '' : list.encode(nameOf(last))],
      ['NextUploadIdMarker', last?.kind === 'item' ? last.item.uploadId : ''],
      ['Prefix', list.encode(list.prefix)],
      ['Delimiter', list.encode(list.delimiter)],
      encodingNode(list),
      ['MaxUploads', list.limit],
      ['IsTruncated', String(page.isTruncated)],
      ...page.entries.flatMap((entry): XmlNode[] =>
        entry.kind === 'item'
          ? [
              [
                'Upload',
                [
                  ['Key', list.encode(entry.item.key)],
                  ['UploadId', entry.item.uploadId],
                  ownerNode(entry.item.initiatorId, 'Initiator'),
                  ownerNode(entry.item.initiatorId),
                  ['StorageClass', entry.item.storageClass],
                  ['Initiated', isoTime(entry.item.initiatedAtMs)],
                  ...checksumNodes(entry.item.checksum),
                ],
              ],
            ]
          : [],
      ),
      ...prefixNodes(page.entries, list),
    ],
  ]);
}
