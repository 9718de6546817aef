import type { UploadId } from '../../model/ids';
import type { CosClient, NewObjectAttributes } from '../cos/client';
import { inConnection, type TransferContext } from './context';
import { lostBeginning } from './lostUpload';
import type { ItemNote } from './notes';
import { abortAfter } from './uploadParts';

/** What is noted of a copy before it begins, by the key of its source. */
export type CopyNote = Extract<ItemNote, { kind: 'copy' }>;

/** What an earlier run has noted of the copy of a source. */
export function findCopyNote({ notes }: TransferContext, name: string): CopyNote | undefined {
  const note = notes.findItem(name);
  return note?.kind === 'copy' ? note : undefined;
}

/** Aborts the upload that a copy in parts has open. One whose id never came stays. */
export async function abortCopyUpload(
  clientOf: () => Promise<CosClient>,
  { bucket, key, uploadId }: CopyNote,
  signal: AbortSignal,
): Promise<void> {
  if (uploadId !== undefined) await (await clientOf()).abortMultipartUpload({ bucket, key }, uploadId, signal);
}

/** Begins the upload that a copy in parts is, and notes it. One that cannot be noted is aborted. */
export async function beginCopyUpload(
  context: TransferContext,
  note: CopyNote,
  attributes: NewObjectAttributes,
  patient: AbortSignal,
): Promise<UploadId> {
  const { client, notes, signal } = context;
  const address = { bucket: note.bucket, key: note.key };
  notes.putItem({ ...note, beganAtMs: context.nowMs() });
  let uploadId: UploadId;
  try {
    uploadId = await inConnection(context, signal, () => client.createMultipartUpload(address, attributes, patient));
  } catch (thrown) {
    notes.putItem(note);
    throw lostBeginning(thrown, address) ?? thrown;
  }
  try {
    notes.putItem({ ...note, uploadId });
  } catch (thrown) {
    throw await abortAfter(context, address, uploadId, () => undefined, thrown);
  }
  return uploadId;
}
