import type { CosError } from '../model/cosError';

/** A `CosError` on its way up the engine's stack. `serve.ts` turns it into a value at the process border. */
export class CosFailure extends Error {
  readonly error: CosError;

  constructor(error: CosError, options?: { cause?: unknown }) {
    super(error.detail, options);
    this.name = 'CosFailure';
    this.error = error;
  }
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
