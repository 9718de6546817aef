import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { BucketName } from '../../model/ids';
import { planParts } from '../../model/partPlan';
import type { BodySink, ObjectAddress } from '../cos/client';
import { cancelled, CosFailure } from '../failure';
import { BufferedWriter } from './bufferedWriter';
import type { DecidedClash } from './clash';
import { inConnection, type ItemOutcome, type TransferContext } from './context';
import { combineCrc, crcToBase64, startCrc, type CrcAlgorithm } from '../checksums/crc';
import { nameOf, type DownloadItem } from './downloadPlan';
import { chooseTarget, isAsDownloaded, placeFile } from './downloadTarget';
import type { ItemNote } from './notes';
import { runParts } from './parts';
import { removeTempFile, TempFile, type StaleTempFiles } from './tempFile';
import type { TargetFolder } from './targetFolder';

type FileItem = Extract<DownloadItem, { kind: 'file' }>;
type DownloadNote = Extract<ItemNote, { kind: 'download' }>;

const writeBufferBytes = 1024 * 1024;

/** Where a download goes. */
export interface DownloadPlace {
  readonly folder: TargetFolder;
  readonly stale: StaleTempFiles;
}

/**
 * Downloads one object: whole up to the context's part size, by ranges pinned to its ETag above. It takes its name only
 * when complete, verified and durable; until then, and after a failure, the target is as it was. A paused one goes on
 * with the ranges that are in the temporary file, once each has been compared with its noted checksum; an object that
 * has changed since is `changedMeanwhile`.
 */
export async function downloadFile(
  context: TransferContext,
  bucket: BucketName,
  item: FileItem,
  place: DownloadPlace,
  clash: DecidedClash,
): Promise<ItemOutcome> {
  const parent = await place.folder.ensure(item.segments.slice(0, -1));
  const wanted = join(parent, item.segments.at(-1) ?? '');
  const version = item.versionId === undefined ? {} : { versionId: item.versionId };
  const address = { bucket, key: item.object.key, ...version };
  const earlier = await reopen(context, address, item, parent);
  if (earlier !== undefined) return await receive(context, address, item, wanted, earlier);

  if (context.run !== 'first' && (await isAsDownloaded(wanted, item.object))) return doneBefore(context, item);
  const target = await chooseTarget(wanted, clash);
  if (target === undefined) return { kind: 'exists', detail: `"${wanted}" exists` };
  await place.stale.remove(target);
  const { etag, sizeBytes } = item.object;
  const algorithm = sizeBytes <= context.partBytes ? undefined : await findAlgorithm(context, address, item);
  let note: DownloadNote | undefined;
  try {
    const file = await TempFile.create(target, sizeBytes, (tempFsPath) => {
      note = {
        kind: 'download',
        name: nameOf(item),
        tempFsPath,
        targetFsPath: target,
        clash,
        etag,
        sizeBytes,
        partBytes: context.partBytes,
        ...(algorithm === undefined ? {} : { algorithm: algorithm.algorithm }),
      };
      context.notes.putItem(note);
    });
    if (note !== undefined) return await receive(context, address, item, wanted, { file, note, algorithm });
    throw new Error('a temporary file was made without a note');
  } catch (thrown) {
    if (!context.keepsTraces(thrown)) context.notes.removeItem(nameOf(item));
    throw thrown;
  }
}

/** A temporary file with what is known of it. */
interface Receiving {
  readonly file: TempFile;
  readonly note: DownloadNote;
  readonly algorithm: KnownChecksum | undefined;
}

/** How ranges are checked: by an algorithm, and where the service has a checksum of the whole object, against that. */
interface KnownChecksum {
  readonly algorithm: CrcAlgorithm;
  readonly whole?: string;
}

async function receive(
  context: TransferContext,
  address: ObjectAddress,
  item: FileItem,
  wanted: string,
  { file, note, algorithm }: Receiving,
): Promise<ItemOutcome> {
  let isKept = false;
  try {
    if (algorithm === undefined) await readWhole(context, address, item, file);
    else await readRanges(context, address, file, note, algorithm);
    await file.finish(item.object.modifiedAtMs);
    if (context.signal.aborted) throw cancelled('download');
    context.notes.assertHeld();
    return await placeFile(file, wanted, note.targetFsPath, note.clash);
  } catch (thrown) {
    isKept = context.keepsTraces(thrown);
    throw thrown;
  } finally {
    if (isKept) await file.keep();
    else {
      await file.discard();
      context.notes.removeItem(note.name);
    }
  }
}

/** The temporary file of an earlier run, if it is still good for going on. What is not is removed. */
async function reopen(
  context: TransferContext,
  address: ObjectAddress,
  item: FileItem,
  parent: string,
): Promise<Receiving | undefined> {
  const note = context.notes.findItem(nameOf(item));
  if (note?.kind !== 'download') return undefined;
  const { etag, sizeBytes } = item.object;
  const drop = async () => {
    await removeTempFile(note.tempFsPath);
    context.notes.removeItem(note.name);
  };
  if (note.etag !== etag || note.sizeBytes !== sizeBytes) {
    await drop();
    throw objectChanged(address);
  }
  if (note.algorithm === undefined || join(note.targetFsPath, '..') !== join(parent, '.')) {
    await drop();
    return undefined;
  }
  const algorithm = await findAlgorithm(context, address, item);
  const file = await TempFile.reopen(note.tempFsPath, note.targetFsPath, sizeBytes);
  if (file !== undefined && algorithm.algorithm === note.algorithm) return { file, note, algorithm };
  await file?.keep();
  await drop();
  return undefined;
}

/** The file was placed, and the engine ended before it could note so. */
function doneBefore(context: TransferContext, item: FileItem): ItemOutcome {
  context.transfer.addBytesBefore(item.object.sizeBytes);
  return { kind: 'done' };
}

async function readWhole(
  context: TransferContext,
  address: ObjectAddress,
  item: FileItem,
  file: TempFile,
): Promise<void> {
  const { budget, client, signal } = context;
  const { etag, sizeBytes } = item.object;
  const reservation = await budget.reserve(Math.min(writeBufferBytes, sizeBytes), signal);
  try {
    const writer = new BufferedWriter(context, file, reservation.buffer, 0);
    await inConnection(context, signal, () =>
      client.readObject(address, { ifMatch: etag, place: () => writer.place }, (bytes) => writer.take(bytes), signal),
    );
    await writer.flush();
    if (writer.takenBytes !== sizeBytes) throw notIntact(address, 'it arrived with another length');
    reservation.release();
  } finally {
    reservation.discard();
  }
}

/** Asks for the object's checksum, and whether it is still the one that was planned. */
async function findAlgorithm(context: TransferContext, address: ObjectAddress, item: FileItem): Promise<KnownChecksum> {
  const { client, signal } = context;
  const info = await inConnection(context, signal, () => client.headObject(address, signal));
  if (info.etag !== item.object.etag || info.sizeBytes !== item.object.sizeBytes) throw objectChanged(address);
  const algorithm = info.checksumType === 'COMPOSITE' ? undefined : algorithmOf(info.checksums);
  const whole = algorithm === undefined ? undefined : info.checksums[algorithm];
  // Without one of the service's, ranges are still compared when a later run finds them on disk.
  return algorithm === undefined || whole === undefined ? { algorithm: 'CRC32' } : { algorithm, whole };
}

async function readRanges(
  context: TransferContext,
  address: ObjectAddress,
  file: TempFile,
  note: DownloadNote,
  { algorithm, whole }: KnownChecksum,
): Promise<void> {
  const { budget, checksums, client, notes, signal } = context;
  const { etag } = note;
  const plan = planParts(note.sizeBytes, note.partBytes);
  const earlier = new Map(notes.parts(note.name).map((part) => [part.partNumber, part]));
  const partCrcs: bigint[] = [];
  await runParts(plan, signal, async (part, partSignal) => {
    const reservation = await budget.reserve(writeBufferBytes, partSignal);
    return async () => {
      try {
        const { lengthBytes: knownBytes, crc: knownCrc } = await verified(
          file,
          algorithm,
          part.offsetBytes,
          earlier.get(part.partNumber),
        );
        context.transfer.addBytesBefore(knownBytes);
        let crc = knownCrc;
        let writtenBytes = knownBytes;
        const meanwhile = async (bytes: Uint8Array) => {
          crc = await checksums.append(algorithm, crc, bytes);
        };
        const written = (lengthBytes: number) => {
          writtenBytes += lengthBytes;
          notes.putPart(note.name, { partNumber: part.partNumber, lengthBytes: writtenBytes, mark: crc.toString(16) });
        };
        const offsetBytes = part.offsetBytes + knownBytes;
        const lengthBytes = part.lengthBytes - knownBytes;
        const range = { offsetBytes, lengthBytes };
        if (lengthBytes > 0) {
          const writer = new BufferedWriter(context, file, reservation.buffer, offsetBytes, { meanwhile, written });
          const sink: BodySink = (bytes) => writer.take(bytes);
          await inConnection(context, partSignal, () =>
            client.readObject(address, { range, ifMatch: etag, place: () => writer.place }, sink, partSignal),
          );
          await writer.flush();
          if (writer.takenBytes !== lengthBytes) throw notIntact(address, 'a range of it had another length');
        }
        partCrcs[part.partNumber - 1] = crc;
        reservation.release();
      } finally {
        reservation.discard();
      }
    };
  });
  if (whole !== undefined) {
    const lastBytes = plan.sizeBytes - (plan.partCount - 1) * plan.partSizeBytes;
    const sum = partCrcs.reduce((before, crc, at) =>
      combineCrc(algorithm, before, crc, at === partCrcs.length - 1 ? lastBytes : plan.partSizeBytes),
    );
    if (crcToBase64(algorithm, sum) !== whole) {
      throw notIntact(address, `its ${algorithm} checksum does not match what arrived`);
    }
  } else if (/^[0-9a-f]{32}$/i.test(etag)) {
    await verifyMd5(context, address, etag, file);
  }
}

/** How much of a range is on disk as it was noted: after a power loss, notes may know of bytes that the disk does not. */
async function verified(
  file: TempFile,
  algorithm: CrcAlgorithm,
  offsetBytes: number,
  noted: { readonly lengthBytes: number; readonly mark: string } | undefined,
): Promise<{ readonly lengthBytes: number; readonly crc: bigint }> {
  const crc = startCrc(algorithm);
  if (noted !== undefined) {
    await file.read((bytes) => crc.update(bytes), offsetBytes, noted.lengthBytes);
    if (crc.value.toString(16) === noted.mark) return { lengthBytes: noted.lengthBytes, crc: crc.value };
  }
  return { lengthBytes: 0, crc: startCrc(algorithm).value };
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

function objectChanged(address: ObjectAddress): CosFailure {
  return new CosFailure({
    kind: 'preconditionFailed',
    op: 'GetObject',
    reason: 'changedMeanwhile',
    bucket: address.bucket,
    key: address.key,
    retry: 'later',
    detail: `"${address.key}" changed while it was being downloaded; nothing of it was kept`,
  });
}

function notIntact(address: ObjectAddress, what: string): CosFailure {
  return new CosFailure({
    kind: 'network',
    op: 'GetObject',
    reason: 'integrity',
    bucket: address.bucket,
    key: address.key,
    retry: 'later',
    detail: `"${address.key}" did not arrive intact: ${what}; nothing of it was kept`,
  });
}
