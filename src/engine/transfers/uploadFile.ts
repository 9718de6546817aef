import type { BucketName, ObjectKey, UploadId } from '../../model/ids';
import { numberedName } from '../../model/localNames';
import { multipartLimits, partsOf, planParts } from '../../model/partPlan';
import type { Verdict } from '../../model/verdict';
import type { WriteCondition } from '../../protocol/requests';
import type { NewObjectAttributes, ObjectAddress, UploadCompletion, UploadedPart } from '../cos/client';
import { cancelled, CosFailure } from '../failure';
import { attributesOf } from './newAttributes';
import type { DecidedClash } from './clash';
import { forgetLost, lostBeginning } from './lostUpload';
import { inConnection, type ItemOutcome, type TransferContext } from './context';
import { runParts } from './parts';
import { completeUpload } from '../proof/arrivalOfUpload';
import { isArrivalUnknown } from '../proof/arrivalUnknown';
import { arrivalAt, carrying, endOfPut, sentOf } from './landed';
import { alreadyExists, endAsTaken, headOf, freeKey, isTaken } from './remoteClash';
import { resumeUpload, type BegunUpload, type UploadNote } from './resumeUpload';
import { SourceFile } from './sourceFile';
import type { UploadItem, UploadRequest } from './uploadPlan';

const graceMs = 10_000;
const mostAttempts = 5;

/** The bucket that files go to, and what their objects get. */
export type UploadTarget = Pick<UploadRequest, 'bucket' | 'site' | 'options'>;

/**
 * Uploads one file: whole up to the context's part size, in parts above. The object appears complete or not at all; on
 * failure and cancel the multipart upload is aborted, on pause it stays for the next run. `replace` overwrites; every other choice writes only where there
 * is nothing, also when something appears at the last moment. `look` finds what is there under a key, if anything.
 */
export async function uploadFile(
  context: TransferContext,
  { bucket, site, options }: UploadTarget,
  item: UploadItem,
  clash: DecidedClash,
  look: (key: ObjectKey) => Promise<unknown>,
): Promise<ItemOutcome> {
  const attributes = attributesOf(item.fsPath, site, options);
  if (item.sizeBytes > multipartLimits.maxObjectBytes) throw tooLarge(item);
  if (context.run !== 'first') {
    const resumed = await resumeUpload(context, bucket, item, clash, attributes);
    if (resumed === 'done') return done({ kind: 'trusted', why: 'earlierRun' });
    if (resumed !== 'none') {
      try {
        return done(await putParts(context, resumed.file, resumed.begun, attributes));
      } catch (thrown) {
        return endAsTaken(context, { bucket, key: resumed.begun.note.key }, clash, thrown);
      } finally {
        await resumed.file.close();
      }
    }
  }
  for (let attempt = 1; ; attempt++) {
    // What took the name after the look is found by a HEAD.
    const lookNow = attempt === 1 ? look : (key: ObjectKey) => headOf(context, { bucket, key });
    const key = await chooseKey(context, bucket, item, clash, lookNow);
    if (key === undefined) return { kind: 'exists', detail: `an object "${item.key}" exists` };
    try {
      return done(await putFile(context, { bucket, key }, item, clash, attributes));
    } catch (thrown) {
      // Where the name was taken meanwhile, a small file simply tries the next one.
      const isLast = clash !== 'keepBoth' || attempt === mostAttempts || item.sizeBytes > context.partBytes;
      if (isLast || context.signal.aborted || !isTaken(thrown))
        return endAsTaken(context, { bucket, key }, clash, thrown);
    }
  }
}

/** A service that gives no verdict has compared nothing; what was found to have arrived was compared by its checksum. */
const notCompared: Verdict = { kind: 'sizeOnly', why: 'notCompared' };

function done(verdict: Verdict): ItemOutcome {
  return { kind: 'done', verdict };
}

/** The key to write, or undefined to skip. */
async function chooseKey(
  context: TransferContext,
  bucket: BucketName,
  item: UploadItem,
  clash: DecidedClash,
  look: (key: ObjectKey) => Promise<unknown>,
): Promise<ObjectKey | undefined> {
  if (clash === 'replace' || (await look(item.key)) === undefined) return item.key;
  const { client, signal } = context;
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
  attributes: NewObjectAttributes,
): Promise<Verdict> {
  const file = await SourceFile.open(item.fsPath, item);
  try {
    if (file.sizeBytes <= context.partBytes)
      return await putWhole(context, file, address, conditionOf(clash), attributes);
    await file.assertUnchanged();
    return await putParts(context, file, await beginUpload(context, item, address, clash, attributes), attributes);
  } finally {
    await file.close();
  }
}

function conditionOf(clash: DecidedClash): WriteCondition {
  return clash === 'replace' ? { kind: 'always' } : { kind: 'ifAbsent' };
}

async function putWhole(
  context: TransferContext,
  file: SourceFile,
  address: ObjectAddress,
  condition: WriteCondition,
  attributes: NewObjectAttributes,
): Promise<Verdict> {
  const { signal } = context;
  let verdict: Verdict;
  const reservation = await context.budget.reserve(file.sizeBytes, signal);
  try {
    await file.readAt(reservation.buffer, file.sizeBytes, 0);
    await file.assertReadUnchanged();
    await context.rateLimit.take(file.sizeBytes, signal);
    try {
      const put = await inConnection(context, signal, () =>
        context.client.putObject(address, reservation.buffer, attributes, condition, signal),
      );
      verdict = put.verdict ?? notCompared;
    } catch (thrown) {
      verdict = await endOfPut(thrown, address, () => arrivalAt(context, address, sentOf(file), attributes));
    }
    context.transfer.addBytes(file.sizeBytes);
    reservation.release();
    return verdict;
  } finally {
    reservation.discard();
  }
}

/** Begins an upload and notes it before its first part. */
async function beginUpload(
  context: TransferContext,
  item: UploadItem,
  address: ObjectAddress,
  clash: DecidedClash,
  attributes: NewObjectAttributes,
): Promise<BegunUpload> {
  const { client, signal } = context;
  const { bucket, key } = address;
  // A create that is cut may leave an upload that nobody knows the id of; a complete that is cut may have happened.
  const patient = context.patient();
  forgetLost(context, item.fsPath);
  context.notes.putItem({ kind: 'beginning', name: item.fsPath, bucket, key, beganAtMs: context.nowMs() });
  let uploadId: UploadId;
  try {
    uploadId = await inConnection(context, signal, () => client.createMultipartUpload(address, attributes, patient));
  } catch (thrown) {
    const lost = lostBeginning(thrown, address);
    if (lost === undefined) context.notes.removeItem(item.fsPath);
    throw lost ?? thrown;
  }
  const note: UploadNote = {
    kind: 'upload',
    name: item.fsPath,
    bucket,
    key,
    uploadId,
    clash,
    sizeBytes: item.sizeBytes,
    modifiedAtNs: item.modifiedAtNs.toString(),
    partBytes: context.partBytes,
  };
  try {
    context.notes.putItem(note);
  } catch (thrown) {
    throw await abortAfter(context, address, uploadId, () => undefined, thrown);
  }
  return { note, known: new Map() };
}

/** Sends the parts that are not known to be there, and completes the upload. */
async function putParts(
  context: TransferContext,
  file: SourceFile,
  { note, known }: BegunUpload,
  attributes: NewObjectAttributes,
): Promise<Verdict> {
  const { client, notes, signal } = context;
  const { uploadId } = note;
  let verdict: Verdict;
  const address = { bucket: note.bucket, key: note.key };
  const settle = () => notes.removeItem(note.name);
  let parts: readonly UploadedPart[];
  try {
    parts = await sendParts(context, file, note, known);
    await file.assertUnchanged();
    if (signal.aborted) throw cancelled('upload');
    notes.assertHeld();
  } catch (thrown) {
    if (context.keepsTraces(thrown)) throw thrown;
    throw await abortAfter(context, address, uploadId, settle, thrown);
  }
  const patient = context.patient();
  try {
    const completion = { condition: conditionOf(note.clash), ...protectionOf(attributes.controls) };
    const evidence = {
      sent: sentOf(file, partsOf(planParts(file.sizeBytes, note.partBytes))),
      carries: carrying(context, address, attributes),
    };
    const made = await completeUpload(client, address, uploadId, parts, completion, evidence, patient);
    verdict = made.verdict ?? notCompared;
  } catch (thrown) {
    if (context.keepsTraces(thrown)) throw thrown;
    if (!isArrivalUnknown(thrown)) throw await abortAfter(context, address, uploadId, settle, thrown);
    settle(); // nobody aborts it but a person who has looked
    throw thrown;
  }
  settle();
  return verdict;
}

/** Of what an object is to get, what goes with the end of its upload (data-plane.md §6). */
export function protectionOf(controls: NewObjectAttributes['controls']): Pick<UploadCompletion, 'protection'> {
  return controls?.protection === undefined ? {} : { protection: controls.protection };
}

async function sendParts(
  context: TransferContext,
  file: SourceFile,
  note: UploadNote,
  known: ReadonlyMap<number, UploadedPart>,
): Promise<readonly UploadedPart[]> {
  const { client, notes } = context;
  const { uploadId } = note;
  const address = { bucket: note.bucket, key: note.key };
  const parts: UploadedPart[] = [];
  await runParts(planParts(file.sizeBytes, note.partBytes), context.signal, async (part, signal) => {
    const { partNumber, lengthBytes } = part;
    const earlier = known.get(partNumber);
    if (earlier !== undefined) {
      parts[partNumber - 1] = earlier;
      context.transfer.addBytesBefore(lengthBytes);
      return () => Promise.resolve();
    }
    const reservation = await context.budget.reserve(lengthBytes, signal);
    try {
      await file.readAt(reservation.buffer, lengthBytes, part.offsetBytes);
      await context.rateLimit.take(lengthBytes, signal);
    } catch (thrown) {
      reservation.discard();
      throw thrown;
    }
    return async () => {
      try {
        const sent = await inConnection(context, signal, () =>
          client.uploadPart(address, { uploadId, partNumber }, reservation.buffer, signal),
        );
        parts[partNumber - 1] = sent;
        notes.putPart(note.name, { partNumber, lengthBytes, mark: sent.etag });
        context.transfer.addBytes(lengthBytes);
        reservation.release();
      } finally {
        reservation.discard();
      }
    };
  });
  return parts;
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

function tooLarge(item: UploadItem): CosFailure {
  return new CosFailure({
    kind: 'tooLarge',
    reason: 'tooLargeToStore',
    op: 'upload',
    fsPath: item.fsPath,
    retry: 'never',
    detail: `"${item.fsPath}" has ${item.sizeBytes} bytes; an object can have ${multipartLimits.maxObjectBytes}`,
  });
}
