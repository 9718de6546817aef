import type { CosClient } from '../cos/client';
import type { EngineHost } from '../engine';
import { errorOf } from './localFailure';
import { abortCopyUpload } from './copyNote';
import { emptyUploadText } from './lostUpload';
import { isHalfMade, type ItemNote, type TransferNotes } from './notes';
import { removeTempFile } from './tempFile';

/**
 * Removes what a transfer that will not go on has left half-made: temporary files (nothing else can be removed so) and
 * open uploads. Answers with what could not be removed, each with the reason in the log; those stay noted.
 */
export async function removeTraces(
  notes: TransferNotes,
  client: () => Promise<CosClient>,
  host: Pick<EngineHost, 'notify'>,
  signal: AbortSignal,
): Promise<readonly ItemNote[]> {
  const left: ItemNote[] = [];
  const warn = (text: string): void => host.notify('engine/log', { level: 'warn', text });
  for (const note of itemsOf(notes, warn)) {
    if (!isHalfMade(note)) continue;
    try {
      await remove(note, client, signal);
      if (note.kind === 'beginning') host.notify('engine/log', { level: 'info', text: emptyUploadText(note) });
      notes.removeItem(note.name);
    } catch (thrown) {
      const error = errorOf('cleanUp', thrown);
      // A connection that was removed since takes its uploads with it: nobody is left to abort them.
      if (error.reason === 'noConnection') {
        notes.removeItem(note.name);
        continue;
      }
      left.push(note);
      warn(`could not yet remove what a transfer left: ${traceOf(note)}: ${error.detail}`);
    }
  }
  return left;
}

function itemsOf(notes: TransferNotes, warn: (text: string) => void): readonly ItemNote[] {
  try {
    return notes.items();
  } catch (thrown) {
    warn(`could not find out what a transfer left: ${errorOf('cleanUp', thrown).detail}`);
    return [];
  }
}

async function remove(note: ItemNote, client: () => Promise<CosClient>, signal: AbortSignal): Promise<void> {
  switch (note.kind) {
    case 'copiedFolder':
    case 'beginning':
      return;
    case 'download':
      return await removeTempFile(note.tempFsPath);
    case 'upload': {
      const { bucket, key, uploadId } = note;
      return await (await client()).abortMultipartUpload({ bucket, key }, uploadId, signal);
    }
    case 'copy':
      return await abortCopyUpload(client, note, signal);
  }
}

function traceOf(note: ItemNote): string {
  switch (note.kind) {
    case 'download':
      return `"${note.tempFsPath}"`;
    case 'beginning':
    case 'upload':
    case 'copy':
      return `parts of "${note.key}" in bucket "${note.bucket}"`;
    case 'copiedFolder':
      return `the note of "${note.targetPrefix}"`;
  }
}
