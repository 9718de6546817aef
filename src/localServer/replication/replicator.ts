import type { Clock } from '../contracts';
import { parseCosCrn } from '../iam/cosCrn';
import type { ReplicationRule } from '../s3/bucket/replication';
import type { Bucket } from '../store/buckets';
import type { ObjectVersion, Tag, VersionObserver } from '../store/objects';
import type { ReplicationTask, SyncType } from '../store/replicationTasks';
import type { Store } from '../store/store';

const hourMs = 3_600_000;
/** After the first attempt, one an hour, then one a day. */
const hourlyAttempts = 4;
const tasksPerStep = 100;

/** How replication behaves on this server; changed through the admin endpoint. */
export interface ReplicationSettings {
  /** How long a version waits for its first attempt, by the server's clock. */
  delayMs: number;
  /** Whether source buckets may write to their targets. */
  authorization: 'granted' | 'denied';
}

/** What a run did. */
export interface ReplicationReport {
  readonly replicatedCount: number;
  readonly failedCount: number;
}

/**
 * Carries new versions, delete markers and later tags to the buckets that replication rules name. What is to be done is
 * noted in the transaction that makes it necessary, so that a crash forgets nothing.
 */
export class Replicator implements VersionObserver {
  readonly settings: ReplicationSettings = { delayMs: 0, authorization: 'granted' };
  readonly #store: Store;
  readonly #clock: Clock;
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    store.objects.observe(this);
  }

  written(bucket: Bucket, version: ObjectVersion): void {
    if (version.origin === 'lifecycle') return;
    this.#note(bucket.id, version, version.tags, version.isMarker ? 'delete' : 'content');
  }

  tagsChanged(version: ObjectVersion, tags: readonly Tag[]): void {
    if (version.replication === undefined || version.replication === 'REPLICA') return;
    // Tags of a version that is still waiting travel with it.
    this.#note(version.bucketId, version, tags, version.replication === 'COMPLETE' ? 'tagging' : 'content');
  }

  removed(version: ObjectVersion): void {
    if (version.replication === undefined || version.replication === 'REPLICA') return;
    this.#store.replicationTasks.removeVersion(version.bucketId, version.key, version.seq);
  }

  /** Whether a task's time has come. */
  isBusy(): boolean {
    return this.#store.replicationTasks.due(this.#clock.nowMs(), 1).length > 0;
  }

  /** Attempts everything that is due; one run at a time. */
  run(): Promise<ReplicationReport> {
    const next = this.#last.then(() => this.#run());
    // A run that failed has told its own caller; the next one starts afresh.
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** Waits for a run that is under way. */
  async settle(): Promise<void> {
    await this.#last;
  }

  /** Notes a version that a rule covers. Among the rules that cover it, the one with the highest priority decides. */
  #note(bucketId: number, version: ObjectVersion, tags: readonly Tag[], syncType: SyncType): void {
    const rules = this.#store.buckets.getSetting(bucketId, 'replication') as readonly ReplicationRule[] | undefined;
    if (rules === undefined || isLeftOut(version, version.modifiedAtMs)) return;
    const [rule] = rules
      .filter((candidate) => candidate.status === 'Enabled' && covers(candidate, version.key, tags))
      .sort((one, other) => other.priority - one.priority);
    if (rule === undefined || (version.isMarker && rule.deleteMarkers === 'Disabled')) return;
    const { key, versionId, seq } = version;
    this.#store.objects.update(version, { replication: 'PENDING' });
    this.#store.replicationTasks.add(
      { bucketId, key, versionId, seq, syncType, targetCrn: rule.targetBucketCrn },
      this.#clock.nowMs() + this.settings.delayMs,
    );
  }

  async #run(): Promise<ReplicationReport> {
    const nowMs = this.#clock.nowMs();
    let replicatedCount = 0;
    let failedCount = 0;
    for (;;) {
      const outcomes = await this.#store.write(() =>
        this.#store.replicationTasks.due(nowMs, tasksPerStep).map((task) => this.#attempt(task, nowMs)),
      );
      if (outcomes.length === 0) return { replicatedCount, failedCount };
      replicatedCount += outcomes.filter((outcome) => outcome === 'replicated').length;
      failedCount += outcomes.filter((outcome) => outcome === 'failed').length;
    }
  }

  #attempt(task: ReplicationTask, nowMs: number): 'replicated' | 'failed' | 'dropped' {
    const { objects, replicationTasks } = this.#store;
    const version = objects.findVersion(task.bucketId, task.key, task.versionId);
    if (version === undefined || isLeftOut(version, nowMs)) {
      replicationTasks.remove(task.rowId);
      if (version !== undefined) objects.update(version, { replication: undefined });
      return 'dropped';
    }
    const target = this.#findTarget(task.targetCrn);
    const problem = this.#problemOf(target, version);
    if (target === undefined || problem !== undefined) {
      const waitMs = task.attempts + 1 < hourlyAttempts ? hourMs : 24 * hourMs;
      replicationTasks.fail(task, problem ?? '', nowMs, nowMs + waitMs);
      objects.update(version, { replication: 'FAILED' });
      return 'failed';
    }
    this.#copy(target, version);
    objects.update(version, { replication: 'COMPLETE' });
    replicationTasks.remove(task.rowId);
    return 'replicated';
  }

  /** Adds the version with its id and time to the target, or brings the tags of one that is there up to date. */
  #copy(target: Bucket, version: ObjectVersion): void {
    const { objects } = this.#store;
    const { retention: _retention, archive: _archive, restored: _restored, objectLock, ...fields } = version;
    const replica = {
      ...fields,
      acl: 'private' as const,
      ownerId: target.ownerId,
      replication: 'REPLICA' as const,
      ...(objectLock === undefined || !target.hasObjectLock ? {} : { objectLock }),
    };
    if (objects.insertPast(target.id, replica, objects.segments(version)) !== undefined) return;
    const present = objects.findVersion(target.id, version.key, version.versionId);
    if (present !== undefined && !present.isMarker) objects.update(present, { tags: version.tags });
  }

  #findTarget(crn: string): Bucket | undefined {
    const parsed = parseCosCrn(crn);
    const bucket = parsed?.resourceType === 'bucket' ? this.#store.buckets.find(parsed.resource) : undefined;
    return bucket?.instanceGuid === parsed?.instanceGuid ? bucket : undefined;
  }

  /** Why the target cannot take a version, undefined when it can (data-plane §15). */
  #problemOf(target: Bucket | undefined, version: ObjectVersion): string | undefined {
    const { buckets } = this.#store;
    if (target === undefined) return 'The target bucket does not exist.';
    if (this.settings.authorization === 'denied')
      return 'The source bucket is not authorized to write to the target bucket.';
    if (target.versioning !== 'Enabled') return 'Versioning is not enabled on the target bucket.';
    if (buckets.getSetting(target.id, 'protection') !== undefined) return 'The target bucket has a retention policy.';
    if (buckets.getSetting(target.id, 'firewall') !== undefined) return 'The firewall of the target bucket refuses.';
    const quotaBytes = buckets.getSetting(target.id, 'hardQuotaBytes');
    if (typeof quotaBytes === 'number' && quotaBytes > 0 && target.sizeBytes + version.sizeBytes > quotaBytes) {
      return 'The write would exceed the hard quota of the target bucket.';
    }
    return undefined;
  }
}

/** A rule with tags covers no delete markers, which have none. */
function covers(rule: ReplicationRule, key: string, tags: readonly Tag[]): boolean {
  return (
    key.startsWith(rule.prefix ?? '') &&
    rule.tags.every((wanted) => tags.some((tag) => tag.key === wanted.key && tag.value === wanted.value))
  );
}

/** Customers' keys and archived objects are not replicated (data-plane §15). */
function isLeftOut(version: ObjectVersion, nowMs: number): boolean {
  return version.encryption !== undefined || (version.archive !== undefined && version.archive.archivedAtMs <= nowMs);
}
