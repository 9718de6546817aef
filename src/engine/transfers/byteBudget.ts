import { worthAThreadBytes } from '../checksums/threadedChecksums';
import { Semaphore } from './semaphore';

/** Memory that a part holds while it is on its way. */
export interface Reservation {
  readonly buffer: Buffer;
  /** Gives the memory back; the buffer's bytes belong to somebody else from then on. */
  release(): void;
  /** Gives the budget back and leaves the buffer to the garbage collector: for work that was cut in the middle of a write. */
  discard(): void;
}

/**
 * The memory of all transfers together. A part reserves its bytes before it reads them. Buffers are
 * kept and handed out again, since fresh ones of many megabytes would outrun the garbage collector.
 */
export class ByteBudget {
  readonly #bytes: Semaphore;
  readonly #kept = new Map<number, Buffer[]>();
  #keptBytes = 0;
  #total: number;

  constructor(totalBytes: number) {
    this.#bytes = new Semaphore(totalBytes);
    this.#total = totalBytes;
  }

  get reservedBytes(): number {
    return this.#bytes.taken;
  }

  resize(totalBytes: number): void {
    this.#total = totalBytes;
    this.#bytes.resize(totalBytes);
  }

  /** Waits until there is room for this many bytes. Throws `cancelled` on abort. */
  async reserve(sizeBytes: number, signal: AbortSignal): Promise<Reservation> {
    const giveBack = await this.#bytes.take(sizeBytes, signal);
    const buffer = this.#bufferOf(sizeBytes);
    let isHeld = true;
    const end = (keep: boolean) => {
      if (!isHeld) return;
      isHeld = false;
      if (keep) this.#keep(buffer);
      giveBack();
    };
    return { buffer, release: () => end(true), discard: () => end(false) };
  }

  /** Forgets kept buffers, when nothing runs any more. */
  trim(): void {
    this.#kept.clear();
    this.#keptBytes = 0;
  }

  #bufferOf(sizeBytes: number): Buffer {
    const kept = this.#kept.get(sizeBytes)?.pop();
    if (kept !== undefined) {
      this.#keptBytes -= sizeBytes;
      return kept;
    }
    // Kept buffers of other sizes count as memory too.
    if (this.#keptBytes + this.#bytes.taken > this.#total) this.trim();
    // Large ones are shared, so that another thread can take checksums of them.
    return sizeBytes < worthAThreadBytes
      ? Buffer.allocUnsafeSlow(sizeBytes)
      : Buffer.from(new SharedArrayBuffer(sizeBytes));
  }

  #keep(buffer: Buffer): void {
    if (buffer.length < 64 * 1024 || this.#keptBytes + buffer.length > this.#total) return;
    const kept = this.#kept.get(buffer.length);
    if (kept === undefined) this.#kept.set(buffer.length, [buffer]);
    else kept.push(buffer);
    this.#keptBytes += buffer.length;
  }
}
