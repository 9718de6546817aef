import { mixedText, type DocumentProblem } from '../../../model/configDocument';
import { maxMetadataBytes, metadataSizeBytes } from '../../../model/metadataRules';
import type { AttributeChange } from '../../../model/objectState';
import { maxTags } from '../../../model/tags';
import { attributeProblems } from '../object/attributesCheck';
import { attributeChange } from '../object/plan';
import { namedHeaders, type EditableAttributes } from '../object/state';
import type { JsonPath, ParsedDocument } from '../parse';
import { refusedBy } from './change';
import { sharedAttributes, type SelectedObject, type SelectionState } from './state';

const parts = ['headers', 'metadata', 'tags'] as const;

/** What is wrong with headers, metadata, tags and ACL of a selection: alone, and together with what each object has. */
export function selectionProblems(
  document: ParsedDocument,
  state: SelectionState,
  nowMs: number,
): readonly DocumentProblem[] {
  const seen = sharedAttributes(state);
  const mixed = mixedPlaces(document, seen);
  const change = attributeChange(document, seen);
  return [
    // Values that stay as they are need not be right, and sizes are those of each object and not of their sum.
    ...attributeProblems(document, seen).filter(
      ({ offset, code }) => !mixed.kept.has(offset) && !mixed.wrong.has(offset) && !isOfSum(code),
    ),
    ...wrongMixed(document, seen),
    ...limitProblems(document, state.objects, change),
    ...refusals(document, state, change, nowMs),
  ];
}

function isOfSum(code: string): boolean {
  return code === 'metadataSize' || code === 'tagCount';
}

interface MixedPlaces {
  /** Offsets of values that were mixed and still are. */
  readonly kept: ReadonlySet<number>;
  /** Offsets of values that somebody wrote so. */
  readonly wrong: ReadonlySet<number>;
}

function mixedPlaces(document: ParsedDocument, seen: EditableAttributes): MixedPlaces {
  const places = mixedPaths(document).map((path) => [path, document.placeOf(path).offset] as const);
  const isKept = (path: JsonPath): boolean => seenAt(seen, path) === mixedText;
  return {
    kept: new Set(places.flatMap(([path, offset]) => (isKept(path) ? [offset] : []))),
    wrong: new Set(places.flatMap(([path, offset]) => (isKept(path) ? [] : [offset]))),
  };
}

function mixedPaths(document: ParsedDocument): readonly (readonly string[])[] {
  const named = parts.flatMap((part) => document.namesAt([part]).map((name): readonly string[] => [part, name]));
  return [...named, ['acl']].filter((path) => document.valueAt(path) === mixedText);
}

function seenAt(seen: EditableAttributes, [part, name]: JsonPath): string | undefined {
  switch (part) {
    case 'headers':
      return own(namedHeaders(seen.headers), String(name));
    case 'metadata':
      return own(seen.metadata, String(name));
    case 'tags':
      return own(seen.tags ?? {}, String(name));
    default:
      return seen.acl;
  }
}

function own(values: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** `mixedText` is no value: it can stay where it stood, and be written nowhere. */
function wrongMixed(document: ParsedDocument, seen: EditableAttributes): readonly DocumentProblem[] {
  return mixedPaths(document).flatMap((path) => {
    const before = seenAt(seen, path);
    if (before === mixedText) return [];
    const message = `"${mixedText}" only stands where objects differ. Write a value, or take the line away.`;
    const problem = document.problem(path, { severity: 'error', code: 'mixed', message });
    if (before === undefined) return [problem];
    const { offset, length } = problem;
    const text = JSON.stringify(before);
    return [{ ...problem, fixes: [{ title: `Write ${text}`, edits: [{ offset, length, text }] }] }];
  });
}

/** Limits that an object meets with what it has besides. */
function limitProblems(
  document: ParsedDocument,
  objects: readonly SelectedObject[],
  change: AttributeChange,
): readonly DocumentProblem[] {
  const tooLarge = objects.filter(({ metadata }) => {
    const bytes = metadataSizeBytes(patched(metadata, change.metadata));
    return bytes > maxMetadataBytes && bytes > metadataSizeBytes(metadata);
  });
  const tooMany = objects.filter(({ tags = {} }) => {
    const count = Object.keys(patched(tags, change.tags)).length;
    return count > maxTags && count > Object.keys(tags).length;
  });
  return [
    ...together(document, 'metadata', 'metadataSize', tooLarge, `more than ${maxMetadataBytes} bytes of metadata`),
    ...together(document, 'tags', 'tagCount', tooMany, `more than ${maxTags} tags`),
  ];
}

function together(
  document: ParsedDocument,
  part: 'metadata' | 'tags',
  code: string,
  objects: readonly SelectedObject[],
  what: string,
): readonly DocumentProblem[] {
  const [first] = objects;
  if (first === undefined) return [];
  const others = objects.length === 1 ? '' : ` and ${objects.length - 1} more`;
  const message = `With what they have already, "${first.key}"${others} would have ${what}.`;
  return [document.problem([part], { severity: 'error', code, message }, 'ofName')];
}

function patched(
  before: Readonly<Record<string, string>>,
  change: Readonly<Record<string, string | null>> = {},
): Readonly<Record<string, string>> {
  const entries = Object.entries<string | null>({ ...before, ...change });
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** Objects that the change leaves as they are: some are a warning, all are an error. */
function refusals(
  document: ParsedDocument,
  state: SelectionState,
  change: AttributeChange,
  nowMs: number,
): readonly DocumentProblem[] {
  const refused = refusedBy(change, state, nowMs);
  const [first] = refused;
  if (first === undefined) return [];
  const looked = state.objects.length;
  const isAll = refused.length === looked && state.count.isComplete && state.count.objects === looked;
  const others = refused.length === 1 ? '' : ` and ${refused.length - 1} more`;
  const message = isAll
    ? 'None of these objects can be changed so: see the facts. Tags and the access list can be changed on protected objects.'
    : `"${first.key}"${others}, of ${looked} that were looked at, cannot be changed so and stay as they are: see the facts.`;
  const named = ([...parts, 'acl'] as const).filter((part) => change[part] !== undefined);
  const concerned = named.filter((part) => part === 'headers' || part === 'metadata');
  return (concerned.length === 0 ? named : concerned).map((part) =>
    document.problem([part], { severity: isAll ? 'error' : 'warning', code: 'refused', message }, 'ofName'),
  );
}
