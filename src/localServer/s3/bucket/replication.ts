import type { Tag } from '../../store/objects';
import { invalidArgument, malformedXml, S3Error } from '../message/errors';
import { changeSetting, visibleSetting } from '../wire/configurationDelay';
import { currentBucket, readDocument, sendEmpty, sendXml, type BucketExchange } from '../wire/exchange';
import { protectionOf } from '../locks/retention';
import { readTagElement } from '../message/tags';
import {
  allowOnly,
  childOf,
  childrenOf,
  requiredText,
  textOfChild,
  type XmlElement,
  type XmlNode,
} from '../message/xml';

/** One replication rule as stored. The replicator acts on them. */
export interface ReplicationRule {
  readonly id?: string;
  readonly priority: number;
  readonly status: 'Enabled' | 'Disabled';
  readonly deleteMarkers: 'Enabled' | 'Disabled';
  readonly prefix?: string;
  readonly tags: readonly Tag[];
  readonly targetBucketCrn: string;
}

/** `GET ?replication` (rule 105). */
export async function getBucketReplication(exchange: BucketExchange): Promise<void> {
  sendXml(exchange, ['ReplicationConfiguration', requireReplication(exchange).map(ruleNode)]);
}

/** The rules of a bucket; throws where it has none. */
export function requireReplication(exchange: BucketExchange): readonly ReplicationRule[] {
  const rules = visibleSetting(exchange, exchange.bucket.id, 'replication') as readonly ReplicationRule[] | undefined;
  if (rules !== undefined) return rules;
  throw new S3Error('ReplicationConfigurationNotFoundError', 'The replication configuration was not found');
}

/** `PUT ?replication` (rule 105). */
export async function putBucketReplication(exchange: BucketExchange): Promise<void> {
  const root = await readDocument(exchange, 'ReplicationConfiguration', 'required');
  // A role is of AWS's model; here it is ignored.
  allowOnly(root, ['Role', 'Rule']);
  const rules = childrenOf(root, 'Rule').map(readRule);
  if (rules.length === 0 || rules.length > 1000) {
    throw malformedXml(`ReplicationConfiguration must hold 1 to 1000 rules, not ${rules.length}.`);
  }
  await exchange.store.write(() => {
    const bucket = currentBucket(exchange);
    if (bucket.versioning !== 'Enabled' || protectionOf(exchange, bucket) !== undefined) {
      throw new S3Error(
        'InvalidBucketState',
        'Versioning must be Enabled on the bucket to apply a replication configuration.',
      );
    }
    changeSetting(exchange, 'replication', rules);
  });
  sendEmpty(exchange, 200);
}

function readRule(element: XmlElement): ReplicationRule {
  allowOnly(element, ['ID', 'Priority', 'Status', 'DeleteMarkerReplication', 'Filter', 'Destination']);
  const id = textOfChild(element, 'ID');
  const priority = requiredText(element, 'Priority');
  if (!/^\d{1,9}$/.test(priority)) {
    throw invalidArgument(`Priority must be an integer: "${priority}".`);
  }
  const destination = required(element, 'Destination');
  const targetBucketCrn = requiredText(destination, 'Bucket');
  if (!/^crn:v1:[^:]*:[^:]*:cloud-object-storage:[^:]*:[^:]*:[^:]+:bucket:.+$/.test(targetBucketCrn)) {
    throw invalidArgument(`The destination must be the CRN of a bucket: "${targetBucketCrn}".`);
  }
  return {
    ...(id === undefined ? {} : { id }),
    priority: Number(priority),
    status: readStatus(element),
    deleteMarkers: readStatus(required(element, 'DeleteMarkerReplication')),
    ...readFilter(required(element, 'Filter')),
    targetBucketCrn,
  };
}

function required(element: XmlElement, name: string): XmlElement {
  const child = childOf(element, name);
  if (child === undefined) {
    throw malformedXml(`${element.name} must hold ${name}.`);
  }
  return child;
}

function readStatus(element: XmlElement): 'Enabled' | 'Disabled' {
  const status = requiredText(element, 'Status');
  if (status !== 'Enabled' && status !== 'Disabled') {
    throw malformedXml(`The Status of ${element.name} must be Enabled or Disabled.`);
  }
  return status;
}

function readFilter(element: XmlElement): { prefix?: string; tags: readonly Tag[] } {
  allowOnly(element, ['Prefix', 'Tag', 'And']);
  if (element.children.length > 1) {
    throw malformedXml('Filter must hold one element, or And.');
  }
  const holder = childOf(element, 'And') ?? element;
  const prefix = childOf(holder, 'Prefix')?.text;
  return { ...(prefix === undefined ? {} : { prefix }), tags: childrenOf(holder, 'Tag').map(readTagElement) };
}

function ruleNode(rule: ReplicationRule): XmlNode {
  const conditions: XmlNode[] = [
    ...(rule.prefix === undefined ? [] : [['Prefix', rule.prefix] as const]),
    ...rule.tags.map((tag): XmlNode => [
      'Tag',
      [
        ['Key', tag.key],
        ['Value', tag.value],
      ],
    ]),
  ];
  return [
    'Rule',
    [
      rule.id === undefined ? undefined : ['ID', rule.id],
      ['Priority', rule.priority],
      // Printed in capitals, as the service does (data-plane §15).
      ['Status', rule.status.toUpperCase()],
      ['DeleteMarkerReplication', [['Status', rule.deleteMarkers.toUpperCase()]]],
      ['Filter', conditions.length > 1 ? [['And', conditions]] : conditions],
      ['Destination', [['Bucket', rule.targetBucketCrn]]],
    ],
  ];
}
