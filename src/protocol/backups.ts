import type { BackupPolicy, BackupRestore, BackupVault, RecoveryRange } from '../model/backup';
import type { CosError } from '../model/cosError';
import type { BucketName, ConnectionId } from '../model/ids';

/** A vault of a list: with what it holds, or why that could not be read. */
export type ListedVault = BackupVault & { readonly unreadable?: CosError };

interface OfBucket {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
}

interface OfVault {
  readonly connectionId: ConnectionId;
  readonly vault: string;
}

/** Requests about backups: policies of buckets, vaults, recovery ranges, restores (control-plane §3.4–3.7). IAM connections only. */
export interface BackupRequests {
  /** Policies of a bucket, at most three. */
  'backups/listPolicies': { params: OfBucket; result: readonly BackupPolicy[] };
  'backups/getPolicy': { params: OfBucket & { readonly policyId: string }; result: BackupPolicy };
  /**
   * Starts a continuous backup into a vault. `conflict`/`versioningNeeded` while the bucket keeps no versions; names and days
   * against the rules of `model/backup` are `invalid` before any request.
   */
  'backups/createPolicy': {
    params: OfBucket & { readonly name: string; readonly vaultCrn: string; readonly deleteAfterDays: number };
    result: BackupPolicy;
  };
  /** Ends a backup. What is in the vault stays until its retention is over; a new policy begins a new range. */
  'backups/deletePolicy': { params: OfBucket & { readonly policyId: string }; result: null };

  /** All vaults of the connection's instance, with details where the identity may see them. */
  'backups/listVaults': { params: { readonly connectionId: ConnectionId }; result: readonly ListedVault[] };
  'backups/getVault': { params: OfVault; result: BackupVault };
  /** Creates a vault. The root key (Key Protect or HPCS) cannot be changed later. */
  'backups/createVault': {
    params: OfVault & {
      readonly region: string;
      readonly tracksManagementEvents: boolean;
      readonly hasUsageMetrics: boolean;
      readonly rootKeyCrn?: string;
    };
    result: BackupVault;
  };
  /** Switches activity tracking or metrics on or off; what is absent stays. */
  'backups/updateVault': {
    params: OfVault & { readonly tracksManagementEvents?: boolean; readonly hasUsageMetrics?: boolean };
    result: BackupVault;
  };
  /** Permanently deletes an empty vault. `conflict` while it has recovery ranges. */
  'backups/deleteVault': { params: OfVault; result: null };

  /** Recovery ranges of a vault, newest end first. Ranges whose first copy is not complete are not listed by the service. */
  'backups/listRanges': { params: OfVault & { readonly sourceCrn?: string }; result: readonly RecoveryRange[] };
  'backups/getRange': { params: OfVault & { readonly rangeId: string }; result: RecoveryRange };
  /** Keeps the backup longer. Never shortens: `invalid`/`retentionNotLater` before any request that writes. */
  'backups/extendRange': {
    params: OfVault & { readonly rangeId: string; readonly deleteAfterDays: number };
    result: RecoveryRange;
  };

  /**
   * Puts what a bucket was at a moment into a bucket's history. Nothing is deleted there. `invalid` where the moment is not
   * in the range; the target needs versioning.
   */
  'backups/startRestore': {
    params: OfVault & { readonly rangeId: string; readonly pointInTimeMs: number; readonly targetCrn: string };
    result: BackupRestore;
  };
  /** Restores of a vault, running and finished, newest first. */
  'backups/listRestores': { params: OfVault; result: readonly BackupRestore[] };
  'backups/getRestore': { params: OfVault & { readonly restoreId: string }; result: BackupRestore };
}
