/** What an answer may be and take, so that no server can hold the engine, whatever it sends. */
export interface AnswerLimits {
  /** Heads before the one that counts (1xx). */
  readonly maxInterimAnswers: number;
  /** Status line and headers of one head. */
  readonly maxHeadBytes: number;
  /** From the last byte of a request to the end of its answer's head, in times of the longest silence. */
  readonly headSilences: number;
  /** Bytes that have to arrive within each longest silence, or the body counts as silent. */
  readonly leastBodyBytes: number;
  /** For a whole document of XML or JSON, in times of the longest silence. */
  readonly documentSilences: number;
  /** The largest document, whatever an operation allows itself. */
  readonly maxDocumentBytes: number;
}

/** What the product uses; the longest silence is the setting `ibmcos.network.requestTimeout`. */
export const answerLimits: AnswerLimits = {
  maxInterimAnswers: 20,
  maxHeadBytes: 64 * 1024,
  headSilences: 2,
  leastBodyBytes: 1024,
  documentSilences: 10,
  maxDocumentBytes: 64 * 1024 * 1024,
};

/** Time limits of an exchange, and what its answer may be. */
export interface ExchangeLimits extends AnswerLimits {
  readonly connectTimeoutMs: number;
  /** Longest silence of the connection. */
  readonly idleTimeoutMs: number;
}

/** Tells a body that drips from one that flows: a byte now and then keeps every timer of a socket from firing. */
export class Pace {
  readonly #limits: Pick<ExchangeLimits, 'idleTimeoutMs' | 'leastBodyBytes'>;
  #sinceMs = performance.now();
  #bytes = 0;

  constructor(limits: Pick<ExchangeLimits, 'idleTimeoutMs' | 'leastBodyBytes'>) {
    this.#limits = limits;
  }

  /** After a pause of our own. */
  restart(): void {
    this.#sinceMs = performance.now();
    this.#bytes = 0;
  }

  /** Whether too little has come, these bytes included. */
  isTooSlow(lengthBytes: number): boolean {
    this.#bytes += lengthBytes;
    if (performance.now() - this.#sinceMs < this.#limits.idleTimeoutMs) return false;
    const isTooSlow = this.#bytes < this.#limits.leastBodyBytes;
    this.restart();
    return isTooSlow;
  }
}

/** Errors of limits, told apart by code as Node's are. */
export function tooManyInterim(): Error {
  return Object.assign(new Error('too many interim answers'), { code: 'COS_INTERIM_ANSWERS' });
}

/** A silence that lasted too long, or what amounts to one. */
export function timedOut(): Error {
  return Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' });
}

/** The end of an exchange whose connection went over to another protocol (101), which nobody asked for. */
export function switchedProtocols(): Error {
  return Object.assign(new Error('another protocol'), { code: 'COS_SWITCHED_PROTOCOLS' });
}
