import type { DocumentProblem } from '../../model/configDocument';
import type { JsonPath, ParsedDocument } from './parse';
import { unknownNames } from './rules';

/** What a value of a document must look like, before rules between values are asked. */
export type Shape =
  | {
      readonly kind: 'object';
      readonly fields: Readonly<Record<string, Shape>>;
      /** Names that cannot be left out. */
      readonly required?: readonly string[];
    }
  | { readonly kind: 'list'; readonly of: Shape; readonly min?: number; readonly max?: number }
  /** An object of names and texts that are free. */
  | { readonly kind: 'texts' }
  | { readonly kind: 'text' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'count'; readonly min: number; readonly max?: number }
  | { readonly kind: 'choice'; readonly of: readonly string[] };

/** Everything in which the value at a path differs from a shape. The value is there. */
export function shapeProblems(document: ParsedDocument, path: JsonPath, shape: Shape): readonly DocumentProblem[] {
  const value = document.valueAt(path);
  const wrong = (code: string, message: string): readonly DocumentProblem[] => [
    document.problem(path, { severity: 'error', code, message }),
  ];
  switch (shape.kind) {
    case 'object':
      return isMap(value)
        ? objectProblems(document, path, shape)
        : wrong('object', `${named(path)} is an object, in braces.`);
    case 'list':
      return Array.isArray(value)
        ? listProblems(document, path, shape, value.length)
        : wrong('list', `${named(path)} is a list, in brackets.`);
    case 'texts':
      return isMap(value) ? textsProblems(document, path) : wrong('object', `${named(path)} is an object, in braces.`);
    case 'text':
      return typeof value === 'string' ? [] : wrong('text', `${named(path)} is a text, in quotes.`);
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrong('boolean', `${named(path)} is true or false.`);
    case 'count':
      return isCount(value, shape) ? [] : wrong('count', `${named(path)} is ${countText(value, shape)}.`);
    case 'choice':
      return choiceProblems(document, path, shape.of, value);
  }
}

function objectProblems(
  document: ParsedDocument,
  path: JsonPath,
  { fields, required = [] }: Shape & { kind: 'object' },
): readonly DocumentProblem[] {
  const names = document.namesAt(path);
  const missing = required.filter((name) => !names.includes(name));
  return [
    ...unknownNames(document, path, Object.keys(fields)),
    ...missing.map((name) => {
      const message = `"${name}" is missing here.`;
      return document.problem([...path, name], { severity: 'error', code: 'missing', message } as const);
    }),
    ...Object.entries(fields).flatMap(([name, shape]) =>
      names.includes(name) ? shapeProblems(document, [...path, name], shape) : [],
    ),
  ];
}

function listProblems(
  document: ParsedDocument,
  path: JsonPath,
  { of, min = 0, max }: Shape & { kind: 'list' },
  length: number,
): readonly DocumentProblem[] {
  const wrong = (code: string, message: string): DocumentProblem =>
    document.problem(path, { severity: 'error', code, message });
  return [
    ...(length < min
      ? [wrong('tooFew', `${named(path)} needs at least ${min === 1 ? 'one entry' : `${min} entries`}.`)]
      : []),
    ...(max !== undefined && length > max ? [wrong('tooMany', `${named(path)} has at most ${max} entries.`)] : []),
    ...Array.from({ length }, (_, at) => shapeProblems(document, [...path, at], of)).flat(),
  ];
}

function textsProblems(document: ParsedDocument, path: JsonPath): readonly DocumentProblem[] {
  const names = document.namesAt(path);
  return [
    ...unknownNames(document, path, names),
    ...names.flatMap((name) => shapeProblems(document, [...path, name], { kind: 'text' })),
  ];
}

function choiceProblems(
  document: ParsedDocument,
  path: JsonPath,
  choices: readonly string[],
  value: unknown,
): readonly DocumentProblem[] {
  if (typeof value === 'string' && choices.includes(value)) return [];
  const message = `${named(path)} is ${alternatives(choices.map((choice) => `"${choice}"`))}.`;
  const problem = document.problem(path, { severity: 'error', code: 'choice', message });
  const meant = choices.find((choice) => choice.toLowerCase() === String(value).trim().toLowerCase());
  if (meant === undefined) return [problem];
  const { offset, length } = problem;
  const edits = [{ offset, length, text: JSON.stringify(meant) }];
  return [{ ...problem, fixes: [{ title: `Write "${meant}"`, edits }] }];
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown, { min, max = Number.MAX_SAFE_INTEGER }: { min: number; max?: number }): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;
}

/** What a number has to be, as far as this one is not. */
function countText(value: unknown, { min, max = Number.MAX_SAFE_INTEGER }: { min: number; max?: number }): string {
  if (typeof value === 'number' && value > max) return `at most ${max}`;
  return `a whole number, ${max < 1_000_000 ? `${min} to ${max}` : `${min} or more`}`;
}

/** "a, b or c". */
function alternatives(texts: readonly string[]): string {
  const last = texts.at(-1) ?? '';
  return texts.length < 2 ? last : `${texts.slice(0, -1).join(', ')} or ${last}`;
}

/** How a value is called in a sentence: by its name, or as an entry of its list. */
function named(path: JsonPath): string {
  const last = path.at(-1);
  if (typeof last === 'string') return `"${last}"`;
  const list = path.at(-2);
  return list === undefined ? 'The document' : `Each entry of "${list}"`;
}
