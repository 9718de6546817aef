import { createHash } from 'node:crypto';
import type { UploadId } from '../../model/ids';
import type { ObjectInfo } from '../../model/objectInfo';
import type { CosClient, NewObjectAttributes, ObjectAddress } from '../cos/client';
import { crcToBase64, startCrc, type CrcAlgorithm } from '../checksums/crc';
import { CosFailure } from '../failure';
import { carriesAll } from './carriedAttributes';
import type { TransferContext } from './context';
import { findObject } from './remoteClash';
import { clockToleranceMs } from './selection';
import type { SourceFile } from './sourceFile';

const graceMs = 10_000;
/** How long reading an object back may take before its upload counts as failed. */
const readBackMs = 10 * 60_000;

/** Whether a write that failed may have happened all the same: its answer was lost, or a repetition met its own object. */
export function isUnclear(thrown: unknown): boolean {
  return (
    thrown instanceof CosFailure &&
    (['network', 'throttled', 'cancelled', 'preconditionFailed', 'conflict'].includes(thrown.error.kind) ||
      thrown.error.reason === 'noSuchUpload')
  );
}

/** Whether an upload is no longer open: it was completed or aborted. False when nobody can be asked. */
export async function isGone(client: CosClient, address: ObjectAddress, uploadId: UploadId): Promise<boolean> {
  try {
    await client.listParts(address, uploadId, AbortSignal.timeout(graceMs));
    return false;
  } catch (thrown) {
    return thrown instanceof CosFailure && thrown.error.reason === 'noSuchUpload';
  }
}

/**
 * Whether an object holds exactly the file's bytes, with all that it was to get (the old one of a replacement often has the
 * same bytes): by size and a checksum of the whole object that the service keeps,
 * or the MD5 that the ETag of an object in one piece can be; otherwise it is read back and compared. An ETag of parts
 * proves nothing. False where the service cannot be asked.
 */
export async function hasLanded(
  context: Pick<TransferContext, 'client' | 'nowMs'>,
  address: ObjectAddress,
  file: SourceFile,
  attributes: NewObjectAttributes,
  signal: AbortSignal = AbortSignal.timeout(readBackMs),
): Promise<boolean> {
  try {
    const found = await findObject(context.client, address, signal);
    if (found?.sizeBytes !== file.sizeBytes) return false;
    if (!(await carriesAll(context, address, found, attributes, signal))) return false;
    return await holdsBytes(context.client, address, found, file, signal);
  } catch {
    return false; // the write's own failure says more than that of asking about it
  }
}

/**
 * Whether an object is what an upload of unknown attributes, which is no longer open, was completed to from this file: made of
 * parts, not before the completion can have been asked for, with exactly the file's bytes.
 */
export async function isCompleted(
  client: CosClient,
  address: ObjectAddress,
  file: SourceFile,
  { notBeforeMs, partCount }: { readonly notBeforeMs: number; readonly partCount?: number },
  signal: AbortSignal,
): Promise<boolean> {
  const found = await findObject(client, address, signal);
  if (found?.sizeBytes !== file.sizeBytes || found.modifiedAtMs < notBeforeMs - clockToleranceMs) return false;
  const madeOf = /-(\d+)$/.exec(found.etag)?.[1];
  if (madeOf === undefined || (partCount !== undefined && Number(madeOf) !== partCount)) return false;
  return await holdsBytes(client, address, found, file, signal);
}

/** Whether an object of the file's size has its bytes, see `hasLanded`. */
async function holdsBytes(
  client: CosClient,
  address: ObjectAddress,
  found: ObjectInfo,
  file: SourceFile,
  signal: AbortSignal,
): Promise<boolean> {
  const algorithm = found.checksumType === 'COMPOSITE' ? undefined : wholeAlgorithm(found.checksums);
  if (algorithm !== undefined) {
    const crc = startCrc(algorithm);
    await file.read((bytes) => crc.update(bytes));
    return crcToBase64(algorithm, crc.value) === found.checksums[algorithm];
  }
  const wanted = createHash('md5');
  await file.read((bytes) => wanted.update(bytes));
  const digest = wanted.digest('hex');
  if (digest === found.etag.toLowerCase()) return true;
  const stored = createHash('md5');
  const take = (bytes: Uint8Array) => void stored.update(bytes);
  await client.readObject(address, { ifMatch: found.etag }, take, signal);
  return stored.digest('hex') === digest;
}

function wholeAlgorithm(checksums: Readonly<Record<string, string>>): CrcAlgorithm | undefined {
  return (['CRC32', 'CRC64NVME', 'CRC32C'] as const).find((algorithm) => checksums[algorithm] !== undefined);
}
