import type { ObjectSummary } from '../../model/objectInfo';
import type { Verdict } from '../../model/verdict';
import type { ObjectAddress } from '../cos/client';
import { cancelled, type CosFailure } from '../failure';
import { BufferedWriter } from './bufferedWriter';
import type { DecidedClash } from './clash';
import { inConnection, type ItemOutcome, type TransferContext } from './context';
import { notIntact } from './downloadFailures';
import { placeFile, vouched } from './downloadTarget';
import type { DownloadNote } from './notes';
import { pieceBytes, TempFile } from './tempFile';

/** Objects up to this size are whole in memory before their file is made. */
export const oneGoBytes = pieceBytes;

/** Where a small object goes; `check` throws where its folder is another one by now. */
export interface OneGoTarget {
  readonly wanted: string;
  readonly target: string;
  readonly clash: DecidedClash;
  readonly check: () => Promise<void>;
}

/** A read of all of an object has a verdict; who gives none has compared nothing. */
const unread: Verdict = { kind: 'sizeOnly', why: 'noChecksum' };

/** Downloads a small object. Its file is made once all of it has arrived: there is never half of it. */
export async function downloadInOneGo(
  context: TransferContext,
  address: ObjectAddress,
  object: ObjectSummary,
  { wanted, target, clash, check }: OneGoTarget,
  noteOf: (tempFsPath: string) => DownloadNote,
): Promise<ItemOutcome> {
  const { budget, client, notes, signal, transfer } = context;
  const { etag, sizeBytes, modifiedAtMs } = object;
  const reservation = await budget.reserve(sizeBytes, signal);
  let note: DownloadNote | undefined;
  let file: TempFile | undefined;
  try {
    const writer = new BufferedWriter(context, nowhere(address), reservation.buffer, 0);
    const { verdict = unread } = await inConnection(context, signal, () =>
      client.readObject(
        address,
        { ifMatch: etag, sizeBytes, place: () => writer.place },
        (bytes) => writer.take(bytes),
        signal,
      ),
    );
    if (writer.takenBytes !== sizeBytes) throw otherLength(address);
    await check();
    file = await TempFile.write(target, reservation.buffer, modifiedAtMs, (tempFsPath) => {
      note = noteOf(tempFsPath);
      notes.putItem(note);
    });
    transfer.addBytes(sizeBytes);
    if (signal.aborted) throw cancelled('download');
    notes.assertHeld();
    await check();
    const outcome = await placeFile(file, wanted, target, clash);
    reservation.release();
    return vouched(outcome, verdict);
  } finally {
    reservation.discard();
    await file?.discard();
    if (note !== undefined) notes.removeItem(note.name);
  }
}

/** The buffer holds as many bytes as the object has; there is no place for more. */
function nowhere(address: ObjectAddress): Pick<TempFile, 'writeAt'> {
  return { writeAt: () => Promise.reject(otherLength(address)) };
}

function otherLength(address: ObjectAddress): CosFailure {
  return notIntact(address, 'it arrived with another length');
}

/** Reads an object in one request into a temporary file. */
export async function readWhole(
  context: TransferContext,
  address: ObjectAddress,
  object: ObjectSummary,
  file: TempFile,
): Promise<Verdict> {
  const { budget, client, signal } = context;
  const { etag, sizeBytes } = object;
  const reservation = await budget.reserve(Math.min(pieceBytes, sizeBytes), signal);
  try {
    const writer = new BufferedWriter(context, file, reservation.buffer, 0);
    const { verdict = unread } = await inConnection(context, signal, () =>
      client.readObject(
        address,
        { ifMatch: etag, sizeBytes, place: () => writer.place },
        (bytes) => writer.take(bytes),
        signal,
      ),
    );
    await writer.flush();
    if (writer.takenBytes !== sizeBytes) throw otherLength(address);
    reservation.release();
    return verdict;
  } finally {
    reservation.discard();
  }
}
