import { bucketNameProblem, type BucketNameProblem } from './bucketName';

/** State of a backup policy (control-plane §3.4). `other`: a word that the service did not have when this was written. */
export type PolicyStatus = 'pending' | 'initializing' | 'active' | 'degraded' | 'actionNeeded' | 'failed' | 'other';

/** A bucket's instruction to keep a continuous backup in a vault (control-plane §3.4). */
export interface BackupPolicy {
  readonly id: string;
  readonly name: string;
  /** CRN of the vault. */
  readonly vaultCrn: string;
  /** How long the history goes back, in days; ranges of the first release may say -1, forever. */
  readonly deleteAfterDays?: number;
  readonly status: PolicyStatus;
  /** 0 to 100, while the first copy is made. */
  readonly initialSyncPercent?: number;
  /** Why it needs action or failed. */
  readonly errorCause?: string;
}

/** A vault: where backups of buckets are kept (control-plane §3.5). What the identity may not see is absent. */
export interface BackupVault {
  readonly name: string;
  readonly crn: string;
  readonly region?: string;
  readonly createdAtMs?: number;
  readonly updatedAtMs?: number;
  readonly bytesUsed?: number;
  /** Activity tracking of management events. */
  readonly tracksManagementEvents?: boolean;
  readonly hasUsageMetrics?: boolean;
  readonly rootKeyCrn?: string;
}

/** The stretch of time that a bucket can be brought back to (control-plane §3.6). */
export interface RecoveryRange {
  readonly id: string;
  /** CRN of the bucket that was backed up. */
  readonly sourceCrn: string;
  readonly policyName?: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly createdAtMs?: number;
  /** -1: forever. */
  readonly deleteAfterDays?: number;
}

/** State of a restore (control-plane §3.7). */
export type RestoreStatus = 'initializing' | 'running' | 'complete' | 'failed' | 'other';

/** A restore of a bucket to a moment (control-plane §3.7). */
export interface BackupRestore {
  readonly id: string;
  readonly rangeId: string;
  readonly sourceCrn?: string;
  readonly targetCrn: string;
  readonly pointInTimeMs: number;
  readonly status: RestoreStatus;
  /** 0 to 100, while it runs. */
  readonly percent?: number;
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
  readonly errorCause?: string;
}

/** Fewest days that a backup may be kept (control-plane §3.4). */
export const minRetentionDays = 1;
/** Most days that a backup may be kept. */
export const maxRetentionDays = 36_500;

/** Why a text cannot name a policy: letters, digits, `_`, `-` and `.` only (control-plane §3.4). */
export function policyNameProblem(
  name: string,
): { readonly kind: 'empty' } | { readonly kind: 'character'; readonly character: string } | undefined {
  if (name === '') return { kind: 'empty' };
  const found = /[^A-Za-z0-9_.-]/u.exec(name);
  return found === null ? undefined : { kind: 'character', character: found[0] };
}

/** Why a text cannot name a vault: the rules and the namespace of bucket names (control-plane §3.5). */
export function vaultNameProblem(name: string): BucketNameProblem | undefined {
  return bucketNameProblem(name);
}

/** Whether a number of days can be how long a backup is kept. */
export function isRetentionDays(days: number): boolean {
  return Number.isInteger(days) && days >= minRetentionDays && days <= maxRetentionDays;
}

/** The last part of a CRN, which names the bucket or vault; undefined for what is no CRN of ten parts (control-plane §2.2). */
export function nameOfCrn(crn: string): string | undefined {
  const parts = crn.split(':');
  const name = parts[9];
  return parts[0] === 'crn' && parts.length === 10 && name !== undefined && name !== '' ? name : undefined;
}

/** CRN of a bucket of the same instance as another bucket or vault. */
export function bucketCrnLike(crn: string, bucket: string): string | undefined {
  const parts = crn.split(':');
  return parts.length === 10 ? [...parts.slice(0, 8), 'bucket', bucket].join(':') : undefined;
}
