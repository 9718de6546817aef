import type { TransferContext } from './context';
import type { TempFile } from './tempFile';

/** What is told of the bytes that come through. */
export interface WriterEvents {
  /** Works on bytes while they are written; they stay as they are until it is done. */
  readonly meanwhile?: (bytes: Uint8Array) => void | Promise<void>;
  /** They are written, and that is done. */
  readonly written?: (lengthBytes: number) => void;
}

/**
 * Gathers small pieces into writes of the buffer's size, the last one excepted: a body arrives in pieces of some 16 KiB.
 * Counts bytes once written.
 */
export class BufferedWriter {
  takenBytes = 0;
  readonly #context: TransferContext;
  readonly #file: Pick<TempFile, 'writeAt'>;
  readonly #buffer: Buffer;
  readonly #events: WriterEvents;
  #offsetBytes: number;
  #filled = 0;

  constructor(
    context: TransferContext,
    file: Pick<TempFile, 'writeAt'>,
    buffer: Buffer,
    offsetBytes: number,
    events: WriterEvents = {},
  ) {
    this.#context = context;
    this.#file = file;
    this.#buffer = buffer;
    this.#offsetBytes = offsetBytes;
    this.#events = events;
  }

  take(bytes: Uint8Array): void | Promise<void> {
    const pause = this.#context.rateLimit.take(bytes.length, this.#context.signal);
    return pause === undefined ? this.#take(bytes) : pause.then(() => this.#take(bytes));
  }

  /** Where the next piece is best put: then it need not be copied. */
  get place(): Buffer | undefined {
    return this.#filled < this.#buffer.length ? this.#buffer.subarray(this.#filled) : undefined;
  }

  async flush(): Promise<void> {
    if (this.#filled === 0) return;
    await this.#write(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #take(bytes: Uint8Array): void | Promise<void> {
    this.takenBytes += bytes.length;
    if (this.#filled + bytes.length <= this.#buffer.length) {
      if (!this.#isInPlace(bytes)) this.#buffer.set(bytes, this.#filled);
      this.#filled += bytes.length;
      return undefined;
    }
    return this.#takeLarge(bytes);
  }

  #isInPlace({ buffer, byteOffset }: Uint8Array): boolean {
    return buffer === this.#buffer.buffer && byteOffset === this.#buffer.byteOffset + this.#filled;
  }

  async #takeLarge(bytes: Uint8Array): Promise<void> {
    // For an object without bytes there is no memory; whatever comes has no place, and would be offered it forever.
    if (this.#buffer.length === 0) return await this.#file.writeAt(bytes, this.#offsetBytes);
    for (let done = 0; done < bytes.length;) {
      if (this.#filled === this.#buffer.length) await this.flush();
      const piece = bytes.subarray(done, done + this.#buffer.length - this.#filled);
      this.#buffer.set(piece, this.#filled);
      this.#filled += piece.length;
      done += piece.length;
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await Promise.all([this.#file.writeAt(bytes, this.#offsetBytes), this.#events.meanwhile?.(bytes)]);
    this.#offsetBytes += bytes.length;
    this.#events.written?.(bytes.length);
    this.#context.transfer.addBytes(bytes.length);
    this.#context.garbage.received(bytes.length);
  }
}
