import type { CosError } from '../model/cosError';

/** A `CosError` on its way up the engine's stack. `serve.ts` turns it into a value at the process border. */
export class CosFailure extends Error {
  #error: CosError;

  constructor(error: CosError, options?: { cause?: unknown }) {
    super(error.detail, options);
    this.name = 'CosFailure';
    this.#error = error;
  }

  get error(): CosError {
    return this.#error;
  }

  /** Says how long the service asks to be left alone. */
  leftAlone(retryAfterMs: number): this {
    this.#error = { ...this.#error, retryAfterMs };
    return this;
  }

  /** Rewrites every text of it, where it is and stays the same failure. */
  rewriteTexts(rewrite: (text: string) => string): void {
    const texts: Partial<Record<string, unknown>> = {};
    for (const [name, value] of Object.entries(this.#error) as [string, unknown][]) {
      texts[name] = typeof value === 'string' ? rewrite(value) : value;
    }
    this.#error = { ...this.#error, ...texts };
    this.message = this.#error.detail;
    if (this.stack !== undefined) this.stack = rewrite(this.stack);
  }
}

/** Failures in which the service itself says that it has not done the work: asking again under the same conditions is safe. */
const notDone = new WeakSet<CosFailure>();

/** Remembers that a service has said of its own work that it is not done, as in an error that comes in a 200. */
export function saidNotDone(failure: CosFailure): CosFailure {
  notDone.add(failure);
  return failure;
}

/** Whether the service has said itself that it has not done what it was asked for. */
export function isSaidNotDone(failure: CosFailure): boolean {
  return notDone.has(failure);
}

/** Failures of a request that was sent before, and may have been acted on then. */
const repeated = new WeakSet<CosFailure>();

/** Remembers that an attempt before the one that failed so may have been acted on. */
export function afterUnclearAttempt(failure: CosFailure): CosFailure {
  repeated.add(failure);
  return failure;
}

/** Whether a request that failed so may have been acted on by an attempt before: a refusal may come from its own work. */
export function mayBeOwnWork(thrown: unknown): boolean {
  return thrown instanceof CosFailure && (repeated.has(thrown) || mayBeOwnWork(thrown.cause));
}

/** The failure of work that was cancelled. */
export function cancelled(op: string): CosFailure {
  return new CosFailure({ kind: 'cancelled', op, retry: 'never', detail: `${op} was cancelled` });
}

/** Throws `cancelled` when the signal has aborted. */
export function throwIfCancelled(op: string, signal: AbortSignal): void {
  if (signal.aborted) throw cancelled(op);
}

/** Any thrown value as a `CosFailure`: what is none already was not foreseen, and says so. */
export function asFailure(thrown: unknown, op: string): CosFailure {
  if (thrown instanceof CosFailure) return thrown;
  const detail = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new CosFailure({ kind: 'internal', op, retry: 'never', detail }, { cause: thrown });
}
