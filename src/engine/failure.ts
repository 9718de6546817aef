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
