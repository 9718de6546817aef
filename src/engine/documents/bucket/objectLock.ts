import type { DocumentProblem, DocumentSubject } from '../../../model/configDocument';
import { lockDefaultProblem, type LockDefault, type ObjectLockConfiguration } from '../../../model/retention';
import type { DocumentKind } from '../kind';
import type { ParsedDocument } from '../parse';
import { notAnObject, unknownNames } from '../rules';
import { canonical } from '../settings';
import { findNeighbours, type Neighbours } from './neighbours';

type State = ObjectLockConfiguration & {
  /** What may keep it from being switched on; empty where it is. */
  readonly neighbours: Neighbours;
};

/** Object Lock of a bucket (data-plane §11, rules 80, 81): it needs versioning and cannot be switched off. */
export function objectLockDocument({ bucket }: DocumentSubject & { kind: 'bucket' }): DocumentKind<unknown> {
  return {
    read: async (context, signal) => {
      const lock = await context.client.getObjectLock(bucket, signal);
      const wanted = lock.kind === 'none' ? (['versioning', 'hasRetentionPolicy'] as const) : [];
      return { ...lock, neighbours: await findNeighbours(context, bucket, wanted, signal) };
    },
    isSame: (read, now) => canonical({ ...read, neighbours: {} }) === canonical({ ...now, neighbours: {} }),
    print,
    summary: (state) => (state.kind === 'none' ? 'off' : `on, ${defaultText(state.defaultRetention)}`),
    check: (document, state) => {
      const shape = notAnObject(document);
      if (shape.length > 0) return shape;
      const error = (path: readonly string[], code: string, message: string): DocumentProblem =>
        document.problem(path, { severity: 'error', code, message });
      const enabled = document.valueAt(['enabled']);
      const problems = [
        ...unknownNames(document, [], ['enabled', 'default']),
        ...(enabled === true && state.kind === 'none' ? exclusions(state.neighbours, error) : []),
        ...(typeof enabled === 'boolean' ? [] : [error(['enabled'], 'boolean', '"enabled" is true or false.')]),
      ];
      if (enabled === false && state.kind === 'enabled') {
        return [...problems, error(['enabled'], 'removed', 'Object Lock cannot be switched off.')];
      }
      const wanted = document.valueAt(['default']);
      if (wanted === undefined || wanted === null) return problems;
      if (enabled !== true) return [...problems, error(['default'], 'notEnabled', 'A default needs "enabled": true.')];
      return [
        ...problems,
        ...unknownNames(document, ['default'], ['mode', 'days', 'years']),
        ...defaultProblems(document, error),
      ];
    },
    plan: (document, state) => {
      if (document.valueAt(['enabled']) !== true) return [];
      const wanted = defaultOf(document);
      const before = state.kind === 'enabled' ? state.defaultRetention : undefined;
      if (state.kind === 'enabled' && JSON.stringify(wanted) === JSON.stringify(before && tidy(before))) return [];
      return [
        {
          id: 'objectLock',
          operation: 'PutObjectLockConfiguration',
          sentence: `${state.kind === 'none' ? 'Switch on' : 'Keep'} Object Lock of '${bucket}', ${defaultText(wanted)}.`,
          ...(state.kind === 'none'
            ? {
                irreversible: `Object Lock of '${bucket}' can never be switched off again, and versioning not be suspended.`,
              }
            : {}),
          run: async ({ client }, signal) => void (await client.putObjectLock(bucket, wanted, signal)),
        },
      ];
    },
  } satisfies DocumentKind<State>;
}

function defaultText(wanted: LockDefault | undefined): string {
  if (wanted === undefined) return 'without a default';
  const { mode, duration } = wanted;
  return `with ${mode} for ${duration.count} ${duration.unit} by default`;
}

function print(state: ObjectLockConfiguration): string {
  const wanted = state.kind === 'enabled' ? state.defaultRetention : undefined;
  const value =
    wanted === undefined ? 'null' : `{ "mode": "${wanted.mode}", "${wanted.duration.unit}": ${wanted.duration.count} }`;
  return `{
  // Needs versioning. Once switched on, it stays so.
  "enabled": ${state.kind === 'enabled'},
  // What new versions get: { "mode": "GOVERNANCE" or "COMPLIANCE", "days" or "years": 30 }, or null.
  "default": ${value}
}
`;
}

/** What keeps Object Lock from being switched on (rule 81, features-map §D). */
function exclusions({ versioning, hasRetentionPolicy }: Neighbours, error: Report): readonly DocumentProblem[] {
  if (hasRetentionPolicy === true) {
    return [error(['enabled'], 'retentionPolicy', 'This bucket has a retention policy, which excludes Object Lock.')];
  }
  if (versioning === undefined || versioning === 'enabled') return [];
  return [error(['enabled'], 'needsVersioning', 'Object Lock needs versioning. Enable it first.')];
}

type Report = (path: readonly string[], code: string, message: string) => DocumentProblem;

function defaultProblems(document: ParsedDocument, error: Report): readonly DocumentProblem[] {
  const mode = document.valueAt(['default', 'mode']);
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') {
    return [error(['default', 'mode'], 'lockMode', 'The mode is "GOVERNANCE" or "COMPLIANCE".')];
  }
  const [days, years] = [document.valueAt(['default', 'days']), document.valueAt(['default', 'years'])];
  if (days !== undefined && years !== undefined) {
    return [error(['default', 'years'], 'daysAndYears', 'Write "days" or "years", and not both.')];
  }
  const unit = years === undefined ? 'days' : 'years';
  const count = days ?? years;
  const problem =
    typeof count === 'number'
      ? lockDefaultProblem({ mode, duration: { unit, count } })
      : { kind: 'duration', maxCount: 36_500 };
  if (problem === undefined) return [];
  return [error(['default', unit], 'duration', `"${unit}" is a whole number, 1 to ${problem.maxCount}.`)];
}

function defaultOf(document: ParsedDocument): LockDefault | undefined {
  const mode = document.valueAt(['default', 'mode']);
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') return undefined;
  const years = document.valueAt(['default', 'years']);
  const unit = years === undefined ? 'days' : 'years';
  const count = document.valueAt(['default', unit]);
  return typeof count === 'number' ? { mode, duration: { unit, count } } : undefined;
}

function tidy({ mode, duration: { unit, count } }: LockDefault): LockDefault {
  return { mode, duration: { unit, count } };
}
