import type { LockMode, Protection, RetentionEnd } from './protection';

/** Longest retention in days: 99 years. One of IBM's pages says 1,000 years; the shorter is safe (data-plane §12.1). */
export const maxRetentionDays = 36_135;
/** Longest default of Object Lock (data-plane §11). */
export const maxLockDays = 36_500;
/** Longest default of Object Lock in years (data-plane §11). */
export const maxLockYears = 100;

const daySeconds = 86_400;

/** Retention policy of a bucket (data-plane §12.1). It can be changed but never removed. */
export interface RetentionPolicy {
  readonly minimumDays: number;
  readonly defaultDays: number;
  readonly maximumDays: number;
  /** Whether objects may be retained forever (`EnablePermanentRetention`). Once true it stays so. */
  readonly isPermanentAllowed: boolean;
}

/** Protection of a bucket by Immutable Object Storage. */
export type BucketProtection =
  { readonly kind: 'none' } | { readonly kind: 'retention'; readonly policy: RetentionPolicy };

/** Default that new versions of a bucket with Object Lock get: days or years, not both (data-plane §11). */
export interface LockDefault {
  readonly mode: LockMode;
  readonly duration: { readonly unit: 'days' | 'years'; readonly count: number };
}

/** Object Lock of a bucket. It cannot be switched off. */
export type ObjectLockConfiguration =
  { readonly kind: 'none' } | { readonly kind: 'enabled'; readonly defaultRetention?: LockDefault };

/** What is wrong with a retention policy. */
export type RetentionPolicyProblem =
  | { readonly kind: 'notWholeDays'; readonly field: 'minimumDays' | 'defaultDays' | 'maximumDays' }
  | {
      readonly kind: 'tooLong';
      readonly field: 'minimumDays' | 'defaultDays' | 'maximumDays';
      readonly maxDays: number;
    }
  | {
      readonly kind: 'order';
      readonly smaller: 'minimumDays' | 'defaultDays';
      readonly larger: 'defaultDays' | 'maximumDays';
    }
  | { readonly kind: 'permanentTakenBack' };

/** What is wrong with a policy, alone and as successor of `before` (rule 87). */
export function retentionPolicyProblems(
  policy: RetentionPolicy,
  before?: RetentionPolicy,
): readonly RetentionPolicyProblem[] {
  const problems: RetentionPolicyProblem[] = [];
  for (const field of ['minimumDays', 'defaultDays', 'maximumDays'] as const) {
    if (!Number.isInteger(policy[field]) || policy[field] < 0) problems.push({ kind: 'notWholeDays', field });
    else if (policy[field] > maxRetentionDays) problems.push({ kind: 'tooLong', field, maxDays: maxRetentionDays });
  }
  for (const [smaller, larger] of [
    ['minimumDays', 'defaultDays'],
    ['defaultDays', 'maximumDays'],
  ] as const) {
    if (policy[smaller] > policy[larger]) problems.push({ kind: 'order', smaller, larger });
  }
  if (before?.isPermanentAllowed === true && !policy.isPermanentAllowed) problems.push({ kind: 'permanentTakenBack' });
  return problems;
}

/** What is wrong with a default of Object Lock, or undefined (rule 81). */
export function lockDefaultProblem(
  wanted: LockDefault,
): { readonly kind: 'duration'; readonly maxCount: number } | undefined {
  const { unit, count } = wanted.duration;
  const maxCount = unit === 'days' ? maxLockDays : maxLockYears;
  return Number.isInteger(count) && count >= 1 && count <= maxCount ? undefined : { kind: 'duration', maxCount };
}

/** The four ways to extend a retention (data-plane §12.4). Exactly one goes into a request. */
export type RetentionExtension =
  /** `Additional-Retention-Period`: so much longer than now. */
  | { readonly kind: 'additional'; readonly seconds: number }
  /** `Extend-Retention-From-Current-Time`: so long from the moment of the request. */
  | { readonly kind: 'fromNow'; readonly seconds: number }
  /** `New-Retention-Expiration-Date`, whole seconds. */
  | { readonly kind: 'until'; readonly untilMs: number }
  /** `New-Retention-Period`: replaces the period, which counts from creation; -1 indefinite, -2 permanent. */
  | { readonly kind: 'period'; readonly seconds: number };

/** Why a retention cannot be extended so. */
export type ExtensionProblem =
  | { readonly kind: 'notWholeSeconds' }
  | { readonly kind: 'permanentAlready' }
  | { readonly kind: 'permanentNotAllowed' }
  /** Nothing can be added to a period without end; give an end instead. */
  | { readonly kind: 'additionToIndefinite' }
  | { readonly kind: 'notLater'; readonly untilMs: number }
  | { readonly kind: 'tooLate'; readonly latestMs: number }
  | { readonly kind: 'outsidePolicy'; readonly minimumDays: number; readonly maximumDays: number };

/** The retention half of `Protection`. */
export type ObjectRetention = Extract<Protection, { kind: 'retention' }>;

/** When a retention would end after an extension; undefined where that cannot be said without the creation date. */
export function extendedEnd(
  current: ObjectRetention,
  extension: RetentionExtension,
  nowMs: number,
): RetentionEnd | undefined {
  switch (extension.kind) {
    case 'additional':
      return current.end.kind === 'until'
        ? { kind: 'until', untilMs: current.end.untilMs + extension.seconds * 1000 }
        : current.end;
    case 'fromNow':
      return { kind: 'until', untilMs: nowMs + extension.seconds * 1000 };
    case 'until':
      return { kind: 'until', untilMs: extension.untilMs };
    case 'period': {
      if (extension.seconds === -1) return { kind: 'indefinite' };
      if (extension.seconds === -2) return { kind: 'permanent' };
      const { createdAtMs } = current;
      return createdAtMs === undefined ? undefined : { kind: 'until', untilMs: createdAtMs + extension.seconds * 1000 };
    }
  }
}

/**
 * Why the service would refuse an extension, or undefined (rule 93): retention never gets shorter, but for leaving
 * `indefinite`; it ends at most the bucket's maximum from now. Without a policy only the object itself is considered.
 */
export function extensionProblem(
  current: ObjectRetention,
  extension: RetentionExtension,
  policy: RetentionPolicy | undefined,
  nowMs: number,
): ExtensionProblem | undefined {
  const amount = extension.kind === 'until' ? extension.untilMs : extension.seconds;
  const isEndless = extension.kind === 'period' && (amount === -1 || amount === -2);
  if (!Number.isSafeInteger(amount) || (amount < 0 && !isEndless)) return { kind: 'notWholeSeconds' };
  if (current.end.kind === 'permanent') return { kind: 'permanentAlready' };
  if (extension.kind === 'additional' && current.end.kind === 'indefinite') return { kind: 'additionToIndefinite' };
  const end = extendedEnd(current, extension, nowMs);
  if (end === undefined) return undefined;
  if (end.kind === 'permanent')
    return policy?.isPermanentAllowed === false ? { kind: 'permanentNotAllowed' } : undefined;
  if (end.kind === 'indefinite') {
    return current.end.kind === 'indefinite' ? { kind: 'additionToIndefinite' } : undefined;
  }
  if (current.end.kind === 'until' && end.untilMs <= current.end.untilMs) {
    return { kind: 'notLater', untilMs: current.end.untilMs };
  }
  if (policy === undefined) return undefined;
  const latestMs = nowMs + policy.maximumDays * daySeconds * 1000;
  if (end.untilMs > latestMs) return { kind: 'tooLate', latestMs };
  if (current.end.kind === 'indefinite' && current.createdAtMs !== undefined) {
    const days = (end.untilMs - current.createdAtMs) / (daySeconds * 1000);
    const { minimumDays, maximumDays } = policy;
    if (days < minimumDays || days > maximumDays) return { kind: 'outsidePolicy', minimumDays, maximumDays };
  }
  return undefined;
}

/** Object Lock retention that a version is to get; undefined removes it (GOVERNANCE with bypass, or run out). */
export interface LockRetention {
  readonly mode: LockMode;
  readonly retainUntilMs: number;
}

/** Whether a lock is at least as strong as a wanted one. Services that keep whole seconds are not held to more. */
export function isLockedAsWanted(has: Partial<LockRetention>, wanted: LockRetention): boolean {
  const isAsHard = has.mode === wanted.mode || has.mode === 'COMPLIANCE';
  return isAsHard && has.retainUntilMs !== undefined && has.retainUntilMs + 1000 > wanted.retainUntilMs;
}

/** Why the service would refuse a lock. */
export type LockProblem =
  | { readonly kind: 'past' }
  /** COMPLIANCE: only a later date, whatever one may do. */
  | { readonly kind: 'complianceWeaker'; readonly untilMs: number }
  /** GOVERNANCE: possible, with the bypass. */
  | { readonly kind: 'needsBypass'; readonly untilMs: number };

/** Why the service would refuse to lock a version so, or undefined (rules 82, 83; equal dates are refused too). */
export function lockProblem(
  current: Protection,
  wanted: LockRetention | undefined,
  bypass: boolean,
  nowMs: number,
): LockProblem | undefined {
  if (wanted !== undefined && wanted.retainUntilMs <= nowMs) return { kind: 'past' };
  if (current.kind !== 'objectLock' || current.mode === undefined) return undefined;
  const { mode, retainUntilMs: untilMs = 0 } = current;
  if (untilMs <= nowMs) return undefined;
  const isStronger =
    wanted !== undefined && wanted.retainUntilMs > untilMs && (wanted.mode === mode || wanted.mode === 'COMPLIANCE');
  if (isStronger) return undefined;
  if (mode === 'COMPLIANCE') return { kind: 'complianceWeaker', untilMs };
  return bypass ? undefined : { kind: 'needsBypass', untilMs };
}

/** Protection that a new object gets when it is written (data-plane §5.1, §12.2). */
export type NewProtection =
  | {
      readonly kind: 'retention';
      /** Seconds, or -1 or -2; or a date. Absent: the bucket's default. */
      readonly periodSeconds?: number;
      readonly untilMs?: number;
      readonly holdId?: string;
    }
  | {
      readonly kind: 'objectLock';
      readonly retention?: LockRetention;
      readonly hasLegalHold?: boolean;
    };

/** What is wrong with the retention of a new object, or undefined (rule 89). */
export function newRetentionProblem(
  wanted: Extract<NewProtection, { kind: 'retention' }>,
  policy: RetentionPolicy,
  nowMs: number,
): 'periodAndDate' | 'notWholeSeconds' | 'past' | 'outsidePolicy' | 'permanentNotAllowed' | undefined {
  const { periodSeconds, untilMs } = wanted;
  if (periodSeconds !== undefined && untilMs !== undefined) return 'periodAndDate';
  if (untilMs !== undefined && untilMs <= nowMs) return 'past';
  const seconds = periodSeconds ?? (untilMs === undefined ? undefined : Math.ceil((untilMs - nowMs) / 1000));
  if (seconds === undefined || seconds === -1) return undefined;
  if (seconds === -2) return policy.isPermanentAllowed ? undefined : 'permanentNotAllowed';
  if (!Number.isSafeInteger(seconds) || seconds < 0) return 'notWholeSeconds';
  const isInside = seconds >= policy.minimumDays * daySeconds && seconds <= policy.maximumDays * daySeconds;
  return isInside ? undefined : 'outsidePolicy';
}
