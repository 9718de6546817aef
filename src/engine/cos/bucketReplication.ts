import type { BucketName } from '../../model/ids';
import type {
  BucketReplication,
  ReplicationFailure,
  ReplicationFailurePage,
  ReplicationReattempt,
  ReplicationRule,
} from '../../model/replication';
import { CosFailure } from '../failure';
import { deleteBucketSetting, findBucketSetting, optional, putBucketSetting } from './bucketSetting';
import { sendControl, type XmlNode } from './control';
import { decodeListed } from './listing';
import { filterNode, tagNodes } from './ruleNodes';
import type { Wire } from './wire';
import { childElement, childElements, childText, otherChildren, type XmlElement } from './xml';

/** Replication of buckets (data-plane §15). */
export interface BucketReplicationOperations {
  /** No rules where the bucket has no configuration. */
  getReplication(bucket: BucketName, signal: AbortSignal): Promise<BucketReplication>;
  /** Replaces all rules; none delete the configuration. `conflict` while the bucket keeps no versions. Idempotent. */
  putReplication(bucket: BucketName, rules: readonly ReplicationRule[], signal: AbortSignal): Promise<void>;
  /** A page of what was not replicated; `unsupported` on other services than IBM's. */
  listReplicationFailures(
    bucket: BucketName,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<ReplicationFailurePage>;
  /**
   * Lets the service try again what was not replicated; answers when it will, where it says so. Looks for rules first: what
   * IBM answers where there are none is not documented (data-plane §15). Idempotent.
   */
  reattemptReplication(bucket: BucketName, signal: AbortSignal): Promise<ReplicationReattempt>;
}

const setting = {
  name: 'BucketReplication',
  query: { replication: undefined },
  root: 'ReplicationConfiguration',
} as const;
const pageSize = 1000;

/** Operations over a wire. */
export function createBucketReplication(wire: Wire): BucketReplicationOperations {
  return {
    async getReplication(bucket, signal) {
      const root = await findBucketSetting(wire, setting, bucket, signal);
      const elements = childElements(root, 'Rule');
      return {
        rules: elements.map(readRule),
        // A role is of AWS's model, and IBM ignores it.
        unknownElements: [...otherChildren(root, ['Role'], ['Rule']), ...elements.flatMap(unknownOfRule)],
      };
    },
    async putReplication(bucket, rules, signal) {
      if (rules.length === 0) return await deleteBucketSetting(wire, setting, bucket, signal);
      await putBucketSetting(wire, setting, bucket, rules.map(ruleNode), signal);
    },
    async listReplicationFailures(bucket, token, signal) {
      const query = {
        'ibm-replication-failures': undefined,
        'encoding-type': 'url',
        'max-keys': String(pageSize),
        ...(token === undefined ? {} : { 'continuation-token': token }),
      };
      const request = {
        op: 'ListBucketReplicationFailures',
        method: 'GET',
        bucket,
        query,
        repeatable: 'always',
      } as const;
      const root = (await sendControl(wire, request, signal)).root('ListReplicationFailureResult');
      const isEncoded = childText(root, 'EncodingType')?.trim() === 'url';
      const next = childText(root, 'NextContinuationToken')?.trim();
      const failures = childElements(root, 'Contents').map((element) => readFailure(element, isEncoded));
      if (childText(root, 'IsTruncated')?.trim() !== 'true') return { failures };
      if (next === undefined || next === '' || next === token) {
        const detail = `The server says that the list of what was not replicated of "${bucket}" goes on, but not where.`;
        throw new CosFailure({ kind: 'unsupported', op: request.op, bucket, retry: 'never', detail });
      }
      return { failures, nextToken: next };
    },
    async reattemptReplication(bucket, signal) {
      if (!(await mayBeReplicated(wire, bucket, signal))) return { kind: 'notReplicated' };
      const query = { 'ibm-replication-reattempt': undefined };
      const request = {
        op: 'PutBucketReplicationReattempt',
        method: 'PUT',
        bucket,
        query,
        repeatable: 'always',
      } as const;
      const { headers } = await sendControl(wire, request, signal);
      const scheduledAtMs = timeOf(headers['x-ibm-replication-reattempt-scheduled-time']);
      return { kind: 'asked', ...(scheduledAtMs === undefined ? {} : { scheduledAtMs }) };
    },
  };
}

/** Whether a bucket has rules, as far as one is allowed to know. */
async function mayBeReplicated(wire: Wire, bucket: BucketName, signal: AbortSignal): Promise<boolean> {
  try {
    return childElements(await findBucketSetting(wire, setting, bucket, signal), 'Rule').length > 0;
  } catch (thrown) {
    if (thrown instanceof CosFailure && thrown.error.kind === 'denied') return true;
    throw thrown;
  }
}

function readRule(element: XmlElement): ReplicationRule {
  const id = childText(element, 'ID');
  const filter = readFilter(element);
  return {
    ...(id === undefined || id === '' ? {} : { id }),
    // The service prints ENABLED and takes Enabled.
    status: isEnabled(element) ? 'enabled' : 'disabled',
    priority: Number(childText(element, 'Priority')?.trim() ?? '0'),
    ...(Object.keys(filter).length === 0 ? {} : { filter }),
    deleteMarkers: isEnabled(childElement(element, 'DeleteMarkerReplication')),
    target: childText(childElement(element, 'Destination'), 'Bucket')?.trim() ?? '',
  };
}

function readFilter(rule: XmlElement): NonNullable<ReplicationRule['filter']> {
  const filter = childElement(rule, 'Filter');
  const holder = childElement(filter, 'And') ?? filter;
  const prefix = childText(holder, 'Prefix') ?? childText(rule, 'Prefix');
  const tags = childElements(holder, 'Tag').map(
    (tag) => [childText(tag, 'Key') ?? '', childText(tag, 'Value') ?? ''] as const,
  );
  return {
    ...(prefix === undefined || prefix === '' ? {} : { prefix }),
    ...(tags.length === 0 ? {} : { tags: Object.fromEntries(tags) }),
  };
}

function unknownOfRule(rule: XmlElement): readonly string[] {
  const filter = childElement(rule, 'Filter');
  const names = ['ID', 'Priority', 'Status', 'DeleteMarkerReplication', 'Filter', 'Prefix', 'Destination'];
  return [
    ...otherChildren(rule, names),
    ...otherChildren(filter, ['Prefix', 'And'], ['Tag']),
    ...otherChildren(childElement(filter, 'And'), ['Prefix'], ['Tag']),
    ...otherChildren(childElement(rule, 'DeleteMarkerReplication'), ['Status']),
    ...otherChildren(childElement(rule, 'Destination'), ['Bucket']),
  ];
}

function isEnabled(element: XmlElement | undefined): boolean {
  return childText(element, 'Status')?.trim().toLowerCase() === 'enabled';
}

function ruleNode({ id, status, priority, filter = {}, deleteMarkers, target }: ReplicationRule): XmlNode {
  return [
    'Rule',
    [
      ...optional('ID', id),
      ['Priority', priority],
      ['Status', status === 'enabled' ? 'Enabled' : 'Disabled'],
      ['DeleteMarkerReplication', [['Status', deleteMarkers ? 'Enabled' : 'Disabled']]],
      filterNode([...optional('Prefix', filter.prefix), ...tagNodes(filter.tags ?? {})]),
      ['Destination', [['Bucket', target]]],
    ],
  ];
}

function readFailure(element: XmlElement, isEncoded: boolean): ReplicationFailure {
  const key = childText(element, 'Key') ?? '';
  const versionId = childText(element, 'VersionId')?.trim();
  const syncType = childText(element, 'SyncType')?.trim();
  const firstAttemptAtMs = timeOf(childText(element, 'FirstSyncAttempted'));
  const lastAttemptAtMs = timeOf(childText(element, 'LastSyncAttempted'));
  const cause = childText(element, 'SyncFailureCause')?.trim();
  return {
    key: isEncoded ? decodeListed(key) : key,
    ...(versionId === undefined || versionId === '' ? {} : { versionId }),
    ...(syncType === undefined || syncType === '' ? {} : { syncType }),
    ...(firstAttemptAtMs === undefined ? {} : { firstAttemptAtMs }),
    ...(lastAttemptAtMs === undefined ? {} : { lastAttemptAtMs }),
    ...(cause === undefined || cause === '' ? {} : { cause }),
  };
}

function timeOf(text: string | undefined): number | undefined {
  const ms = Date.parse(text?.trim() ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}
