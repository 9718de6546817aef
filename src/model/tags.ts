import { utf8Length } from './ids';

/** Tags that one object may have (data-plane §7). */
export const maxTags = 10;

/** What is wrong with tags. A warning is something that one of IBM's two pages allows and the other does not. */
export interface TagProblem {
  /** Tag concerned; absent when it is the set. */
  readonly key?: string;
  readonly part: 'set' | 'key' | 'value';
  readonly kind: 'tooMany' | 'empty' | 'tooLong' | 'reservedPrefix' | 'character';
  readonly severity: 'error' | 'warning';
  /** The character concerned. */
  readonly character?: string;
}

/** Every page allows these. */
const safe = /^[A-Za-z0-9 _.:-]*$/;
/** Not allowed by any page. */
const outside = /[^\p{L}\p{N} +\-=._:/@*']/u;
const notSafe = /[^A-Za-z0-9 _.:-]/u;

/**
 * What is wrong with a set of tags: at most 10; keys of 1–128 characters and 256 bytes without `ibm:` in front; values of
 * up to 256 characters and 512 bytes; characters (data-plane §7, rule 68). Keys are unique by construction.
 */
export function tagProblems(tags: Readonly<Record<string, string>>): readonly TagProblem[] {
  const entries = Object.entries(tags);
  const problems: TagProblem[] = [];
  if (entries.length > maxTags) problems.push({ part: 'set', kind: 'tooMany', severity: 'error' });
  for (const [key, value] of entries) {
    if (key === '') problems.push({ key, part: 'key', kind: 'empty', severity: 'error' });
    if (key.startsWith('ibm:')) problems.push({ key, part: 'key', kind: 'reservedPrefix', severity: 'error' });
    if (isLonger(key, 128, 256)) problems.push({ key, part: 'key', kind: 'tooLong', severity: 'error' });
    if (isLonger(value, 256, 512)) problems.push({ key, part: 'value', kind: 'tooLong', severity: 'error' });
    problems.push(...characterProblem(key, 'key', key), ...characterProblem(key, 'value', value));
  }
  return problems;
}

function isLonger(text: string, maxCharacters: number, maxBytes: number): boolean {
  return [...text].length > maxCharacters || utf8Length(text) > maxBytes;
}

function characterProblem(key: string, part: 'key' | 'value', text: string): TagProblem[] {
  if (safe.test(text)) return [];
  const forbidden = outside.exec(text)?.[0];
  const character = forbidden ?? notSafe.exec(text)?.[0] ?? '';
  return [{ key, part, kind: 'character', severity: forbidden === undefined ? 'warning' : 'error', character }];
}
