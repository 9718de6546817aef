import { createHash } from 'node:crypto';
import { maximumPolicies } from '../backup/backups';
import type { BackupPolicy, BackupVault, Stored } from '../store/backupRecords';
import type { Bucket } from '../store/buckets';
import {
  crnOfBucket,
  crnOfVault,
  invalid,
  openBucket,
  refuseUnknown,
  requiredText,
  type BackupContext,
} from './backupAccess';
import { parseCosCrn } from '../iam/cosCrn';
import { isObject, readJsonObject, ServiceError, type Route, type ServiceRequest } from '../jsonService';

const maximumRetentionDays = 36_500;

/** Backup policies of a bucket (control-plane §3.4). */
export function policyRoutes(context: BackupContext): Route[] {
  return [
    {
      method: 'POST',
      path: '/buckets/:bucket/backup_policies',
      operation: 'configuration.createBackupPolicy',
      handle: async (request) => {
        const { bucket, caller } = openBucket(request, context);
        if (caller.role !== 'Writer' && caller.role !== 'Manager') {
          throw invalid(
            'You lack the action cloud-object-storage.bucket.post_backup_policy; it needs the Writer role.',
          );
        }
        const policy = await context.backups.createPolicy(
          bucket,
          crnOfBucket(bucket, context),
          readPolicy(request, bucket, context),
        );
        return { status: 201, json: describePolicy(policy) };
      },
    },
    {
      method: 'GET',
      path: '/buckets/:bucket/backup_policies',
      operation: 'configuration.listBackupPolicies',
      handle: async (request) => {
        await context.backups.advance();
        const { bucket } = openBucket(request, context);
        return {
          status: 200,
          json: { backup_policies: context.store.backups.policiesOf(bucket.id).map(describePolicy) },
        };
      },
    },
    {
      method: 'GET',
      path: '/buckets/:bucket/backup_policies/:policy',
      operation: 'configuration.getBackupPolicy',
      handle: async (request) => {
        await context.backups.advance();
        const { bucket } = openBucket(request, context);
        return { status: 200, json: describePolicy(findPolicy(request, bucket, context)) };
      },
    },
    {
      method: 'DELETE',
      path: '/buckets/:bucket/backup_policies/:policy',
      operation: 'configuration.deleteBackupPolicy',
      handle: async (request) => {
        await context.backups.advance();
        const { bucket, caller } = openBucket(request, context);
        if (caller.role !== 'Writer' && caller.role !== 'Manager') {
          throw new ServiceError(403, 'forbidden', 'Deleting a backup policy needs the Writer role.');
        }
        await context.backups.deletePolicy(findPolicy(request, bucket, context));
        return { status: 204 };
      },
    },
  ];
}

function findPolicy(request: ServiceRequest, bucket: Bucket, { store }: BackupContext): Stored<BackupPolicy> {
  const policyId = request.params['policy'] ?? '';
  const policy = store.backups.findPolicy(policyId);
  if (policy?.bucketId !== bucket.id) {
    throw new ServiceError(404, 'backup_policy_not_found', `The bucket has no backup policy "${policyId}".`);
  }
  return policy;
}

/** Checks all that creating a policy takes. */
function readPolicy(
  request: ServiceRequest,
  bucket: Bucket,
  context: BackupContext,
): { name: string; vault: Stored<BackupVault>; vaultCrn: string; retentionDays: number } {
  checkMd5(request);
  const body = readJsonObject(request, 'invalid_request');
  refuseUnknown(body, ['policy_name', 'target_backup_vault_crn', 'backup_type', 'initial_retention']);
  const name = requiredText(body, 'policy_name');
  if (!/^[A-Za-z0-9_.-]+$/.test(name)) throw invalid('policy_name takes letters, digits, "_", "-" and "." only.');
  if (requiredText(body, 'backup_type') !== 'continuous') throw invalid('backup_type must be "continuous".');
  const retentionDays = readInitialRetention(body['initial_retention']);
  const vault = findTarget(requiredText(body, 'target_backup_vault_crn'), context);
  if (bucket.versioning !== 'Enabled') throw invalid('Versioning is not enabled on the bucket.');
  if (context.backups.settings.backupSync === 'denied') {
    throw invalid('The bucket lacks the authorisation cloud-object-storage.backup-vault.sync on the backup vault.');
  }
  const policies = context.store.backups.policiesOf(bucket.id);
  if (policies.length >= maximumPolicies) throw invalid(`The bucket has ${maximumPolicies} backup policies already.`);
  if (policies.some((policy) => policy.name === name))
    throw invalid(`The bucket has a backup policy "${name}" already.`);
  if (policies.some((policy) => policy.vaultId === vault.rowId)) {
    throw invalid(`The bucket has a backup policy for the backup vault "${vault.name}" already.`);
  }
  return { name, vault, vaultCrn: crnOfVault(vault, context), retentionDays };
}

/** `MD5` is optional, and must be that of the body (control-plane §3.1). */
function checkMd5(request: ServiceRequest): void {
  const md5 = request.headers['md5'];
  if (md5 === undefined) return;
  const digest = createHash('md5').update(request.bodyText).digest();
  if (md5 !== digest.toString('base64') && md5 !== digest.toString('hex'))
    throw invalid('MD5 is not that of the body.');
}

function readInitialRetention(value: unknown): number {
  if (!isObject(value)) throw invalid('initial_retention must be there, an object with delete_after_days.');
  refuseUnknown(value, ['delete_after_days'], 'initial_retention.');
  return readDeleteAfterDays(value['delete_after_days']);
}

/** A number of days that a client may set. */
export function readDeleteAfterDays(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > maximumRetentionDays) {
    throw invalid(`delete_after_days must be a whole number from 1 to ${maximumRetentionDays}.`);
  }
  return value;
}

function findTarget(crn: string, { store }: BackupContext): Stored<BackupVault> {
  const parsed = parseCosCrn(crn);
  const vault = parsed?.resourceType === 'backup-vault' ? store.backups.findVault(parsed.resource) : undefined;
  if (vault === undefined || vault.instanceGuid !== parsed?.instanceGuid) {
    throw invalid(`target_backup_vault_crn names no backup vault that can be reached: "${crn}".`);
  }
  return vault;
}

function describePolicy(policy: BackupPolicy): unknown {
  const { trouble, walk, stage } = policy;
  const total = walk?.totalCount ?? 0;
  const progress = total === 0 ? 0 : Math.min(100, ((walk?.visitedCount ?? 0) / total) * 100);
  return {
    policy_id: policy.policyId,
    policy_name: policy.name,
    target_backup_vault_crn: policy.vaultCrn,
    backup_type: 'continuous',
    initial_retention: { delete_after_days: policy.retentionDays },
    policy_status: trouble?.status ?? stage,
    ...(trouble === undefined && stage !== 'active' ? { initial_sync_progress: progress } : {}),
    ...(trouble === undefined ? {} : { error_cause: trouble.cause }),
  };
}
