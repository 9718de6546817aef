import type { Bucket } from '../../store/buckets';
import type { ListedVersion, ListStart } from '../../store/listing';
import type { ObjectVersion } from '../../store/objects';
import type { Store } from '../../store/store';
import { midnightAfter } from './archive';
import type { LifecycleFilter, LifecycleRule, LifecycleSetting } from './lifecycle';
import { isRetained } from '../locks/retention';

const pageSize = 500;

/** What a run did. */
export interface LifecycleReport {
  expired: number;
  removedVersions: number;
  abortedUploads: number;
}

/**
 * Applies the expiration and abort rules of one bucket, as the service does once a day (rules 77, 98, 102). Protected
 * objects are left for a later run. Transitions need no run: an object carries the time of its own since it was written.
 */
export async function runLifecycle(store: Store, bucketName: string, nowMs: number): Promise<LifecycleReport> {
  const report: LifecycleReport = { expired: 0, removedVersions: 0, abortedUploads: 0 };
  const bucket = store.buckets.find(bucketName);
  const rules = bucket === undefined ? [] : enabledRules(store, bucket);
  if (bucket === undefined || rules.length === 0) {
    return report;
  }
  await expireVersions(store, bucket, nowMs, report);
  await abortUploads(store, bucket, rules, nowMs, report);
  return report;
}

function enabledRules(store: Store, bucket: Bucket): readonly LifecycleRule[] {
  const setting = store.buckets.getSetting(bucket.id, 'lifecycle') as LifecycleSetting | undefined;
  return setting?.rules.filter((rule) => rule.status === 'Enabled') ?? [];
}

async function expireVersions(store: Store, { id }: Bucket, nowMs: number, report: LifecycleReport): Promise<void> {
  let start: Parameters<Store['listing']['versions']>[1] = { kind: 'beginning' };
  let newer: ListedVersion | undefined;
  let noncurrentSeen = 0;
  for (;;) {
    const page = store.listing.versions({ bucketId: id, prefix: '', delimiter: '', limit: pageSize }, start);
    const due: { listed: ListedVersion; supersededAtMs: number | undefined; noncurrentIndex: number }[] = [];
    for (const entry of page.entries) {
      if (entry.kind === 'prefix') {
        continue;
      }
      const listed = entry.item;
      const isSameKey = newer?.key === listed.key;
      noncurrentSeen = isSameKey ? noncurrentSeen + 1 : 0;
      due.push({
        listed,
        supersededAtMs: isSameKey ? newer?.modifiedAtMs : undefined,
        noncurrentIndex: noncurrentSeen,
      });
      newer = listed;
      start = { kind: 'afterVersion', key: listed.key, versionId: listed.versionId };
    }
    await store.write(() => {
      // Between two pages the rules may have been taken back, and what is permanently deleted depends on versioning.
      const bucket = store.buckets.findById(id);
      if (bucket === undefined) {
        return;
      }
      const rules = enabledRules(store, bucket);
      for (const { listed, supersededAtMs, noncurrentIndex } of due) {
        const version = store.objects.findVersion(bucket.id, listed.key, listed.versionId);
        if (version !== undefined && !isProtected(version, nowMs)) {
          expireOne(store, bucket, rules, version, supersededAtMs, noncurrentIndex, nowMs, report);
        }
      }
    });
    if (!page.isTruncated) {
      return;
    }
  }
}

function isProtected(version: ObjectVersion, nowMs: number): boolean {
  const lock = version.objectLock;
  return (
    isRetained(version, nowMs) ||
    lock?.legalHold === 'ON' ||
    (lock?.mode !== undefined && (lock.untilMs ?? 0) > nowMs && !version.isLatest)
  );
}

function expireOne(
  store: Store,
  bucket: Bucket,
  rules: readonly LifecycleRule[],
  version: ObjectVersion,
  supersededAtMs: number | undefined,
  noncurrentIndex: number,
  nowMs: number,
  report: LifecycleReport,
): void {
  const matching = rules.filter((rule) => matchesFilter(rule.filter, version));
  if (version.isLatest) {
    const isLonely =
      version.isMarker &&
      store.listing
        .versions({ bucketId: bucket.id, prefix: version.key, delimiter: '', limit: 2 }, { kind: 'beginning' })
        .entries.filter((entry) => entry.kind === 'item' && entry.item.key === version.key).length === 1;
    if (isLonely && matching.some((rule) => rule.expiration?.expiredObjectDeleteMarker === true)) {
      store.objects.remove(version);
      report.removedVersions++;
    } else if (!version.isMarker && matching.some((rule) => isDue(rule.expiration, version.modifiedAtMs, nowMs))) {
      if (bucket.versioning === 'never') {
        store.objects.remove(version);
      } else {
        store.objects.putMarker(bucket, version.key, bucket.ownerId, nowMs, 'lifecycle');
      }
      report.expired++;
    }
    return;
  }
  const isOld = matching.some(
    (rule) =>
      rule.noncurrentDays !== undefined &&
      supersededAtMs !== undefined &&
      nowMs >= midnightAfter(supersededAtMs, rule.noncurrentDays) &&
      noncurrentIndex > (rule.newerNoncurrentVersions ?? 0),
  );
  if (isOld) {
    store.objects.remove(version);
    report.removedVersions++;
  }
}

function isDue(when: { days?: number; dateMs?: number } | undefined, sinceMs: number, nowMs: number): boolean {
  if (when?.days !== undefined) {
    return nowMs >= midnightAfter(sinceMs, when.days);
  }
  return when?.dateMs !== undefined && nowMs >= when.dateMs;
}

function matchesFilter(filter: LifecycleFilter, version: ObjectVersion): boolean {
  return (
    version.key.startsWith(filter.prefix ?? '') &&
    filter.tags.every((tag) => version.tags.some((own) => own.key === tag.key && own.value === tag.value)) &&
    version.sizeBytes > (filter.sizeGreaterThanBytes ?? -1) &&
    version.sizeBytes < (filter.sizeLessThanBytes ?? Infinity)
  );
}

async function abortUploads(
  store: Store,
  bucket: Bucket,
  rules: readonly LifecycleRule[],
  nowMs: number,
  report: LifecycleReport,
): Promise<void> {
  let start: ListStart | { kind: 'afterUpload'; key: string; uploadId: string } = { kind: 'beginning' };
  for (;;) {
    const page = store.listing.uploads({ bucketId: bucket.id, prefix: '', delimiter: '', limit: pageSize }, start);
    const items = page.entries.flatMap((entry) => (entry.kind === 'item' ? [entry.item] : []));
    const due = items.filter((upload) =>
      rules.some(
        (rule) =>
          rule.abortUploadAfterDays !== undefined &&
          upload.key.startsWith(rule.filter.prefix ?? '') &&
          nowMs >= midnightAfter(upload.initiatedAtMs, rule.abortUploadAfterDays),
      ),
    );
    const last = items.at(-1);
    if (page.isTruncated && last !== undefined) {
      // Past the whole key: uploads of one key that span pages are taken on the next run.
      start = { kind: 'afterKey', key: last.key };
    }
    await store.write(() => {
      for (const { key, uploadId } of due) {
        const upload = store.uploads.find(bucket.id, key, uploadId);
        if (upload !== undefined) {
          store.uploads.remove(upload);
          report.abortedUploads++;
        }
      }
    });
    if (!page.isTruncated) {
      return;
    }
  }
}
