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
