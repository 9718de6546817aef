import type { ObjectProtection } from '../../model/objectInfo';

/** Why an object cannot be saved. Object Lock is none: a save makes a new version (data-plane §11). */
export type ReadOnlyReason =
  | { readonly kind: 'version' }
  | { readonly kind: 'connection' }
  | { readonly kind: 'retainedUntil'; readonly untilMs: number }
  | { readonly kind: 'retainedIndefinitely' }
  | { readonly kind: 'legalHolds'; readonly count: number };

/** The first reason that keeps an object from being changed, or undefined when it can be. */
export function readOnlyReason(
  protection: ObjectProtection | undefined,
  context: { readonly isVersion: boolean; readonly isReadOnlyConnection: boolean; readonly nowMs: number },
): ReadOnlyReason | undefined {
  if (context.isVersion) return { kind: 'version' };
  if (context.isReadOnlyConnection) return { kind: 'connection' };
  const retention = protection?.retention;
  if (retention === undefined) return undefined;
  if (retention.legalHoldCount > 0) return { kind: 'legalHolds', count: retention.legalHoldCount };
  if (retention.isIndefinite) return { kind: 'retainedIndefinitely' };
  if (retention.retainUntilMs !== undefined && retention.retainUntilMs > context.nowMs) {
    return { kind: 'retainedUntil', untilMs: retention.retainUntilMs };
  }
  return undefined;
}
