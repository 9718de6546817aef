import type { Connection } from '../../model/connection';
import type { ConnectionId } from '../../model/ids';
import type { EngineClock } from '../clock';
import { CosFailure } from '../failure';
import { readOnlyRefusal } from './readOnlyRefusal';

/** Why an operation that changes something is refused now, or undefined where it is not. */
export type WriteGuard = (op: string) => CosFailure | undefined;

/** Which production connections a person has allowed changes through, for as long as changes go on. */
export interface WriteAllowances {
  allow(id: ConnectionId): void;
  forbid(id: ConnectionId): void;
  /** Whether a change may be made now; one that may prolongs the allowance. */
  use(id: ConnectionId): boolean;
}

/** After so long without a change the name has to be typed again. */
const idleMs = 15 * 60_000;

/** Allowances of one engine. Counted on the monotonic clock, and gone with the engine. */
export function createWriteAllowances(clock: EngineClock): WriteAllowances {
  const untilMs = new Map<ConnectionId, number>();
  return {
    allow: (id) => void untilMs.set(id, clock.monotonicMs() + idleMs),
    forbid: (id) => void untilMs.delete(id),
    use(id) {
      const now = clock.monotonicMs();
      if ((untilMs.get(id) ?? Number.NEGATIVE_INFINITY) < now) return false;
      untilMs.set(id, now + idleMs);
      return true;
    },
  };
}

/** What ends work that began before a connection was marked, and changes no object. No other write is let through. */
const alwaysAllowed: ReadonlySet<string> = new Set(['AbortMultipartUpload']);

/**
 * Throws where the guard refuses a request. Whatever is no GET or HEAD is a write, also what nobody has thought of: this is
 * asked on the way of every request.
 */
export function refuseWrite({ op, method }: { readonly op: string; readonly method: string }, guard: WriteGuard): void {
  if (method === 'GET' || method === 'HEAD' || alwaysAllowed.has(op)) return;
  const refusal = guard(op);
  if (refusal !== undefined) throw refusal;
}

/** The guard of a connection: none may change a read-only one; a production one only who typed its name. */
export function createWriteGuard(connection: Connection, allowances: WriteAllowances | undefined): WriteGuard {
  if (connection.isReadOnly === true) return (op) => readOnlyRefusal(op, connection);
  if (connection.isProduction !== true) return () => undefined;
  return (op) => (allowances?.use(connection.id) === true ? undefined : productionRefusal(op, connection));
}

function productionRefusal(op: string, { name }: Connection): CosFailure {
  return new CosFailure({
    kind: 'denied',
    op,
    reason: 'productionLocked',
    retry: 'never',
    detail: `The connection "${name}" is marked as production and changes were not allowed; nothing was changed.`,
  });
}
