import { expect } from 'vitest';
import type { ShownText } from './recordingVscode';

/** Names that somebody else may have chosen. Each has the marker where a line of its own would begin. */
export const hostileNames: Readonly<Record<string, string>> = {
  'a command link': '[Sign in again](command:workbench.action.files.newUntitledFile)',
  'a link to a page': '[invoice](https://evil.example "title")',
  'an image in Markdown': '![x](https://evil.example/x.png)',
  'an icon': '$(zap) $(sync~spin) ready',
  'a change of direction': 'invoice-\u202egpj.exe',
  isolates: '\u2066a\u2067b\u2068c\u2069\u200e\u200f\u061c',
  'lines of its own': 'a\nNEXTLINE Nothing is lost\r\nNEXTLINE\u2028NEXTLINE\u2029NEXTLINE\u0085NEXTLINE',
  'a terminal sequence': '\u001b]0;owned\u0007\u001b[2J\u009b31m',
  'a NUL': 'a\u0000b',
  HTML: '<img src=x onerror=alert(1)><a href="command:x">y</a>',
  'zero width': 'pay\u200bp\u200c\u200da\u2060l\ufeff',
  'accents on accents': `e${'\u0301'.repeat(40)}`,
  'half of a pair': 'a\ud83db',
  tags: 'a\u{e0041}\u{e007f}',
  'a private sign': '\ueb99 ok',
  'a URL': 'https://evil.example/login',
  'very long': `${'long-'.repeat(200)}end`,
};

const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/u;

/** Finds nothing to click, no icon of a name, no change of direction and no control character. */
export function expectHarmless(shown: readonly ShownText[]): void {
  const found = shown.flatMap(({ where, text, lines }) => {
    const body = text.replace(/^\$\([a-z-]+(?:~spin)?\) /, '');
    const problems = [
      ...(/\]\(/.test(body) && where !== 'code' ? ['a link'] : []),
      ...(/\$\(/.test(body) && where !== 'code' ? ['an icon'] : []),
      ...(hidden.test(lines ? body.replaceAll('\n', '') : body) ? ['a hidden character'] : []),
      ...(/^[^\S\n]*(?:- )?NEXTLINE/m.test(body) ? ['a line of a name'] : []),
    ];
    return problems.map((problem) => `${problem} in ${where}: ${JSON.stringify(text).slice(0, 300)}`);
  });
  expect([...new Set(found)].slice(0, 20)).toEqual([]);
}
