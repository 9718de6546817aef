import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Part } from '../../model/partPlan';
import { notCompared, type Verdict } from '../../model/verdict';
import type { TransferRequest } from '../../protocol/requests';
import type { UploadedPart } from '../cos/client';
import type { Checksums } from '../checksums/checksums';
import { partChecksums, type PartChecksum } from '../checksums/partChecksum';
import { cancelled, CosFailure } from '../failure';
import { conditionOf } from './clash';
import { inConnection, moveItem, type TransferContext } from './context';
import { isMd5 } from './copyProof';
import { arrivalOfUpload, completeUpload, isOpen } from '../proof/arrivalOfUpload';
import { arrivalUnknown } from '../proof/arrivalUnknown';
import { sentOf } from './landed';
import { clockToleranceMs } from './selection';
import type { ObjectInfo } from '../../model/objectInfo';
import { runLanes } from './lanes';
import { localFailure } from './localFailure';
import { SourceFile } from './sourceFile';
import { alreadyExists } from './remoteClash';
import { findObject } from '../cos/absence';
import { layoutsOf, type UploadLayout } from './uploadMatch';

/** The request to finish an upload that somebody began. */
export type ResumeRequest = Extract<TransferRequest, { kind: 'resumeUpload' }>;

/** A part is held in memory while it is sent. */
const mostPartBytes = 1024 * 1024 * 1024;
const partsAtOnce = 4;

/**
 * Finishes an upload with a local file: compares every part that the service holds with the file, sends what is missing,
 * completes. A file that does not match changes nothing; what fails or is cancelled later leaves the upload as it is then,
 * to be resumed again.
 */
export async function finishUpload(context: TransferContext, request: ResumeRequest): Promise<void> {
  await moveItem(context, { name: request.key, sizeBytes: 0 }, async () => {
    const file = await openFile(request);
    try {
      return { kind: 'done', verdict: await resume(context, request, file) };
    } finally {
      await file.close();
    }
  });
}

async function resume(context: TransferContext, request: ResumeRequest, file: SourceFile): Promise<Verdict> {
  const { client, signal, transfer } = context;
  const { bucket, key, uploadId } = request;
  const address = { bucket, key };
  transfer.addPlanned(file.sizeBytes);
  transfer.completePlan();
  const finished = context.run === 'first' ? undefined : await verdictOfFinished(context, request, file);
  if (finished !== undefined) return finished;
  if (request.clash === 'fail' && (await findObject(client, address, signal)) !== undefined) {
    throw alreadyExists(bucket, key);
  }
  const listed = await inConnection(context, signal, () => client.listParts(address, uploadId, signal));
  const layout = await matchingLayout(context, request, file, listed);
  const algorithm = algorithmOf(listed);
  const byNumber = new Map(listed.map((part) => [part.partNumber, part]));
  const stop = new AbortController();
  const sending = { ...context, signal: AbortSignal.any([signal, stop.signal]) };
  await runLanes(
    Readable.from(layout.missing) as AsyncIterable<Part>,
    () => 'large',
    { small: 1, large: partsAtOnce },
    async (part) => {
      byNumber.set(part.partNumber, await sendPart(sending, request, file, part, algorithm));
    },
    stop,
  );
  await file.assertUnchanged();
  if (signal.aborted) throw cancelled('upload');
  const parts = [...byNumber.values()].sort((left, right) => left.partNumber - right.partNumber);
  const condition = conditionOf(request.clash);
  context.notes.assertHeld();
  const patient = context.patient();
  const askedAtMs = context.nowMs();
  const cut = [...layout.held, ...layout.missing].sort((left, right) => left.partNumber - right.partNumber);
  const evidence = { sent: sentOf(file, cut), carries: notOlderThan(askedAtMs) };
  const { verdict } = await completeUpload(client, address, uploadId, parts, { condition }, evidence, patient);
  return verdict ?? notCompared;
}

/** What the upload was to get besides its bytes is not known; but an object from before it was completed is not its own. */
function notOlderThan(timeMs: number): (found: ObjectInfo) => Promise<boolean> {
  return ({ modifiedAtMs }) => Promise.resolve(modifiedAtMs >= timeMs - clockToleranceMs);
}

/** What vouches for the object of an earlier run that could not note it: the upload is gone, and its object is there. */
async function verdictOfFinished(
  context: TransferContext,
  { bucket, key, uploadId }: ResumeRequest,
  file: SourceFile,
): Promise<Verdict | undefined> {
  const { client, signal, transfer } = context;
  const address = { bucket, key };
  if (await inConnection(context, signal, () => isOpen(client, address, uploadId, signal))) return undefined;
  const carries = notOlderThan(transfer.startedAtMs);
  const looked = await inConnection(context, signal, () =>
    arrivalOfUpload(client, address, uploadId, sentOf(file), { carries }, signal),
  );
  if (looked.arrival === 'cannotTell')
    throw arrivalUnknown('CompleteMultipartUpload', address, looked.why, '', undefined);
  if (looked.arrival !== 'ours') return undefined;
  transfer.addBytesBefore(file.sizeBytes);
  return looked.verdict;
}

/** The cut of the file in which every part that the service holds has the file's bytes. */
async function matchingLayout(
  context: TransferContext,
  request: ResumeRequest,
  file: SourceFile,
  listed: readonly UploadedPart[],
): Promise<UploadLayout> {
  const parts = listed.flatMap(({ partNumber, sizeBytes }) =>
    sizeBytes === undefined ? [] : [{ partNumber, sizeBytes }],
  );
  if (parts.length === 0 || parts.length < listed.length) {
    throw differs(request, 'the upload holds no parts to compare a file with; upload the file anew instead');
  }
  const layouts = layoutsOf(parts, file.sizeBytes);
  if (layouts.length === 0) {
    throw differs(request, `a file of ${file.sizeBytes} bytes cannot have been cut into the parts of this upload`);
  }
  let firstDifferent = 0;
  for (const layout of layouts) {
    const different = await differentPart(context, request, file, layout.held, listed);
    if (different === undefined) return layout;
    firstDifferent = different;
  }
  throw differs(request, `part ${firstDifferent} of the upload has other bytes than the file`);
}

async function differentPart(
  { budget, checksums, signal, transfer }: TransferContext,
  request: ResumeRequest,
  file: SourceFile,
  held: readonly Part[],
  listed: readonly UploadedPart[],
): Promise<number | undefined> {
  let sameBytes = 0;
  for (const part of held) {
    refuseHuge(request, part);
    const stored = listed.find(({ partNumber }) => partNumber === part.partNumber);
    const reservation = await budget.reserve(part.lengthBytes, signal);
    try {
      await file.readAt(reservation.buffer, part.lengthBytes, part.offsetBytes);
      if (signal.aborted) throw cancelled('upload');
      if (stored === undefined || !(await isSame(checksums, stored, reservation.buffer))) return part.partNumber;
      sameBytes += part.lengthBytes;
      reservation.release();
    } finally {
      reservation.discard();
    }
  }
  transfer.addBytes(sameBytes);
  return undefined;
}

/** A checksum tells; else the ETag, which is the MD5 of a part unless it is encrypted with a key of its owner's. */
async function isSame(checksums: Checksums, { checksum, etag }: UploadedPart, bytes: Buffer): Promise<boolean> {
  const algorithm = partChecksums.find((name) => name === checksum?.algorithm);
  if (algorithm !== undefined) return (await checksums.of(algorithm, bytes)) === checksum?.value;
  return isMd5(etag) && (await checksums.of('MD5', bytes)) === Buffer.from(etag, 'hex').toString('base64');
}

function algorithmOf(listed: readonly UploadedPart[]): PartChecksum {
  return partChecksums.find((name) => listed.some(({ checksum }) => checksum?.algorithm === name)) ?? 'MD5';
}

async function sendPart(
  context: TransferContext,
  request: ResumeRequest,
  file: SourceFile,
  part: Part,
  checksum: PartChecksum,
): Promise<UploadedPart> {
  const { budget, client, signal, transfer } = context;
  const { bucket, key, uploadId } = request;
  refuseHuge(request, part);
  const reservation = await budget.reserve(part.lengthBytes, signal);
  try {
    await file.readAt(reservation.buffer, part.lengthBytes, part.offsetBytes);
    await context.rateLimit.take(part.lengthBytes, signal);
    const upload = { uploadId, partNumber: part.partNumber, checksum };
    const sent = await inConnection(context, signal, () =>
      client.uploadPart({ bucket, key }, upload, reservation.buffer, signal),
    );
    transfer.addBytes(part.lengthBytes);
    reservation.release();
    return sent;
  } finally {
    reservation.discard();
  }
}

async function openFile({ fsPath }: ResumeRequest): Promise<SourceFile> {
  try {
    const { size, mtimeNs } = await stat(fsPath, { bigint: true });
    return await SourceFile.open(fsPath, { sizeBytes: Number(size), modifiedAtNs: mtimeNs });
  } catch (cause) {
    throw cause instanceof CosFailure ? cause : localFailure('upload', 'read', fsPath, cause);
  }
}

function refuseHuge(request: ResumeRequest, part: Part): void {
  if (part.lengthBytes <= mostPartBytes) return;
  throw differs(request, `its parts have ${part.lengthBytes} bytes each; parts of up to 1 GiB can be resumed here`);
}

function differs({ bucket, key, fsPath }: ResumeRequest, why: string): CosFailure {
  return new CosFailure({
    kind: 'invalid',
    op: 'resumeUpload',
    bucket,
    key,
    fsPath,
    retry: 'never',
    detail: `"${fsPath}" does not fit the unfinished upload of "${key}": ${why}. Nothing was changed`,
  });
}
