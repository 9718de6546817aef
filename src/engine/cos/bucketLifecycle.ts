import { readDate } from '../../model/dates';
import type { BucketName } from '../../model/ids';
import {
  archiveStorageClasses,
  lifecycleDate,
  type BucketLifecycle,
  type LifecycleFilter,
  type LifecycleRule,
} from '../../model/lifecycle';
import { deleteBucketSetting, findBucketSetting, optional, putBucketSetting } from './bucketSetting';
import type { XmlNode } from './control';
import { filterNode, tagNodes } from './ruleNodes';
import type { Wire } from './wire';
import { childElement, childElements, childText, otherChildren, type XmlElement } from './xml';

/** Lifecycle of buckets (data-plane §9.1). */
export interface BucketLifecycleOperations {
  /** No rules where the bucket has no configuration. */
  getLifecycle(bucket: BucketName, signal: AbortSignal): Promise<BucketLifecycle>;
  /** Replaces all rules; none delete the configuration. `invalid` for rules that the service refuses. Idempotent. */
  putLifecycle(bucket: BucketName, rules: readonly LifecycleRule[], signal: AbortSignal): Promise<void>;
}

const setting = {
  name: 'BucketLifecycleConfiguration',
  query: { lifecycle: undefined },
  root: 'LifecycleConfiguration',
} as const;

/** Operations over a wire. */
export function createBucketLifecycle(wire: Wire): BucketLifecycleOperations {
  return {
    async getLifecycle(bucket, signal) {
      const root = await findBucketSetting(wire, setting, bucket, signal);
      const elements = childElements(root, 'Rule');
      return {
        rules: elements.map(readRule),
        unknownElements: [...otherChildren(root, [], ['Rule']), ...elements.flatMap(unknownOfRule)],
      };
    },
    async putLifecycle(bucket, rules, signal) {
      if (rules.length === 0)
        return await deleteBucketSetting(wire, { ...setting, name: 'BucketLifecycle' }, bucket, signal);
      await putBucketSetting(wire, setting, bucket, rules.map(ruleNode), signal);
    },
  };
}

function readRule(element: XmlElement): LifecycleRule {
  const id = childText(element, 'ID');
  const filter = readFilter(element);
  const transition = childElement(element, 'Transition');
  const expiration = childElement(element, 'Expiration');
  const noncurrent = childElement(element, 'NoncurrentVersionExpiration');
  const abort = childElement(element, 'AbortIncompleteMultipartUpload');
  return {
    ...(id === undefined || id === '' ? {} : { id }),
    status: childText(element, 'Status')?.trim().toLowerCase() === 'enabled' ? 'enabled' : 'disabled',
    ...(Object.keys(filter).length === 0 ? {} : { filter }),
    ...(transition === undefined ? {} : { transition: readTransition(transition) }),
    ...(expiration === undefined ? {} : { expiration: readExpiration(expiration) }),
    ...(noncurrent === undefined ? {} : { noncurrentExpiration: readNoncurrent(noncurrent) }),
    ...(abort === undefined ? {} : { abortIncompleteUploads: { days: numberOf(abort, 'DaysAfterInitiation') ?? 0 } }),
  };
}

/** A filter in any of its forms: bare, in `And`, tags in `TagSet` as IBM's pages have them, S3's old prefix of the rule. */
function readFilter(rule: XmlElement): LifecycleFilter {
  const filter = childElement(rule, 'Filter');
  const holder = childElement(filter, 'And') ?? filter;
  const prefix = childText(holder, 'Prefix') ?? childText(rule, 'Prefix');
  const tagElements = [...childElements(holder, 'Tag'), ...childElements(childElement(holder, 'TagSet'), 'Tag')];
  const tags = tagElements.map((tag) => [childText(tag, 'Key') ?? '', childText(tag, 'Value') ?? ''] as const);
  const larger = numberOf(holder, 'ObjectSizeGreaterThan');
  const smaller = numberOf(holder, 'ObjectSizeLessThan');
  return {
    ...(prefix === undefined || prefix === '' ? {} : { prefix }),
    ...(tags.length === 0 ? {} : { tags: Object.fromEntries(tags) }),
    ...(larger === undefined ? {} : { largerThanBytes: larger }),
    ...(smaller === undefined ? {} : { smallerThanBytes: smaller }),
  };
}

function readTransition(element: XmlElement): NonNullable<LifecycleRule['transition']> {
  const text = childText(element, 'StorageClass')?.trim().toUpperCase();
  const storageClass = archiveStorageClasses.find((one) => one === text) ?? 'GLACIER';
  return { ...readTime(element), storageClass };
}

function readExpiration(element: XmlElement): NonNullable<LifecycleRule['expiration']> {
  const marker = childText(element, 'ExpiredObjectDeleteMarker')?.trim().toLowerCase();
  return { ...readTime(element), ...(marker === undefined ? {} : { expiredDeleteMarkers: marker === 'true' }) };
}

function readNoncurrent(element: XmlElement): NonNullable<LifecycleRule['noncurrentExpiration']> {
  const keepVersions = numberOf(element, 'NewerNoncurrentVersions');
  return {
    days: numberOf(element, 'NoncurrentDays') ?? 0,
    ...(keepVersions === undefined ? {} : { keepVersions }),
  };
}

/** A date at midnight is a day, as the service counts in days. */
function readTime(element: XmlElement): { readonly days?: number; readonly date?: string } {
  const days = numberOf(element, 'Days');
  const date = childText(element, 'Date')?.trim();
  return {
    ...(days === undefined ? {} : { days }),
    ...(date === undefined ? {} : { date: lifecycleDate(date) }),
  };
}

function numberOf(element: XmlElement | undefined, name: string): number | undefined {
  const text = childText(element, name)?.trim();
  return text === undefined || text === '' ? undefined : Number(text);
}

function unknownOfRule(rule: XmlElement): readonly string[] {
  const filter = childElement(rule, 'Filter');
  const and = childElement(filter, 'And');
  const conditions = ['Prefix', 'ObjectSizeGreaterThan', 'ObjectSizeLessThan', 'TagSet'];
  const inside = (name: string, known: readonly string[]): readonly string[] =>
    otherChildren(childElement(rule, name), known);
  const storageClass = childText(childElement(rule, 'Transition'), 'StorageClass')?.trim().toUpperCase();
  const isKnownClass = archiveStorageClasses.some((one) => one === storageClass);
  const isOtherClass = childElement(rule, 'Transition') !== undefined && !isKnownClass;
  const actions = ['Transition', 'Expiration', 'NoncurrentVersionExpiration', 'AbortIncompleteMultipartUpload'];
  return [
    ...otherChildren(rule, ['ID', 'Status', 'Filter', 'Prefix', ...actions]),
    ...otherChildren(filter, [...conditions, 'And'], ['Tag']),
    ...otherChildren(and, conditions, ['Tag']),
    ...inside('Transition', ['Days', 'Date', 'StorageClass']),
    ...(isOtherClass ? [storageClass ?? 'Transition'] : []),
    ...inside('Expiration', ['Days', 'Date', 'ExpiredObjectDeleteMarker']),
    ...inside('NoncurrentVersionExpiration', ['NoncurrentDays', 'NewerNoncurrentVersions']),
    ...inside('AbortIncompleteMultipartUpload', ['DaysAfterInitiation']),
  ];
}

function ruleNode(rule: LifecycleRule): XmlNode {
  const { transition, expiration, noncurrentExpiration: noncurrent, abortIncompleteUploads: abort } = rule;
  const marker = expiration?.expiredDeleteMarkers;
  return [
    'Rule',
    [
      ...optional('ID', rule.id),
      ['Status', rule.status === 'enabled' ? 'Enabled' : 'Disabled'],
      filterNode(conditionsOf(rule.filter ?? {})),
      ...action('Transition', transition && [...timeNodes(transition), ['StorageClass', transition.storageClass]]),
      ...action(
        'Expiration',
        expiration && [
          ...timeNodes(expiration),
          ...optional('ExpiredObjectDeleteMarker', marker === undefined ? undefined : String(marker)),
        ],
      ),
      ...action(
        'NoncurrentVersionExpiration',
        noncurrent && [
          ['NoncurrentDays', noncurrent.days],
          ...optional('NewerNoncurrentVersions', noncurrent.keepVersions),
        ],
      ),
      ...action('AbortIncompleteMultipartUpload', abort && [['DaysAfterInitiation', abort.days]]),
    ],
  ];
}

/** Tags are bare as in IBM's model (data-plane §9.1). */
function conditionsOf({ prefix, tags = {}, largerThanBytes, smallerThanBytes }: LifecycleFilter): readonly XmlNode[] {
  return [
    ...optional('Prefix', prefix),
    ...tagNodes(tags),
    ...optional('ObjectSizeGreaterThan', largerThanBytes),
    ...optional('ObjectSizeLessThan', smallerThanBytes),
  ];
}

function timeNodes({ days, date }: { readonly days?: number; readonly date?: string }): readonly XmlNode[] {
  const dateMs = readDate(date);
  const time = dateMs === undefined ? date : new Date(dateMs).toISOString().replace('.000Z', 'Z');
  return [...optional('Days', days), ...optional('Date', time)];
}

function action(name: string, content: readonly XmlNode[] | undefined): readonly XmlNode[] {
  return content === undefined ? [] : [[name, content]];
}
