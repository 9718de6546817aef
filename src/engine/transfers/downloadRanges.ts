import type { ObjectSummary } from '../../model/objectInfo';
import { planParts } from '../../model/partPlan';
import type { Verdict } from '../../model/verdict';
import { combineCrc, crcToBase64, isCrc } from '../checksums/crc';
import { markAfter, type MarkAlgorithm } from '../checksums/mark';
import type { BodySink, ObjectAddress } from '../cos/client';
import { isSameEtag, noEtag } from '../cos/etag';
import { cancelled } from '../failure';
import { expectedOf, type Expected } from '../proof/expected';
import { ReadProof } from '../proof/readProof';
import { BufferedWriter } from './bufferedWriter';
import { inConnection, type TransferContext } from './context';
import { notIntact, objectChanged } from './downloadFailures';
import type { DownloadNote } from './notes';
import { runParts } from './parts';
import { pieceBytes, type TempFile } from './tempFile';

/** How an object in ranges is checked. */
export interface KnownChecksum {
  /** Of the marks of ranges: the CRC that the service has of the whole, which they make; else one for a later run alone. */
  readonly algorithm: MarkAlgorithm;
  readonly expected: Expected;
  readonly contentEncoding: string | undefined;
}

/** Asks for the object's checksum, and whether it is still the one that was planned. */
export async function findAlgorithm(
  context: TransferContext,
  address: ObjectAddress,
  object: ObjectSummary,
): Promise<KnownChecksum> {
  const { client, signal } = context;
  const info = await inConnection(context, signal, () => client.headObject(address, signal));
  if (info.etag === '' || object.etag === '') throw noEtag('GetObject', address);
  if (!isSameEtag(info.etag, object.etag) || info.sizeBytes !== object.sizeBytes) throw objectChanged(address);
  const expected = expectedOf(info);
  const algorithm = expected.kind === 'whole' && isCrc(expected.algorithm) ? expected.algorithm : 'GMAC';
  return { algorithm, expected, contentEncoding: info.headers.contentEncoding };
}

/**
 * Reads an object by ranges, several at once; a range that is on disk from an earlier run is compared and not read again.
 * Answers with what vouches for the whole, or throws.
 */
export async function readRanges(
  context: TransferContext,
  address: ObjectAddress,
  file: TempFile,
  note: DownloadNote,
  known: KnownChecksum,
): Promise<Verdict> {
  const { budget, checksums, client, notes, signal } = context;
  const { etag } = note;
  const { algorithm, expected } = known;
  const plan = planParts(note.sizeBytes, note.partBytes);
  const earlier = new Map(notes.parts(note.name).map((part) => [part.partNumber, part]));
  const marks: bigint[] = [];
  await runParts(plan, signal, async (part, partSignal) => {
    const reservation = await budget.reserve(pieceBytes, partSignal);
    return async () => {
      try {
        const { lengthBytes: knownBytes, mark: knownMark } = await verified(
          file,
          algorithm,
          part.offsetBytes,
          earlier.get(part.partNumber),
        );
        context.transfer.addBytesBefore(knownBytes);
        let mark = knownMark;
        let writtenBytes = knownBytes;
        const meanwhile = async (bytes: Uint8Array) => {
          mark = await checksums.append(algorithm, mark, bytes);
        };
        const written = (lengthBytes: number) => {
          writtenBytes += lengthBytes;
          notes.putPart(note.name, { partNumber: part.partNumber, lengthBytes: writtenBytes, mark: mark.toString(16) });
        };
        const offsetBytes = part.offsetBytes + knownBytes;
        const lengthBytes = part.lengthBytes - knownBytes;
        const range = { offsetBytes, lengthBytes };
        if (lengthBytes > 0) {
          const writer = new BufferedWriter(context, file, reservation.buffer, offsetBytes, { meanwhile, written });
          const sink: BodySink = (bytes) => writer.take(bytes);
          const { headers } = await inConnection(context, partSignal, () =>
            client.readObject(
              address,
              { range, ifMatch: etag, sizeBytes: note.sizeBytes, place: () => writer.place },
              sink,
              partSignal,
            ),
          );
          if (headers.contentEncoding !== known.contentEncoding) throw notIntact(address, 'a range of it came encoded');
          await writer.flush();
          if (writer.takenBytes !== lengthBytes) throw notIntact(address, 'a range of it had another length');
        }
        marks[part.partNumber - 1] = mark;
        reservation.release();
      } finally {
        reservation.discard();
      }
    };
  });
  if (expected.kind !== 'whole' || algorithm === 'GMAC') {
    return await verdictOfFile(context, address, note, expected, file);
  }
  const lastBytes = plan.sizeBytes - (plan.partCount - 1) * plan.partSizeBytes;
  const sum = marks.reduce((before, mark, at) =>
    combineCrc(algorithm, before, mark, at === marks.length - 1 ? lastBytes : plan.partSizeBytes),
  );
  if (crcToBase64(algorithm, sum) !== expected.value) {
    throw notIntact(address, `its ${algorithm} checksum does not match what arrived`);
  }
  return { kind: 'verified', by: algorithm, of: 'whole' };
}

/** How much of a range is on disk as it was noted: after a power loss, notes may know of bytes that the disk does not. */
async function verified(
  file: TempFile,
  algorithm: MarkAlgorithm,
  offsetBytes: number,
  noted: { readonly lengthBytes: number; readonly mark: string } | undefined,
): Promise<{ readonly lengthBytes: number; readonly mark: bigint }> {
  if (noted !== undefined) {
    let mark = 0n;
    const take = (bytes: Uint8Array) => {
      mark = markAfter(algorithm, mark, bytes);
    };
    await file.read(take, offsetBytes, noted.lengthBytes);
    if (mark.toString(16) === noted.mark) return { lengthBytes: noted.lengthBytes, mark };
  }
  return { lengthBytes: 0, mark: 0n };
}

/** Compares a file that is complete with what vouches for the object. */
async function verdictOfFile(
  context: TransferContext,
  address: ObjectAddress,
  { etag, sizeBytes }: DownloadNote,
  expected: Expected,
  file: TempFile,
): Promise<Verdict> {
  const { client, signal } = context;
  const ask = (partNumber: number) =>
    inConnection(context, signal, () => client.partSize(address, partNumber, etag, signal));
  const proof = ReadProof.start(expected, sizeBytes) ?? (await ReadProof.startInParts(expected, sizeBytes, ask));
  const read = async (take: (bytes: Uint8Array) => void) =>
    await file.read((bytes) => {
      if (signal.aborted) throw cancelled('download');
      take(bytes);
    });
  if (expected.kind !== 'nothing') await read((bytes) => proof.update(bytes));
  const verdict = await proof.verdict(ask, read);
  if (verdict !== 'differs') return verdict;
  throw notIntact(address, `its ${nameOfSum(expected)} does not match what arrived`);
}

function nameOfSum(expected: Expected): string {
  return expected.kind === 'nothing' ? 'size' : `${expected.algorithm} checksum`;
}
