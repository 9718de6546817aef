import { createHash } from 'node:crypto';
import type { ObjectSummary } from '../../model/objectInfo';
import { planParts } from '../../model/partPlan';
import { combineCrc, crcToBase64, type CrcAlgorithm } from '../checksums/crc';
import { markAfter, type MarkAlgorithm } from '../checksums/mark';
import type { BodySink, ObjectAddress } from '../cos/client';
import { BufferedWriter } from './bufferedWriter';
import { inConnection, type TransferContext } from './context';
import { notIntact, objectChanged } from './downloadFailures';
import type { DownloadNote } from './notes';
import { runParts } from './parts';
import { pieceBytes, type TempFile } from './tempFile';

/** How ranges are checked: against the checksum that the service has of the whole object; without one, only by a later run. */
export type KnownChecksum =
  { readonly algorithm: CrcAlgorithm; readonly whole: string } | { readonly algorithm: 'GMAC' };

/** Asks for the object's checksum, and whether it is still the one that was planned. */
export async function findAlgorithm(
  context: TransferContext,
  address: ObjectAddress,
  object: ObjectSummary,
): Promise<KnownChecksum> {
  const { client, signal } = context;
  const info = await inConnection(context, signal, () => client.headObject(address, signal));
  if (info.etag !== object.etag || info.sizeBytes !== object.sizeBytes) throw objectChanged(address);
  const algorithm = info.checksumType === 'COMPOSITE' ? undefined : algorithmOf(info.checksums);
  const whole = algorithm === undefined ? undefined : info.checksums[algorithm];
  return algorithm === undefined || whole === undefined ? { algorithm: 'GMAC' } : { algorithm, whole };
}

/** Reads an object by ranges, several at once; a range that is on disk from an earlier run is compared and not read again. */
export async function readRanges(
  context: TransferContext,
  address: ObjectAddress,
  file: TempFile,
  note: DownloadNote,
  known: KnownChecksum,
): Promise<void> {
  const { budget, checksums, client, notes, signal } = context;
  const { etag } = note;
  const { algorithm } = known;
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
          await inConnection(context, partSignal, () =>
            client.readObject(
              address,
              { range, ifMatch: etag, sizeBytes: note.sizeBytes, place: () => writer.place },
              sink,
              partSignal,
            ),
          );
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
  if (known.algorithm !== 'GMAC') {
    const { algorithm: crc, whole } = known;
    const lastBytes = plan.sizeBytes - (plan.partCount - 1) * plan.partSizeBytes;
    const sum = marks.reduce((before, mark, at) =>
      combineCrc(crc, before, mark, at === marks.length - 1 ? lastBytes : plan.partSizeBytes),
    );
    if (crcToBase64(crc, sum) !== whole) throw notIntact(address, `its ${crc} checksum does not match what arrived`);
  } else if (/^[0-9a-f]{32}$/i.test(etag)) {
    await verifyMd5(context, address, etag, file);
  }
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

/** The checksum to verify: the cheapest of those that parts can be put together from. */
function algorithmOf(checksums: Readonly<Record<string, string>>): CrcAlgorithm | undefined {
  return (['CRC32', 'CRC64NVME', 'CRC32C'] as const).find((algorithm) => checksums[algorithm] !== undefined);
}

/**
 * Compares the file with an ETag that looks like an MD5. Some kinds of server-side encryption give ETags that only look
 * so: then a second reading, which the client verifies by its own means, has to agree with the file.
 */
async function verifyMd5(
  context: TransferContext,
  address: ObjectAddress,
  etag: string,
  file: TempFile,
): Promise<void> {
  const written = createHash('md5');
  await file.read((bytes) => written.update(bytes));
  const digest = written.digest('hex');
  if (digest === etag.toLowerCase()) return;
  const again = createHash('md5');
  const take: BodySink = (bytes) => {
    again.update(bytes);
  };
  await inConnection(context, context.signal, () =>
    context.client.readObject(address, { ifMatch: etag }, take, context.signal),
  );
  if (again.digest('hex') !== digest) throw notIntact(address, 'its MD5 checksum does not match what arrived');
}
