import type { Restore, Stored } from '../store/backupRecords';
import type { Bucket } from '../store/buckets';
import type { ObjectLock, ObjectVersion } from '../store/objects';
import type { Store } from '../store/store';
import type { BackupSettings } from './backupSettings';
import { currentAt } from './recoveryRanges';

const versionsPerStep = 500;
const dayMs = 86_400_000;

/** Runs restores: puts what was current at a point in time into the history of the target's keys. */
export class RestoreRun {
  readonly #store: Store;
  readonly #settings: BackupSettings;

  constructor(store: Store, settings: BackupSettings) {
    this.#store = store;
    this.#settings = settings;
  }

  /** Brings a restore to where it has to be at `nowMs`, as far as the work for that is done. */
  async advance(restoreId: string, nowMs: number): Promise<void> {
    while (await this.#store.write(() => this.#step(restoreId, nowMs))) {
      // Between two steps, requests get their turn.
    }
  }

  /** Ends an active restore as failed. Inside a write transaction. */
  fail(restore: Stored<Restore>, cause: string, nowMs: number): void {
    const { walk: _walk, ...rest } = restore;
    this.#store.backups.saveRestore({ ...rest, status: 'failed', cause, completedAtMs: nowMs });
  }

  /** One step. True when another one follows. */
  #step(restoreId: string, nowMs: number): boolean {
    const { backups } = this.#store;
    const restore = backups.findRestore(restoreId);
    if (restore === undefined || restore.status === 'complete' || restore.status === 'failed') return false;
    const runningSinceMs = restore.initializedAtMs + this.#settings.restorePendingMs;
    if (nowMs < runningSinceMs) return false;
    const target = this.#store.buckets.findById(restore.targetBucketId);
    const problem = targetProblem(this.#store, this.#settings, target);
    if (target === undefined || problem !== undefined) {
      this.fail(restore, problem ?? '', nowMs);
      return false;
    }
    const walk = restore.walk ?? { totalCount: backups.countVersions(-restore.rangeRowId), visitedCount: 0 };
    const elapsedMs = nowMs - runningSinceMs;
    const { restoreRunningMs } = this.#settings;
    const share = restoreRunningMs <= 0 ? 1 : elapsedMs / restoreRunningMs;
    const allowed = share >= 1 ? Infinity : Math.floor(share * walk.totalCount) - walk.visitedCount;
    const limit = Math.min(versionsPerStep, allowed);
    if (limit <= 0) {
      if (restore.status !== 'running') backups.saveRestore({ ...restore, status: 'running', walk });
      return false;
    }
    const page = currentAt(this.#store, restore.rangeRowId, restore.pointInTimeMs, walk.after, limit);
    for (const version of page.versions) this.#write(restore, target, version, nowMs);
    if (page.after === undefined && share >= 1) {
      const { walk: _walk, ...rest } = restore;
      const completedAtMs = runningSinceMs + restoreRunningMs;
      backups.saveRestore({ ...rest, status: 'complete', completedAtMs: Math.min(nowMs, completedAtMs) });
      return false;
    }
    if (page.after !== undefined) {
      const visitedCount = walk.visitedCount + page.visitedCount;
      const next = { totalCount: walk.totalCount, visitedCount, after: page.after };
      backups.saveRestore({ ...restore, status: 'running', walk: next });
      return true;
    }
    backups.saveRestore({ ...restore, status: 'running', walk });
    return false;
  }

  #write(restore: Restore, target: Bucket, version: ObjectVersion, nowMs: number): void {
    const objectLock = defaultLock(this.#store, target, version, nowMs);
    this.#store.objects.insertPast(
      target.id,
      {
        ...version,
        ownerId: target.ownerId,
        restored: { restoreId: restore.restoreId, restoredAtMs: nowMs },
        ...(objectLock === undefined ? {} : { objectLock }),
      },
      this.#store.objects.segments(version),
    );
  }
}

/** Why a bucket cannot be the target of a restore (control-plane §3.7), undefined when it can. */
export function targetProblem(store: Store, settings: BackupSettings, target: Bucket | undefined): string | undefined {
  if (target === undefined) return 'The target bucket does not exist.';
  if (target.versioning !== 'Enabled') return 'Versioning is not enabled on the target bucket.';
  if (store.buckets.getSetting(target.id, 'firewall') !== undefined) return 'The target bucket has a firewall.';
  if (settings.restoreSync === 'denied') {
    return 'The backup vault lacks the authorisation cloud-object-storage.bucket.restore_sync on the target bucket.';
  }
  return undefined;
}

/** The lock that the target's default rule gives a restored object. */
function defaultLock(store: Store, target: Bucket, version: ObjectVersion, nowMs: number): ObjectLock | undefined {
  if (!target.hasObjectLock || version.isMarker) return undefined;
  const rule = store.buckets.getSetting(target.id, 'objectLock') as
    { mode?: 'GOVERNANCE' | 'COMPLIANCE'; days?: number; years?: number } | undefined;
  if (rule?.mode === undefined) return undefined;
  const until = new Date(nowMs + (rule.days ?? 0) * dayMs);
  until.setUTCFullYear(until.getUTCFullYear() + (rule.years ?? 0));
  return { mode: rule.mode, untilMs: until.getTime() };
}
