import { readDate } from './dates';

/** Rules that a bucket's lifecycle may have (data-plane §9.1). */
export const maxLifecycleRules = 1000;

/** Classes that lifecycle moves objects to (data-plane §9.1). */
export const archiveStorageClasses = ['GLACIER', 'ACCELERATED'] as const;

/** After days of an object's age, or from a day on: one of the two. */
export interface LifecycleTime {
  readonly days?: number;
  /** A day such as `2027-01-31`, or a time with its zone. */
  readonly date?: string;
}

/** A lifecycle rule, as it stands in its document (data-plane §9.1). */
export interface LifecycleRule {
  /** Unique in the bucket; the service may give one where none is sent. */
  readonly id?: string;
  readonly status: 'enabled' | 'disabled';
  /** Which objects; all where absent. */
  readonly filter?: LifecycleFilter;
  /** Moves objects that are written from then on to archive. */
  readonly transition?: LifecycleTime & { readonly storageClass: (typeof archiveStorageClasses)[number] };
  /** Deletes objects, those that exist too, or delete markers that nothing is left behind of. */
  readonly expiration?: LifecycleTime & { readonly expiredDeleteMarkers?: boolean };
  /** Deletes versions, counted from when they were replaced; `keepVersions` newest of them stay. */
  readonly noncurrentExpiration?: { readonly days: number; readonly keepVersions?: number };
  readonly abortIncompleteUploads?: { readonly days: number };
}

/** Conditions that all hold (data-plane §9.1). */
export interface LifecycleFilter {
  readonly prefix?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly largerThanBytes?: number;
  readonly smallerThanBytes?: number;
}

/** What a bucket has: no rules where it has no configuration. */
export interface BucketLifecycle {
  readonly rules: readonly LifecycleRule[];
  /** Names of elements of the service's answer that no field stands for; writing the rules would lose them. */
  readonly unknownElements: readonly string[];
}

/**
 * A date as a rule has it, in one form: the day where it is midnight UTC, from when on the service counts, else the time.
 * What is no date stays as it is.
 */
export function lifecycleDate(text: string): string {
  const ms = readDate(text);
  if (ms === undefined) return text;
  return new Date(ms)
    .toISOString()
    .replace('.000Z', 'Z')
    .replace(/T00:00:00Z$/, '');
}

const everythingId = 'delete-everything';
const markersId = 'delete-everything-markers';

/**
 * Rules with those added that let the service delete everything in a bucket, a day after it was written or replaced. Delete
 * markers take a rule of their own, since one expiration has either days or markers (data-plane §9.1).
 */
export function withEverythingExpiring(
  rules: readonly LifecycleRule[],
  hasVersions: boolean,
): readonly LifecycleRule[] {
  const kept = rules.filter(({ id }) => id !== everythingId && id !== markersId);
  const days = 1;
  const everything: LifecycleRule = {
    id: everythingId,
    status: 'enabled',
    expiration: { days },
    ...(hasVersions ? { noncurrentExpiration: { days } } : {}),
    abortIncompleteUploads: { days },
  };
  const markers: LifecycleRule = { id: markersId, status: 'enabled', expiration: { expiredDeleteMarkers: true } };
  return [...kept, everything, ...(hasVersions ? [markers] : [])];
}
