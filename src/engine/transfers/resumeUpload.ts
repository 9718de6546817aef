import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { BucketName } from '../../model/ids';
import { partOf, partsOf, planParts, type Part } from '../../model/partPlan';
import type { Verdict } from '../../model/verdict';
import type { NewObjectAttributes, ObjectAddress, UploadedPart } from '../cos/client';
import { cancelled, CosFailure } from '../failure';
import type { DecidedClash } from './clash';
import { inConnection, type TransferContext } from './context';
import type { Compared } from '../proof/arrival';
import { arrivalUnknown } from '../proof/arrivalUnknown';
import { arrivalAt, sentOf } from './landed';
import type { ItemNote } from './notes';
import { findObject } from '../cos/absence';
import { SourceFile } from './sourceFile';
import type { UploadItem } from './uploadPlan';

export type UploadNote = Extract<ItemNote, { kind: 'upload' }>;

/** A multipart upload that is noted, and the parts of it that need not be sent. */
export interface BegunUpload {
  readonly note: UploadNote;
  readonly known: ReadonlyMap<number, UploadedPart>;
}

/**
 * What an earlier run has left of an upload. A verdict: the object is there, with the file's
 * bytes and all that it was to get. `none`: nothing to go on with. Otherwise the open file, and the upload as the service has it. Throws `changedMeanwhile`, after the upload
 * was aborted, when the file is not as it was.
 */
export async function resumeUpload(
  context: TransferContext,
  bucket: BucketName,
  item: UploadItem,
  clash: DecidedClash,
  attributes: NewObjectAttributes,
): Promise<Verdict | 'none' | { readonly file: SourceFile; readonly begun: BegunUpload }> {
  const note = context.notes.findItem(item.fsPath);
  if (note?.kind !== 'upload') {
    // The engine may have ended between the object's arrival and the note of it.
    if (clash === 'replace') return 'none';
    // What cannot be told is left as it is: without `replace` nothing is written over it.
    const found = await isThere(context, { bucket, key: item.key }, item, attributes);
    return found.arrival === 'ours' ? found.verdict : 'none';
  }
  const { client, notes, signal } = context;
  const address = { bucket: note.bucket, key: note.key };
  if (note.sizeBytes !== item.sizeBytes || note.modifiedAtNs !== item.modifiedAtNs.toString()) {
    await client.abortMultipartUpload(address, note.uploadId, signal);
    notes.removeItem(note.name);
    throw sourceChanged(item);
  }
  let listed: readonly UploadedPart[];
  try {
    listed = await inConnection(context, signal, () => client.listParts(address, note.uploadId, signal));
  } catch (thrown) {
    if (!(thrown instanceof CosFailure) || thrown.error.reason !== 'noSuchUpload') throw thrown;
    // Completed before it could be noted, or aborted by somebody else: then the file starts over.
    const parts = partsOf(planParts(note.sizeBytes, note.partBytes));
    const found = await isThere(context, address, item, attributes, parts);
    notes.removeItem(note.name);
    if (found.arrival === 'cannotTell') throw arrivalUnknown('CompleteMultipartUpload', address, found.why, '', thrown);
    return found.arrival === 'ours' ? found.verdict : 'none';
  }
  const file = await SourceFile.open(item.fsPath, item);
  try {
    await file.assertUnchanged();
    return { file, begun: { note, known: await knownParts(context, file, note, listed) } };
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

async function isThere(
  context: TransferContext,
  address: ObjectAddress,
  item: UploadItem,
  attributes: NewObjectAttributes,
  parts?: readonly Part[],
): Promise<Compared> {
  const { client, signal } = context;
  // A file need not be read for what is not there.
  const found = await inConnection(context, signal, () => findObject(client, address, signal));
  if (found === undefined) return { arrival: 'absent' };
  const file = await SourceFile.open(item.fsPath, item);
  try {
    await file.assertUnchanged();
    const compared = await arrivalAt(context, address, sentOf(file, parts), attributes, signal);
    if (compared.arrival === 'ours') context.transfer.addBytesBefore(item.sizeBytes);
    return compared;
  } finally {
    await file.close();
  }
}

/**
 * The listed parts that hold the bytes of the file, by checksum. That they were noted says what the file held then: another one
 * of its size and time may have taken its place. What cannot be compared is sent again.
 */
async function knownParts(
  { signal }: TransferContext,
  file: SourceFile,
  note: UploadNote,
  listed: readonly UploadedPart[],
): Promise<ReadonlyMap<number, UploadedPart>> {
  const plan = planParts(file.sizeBytes, note.partBytes);
  const known = new Map<number, UploadedPart>();
  for (const part of listed) {
    if (part.partNumber > plan.partCount) continue;
    const { offsetBytes, lengthBytes } = partOf(plan, part.partNumber);
    if (part.sizeBytes !== undefined && part.sizeBytes !== lengthBytes) continue;
    if (signal.aborted) throw cancelled('upload');
    if (await isEqual(file, part, offsetBytes, lengthBytes)) known.set(part.partNumber, part);
  }
  return known;
}

async function isEqual(
  file: SourceFile,
  part: UploadedPart,
  offsetBytes: number,
  lengthBytes: number,
): Promise<boolean> {
  if (part.checksum?.algorithm === 'CRC32') {
    let crc = 0;
    await file.read((bytes) => (crc = crc32(bytes, crc)), offsetBytes, lengthBytes);
    const wanted = Buffer.alloc(4);
    wanted.writeUInt32BE(crc);
    return wanted.toString('base64') === part.checksum.value;
  }
  const md5 = createHash('md5');
  await file.read((bytes) => md5.update(bytes), offsetBytes, lengthBytes);
  return md5.digest('hex') === part.etag.toLowerCase();
}

function sourceChanged({ fsPath }: UploadItem): CosFailure {
  return new CosFailure({
    kind: 'localFile',
    op: 'upload',
    reason: 'changedMeanwhile',
    fsPath,
    retry: 'later',
    detail: `"${fsPath}" changed since its upload was paused; what was sent of it was removed, so it has to start over`,
  });
}
