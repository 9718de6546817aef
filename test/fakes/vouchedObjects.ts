import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
  type S3Client,
} from '@aws-sdk/client-s3';
import { partChecksum } from '../../src/engine/checksums/partChecksum';
import type { ChecksumAlgorithm, Verdict } from '../../src/model/verdict';

/** An object of somebody else's, stored with the checksum that is named. */
export interface VouchedObject {
  readonly key: string;
  readonly bytes: Buffer;
  readonly verdict: Verdict;
}

/** Puts an object at once, with one checksum of the whole. */
export async function putVouched(
  raw: S3Client,
  bucket: string,
  key: string,
  bytes: Buffer,
  algorithm: ChecksumAlgorithm,
): Promise<VouchedObject> {
  const sum = { [`Checksum${algorithm}`]: partChecksum(algorithm, bytes) };
  await raw.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ...sum }));
  return { key, bytes, verdict: { kind: 'verified', by: algorithm, of: 'whole' } };
}

/** Puts an object in parts of these sizes. */
export async function putVouchedParts(
  raw: S3Client,
  bucket: string,
  key: string,
  parts: readonly Buffer[],
  algorithm: ChecksumAlgorithm,
  type: 'FULL_OBJECT' | 'COMPOSITE',
): Promise<VouchedObject> {
  const place = { Bucket: bucket, Key: key };
  const created = await raw.send(
    new CreateMultipartUploadCommand({
      ...place,
      ChecksumAlgorithm: algorithm,
      ChecksumType: type,
    }),
  );
  const upload = { ...place, UploadId: created.UploadId };
  const done: CompletedPart[] = [];
  for (const [at, bytes] of parts.entries()) {
    const sum = { [`Checksum${algorithm}`]: partChecksum(algorithm, bytes) };
    const part = await raw.send(new UploadPartCommand({ ...upload, PartNumber: at + 1, Body: bytes, ...sum }));
    done.push({ PartNumber: at + 1, ETag: part.ETag, ...sum });
  }
  await raw.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: done } }));
  const of = type === 'COMPOSITE' ? 'parts' : 'whole';
  return { key, bytes: Buffer.concat(parts), verdict: { kind: 'verified', by: algorithm, of } };
}
