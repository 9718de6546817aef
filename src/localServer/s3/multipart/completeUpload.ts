import { createHash, randomBytes } from 'node:crypto';
import type { Encryption } from '../../store/objects';
import type { Part, Upload } from '../../store/uploads';
import { hasIntegrity, planBody } from '../wire/body';
import { checksumAlgorithms } from '../wire/checksums';
import { checksumResult } from '../object/copy';
import { invalidRequest, malformedXml, S3Error } from '../message/errors';
import { sendErrorIn200 } from '../wire/errorIn200';
import { sendXml, type ObjectExchange } from '../wire/exchange';
import { findUpload } from './multipart';
import { shownVersionId, type StorageClass } from '../object/objectHeaders';
import { receiveXml } from '../wire/receiveBody';
import { protectionOf, readRetentionHeaders } from '../locks/retention';
import { checkWhole, readSentWhole, wholeChecksum } from './uploadChecksum';
import { serverEncryptionHeader } from '../object/serverEncryption';
import { storeVersion } from '../object/writeObject';
import { allowOnly, childrenOf, parseXml, requiredText, textOfChild, type XmlElement } from '../message/xml';

const maxParts = 10_000;

interface ListedPart {
  readonly partNumber: number;
  readonly etag: string;
  readonly checksums: ObjectChecksums;
}

type ObjectChecksums = Part['checksums'];

/** `POST /{bucket}/{key}?uploadId` (rules 50, 57-59, 73-76). */
export async function completeMultipartUpload(exchange: ObjectExchange): Promise<void> {
  const { request, store, bucket, key } = exchange;
  // A checksum header here is that of the object; only Content-MD5 vouches for the document.
  const plan = planBody(request, exchange.auth, { checksums: 'object' });
  const sent = readSentWhole(request);
  if (protectionOf(exchange, bucket) !== undefined && !hasIntegrity(plan)) {
    throw invalidRequest(
      'Completing an upload in a bucket with a retention policy needs the Content-MD5 of the request body.',
    );
  }
  const listed = readParts(
    parseXml(await receiveXml(request.message, exchange.response, plan), 'CompleteMultipartUpload'),
  );
  if (sendErrorIn200(exchange)) {
    return;
  }
  const version = await store.write(() => {
    const upload = findUpload(exchange);
    const parts = matchParts(exchange, upload, listed);
    const checksum = wholeChecksum(upload, parts);
    checkWhole(sent, parts, checksum);
    const stored = storeVersion(exchange, {
      attributes: upload.attributes,
      tags: upload.tags,
      acl: upload.acl,
      storageClass: upload.storageClass as StorageClass,
      ...encryptionOfParts(upload, parts),
      ...(upload.objectLock === undefined ? {} : { objectLock: upload.objectLock }),
      etag:
        exchange.switches.multipartEtag === 'random'
          ? `${randomBytes(16).toString('hex')}-${parts.length}`
          : etagOfParts(parts),
      checksum,
      segments: parts.map(({ blobId, sizeBytes, partNumber }) => ({ blobId, sizeBytes, partNumber })),
      partCount: parts.length,
      retention: { headers: readRetentionHeaders(request) },
      hasIntegrity: true,
    });
    store.uploads.remove(upload);
    return stored;
  });
  sendXml(
    exchange,
    [
      'CompleteMultipartUploadResult',
      [
        ['Location', `http://${request.headers.get('host') ?? ''}${request.rawPath}`],
        ['Bucket', bucket.name],
        ['Key', key],
        ['ETag', `"${version.etag}"`],
        ...checksumResult(version.checksum),
      ],
    ],
    { 'x-amz-version-id': shownVersionId(exchange, version), ...serverEncryptionHeader(version.attributes) },
  );
}

function readParts(root: XmlElement): readonly ListedPart[] {
  allowOnly(root, ['Part']);
  const parts = childrenOf(root, 'Part').map((element): ListedPart => {
    allowOnly(element, ['PartNumber', 'ETag', ...checksumAlgorithms.map((algorithm) => `Checksum${algorithm}`)]);
    const number = requiredText(element, 'PartNumber');
    if (!/^\d{1,9}$/.test(number)) {
      throw malformedXml(`PartNumber must be a number: "${number}".`);
    }
    const checksums: Partial<Record<(typeof checksumAlgorithms)[number], string>> = {};
    for (const algorithm of checksumAlgorithms) {
      const value = textOfChild(element, `Checksum${algorithm}`);
      if (value !== undefined) {
        checksums[algorithm] = value;
      }
    }
    return { partNumber: Number(number), etag: requiredText(element, 'ETag').replace(/^"(.*)"$/, '$1'), checksums };
  });
  if (parts.length === 0 || parts.length > maxParts) {
    throw malformedXml(`CompleteMultipartUpload must hold 1 to ${maxParts} Part elements, not ${parts.length}.`);
  }
  for (const [index, part] of parts.entries()) {
    if (index > 0 && part.partNumber <= (parts[index - 1]?.partNumber ?? 0)) {
      throw new S3Error(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
      );
    }
  }
  return parts;
}

function matchParts(exchange: ObjectExchange, upload: Upload, listed: readonly ListedPart[]): readonly Part[] {
  const { store, switches } = exchange;
  const invalid = (partNumber: number): S3Error =>
    new S3Error(
      'InvalidPart',
      `One or more of the specified parts could not be found or its entity tag or checksum does not match: part ${partNumber}.`,
    );
  const parts = listed.map((item) => {
    const part = store.uploads.findPart(upload, item.partNumber);
    if (part === undefined || part.etag !== item.etag) {
      throw invalid(item.partNumber);
    }
    for (const algorithm of checksumAlgorithms) {
      const value = item.checksums[algorithm];
      if (value !== undefined && value !== part.checksums[algorithm]) {
        throw invalid(item.partNumber);
      }
    }
    if (
      upload.checksumType === 'COMPOSITE' &&
      upload.checksumAlgorithm !== undefined &&
      item.checksums[upload.checksumAlgorithm] === undefined
    ) {
      throw invalidRequest(
        `The upload was created using a ${upload.checksumAlgorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${item.partNumber} in the request.`,
      );
    }
    return part;
  });
  let sizeBytes = 0;
  for (const [index, part] of parts.entries()) {
    sizeBytes += part.sizeBytes;
    if (index < parts.length - 1 && part.sizeBytes < switches.minPartBytes) {
      throw new S3Error(
        'EntityTooSmall',
        `Your proposed upload is smaller than the minimum allowed object size: part ${part.partNumber}.`,
      );
    }
  }
  if (sizeBytes > switches.maxObjectBytes) {
    throw new S3Error(
      'EntityTooLarge',
      `Your proposed upload exceeds the maximum allowed object size of ${switches.maxObjectBytes} bytes.`,
    );
  }
  return parts;
}

/** The parts were stored under the key of their upload, each with a seal of its own. */
function encryptionOfParts(upload: Upload, parts: readonly Part[]): { encryption?: Encryption } {
  return upload.encryption === undefined
    ? {}
    : { encryption: { ...upload.encryption, segments: parts.flatMap((part) => part.encryption?.segments ?? []) } };
}

function etagOfParts(parts: readonly Part[]): string {
  const md5 = createHash('md5');
  for (const part of parts) {
    md5.update(Buffer.from(part.etag, 'hex'));
  }
  return `${md5.digest('hex')}-${parts.length}`;
}
