import type { Bucket, BucketSetting, Versioning } from '../../store/buckets';
import type { Store } from '../../store/store';
import type { S3Switches } from '../message/options';

type Delayed = 'versioning' | Extract<BucketSetting, 'objectLock' | 'protection' | 'replication'>;

interface Replaced {
  readonly before: unknown;
  readonly untilMs: number;
}

/**
 * Configuration that takes a while to be seen (rule 14). Only what a change replaced is remembered, in memory: what was
 * stored is stored, and a restarted server shows it at once.
 */
export class ConfigurationDelay {
  readonly #changes = new Map<string, Replaced>();

  /** Says that a value is about to be replaced. Changes within the delay of another keep the oldest value in sight. */
  replace(bucketId: number, name: Delayed, before: unknown, times: { nowMs: number; delayMs: number }): void {
    const key = `${bucketId}/${name}`;
    if (times.delayMs > 0 && (this.#changes.get(key)?.untilMs ?? 0) <= times.nowMs) {
      this.#changes.set(key, { before, untilMs: times.nowMs + times.delayMs });
    }
  }

  /** The value that a request sees. */
  visible(bucketId: number, name: Delayed, stored: unknown, nowMs: number): unknown {
    const key = `${bucketId}/${name}`;
    const change = this.#changes.get(key);
    if (change === undefined) {
      return stored;
    }
    if (nowMs < change.untilMs) {
      return change.before;
    }
    this.#changes.delete(key);
    return stored;
  }
}

/** What of an exchange decides what it sees. */
interface View {
  readonly store: Store;
  readonly nowMs: number;
  readonly configurationDelay: ConfigurationDelay;
}

/** An exchange that changes the configuration of its bucket. */
interface Change extends View {
  readonly switches: S3Switches;
  readonly bucket: Bucket;
}

/** A setting as a request sees it. */
export function visibleSetting(exchange: View, bucketId: number, name: Exclude<Delayed, 'versioning'>): unknown {
  const stored = exchange.store.buckets.getSetting(bucketId, name);
  return exchange.configurationDelay.visible(bucketId, name, stored, exchange.nowMs);
}

/** Stores a setting, or removes it with undefined, so that it is seen after the delay. Inside a write transaction. */
export function changeSetting(exchange: Change, name: Exclude<Delayed, 'versioning'>, value: unknown): void {
  const { store, nowMs, configurationDelay, switches, bucket } = exchange;
  const delayMs = switches.configurationDelayMs;
  configurationDelay.replace(bucket.id, name, store.buckets.getSetting(bucket.id, name), { nowMs, delayMs });
  if (value === undefined) {
    store.buckets.deleteSetting(bucket.id, name);
  } else {
    store.buckets.setSetting(bucket.id, name, value);
  }
}

/** A bucket with the versioning state that a request sees. */
export function visibleBucket(exchange: View, bucket: Bucket): Bucket {
  const { configurationDelay, nowMs } = exchange;
  const versioning = configurationDelay.visible(bucket.id, 'versioning', bucket.versioning, nowMs) as Versioning;
  return versioning === bucket.versioning ? bucket : { ...bucket, versioning };
}

/** Changes the versioning state, to be seen after the delay. Inside a write transaction. */
export function changeVersioningState(exchange: Change, versioning: Versioning): void {
  const { store, nowMs, configurationDelay, switches, bucket } = exchange;
  const before = store.buckets.findById(bucket.id)?.versioning;
  configurationDelay.replace(bucket.id, 'versioning', before, { nowMs, delayMs: switches.configurationDelayMs });
  store.buckets.setVersioning(bucket.id, versioning);
}
