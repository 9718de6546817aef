import type { Bucket } from '../store/buckets';
import type { Store } from '../store/store';
import type { BucketSettings } from './bucketSettings';
import type { BucketUsage, ConfiguredBuckets } from './resourceConfiguration';

const versionsPerStep = 1000;

/** The buckets of the store, for the Resource Configuration API. */
export function storedBuckets(store: Store): ConfiguredBuckets {
  return {
    find: (name) => {
      const bucket = store.buckets.find(name);
      if (bucket === undefined) return undefined;
      return {
        name,
        instanceGuid: bucket.instanceGuid,
        createdAtMs: bucket.createdAtMs,
        updatedAtMs: readUpdatedAtMs(store, bucket),
        settings: readSettings(store, bucket),
        usage: () => usageOf(store, bucket),
      };
    },
    save: (name, settings, updatedAtMs) =>
      store.write(() => {
        const bucket = store.buckets.find(name);
        if (bucket === undefined) throw new Error(`the bucket "${name}" went away`);
        const put = (setting: 'hardQuotaBytes' | 'firewall' | 'activityTracking' | 'metrics', value: unknown) => {
          if (value === undefined) store.buckets.deleteSetting(bucket.id, setting);
          else store.buckets.setSetting(bucket.id, setting, value);
        };
        put('hardQuotaBytes', settings.hard_quota);
        put('firewall', settings.firewall);
        put('activityTracking', settings.activity_tracking);
        put('metrics', settings.metrics_monitoring);
        store.buckets.setSetting(bucket.id, 'managed', { updatedAtMs });
      }),
  };
}

function readSettings(store: Store, bucket: Bucket): BucketSettings {
  const settings = {
    hard_quota: store.buckets.getSetting(bucket.id, 'hardQuotaBytes'),
    firewall: store.buckets.getSetting(bucket.id, 'firewall'),
    activity_tracking: store.buckets.getSetting(bucket.id, 'activityTracking'),
    metrics_monitoring: store.buckets.getSetting(bucket.id, 'metrics'),
  };
  // Only `save` writes them.
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function readUpdatedAtMs(store: Store, bucket: Bucket): number {
  const managed = store.buckets.getSetting(bucket.id, 'managed') as { updatedAtMs: number } | undefined;
  return managed?.updatedAtMs ?? bucket.createdAtMs;
}

/** Without versioning the bucket's counters tell; otherwise the versions are counted, a page at a time. */
function usageOf(store: Store, bucket: Bucket): BucketUsage {
  const usage = {
    objectCount: bucket.objectCount,
    sizeBytes: bucket.sizeBytes,
    noncurrentObjectCount: 0,
    noncurrentSizeBytes: 0,
    deleteMarkerCount: 0,
  };
  if (bucket.versioning === 'never') return usage;
  let start: Parameters<Store['listing']['versions']>[1] = { kind: 'beginning' };
  for (;;) {
    const request = { bucketId: bucket.id, prefix: '', delimiter: '', limit: versionsPerStep };
    const { entries, isTruncated } = store.listing.versions(request, start);
    for (const entry of entries) {
      if (entry.kind === 'prefix') continue;
      const { item } = entry;
      start = { kind: 'afterVersion', key: item.key, versionId: item.versionId };
      if (item.isMarker) usage.deleteMarkerCount += 1;
      else if (!item.isLatest) {
        usage.noncurrentObjectCount += 1;
        usage.noncurrentSizeBytes += item.sizeBytes;
      }
    }
    if (!isTruncated) break;
  }
  usage.objectCount -= usage.noncurrentObjectCount;
  usage.sizeBytes -= usage.noncurrentSizeBytes;
  return usage;
}
