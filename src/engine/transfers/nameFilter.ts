import picomatch from 'picomatch';
import type { NameFilter } from '../../protocol/requests';

/** Which names a transfer moves, as they will stand below its target. */
export interface NameChoice {
  /** Whether a file or object of this name is moved. */
  takes(name: string): boolean;
  /** Whether nothing below a folder of this name can be moved, so that nobody needs to look. */
  leavesOut(folder: string): boolean;
}

/** What a filter chooses; everything where there is none. */
export function nameChoice(filter: NameFilter | undefined): NameChoice {
  const includes = filter?.include.map(matcherOf) ?? [];
  const excludes = filter?.exclude.map(matcherOf) ?? [];
  const isExcluded = (name: string): boolean => matchesOrLiesBelow(excludes, name);
  return {
    takes: (name) => !isExcluded(name) && (includes.length === 0 || matchesOrLiesBelow(includes, name)),
    leavesOut: isExcluded,
  };
}

type Matcher = (name: string) => boolean;

function matcherOf(pattern: string): Matcher {
  // Keys may hold backslashes and line ends, and names that begin with a dot are names like others.
  const options = { dot: true, windows: false, flags: 's' };
  return pattern.includes('/')
    ? picomatch(pattern.replace(/^\//, ''), options)
    : picomatch(pattern, { ...options, basename: true });
}

function matchesOrLiesBelow(matchers: readonly Matcher[], name: string): boolean {
  if (matchers.length === 0) return false;
  for (let end = name.length; end > 0; end = name.lastIndexOf('/', end - 1)) {
    const part = name.slice(0, end);
    if (matchers.some((matches) => matches(part))) return true;
  }
  return false;
}
