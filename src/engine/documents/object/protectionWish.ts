import type { Protection, RetentionEnd } from '../../../model/protection';
import type { LockRetention } from '../../../model/retention';
import { readDate } from '../../../model/dates';
import type { ParsedDocument } from '../parse';

/** What a properties document wants of protection, part by part; undefined where it does not say. */
export interface ProtectionWish {
  /** Of a retention; `problem` where it is neither a date nor one of the two words. */
  readonly end?: RetentionEnd | { readonly kind: 'problem' };
  /** Ids of legal holds; undefined where the list is missing or no list of texts. */
  readonly holds?: readonly string[];
  readonly lock?: {
    /** Null: none. `problem` where mode and date do not go together or are none. */
    readonly retention: LockRetention | null | 'problem';
    readonly hasLegalHold: boolean;
    readonly bypassGovernance: boolean;
  };
}

/** Reads the protection parts of a document, leniently: what is wrong is for `protectionProblems` to say. */
export function protectionWish(document: ParsedDocument): ProtectionWish {
  const until = document.valueAt(['retention', 'until']);
  const holds = document.valueAt(['legalHolds']);
  const lock = document.valueAt(['objectLock']);
  return {
    ...(until === undefined ? {} : { end: readEnd(until) }),
    ...(Array.isArray(holds) && holds.every((id) => typeof id === 'string') ? { holds: holds } : {}),
    ...(typeof lock === 'object' && lock !== null ? { lock: readLock(document) } : {}),
  };
}

function readEnd(until: unknown): RetentionEnd | { readonly kind: 'problem' } {
  if (until === 'indefinite' || until === 'permanent') return { kind: until };
  const untilMs = readDate(until);
  return untilMs === undefined ? { kind: 'problem' } : { kind: 'until', untilMs };
}

function readLock(document: ParsedDocument): NonNullable<ProtectionWish['lock']> {
  const mode = document.valueAt(['objectLock', 'mode']);
  const retainUntil = document.valueAt(['objectLock', 'retainUntil']);
  const untilMs = readDate(retainUntil);
  const isNone = (mode === null || mode === undefined) && (retainUntil === null || retainUntil === undefined);
  const isWhole = (mode === 'GOVERNANCE' || mode === 'COMPLIANCE') && untilMs !== undefined;
  return {
    retention: isNone ? null : isWhole ? { mode, retainUntilMs: untilMs } : 'problem',
    hasLegalHold: document.valueAt(['objectLock', 'legalHold']) === true,
    bypassGovernance: document.valueAt(['objectLock', 'bypassGovernance']) === true,
  };
}

/** Whether a wished end is the one that there is. */
export function isSameEnd(one: RetentionEnd, other: RetentionEnd): boolean {
  return one.kind === 'until' && other.kind === 'until' ? one.untilMs === other.untilMs : one.kind === other.kind;
}

/** Whether a wished lock is the one that there is; one that has run out and was taken away is. */
export function isSameLock(protection: Protection, wanted: LockRetention | null): boolean {
  const current = protection.kind === 'objectLock' ? protection : undefined;
  if (wanted === null) return current?.mode === undefined;
  return current?.mode === wanted.mode && current.retainUntilMs === wanted.retainUntilMs;
}
