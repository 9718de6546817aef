import type { DocumentProblem, DocumentSubject } from '../../../model/configDocument';
import {
  maxRetentionDays,
  retentionPolicyProblems,
  type BucketProtection,
  type RetentionPolicy,
  type RetentionPolicyProblem,
} from '../../../model/retention';
import type { DocumentKind } from '../kind';
import type { ParsedDocument } from '../parse';
import { notABoolean, notAnObject, unknownNames } from '../rules';
import { canonical } from '../settings';
import { findNeighbours, type Neighbours } from './neighbours';

type State = BucketProtection & {
  /** What may exclude a first policy; empty where there is one. */
  readonly neighbours: Neighbours;
};

const names = ['minimumDays', 'defaultDays', 'maximumDays'] as const;

/** Retention policy of a bucket (data-plane §12.1, rules 86, 87): it can be changed, and never removed. */
export function retentionPolicyDocument({ bucket }: DocumentSubject & { kind: 'bucket' }): DocumentKind<unknown> {
  return {
    read: async (context, signal) => {
      const protection = await context.client.getBucketProtection(bucket, signal);
      const isFirst = protection.kind === 'none';
      const wanted = isFirst ? (['versioning', 'hasObjectLock', 'isEmpty'] as const) : [];
      return { ...protection, neighbours: await findNeighbours(context, bucket, wanted, signal) };
    },
    isSame: (read, now) => canonical({ ...read, neighbours: {} }) === canonical({ ...now, neighbours: {} }),
    print,
    summary: (state) => (state.kind === 'none' ? 'none' : policyText(state.policy)),
    check: (document, state) => {
      const shape = notAnObject(document);
      if (shape.length > 0) return shape;
      const unknown = unknownNames(document, [], [...names, 'permanentAllowed']);
      if (isEmpty(document)) {
        if (state.kind === 'none') return unknown;
        const message = 'A retention policy can be changed and never removed. Write its days again.';
        return [...unknown, document.problem([], { severity: 'error', code: 'removed', message })];
      }
      const policy = policyOf(document);
      const before = state.kind === 'retention' ? state.policy : undefined;
      return [
        ...unknown,
        ...(state.kind === 'none' ? exclusions(document, state.neighbours) : []),
        ...notABoolean(document, ['permanentAllowed']),
        ...retentionPolicyProblems(policy, before).map((problem) => {
          const [name, message] = problemText(problem);
          return document.problem([name], { severity: 'error', code: problem.kind, message } as const);
        }),
      ];
    },
    plan: (document, state) => {
      if (isEmpty(document)) return [];
      const policy = policyOf(document);
      if (state.kind === 'retention' && JSON.stringify(policy) === JSON.stringify(pick(state.policy))) return [];
      const first = state.kind === 'none';
      const permanent = policy.isPermanentAllowed && !(state.kind === 'retention' && state.policy.isPermanentAllowed);
      return [
        {
          id: 'retentionPolicy',
          operation: 'PutBucketProtectionConfiguration',
          sentence: `Retain what is written to '${bucket}' from now on for ${policyText(policy)}.`,
          ...(first || permanent
            ? {
                irreversible: first
                  ? `The bucket '${bucket}' will always have a retention policy: it can be changed, and never removed. It cannot have versioning, Object Lock or replication.`
                  : `Objects of '${bucket}' can be retained forever from then on. That cannot be forbidden again.`,
              }
            : {}),
          run: async ({ client }, signal) => void (await client.putBucketProtection(bucket, policy, signal)),
        },
      ];
    },
  } satisfies DocumentKind<State>;
}

function policyText({ minimumDays, maximumDays, defaultDays, isPermanentAllowed }: RetentionPolicy): string {
  const days = `${minimumDays} to ${maximumDays} days, ${defaultDays} where nothing else is said`;
  return `${days}${isPermanentAllowed ? ', or forever' : ''}`;
}

function print(state: BucketProtection): string {
  const comment = `  // Days that objects are retained from when they are written, 0 to ${maxRetentionDays}.\n`;
  if (state.kind === 'none') {
    return `{
  // This bucket has no retention policy. It can get one while it is empty, and can never lose it again:
  // "minimumDays": 0,
  // "defaultDays": 30,
  // "maximumDays": 3650,
  // "permanentAllowed": false
}
`;
  }
  const { minimumDays, defaultDays, maximumDays, isPermanentAllowed } = state.policy;
  return `{
${comment}  "minimumDays": ${minimumDays},
  "defaultDays": ${defaultDays},
  "maximumDays": ${maximumDays},
  // Whether objects may be retained forever. Once true, it stays so.
  "permanentAllowed": ${isPermanentAllowed}
}
`;
}

function isEmpty(document: ParsedDocument): boolean {
  return document.namesAt([]).length === 0;
}

function policyOf(document: ParsedDocument): RetentionPolicy {
  const days = (name: (typeof names)[number]): number => {
    const value = document.valueAt([name]);
    return typeof value === 'number' ? value : Number.NaN;
  };
  return {
    minimumDays: days('minimumDays'),
    defaultDays: days('defaultDays'),
    maximumDays: days('maximumDays'),
    isPermanentAllowed: document.valueAt(['permanentAllowed']) === true,
  };
}

/** In the order of `policyOf`, so that equal policies are equal texts. */
function pick({ minimumDays, defaultDays, maximumDays, isPermanentAllowed }: RetentionPolicy): RetentionPolicy {
  return { minimumDays, defaultDays, maximumDays, isPermanentAllowed };
}

function problemText(problem: RetentionPolicyProblem): readonly [name: string, message: string] {
  switch (problem.kind) {
    case 'notWholeDays':
      return [problem.field, `"${problem.field}" is a whole number of days, 0 or more.`];
    case 'tooLong':
      return [problem.field, `"${problem.field}" is at most ${problem.maxDays} days (99 years).`];
    case 'order':
      return [problem.smaller, `"${problem.smaller}" cannot be more than "${problem.larger}".`];
    case 'permanentTakenBack':
      return ['permanentAllowed', 'Objects may be retained forever already, which cannot be forbidden again.'];
  }
}

/** What keeps a bucket from its first policy (rule 87, features-map §D). */
function exclusions(document: ParsedDocument, neighbours: Neighbours): readonly DocumentProblem[] {
  const { versioning, hasObjectLock, isEmpty: hasNoObjects } = neighbours;
  // The whole object underlined would say nothing; its first name does.
  const place = document.namesAt([]).slice(0, 1);
  const error = (code: string, message: string): DocumentProblem =>
    document.problem(place, { severity: 'error', code, message }, 'ofName');
  return [
    ...(versioning === undefined || versioning === 'never'
      ? []
      : [error('versioning', 'This bucket has versioning, which excludes a retention policy. Use a new bucket.')]),
    ...(hasObjectLock === true
      ? [error('objectLock', 'This bucket has Object Lock, which excludes a retention policy.')]
      : []),
    ...(hasNoObjects === false
      ? [error('notEmpty', 'A bucket gets its first retention policy while it is empty. This one has objects.')]
      : []),
  ];
}
