import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../../contracts';

const maxPieceBytes = 16 * 1024;
/** So that a slow line trickles instead of jerking. */
const piecesPerSecond = 20;

/** The time that a bandwidth is measured in: the machine's, whatever the server's clock says. */
export interface Timer {
  nowMs(): number;
  wait(durationMs: number): Promise<void>;
}

const machineTimer: Timer = {
  nowMs: () => performance.now(),
  wait: async (durationMs) => void (await delay(durationMs)),
};

/** A token bucket. It starts empty, so that after `t` seconds never more than `t` times the rate has passed. */
export class Bandwidth {
  readonly pieceBytes: number;
  readonly #bytesPerSecond: number;
  readonly #timer: Timer;
  #allowedBytes = 0;
  #filledAtMs: number;

  constructor(bytesPerSecond: number, timer: Timer = machineTimer) {
    this.#bytesPerSecond = bytesPerSecond;
    this.pieceBytes = Math.min(Math.max(Math.floor(bytesPerSecond / piecesPerSecond), 1), maxPieceBytes);
    this.#timer = timer;
    this.#filledAtMs = timer.nowMs();
  }

  /** Resolves when that many bytes, at most `pieceBytes`, may pass. */
  async take(sizeBytes: number): Promise<void> {
    for (this.#fill(); this.#allowedBytes < sizeBytes; this.#fill()) {
      const missingBytes = sizeBytes - this.#allowedBytes;
      await this.#timer.wait(Math.max(Math.ceil((missingBytes / this.#bytesPerSecond) * 1000), 1));
    }
    this.#allowedBytes -= sizeBytes;
  }

  #fill(): void {
    const nowMs = this.#timer.nowMs();
    const gainedBytes = ((nowMs - this.#filledAtMs) / 1000) * this.#bytesPerSecond;
    // Holds a tenth of a second, to make up for a timer that is late, and no more after a pause of the other side.
    const mostBytes = Math.max(2 * this.pieceBytes, this.#bytesPerSecond / 10);
    this.#allowedBytes = Math.min(this.#allowedBytes + gainedBytes, mostBytes);
    this.#filledAtMs = nowMs;
  }
}

const limits = new WeakMap<IncomingMessage | ServerResponse, Bandwidth>();

/** Bounds both directions of a request that a bandwidth fault hits; of several the slowest holds. */
export function limitBandwidth(faults: readonly Fault[], message: IncomingMessage, response: ServerResponse): void {
  const rates = faults.flatMap((fault) => (fault.kind === 'bandwidth' ? [fault.bytesPerSecond] : []));
  if (rates.length > 0) {
    limits.set(message, new Bandwidth(Math.min(...rates)));
    limits.set(response, new Bandwidth(Math.min(...rates)));
  }
}

/**
 * Passes a body through at the bandwidth of its request, unchanged when that is not limited. The next bytes are asked for
 * when the last have passed, so that the connection fills up and not the memory. Throws `ECONNRESET` when the other side
 * goes away meanwhile.
 */
export async function* atBandwidth(
  side: IncomingMessage | ServerResponse,
  bytes: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncGenerator<Buffer> {
  const limit = limits.get(side);
  if (limit === undefined) {
    yield* bytes;
    return;
  }
  for await (const chunk of bytes) {
    for (let start = 0; start < chunk.length; start += limit.pieceBytes) {
      const piece = chunk.subarray(start, start + limit.pieceBytes);
      await limit.take(piece.length);
      if (side.socket === null || side.socket.destroyed) {
        throw Object.assign(new Error('The client closed the connection.'), { code: 'ECONNRESET' });
      }
      yield piece;
    }
  }
}

/** Ends an answer with its document, at the bandwidth of its request. */
export function endWith(response: ServerResponse, body: Buffer): void {
  if (!limits.has(response)) {
    response.end(body);
    return;
  }
  // A client that went away is all that can go wrong, and then the answer has nobody to go to.
  pipeline(Readable.from(atBandwidth(response, [body]), { objectMode: false }), response).catch(() =>
    response.destroy(),
  );
}

/** Reads the rest of a refused body and throws it away, at the bandwidth of its request. */
export function discardRest(message: IncomingMessage): void {
  if (!limits.has(message)) {
    message.resume();
    return;
  }
  const rest = message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  const read = async (): Promise<void> => {
    for await (const piece of atBandwidth(message, rest)) {
      void piece;
    }
  };
  read().catch(() => message.destroy());
}
