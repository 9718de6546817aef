import type { DocumentProblem } from '../../model/configDocument';
import type { ParsedDocument } from './parse';

/** Facts as they are printed: what is shown below `"facts"` and cannot be edited. Undefined ones are left out. */
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

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
