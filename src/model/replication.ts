import type { LifecycleFilter } from './lifecycle';

/** Rules that a bucket's replication may have (data-plane §15). */
export const maxReplicationRules = 1000;

/** A replication rule, as it stands in its document (data-plane §15). */
export interface ReplicationRule {
  readonly id?: string;
  readonly status: 'enabled' | 'disabled';
  /** Of the rules that fit an object, the one with the highest counts, alone. */
  readonly priority: number;
  /** Which objects; all where absent. */
  readonly filter?: Pick<LifecycleFilter, 'prefix' | 'tags'>;
  /** Whether deleting an object deletes its copy, too. */
  readonly deleteMarkers: boolean;
  /** CRN of the bucket that copies go to. */
  readonly target: string;
}

/** What a bucket has: no rules where it has no configuration. */
export interface BucketReplication {
  readonly rules: readonly ReplicationRule[];
  /** Names of elements of the service's answer that no field stands for; writing the rules would lose them. */
  readonly unknownElements: readonly string[];
}

/** A version that was not replicated (data-plane §15). */
export interface ReplicationFailure {
  readonly key: string;
  readonly versionId?: string;
  /** What was to be replicated, in the service's words. */
  readonly syncType?: string;
  readonly firstAttemptAtMs?: number;
  readonly lastAttemptAtMs?: number;
  /** Why it failed, in the service's words. */
  readonly cause?: string;
}

/** A page of them. */
export interface ReplicationFailurePage {
  readonly failures: readonly ReplicationFailure[];
  /** Where the next page begins; absent on the last one. */
  readonly nextToken?: string;
}

/** Name of the bucket of a CRN; undefined for what is not the CRN of a bucket. */
export function bucketOfCrn(crn: string): string | undefined {
  return /^crn:v1:[^:]*:[^:]*:cloud-object-storage:[^:]*:[^:]*:[^:]+:bucket:([^:]+)$/.exec(crn)?.[1];
}

/** What became of the wish to replicate again what failed (data-plane §15). `notReplicated`: the bucket has no rules. */
export type ReplicationReattempt =
  { readonly kind: 'asked'; readonly scheduledAtMs?: number } | { readonly kind: 'notReplicated' };
