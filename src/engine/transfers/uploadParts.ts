import type { UploadId } from '../../model/ids';
import { partsOf, planParts } from '../../model/partPlan';
import { notCompared, type Verdict } from '../../model/verdict';
import type { NewObjectAttributes, ObjectAddress, UploadCompletion, UploadedPart } from '../cos/client';
import { cancelled, CosFailure } from '../failure';
import { completeUpload } from '../proof/arrivalOfUpload';
import { isArrivalUnknown } from '../proof/arrivalUnknown';
import { conditionOf, type DecidedClash } from './clash';
import { inConnection, type TransferContext } from './context';
import { carrying, sentOf } from './landed';
import { forgetLost, lostBeginning } from './lostUpload';
import { runParts } from './parts';
import type { BegunUpload, UploadNote } from './resumeUpload';
import type { SourceFile } from './sourceFile';
import type { UploadItem } from './uploadPlan';

const graceMs = 10_000;

/** Begins an upload and notes it before its first part. */
export async function beginUpload(
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
export async function putParts(
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

/** Of what an object is to get, what goes with the end of its upload (data-plane §6). */
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
