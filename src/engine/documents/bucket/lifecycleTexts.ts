import type { LifecycleRule, LifecycleTime } from '../../../model/lifecycle';
import type { VersioningState } from '../../../model/objectVersion';

/** What a rule does, as part of a sentence. */
export function ruleSentence(rule: LifecycleRule): string {
  const actions = [...expirationTexts(rule), ...transitionTexts(rule), ...abortTexts(rule)];
  const text = actions.join(', ');
  return rule.status === 'enabled' ? text : `(disabled) ${text}`;
}

/** What of a rule's work is permanently lost, as parts of a sentence. */
export function deletionOf(rule: LifecycleRule, versioning: VersioningState | undefined): readonly string[] {
  if (rule.status !== 'enabled') return [];
  const isExpiring = rule.expiration !== undefined && rule.expiration.expiredDeleteMarkers === undefined;
  // Where versions are kept, an expiration only puts a delete marker on top.
  const losesObjects = isExpiring && versioning !== 'enabled';
  return [
    ...(losesObjects
      ? [`delete ${objectsOf(rule)} ${timeText(rule.expiration, 'they were written')}, those that exist already too`]
      : []),
    ...(rule.noncurrentExpiration === undefined ? [] : [noncurrentText(rule, rule.noncurrentExpiration)]),
  ];
}

function expirationTexts(rule: LifecycleRule): readonly string[] {
  const { expiration, noncurrentExpiration: noncurrent } = rule;
  const versions = noncurrent === undefined ? [] : [noncurrentText(rule, noncurrent)];
  if (expiration === undefined) return versions;
  const { expiredDeleteMarkers: markers } = expiration;
  if (markers === undefined)
    return [`delete ${objectsOf(rule)} ${timeText(expiration, 'they were written')}`, ...versions];
  return [markers ? 'remove delete markers that stand alone' : 'leave delete markers that stand alone', ...versions];
}

function noncurrentText(
  rule: LifecycleRule,
  { days, keepVersions }: LifecycleRule['noncurrentExpiration'] & {},
): string {
  const kept = keepVersions === undefined ? '' : `, all but the newest ${keepVersions} of each`;
  return `delete versions of ${objectsOf(rule)} ${dayCount(days)} after they were replaced${kept}`;
}

function transitionTexts(rule: LifecycleRule): readonly string[] {
  const { transition } = rule;
  if (transition === undefined) return [];
  const where = transition.storageClass === 'GLACIER' ? 'to archive' : 'to accelerated archive';
  return [`move ${objectsOf(rule)} ${where} ${timeText(transition, 'they were written')}`];
}

function abortTexts({ abortIncompleteUploads: abort, filter }: LifecycleRule): readonly string[] {
  if (abort === undefined) return [];
  const below = filter?.prefix === undefined ? '' : ` below '${filter.prefix}'`;
  return [`abort incomplete uploads${below} ${dayCount(abort.days)} after they began`];
}

function objectsOf({ filter = {} }: LifecycleRule): string {
  const { prefix, tags = {}, largerThanBytes, smallerThanBytes } = filter;
  const parts = [
    ...(prefix === undefined ? [] : [`below '${prefix}'`]),
    ...Object.entries(tags).map(([key, value]) => `tagged ${key}=${value}`),
    ...(largerThanBytes === undefined ? [] : [`of more than ${largerThanBytes} bytes`]),
    ...(smallerThanBytes === undefined ? [] : [`of less than ${smallerThanBytes} bytes`]),
  ];
  return parts.length === 0 ? 'all objects' : `objects ${parts.join(', ')}`;
}

function timeText({ days, date }: LifecycleTime, since: string): string {
  return days === undefined ? `on ${date ?? ''}` : `${dayCount(days)} after ${since}`;
}

function dayCount(days: number): string {
  return days === 1 ? '1 day' : `${days} days`;
}
