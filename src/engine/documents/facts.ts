import type { DocumentProblem } from '../../model/configDocument';
import { parseDocument, type ParsedDocument } from './parse';

/** Facts as they are printed: what is shown below `"facts"` and cannot be edited. Undefined ones are left out. */
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

/** A value as it stands in a printed document, indented as a property of it. */
export function printedValue(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll('\n', '\n  ');
}

/** A document of parts, each below its comment, with remarks on top. */
export function printedParts(
  remarks: readonly string[],
  parts: readonly (readonly [name: string, value: unknown, comment?: string])[],
): string {
  const lines = parts.map(([name, value, comment]) => {
    return `${comment === undefined ? '' : `  // ${comment}\n`}  ${JSON.stringify(name)}: ${printedValue(value)}`;
  });
  return `{\n${remarks.map((remark) => `  // ${remark}\n`).join('')}${lines.join(',\n')}\n}\n`;
}

/** A date in facts. */
export function factDate(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** Problems of facts that somebody edited, added or took away: they are what the service says, and no setting. */
export function editedFacts(document: ParsedDocument, facts: Facts): readonly DocumentProblem[] {
  const printed = JSON.stringify(facts);
  if (JSON.stringify(document.valueAt(['facts'])) === printed) return [];
  const known = JSON.parse(printed) as Readonly<Record<string, unknown>>;
  const names = new Set([...document.namesAt(['facts']), ...Object.keys(known)]);
  const changed = [...names].find(
    (name) => JSON.stringify(document.valueAt(['facts', name])) !== JSON.stringify(known[name]),
  );
  if (changed === undefined) return [];
  const path = ['facts', changed];
  const message = `'${changed}' is what the service says and cannot be changed here. Undo this edit.`;
  return [document.problem(path, { severity: 'error', code: 'factEdited', message })];
}

/** A text with the facts of another one; as it is where one of them has none. Everything else, comments too, stays. */
export function withFactsOf(text: string, other: string): string {
  const [place, from] = [text, other].map((one) => {
    const document = parseDocument(one);
    return document.valueAt(['facts']) === undefined ? undefined : document.placeOf(['facts']);
  });
  if (place === undefined || from === undefined) return text;
  const facts = other.slice(from.offset, from.offset + from.length);
  return text.slice(0, place.offset) + facts + text.slice(place.offset + place.length);
}
