import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { type: 'minor'; execution: 'sync' }) => void;

const collectEveryBytes = 32 * 1024 * 1024;

/**
 * Keeps what arrives from piling up. Node hands each piece of a body over in a fresh buffer outside of V8's heap, which
 * V8 collects by the size of its heap, not by theirs: on a busy machine a download would hold hundreds of megabytes of
 * dead ones. A collection of the young generation every 32 MiB takes about a millisecond and keeps memory flat.
 */
export class ReceivedGarbage {
  #collect: Collect | undefined;
  #receivedBytes = 0;

  /** Bytes that came in and have been dealt with. */
  received(count: number): void {
    this.#receivedBytes += count;
    if (this.#receivedBytes < collectEveryBytes) return;
    this.#receivedBytes = 0;
    this.#collect ??= exposedCollector();
    this.#collect({ type: 'minor', execution: 'sync' });
  }
}

function exposedCollector(): Collect {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return typeof collect === 'function' ? (collect as Collect) : () => undefined;
}
