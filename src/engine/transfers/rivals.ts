import type { BucketName, ObjectKey, TransferId, UploadId } from '../../model/ids';
import type { Entry } from './entry';
import type { WithJournal } from './journalKeeper';
import type { TransferNotes } from './notes';

/** An item of a transfer that may have begun an upload of this object. */
export interface Beginner {
  readonly transferId: TransferId;
  readonly name: string;
  readonly bucket: BucketName;
  readonly key: ObjectKey;
}

/**
 * The uploads of the same object that other transfers of this machine have noted, or other items of the same transfer;
 * `unknown` where one was asked for and its id is not noted. Each is noted before it is asked for, so whoever lists uploads
 * first and asks this afterwards finds every one of theirs.
 */
export type Rivals = (beginner: Beginner) => readonly (UploadId | 'unknown')[];

/** Looks into the transfers of this engine and those of the journal. */
export function createRivals(entries: ReadonlyMap<TransferId, Entry>, withJournal: WithJournal): Rivals {
  return ({ transferId, name, bucket, key }) => {
    const found = (id: TransferId, notes: TransferNotes): readonly (UploadId | 'unknown')[] =>
      notes.items().flatMap<UploadId | 'unknown'>((note) => {
        if (note.kind === 'download' || note.kind === 'copiedFolder') return [];
        if (note.bucket !== bucket || note.key !== key || (id === transferId && note.name === name)) return [];
        if ('uploadId' in note && note.uploadId !== undefined) return [note.uploadId];
        return note.kind === 'beginning' || (note.kind === 'copy' && note.beganAtMs !== undefined) ? ['unknown'] : [];
      });
    try {
      return [
        ...[...entries].flatMap(([id, { notes }]) => found(id, notes)),
        ...withJournal<ReturnType<Rivals>>(
          (keeper) => keeper.allNotes().flatMap(([id, notes]) => found(id, notes)),
          keeperFailed,
        ),
      ];
    } catch {
      return keeperFailed; // who cannot tell has to leave all of them alone
    }
  };
}

const keeperFailed = ['unknown'] as const;
