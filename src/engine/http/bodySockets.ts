import * as net from 'node:net';
import * as tls from 'node:tls';
import type { ExchangeLimits } from './answerLimits';
import { BodyAnswer } from './bodyAnswer';

/** Where connections go, without a proxy. */
export interface BodyTarget {
  readonly isTls: boolean;
  readonly host: string;
  readonly port: number;
  readonly trust: tls.ConnectionOptions;
  /** Connections kept open while nobody uses them. */
  readonly maxFree: number;
}

/** Larger than a TLS record, so that each is handed on whole. */
const bufferBytes = 64 * 1024;
/** A connection that nobody uses is closed before most servers would. */
const freeMs = 30_000;

/**
 * One connection. What comes is read to where it is wanted, or into one buffer again and again: Node's streams make a new
 * one for every 16 KiB, which is most of what a download costs.
 */
export class BodySocket {
  readonly socket: net.Socket;
  isReused = false;
  #buffer = Buffer.allocUnsafe(bufferBytes);
  #answer: BodyAnswer | undefined;
  #ended: () => void = () => undefined;
  readonly #pool: BodySockets;

  constructor(pool: BodySockets, { isTls, host, port, trust }: BodyTarget) {
    this.#pool = pool;
    const onread = {
      // Asked after each read, for the next one: by then, what the last one held has been dealt with.
      buffer: () => this.#answer?.place ?? this.#buffer,
      callback: (count: number, buffer: Uint8Array) => this.#take(buffer as Buffer, count),
    };
    // Types of Node know `onread` for plain sockets only; TLS sockets are made with the same options.
    const place: net.NetConnectOpts = { host, port, onread };
    const name = net.isIP(host) === 0 ? { servername: host } : {};
    this.socket = isTls
      ? tls.connect({ ...trust, ...name, ...place, ALPNProtocols: ['http/1.1'] })
      : net.connect(place);
    this.socket.setNoDelay(true);
    this.socket.on('error', (error) => this.#fail(error));
    this.socket.on('end', () => this.#fail(new Error('the body ended early')));
    this.socket.on('close', () => this.#fail(new Error('the body ended early')));
  }

  /** Whether an answer may be silent without being given up. */
  get isHeld(): boolean {
    return this.#answer?.isHeld === true;
  }

  /** Sends a head and reads the answer to it. `ended` hears when answer or connection is at its end. */
  ask(head: string, limits: ExchangeLimits, ended: () => void): BodyAnswer {
    const { socket } = this;
    const { idleTimeoutMs } = limits;
    const answer = new BodyAnswer(
      {
        resume: () => {
          socket.setTimeout(idleTimeoutMs);
          socket.resume();
        },
        done: (isUsable) => {
          this.#answer = undefined;
          ended();
          if (isUsable) this.#pool.release(this);
          else socket.destroy();
        },
        destroy: () => socket.destroy(),
      },
      limits,
    );
    this.#answer = answer;
    this.#ended = ended;
    socket.setTimeout(idleTimeoutMs);
    socket.write(head, 'latin1');
    socket.resume();
    return answer;
  }

  #take(buffer: Buffer, count: number): boolean {
    if (this.#answer === undefined) {
      this.socket.destroy(); // nobody has asked for anything
      return false;
    }
    const { isKept, wantsMore } = this.#answer.take(buffer.subarray(0, count));
    if (isKept) this.#buffer = Buffer.allocUnsafe(bufferBytes);
    return wantsMore;
  }

  #fail(error: Error): void {
    this.#pool.forget(this);
    this.#answer?.fail(error);
    this.#ended();
    this.socket.destroy();
  }
}

/** Connections to one origin for bodies that are read into place. */
export class BodySockets {
  readonly #target: BodyTarget;
  readonly #all = new Set<BodySocket>();
  #free: BodySocket[] = [];
  #isRetired = false;

  constructor(target: BodyTarget) {
    this.#target = target;
  }

  /** The connection that was used last, or a new one. */
  take(): BodySocket {
    const known = this.#free.pop();
    if (known !== undefined) {
      known.isReused = true;
      known.socket.removeAllListeners('timeout');
      known.socket.ref();
      return known;
    }
    const made = new BodySocket(this, this.#target);
    this.#all.add(made);
    return made;
  }

  /** Keeps a connection for the next request. */
  release(one: BodySocket): void {
    const { socket } = one;
    if (this.#isRetired || this.#free.length >= this.#target.maxFree || socket.destroyed) {
      socket.destroy();
      return;
    }
    socket.removeAllListeners('timeout');
    socket.setTimeout(freeMs, () => socket.destroy());
    socket.unref();
    this.#free.push(one);
  }

  forget(one: BodySocket): void {
    this.#all.delete(one);
    this.#free = this.#free.filter((other) => other !== one);
  }

  /** Free connections close now, others when their answer is in. */
  retire(): void {
    this.#isRetired = true;
    for (const { socket } of this.#free) socket.destroy();
  }

  close(): void {
    this.#isRetired = true;
    for (const { socket } of this.#all) socket.destroy();
  }
}
