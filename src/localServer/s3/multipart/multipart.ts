import { createHash, randomBytes } from 'node:crypto';
import type { Encryption } from '../../store/objects';
import type { Upload } from '../../store/uploads';
import { hasIntegrity, planBody } from '../wire/body';
import { checksumHeader, createDigest } from '../wire/checksums';
import { findCopySource } from '../object/copySource';
import {
  customerKeyHeaders,
  encryptionOf,
  readBytes,
  readCustomerKey,
  requireSameKey,
  startSealing,
  type CustomerKey,
  type Sealer,
} from '../object/customerKey';
import { accessDenied, invalidArgument, invalidRequest, S3Error } from '../message/errors';
import { sendErrorIn200 } from '../wire/errorIn200';
import {
  currentBucket,
  isoTime,
  ownerIdOf,
  refuseBody,
  sendEmpty,
  sendXml,
  type ObjectExchange,
} from '../wire/exchange';
import { shownVersionId } from '../object/objectHeaders';
import { lockOfNewVersion } from '../locks/objectLock';
import { publicAccessBlockOf } from '../wire/publicAccess';
import { protectionOf } from '../locks/retention';
import { checkPartNumber } from '../object/range';
import { receiveBody } from '../wire/receiveBody';
import { refuseServerEncryption, serverEncryptionHeader } from '../object/serverEncryption';
import { checkPartChecksum, readUploadChecksum } from './uploadChecksum';
import { readObjectHeaders } from '../object/writeObject';

/** `POST /{bucket}/{key}?uploads` (rules 57, 75). */
export async function createMultipartUpload(exchange: ObjectExchange): Promise<void> {
  const { request, store, bucket, key } = exchange;
  refuseBody(exchange);
  const headers = readObjectHeaders(exchange);
  const customerKey = readCustomerKey(exchange, 'object');
  const checksum = readUploadChecksum(request);
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
      ...(customerKey === undefined ? {} : { encryption: encryptionOf(customerKey, []) }),
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
      ...serverEncryptionHeader(upload.attributes),
      ...customerKeyHeaders(customerKey),
      'x-amz-checksum-algorithm':
        request.header('x-amz-checksum-algorithm') === undefined ? undefined : checksum?.algorithm,
      'x-amz-checksum-type': request.header('x-amz-checksum-algorithm') === undefined ? undefined : checksum?.type,
    },
  );
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
  return checkPartNumber(exchange.request.query.get('partNumber') ?? '');
}

/** `PUT /{bucket}/{key}?partNumber&uploadId` (rules 50, 58, 72). */
export async function uploadPart(exchange: ObjectExchange): Promise<void> {
  const { request, store, switches } = exchange;
  refuseServerEncryption(request);
  const partNumber = readPartNumber(exchange);
  const customerKey = readCustomerKey(exchange, 'object');
  const plan = planBody(request, exchange.auth, { checksums: 'body' });
  const upload = findUpload(exchange);
  requireSameKey(upload.encryption, customerKey);
  checkPartChecksum(upload, plan.checksum?.algorithm);
  const ownAlgorithm = upload.checksumAlgorithm ?? 'CRC64NVME';
  if (protectionOf(exchange, exchange.bucket) !== undefined && !hasIntegrity(plan)) {
    throw invalidRequest('An upload into a bucket with a retention policy needs Content-MD5 or x-amz-checksum-*.');
  }
  const sealer = customerKey && startSealing(customerKey);
  const staged = store.blobs.stage(plan.sizeBytes);
  try {
    const body = await receiveBody(request.message, exchange.response, plan, {
      maxBytes: switches.maxPutBytes,
      compute: ownAlgorithm,
      faults: exchange.faults,
      sink: (chunk) => staged.write(sealer === undefined ? chunk : sealer.update(chunk)),
    });
    await staged.seal();
    const sealed = sealPart(customerKey, sealer, body.md5Hex);
    await store.write(() => {
      const open = findUpload(exchange);
      store.uploads.putPart(open, {
        partNumber,
        ...sealed,
        sizeBytes: body.sizeBytes,
        modifiedAtMs: exchange.nowMs,
        checksums: body.checksums,
        blobId: staged.commit(),
      });
    });
    const shown = plan.checksum?.algorithm ?? ownAlgorithm;
    sendEmpty(exchange, 200, {
      ETag: `"${sealed.etag}"`,
      [checksumHeader(shown)]: body.checksums[shown],
      ...serverEncryptionHeader(upload.attributes),
      ...customerKeyHeaders(customerKey),
    });
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** ETag of a part, and what is kept of its key. Under a key the ETag says nothing of the bytes. */
function sealPart(
  key: CustomerKey | undefined,
  sealer: Sealer | undefined,
  md5Hex: string,
): { etag: string; encryption?: Encryption } {
  return key === undefined || sealer === undefined
    ? { etag: md5Hex }
    : { etag: randomBytes(16).toString('hex'), encryption: encryptionOf(key, [sealer.finish()]) };
}

/** `PUT …?partNumber&uploadId` with `x-amz-copy-source`. */
export async function uploadPartCopy(exchange: ObjectExchange): Promise<void> {
  const { request, store, switches } = exchange;
  refuseBody(exchange);
  refuseServerEncryption(request);
  const partNumber = readPartNumber(exchange);
  const customerKey = readCustomerKey(exchange, 'object');
  const range = readCopyRange(request.header('x-amz-copy-source-range'));
  const { version, key: sourceKey } = findCopySource(exchange);
  const upload = findUpload(exchange);
  requireSameKey(upload.encryption, customerKey);
  const { startByte, endByte } = range ?? { startByte: 0, endByte: version.sizeBytes };
  if (range !== undefined && endByte > version.sizeBytes) {
    throw invalidArgument(`Range specified is not valid for source object of size: ${version.sizeBytes}.`);
  }
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
  const sealer = customerKey && startSealing(customerKey);
  const staged = store.blobs.stage(sizeBytes);
  try {
    const source = { version, segments: store.objects.segments(version), key: sourceKey };
    for await (const chunk of await readBytes(store.blobs, source, startByte, endByte)) {
      md5.update(chunk);
      digest.update(chunk);
      await staged.write(sealer === undefined ? chunk : sealer.update(chunk));
    }
    await staged.seal();
    const sealed = sealPart(customerKey, sealer, md5.digest('hex'));
    const value = digest.finish();
    await store.write(() =>
      store.uploads.putPart(findUpload(exchange), {
        partNumber,
        ...sealed,
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
          ['ETag', `"${sealed.etag}"`],
          [`Checksum${algorithm}`, value],
        ],
      ],
      {
        'x-amz-copy-source-version-id': shownVersionId(exchange, version),
        ...serverEncryptionHeader(upload.attributes),
        ...customerKeyHeaders(customerKey),
      },
    );
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

function readCopyRange(header: string | undefined): { startByte: number; endByte: number } | undefined {
  if (header === undefined) {
    return undefined;
  }
  const match = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header);
  const first = Number(match?.[1]);
  const last = Number(match?.[2]);
  if (match === null || last < first) {
    throw invalidArgument('The x-amz-copy-source-range value must be of the form bytes=first-last.');
  }
  return { startByte: first, endByte: last + 1 };
}

/** `DELETE /{bucket}/{key}?uploadId`. */
export async function abortMultipartUpload(exchange: ObjectExchange): Promise<void> {
  refuseBody(exchange);
  await exchange.store.write(() => exchange.store.uploads.remove(findUpload(exchange)));
  sendEmpty(exchange, 204);
}
