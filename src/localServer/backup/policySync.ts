import type { BackupPolicy, Stored, Walk } from '../store/backupRecords';
import type { Bucket } from '../store/buckets';
import type { ObjectVersion, Tag, VersionObserver } from '../store/objects';
import type { Store } from '../store/store';
import type { BackupSettings } from './backupSettings';

const versionsPerStep = 500;

/**
 * Keeps recovery ranges in step with their buckets. A version is added to the range in the transaction that writes it,
 * so a range lags behind only where its policy is new or in trouble; walks over the bucket make up for that.
 */
export class PolicySync implements VersionObserver {
  readonly #store: Store;
  readonly #settings: BackupSettings;

  constructor(store: Store, settings: BackupSettings) {
    this.#store = store;
    this.#settings = settings;
  }

  written(bucket: Bucket, version: ObjectVersion): void {
    for (const policy of this.#store.backups.policiesOf(bucket.id)) {
      if (policy.stage !== 'pending' && policy.trouble === undefined && this.#settings.backupSync === 'granted') {
        this.#copy(policy, version, version.modifiedAtMs);
      }
    }
  }

  tagsChanged(version: ObjectVersion, tags: readonly Tag[]): void {
    if (version.bucketId < 0) return;
    for (const policy of this.#store.backups.policiesOf(version.bucketId)) {
      const kept = this.#store.objects.findVersion(-policy.rangeRowId, version.key, version.versionId);
      if (kept !== undefined) this.#store.objects.update(kept, { tags });
    }
  }

  removed(version: ObjectVersion): void {
    if (version.bucketId < 0) return;
    const { backups } = this.#store;
    for (const policy of backups.policiesOf(version.bucketId)) {
      if (
        policy.trouble?.status === 'failed' ||
        !isWanted(policy, version, version.modifiedAtMs) ||
        this.#isKept(policy, version)
      )
        continue;
      const cause = `The version ${version.versionId} of "${version.key}" was deleted before it was synced.`;
      const { walk: _walk, ...rest } = policy;
      backups.savePolicy({ ...rest, trouble: { status: 'failed', cause, origin: 'found' } });
    }
  }

  /** Brings a policy to where it has to be at `nowMs`, as far as the work for that is done. */
  async advance(policyId: string, nowMs: number): Promise<void> {
    await this.#store.write(() => this.#begin(policyId, nowMs));
    while (await this.#store.write(() => this.#step(policyId, nowMs))) {
      // Between two steps, requests get their turn.
    }
  }

  /** State that follows from the clock and the authorisation alone. */
  #begin(policyId: string, nowMs: number): void {
    const { backups } = this.#store;
    const policy = backups.findPolicy(policyId);
    if (policy === undefined || policy.trouble?.status === 'failed') return;
    if (policy.stage === 'pending') {
      const initializingSinceMs = policy.createdAtMs + this.#settings.pendingMs;
      if (nowMs < initializingSinceMs) return;
      const walk = { totalCount: backups.countVersions(policy.bucketId), visitedCount: 0 };
      backups.savePolicy({ ...policy, stage: 'initializing', initializingSinceMs, walk });
      this.#begin(policyId, nowMs);
      return;
    }
    if (this.#settings.backupSync === 'denied' && policy.trouble === undefined) {
      const cause = 'The bucket lacks the authorisation cloud-object-storage.backup-vault.sync on the backup vault.';
      backups.savePolicy({ ...policy, trouble: { status: 'action_needed', cause, origin: 'found' } });
    } else if (this.#settings.backupSync === 'granted' && policy.trouble?.origin === 'found') {
      this.recover(policy);
    }
  }

  /** Ends the trouble of a policy; what was written meanwhile is synced by a walk. Inside a write transaction. */
  recover(policy: Stored<BackupPolicy>): void {
    const { trouble: _trouble, ...rest } = policy;
    const walk: Walk = { totalCount: this.#store.backups.countVersions(policy.bucketId), visitedCount: 0 };
    this.#store.backups.savePolicy({ ...rest, walk });
  }

  /** One step of the walk, or the end of it. True when another one follows. */
  #step(policyId: string, nowMs: number): boolean {
    const { backups, listing, objects } = this.#store;
    const policy = backups.findPolicy(policyId);
    if (policy === undefined || policy.stage === 'pending' || policy.trouble !== undefined) return false;
    const { walk } = policy;
    if (walk === undefined) {
      this.#setSynced(policy, nowMs);
      return false;
    }
    const share = policy.stage === 'active' ? 1 : this.#shareOf(policy, nowMs);
    const isWhole = share >= 1;
    const limit = Math.min(
      versionsPerStep,
      isWhole ? versionsPerStep : Math.floor(share * walk.totalCount) - walk.visitedCount,
    );
    if (limit <= 0) return false;
    const page = listing.versions(
      { bucketId: policy.bucketId, prefix: '', delimiter: '', limit },
      walk.after === undefined ? { kind: 'beginning' } : { kind: 'afterVersion', ...walk.after },
    );
    const items = page.entries.flatMap((entry) => (entry.kind === 'item' ? [entry.item] : []));
    for (const { key, versionId } of items) {
      const version = objects.findVersion(policy.bucketId, key, versionId);
      if (version !== undefined && isWanted(policy, version, nowMs)) this.#copy(policy, version, nowMs);
    }
    const last = items.at(-1);
    if (page.isTruncated && last !== undefined) {
      const after = { key: last.key, versionId: last.versionId };
      backups.savePolicy({ ...policy, walk: { ...walk, after, visitedCount: walk.visitedCount + items.length } });
      return true;
    }
    if (!isWhole) return false;
    const { walk: _walk, ...rest } = policy;
    backups.savePolicy({ ...rest, stage: 'active' });
    this.#setSynced(policy, nowMs);
    return false;
  }

  #shareOf(policy: BackupPolicy, nowMs: number): number {
    const elapsedMs = nowMs - (policy.initializingSinceMs ?? nowMs);
    return this.#settings.initializingMs <= 0 ? 1 : elapsedMs / this.#settings.initializingMs;
  }

  /** Moves the end of the range on; with the first time the range begins. */
  #setSynced(policy: BackupPolicy, nowMs: number): void {
    const range = this.#store.backups.findRangeById(policy.rangeRowId);
    if (range === undefined) return;
    const startedAtMs = range.startedAtMs ?? (policy.initializingSinceMs ?? nowMs) + this.#settings.initializingMs;
    if (range.startedAtMs === undefined || range.syncedUntilMs < nowMs) {
      this.#store.backups.saveRange({ ...range, startedAtMs, syncedUntilMs: Math.max(nowMs, startedAtMs) });
    }
  }

  #isKept(policy: BackupPolicy, version: ObjectVersion): boolean {
    return this.#store.objects.findVersion(-policy.rangeRowId, version.key, version.versionId)?.seq === version.seq;
  }

  /** Adds a version to the range, its bytes by reference. Lock, retention, archive and ACL state stay behind. */
  #copy(policy: BackupPolicy, version: ObjectVersion, nowMs: number): void {
    if (!isSyncable(version, nowMs)) return;
    const { objectLock: _lock, retention: _retention, archive: _archive, replication: _status, ...kept } = version;
    const segments = this.#store.objects.segments(version);
    const added = this.#store.objects.insertPast(-policy.rangeRowId, { ...kept, acl: 'private' }, segments);
    if (added !== undefined) this.#store.backups.addRangeSize(policy.rangeRowId, added.sizeBytes);
  }
}

/** Whether a policy has to sync a version: what was current when it was made, and everything since. */
function isWanted(policy: BackupPolicy, version: ObjectVersion, nowMs: number): boolean {
  const isCurrent = version.isLatest && !version.isMarker;
  return isSyncable(version, nowMs) && (isCurrent || version.modifiedAtMs >= policy.createdAtMs);
}

/** Customers' keys, archives, replicas, restored objects and what lifecycle rules delete are left out (control-plane §3.4). */
function isSyncable(version: ObjectVersion, nowMs: number): boolean {
  return (
    version.origin !== 'lifecycle' &&
    version.encryption === undefined &&
    version.restored === undefined &&
    version.replication !== 'REPLICA' &&
    (version.archive === undefined || version.archive.archivedAtMs > nowMs)
  );
}
