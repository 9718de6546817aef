import type { UploadId } from '../../model/ids';
import type { Leftover, Leftovers } from './leftovers';

/** Knows the uploads of transfers that run: they are nobody's to abort. */
export class RunningUploads implements Leftovers {
  readonly #journal: Leftovers;
  readonly #ids = new Set<UploadId>();

  constructor(journal: Leftovers) {
    this.#journal = journal;
  }

  note(leftover: Leftover): () => void {
    const settle = this.#journal.note(leftover);
    if (leftover.kind !== 'upload') return settle;
    this.#ids.add(leftover.uploadId);
    return () => {
      this.#ids.delete(leftover.uploadId);
      settle();
    };
  }

  has(uploadId: UploadId): boolean {
    return this.#ids.has(uploadId);
  }
}
