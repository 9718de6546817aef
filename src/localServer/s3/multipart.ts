import { createHash } from 'node:crypto';
import type { ChecksumAlgorithm, ChecksumType } from '../store/objects.ts';
import type { Part, Upload } from '../store/uploads.ts';
import { hasIntegrity, knownAlgorithm, planBody, receiveBody } from './body.ts';
import { checksumHeader, createDigest } from './checksums.ts';
import { findCopySource } from './copySource.ts';
import { accessDenied, invalidArgument, invalidRequest, S3Error } from './errors.ts';
import { sendErrorIn200 } from './errorIn200.ts';
import {
  currentBucket,
  isoTime,
  ownerIdOf,
  refuseBody,
  sendEmpty,
  sendXml,
  type BucketExchange,
  type ObjectExchange,
} from './exchange.ts';
import {
  checksumNodes,
  encodingNode,
  nameOf,
  ownerNode,
  prefixNodes,
  readLimit,
  readListQuery,
  startAfterMarker,
} from './listing.ts';
import { shownVersionId } from './objectHeaders.ts';
import { lockOfNewVersion } from './objectLock.ts';
import { publicAccessBlockOf } from './publicAccess.ts';
import { protectionOf } from './retention.ts';
import { readObjectHeaders, refuseEncryptionHeaders } from './writeObject.ts';
import type { XmlNode } from './xml.ts';

/** `POST /{bucket}/{key}?uploads` (rules 57, 75). */
export async function createMultipartUpload(exchange: ObjectExchange): Promise<void> {
  const { request, store, bucket, key } = exchange;
  refuseBody(exchange);
  const headers = readObjectHeaders(exchange);
  const checksum = readUploadChecksum(exchange);
  const upload = await store.write(() => {
    const current = currentBucket(exchange);
    if (headers.acl === 'public-read' && publicAccessBlockOf(exchange, current)?.blockPublicAcls === true) {
      throw accessDenied('Public ACLs are blocked by the public access block of the bucket.');
    }
    lockOfNewVersion(exchange, current, headers.objectLock);
    return store.uploads.create({
      ...headers,
      bucketId: current.id,
      key,
      initiatedAtMs: exchange.nowMs,
      initiatorId: ownerIdOf(exchange.principal),
      ...(checksum === undefined ? {} : { checksumAlgorithm: checksum.algorithm, checksumType: checksum.type }),
    });
  });
  sendXml(
    exchange,
    [
      'InitiateMultipartUploadResult',
      [
        ['Bucket', bucket.name],
        ['Key', key],
        ['UploadId', upload.uploadId],
      ],
    ],
    {
      'x-amz-checksum-algorithm':
        request.header('x-amz-checksum-algorithm') === undefined ? undefined : checksum?.algorithm,
      'x-amz-checksum-type': request.header('x-amz-checksum-algorithm') === undefined ? undefined : checksum?.type,
    },
  );
}

function readUploadChecksum(
  exchange: ObjectExchange,
): { algorithm: ChecksumAlgorithm; type: ChecksumType } | undefined {
  const name = exchange.request.header('x-amz-checksum-algorithm');
  const type = exchange.request.header('x-amz-checksum-type');
  if (name === undefined) {
    if (type !== undefined) {
      throw invalidRequest('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.');
    }
    return undefined;
  }
  const algorithm = knownAlgorithm(name);
  const isSha = algorithm === 'SHA1' || algorithm === 'SHA256';
  if (type !== undefined && type !== 'COMPOSITE' && type !== 'FULL_OBJECT') {
    throw invalidRequest(`Value for x-amz-checksum-type header is invalid: "${type}".`);
  }
  if ((isSha && type === 'FULL_OBJECT') || (algorithm === 'CRC64NVME' && type === 'COMPOSITE')) {
    throw invalidRequest(`The ${type ?? ''} checksum type cannot be used with the ${algorithm} checksum algorithm.`);
  }
  return { algorithm, type: type ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE') };
}

/** The open upload that a request means (rule 74). */
export function findUpload(exchange: ObjectExchange): Upload {
  const upload = exchange.store.uploads.find(
    exchange.bucket.id,
    exchange.key,
    exchange.request.query.get('uploadId') ?? '',
  );
  if (upload === undefined) {
    throw new S3Error(
      'NoSuchUpload',
      'The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload might have been aborted or completed.',
    );
  }
  return upload;
}

function readPartNumber(exchange: ObjectExchange): number {
  const text = exchange.request.query.get('partNumber') ?? '';
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number < 1 || number > 10_000) {
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive.');
  }
  return number;
}

/** `PUT /{bucket}/{key}?partNumber&uploadId` (rules 50, 58, 72). */
export async function uploadPart(exchange: ObjectExchange): Promise<void> {
  const { request, store, switches } = exchange;
  refuseEncryptionHeaders(exchange);
  const partNumber = readPartNumber(exchange);
  const plan = planBody(request, exchange.auth, { checksums: 'body' });
  const upload = findUpload(exchange);
  const ownAlgorithm = upload.checksumAlgorithm ?? 'CRC64NVME';
  if (
    upload.checksumAlgorithm !== undefined &&
    plan.checksum !== undefined &&
    plan.checksum.algorithm !== ownAlgorithm
  ) {
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${ownAlgorithm}, actual checksum Type: ${plan.checksum.algorithm}.`,
    );
  }
  if (protectionOf(exchange, exchange.bucket) !== undefined && !hasIntegrity(plan)) {
    throw invalidRequest('An upload into a bucket with a retention policy needs Content-MD5 or x-amz-checksum-*.');
  }
  const staged = store.blobs.stage(plan.sizeBytes);
  try {
    const body = await receiveBody(request.message, exchange.response, plan, {
      maxBytes: switches.maxPutBytes,
      compute: ownAlgorithm,
      faults: exchange.faults,
      sink: (chunk) => staged.write(chunk),
    });
    await staged.seal();
    await store.write(() => {
      const open = findUpload(exchange);
      store.uploads.putPart(open, {
        partNumber,
        etag: body.md5Hex,
        sizeBytes: body.sizeBytes,
        modifiedAtMs: exchange.nowMs,
        checksums: body.checksums,
        blobId: staged.commit(),
      });
    });
    const shown = plan.checksum?.algorithm ?? ownAlgorithm;
    sendEmpty(exchange, 200, { ETag: `"${body.md5Hex}"`, [checksumHeader(shown)]: body.checksums[shown] });
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** `PUT …?partNumber&uploadId` with `x-amz-copy-source`. */
export async function uploadPartCopy(exchange: ObjectExchange): Promise<void> {
  const { request, store, switches } = exchange;
  refuseBody(exchange);
  refuseEncryptionHeaders(exchange);
  const partNumber = readPartNumber(exchange);
  const { version } = findCopySource(exchange);
  const upload = findUpload(exchange);
  const { startByte, endByte } = readCopyRange(request.header('x-amz-copy-source-range'), version.sizeBytes);
  const sizeBytes = endByte - startByte;
  if (sizeBytes > switches.maxPutBytes) {
    throw new S3Error('EntityTooLarge', `A part must not exceed ${switches.maxPutBytes} bytes.`);
  }
  if (sendErrorIn200(exchange)) {
    return;
  }
  const algorithm = upload.checksumAlgorithm ?? 'CRC64NVME';
  const digest = createDigest(algorithm);
  const md5 = createHash('md5');
  const staged = store.blobs.stage(sizeBytes);
  try {
    for await (const chunk of store.blobs.read(store.objects.segments(version), startByte, endByte)) {
      md5.update(chunk);
      digest.update(chunk);
      await staged.write(chunk);
    }
    await staged.seal();
    const etag = md5.digest('hex');
    const value = digest.finish();
    await store.write(() =>
      store.uploads.putPart(findUpload(exchange), {
        partNumber,
        etag,
        sizeBytes,
        modifiedAtMs: exchange.nowMs,
        checksums: { [algorithm]: value },
        blobId: staged.commit(),
      }),
    );
    sendXml(
      exchange,
      [
        'CopyPartResult',
        [
          ['LastModified', isoTime(exchange.nowMs)],
          ['ETag', `"${etag}"`],
          [`Checksum${algorithm}`, value],
        ],
      ],
      { 'x-amz-copy-source-version-id': shownVersionId(exchange, version) },
    );
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

function readCopyRange(header: string | undefined, sizeBytes: number): { startByte: number; endByte: number } {
  if (header === undefined) {
    return { startByte: 0, endByte: sizeBytes };
  }
  const match = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header);
  const first = Number(match?.[1]);
  const last = Number(match?.[2]);
  if (match === null || last < first) {
    throw invalidArgument('The x-amz-copy-source-range value must be of the form bytes=first-last.');
  }
  if (last >= sizeBytes) {
    throw invalidArgument(`Range specified is not valid for source object of size: ${sizeBytes}.`);
  }
  return { startByte: first, endByte: last + 1 };
}

/** `DELETE /{bucket}/{key}?uploadId`. */
export async function abortMultipartUpload(exchange: ObjectExchange): Promise<void> {
  await exchange.store.write(() => exchange.store.uploads.remove(findUpload(exchange)));
  sendEmpty(exchange, 204);
}

/** `GET /{bucket}/{key}?uploadId` (rule 78). */
export async function listParts(exchange: ObjectExchange): Promise<void> {
  const { query } = exchange.request;
  const upload = findUpload(exchange);
  const limit = readLimit(query.get('max-parts'), 'max-parts');
  const markerText = query.get('part-number-marker') ?? '';
  if (!/^\d{0,9}$/.test(markerText)) {
    throw invalidArgument('part-number-marker must be an integer between 0 and 2147483647.');
  }
  const marker = Number(markerText);
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
