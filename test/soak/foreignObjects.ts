import { CompleteMultipartUploadCommand, CreateMultipartUploadCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import type { CompletedPart, S3Client } from '@aws-sdk/client-s3';
import { putVouchedParts } from '../fakes/vouchedObjects';

const partBytes = 5 * 1024 * 1024;

/** How somebody else's client may have stored an object. */
export const foreignKinds = [
  'COMPOSITE SHA256',
  'COMPOSITE CRC32C',
  'FULL_OBJECT CRC32',
  'FULL_OBJECT CRC64NVME',
  'parts without checksum',
] as const;
export type ForeignKind = (typeof foreignKinds)[number];

/** Stores an object in parts, as another client does; `raw` adds no checksums by itself. */
export async function putForeign(
  raw: S3Client,
  bucket: string,
  key: string,
  bytes: Buffer,
  kind: ForeignKind,
): Promise<void> {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += partBytes) parts.push(bytes.subarray(at, at + partBytes));
  switch (kind) {
    case 'COMPOSITE SHA256':
      return void (await putVouchedParts(raw, bucket, key, parts, 'SHA256', 'COMPOSITE'));
    case 'COMPOSITE CRC32C':
      return void (await putVouchedParts(raw, bucket, key, parts, 'CRC32C', 'COMPOSITE'));
    case 'FULL_OBJECT CRC32':
      return void (await putVouchedParts(raw, bucket, key, parts, 'CRC32', 'FULL_OBJECT'));
    case 'FULL_OBJECT CRC64NVME':
      return void (await putVouchedParts(raw, bucket, key, parts, 'CRC64NVME', 'FULL_OBJECT'));
    case 'parts without checksum': {
      const place = { Bucket: bucket, Key: key };
      const { UploadId } = await raw.send(new CreateMultipartUploadCommand(place));
      const done: CompletedPart[] = [];
      for (const [at, Body] of parts.entries()) {
        const part = await raw.send(new UploadPartCommand({ ...place, UploadId, PartNumber: at + 1, Body }));
        done.push({ PartNumber: at + 1, ETag: part.ETag });
      }
      await raw.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts: done } }));
    }
  }
}
