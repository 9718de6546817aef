import { Minimatch } from 'minimatch';
import type { NameFilter } from '../../protocol/requests';
import { CosFailure } from '../failure';
import { patternProblem } from './patternProblem';

/** Which names a transfer moves, as they will stand below its target. A name that ends in `/` is a folder's. */
export interface NameChoice {
  /** Whether a file or object of this name is moved. */
  takes(name: string): boolean;
  /** Whether nothing below a folder of this name (without its `/`) can be moved, so that nobody needs to look. */
  leavesOut(folder: string): boolean;
  /** Patterns that have matched none of the names asked about so far. */
  unmatched(): readonly string[];
}

/** What a filter chooses; everything where there is none. Throws `invalid` for a malformed pattern. */
export function nameChoice(filter: NameFilter | undefined): NameChoice {
  const includes = filter?.include.map(patternOf) ?? [];
  const excludes = filter?.exclude.map(patternOf) ?? [];
  const isExcluded = (name: string): boolean => matchesOrLiesBelow(excludes, name);
  return {
    takes(name) {
      // Both are always asked: a pattern that matches only what is left out has matched all the same.
      const isIncluded = matchesOrLiesBelow(includes, name) || includes.length === 0;
      return !isExcluded(name) && isIncluded;
    },
    leavesOut: (folder) => isExcluded(`${folder}/`),
    unmatched: () => [...includes, ...excludes].filter(({ hasMatched }) => !hasMatched).map(({ text }) => text),
  };
}

interface Pattern {
  readonly text: string;
  /** Ends in `/`: files of this name are not meant. */
  readonly isOfFolders: boolean;
  readonly isOfWholeName: boolean;
  readonly glob: Minimatch;
  hasMatched: boolean;
}

// Keys may hold backslashes and line ends, and names that begin with a dot, "#" or "!" are names like others.
const globOptions = {
  dot: true,
  nocomment: true,
  nonegate: true,
  noext: true,
  preserveMultipleSlashes: true,
  optimizationLevel: 0,
  platform: 'linux',
} as const;

function patternOf(text: string): Pattern {
  const problem = patternProblem(text);
  if (problem !== undefined) {
    throw new CosFailure({
      kind: 'invalid',
      op: 'transfer',
      retry: 'never',
      detail: `The pattern "${text}" ${problem}.`,
    });
  }
  const bare = text.replace(/\/$/, '');
  return {
    text,
    isOfFolders: bare !== text,
    isOfWholeName: bare.includes('/'),
    glob: new Minimatch(bare.replace(/^\//, ''), globOptions),
    hasMatched: false,
  };
}

/** Whether a pattern matches the name or a folder that it lies in. Patterns that have matched nothing so far are all compared. */
function matchesOrLiesBelow(patterns: readonly Pattern[], name: string): boolean {
  let isMatch = false;
  for (const pattern of patterns) {
    if (isMatch && pattern.hasMatched) continue;
    if (!matchesSomePart(pattern, name)) continue;
    pattern.hasMatched = true;
    isMatch = true;
  }
  return isMatch;
}

function matchesSomePart(pattern: Pattern, name: string): boolean {
  if (!name.endsWith('/') && !pattern.isOfFolders && matches(pattern, name)) return true;
  for (let slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
    if (matches(pattern, name.slice(0, slash))) return true;
  }
  return false;
}

function matches({ glob, isOfWholeName }: Pattern, name: string): boolean {
  return glob.match(isOfWholeName ? name : name.slice(name.lastIndexOf('/') + 1));
}
