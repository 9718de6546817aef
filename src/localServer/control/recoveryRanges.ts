import type { Window } from '../backup/recoveryRanges';
import type { BackupVault, RecoveryRange, Stored } from '../store/backupRecords';
import { invalid, isoTime, openVault, page, refuseUnknown, type BackupContext } from './backupAccess';
import { readDeleteAfterDays } from './backupPolicies';
import { isObject, readJsonObject, ServiceError, type Route, type ServiceRequest } from '../jsonService';

const ranges = '/backup_vaults/:vault/recovery_ranges';

/** Recovery ranges of a vault (control-plane §3.6). */
export function recoveryRangeRoutes(context: BackupContext): Route[] {
  const { store } = context;
  return [
    {
      method: 'GET',
      path: ranges,
      operation: 'configuration.listRecoveryRanges',
      handle: async (request) => {
        await context.backups.advance();
        const vault = openVault(request, context);
        const source = request.url.searchParams.get('source_resource_crn');
        const latest = readLatest(request) ? newestOf(vault, context) : undefined;
        const { items, next } = page(request, (wanted) => store.backups.rangesOf(vault.rowId, wanted));
        const shown = items.flatMap((range) => {
          const window = context.backups.windowOf(range);
          const isAsked =
            (source === null || range.sourceCrn === source) && (latest === undefined || latest.has(range.rowId));
          return window !== undefined && isAsked ? [describeRange(range, window)] : [];
        });
        return { status: 200, json: { ...next, recovery_ranges: shown } };
      },
    },
    {
      method: 'GET',
      path: `${ranges}/:range`,
      operation: 'configuration.getRecoveryRange',
      handle: async (request) => {
        await context.backups.advance();
        const { range, window } = openRange(request, openVault(request, context), context);
        return { status: 200, json: describeRange(range, window) };
      },
    },
    {
      method: 'PATCH',
      path: `${ranges}/:range`,
      operation: 'configuration.updateRecoveryRange',
      handle: async (request) => {
        await context.backups.advance();
        const vault = openVault(request, context);
        const { range } = openRange(request, vault, context);
        const retentionDays = readRetention(request);
        // Extension only: see the conflict noted in control-plane §3.6.
        if (range.retentionDays < 0 || retentionDays < range.retentionDays) {
          throw invalid(`delete_after_days may only be extended; it is ${range.retentionDays}.`);
        }
        await store.write(() => {
          const current = store.backups.findRangeById(range.rowId);
          if (current !== undefined) store.backups.saveRange({ ...current, retentionDays });
        });
        const changed = openRange(request, vault, context);
        return { status: 200, json: describeRange(changed.range, changed.window) };
      },
    },
  ];
}

/** The range of the path, which has to be one that lists show. */
function openRange(
  request: ServiceRequest,
  vault: Stored<BackupVault>,
  { store, backups }: BackupContext,
): { range: Stored<RecoveryRange>; window: Window } {
  const rangeId = request.params['range'] ?? '';
  const range = store.backups.findRange(rangeId);
  const window = range?.vaultId === vault.rowId ? backups.windowOf(range) : undefined;
  if (range === undefined || window === undefined) {
    throw new ServiceError(404, 'recovery_range_not_found', `The backup vault has no recovery range "${rangeId}".`);
  }
  return { range, window };
}

function readLatest(request: ServiceRequest): boolean {
  const text = (request.url.searchParams.get('latest') ?? 'false').toLowerCase();
  if (text !== 'true' && text !== 'false') throw invalid('latest must be true or false.');
  return text === 'true';
}

/** The newest visible range of each source. */
function newestOf(vault: Stored<BackupVault>, { store, backups }: BackupContext): Set<number> {
  const newest = new Map<string, number>();
  for (const range of store.backups.allRanges()) {
    if (range.vaultId === vault.rowId && backups.windowOf(range) !== undefined)
      newest.set(range.sourceCrn, range.rowId);
  }
  return new Set(newest.values());
}

function readRetention(request: ServiceRequest): number {
  const body = readJsonObject(request, 'invalid_request');
  refuseUnknown(body, ['retention']);
  const retention = body['retention'];
  if (!isObject(retention)) throw invalid('retention must be there, an object with delete_after_days.');
  refuseUnknown(retention, ['delete_after_days'], 'retention.');
  return readDeleteAfterDays(retention['delete_after_days']);
}

function describeRange(range: RecoveryRange, window: Window): unknown {
  return {
    recovery_range_id: range.rangeId,
    source_resource_crn: range.sourceCrn,
    backup_policy_name: range.policyName,
    range_start_time: isoTime(window.startMs),
    range_end_time: isoTime(window.endMs),
    range_create_time: isoTime(range.createdAtMs),
    retention: { delete_after_days: range.retentionDays },
  };
}
