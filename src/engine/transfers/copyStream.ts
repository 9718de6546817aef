import { createHash } from 'node:crypto';
import type { ObjectInfo } from '../../model/objectInfo';
import { planParts, type PartPlan } from '../../model/partPlan';
import type { Verdict } from '../../model/verdict';
import type { WriteCondition } from '../../protocol/requests';
import type { NewObjectAttributes, ObjectAddress, UploadedPart } from '../cos/client';
import { cancelled, CosFailure } from '../failure';
import { completeUpload } from '../proof/arrivalOfUpload';
import { isArrivalUnknown } from '../proof/arrivalUnknown';
import { sentObject } from '../proof/sentBytes';
import { inConnection, type TransferContext, type TransferEnd } from './context';
import { beginCopyUpload, type CopyNote } from './copyNote';
import { isMd5 } from './copyProof';
import { keptControls, type CopyControls } from './keptProtection';
import { combineCrc, crcToBase64, startCrc, type CrcAlgorithm } from '../checksums/crc';
import { runParts } from './parts';
import { abortAfter, protectionOf } from './uploadFile';

/** Whether a copy may be written, what protects it, and who may read it. */
export interface CopyWays extends CopyControls {
  readonly condition: WriteCondition;
}

/**
 * Copies an object from one service to another through the engine's memory: what is small at once, the rest by ranges of
 * one ETag that become parts. `proven`: what went through was the whole object by its own checksum, and the service
 * that took it compared the checksum of each piece.
 */
export async function streamObject(
  context: TransferContext,
  source: TransferEnd,
  from: ObjectAddress,
  info: ObjectInfo,
  note: CopyNote,
  { condition, ...ways }: CopyWays,
): Promise<{ readonly etag: string; readonly proven?: Verdict }> {
  const { signal } = context;
  const tags = info.tagCount > 0 ? await source.client.getTags(from, signal) : {};
  const controls = await keptControls(context, info, ways);
  const attributes = { headers: info.headers, metadata: info.metadata, tags, controls };
  if (info.sizeBytes <= context.partBytes)
    return await sendWhole(context, source, from, info, note, attributes, condition);
  return await sendParts(context, source, from, info, note, attributes, condition);
}

async function sendWhole(
  context: TransferContext,
  source: TransferEnd,
  from: ObjectAddress,
  info: ObjectInfo,
  note: CopyNote,
  attributes: NewObjectAttributes,
  condition: WriteCondition,
): Promise<{ readonly etag: string; readonly proven?: Verdict }> {
  const { signal } = context;
  const target = { bucket: note.bucket, key: note.key };
  const reservation = await context.budget.reserve(info.sizeBytes, signal);
  try {
    const read = async (): Promise<void> => {
      let arrivedBytes = 0;
      await inConnection(source, signal, () =>
        source.client.readObject(
          from,
          { ifMatch: info.etag, sizeBytes: info.sizeBytes },
          (bytes, offset) => {
            arrivedBytes += bytes.byteLength;
            reservation.buffer.set(bytes, offset);
          },
          signal,
        ),
      );
      if (arrivedBytes !== info.sizeBytes) throw notIntact(from, 'it has another length than it says');
    };
    try {
      await read();
    } catch (thrown) {
      if (!(thrown instanceof CosFailure) || thrown.error.reason !== 'integrity') throw thrown;
      await read(); // once more; then it is not the line
    }
    const proof = proofOf(info, planParts(info.sizeBytes, context.partBytes));
    await proof.nextTurn().take(reservation.buffer);
    const verdict = proof.verdict();
    if (verdict === 'differs') throw notIntact(from, 'its checksum does not match what arrived');
    await context.rateLimit.take(info.sizeBytes, signal);
    context.notes.assertHeld();
    const { etag } = await inConnection(context, signal, () =>
      context.client.putObject(target, reservation.buffer, attributes, condition, signal),
    );
    context.transfer.addBytes(info.sizeBytes);
    reservation.release();
    return { etag, ...(verdict === 'same' ? { proven: proof.proven } : {}) };
  } finally {
    reservation.discard();
  }
}

async function sendParts(
  context: TransferContext,
  source: TransferEnd,
  from: ObjectAddress,
  info: ObjectInfo,
  note: CopyNote,
  attributes: NewObjectAttributes,
  condition: WriteCondition,
): Promise<{ readonly etag: string; readonly proven?: Verdict }> {
  const { client, notes, signal, transfer } = context;
  const target = { bucket: note.bucket, key: note.key };
  const plan = planParts(info.sizeBytes, context.partBytes);
  const patient = context.patient();
  const uploadId = await beginCopyUpload(context, note, attributes, patient);
  const settle = () => notes.putItem(note);
  const proof = proofOf(info, plan);
  try {
    const parts: UploadedPart[] = [];
    await runParts(plan, signal, async (part, partSignal) => {
      const reservation = await context.budget.reserve(part.lengthBytes, partSignal);
      const turn = proof.nextTurn();
      return async () => {
        try {
          const range = { offsetBytes: part.offsetBytes, lengthBytes: part.lengthBytes };
          let arrivedBytes = 0;
          await inConnection(source, partSignal, () =>
            source.client.readObject(
              from,
              { range, ifMatch: info.etag, sizeBytes: info.sizeBytes },
              (bytes, offset) => {
                arrivedBytes += bytes.byteLength;
                reservation.buffer.set(bytes, offset);
              },
              partSignal,
            ),
          );
          if (arrivedBytes !== part.lengthBytes) throw notIntact(from, 'a range of it had another length');
          await turn.take(reservation.buffer);
          await context.rateLimit.take(part.lengthBytes, partSignal);
          parts[part.partNumber - 1] = await inConnection(context, partSignal, () =>
            client.uploadPart(target, { uploadId, partNumber: part.partNumber }, reservation.buffer, partSignal),
          );
          transfer.addBytes(part.lengthBytes);
          reservation.release();
        } finally {
          turn.end();
          reservation.discard();
        }
      };
    });
    if (signal.aborted) throw cancelled('copy');
    const verdict = proof.verdict();
    if (verdict === 'differs') throw notIntact(from, 'its checksum does not match what arrived');
    notes.assertHeld();
    const completion = { condition, ...protectionOf(attributes.controls) };
    const evidence = { sent: sentObject(info) };
    const { etag } = await completeUpload(client, target, uploadId, parts, completion, evidence, patient);
    settle();
    return { etag, ...(verdict === 'same' ? { proven: proof.proven } : {}) };
  } catch (thrown) {
    if (context.keepsTraces(thrown)) throw thrown; // the next run aborts it
    if (isArrivalUnknown(thrown)) settle(); // nobody aborts it but a person who has looked
    if (isArrivalUnknown(thrown)) throw thrown;
    throw await abortAfter(context, target, uploadId, settle, thrown);
  }
}

/** Compares the bytes of all parts with what the source says of the whole. */
interface Proof {
  /** To be called in the order of the parts; `end` in any case, so that the next part's turn comes. */
  nextTurn(): { take(bytes: Uint8Array): Promise<void>; end(): void };
  verdict(): 'same' | 'differs' | 'unknown';
  /** What vouches for the bytes where they are the same. */
  readonly proven: Verdict;
}

function proofOf(info: ObjectInfo, plan: PartPlan): Proof {
  const algorithm = (['CRC32', 'CRC64NVME', 'CRC32C'] as const).find(
    (name) => info.checksumType !== 'COMPOSITE' && info.checksums[name] !== undefined,
  );
  return algorithm === undefined ? md5Proof(info) : crcProof(info, plan, algorithm);
}

/** Checksums of parts make that of the whole, so parts need not wait for each other. */
function crcProof(info: ObjectInfo, plan: PartPlan, algorithm: CrcAlgorithm): Proof {
  const sums: bigint[] = [];
  let next = 0;
  return {
    proven: { kind: 'verified', by: algorithm, of: 'whole' },
    nextTurn() {
      const at = next++;
      return {
        async take(bytes) {
          const crc = startCrc(algorithm);
          crc.update(bytes);
          sums[at] = crc.value;
        },
        end: () => undefined,
      };
    },
    verdict() {
      const lastBytes = plan.sizeBytes - (plan.partCount - 1) * plan.partSizeBytes;
      const whole = sums.reduce((sum, crc, at) =>
        combineCrc(algorithm, sum, crc, at === sums.length - 1 ? lastBytes : plan.partSizeBytes),
      );
      return crcToBase64(algorithm, whole) === info.checksums[algorithm] ? 'same' : 'differs';
    },
  };
}

/** An MD5 needs the parts in order. One that differs proves nothing: ETags of encrypted objects only look like one. */
function md5Proof(info: ObjectInfo): Proof {
  const md5 = createHash('md5');
  let last = Promise.resolve();
  return {
    proven: { kind: 'verified', by: 'MD5', of: 'whole' },
    nextTurn() {
      const before = last;
      let finish: () => void = () => undefined;
      last = new Promise((resolve) => {
        finish = resolve;
      });
      return {
        async take(bytes) {
          await before;
          if (isMd5(info.etag)) md5.update(bytes);
        },
        end: () => finish(),
      };
    },
    verdict: () => (md5.digest('hex') === info.etag.toLowerCase() ? 'same' : 'unknown'),
  };
}

function notIntact({ bucket, key }: ObjectAddress, what: string): CosFailure {
  return new CosFailure({
    kind: 'network',
    op: 'GetObject',
    reason: 'integrity',
    bucket,
    key,
    retry: 'later',
    detail: `"${key}" did not arrive intact: ${what}; the source was left as it is`,
  });
}
