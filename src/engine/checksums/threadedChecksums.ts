import { Worker } from 'node:worker_threads';
import {
  checksumsInPlace,
  takeInPlace,
  type ChecksumAnswer,
  type ChecksumAsk,
  type ChecksumJob,
  type Checksums,
} from './checksums';

/** Below this, asking takes longer than the checksum. */
export const worthAThreadBytes = 256 * 1024;
/** A thread that nobody needs goes, with its memory. */
const idleMs = 10_000;

interface Waiting {
  readonly ask: ChecksumAsk;
  readonly resolve: (value: bigint | string) => void;
}

/**
 * Takes checksums of large bodies on a thread of its own, so that the event loop goes on with sockets and files meanwhile.
 * Only bytes in shared memory go there, since all others would have to be copied. Where there can be no thread, and when it
 * dies, they are taken in place.
 */
export class ThreadedChecksums implements Checksums {
  readonly #threadFile: string;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | undefined;
  #isBroken = false;
  #lastNumber = 0;
  #idle: NodeJS.Timeout | undefined;

  /** The file is `checksumThread` as a program. */
  constructor(threadFile: string) {
    this.#threadFile = threadFile;
  }

  append(...[algorithm, before, bytes]: Parameters<Checksums['append']>): bigint | Promise<bigint> {
    // GMAC takes less time than asking does.
    if (algorithm === 'GMAC' || !this.#isForThread(bytes)) return checksumsInPlace.append(algorithm, before, bytes);
    return this.#ask({ kind: 'append', algorithm, before, bytes }) as Promise<bigint>;
  }

  of(...[algorithm, bytes]: Parameters<Checksums['of']>): string | Promise<string> {
    if (!this.#isForThread(bytes)) return checksumsInPlace.of(algorithm, bytes);
    return this.#ask({ kind: 'of', algorithm, bytes }) as Promise<string>;
  }

  close(): void {
    this.#isBroken = true;
    this.#end();
  }

  #isForThread(bytes: Uint8Array): boolean {
    return !this.#isBroken && bytes.length >= worthAThreadBytes && bytes.buffer instanceof SharedArrayBuffer;
  }

  #ask(ask: ChecksumAsk): Promise<bigint | string> {
    return new Promise((resolve) => {
      const number = ++this.#lastNumber;
      this.#waiting.set(number, { ask, resolve });
      clearTimeout(this.#idle);
      try {
        this.#thread ??= this.#start();
        this.#thread.ref();
        this.#thread.postMessage({ number, ask } satisfies ChecksumJob);
      } catch {
        this.#broke();
      }
    });
  }

  #start(): Worker {
    // Neither secrets in the environment nor options of the program concern it.
    const thread = new Worker(this.#threadFile, { env: {}, argv: [], execArgv: [], name: 'checksums' });
    thread.on('message', ({ number, value }: ChecksumAnswer) => {
      this.#waiting.get(number)?.resolve(value);
      this.#waiting.delete(number);
      if (this.#waiting.size > 0) return;
      thread.unref();
      this.#idle = setTimeout(() => this.#end(), idleMs).unref();
    });
    thread.on('error', () => this.#broke());
    thread.on('exit', () => {
      if (this.#thread === thread) this.#broke();
    });
    return thread;
  }

  /** What was asked is answered here, and what comes is not asked again. */
  #broke(): void {
    this.#isBroken = true;
    this.#end();
  }

  #end(): void {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#thread = undefined;
    void thread?.terminate();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { ask, resolve } of waiting) resolve(takeInPlace(ask));
  }
}
