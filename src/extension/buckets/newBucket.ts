import type { Location, StorageClass } from '../../model/location';
import type { LockDefault, RetentionPolicy } from '../../model/retention';
import { formatBytes } from '../ui/format';
import type { Translate } from '../ui/translate';

/** What a new bucket is asked for in any case. */
export interface BucketBasics {
  readonly name: string;
  /** Absent for services that have no locations to choose from. */
  readonly location: Location | undefined;
  readonly storageClass: StorageClass | undefined;
}

/** What a new bucket gets only where somebody wants it. */
export interface BucketOptions {
  readonly rootKey?: { readonly crn: string; readonly name: string } | undefined;
  readonly isVersioned?: true | undefined;
  /** Object Lock, with or without a default for new versions. */
  readonly lock?: { readonly defaultRetention: LockDefault | null } | undefined;
  readonly retention?: RetentionPolicy | undefined;
  readonly quotaBytes?: number | undefined;
}

/** Where a bucket goes, in words. */
export function placeText({ location, storageClass }: BucketBasics): string {
  if (location === undefined) return '';
  const city = location.city === '' ? location.code : `${location.city} (${location.code})`;
  return storageClass === undefined ? city : `${city} · ${storageClass}`;
}

/** A default of Object Lock in words. */
export function lockText(lock: NonNullable<BucketOptions['lock']>, t: Translate): string {
  const retention = lock.defaultRetention;
  if (retention === null) return t('on, without a default');
  const { unit, count } = retention.duration;
  return unit === 'days' ? t('{0}, {1} days', retention.mode, count) : t('{0}, {1} years', retention.mode, count);
}

/** A retention policy in words. */
export function retentionText(policy: RetentionPolicy, t: Translate): string {
  const { minimumDays, defaultDays, maximumDays, isPermanentAllowed } = policy;
  return isPermanentAllowed
    ? t('{0} to {1} days or forever, {2} by default', minimumDays, maximumDays, defaultDays)
    : t('{0} to {1} days, {2} by default', minimumDays, maximumDays, defaultDays);
}

/** What was chosen beyond the basics, a line each. */
export function optionLines(options: BucketOptions, t: Translate): readonly string[] {
  const { rootKey, lock, isVersioned, retention, quotaBytes } = options;
  return [
    ...(rootKey === undefined ? [] : [t('Encryption: root key "{0}"', rootKey.name)]),
    ...(isVersioned === undefined ? [] : [t('Versioning: on')]),
    ...(lock === undefined ? [] : [t('Object Lock: {0}', lockText(lock, t))]),
    ...(retention === undefined ? [] : [t('Retention policy: {0}', retentionText(retention, t))]),
    ...(quotaBytes === undefined ? [] : [t('Quota: {0}', formatBytes(quotaBytes))]),
  ];
}

/** What of it can never be taken back, a sentence each. */
export function permanentLines(options: BucketOptions, t: Translate): readonly string[] {
  return [
    ...(options.rootKey === undefined
      ? []
      : [t('The root key cannot be changed later: whoever deletes it makes the bucket unreadable.')]),
    ...(options.lock === undefined ? [] : [t('Object Lock can never be switched off, nor versioning with it.')]),
    ...(options.retention === undefined
      ? []
      : [t('A retention policy can never be removed; objects cannot be deleted before their time.')]),
  ];
}
