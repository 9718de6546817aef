import type { Bucket } from '../../store/buckets';
import type { Archive, ObjectVersion } from '../../store/objects';
import { S3Error } from '../message/errors';
import { httpTime, type Exchange, type ResponseHeaders } from '../wire/exchange';
import type { LifecycleSetting } from './lifecycle';

const dayMs = 86_400_000;

/** Whether an object can be read: never archived or not yet, archived, being restored, or restored for a while. */
export type ArchiveState = 'active' | 'archived' | 'restoring' | 'restored';

export function archiveStateOf(version: ObjectVersion, nowMs: number): ArchiveState {
  const { archive } = version;
  if (archive === undefined || nowMs < archive.archivedAtMs) {
    return 'active';
  }
  const { restore } = archive;
  if (restore === undefined || nowMs >= restore.expiresAtMs) {
    return 'archived';
  }
  return nowMs < restore.readyAtMs ? 'restoring' : 'restored';
}

/** Refuses to read the bytes of an archived object (rule 103). */
export function refuseIfArchived(version: ObjectVersion, nowMs: number): void {
  const state = archiveStateOf(version, nowMs);
  if (state === 'archived' || state === 'restoring') {
    throw new S3Error('InvalidObjectState', "The operation is not valid for the object's storage class.");
  }
}

/** When a new object becomes archived, by the bucket's transition rule, which marks only what is written after it (rule 102). */
export function archiveOfNewObject(exchange: Exchange, bucket: Bucket, nowMs: number): Archive | undefined {
  const setting = exchange.store.buckets.getSetting(bucket.id, 'lifecycle') as LifecycleSetting | undefined;
  const rule = setting?.rules.find((candidate) => candidate.status === 'Enabled' && candidate.transition !== undefined);
  if (rule?.transition === undefined) {
    return undefined;
  }
  const { transition } = rule;
  return {
    storageClass: transition.storageClass,
    archivedAtMs: transition.days === undefined ? (transition.dateMs ?? nowMs) : midnightAfter(nowMs, transition.days),
  };
}

/** The next UTC midnight, `days` days on; zero days means at once. */
export function midnightAfter(timeMs: number, days: number): number {
  return days === 0 ? timeMs : (Math.floor(timeMs / dayMs) + 1 + days) * dayMs;
}

/** Archive headers of GET and HEAD (rule 103). */
export function archiveHeaders(version: ObjectVersion, nowMs: number): ResponseHeaders {
  const { archive } = version;
  if (archive === undefined) {
    return {};
  }
  const state = archiveStateOf(version, nowMs);
  return {
    'x-ibm-transition': `transition="ARCHIVE", date="${httpTime(archive.archivedAtMs)}"`,
    ...(state === 'active'
      ? {}
      : {
          'x-amz-storage-class': archive.storageClass,
          'x-ibm-archive-transition-time': httpTime(archive.archivedAtMs),
        }),
    ...(state === 'restoring' ? { 'x-amz-restore': 'ongoing-request="true"' } : {}),
    ...(state === 'restored'
      ? {
          'x-amz-restore': `ongoing-request="false", expiry-date="${httpTime(archive.restore?.expiresAtMs ?? 0)}"`,
          'x-ibm-restored-copy-storage-class': 'STANDARD',
        }
      : {}),
  };
}
