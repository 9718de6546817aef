import {
  nameOfCrn,
  type BackupPolicy,
  type BackupRestore,
  type PolicyStatus,
  type RecoveryRange,
} from '../../model/backup';
import { formatMoment } from '../ui/format';
import type { Translate } from '../ui/translate';

/** The name of the bucket of a CRN, or the CRN where it has none. */
export function bucketText(crn: string): string {
  return nameOfCrn(crn) ?? crn;
}

/** What a range covers. */
export function rangeText(range: RecoveryRange, t: Translate): string {
  return t('{0} to {1}', formatMoment(range.startMs), formatMoment(range.endMs));
}

/** How long a range is kept. */
export function keptText({ deleteAfterDays }: Pick<RecoveryRange, 'deleteAfterDays'>, t: Translate): string {
  if (deleteAfterDays === undefined) return t('It is not known how long it is kept.');
  if (deleteAfterDays < 0) return t('It is kept without end.');
  return deleteAfterDays === 1
    ? t('Every state is kept for 1 day.')
    : t('Every state is kept for {0} days.', deleteAfterDays);
}

/** Where a restore stands. */
export function restoreText({ status, percent, pointInTimeMs, errorCause }: BackupRestore, t: Translate): string {
  const moment = formatMoment(pointInTimeMs);
  switch (status) {
    case 'initializing':
      return t('as of {0} · starting', moment);
    case 'running':
      return percent === undefined ? t('as of {0} · running', moment) : t('as of {0} · {1} %', moment, percent);
    case 'complete':
      return t('as of {0} · complete', moment);
    case 'failed':
      return errorCause === undefined
        ? t('as of {0} · failed', moment)
        : t('as of {0} · failed: {1}', moment, errorCause);
    case 'other':
      return t('as of {0}', moment);
  }
}

/** Where a policy stands. */
export function policyText({ status, initialSyncPercent, errorCause }: BackupPolicy, t: Translate): string {
  const text = statusText(status, t);
  if (status === 'initializing' && initialSyncPercent !== undefined)
    return t('{0}, {1} %', text, Math.floor(initialSyncPercent));
  return errorCause === undefined ? text : `${text}: ${errorCause}`;
}

function statusText(status: PolicyStatus, t: Translate): string {
  switch (status) {
    case 'pending':
      return t('waiting to start');
    case 'initializing':
      return t('making the first copy');
    case 'active':
      return t('active');
    case 'degraded':
      return t('degraded at IBM; it recovers by itself');
    case 'actionNeeded':
      return t('needs your action');
    case 'failed':
      return t('failed permanently; delete it and create another');
    case 'other':
      return t('in a state that is not known here');
  }
}
