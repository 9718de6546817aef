import { maximumActiveRestores } from '../backup/backups';
import type { BackupVault, Restore, Stored } from '../store/backupRecords';
import {
  crnOfBucket,
  invalid,
  isoTime,
  openVault,
  page,
  refuseUnknown,
  requiredText,
  type BackupContext,
} from './backupAccess';
import { parseCosCrn } from '../iam/cosCrn';
import { readJsonObject, ServiceError, type Route, type ServiceRequest } from '../jsonService';

const restores = '/backup_vaults/:vault/restores';

/** Restores from a vault (control-plane §3.7). */
export function restoreRoutes(context: BackupContext): Route[] {
  const { store } = context;
  return [
    {
      method: 'POST',
      path: restores,
      operation: 'configuration.createRestore',
      handle: async (request) => {
        await context.backups.advance();
        const restore = await createRestore(request, openVault(request, context), context);
        return { status: 201, json: describeRestore(restore) };
      },
    },
    {
      method: 'GET',
      path: restores,
      operation: 'configuration.listRestores',
      handle: async (request) => {
        await context.backups.advance();
        const vault = openVault(request, context);
        const { items, next } = page(request, (wanted) => store.backups.restoresOf(vault.rowId, wanted));
        return { status: 200, json: { ...next, restores: items.map(describeRestore) } };
      },
    },
    {
      method: 'GET',
      path: `${restores}/:restore`,
      operation: 'configuration.getRestore',
      handle: async (request) => {
        await context.backups.advance();
        const vault = openVault(request, context);
        const restoreId = request.params['restore'] ?? '';
        const restore = store.backups.findRestore(restoreId);
        if (restore?.vaultId !== vault.rowId) {
          throw new ServiceError(404, 'restore_not_found', `The backup vault has no restore "${restoreId}".`);
        }
        return { status: 200, json: describeRestore(restore) };
      },
    },
  ];
}

/** Checks all that a restore takes, and starts it. Every failed check is a 400. */
async function createRestore(
  request: ServiceRequest,
  vault: Stored<BackupVault>,
  context: BackupContext,
): Promise<Stored<Restore>> {
  const { store, backups } = context;
  const body = readJsonObject(request, 'invalid_request');
  refuseUnknown(body, ['recovery_range_id', 'restore_type', 'restore_point_in_time', 'target_resource_crn']);
  if (requiredText(body, 'restore_type') !== 'in_place') throw invalid('restore_type must be "in_place".');
  const range = store.backups.findRange(requiredText(body, 'recovery_range_id'));
  const window = range?.vaultId === vault.rowId ? backups.windowOf(range) : undefined;
  if (range === undefined || window === undefined)
    throw invalid('recovery_range_id names no range of the backup vault.');
  const pointInTimeMs = parsePointInTime(requiredText(body, 'restore_point_in_time'));
  if (pointInTimeMs < window.startMs || pointInTimeMs > window.endMs) {
    throw invalid(
      `restore_point_in_time must lie in the recovery range, ${isoTime(window.startMs)} to ${isoTime(window.endMs)}.`,
    );
  }
  const crn = parseCosCrn(requiredText(body, 'target_resource_crn'));
  const named = crn?.resourceType === 'bucket' ? store.buckets.find(crn.resource) : undefined;
  const bucket = named?.instanceGuid === crn?.instanceGuid ? named : undefined;
  const problem = backups.targetProblem(bucket);
  if (bucket === undefined || problem !== undefined) throw invalid(problem ?? 'The target bucket does not exist.');
  if (store.backups.activeRestores(vault.rowId).length >= maximumActiveRestores) {
    throw invalid(`The backup vault has ${maximumActiveRestores} active restores already.`);
  }
  return backups.createRestore(range, { bucket, crn: crnOfBucket(bucket, context) }, pointInTimeMs);
}

/** Seconds or milliseconds; `Z`, an offset, or no zone, which is UTC (control-plane §3.7). */
export function parsePointInTime(text: string): number {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?)(Z|[+-]\d\d:\d\d)?$/.exec(text);
  const timeMs = match === null ? NaN : Date.parse(`${match[1] ?? ''}${match[2] ?? 'Z'}`);
  if (Number.isNaN(timeMs)) {
    throw invalid(`restore_point_in_time must look like 2026-01-31T12:00:00.000Z, not "${text}".`);
  }
  return timeMs;
}

function describeRestore(restore: Restore): unknown {
  const { walk } = restore;
  const total = walk?.totalCount ?? 0;
  const percent = total === 0 ? 0 : Math.min(100, Math.floor(((walk?.visitedCount ?? 0) / total) * 100));
  return {
    restore_id: restore.restoreId,
    recovery_range_id: restore.rangeId,
    source_resource_crn: restore.sourceCrn,
    target_resource_crn: restore.targetCrn,
    restore_type: 'in_place',
    restore_point_in_time: isoTime(restore.pointInTimeMs),
    restore_status: restore.status,
    init_time: isoTime(restore.initializedAtMs),
    ...(restore.status === 'running' ? { restore_percent_progress: percent } : {}),
    ...(restore.completedAtMs === undefined ? {} : { complete_time: isoTime(restore.completedAtMs) }),
    ...(restore.cause === undefined ? {} : { error_cause: restore.cause }),
  };
}
