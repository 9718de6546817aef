import type {
  BackupPolicy,
  BackupRestore,
  BackupVault,
  PolicyStatus,
  RecoveryRange,
  RestoreStatus,
} from '../../model/backup';
import { nameOfCrn } from '../../model/backup';
import { given, incomprehensible, jsonObject, number, object, text, timeMs, type Json } from '../control/json';

/** A policy as the service shows it (control-plane §3.4). Throws `internal` without id and name. */
export function readPolicy(value: unknown, op: string): BackupPolicy {
  const policy = jsonObject(value, op);
  const status = policyStatuses[text(policy['policy_status'])?.toLowerCase() ?? ''] ?? 'other';
  return {
    id: needed(policy, 'policy_id', op),
    name: text(policy['policy_name']) ?? '',
    vaultCrn: text(policy['target_backup_vault_crn']) ?? '',
    ...given('deleteAfterDays', number(object(policy['initial_retention'])?.['delete_after_days'])),
    status,
    ...given('initialSyncPercent', number(policy['initial_sync_progress'])),
    ...given('errorCause', text(policy['error_cause'])),
  };
}

/** The three bodies that are documented for a list of policies: an object, a bare array, one policy (control-plane §3.1). */
export function readPolicies(value: unknown, op: string): readonly BackupPolicy[] {
  if (Array.isArray(value)) return value.map((policy) => readPolicy(policy, op));
  const body = jsonObject(value, op);
  const list = body['backup_policies'];
  if (Array.isArray(list)) return list.map((policy) => readPolicy(policy, op));
  return 'policy_id' in body ? [readPolicy(body, op)] : [];
}

/** A vault as the service shows it (control-plane §3.5). */
export function readVault(value: unknown, op: string): BackupVault {
  const vault = jsonObject(value, op);
  const tracking = object(vault['activity_tracking']);
  const metrics = object(vault['metrics_monitoring']);
  return {
    name: needed(vault, 'backup_vault_name', op),
    crn: text(vault['crn']) ?? '',
    ...given('region', text(vault['region'])),
    ...given('createdAtMs', timeMs(vault['time_created'])),
    ...given('updatedAtMs', timeMs(vault['time_updated'])),
    ...given('bytesUsed', number(vault['bytes_used'])),
    ...given('tracksManagementEvents', tracking === undefined ? undefined : tracking['management_events'] === true),
    ...given('hasUsageMetrics', metrics === undefined ? undefined : metrics['usage_metrics_enabled'] === true),
    ...given('rootKeyCrn', text(vault['sse_kp_customer_root_key_crn'])),
  };
}

/** The vaults of a page of their list, which names CRNs only (control-plane §3.5). */
export function readVaultCrns(value: unknown, op: string): readonly string[] {
  const list = jsonObject(value, op)['backup_vaults'];
  if (!Array.isArray(list)) return [];
  return list.filter((crn): crn is string => typeof crn === 'string' && nameOfCrn(crn) !== undefined);
}

/** A recovery range (control-plane §3.6). Fields that one documented answer leaves out come from `known`. */
export function readRange(value: unknown, op: string, known?: RecoveryRange): RecoveryRange {
  const range = jsonObject(value, op);
  const startMs = timeMs(range['range_start_time']) ?? known?.startMs;
  const endMs = timeMs(range['range_end_time']) ?? known?.endMs;
  const id = text(range['recovery_range_id']) ?? known?.id;
  if (id === undefined || startMs === undefined || endMs === undefined) {
    throw incomprehensible(op, 'a recovery range without id, start or end');
  }
  return {
    id,
    sourceCrn: text(range['source_resource_crn']) ?? known?.sourceCrn ?? '',
    ...given('policyName', text(range['backup_policy_name']) ?? known?.policyName),
    startMs,
    endMs,
    ...given('createdAtMs', timeMs(range['range_create_time']) ?? known?.createdAtMs),
    ...given('deleteAfterDays', number(object(range['retention'])?.['delete_after_days']) ?? known?.deleteAfterDays),
  };
}

/** A restore (control-plane §3.7). */
export function readRestore(value: unknown, op: string): BackupRestore {
  const restore = jsonObject(value, op);
  const pointInTimeMs = timeMs(restore['restore_point_in_time']);
  if (pointInTimeMs === undefined) throw incomprehensible(op, 'a restore without its point in time');
  const status = restoreStatuses[text(restore['restore_status'])?.toLowerCase() ?? ''] ?? 'other';
  return {
    id: needed(restore, 'restore_id', op),
    rangeId: text(restore['recovery_range_id']) ?? '',
    ...given('sourceCrn', text(restore['source_resource_crn'])),
    targetCrn: text(restore['target_resource_crn']) ?? '',
    pointInTimeMs,
    status,
    ...given('percent', number(restore['restore_percent_progress'])),
    ...given('startedAtMs', timeMs(restore['init_time'])),
    ...given('endedAtMs', timeMs(restore['complete_time'])),
    ...given('errorCause', text(restore['error_cause'])),
  };
}

/** The members of a list of a page. */
export function readList(value: unknown, name: string, op: string): readonly unknown[] {
  const list = jsonObject(value, op)[name];
  return Array.isArray(list) ? list : [];
}

/** Token of the next page; the link beside it is not to be relied on (control-plane §3.8). */
export function nextToken(value: unknown): string | undefined {
  return text(object(object(value)?.['next'])?.['token']);
}

const policyStatuses: Readonly<Record<string, PolicyStatus>> = {
  pending: 'pending',
  initializing: 'initializing',
  active: 'active',
  degraded: 'degraded',
  action_needed: 'actionNeeded',
  failed: 'failed',
};

const restoreStatuses: Readonly<Record<string, RestoreStatus>> = {
  initializing: 'initializing',
  running: 'running',
  complete: 'complete',
  failed: 'failed',
};

function needed(value: Json, name: string, op: string): string {
  const found = text(value[name]);
  if (found === undefined) throw incomprehensible(op, `an answer without ${name}`);
  return found;
}
