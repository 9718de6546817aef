import type { DocumentProblem } from '../../../model/configDocument';
import { readDate } from '../../../model/dates';
import { archiveStorageClasses, maxLifecycleRules, type LifecycleRule } from '../../../model/lifecycle';
import type { VersioningState } from '../../../model/objectVersion';
import { tagProblems } from '../../../model/tags';
import type { JsonPath, ParsedDocument } from '../parse';
import { notAnObject } from '../rules';
import { shapeProblems, type Shape } from '../shape';

const days = (min: number): Shape => ({ kind: 'count', min, max: 999_999_999 });
const bytes: Shape = { kind: 'count', min: 0, max: 999_999_999_999_999 };

const rule: Shape = {
  kind: 'object',
  required: ['status'],
  fields: {
    id: { kind: 'text' },
    status: { kind: 'choice', of: ['enabled', 'disabled'] },
    filter: {
      kind: 'object',
      fields: { prefix: { kind: 'text' }, tags: { kind: 'texts' }, largerThanBytes: bytes, smallerThanBytes: bytes },
    },
    transition: {
      kind: 'object',
      required: ['storageClass'],
      fields: { days: days(0), date: { kind: 'text' }, storageClass: { kind: 'choice', of: archiveStorageClasses } },
    },
    expiration: {
      kind: 'object',
      fields: { days: days(1), date: { kind: 'text' }, expiredDeleteMarkers: { kind: 'boolean' } },
    },
    noncurrentExpiration: { kind: 'object', required: ['days'], fields: { days: days(1), keepVersions: days(1) } },
    abortIncompleteUploads: { kind: 'object', required: ['days'], fields: { days: days(1) } },
  },
};
const shape: Shape = {
  kind: 'object',
  required: ['rules'],
  fields: { rules: { kind: 'list', of: rule, max: maxLifecycleRules } },
};

/** What rules are judged by besides their text. */
interface Around {
  readonly versioning: VersioningState | undefined;
  readonly nowMs: number;
}

type Report = (path: JsonPath, code: string, message: string) => DocumentProblem;

/** Everything wrong with a lifecycle document (data-plane §9.1, rule 101, features-map §D). */
export function lifecycleProblems(document: ParsedDocument, around: Around): readonly DocumentProblem[] {
  const notAMap = notAnObject(document);
  if (notAMap.length > 0) return notAMap;
  const wrong = shapeProblems(document, [], shape);
  const rules = document.valueAt(['rules']);
  if (!Array.isArray(rules)) return wrong;
  const error: Report = (path, code, message) => document.problem(path, { severity: 'error', code, message });
  const warning: Report = (path, code, message) => document.problem(path, { severity: 'warning', code, message });
  return [
    ...wrong,
    ...doubleIds(rules, error),
    ...secondTransitions(rules, error),
    ...rules.flatMap((one: unknown, at) => {
      // A rule of the wrong shape has its problems already, and cannot be read.
      if (shapeProblems(document, ['rules', at], rule).length > 0) return [];
      const place = ['rules', at];
      return [
        ...ruleErrors(one as LifecycleRule, place, around, error),
        ...ruleWarnings(one as LifecycleRule, place, around, warning),
      ];
    }),
  ];
}

function doubleIds(rules: readonly unknown[], error: Report): readonly DocumentProblem[] {
  const ids = rules.map((one) => fieldOf(one, 'id'));
  return ids.flatMap((id, at) => {
    if (typeof id !== 'string' || ids.indexOf(id) === at) return [];
    return [error(['rules', at, 'id'], 'doubleId', `The id "${id}" belongs to another rule already.`)];
  });
}

function secondTransitions(rules: readonly unknown[], error: Report): readonly DocumentProblem[] {
  const places = rules.flatMap((one, at) => (fieldOf(one, 'transition') === undefined ? [] : [at]));
  return places
    .slice(1)
    .map((at) =>
      error(['rules', at, 'transition'], 'secondTransition', 'A bucket has one rule with "transition" at most.'),
    );
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function ruleErrors(one: LifecycleRule, place: JsonPath, { nowMs }: Around, error: Report): readonly DocumentProblem[] {
  const { id, filter, transition, expiration } = one;
  const at = (...names: readonly string[]): JsonPath => [...place, ...names];
  const isIdle =
    transition === undefined &&
    expiration === undefined &&
    one.noncurrentExpiration === undefined &&
    one.abortIncompleteUploads === undefined;
  const idleText =
    'A rule needs something to do: "expiration", "noncurrentExpiration", "transition" or "abortIncompleteUploads".';
  return [
    ...(id === undefined || /^[A-Za-z0-9!_.*'()-]{1,255}$/.test(id)
      ? []
      : [error(at('id'), 'id', `An id is 1 to 255 letters, digits and ! _ . * ' ( ) -, without blanks.`)]),
    ...(isIdle ? [error(place, 'noAction', idleText)] : []),
    ...filterErrors(filter ?? {}, at, error),
    ...(transition === undefined ? [] : timeErrors(transition, at('transition'), nowMs, error)),
    ...(transition !== undefined && (filter?.prefix ?? '') !== ''
      ? [
          error(
            at('filter', 'prefix'),
            'transitionPrefix',
            'A rule with "transition" is for the whole bucket: it cannot have a prefix.',
          ),
        ]
      : []),
    ...(expiration === undefined ? [] : expirationErrors(expiration, at('expiration'), nowMs, error)),
  ];
}

function filterErrors(
  { tags = {}, largerThanBytes, smallerThanBytes }: NonNullable<LifecycleRule['filter']>,
  at: (...names: readonly string[]) => JsonPath,
  error: Report,
): readonly DocumentProblem[] {
  const isNothing =
    largerThanBytes !== undefined && smallerThanBytes !== undefined && smallerThanBytes <= largerThanBytes + 1;
  const wrongTags = new Set(tagProblems(tags).flatMap(({ severity, key }) => (severity === 'error' ? [key] : [])));
  return [
    ...(isNothing
      ? [error(at('filter', 'smallerThanBytes'), 'sizes', 'No size is larger and smaller than these.')]
      : []),
    ...[...wrongTags].map((key) =>
      key === undefined
        ? error(at('filter', 'tags'), 'tagCount', 'An object has 10 tags at most, so that no object has these.')
        : error(at('filter', 'tags', key), 'tag', 'No object can have this tag: its name or value is not allowed.'),
    ),
  ];
}

function expirationErrors(
  expiration: NonNullable<LifecycleRule['expiration']>,
  place: JsonPath,
  nowMs: number,
  error: Report,
): readonly DocumentProblem[] {
  const { expiredDeleteMarkers, ...time } = expiration;
  if (expiredDeleteMarkers === undefined) return timeErrors(time, place, nowMs, error);
  if (time.days === undefined && time.date === undefined) return [];
  const message = 'Write "expiredDeleteMarkers" into a rule of its own: it stands without "days" and "date".';
  return [error([...place, 'expiredDeleteMarkers'], 'expirationKinds', message)];
}

function timeErrors(
  { days: count, date }: { readonly days?: number; readonly date?: string },
  place: JsonPath,
  nowMs: number,
  error: Report,
): readonly DocumentProblem[] {
  if (count !== undefined && date !== undefined) {
    return [error([...place, 'date'], 'daysAndDate', 'Write "days" or "date", and not both.')];
  }
  if (date === undefined) {
    return count === undefined
      ? [error(place, 'noTime', 'Write "days", a number, or "date", such as "2030-01-31".')]
      : [];
  }
  const dateMs = readDate(date);
  if (dateMs === undefined) return [error([...place, 'date'], 'date', 'A date looks like "2030-01-31", in UTC.')];
  if (dateMs > nowMs) return [];
  return [error([...place, 'date'], 'pastDate', 'This day has passed. The service takes days to come only.')];
}

function ruleWarnings(
  one: LifecycleRule,
  place: JsonPath,
  { versioning }: Around,
  warning: Report,
): readonly DocumentProblem[] {
  const at = (...names: readonly string[]): JsonPath => [...place, ...names];
  const { filter = {}, noncurrentExpiration, expiration, abortIncompleteUploads } = one;
  const isNarrow =
    Object.keys(filter.tags ?? {}).length > 0 ||
    filter.largerThanBytes !== undefined ||
    filter.smallerThanBytes !== undefined;
  const never = 'This bucket never kept versions: there is nothing for this to do until versioning is enabled.';
  const narrow = 'has neither tags nor a size: the service may refuse it together with such a filter.';
  return [
    ...(versioning === 'never' && noncurrentExpiration !== undefined
      ? [warning(at('noncurrentExpiration'), 'neverVersioned', never)]
      : []),
    ...(versioning === 'never' && expiration?.expiredDeleteMarkers === true
      ? [warning(at('expiration', 'expiredDeleteMarkers'), 'neverVersioned', never)]
      : []),
    ...(isNarrow && abortIncompleteUploads !== undefined
      ? [warning(at('abortIncompleteUploads'), 'narrowFilter', `An incomplete upload ${narrow}`)]
      : []),
    ...(isNarrow && expiration?.expiredDeleteMarkers !== undefined
      ? [warning(at('expiration', 'expiredDeleteMarkers'), 'narrowFilter', `A delete marker ${narrow}`)]
      : []),
    ...archiveWarnings(one, at, warning),
  ];
}

/** Days that archived objects are billed for at least (data-plane §9.2). */
const minArchivedDays = 90;

function archiveWarnings(
  { transition, expiration }: LifecycleRule,
  at: (...names: readonly string[]) => JsonPath,
  warning: Report,
): readonly DocumentProblem[] {
  const [from, to] = [transition?.days, expiration?.days];
  if (from === undefined || to === undefined || to - from >= minArchivedDays) return [];
  const message =
    to <= from
      ? 'Objects expire before they would go to archive.'
      : `Objects expire ${to - from} days after they went to archive, which is billed for ${minArchivedDays} days at least.`;
  return [warning(at('expiration', 'days'), 'shortArchive', message)];
}
