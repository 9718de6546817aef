import type { DocumentSubject } from '../../../model/configDocument';
import { lifecycleDate, type BucketLifecycle, type LifecycleRule } from '../../../model/lifecycle';
import type { VersioningState } from '../../../model/objectVersion';
import type { DocumentKind, PlannedStep } from '../kind';
import type { ParsedDocument } from '../parse';
import { canonical, countOf, isSameButIds, someOf, unknownElementsReason } from '../settings';
import { lifecycleProblems } from './lifecycleCheck';
import { deletionOf, ruleSentence } from './lifecycleTexts';
import { findNeighbours } from './neighbours';

interface State extends BucketLifecycle {
  /** What a deletion means here; absent where it could not be asked. */
  readonly versioning?: VersioningState;
}

const heading = `  // What the service does by itself, once a day. Without rules nothing expires.
  // "expiration" is for objects that exist too, "transition" for later ones.
`;

/** Lifecycle of a bucket (data-plane §9.1, rules 101, 102): a list of rules; none delete the configuration. */
export function lifecycleDocument({ bucket }: DocumentSubject & { kind: 'bucket' }): DocumentKind<unknown> {
  return {
    read: async (context, signal) => {
      const [lifecycle, { versioning }] = await Promise.all([
        context.client.getLifecycle(bucket, signal),
        findNeighbours(context, bucket, ['versioning'], signal),
      ]);
      return { ...lifecycle, ...(versioning === undefined ? {} : { versioning }) };
    },
    isSame: (read, now) =>
      canonical({ ...read, versioning: undefined }) === canonical({ ...now, versioning: undefined }),
    print: ({ rules }) =>
      `{\n${heading}  "rules": ${JSON.stringify(rules, undefined, 2).replaceAll('\n', '\n  ')}\n}\n`,
    summary: ({ rules }) =>
      rules.length === 0 ? 'none' : `${countOf(rules, 'rule')}: ${someOf(rules.map((rule) => ruleSentence(rule)))}`,
    readOnlyReason: ({ unknownElements }) => unknownElementsReason(unknownElements),
    check: (document, { versioning }, nowMs) => lifecycleProblems(document, { versioning, nowMs }),
    plan: (document, state) => {
      if (state.unknownElements.length > 0) return [];
      const wanted = wantedRules(document);
      if (isSameButIds(wanted, state.rules)) return [];
      return [wanted.length === 0 ? deletion(bucket) : replacement(bucket, wanted, state)];
    },
  } satisfies DocumentKind<State>;
}

/** Rules of a document without problems, their dates in the form in which they are read. */
function wantedRules(document: ParsedDocument): readonly LifecycleRule[] {
  const rules = document.valueAt(['rules']) as readonly LifecycleRule[];
  return rules.map(({ filter = {}, ...rule }) => ({
    ...rule,
    ...(isEmptyFilter(filter) ? {} : { filter: withoutNothing(filter) }),
    ...(rule.transition === undefined ? {} : { transition: withDay(rule.transition) }),
    ...(rule.expiration === undefined ? {} : { expiration: withDay(rule.expiration) }),
  }));
}

function isEmptyFilter(filter: NonNullable<LifecycleRule['filter']>): boolean {
  return Object.keys(withoutNothing(filter)).length === 0;
}

/** A prefix of nothing and no tags are no conditions. */
function withoutNothing({
  prefix,
  tags,
  ...sizes
}: NonNullable<LifecycleRule['filter']>): LifecycleRule['filter'] & {} {
  return {
    ...(prefix === undefined || prefix === '' ? {} : { prefix }),
    ...(tags === undefined || Object.keys(tags).length === 0 ? {} : { tags }),
    ...sizes,
  };
}

function withDay<T extends { readonly date?: string }>(time: T): T {
  return time.date === undefined ? time : { ...time, date: lifecycleDate(time.date) };
}

function deletion(bucket: DocumentBucket): PlannedStep {
  return {
    id: 'lifecycle',
    operation: 'DeleteBucketLifecycle',
    sentence: `Delete the lifecycle configuration of '${bucket}': nothing expires, is archived or aborted by rule any more.`,
    run: async ({ client }, signal) => await client.putLifecycle(bucket, [], signal),
  };
}

type DocumentBucket = (DocumentSubject & { kind: 'bucket' })['bucket'];

function replacement(bucket: DocumentBucket, wanted: readonly LifecycleRule[], state: State): PlannedStep {
  const changed = withoutEqual(wanted, state.rules);
  const changedIds = new Set(changed.map(({ id }) => id));
  const removed = withoutEqual(state.rules, wanted).filter(({ id }) => id === undefined || !changedIds.has(id));
  const parts = [...changed.map(ruleSentence), ...removed.map((rule) => `no longer ${ruleSentence(rule)}`)];
  const deletions = changed.flatMap((rule) => deletionOf(rule, state.versioning));
  return {
    id: 'lifecycle',
    operation: 'PutBucketLifecycleConfiguration',
    sentence: `${wanted.length === 1 ? 'One lifecycle rule' : `${wanted.length} lifecycle rules`} for '${bucket}'${
      parts.length === 0 ? '' : `: ${someOf(parts)}`
    }.`,
    ...(deletions.length === 0
      ? {}
      : { irreversible: `In the bucket '${bucket}', the service will by itself ${someOf(deletions)}.` }),
    run: async ({ client }, signal) => await client.putLifecycle(bucket, wanted, signal),
  };
}

/** Rules that the others have no equal of; ids do not count. */
function withoutEqual(rules: readonly LifecycleRule[], others: readonly LifecycleRule[]): readonly LifecycleRule[] {
  const actionsOf = (rule: LifecycleRule): string => canonical({ ...rule, id: undefined });
  const known = new Set(others.map(actionsOf));
  return rules.filter((rule) => !known.has(actionsOf(rule)));
}
