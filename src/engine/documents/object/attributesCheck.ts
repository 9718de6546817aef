import { headerFields, headerNames, headerProblem, type HeaderProblem } from '../../../model/headerRules';
import { metadataProblems, type MetadataProblem } from '../../../model/metadataRules';
import { tagProblems } from '../../../model/tags';
import type { DocumentProblem } from '../../../model/configDocument';
import type { ParsedDocument } from '../parse';
import { unknownNames } from '../rules';
import { tagProblem } from '../tagProblem';
import { headerSentence, metadataSentence } from './attributeSentences';
import { isCannedAcl, type EditableAttributes } from './state';

/** What is wrong with headers, metadata, tags and ACL (data-plane §1.3, §7, §14). */
export function attributeProblems(document: ParsedDocument, seen: EditableAttributes): readonly DocumentProblem[] {
  return [
    ...headerProblems(document),
    ...metadataProblemsOf(document),
    ...tagProblemsOf(document, seen),
    ...aclProblems(document, seen),
  ];
}

function headerProblems(document: ParsedDocument): readonly DocumentProblem[] {
  const shape = notAMap(document, 'headers');
  if (shape.length > 0) return shape;
  const known = Object.values(headerNames);
  const names = document.namesAt(['headers']);
  return [
    ...unknownNames(document, ['headers'], known),
    ...names.flatMap((name) => headerValueProblems(document, name, document.valueAt(['headers', name]))),
  ];
}

function headerValueProblems(document: ParsedDocument, name: string, value: unknown): readonly DocumentProblem[] {
  const path = ['headers', name];
  if (typeof value !== 'string') return [notAText(document, path, value)];
  const field = headerFields.find((each) => headerNames[each] === name);
  const problem = field === undefined ? undefined : headerProblem(field, value);
  if (field === undefined || problem === undefined) return [];
  const sentence = headerSentence(field, problem);
  if (problem === 'blanks') return [trimmed(document, path, value, sentence)];
  const message = problem === 'empty' ? `${sentence} Take the line away to remove the header.` : sentence;
  return [document.problem(path, { severity: 'error', code: headerCodes[problem], message })];
}

const headerCodes: Readonly<Record<HeaderProblem, string>> = {
  character: 'headerCharacter',
  empty: 'headerEmpty',
  blanks: 'blanks',
  contentType: 'contentType',
  expires: 'expires',
  redirect: 'redirect',
};

function metadataProblemsOf(document: ParsedDocument): readonly DocumentProblem[] {
  const shape = notAMap(document, 'metadata');
  if (shape.length > 0) return shape;
  const { texts, problems } = textsAt(document, 'metadata');
  return [
    ...problems,
    ...doubles(document, 'metadata', (name) => name.toLowerCase()),
    ...metadataProblems(texts).map((problem) => metadataProblem(document, problem)),
  ];
}

function metadataProblem(document: ParsedDocument, problem: MetadataProblem): DocumentProblem {
  const { name, kind } = problem;
  const path = name === undefined ? ['metadata'] : ['metadata', name];
  const message = metadataSentence(problem);
  const ofName = (code: string): DocumentProblem =>
    document.problem(path, { severity: 'error', code, message }, 'ofName');
  switch (kind) {
    case 'emptyName':
    case 'nameCharacter':
      return ofName('metadataName');
    case 'nameCase': {
      const problemOfCase = ofName('metadataCase');
      const title = `Write '${(name ?? '').toLowerCase()}'`;
      const text = JSON.stringify((name ?? '').toLowerCase());
      const { offset, length } = problemOfCase;
      return { ...problemOfCase, fixes: [{ title, edits: [{ offset, length, text }] }] };
    }
    case 'valueCharacter':
      return document.problem(path, { severity: 'error', code: 'metadataValue', message });
    case 'valueBlankAtEnd':
      return trimmed(document, path, String(document.valueAt(path)), message);
    case 'tooLarge':
      return ofName('metadataSize');
  }
}

function tagProblemsOf(document: ParsedDocument, seen: EditableAttributes): readonly DocumentProblem[] {
  if (seen.tags === undefined) {
    if (document.valueAt(['tags']) === undefined) return [];
    const message = 'The tags could not be read, and cannot be changed here.';
    return [document.problem(['tags'], { severity: 'error', code: 'unreadable', message }, 'ofName')];
  }
  const shape = notAMap(document, 'tags');
  if (shape.length > 0) return shape;
  const { texts, problems } = textsAt(document, 'tags');
  return [
    ...problems,
    ...doubles(document, 'tags', (name) => name),
    ...tagProblems(texts).map((problem) => tagProblem(document, problem)),
  ];
}

function aclProblems(document: ParsedDocument, seen: EditableAttributes): readonly DocumentProblem[] {
  const acl = document.valueAt(['acl']);
  if (acl === undefined || acl === seen.acl) return [];
  const error = (code: string, message: string): readonly DocumentProblem[] => [
    document.problem(['acl'], { severity: 'error', code, message }),
  ];
  if (seen.acl === undefined)
    return error('unreadable', 'The access list could not be read, and cannot be changed here.');
  return isCannedAcl(acl) ? [] : error('acl', 'The access list is "private" or "public-read".');
}

/** Problems where a part is missing or is no object: taking a whole part away is more likely a mistake than a wish. */
function notAMap(document: ParsedDocument, name: string): readonly DocumentProblem[] {
  const value = document.valueAt([name]);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [];
  const message =
    value === undefined
      ? `"${name}" is missing. Write "${name}": {} to remove all of them.`
      : `"${name}" is an object of names and texts.`;
  return [document.problem([name], { severity: 'error', code: 'part', message })];
}

/** The entries of a part that are texts, and problems of those that are not. */
function textsAt(
  document: ParsedDocument,
  part: string,
): { readonly texts: Readonly<Record<string, string>>; readonly problems: readonly DocumentProblem[] } {
  const entries = document.namesAt([part]).map((name) => [name, document.valueAt([part, name])] as const);
  return {
    texts: Object.fromEntries(
      entries.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string'),
    ),
    problems: entries
      .filter(([, value]) => typeof value !== 'string')
      .map(([name, value]) => notAText(document, [part, name], value)),
  };
}

function notAText(document: ParsedDocument, path: readonly string[], value: unknown): DocumentProblem {
  const message = 'Values are texts, in quotation marks.';
  const problem = document.problem(path, { severity: 'error', code: 'text', message });
  if (typeof value !== 'number' && typeof value !== 'boolean') return problem;
  const { offset, length } = problem;
  const text = JSON.stringify(String(value));
  return { ...problem, fixes: [{ title: `Write ${text}`, edits: [{ offset, length, text }] }] };
}

function trimmed(document: ParsedDocument, path: readonly string[], value: string, message: string): DocumentProblem {
  const problem = document.problem(path, { severity: 'error', code: 'blanks', message });
  const { offset, length } = problem;
  const text = JSON.stringify(value.trim());
  return { ...problem, fixes: [{ title: 'Take the blanks away', edits: [{ offset, length, text }] }] };
}

function doubles(document: ParsedDocument, part: string, same: (name: string) => string): readonly DocumentProblem[] {
  const seen = new Set<string>();
  return document.namesAt([part]).flatMap((name) => {
    const isDouble = seen.has(same(name));
    seen.add(same(name));
    if (!isDouble) return [];
    const message = `'${name}' stands here twice. Keep one.`;
    return [document.problem([part, name], { severity: 'error', code: 'doubleName', message }, 'ofName')];
  });
}
