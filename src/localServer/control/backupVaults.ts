import { createHash } from 'node:crypto';
import { locations } from '../locations';
import { isBucketName } from '../s3/bucket/locations';
import type { BackupVault, Stored } from '../store/backupRecords';
import { callerOf } from './access';
import {
  crnOfVault,
  invalid,
  isoTime,
  openVault,
  page,
  refuseUnknown,
  requiredText,
  requireManager,
  type BackupContext,
} from './backupAccess';
import { isObject, readJsonObject, ServiceError, type Route, type ServiceRequest } from '../jsonService';
import { mergePatch } from './mergePatch';

/** Buckets and vaults of an instance together (control-plane §3.5). */
const maximumNames = 1000;

/** Backup vaults (control-plane §3.5). */
export function vaultRoutes(context: BackupContext): Route[] {
  const { store } = context;
  return [
    {
      method: 'GET',
      path: '/backup_vaults',
      operation: 'configuration.listBackupVaults',
      handle: (request) => {
        const instanceGuid = readInstance(request, context);
        const { items, next } = page(request, (wanted) => store.backups.listVaults(instanceGuid, wanted));
        return { status: 200, json: { ...next, backup_vaults: items.map((vault) => crnOfVault(vault, context)) } };
      },
    },
    {
      method: 'POST',
      path: '/backup_vaults',
      operation: 'configuration.createBackupVault',
      handle: async (request) => {
        const instanceGuid = readInstance(request, context);
        const vault = readVault(request, instanceGuid, context);
        await store.write(() => {
          checkName(vault.name, context);
          if (store.buckets.count(instanceGuid) >= maximumNames) {
            throw invalid(`The instance has ${maximumNames} buckets and backup vaults already.`);
          }
          store.backups.addVault(vault);
        });
        return { status: 201, json: describeVault(needVault(vault.name, context), context) };
      },
    },
    {
      method: 'GET',
      path: '/backup_vaults/:vault',
      operation: 'configuration.getBackupVault',
      handle: (request) => {
        const vault = openVault(request, context);
        return { status: 200, headers: { ETag: etagOf(vault) }, json: describeVault(vault, context) };
      },
    },
    {
      method: 'PATCH',
      path: '/backup_vaults/:vault',
      operation: 'configuration.updateBackupVault',
      handle: async (request) => {
        const vault = openVault(request, context);
        const ifMatch = request.headers['if-match'];
        if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(vault)) {
          throw new ServiceError(412, 'precondition_failed', 'The backup vault was changed since it was read.');
        }
        const changed = patchVault(vault, readJsonObject(request, 'invalid_request'));
        await store.write(() => store.backups.saveVault({ ...changed, updatedAtMs: context.nowMs() }));
        const saved = needVault(vault.name, context);
        return { status: 200, headers: { ETag: etagOf(saved) }, json: describeVault(saved, context) };
      },
    },
    {
      method: 'DELETE',
      path: '/backup_vaults/:vault',
      operation: 'configuration.deleteBackupVault',
      handle: async (request) => {
        await context.backups.advance();
        const vault = openVault(request, context);
        await store.write(() => {
          if (store.backups.rangesOf(vault.rowId, { afterRowId: 0, limit: 1 }).length > 0) {
            throw new ServiceError(409, 'vault_not_empty', 'The backup vault contains recovery ranges.');
          }
          store.backups.removeVault(vault.rowId);
        });
        return { status: 204 };
      },
    },
  ];
}

/** `service_instance_id` as query, or as header, which the documentation says (control-plane §3.1). */
function readInstance(request: ServiceRequest, { identities }: BackupContext): string {
  const caller = callerOf(request, identities, 'unauthorized');
  const header = request.headers['service_instance_id'];
  const id = request.url.searchParams.get('service_instance_id') ?? (typeof header === 'string' ? header : null);
  if (id === null || id === '') throw invalid('service_instance_id is missing.');
  const instance = identities.findInstance(id);
  if (instance === undefined) throw invalid(`service_instance_id names no service instance: "${id}".`);
  requireManager(caller, instance.guid);
  return instance.guid;
}

function readVault(request: ServiceRequest, instanceGuid: string, { identities, nowMs }: BackupContext): BackupVault {
  const body = readJsonObject(request, 'invalid_request');
  refuseUnknown(body, [
    'backup_vault_name',
    'region',
    'activity_tracking',
    'metrics_monitoring',
    'sse_kp_customer_root_key_crn',
  ]);
  const name = requiredText(body, 'backup_vault_name');
  if (!isBucketName(name)) throw invalid(`"${name}" is no name for a backup vault: the rules are those of buckets.`);
  const region = requiredText(body, 'region');
  if (!locations.some(({ code }) => code === region)) throw invalid(`The region "${region}" is unknown.`);
  const rootKeyCrn = body['sse_kp_customer_root_key_crn'];
  if (rootKeyCrn !== undefined && (typeof rootKeyCrn !== 'string' || !identities.hasRootKey(rootKeyCrn))) {
    throw invalid('The Key CRN could not be found');
  }
  const createdAtMs = nowMs();
  return {
    name,
    instanceGuid,
    region,
    createdAtMs,
    updatedAtMs: createdAtMs,
    ...readSettings(body),
    ...(rootKeyCrn === undefined ? {} : { rootKeyCrn }),
  };
}

/** Buckets and vaults share one namespace. Inside a write transaction. */
function checkName(name: string, { store, nowMs }: BackupContext): void {
  const isTaken = store.buckets.find(name) !== undefined || store.backups.findVault(name) !== undefined;
  if (isTaken || (store.buckets.findReservation(name) ?? 0) > nowMs()) {
    throw new ServiceError(409, 'name_exists', `The name "${name}" is taken by a bucket or a backup vault.`);
  }
}

/** `{}` for a member removes it; all else merges (control-plane §3.5). */
function patchVault(vault: Stored<BackupVault>, patch: Record<string, unknown>): Stored<BackupVault> {
  refuseUnknown(patch, ['activity_tracking', 'metrics_monitoring']);
  const { managementEvents: _events, usageMetrics: _metrics, ...rest } = vault;
  const removing = Object.entries(patch).filter(([, value]) => isObject(value) && Object.keys(value).length === 0);
  const merged = mergePatch(settingsOf(vault), {
    ...patch,
    ...Object.fromEntries(removing.map(([name]) => [name, null])),
  });
  return { ...rest, ...readSettings(isObject(merged) ? merged : {}) };
}

function readSettings(body: Record<string, unknown>): Pick<BackupVault, 'managementEvents' | 'usageMetrics'> {
  const managementEvents = readFlag(body, 'activity_tracking', 'management_events');
  const usageMetrics = readFlag(body, 'metrics_monitoring', 'usage_metrics_enabled');
  return {
    ...(managementEvents === undefined ? {} : { managementEvents }),
    ...(usageMetrics === undefined ? {} : { usageMetrics }),
  };
}

function readFlag(body: Record<string, unknown>, member: string, flag: string): boolean | undefined {
  const value = body[member];
  if (value === undefined) return undefined;
  if (!isObject(value)) throw invalid(`${member} must be an object.`);
  refuseUnknown(value, [flag], `${member}.`);
  const enabled = value[flag];
  if (enabled !== undefined && typeof enabled !== 'boolean') throw invalid(`${member}.${flag} must be a boolean.`);
  return enabled;
}

function settingsOf(vault: BackupVault): Record<string, unknown> {
  return {
    ...(vault.managementEvents === undefined
      ? {}
      : { activity_tracking: { management_events: vault.managementEvents } }),
    ...(vault.usageMetrics === undefined ? {} : { metrics_monitoring: { usage_metrics_enabled: vault.usageMetrics } }),
  };
}

function needVault(name: string, { store }: BackupContext): Stored<BackupVault> {
  const vault = store.backups.findVault(name);
  if (vault === undefined) throw new Error(`the backup vault "${name}" went away`);
  return vault;
}

/** Changes with the settings, not with what is in the vault. */
function etagOf(vault: BackupVault): string {
  return `"${createHash('sha256').update(JSON.stringify(vault)).digest('hex').slice(0, 32)}"`;
}

function describeVault(vault: Stored<BackupVault>, context: BackupContext): unknown {
  return {
    backup_vault_name: vault.name,
    region: vault.region,
    crn: crnOfVault(vault, context),
    service_instance_crn: context.identities.findInstance(vault.instanceGuid)?.crn ?? '',
    time_created: isoTime(vault.createdAtMs),
    time_updated: isoTime(vault.updatedAtMs),
    bytes_used: context.store.backups.vaultSize(vault.rowId),
    ...settingsOf(vault),
    ...(vault.rootKeyCrn === undefined ? {} : { sse_kp_customer_root_key_crn: vault.rootKeyCrn }),
  };
}
