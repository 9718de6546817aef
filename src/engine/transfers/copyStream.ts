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
import { keptControls, type CopyControls } from './keptProtection';
import { expectedOf } from '../proof/expected';
import { ReadProof } from '../proof/readProof';
import { combineCrc, crcToBase64, isCrc, startCrc, type CrcAlgorithm } from '../checksums/crc';
import { runParts } from './parts';
import { abortAfter, protectionOf } from './uploadParts';

/** What went through; `proven`: by what it was the whole object, where the service that took it compared it, too. */
interface Streamed {
  readonly etag: string;
  readonly proven?: Verdict;
}

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
): Promise<Streamed> {
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
): Promise<Streamed> {
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
    const proof = await proofOf(source, from, info, planParts(info.sizeBytes, context.partBytes), signal);
    await proof.nextTurn().take(reservation.buffer);
    const verdict = await proof.verdict();
    if (verdict === 'differs') throw notIntact(from, 'its checksum does not match what arrived');
    await context.rateLimit.take(info.sizeBytes, signal);
    context.notes.assertHeld();
    const { etag, verdict: stored } = await inConnection(context, signal, () =>
      context.client.putObject(target, reservation.buffer, attributes, condition, signal),
    );
    context.transfer.addBytes(info.sizeBytes);
    reservation.release();
    return { etag, ...provenBy(verdict, stored) };
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
): Promise<Streamed> {
  const { client, notes, signal, transfer } = context;
  const target = { bucket: note.bucket, key: note.key };
  const plan = planParts(info.sizeBytes, context.partBytes);
  const patient = context.patient();
  const uploadId = await beginCopyUpload(context, note, attributes, patient);
  const settle = () => notes.putItem(note);
  const proof = await proofOf(source, from, info, plan, signal);
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
    const verdict = await proof.verdict();
    if (verdict === 'differs') throw notIntact(from, 'its checksum does not match what arrived');
    notes.assertHeld();
    const completion = { condition, ...protectionOf(attributes.controls) };
    const evidence = { sent: sentObject(info) };
    const made = await completeUpload(client, target, uploadId, parts, completion, evidence, patient);
    const { etag, verdict: stored } = made;
    settle();
    return { etag, ...provenBy(verdict, stored) };
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
  verdict(): Promise<Verdict | 'differs'>;
}

async function proofOf(
  source: TransferEnd,
  from: ObjectAddress,
  info: ObjectInfo,
  plan: PartPlan,
  signal: AbortSignal,
): Promise<Proof> {
  const expected = expectedOf(info);
  if (expected.kind === 'whole' && isCrc(expected.algorithm)) return crcProof(expected.value, plan, expected.algorithm);
  const { client } = source;
  const ask = (partNumber: number) =>
    inConnection(source, signal, () => client.partSize(from, partNumber, info.etag, signal));
  const readAgain = async (take: (bytes: Uint8Array) => void) => {
    await inConnection(source, signal, () => client.readObject(from, { ifMatch: info.etag }, take, signal));
  };
  const proof =
    ReadProof.start(expected, info.sizeBytes) ?? (await ReadProof.startInParts(expected, info.sizeBytes, ask));
  return orderedProof(proof, () => proof.verdict(ask, readAgain));
}

/** Checksums of parts make that of the whole, so parts need not wait for each other. */
function crcProof(value: string, plan: PartPlan, algorithm: CrcAlgorithm): Proof {
  const sums: bigint[] = [];
  let next = 0;
  return {
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
    async verdict() {
      const lastBytes = plan.sizeBytes - (plan.partCount - 1) * plan.partSizeBytes;
      const whole = sums.reduce((sum, crc, at) =>
        combineCrc(algorithm, sum, crc, at === sums.length - 1 ? lastBytes : plan.partSizeBytes),
      );
      if (crcToBase64(algorithm, whole) !== value) return 'differs';
      return { kind: 'verified', by: algorithm, of: 'whole' };
    },
  };
}

/** All others need the parts in order. */
function orderedProof(proof: ReadProof, verdict: Proof['verdict']): Proof {
  let last = Promise.resolve();
  return {
    nextTurn() {
      const before = last;
      let finish: () => void = () => undefined;
      last = new Promise((resolve) => {
        finish = resolve;
      });
      return {
        async take(bytes) {
          await before;
          proof.update(bytes);
        },
        end: () => finish(),
      };
    },
    verdict,
  };
}

/** Proven is what was compared both ways, as it was read and as it was stored. */
function provenBy(read: Verdict, stored: Verdict | undefined): Pick<Streamed, 'proven'> {
  return read.kind === 'verified' && stored?.kind !== 'sizeOnly' ? { proven: read } : {};
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
