import type { TransferContext } from './context';
import type { TempFile } from './tempFile';

/** What is told of the bytes that come through. */
export interface WriterEvents {
  /** Bytes have come; those taken before are written whenever `written` is told. */
  readonly taken?: (bytes: Uint8Array) => void;
  /** All bytes whose `taken` was told are written. */
  readonly written?: (lengthBytes: number) => void;
}

/** Gathers small pieces into large writes: a body arrives in pieces of some 64 KiB. Counts bytes once written. */
export class BufferedWriter {
  takenBytes = 0;
  readonly #context: TransferContext;
  readonly #file: TempFile;
  readonly #buffer: Buffer;
  readonly #events: WriterEvents;
  #offsetBytes: number;
  #filled = 0;

  constructor(
    context: TransferContext,
    file: TempFile,
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

  async flush(): Promise<void> {
    if (this.#filled === 0) return;
    await this.#write(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #take(bytes: Uint8Array): void | Promise<void> {
    this.takenBytes += bytes.length;
    if (this.#filled + bytes.length <= this.#buffer.length) {
      this.#events.taken?.(bytes);
      this.#buffer.set(bytes, this.#filled);
      this.#filled += bytes.length;
      return undefined;
    }
    return this.#takeLarge(bytes);
  }

  async #takeLarge(bytes: Uint8Array): Promise<void> {
    await this.flush();
    this.#events.taken?.(bytes);
    if (bytes.length >= this.#buffer.length) {
      await this.#write(bytes);
      return;
    }
    this.#buffer.set(bytes, 0);
    this.#filled = bytes.length;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#file.writeAt(bytes, this.#offsetBytes);
    this.#offsetBytes += bytes.length;
    this.#events.written?.(bytes.length);
    this.#context.transfer.addBytes(bytes.length);
    this.#context.garbage.received(bytes.length);
  }
}
