import { expect, it } from 'vitest';
import { jsonEscape, shortened, shownLines, shownText } from '../../../src/model/shownText';

it.each([
  ['a change of direction', 'invoice-\u202egpj.exe', 'invoice-<U+202E>gpj.exe'],
  [
    'isolates and marks of direction',
    '\u2066\u2067\u2068\u2069\u200e\u200f\u061c',
    '<U+2066><U+2067><U+2068><U+2069><U+200E><U+200F><U+061C>',
  ],
  ['a line break', 'a\r\nb', 'a<U+000D><U+000A>b'],
  ['separators of lines and paragraphs', 'a\u2028b\u2029', 'a<U+2028>b<U+2029>'],
  ['a terminal sequence', '\u001b]0;x\u0007', '<U+001B>]0;x<U+0007>'],
  ['a C1 control and DEL', '\u009b31m\u007f', '<U+009B>31m<U+007F>'],
  ['zero width', 'pay\u200bpal\u200d\ufeff\u2060', 'pay<U+200B>pal<U+200D><U+FEFF><U+2060>'],
  ['a soft hyphen, a joiner of graphemes and a filler', '\u00ad\u034f\u3164', '<U+00AD><U+034F><U+3164>'],
  ['tags beyond the first plane', 'a\u{e0041}', 'a<U+E0041>'],
  ['a private character', '\ueb99', '<U+EB99>'],
  ['half of a pair', 'a\ud800b', 'a<U+D800>b'],
  ['a variation selector behind a letter', 'a\ufe0f', 'a<U+FE0F>'],
  ['accents on accents', `e${'\u0301'.repeat(6)}`, `e${'\u0301'.repeat(4)}<U+0301><U+0301>`],
])('shows %s as an escape', (_what, name, shown) => {
  expect(shownText(name)).toBe(shown);
  expect(shownText(shown)).toBe(shown);
});

it('leaves names of all languages as they are', () => {
  for (const name of [
    'Überblick.pdf',
    'Tiếng Việt',
    'e\u0301tude',
    'עברית',
    'سلام',
    'ภาษาไทย',
    '日本語　名',
    '❤️.png',
    '🎉 a b',
  ])
    expect(shownText(name)).toBe(name);
});

it('keeps the lines of a text of our own', () => {
  expect(shownLines('one\ntwo\r\n\u202e')).toBe('one\ntwo<U+000D>\n<U+202E>');
});

it('writes JSON that shows everything and still reads as the same value', () => {
  const value = { name: 'a\u202e\u009b\u{e0041}\ufeff' };
  const json = shownText(JSON.stringify(value), jsonEscape);
  expect(json).toBe('{"name":"a\\u202e\\u009b\\udb40\\udc41\\ufeff"}');
  expect(JSON.parse(json)).toEqual(value);
});

it('leaves out the middle of a long text, and halves no character', () => {
  expect(shortened('abcdefghij', 5)).toBe('ab…ij');
  expect(shortened('🎉🎉🎉🎉🎉🎉', 4)).toBe('🎉🎉…🎉');
  expect(shortened('🎉🎉🎉🎉', 4)).toBe('🎉🎉🎉🎉');
});
