import {
  isRetentionDays,
  maxRetentionDays,
  minRetentionDays,
  nameOfCrn,
  policyNameProblem,
  vaultNameProblem,
} from '../../model/backup';
import type { BackupRequests, ListedVault } from '../../protocol/backups';
import type { ControlRequest } from '../control/controlClient';
import type { FullCosClient } from '../cos/fullClient';
import { asFailure, CosFailure } from '../failure';
import { listedPages, maxGatheredPages } from '../pages';
import {
  nextToken,
  readList,
  readPolicies,
  readPolicy,
  readRange,
  readRestore,
  readVault,
  readVaultCrns,
} from './read';

/** A request to the Resource Configuration API, below `/v1` (control-plane §3). */
type ConfigurationRequest = Omit<ControlRequest, 'service'>;

/** Sends a request and answers with the JSON that came back; undefined where there was none. */
type SendConfiguration = (request: ConfigurationRequest, signal: AbortSignal) => Promise<unknown>;

/** What backups are made of. */
interface BackupOptions {
  readonly send: SendConfiguration;
  /** CRN or guid of the service instance whose vaults are meant. */
  readonly serviceInstanceId: string;
}

type Operation<M extends keyof BackupRequests> = (
  params: Omit<BackupRequests[M]['params'], 'connectionId'>,
  signal: AbortSignal,
) => Promise<BackupRequests[M]['result']>;

/** The operations on backups, by the names of their requests. */
export type Backups = { readonly [M in keyof BackupRequests]: Operation<M> };

/** The backups of a client's connection. */
export function backupsOf({ control, serviceInstanceId }: FullCosClient): Backups {
  return createBackups({
    send: async (request, signal) => (await control.send({ ...request, service: 'configuration' }, signal)).json,
    serviceInstanceId: serviceInstanceId ?? '',
  });
}

/** Details of this many vaults are asked for at once. */
const parallelVaults = 4;

/** Backups of one connection (control-plane §3.4–3.7). What breaks a documented rule is refused before any request. */
function createBackups({ send, serviceInstanceId }: BackupOptions): Backups {
  const policies = (bucket: string, ...rest: readonly string[]) => ['buckets', bucket, 'backup_policies', ...rest];
  const inVault = (vault: string, ...rest: readonly string[]) => ['backup_vaults', vault, ...rest];

  /** Pages until the service names no further one. */
  async function all(
    request: ConfigurationRequest,
    what: string,
    read: (page: unknown) => readonly unknown[],
    signal: AbortSignal,
  ): Promise<readonly unknown[]> {
    const pages = listedPages<unknown, string>(
      { op: request.op, what },
      {
        maxPages: maxGatheredPages,
        ask: ({ cursor }) => {
          const query = { ...request.query, ...(cursor === undefined ? {} : { token: cursor }) };
          return send({ ...request, query }, signal);
        },
        next: nextToken,
        names: (page) => read(page).map((entry) => JSON.stringify(entry)),
      },
    );
    const found: unknown[] = [];
    for await (const page of pages) found.push(...read(page));
    return found;
  }

  async function getVault(vault: string, signal: AbortSignal) {
    const op = 'GetBackupVault';
    return readVault(await send({ op, method: 'GET', path: inVault(vault) }, signal), op);
  }

  async function getRange(vault: string, rangeId: string, signal: AbortSignal) {
    const op = 'GetRecoveryRange';
    const path = inVault(vault, 'recovery_ranges', rangeId);
    return readRange(await send({ op, method: 'GET', path }, signal), op);
  }

  return {
    'backups/listPolicies': async ({ bucket }, signal) => {
      const op = 'ListBackupPolicies';
      return readPolicies((await send({ op, method: 'GET', path: policies(bucket) }, signal)) ?? [], op);
    },
    'backups/getPolicy': async ({ bucket, policyId }, signal) => {
      const op = 'GetBackupPolicy';
      return readPolicy(await send({ op, method: 'GET', path: policies(bucket, policyId) }, signal), op);
    },
    'backups/createPolicy': async ({ bucket, name, vaultCrn, deleteAfterDays }, signal) => {
      const op = 'CreateBackupPolicy';
      refusePolicyName(name, op);
      refuseDays(deleteAfterDays, op);
      if (nameOfCrn(vaultCrn) === undefined) throw invalid(op, `'${vaultCrn}' is not the CRN of a backup vault.`);
      const body = {
        policy_name: name,
        target_backup_vault_crn: vaultCrn,
        backup_type: 'continuous',
        initial_retention: { delete_after_days: deleteAfterDays },
      };
      return readPolicy(await send({ op, method: 'POST', path: policies(bucket), body }, signal), op);
    },
    'backups/deletePolicy': async ({ bucket, policyId }, signal) => {
      await send({ op: 'DeleteBackupPolicy', method: 'DELETE', path: policies(bucket, policyId) }, signal);
      return null;
    },

    'backups/listVaults': async (_none, signal) => {
      const op = 'ListBackupVaults';
      const query = { service_instance_id: serviceInstanceId };
      const request = { op, method: 'GET', path: ['backup_vaults'], query } as const;
      const crns = (await all(
        request,
        'backup vaults',
        (page) => readVaultCrns(page, op),
        signal,
      )) as readonly string[];
      const vaults: ListedVault[] = [];
      for (let at = 0; at < crns.length; at += parallelVaults) {
        const some = crns.slice(at, at + parallelVaults);
        vaults.push(...(await Promise.all(some.map((crn) => listed(crn, signal)))));
      }
      return vaults.sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    'backups/getVault': async ({ vault }, signal) => await getVault(vault, signal),
    'backups/createVault': async ({ vault, region, tracksManagementEvents, hasUsageMetrics, rootKeyCrn }, signal) => {
      const op = 'CreateBackupVault';
      if (vaultNameProblem(vault) !== undefined) throw invalid(op, `'${vault}' cannot name a backup vault.`);
      const body = {
        backup_vault_name: vault,
        region,
        ...(tracksManagementEvents ? { activity_tracking: { management_events: true } } : {}),
        ...(hasUsageMetrics ? { metrics_monitoring: { usage_metrics_enabled: true } } : {}),
        ...(rootKeyCrn === undefined ? {} : { sse_kp_customer_root_key_crn: rootKeyCrn }),
      };
      const query = { service_instance_id: serviceInstanceId };
      return readVault(await send({ op, method: 'POST', path: ['backup_vaults'], query, body }, signal), op);
    },
    'backups/updateVault': async ({ vault, tracksManagementEvents, hasUsageMetrics }, signal) => {
      const op = 'UpdateBackupVault';
      // An empty object removes a configuration, which is what "off" is (control-plane §3.5).
      const body = {
        ...(tracksManagementEvents === undefined
          ? {}
          : { activity_tracking: tracksManagementEvents ? { management_events: true } : {} }),
        ...(hasUsageMetrics === undefined
          ? {}
          : { metrics_monitoring: hasUsageMetrics ? { usage_metrics_enabled: true } : {} }),
      };
      const answer = await send({ op, method: 'PATCH', path: inVault(vault), body }, signal);
      return answer === undefined ? await getVault(vault, signal) : readVault(answer, op);
    },
    'backups/deleteVault': async ({ vault }, signal) => {
      await send({ op: 'DeleteBackupVault', method: 'DELETE', path: inVault(vault) }, signal);
      return null;
    },

    'backups/listRanges': async ({ vault, sourceCrn }, signal) => {
      const op = 'ListRecoveryRanges';
      const query = sourceCrn === undefined ? {} : { source_resource_crn: sourceCrn };
      const request = { op, method: 'GET', path: inVault(vault, 'recovery_ranges'), query } as const;
      const found = await all(
        request,
        `recovery ranges of "${vault}"`,
        (page) => readList(page, 'recovery_ranges', op),
        signal,
      );
      return found.map((range) => readRange(range, op)).sort((a, b) => b.endMs - a.endMs);
    },
    'backups/getRange': async ({ vault, rangeId }, signal) => await getRange(vault, rangeId, signal),
    'backups/extendRange': async ({ vault, rangeId, deleteAfterDays }, signal) => {
      const op = 'UpdateRecoveryRange';
      refuseDays(deleteAfterDays, op);
      const known = await getRange(vault, rangeId, signal);
      const days = known.deleteAfterDays;
      if (days !== undefined && (days < 0 || deleteAfterDays < days)) {
        const isLong = days < 0 ? 'without end' : `for ${days} days`;
        throw new CosFailure({
          ...invalid(op, `This backup is kept ${isLong} already; that can be extended and never shortened.`).error,
          refusal: 'retentionNotLater',
        });
      }
      const body = { retention: { delete_after_days: deleteAfterDays } };
      const path = inVault(vault, 'recovery_ranges', rangeId);
      const answer = await send({ op, method: 'PATCH', path, body }, signal);
      return readRange(answer ?? body, op, known);
    },

    'backups/startRestore': async ({ vault, rangeId, pointInTimeMs, targetCrn }, signal) => {
      const op = 'CreateRestore';
      if (nameOfCrn(targetCrn) === undefined) throw invalid(op, `'${targetCrn}' is not the CRN of a bucket.`);
      const { startMs, endMs } = await getRange(vault, rangeId, signal);
      if (pointInTimeMs < startMs || pointInTimeMs > endMs) {
        const [start, end, moment] = [startMs, endMs, pointInTimeMs].map((ms) => new Date(ms).toISOString());
        throw invalid(op, `The backup goes from ${start} to ${end}; ${moment} is not in it.`);
      }
      const body = {
        recovery_range_id: rangeId,
        restore_type: 'in_place',
        restore_point_in_time: new Date(pointInTimeMs).toISOString(),
        target_resource_crn: targetCrn,
      };
      return readRestore(await send({ op, method: 'POST', path: inVault(vault, 'restores'), body }, signal), op);
    },
    'backups/listRestores': async ({ vault }, signal) => {
      const op = 'ListRestores';
      const request = { op, method: 'GET', path: inVault(vault, 'restores') } as const;
      const found = await all(request, `restores of "${vault}"`, (page) => readList(page, 'restores', op), signal);
      return found
        .map((restore) => readRestore(restore, op))
        .sort((a, b) => (b.startedAtMs ?? 0) - (a.startedAtMs ?? 0));
    },
    'backups/getRestore': async ({ vault, restoreId }, signal) => {
      const op = 'GetRestore';
      return readRestore(await send({ op, method: 'GET', path: inVault(vault, 'restores', restoreId) }, signal), op);
    },
  };

  /** A vault that may be listed but not seen stays in the list, with the reason. */
  async function listed(crn: string, signal: AbortSignal): Promise<ListedVault> {
    const name = nameOfCrn(crn) ?? crn;
    try {
      return await getVault(name, signal);
    } catch (error) {
      const failure = asFailure(error, 'GetBackupVault');
      if (failure.error.kind !== 'denied' && failure.error.kind !== 'notFound') throw failure;
      return { name, crn, unreadable: failure.error };
    }
  }
}

function refusePolicyName(name: string, op: string): void {
  const problem = policyNameProblem(name);
  if (problem === undefined) return;
  const why =
    problem.kind === 'empty'
      ? 'A backup policy needs a name.'
      : `'${problem.character}' cannot be in the name of a backup policy; use letters, digits, '_', '-' and '.'.`;
  throw invalid(op, why);
}

function refuseDays(days: number, op: string): void {
  if (isRetentionDays(days)) return;
  throw invalid(op, `A backup is kept for ${minRetentionDays} to ${maxRetentionDays} whole days, not ${days}.`);
}

function invalid(op: string, detail: string): CosFailure {
  return new CosFailure({ kind: 'invalid', op, retry: 'never', detail });
}
