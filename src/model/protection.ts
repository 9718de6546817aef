import type { ObjectProtection } from './objectInfo';

/** Modes of Object Lock (data-plane §11). */
export type LockMode = 'GOVERNANCE' | 'COMPLIANCE';

/** A named legal hold of an object (data-plane §12.3). */
export interface LegalHold {
  readonly id: string;
  /** Absent where the service gives no date, or one that cannot be read. */
  readonly placedAtMs?: number;
}

/** How long an object of Immutable Object Storage is retained (data-plane §12.2). */
export type RetentionEnd =
  | { readonly kind: 'until'; readonly untilMs: number }
  /** `Retention-Period: -1`: until somebody sets an end. */
  | { readonly kind: 'indefinite' }
  /** `Retention-Period: -2`: forever. */
  | { readonly kind: 'permanent' };

/** What an object's bucket allows, learned once per bucket. A bucket has one mechanism or neither. */
export type ProtectionMechanism = 'retention' | 'objectLock' | 'none' | 'unknown';

/** What protects one object or version: a union of the two mechanisms (data-plane §11, §12). */
export type Protection =
  | {
      /** Nothing does. `mechanism` says what could; `unknown` where the identity may not ask the bucket. */
      readonly kind: 'none';
      readonly mechanism: ProtectionMechanism;
      readonly versionId?: string;
    }
  | {
      readonly kind: 'retention';
      readonly end: RetentionEnd;
      /** Seconds from creation; -1 and -2 as on the wire. Absent where the service does not say. */
      readonly periodSeconds?: number;
      /** When the period began. */
      readonly createdAtMs?: number;
      readonly holds: readonly LegalHold[];
    }
  | {
      readonly kind: 'objectLock';
      readonly mode?: LockMode;
      readonly retainUntilMs?: number;
      readonly hasLegalHold: boolean;
      readonly versionId?: string;
    };

/** Why an object cannot be deleted. */
export type Obstacle =
  | { readonly kind: 'retained'; readonly untilMs: number }
  | { readonly kind: 'indefinite' }
  | { readonly kind: 'permanent' }
  | { readonly kind: 'legalHold'; readonly hold: LegalHold }
  | { readonly kind: 'locked'; readonly mode: LockMode; readonly untilMs: number }
  | { readonly kind: 'lockHold' };

/** When an object can be deleted, and what stands in the way. */
export type Deletability =
  | { readonly kind: 'now' }
  /** `canBypass`: GOVERNANCE, which who is permitted to may delete before the date. */
  | { readonly kind: 'at'; readonly atMs: number; readonly obstacles: readonly Obstacle[]; readonly canBypass: boolean }
  /** Not before holds are removed or an end is set; `notBeforeMs` where a date stands in the way as well. */
  | { readonly kind: 'held'; readonly notBeforeMs?: number; readonly obstacles: readonly Obstacle[] }
  | { readonly kind: 'never'; readonly obstacles: readonly Obstacle[] };

/**
 * When an object can be deleted (emulator-rules §84, §91, §92). For Object Lock this is about the version itself:
 * deleting the object without naming a version only adds a delete marker and is always possible.
 */
export function deletability(protection: Protection, nowMs: number): Deletability {
  const obstacles = obstaclesOf(protection, nowMs);
  if (obstacles.length === 0) return { kind: 'now' };
  if (obstacles.some(({ kind }) => kind === 'permanent')) return { kind: 'never', obstacles };
  const dates = obstacles.flatMap((obstacle) => ('untilMs' in obstacle ? [obstacle.untilMs] : []));
  const isDated = dates.length === obstacles.length;
  const lastMs = Math.max(...dates);
  if (!isDated) return { kind: 'held', obstacles, ...(dates.length === 0 ? {} : { notBeforeMs: lastMs }) };
  const canBypass = obstacles.every((obstacle) => obstacle.kind === 'locked' && obstacle.mode === 'GOVERNANCE');
  return { kind: 'at', atMs: lastMs, obstacles, canBypass };
}

/** Everything that keeps an object from being deleted at a time, dates first. */
export function obstaclesOf(protection: Protection, nowMs: number): readonly Obstacle[] {
  switch (protection.kind) {
    case 'none':
      return [];
    case 'retention': {
      const holds = protection.holds.map((hold): Obstacle => ({ kind: 'legalHold', hold }));
      const { end } = protection;
      if (end.kind !== 'until') return [end, ...holds];
      return end.untilMs > nowMs ? [{ kind: 'retained', untilMs: end.untilMs }, ...holds] : holds;
    }
    case 'objectLock': {
      const { mode, retainUntilMs, hasLegalHold } = protection;
      const isLocked = mode !== undefined && retainUntilMs !== undefined && retainUntilMs > nowMs;
      return [
        ...(isLocked ? [{ kind: 'locked', mode, untilMs: retainUntilMs } as const] : []),
        ...(hasLegalHold ? [{ kind: 'lockHold' } as const] : []),
      ];
    }
  }
}

/**
 * Whether the service refuses to overwrite the object, its headers and metadata included. Immutable Object Storage does
 * (rule 91); under Object Lock a write makes a new version, and tags and ACLs can always be changed.
 */
export function isOverwriteRefused(protection: Protection, nowMs: number): boolean {
  return protection.kind === 'retention' && obstaclesOf(protection, nowMs).length > 0;
}

/** The same as far as a HEAD tells: it counts holds, and knows an end or that there is none. */
export function isReplaceRefused({ retention }: ObjectProtection, nowMs: number): boolean {
  if (retention === undefined) return false;
  const { retainUntilMs = 0, isIndefinite, legalHoldCount } = retention;
  return isIndefinite || legalHoldCount > 0 || retainUntilMs > nowMs;
}

/** Legal holds that one object may have (data-plane §12.3). */
export const maxLegalHolds = 100;

/** Why a text cannot name a new legal hold. */
export type HoldIdProblem =
  | { readonly kind: 'empty' }
  | { readonly kind: 'tooLong'; readonly maxCharacters: number }
  | { readonly kind: 'character'; readonly character: string; readonly at: number };

/**
 * Why a text cannot name a new legal hold: 1 to 64 letters, digits and `! _ . * ( ) -`. IBM's pages disagree on the
 * apostrophe, so new holds go without it (rule 94); one that exists can be removed, see `isLegalHoldId`.
 */
export function newHoldIdProblem(id: string): HoldIdProblem | undefined {
  if (id === '') return { kind: 'empty' };
  const found = /[^A-Za-z0-9!_.*()-]/u.exec(id);
  if (found !== null) return { kind: 'character', character: found[0], at: found.index };
  return id.length > 64 ? { kind: 'tooLong', maxCharacters: 64 } : undefined;
}

/** Whether a text can be the id of a legal hold that exists (data-plane §12.3, the wider of both character sets). */
export function isLegalHoldId(id: string): boolean {
  return /^[A-Za-z0-9!_.*()'-]{1,64}$/.test(id);
}
