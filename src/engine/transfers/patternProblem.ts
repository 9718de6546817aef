/** Why a pattern means nothing, as the end of a sentence about it; undefined for one that is well formed. */
export function patternProblem(pattern: string): string | undefined {
  if (/^\/*$/.test(pattern)) return 'names nothing';
  if (pattern.startsWith('!'))
    return 'begins with "!", which patterns do not have; "\\!" stands for the character itself';
  let openBraces = 0;
  for (let at = 0; at < pattern.length; at++) {
    switch (pattern[at]) {
      case '\\':
        at++;
        if (at === pattern.length) return 'ends in a backslash, which must have a character after it';
        break;
      case '[': {
        const end = classEnd(pattern, at);
        if (end === undefined) return 'opens "[" and does not close it; "\\[" stands for the character itself';
        const range = reversedRange(pattern.slice(at + 1, end));
        if (range !== undefined) return `holds the range "${range}", which ends before it begins`;
        at = end;
        break;
      }
      case '{':
        openBraces++;
        break;
      case '}':
        openBraces = Math.max(0, openBraces - 1);
        break;
      default:
        break;
    }
  }
  return openBraces > 0 ? 'opens "{" and does not close it; "\\{" stands for the character itself' : undefined;
}

/** Where a class of characters that opens at an index closes. A `]` right after the beginning is one of them. */
function classEnd(pattern: string, open: number): number | undefined {
  let at = open + (/^\[[!^]/.test(pattern.slice(open, open + 2)) ? 2 : 1);
  for (const first = at; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === '/') return undefined;
    if (character === '\\') at++;
    else if (pattern.startsWith('[:', at)) at = Math.max(at, pattern.indexOf(':]', at) + 1);
    else if (character === ']' && at > first) return at;
  }
  return undefined;
}

function reversedRange(inside: string): string | undefined {
  for (const [range, from = '', to = ''] of inside.replace(/^[!^]/, '').matchAll(/([^\\\]])-([^\\\]])/gsu)) {
    if ((from.codePointAt(0) ?? 0) > (to.codePointAt(0) ?? 0)) return range;
  }
  return undefined;
}
