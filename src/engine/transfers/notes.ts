import type { BucketName, ObjectKey, UploadId } from '../../model/ids';
import type { DecidedClash } from './clash';
import type { MarkAlgorithm } from '../checksums/mark';

/** Something half-made: noted before (or as soon as) it exists, until it is whole or gone. */
export type ItemNote =
  | {
      readonly kind: 'upload';
      readonly name: string;
      readonly bucket: BucketName;
      readonly key: ObjectKey;
      readonly uploadId: UploadId;
      readonly clash: DecidedClash;
      readonly sizeBytes: number;
      /** Decimal, nanoseconds since the epoch. */
      readonly modifiedAtNs: string;
      /** Part size of the plan, which must not change under an upload. */
      readonly partBytes: number;
    }
  | {
      /** An upload that was asked for, until its id is known. */
      readonly kind: 'beginning';
      readonly name: string;
      readonly bucket: BucketName;
      readonly key: ObjectKey;
      readonly beganAtMs: number;
    }
  | {
      readonly kind: 'download';
      readonly name: string;
      readonly tempFsPath: string;
      readonly targetFsPath: string;
      readonly clash: DecidedClash;
      readonly etag: string;
      readonly sizeBytes: number;
      readonly partBytes: number;
      /** Of the marks of its parts. Absent for an object that is read whole. */
      readonly algorithm?: MarkAlgorithm;
    }
  | {
      readonly kind: 'copy';
      readonly name: string;
      readonly bucket: BucketName;
      readonly key: ObjectKey;
      readonly clash: DecidedClash;
      /** Of a copy in parts, while it is open. */
      readonly uploadId?: UploadId;
      /** Of a copy in parts, while an upload was asked for and its id is not known. */
      readonly beganAtMs?: number;
      /** The copy is proven to be the same: all that is left is to delete the source. */
      readonly isVerified: boolean;
    }
  | {
      /** Where the copies of a folder go that got a number as a whole. Nothing half-made in itself. */
      readonly kind: 'copiedFolder';
      readonly name: string;
      readonly targetPrefix: string;
    };

/** A file that is being downloaded. */
export type DownloadNote = Extract<ItemNote, { kind: 'download' }>;

/** A part that is safe: acknowledged by the service, or written to the temporary file. */
export interface PartNote {
  readonly partNumber: number;
  /** Of a download, how much of the part has been written, from its start. */
  readonly lengthBytes: number;
  /** ETag of an uploaded part, checksum (hexadecimal) of written bytes. */
  readonly mark: string;
}

/** Whether something has to be removed. A copy that is there only lacks something, which a retry puts on it. */
export function isHalfMade(note: ItemNote): boolean {
  return note.kind !== 'copy' || note.uploadId !== undefined || note.beganAtMs !== undefined;
}

/** How an item ended. */
export type NotedOutcome = 'done' | 'exists' | 'failed';

/**
 * What a transfer remembers beyond the run of it: for going on after a pause, in the same engine or (in the journal) a
 * later one. Items are known by name: the source's path or key.
 */
export interface TransferNotes {
  findItem(name: string): ItemNote | undefined;
  items(): readonly ItemNote[];
  putItem(item: ItemNote): void;
  /** The item is whole or gone. */
  removeItem(name: string): void;
  /** Adds a part, or says how far it is by now. */
  putPart(name: string, part: PartNote): void;
  parts(name: string): readonly PartNote[];
  outcomeOf(name: string): NotedOutcome | undefined;
  putOutcome(name: string, outcome: NotedOutcome): void;
  /** Throws `conflict` when another engine has taken the transfer over: nothing may be completed from here any more. */
  assertHeld(): void;
}

/** Notes that end with the engine. */
export class MemoryNotes implements TransferNotes {
  readonly #items = new Map<string, { note: ItemNote; readonly parts: Map<number, PartNote> }>();
  readonly #outcomes = new Map<string, NotedOutcome>();

  findItem(name: string): ItemNote | undefined {
    return this.#items.get(name)?.note;
  }

  items(): readonly ItemNote[] {
    return [...this.#items.values()].map(({ note }) => note);
  }

  putItem(note: ItemNote): void {
    this.#items.set(note.name, { note, parts: this.#items.get(note.name)?.parts ?? new Map<number, PartNote>() });
  }

  removeItem(name: string): void {
    this.#items.delete(name);
  }

  putPart(name: string, part: PartNote): void {
    this.#items.get(name)?.parts.set(part.partNumber, part);
  }

  parts(name: string): readonly PartNote[] {
    return [...(this.#items.get(name)?.parts.values() ?? [])];
  }

  outcomeOf(name: string): NotedOutcome | undefined {
    return this.#outcomes.get(name);
  }

  putOutcome(name: string, outcome: NotedOutcome): void {
    this.#outcomes.set(name, outcome);
  }

  assertHeld(): void {
    // Nobody else can know of these notes.
  }
}
