import type { ObjectInfo } from '../../model/objectInfo';

/** An object as it was read: what a save compares with and keeps. */
export interface Opened {
  readonly etag: string;
  readonly info: ObjectInfo;
  /** Tags at the time; absent when they could not be read. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Hash of the bytes that the editor shows; absent when it shows others (the person chose to overwrite). */
  readonly bytesHash?: string;
  /** The text of the bytes, line ends normalised; only for reads that may or may not have reached the editor. */
  readonly text?: string;
}

/** What a save starts from. */
export interface Baseline {
  readonly opened: Opened;
  /** The object was seen to be deleted since. */
  readonly isGone: boolean;
  /** The person agreed to create it anew. */
  readonly isToBeCreated: boolean;
}

interface Entry {
  /** The first is what the editor shows; the rest was read since, by the editor or by somebody else. */
  readonly reads: readonly Opened[];
  readonly isGone: boolean;
  readonly isToBeCreated?: boolean;
}

/**
 * Which state of each object its editor shows. Anybody may read an object while an editor has it open: a search, a
 * preview, the editor itself after an outside change. Only the state that is in the editor may be what a save replaces,
 * or a save would overwrite somebody's change that the person never saw. So while an editor has it open, a read of
 * another state counts only once the editor's unchanged text equals it.
 */
export class Baselines {
  readonly #entries = new Map<string, Entry>();

  get(id: string): Baseline | undefined {
    const entry = this.#entries.get(id);
    const opened = entry?.reads[0];
    if (entry === undefined || opened === undefined) return undefined;
    return { opened, isGone: entry.isGone, isToBeCreated: entry.isToBeCreated ?? false };
  }

  /** Records a read. `changed` when an open editor shows another state than this one. */
  recordRead(id: string, opened: Opened, isOpenInEditor: boolean): 'current' | 'changed' {
    const reads = this.#entries.get(id)?.reads ?? [];
    const current = reads[0];
    if (!isOpenInEditor || current === undefined) {
      this.#set(id, { reads: [opened], isGone: false });
      return 'current';
    }
    if (current.etag === opened.etag && (current.bytesHash === undefined || current.bytesHash === opened.bytesHash)) {
      this.#set(id, { reads, isGone: false });
      return 'current';
    }
    const isNew = !reads.some((read) => read.etag === opened.etag);
    const others = reads.slice(1).filter((read) => read.etag !== opened.etag);
    this.#set(id, { reads: [current, ...others.slice(-2), opened], isGone: false });
    return isNew ? 'changed' : 'current';
  }

  /** Whether it is not yet known which of several reads the editor shows. */
  isUndecided(id: string): boolean {
    return (this.#entries.get(id)?.reads.length ?? 0) > 1;
  }

  /** The editor shows this text and nobody changed it: the newest read of that text is what it shows. */
  settle(id: string, unchangedText: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.reads.length < 2) return;
    const shown = entry.reads.findLast((read) => read.text === normaliseText(unchangedText));
    if (shown !== undefined) this.#set(id, { ...entry, reads: [shown] });
  }

  /** A save replaced the object, or the person chose that the next save shall replace this state of it. */
  replace(id: string, opened: Opened): void {
    this.#set(id, { reads: [opened], isGone: false });
  }

  markGone(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#set(id, { ...entry, isGone: true });
  }

  /** The person agreed that the next save creates the deleted object anew. */
  markToBeCreated(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#set(id, { ...entry, isGone: true, isToBeCreated: true });
  }

  drop(id: string): void {
    this.#entries.delete(id);
  }

  /** Ids below a prefix of ids, for changes of a whole folder. */
  idsBelow(idPrefix: string): readonly string[] {
    return [...this.#entries.keys()].filter((id) => id.startsWith(idPrefix));
  }

  /** Keeps at most 500, oldest out first: reads by extensions that never open an editor are not closed either. */
  #set(id: string, entry: Entry): void {
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= 500) break;
      this.#entries.delete(oldest);
    }
  }
}

/** A text as an editor holds it: without byte order mark, lines ending in `\n`. */
export function normaliseText(text: string): string {
  return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
}
