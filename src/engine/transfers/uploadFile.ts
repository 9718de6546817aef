import { createHash } from 'node:crypto';
import type { BucketName, ObjectKey, UploadId } from '../../model/ids';
import { numberedName } from '../../model/localNames';
import { multipartLimits, planParts } from '../../model/partPlan';
import type { WriteCondition } from '../../protocol/requests';
import type { NewObjectAttributes, ObjectAddress, UploadedPart } from '../cos/client';
import { cancelled, CosFailure } from '../failure';
import { contentTypeOf } from './contentType';
import { inConnection, lateSignal, type DecidedClash, type ItemOutcome, type TransferContext } from './context';
import { runParts } from './parts';
import { findObject, freeKey } from './remoteClash';
import { SourceFile } from './sourceFile';
import type { UploadItem } from './uploadPlan';

const graceMs = 10_000;
const mostAttempts = 5;

/**
 * Uploads one file: whole up to the context's part size, in parts above. The object appears complete or not at all; on
 * failure and cancel the multipart upload is aborted. `replace` overwrites; every other choice writes only where there
 * is nothing, also when something appears at the last moment.
 */
export async function uploadFile(
  context: TransferContext,
  bucket: BucketName,
  item: UploadItem,
  clash: DecidedClash,
): Promise<ItemOutcome> {
  if (item.sizeBytes > multipartLimits.maxObjectBytes) throw tooLarge(item);
  for (let attempt = 1; ; attempt++) {
    const key = await chooseKey(context, bucket, item, clash);
    if (key === undefined) return { kind: 'exists', detail: `an object "${item.key}" exists` };
    try {
      await putFile(context, { bucket, key }, item, clash);
      return { kind: 'done' };
    } catch (thrown) {
      // Somebody took the name meanwhile; a small file simply tries the next one.
      const isTaken = thrown instanceof CosFailure && thrown.error.kind === 'preconditionFailed';
      if (!isTaken || clash === 'replace' || context.signal.aborted) throw thrown;
      if (clash === 'skip') return { kind: 'exists', detail: `an object "${key}" appeared meanwhile` };
      if (clash === 'fail' || attempt === mostAttempts || item.sizeBytes > context.partBytes) {
        throw alreadyExists(bucket, key);
      }
    }
  }
}

/** The key to write, or undefined to skip. */
async function chooseKey(
  context: TransferContext,
  bucket: BucketName,
  item: UploadItem,
  clash: DecidedClash,
): Promise<ObjectKey | undefined> {
  if (clash === 'replace') return item.key;
  const { client, signal } = context;
  const found = await inConnection(context, signal, () => findObject(client, { bucket, key: item.key }, signal));
  if (found === undefined) return item.key;
  switch (clash) {
    case 'skip':
      return undefined;
    case 'fail':
      throw alreadyExists(bucket, item.key);
    case 'keepBoth':
      return await freeKey(client, bucket, (n) => numberedName(item.key, n), signal);
  }
}

async function putFile(
  context: TransferContext,
  address: ObjectAddress,
  item: UploadItem,
  clash: DecidedClash,
): Promise<void> {
  const condition: WriteCondition = clash === 'replace' ? { kind: 'always' } : { kind: 'ifAbsent' };
  const contentType = contentTypeOf(item.fsPath);
  const attributes = { headers: contentType === undefined ? {} : { contentType } };
  const file = await SourceFile.open(item.fsPath, item);
  try {
    if (file.sizeBytes <= context.partBytes) await putWhole(context, file, address, attributes, condition);
    else await putParts(context, file, address, attributes, condition);
  } finally {
    await file.close();
  }
}

async function putWhole(
  context: TransferContext,
  file: SourceFile,
  address: ObjectAddress,
  attributes: NewObjectAttributes,
  condition: WriteCondition,
): Promise<void> {
  const { signal } = context;
  const reservation = await context.budget.reserve(file.sizeBytes, signal);
  try {
    await file.readAt(reservation.buffer, file.sizeBytes, 0);
    await file.assertUnchanged();
    try {
      await inConnection(context, signal, () =>
        context.client.putObject(address, reservation.buffer, attributes, condition, signal),
      );
    } catch (thrown) {
      const etag = createHash('md5').update(reservation.buffer).digest('hex');
      if (!(await hasLanded(context, address, file.sizeBytes, etag, thrown))) throw thrown;
    }
    context.transfer.addBytes(file.sizeBytes);
    reservation.release();
  } finally {
    reservation.discard();
  }
}

async function putParts(
  context: TransferContext,
  file: SourceFile,
  address: ObjectAddress,
  attributes: NewObjectAttributes,
  condition: WriteCondition,
): Promise<void> {
  const { client, signal } = context;
  // A create that is cut may leave an upload that nobody knows the id of; a complete that is cut may have happened.
  const patient = lateSignal(signal, graceMs);
  const uploadId = await inConnection(context, signal, () =>
    client.createMultipartUpload(address, attributes, patient),
  );
  const settle = noteUpload(context, address, uploadId);
  let parts: readonly UploadedPart[];
  try {
    parts = await sendParts(context, file, address, uploadId);
    await file.assertUnchanged();
    if (signal.aborted) throw cancelled('upload');
  } catch (thrown) {
    throw await abortAfter(context, address, uploadId, settle, thrown);
  }
  try {
    await client.completeMultipartUpload(address, uploadId, parts, condition, patient);
  } catch (thrown) {
    if (!(await hasLanded(context, address, file.sizeBytes, multipartEtag(parts), thrown))) {
      throw await abortAfter(context, address, uploadId, settle, thrown);
    }
  }
  settle();
}

async function sendParts(
  context: TransferContext,
  file: SourceFile,
  address: ObjectAddress,
  uploadId: UploadId,
): Promise<readonly UploadedPart[]> {
  const plan = planParts(file.sizeBytes, context.partBytes);
  const parts: UploadedPart[] = [];
  await runParts(plan, context.signal, async (part, signal) => {
    const reservation = await context.budget.reserve(part.lengthBytes, signal);
    try {
      await file.readAt(reservation.buffer, part.lengthBytes, part.offsetBytes);
    } catch (thrown) {
      reservation.discard();
      throw thrown;
    }
    return async () => {
      try {
        parts[part.partNumber - 1] = await inConnection(context, signal, () =>
          context.client.uploadPart(address, { uploadId, partNumber: part.partNumber }, reservation.buffer, signal),
        );
        context.transfer.addBytes(part.lengthBytes);
        reservation.release();
      } finally {
        reservation.discard();
      }
    };
  });
  return parts;
}

/**
 * Whether a write that failed has happened all the same: its answer was lost, or a repetition of it met the object it
 * had made. Only an object with exactly our bytes counts.
 */
async function hasLanded(
  context: TransferContext,
  address: ObjectAddress,
  sizeBytes: number,
  etag: string,
  thrown: unknown,
): Promise<boolean> {
  const isUnclear =
    thrown instanceof CosFailure &&
    (['network', 'throttled', 'cancelled', 'preconditionFailed', 'conflict'].includes(thrown.error.kind) ||
      thrown.error.reason === 'noSuchUpload');
  if (!isUnclear) return false;
  try {
    const found = await findObject(context.client, address, AbortSignal.timeout(graceMs));
    return found?.sizeBytes === sizeBytes && found.etag === etag;
  } catch {
    return false; // the write's own failure says more than that of asking about it
  }
}

function multipartEtag(parts: readonly UploadedPart[]): string {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(Buffer.from(part.etag, 'hex'));
  return `${md5.digest('hex')}-${parts.length}`;
}

/** Notes an upload that was begun. Call the answer once it is complete or gone. */
export function noteUpload(context: TransferContext, { bucket, key }: ObjectAddress, uploadId: UploadId): () => void {
  const { connectionId } = context.transfer.identity;
  return context.leftovers.note({ kind: 'upload', connectionId, bucket, key, uploadId });
}

/** Aborts the upload, also of a cancelled transfer. Answers with what to throw. */
export async function abortAfter(
  context: TransferContext,
  address: ObjectAddress,
  uploadId: UploadId,
  settle: () => void,
  thrown: unknown,
): Promise<unknown> {
  try {
    await context.client.abortMultipartUpload(address, uploadId, AbortSignal.timeout(3 * graceMs));
    settle();
    return thrown;
  } catch (cause) {
    const why = thrown instanceof CosFailure ? thrown.error : undefined;
    return new CosFailure(
      {
        kind: why === undefined || why.kind === 'cancelled' ? 'network' : why.kind,
        op: 'AbortMultipartUpload',
        bucket: address.bucket,
        key: address.key,
        retry: 'later',
        detail: `the upload ended (${why?.detail ?? 'unexpected failure'}), and its parts (upload "${uploadId}") could not be removed from the bucket: they cost storage until that upload is aborted`,
      },
      { cause },
    );
  }
}

/** The failure of a target that exists where the choice is to fail. */
export function alreadyExists(bucket: BucketName, key: ObjectKey): CosFailure {
  return new CosFailure({
    kind: 'conflict',
    op: 'PutObject',
    reason: 'alreadyExists',
    bucket,
    key,
    retry: 'never',
    detail: `an object "${key}" exists in bucket "${bucket}"; it was left as it is`,
  });
}

function tooLarge(item: UploadItem): CosFailure {
  return new CosFailure({
    kind: 'tooLarge',
    op: 'upload',
    fsPath: item.fsPath,
    retry: 'never',
    detail: `"${item.fsPath}" has ${item.sizeBytes} bytes; an object can have ${multipartLimits.maxObjectBytes}`,
  });
}
