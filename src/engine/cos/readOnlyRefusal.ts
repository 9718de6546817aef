import type { Connection } from '../../model/connection';
import { CosFailure } from '../failure';

/** The refusal of a write through a connection that is marked read-only. */
export function readOnlyRefusal(op: string, { name }: Pick<Connection, 'name'>): CosFailure {
  return new CosFailure({
    kind: 'denied',
    op,
    reason: 'readOnlyConnection',
    retry: 'never',
    detail: `The connection "${name}" is marked read-only; nothing was changed.`,
  });
}
