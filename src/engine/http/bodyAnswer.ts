import { Pace, timedOut, tooManyInterim, type ExchangeLimits } from './answerLimits';
import { parseResponseHead, type ResponseHead } from './responseHead';

/** What an answer tells the connection that it comes through. */
export interface Taken {
  /** The bytes are still needed: the connection must not write over them. */
  readonly isKept: boolean;
  /** False to hold the connection until `resume`. */
  readonly wantsMore: boolean;
}

/** What an answer does with its connection. */
export interface AnswerConnection {
  resume(): void;
  /** All of the answer has come; whether another request may follow on the same connection. */
  done(isUsable: boolean): void;
  destroy(): void;
}

/** The answer is not plain enough for this reader; nothing of it was handed on. */
export class UnsuitedAnswer extends Error {}

const gone: Taken = { isKept: false, wantsMore: false };
const used: Taken = { isKept: false, wantsMore: true };
const held: Taken = { isKept: true, wantsMore: false };

/** Reads one answer from the bytes of a connection and hands its body to a sink, a piece at a time. */
export class BodyAnswer {
  /** Resolves when the head is in; rejects with what ended the connection, or with `UnsuitedAnswer`. */
  readonly head: Promise<ResponseHead>;
  readonly #connection: AnswerConnection;
  readonly #limits: ExchangeLimits;
  readonly #pace: Pace;
  readonly #askedAtMs = performance.now();
  #interimAnswers = 0;
  #resolveHead: (head: ResponseHead) => void = () => undefined;
  #rejectHead: (error: Error) => void = () => undefined;
  #partialHead: Buffer | undefined;
  #head: ResponseHead | undefined;
  #sink: ((bytes: Buffer) => void | Promise<void>) | undefined;
  #place: () => Buffer | undefined = () => undefined;
  /** Bytes that came while the sink was busy. */
  #backlog: Buffer[] = [];
  #backlogBytes = 0;
  #leftBytes = 0;
  #isSinkBusy = false;
  #failure: Error | undefined;
  #end: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  #isOver = false;

  constructor(connection: AnswerConnection, limits: ExchangeLimits) {
    this.#connection = connection;
    this.#limits = limits;
    this.#pace = new Pace(limits);
    this.head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve;
      this.#rejectHead = reject;
    });
  }

  /** Whether nothing of an answer has come. */
  get isUntouched(): boolean {
    return this.#head === undefined && this.#partialHead === undefined && this.#interimAnswers === 0;
  }

  /** What ended the connection too early. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Whether silence is ours: the sink is busy, or nobody reads yet. */
  get isHeld(): boolean {
    return this.#head !== undefined && (this.#isSinkBusy || this.#sink === undefined);
  }

  /** Hands the body on; the bytes are good until the sink is done with them. May be called once. */
  pipe(sink: (bytes: Buffer) => void | Promise<void>, place?: () => Buffer | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#end = { resolve, reject };
      this.#sink = sink;
      this.#pace.restart();
      if (place !== undefined) this.#place = place;
      this.#drain();
    });
  }

  /** Where the sink wants the bytes that come next, if those are the next ones that it gets. */
  get place(): Buffer | undefined {
    const isNext = this.#leftBytes > 0 && this.#sink !== undefined && !this.#isSinkBusy && this.#backlogBytes === 0;
    if (!isNext || this.#isOver || this.#failure !== undefined) return undefined;
    const place = this.#place();
    return place === undefined || place.length === 0 ? undefined : place;
  }

  /** Gives the connection up unless all of the body has been read. */
  discard(): void {
    if (!this.#isOver) this.#connection.destroy();
  }

  /** Bytes of the connection, in order. */
  take(bytes: Buffer): Taken {
    if (this.#isOver) return gone;
    if (this.#head === undefined) return this.#takeHead(bytes);
    if (bytes.length > this.#leftBytes - this.#backlogBytes) {
      return this.#giveUp(new Error('the answer was longer than it said'));
    }
    if (this.#pace.isTooSlow(bytes.length)) return this.#giveUp(timedOut());
    if (!this.#isSinkBusy && this.#sink !== undefined) return this.#give(bytes);
    this.#keep(bytes);
    return held;
  }

  /** The connection has ended. */
  fail(error: Error): void {
    if (this.#isOver || this.#failure !== undefined) return;
    this.#failure = error;
    if (this.#head === undefined) {
      this.#isOver = true;
      this.#rejectHead(error);
    } else if (!this.#isSinkBusy) this.#drain();
  }

  #takeHead(bytes: Buffer): Taken {
    const all = this.#partialHead === undefined ? bytes : Buffer.concat([this.#partialHead, bytes]);
    const end = all.indexOf('\r\n\r\n');
    const { headSilences, idleTimeoutMs, maxHeadBytes } = this.#limits;
    if (end < 0 && all.length <= maxHeadBytes) {
      if (performance.now() - this.#askedAtMs > headSilences * idleTimeoutMs) return this.#giveUp(timedOut());
      this.#partialHead = Buffer.from(all);
      return used;
    }
    const head = end < 0 || end > maxHeadBytes ? undefined : parseResponseHead(all.toString('latin1', 0, end));
    const rest = all.subarray(end + 4);
    if (head !== undefined && head.status < 200) return this.#afterInterim(rest);
    if (head === undefined || rest.length > head.lengthBytes) {
      return this.#giveUp(new UnsuitedAnswer('the answer is not a plain one'));
    }
    this.#head = head;
    this.#leftBytes = head.lengthBytes;
    if (rest.length > 0) this.#keep(Buffer.from(rest));
    this.#resolveHead(head);
    return gone;
  }

  /** A head such as `100 Continue`, that another one follows. */
  #afterInterim(rest: Buffer): Taken {
    this.#partialHead = undefined;
    this.#interimAnswers += 1;
    if (this.#interimAnswers > this.#limits.maxInterimAnswers) return this.#giveUp(tooManyInterim());
    return rest.length === 0 ? used : this.#takeHead(Buffer.from(rest));
  }

  #giveUp(error: Error): Taken {
    this.fail(error);
    this.#connection.destroy();
    return gone;
  }

  #keep(bytes: Buffer): void {
    this.#backlog.push(bytes);
    this.#backlogBytes += bytes.length;
  }

  #give(bytes: Buffer): Taken {
    this.#leftBytes -= bytes.length;
    let busy: void | Promise<void>;
    try {
      busy = this.#sink?.(bytes);
    } catch (thrown) {
      this.#stop(thrown);
      return gone;
    }
    if (busy === undefined) {
      if (this.#leftBytes === 0) this.#finish();
      return used;
    }
    this.#isSinkBusy = true;
    busy.then(
      () => {
        this.#isSinkBusy = false;
        this.#drain();
      },
      (thrown: unknown) => this.#stop(thrown),
    );
    return held;
  }

  #drain(): void {
    while (!this.#isSinkBusy && !this.#isOver) {
      const bytes = this.#backlog.shift();
      if (bytes === undefined) break;
      this.#backlogBytes -= bytes.length;
      this.#give(bytes);
    }
    if (this.#isSinkBusy || this.#isOver || this.#sink === undefined) return;
    if (this.#leftBytes === 0) this.#finish();
    else if (this.#failure === undefined) {
      this.#pace.restart();
      this.#connection.resume();
    } else {
      this.#isOver = true;
      this.#end?.reject(this.#failure);
    }
  }

  #finish(): void {
    this.#isOver = true;
    this.#connection.done(this.#failure === undefined && this.#head?.isLast === false);
    this.#end?.resolve();
  }

  /** What the sink throws is its own business (a full disk), not the network's. */
  #stop(thrown: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connection.destroy();
    this.#end?.reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
  }
}
