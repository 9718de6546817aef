import type { DocumentProblem, DocumentSubject } from '../../../model/configDocument';
import {
  bucketOfCrn,
  maxReplicationRules,
  type BucketReplication,
  type ReplicationRule,
} from '../../../model/replication';
import { tagProblems } from '../../../model/tags';
import { printedValue } from '../facts';
import type { DocumentKind } from '../kind';
import type { JsonPath, ParsedDocument } from '../parse';
import { notAnObject } from '../rules';
import { canonical, countOf, someOf, unknownElementsReason } from '../settings';
import { shapeProblems, type Shape } from '../shape';
import { findNeighbours, type Neighbours } from './neighbours';
import { planRuleList } from './ruleList';

interface State extends BucketReplication {
  readonly neighbours: Neighbours;
}

const rule: Shape = {
  kind: 'object',
  required: ['status', 'priority', 'deleteMarkers', 'target'],
  fields: {
    id: { kind: 'text' },
    status: { kind: 'choice', of: ['enabled', 'disabled'] },
    priority: { kind: 'count', min: 0, max: 999_999_999 },
    filter: { kind: 'object', fields: { prefix: { kind: 'text' }, tags: { kind: 'texts' } } },
    deleteMarkers: { kind: 'boolean' },
    target: { kind: 'text' },
  },
};
const shape: Shape = {
  kind: 'object',
  required: ['rules'],
  fields: { rules: { kind: 'list', of: rule, max: maxReplicationRules } },
};

const heading = `  // What is written from now on is copied to the buckets of these rules; of those that fit, the highest "priority"
  // counts. "target" is the CRN of a bucket that keeps versions, and has neither a firewall nor a retention policy.
  // IAM must let this bucket write there: an authorization from this bucket to the target, with the role Writer.
  // "Replication Failures" in the menu of the bucket lists what did not get through, and why.
`;

/** Replication of a bucket (data-plane §15, rule 105): a list of rules; none delete the configuration. */
export function replicationDocument({ bucket }: DocumentSubject & { kind: 'bucket' }): DocumentKind<unknown> {
  return {
    read: async (context, signal) => {
      const [replication, neighbours] = await Promise.all([
        context.client.getReplication(bucket, signal),
        findNeighbours(context, bucket, ['versioning', 'hasRetentionPolicy'], signal),
      ]);
      return { ...replication, neighbours };
    },
    isSame: (read, now) => canonical({ ...read, neighbours: {} }) === canonical({ ...now, neighbours: {} }),
    print: ({ rules }) => `{\n${heading}  "rules": ${printedValue(rules)}\n}\n`,
    summary: ({ rules }) =>
      rules.length === 0 ? 'none' : `${countOf(rules, 'rule')}: ${someOf(rules.map(ruleSentence))}`,
    readOnlyReason: ({ unknownElements }) => unknownElementsReason(unknownElements),
    check: (document, { neighbours }) => check(document, bucket, neighbours),
    plan: (document, { rules, unknownElements }) => {
      if (unknownElements.length > 0) return [];
      const wanted = wantedRules(document);
      return planRuleList({
        wanted,
        now: rules,
        bucket,
        id: 'replication',
        setting: 'BucketReplication',
        name: 'replication rule',
        deletion: `Delete the replication of '${bucket}': nothing is copied any more, and what was copied stays.`,
        sentenceOf: ruleSentence,
        run: async ({ client }, signal) => await client.putReplication(bucket, wanted, signal),
      });
    },
  } satisfies DocumentKind<State>;
}

/** Rules of a document without problems; a filter without conditions is none. */
function wantedRules(document: ParsedDocument): readonly ReplicationRule[] {
  const rules = document.valueAt(['rules']) as readonly ReplicationRule[];
  return rules.map(({ filter: { prefix, tags } = {}, ...one }) => {
    const filter = {
      ...(prefix === undefined || prefix === '' ? {} : { prefix }),
      ...(tags === undefined || Object.keys(tags).length === 0 ? {} : { tags }),
    };
    return { ...one, ...(Object.keys(filter).length === 0 ? {} : { filter }) };
  });
}

function ruleSentence({ status, filter = {}, deleteMarkers, target }: ReplicationRule): string {
  const { prefix, tags = {} } = filter;
  const conditions = [
    ...(prefix === undefined ? [] : [`below '${prefix}'`]),
    ...Object.entries(tags).map(([key, value]) => `with the tag ${key}=${value}`),
  ];
  const what = `copy what is written ${conditions.length === 0 ? '' : `${conditions.join(' and ')} `}to '${bucketOfCrn(target) ?? target}'`;
  return `${what}${deleteMarkers ? ', and delete there what is deleted here' : ''}${status === 'disabled' ? ' (disabled)' : ''}`;
}

function check(document: ParsedDocument, bucket: string, neighbours: Neighbours): readonly DocumentProblem[] {
  const notAMap = notAnObject(document);
  if (notAMap.length > 0) return notAMap;
  const wrong = shapeProblems(document, [], shape);
  const rules = document.valueAt(['rules']);
  if (!Array.isArray(rules)) return wrong;
  return [
    ...wrong,
    ...(rules.length > 0 ? excludedProblems(document, neighbours) : []),
    ...doubles(document, rules, 'id', 'error', (id) => `The id "${id}" belongs to another rule already.`),
    ...doubles(
      document,
      rules,
      'priority',
      'warning',
      (priority) => `Another rule has the priority ${priority}, too: which of them counts is up to the service.`,
    ),
    ...rules.flatMap((one: unknown, at) =>
      shapeProblems(document, ['rules', at], rule).length > 0
        ? []
        : ruleProblems(document, ['rules', at], one as ReplicationRule, bucket),
    ),
  ];
}

/** Rule 105, features-map §D. */
function excludedProblems(
  document: ParsedDocument,
  { versioning, hasRetentionPolicy }: Neighbours,
): readonly DocumentProblem[] {
  const error = (code: string, message: string): readonly DocumentProblem[] => [
    document.problem(['rules'], { severity: 'error', code, message }, 'ofName'),
  ];
  if (hasRetentionPolicy === true) {
    return error('retentionPolicy', 'This bucket has a retention policy, which excludes replication.');
  }
  if (versioning === undefined || versioning === 'enabled') return [];
  return error('versioningNeeded', 'Replication needs versioning: enable it in "Versioning" of this bucket first.');
}

function doubles(
  document: ParsedDocument,
  rules: readonly unknown[],
  name: 'id' | 'priority',
  severity: DocumentProblem['severity'],
  message: (value: string) => string,
): readonly DocumentProblem[] {
  const values = rules.map((_one, at) => document.valueAt(['rules', at, name]));
  return values.flatMap((value, at) => {
    const isValue = typeof value === 'string' || typeof value === 'number';
    if (!isValue || values.indexOf(value) === at) return [];
    const code = name === 'id' ? 'doubleId' : 'doublePriority';
    return [document.problem(['rules', at, name], { severity, code, message: message(String(value)) })];
  });
}

function ruleProblems(
  document: ParsedDocument,
  place: JsonPath,
  { target, filter = {} }: ReplicationRule,
  bucket: string,
): readonly DocumentProblem[] {
  const error = (path: JsonPath, code: string, message: string): DocumentProblem =>
    document.problem([...place, ...path], { severity: 'error', code, message });
  const targetBucket = bucketOfCrn(target);
  const crnText = 'This is no CRN of a bucket: "crn:v1:bluemix:public:cloud-object-storage:global:a/…:…:bucket:…".';
  const [tag] = tagProblems(filter.tags ?? {});
  return [
    ...(targetBucket === undefined ? [error(['target'], 'target', crnText)] : []),
    // Names of buckets are unique over all instances.
    ...(targetBucket === bucket ? [error(['target'], 'ownTarget', 'A bucket cannot be copied to itself.')] : []),
    ...(tag === undefined ? [] : [error(['filter', 'tags'], 'tags', 'No object can have these tags.')]),
  ];
}
