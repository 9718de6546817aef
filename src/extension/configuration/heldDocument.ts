import type { OpenedDocument } from '../../model/configDocument';

/** What is known of an open configuration document. */
export interface HeldDocument {
  /** As it was read. */
  readonly opened: OpenedDocument;
  /** Text that was saved without being applied: by an auto-save, or when a person did not confirm. */
  readonly draft?: string;
  /** Grows whenever what `readFile` answers changes. */
  readonly version: number;
}

/** Where documents with unapplied text outlive the window. */
export interface DraftMemory {
  get(id: string): { readonly opened: OpenedDocument; readonly draft?: string } | undefined;
  set(id: string, kept: { readonly opened: OpenedDocument; readonly draft?: string } | undefined): void;
}

/**
 * Configuration documents by their URI: what each was made from, and what of it is not applied. A document that somebody
 * edits keeps what it was made from across windows, so that a later save still notices what others changed meanwhile.
 */
export class HeldDocuments {
  readonly #held = new Map<string, HeldDocument>();
  readonly #memory: DraftMemory;
  #versions = 0;

  constructor(memory: DraftMemory) {
    this.#memory = memory;
  }

  get(id: string): HeldDocument | undefined {
    const held = this.#held.get(id);
    if (held !== undefined) return held;
    const kept = this.#memory.get(id);
    return kept === undefined ? undefined : this.#put(id, { ...kept, version: (this.#versions += 1) });
  }

  /** A document was read or applied: nothing of it is unapplied. */
  opened(id: string, opened: OpenedDocument): HeldDocument {
    this.#memory.set(id, undefined);
    return this.#put(id, { opened, version: (this.#versions += 1) });
  }

  /** A save that applies nothing. What is the same as the service's text is no draft. */
  keepDraft(id: string, text: string): void {
    const held = this.get(id);
    if (held === undefined) return;
    const { opened } = held;
    const draft = text === opened.text ? undefined : text;
    const kept = { opened, ...(draft === undefined ? {} : { draft }) };
    this.#put(id, { ...kept, version: (this.#versions += 1) });
    this.#memory.set(id, draft === undefined ? undefined : kept);
  }

  /** Somebody began to edit: what it was made from must outlive the window, as the edited text does. */
  edited(id: string): void {
    const held = this.#held.get(id);
    if (held !== undefined && this.#memory.get(id) === undefined) this.#memory.set(id, { opened: held.opened });
  }

  /** Takes what the service has now as what the text was made from, and keeps the text. */
  rebase(id: string, opened: OpenedDocument): void {
    const draft = this.get(id)?.draft;
    const kept = { opened, ...(draft === undefined ? {} : { draft }) };
    this.#put(id, { ...kept, version: (this.#versions += 1) });
    this.#memory.set(id, kept);
  }

  /** What `readFile` answers is to be read again, though it is known here already. */
  touch(id: string): void {
    const held = this.#held.get(id);
    if (held !== undefined) this.#put(id, { ...held, version: (this.#versions += 1) });
  }

  /** A document was closed: a draft stays for the next time, everything else is read anew. */
  closed(id: string): void {
    const held = this.#held.get(id);
    this.#held.delete(id);
    if (held !== undefined && held.draft === undefined) this.#memory.set(id, undefined);
  }

  /** Drops a draft. */
  forget(id: string): void {
    this.#held.delete(id);
    this.#memory.set(id, undefined);
  }

  #put(id: string, held: HeldDocument): HeldDocument {
    this.#held.set(id, held);
    return held;
  }
}
