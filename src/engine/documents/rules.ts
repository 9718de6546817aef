import type { DocumentProblem } from '../../model/configDocument';
import type { JsonPath, ParsedDocument } from './parse';

/** Problems of properties that a document's kind does not know, and of names that stand twice. */
export function unknownNames(
  document: ParsedDocument,
  path: JsonPath,
  known: readonly string[],
): readonly DocumentProblem[] {
  const names = document.namesAt(path);
  return names.flatMap((name, at) => {
    if (names.indexOf(name) !== at) {
      const message = `'${name}' stands here twice. Only the last one would count; keep one.`;
      return [document.problem([...path, name], { severity: 'error', code: 'doubleName', message }, 'ofName')];
    }
    if (known.includes(name)) return [];
    const message = `'${name}' is not known here. Known: ${known.join(', ')}.`;
    return [document.problem([...path, name], { severity: 'error', code: 'unknownName', message }, 'ofName')];
  });
}

/** A problem where the document itself is not an object, else nothing. */
export function notAnObject(document: ParsedDocument): readonly DocumentProblem[] {
  if (document.root?.type === 'object') return [];
  const message = 'The document must be one JSON object, in braces.';
  return [document.problem([], { severity: 'error', code: 'notAnObject', message })];
}

/** A problem of a value that is there and neither true nor false. */
export function notABoolean(document: ParsedDocument, path: JsonPath): readonly DocumentProblem[] {
  const value = document.valueAt(path);
  if (value === undefined || typeof value === 'boolean') return [];
  const message = `"${String(path.at(-1))}" is true or false.`;
  return [document.problem(path, { severity: 'error', code: 'boolean', message })];
}
