import type { Tag } from '../../store/objects';
import { invalidArgument, malformedXml, S3Error } from '../message/errors';
import { currentBucket, isoTime, readDocument, sendEmpty, sendXml, type BucketExchange } from '../wire/exchange';
import { readTagElement } from '../message/tags';
import { parseIsoDate } from '../message/times';
import {
  allowOnly,
  childOf,
  childrenOf,
  requiredText,
  textOfChild,
  type XmlElement,
  type XmlNode,
} from '../message/xml';

/** One lifecycle rule as stored. */
export interface LifecycleRule {
  readonly id?: string;
  readonly status: 'Enabled' | 'Disabled';
  readonly filter: LifecycleFilter;
  readonly transition?: When & { readonly storageClass: 'GLACIER' | 'ACCELERATED' };
  readonly expiration?: When & { readonly expiredObjectDeleteMarker?: boolean };
  readonly noncurrentDays?: number;
  readonly newerNoncurrentVersions?: number;
  readonly abortUploadAfterDays?: number;
}

export interface LifecycleFilter {
  readonly prefix?: string;
  readonly tags: readonly Tag[];
  readonly sizeGreaterThanBytes?: number;
  readonly sizeLessThanBytes?: number;
}

/** Days after the object's creation, or a date. */
interface When {
  readonly days?: number;
  readonly dateMs?: number;
}

/** A bucket's lifecycle configuration as stored. */
export interface LifecycleSetting {
  readonly rules: readonly LifecycleRule[];
}

function settingOf(exchange: BucketExchange): LifecycleSetting | undefined {
  return exchange.store.buckets.getSetting(exchange.bucket.id, 'lifecycle') as LifecycleSetting | undefined;
}

const absent = (): S3Error =>
  new S3Error('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist.');

/** `GET ?lifecycle` (rule 101). */
export async function getLifecycle(exchange: BucketExchange): Promise<void> {
  const setting = settingOf(exchange);
  if (setting === undefined) {
    throw absent();
  }
  sendXml(exchange, ['LifecycleConfiguration', setting.rules.map(ruleNode)]);
}

/** `DELETE ?lifecycle` (rule 101). */
export async function deleteLifecycle(exchange: BucketExchange): Promise<void> {
  const { store, switches } = exchange;
  await store.write(() => {
    const bucket = currentBucket(exchange);
    if (settingOf(exchange) === undefined && switches.absentLifecycleDeleteStatus === 404) {
      throw absent();
    }
    store.buckets.deleteSetting(bucket.id, 'lifecycle');
  });
  sendEmpty(exchange, 204);
}

/** `PUT ?lifecycle` (rule 101). */
export async function putLifecycle(exchange: BucketExchange): Promise<void> {
  const root = await readDocument(exchange, 'LifecycleConfiguration', 'required');
  allowOnly(root, ['Rule']);
  const rules = childrenOf(root, 'Rule').map((element) => readRule(element, exchange.nowMs));
  if (rules.length === 0 || rules.length > 1000) {
    throw malformedXml(`LifecycleConfiguration must hold 1 to 1000 rules, not ${rules.length}.`);
  }
  const ids = rules.flatMap((rule) => (rule.id === undefined ? [] : [rule.id]));
  if (new Set(ids).size < ids.length) {
    throw invalidArgument('Rule ID must be unique. Found same ID for more than one rule.');
  }
  if (rules.filter((rule) => rule.transition !== undefined).length > 1) {
    throw invalidArgument('Only one rule may hold Transition.');
  }
  await exchange.store.write(() =>
    exchange.store.buckets.setSetting(currentBucket(exchange).id, 'lifecycle', { rules }),
  );
  sendEmpty(exchange, 200);
}

const actions = ['Transition', 'Expiration', 'NoncurrentVersionExpiration', 'AbortIncompleteMultipartUpload'];

function readRule(element: XmlElement, nowMs: number): LifecycleRule {
  allowOnly(element, ['ID', 'Status', 'Filter', ...actions]);
  const id = textOfChild(element, 'ID');
  if (id !== undefined && !/^[A-Za-z0-9!_.*'()-]{1,255}$/.test(id)) {
    throw invalidArgument(`A rule ID may hold letters, digits and ! _ . * ' ( ) - only: "${id}".`);
  }
  const status = requiredText(element, 'Status');
  if (status !== 'Enabled' && status !== 'Disabled') {
    throw malformedXml('Status must be Enabled or Disabled.');
  }
  const filterElement = childOf(element, 'Filter');
  if (filterElement === undefined) {
    throw malformedXml('Rule must hold Filter.');
  }
  const filter = readFilter(filterElement);
  const [transition, expiration, noncurrent, abort] = actions.map((name) => childOf(element, name));
  if ([transition, expiration, noncurrent, abort].every((action) => action === undefined)) {
    throw malformedXml('At least one action needs to be specified in a rule.');
  }
  if (transition !== undefined && (filter.prefix ?? '') !== '') {
    throw invalidArgument('A rule with Transition must not have a prefix.');
  }
  return {
    ...(id === undefined ? {} : { id }),
    status,
    filter,
    ...(transition === undefined ? {} : { transition: readTransition(transition, nowMs) }),
    ...(expiration === undefined ? {} : { expiration: readExpiration(expiration, nowMs) }),
    ...(noncurrent === undefined ? {} : readNoncurrent(noncurrent)),
    ...(abort === undefined ? {} : { abortUploadAfterDays: readAbort(abort) }),
  };
}

/** A filter holds one condition, or `And` several; tags stand bare or, as in the documentation, inside `TagSet`. */
function readFilter(element: XmlElement): LifecycleFilter {
  const and = childOf(element, 'And');
  if (and !== undefined && element.children.length > 1) {
    throw malformedXml('Filter must hold one element.');
  }
  const holder = and ?? element;
  allowOnly(holder, ['Prefix', 'Tag', 'TagSet', 'ObjectSizeGreaterThan', 'ObjectSizeLessThan', 'And']);
  if (and === undefined && element.children.length > 1) {
    throw malformedXml('Filter must hold one element, or And.');
  }
  const tagElements = [
    ...childrenOf(holder, 'Tag'),
    ...childrenOf(holder, 'TagSet').flatMap((set) => childrenOf(set, 'Tag')),
  ];
  const prefix = childOf(holder, 'Prefix')?.text;
  const greater = readSize(holder, 'ObjectSizeGreaterThan');
  const less = readSize(holder, 'ObjectSizeLessThan');
  return {
    tags: tagElements.map(readTagElement),
    ...(prefix === undefined ? {} : { prefix }),
    ...(greater === undefined ? {} : { sizeGreaterThanBytes: greater }),
    ...(less === undefined ? {} : { sizeLessThanBytes: less }),
  };
}

function readSize(element: XmlElement, name: string): number | undefined {
  const text = textOfChild(element, name);
  if (text !== undefined && !/^\d{1,15}$/.test(text)) {
    throw malformedXml(`${name} must be a number of bytes.`);
  }
  return text === undefined ? undefined : Number(text);
}

function readTransition(element: XmlElement, nowMs: number): NonNullable<LifecycleRule['transition']> {
  allowOnly(element, ['Days', 'Date', 'StorageClass']);
  const storageClass = requiredText(element, 'StorageClass');
  if (storageClass !== 'GLACIER' && storageClass !== 'ACCELERATED') {
    throw malformedXml(`StorageClass must be GLACIER or ACCELERATED: "${storageClass}".`);
  }
  return { ...readWhen(element, 0, nowMs), storageClass };
}

function readExpiration(element: XmlElement, nowMs: number): NonNullable<LifecycleRule['expiration']> {
  allowOnly(element, ['Days', 'Date', 'ExpiredObjectDeleteMarker']);
  const marker = textOfChild(element, 'ExpiredObjectDeleteMarker');
  if (marker === undefined) {
    return readWhen(element, 1, nowMs);
  }
  if (element.children.length > 1 || (marker !== 'true' && marker !== 'false')) {
    throw malformedXml('ExpiredObjectDeleteMarker must be true or false, and stand alone.');
  }
  return { expiredObjectDeleteMarker: marker === 'true' };
}

function readWhen(element: XmlElement, minDays: number, nowMs: number): When {
  const days = readDays(element, 'Days', minDays);
  const date = textOfChild(element, 'Date');
  if ((days === undefined) === (date === undefined)) {
    throw malformedXml(`${element.name} must hold either Days or Date.`);
  }
  if (date === undefined) {
    return days === undefined ? {} : { days };
  }
  const dateMs = parseIsoDate(date);
  if (dateMs === undefined || dateMs <= nowMs) {
    throw invalidArgument(`Date must be a future date in ISO 8601 format: "${date}".`);
  }
  return { dateMs };
}

function readDays(element: XmlElement, name: string, min: number): number | undefined {
  const text = textOfChild(element, name);
  if (text === undefined) {
    return undefined;
  }
  if (!/^-?\d{1,9}$/.test(text)) {
    throw malformedXml(`${name} must be an integer: "${text}".`);
  }
  if (Number(text) < min) {
    throw invalidArgument(`${name} must be at least ${min}: "${text}".`);
  }
  return Number(text);
}

function readNoncurrent(element: XmlElement): { noncurrentDays: number; newerNoncurrentVersions?: number } {
  allowOnly(element, ['NoncurrentDays', 'NewerNoncurrentVersions']);
  const days = readDays(element, 'NoncurrentDays', 1);
  const newer = readDays(element, 'NewerNoncurrentVersions', 1);
  if (days === undefined) {
    throw malformedXml('NoncurrentVersionExpiration must hold NoncurrentDays.');
  }
  return { noncurrentDays: days, ...(newer === undefined ? {} : { newerNoncurrentVersions: newer }) };
}

function readAbort(element: XmlElement): number {
  allowOnly(element, ['DaysAfterInitiation']);
  const days = readDays(element, 'DaysAfterInitiation', 1);
  if (days === undefined) {
    throw malformedXml('AbortIncompleteMultipartUpload must hold DaysAfterInitiation.');
  }
  return days;
}

function ruleNode(rule: LifecycleRule): XmlNode {
  return [
    'Rule',
    [
      rule.id === undefined ? undefined : ['ID', rule.id],
      ['Status', rule.status],
      ['Filter', filterNodes(rule.filter)],
      rule.transition === undefined
        ? undefined
        : ['Transition', [...whenNodes(rule.transition), ['StorageClass', rule.transition.storageClass]]],
      rule.expiration === undefined
        ? undefined
        : [
            'Expiration',
            [
              ...whenNodes(rule.expiration),
              rule.expiration.expiredObjectDeleteMarker === undefined
                ? undefined
                : ['ExpiredObjectDeleteMarker', String(rule.expiration.expiredObjectDeleteMarker)],
            ],
          ],
      rule.noncurrentDays === undefined
        ? undefined
        : [
            'NoncurrentVersionExpiration',
            [
              ['NoncurrentDays', rule.noncurrentDays],
              rule.newerNoncurrentVersions === undefined
                ? undefined
                : ['NewerNoncurrentVersions', rule.newerNoncurrentVersions],
            ],
          ],
      rule.abortUploadAfterDays === undefined
        ? undefined
        : ['AbortIncompleteMultipartUpload', [['DaysAfterInitiation', rule.abortUploadAfterDays]]],
    ],
  ];
}

function filterNodes(filter: LifecycleFilter): XmlNode[] {
  const nodes: XmlNode[] = [
    ...(filter.prefix === undefined ? [] : [['Prefix', filter.prefix] as const]),
    ...filter.tags.map((tag): XmlNode => [
      'Tag',
      [
        ['Key', tag.key],
        ['Value', tag.value],
      ],
    ]),
    ...(filter.sizeGreaterThanBytes === undefined
      ? []
      : [['ObjectSizeGreaterThan', filter.sizeGreaterThanBytes] as const]),
    ...(filter.sizeLessThanBytes === undefined ? [] : [['ObjectSizeLessThan', filter.sizeLessThanBytes] as const]),
  ];
  return nodes.length > 1 ? [['And', nodes]] : nodes;
}

function whenNodes(when: When): XmlNode[] {
  return [
    ...(when.days === undefined ? [] : [['Days', when.days] as const]),
    ...(when.dateMs === undefined ? [] : [['Date', isoTime(when.dateMs)] as const]),
  ];
}
