import type { ObjectProtection } from '../../model/objectInfo';

/** What is known of a path for a short while. */
export type CachedStat =
  | {
      readonly kind: 'file';
      readonly sizeBytes: number;
      readonly modifiedAtMs: number;
      /** Absent when only a listing was seen, which does not tell. */
      readonly protection?: ObjectProtection;
    }
  | { readonly kind: 'folder' }
  | { readonly kind: 'absent' };

/** Remembers stats for some seconds, so that opening an object or showing a folder does not ask for each of them. */
export class StatCache {
  readonly #maxAgeMs: number;
  readonly #maxEntries: number;
  readonly #nowMs: () => number;
  readonly #entries = new Map<string, { readonly stat: CachedStat; readonly atMs: number }>();

  constructor(options: { readonly maxAgeMs: number; readonly maxEntries: number; readonly nowMs: () => number }) {
    this.#maxAgeMs = options.maxAgeMs;
    this.#maxEntries = options.maxEntries;
    this.#nowMs = options.nowMs;
  }

  get(id: string): CachedStat | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    if (this.#nowMs() - entry.atMs <= this.#maxAgeMs) return entry.stat;
    this.#entries.delete(id);
    return undefined;
  }

  set(id: string, stat: CachedStat): void {
    this.#entries.delete(id);
    this.#entries.set(id, { stat, atMs: this.#nowMs() });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries) break;
      this.#entries.delete(oldest);
    }
  }

  delete(id: string): void {
    this.#entries.delete(id);
  }

  /** Forgets everything whose id starts so. */
  deleteBelow(idPrefix: string): void {
    for (const id of this.#entries.keys()) if (id.startsWith(idPrefix)) this.#entries.delete(id);
  }
}
