import type { Tag } from '../store/objects.ts';

/** One lifecycle rule as stored. */
export interface LifecycleRule {
  readonly id?: string;
  readonly status: 'Enabled' | 'Disabled';
  readonly filter: {
    readonly prefix?: string;
    readonly tags: readonly Tag[];
    readonly sizeGreaterThanBytes?: number;
    readonly sizeLessThanBytes?: number;
  };
  readonly transition?: {
    readonly days?: number;
    readonly dateMs?: number;
    readonly storageClass: 'GLACIER' | 'ACCELERATED';
  };
  readonly expiration?: {
    readonly days?: number;
    readonly dateMs?: number;
    readonly expiredObjectDeleteMarker?: boolean;
  };
  readonly noncurrentDays?: number;
  readonly newerNoncurrentVersions?: number;
  readonly abortUploadAfterDays?: number;
}

/** A bucket's lifecycle configuration as stored. */
export interface LifecycleSetting {
  readonly rules: readonly LifecycleRule[];
}
