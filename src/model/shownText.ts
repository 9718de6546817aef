/**
 * Characters that nobody sees, or that change how others are read: control characters, changes of direction, zero-width and
 * other ignorable ones, separators of lines and paragraphs, private ones, halves of a pair, and accents on accents. A
 * variation selector behind a pictograph stays, since it belongs to it. Source: Unicode 16, general categories C and Z, and
 * Default_Ignorable_Code_Point.
 */
const hidden =
  /(?<!\p{Extended_Pictographic})[\ufe0e\ufe0f]|(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{DI}]|(?<=\p{M}{4})\p{M}/gu;

/** How a character that must not be shown is written instead. */
export type EscapeOf = (codePoint: number) => string;

/** `<U+202E>`: for people, in windows and reports. */
export const visibleEscape: EscapeOf = (codePoint) => `<U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}>`;

/** `\u202e`: within JSON, where it stays the same value. Source: RFC 8259 §7. */
export const jsonEscape: EscapeOf = (codePoint) =>
  String.fromCodePoint(codePoint)
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/** One line in which everything can be seen: hidden characters, line breaks among them, are written as escapes. */
export function shownText(text: string, escape: EscapeOf = visibleEscape): string {
  return text.replace(hidden, (character) => escape(character.codePointAt(0) ?? 0));
}

/** The same for a text of several lines: its `\n` stay. Only for texts of our own, whose names went through `shownText`. */
export function shownLines(text: string, escape: EscapeOf = visibleEscape): string {
  return text
    .split('\n')
    .map((line) => shownText(line, escape))
    .join('\n');
}

/** A long text with its middle left out, where beginning and end tell more; at most so many characters. */
export function shortened(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const characters = [...text];
  if (characters.length <= maxCharacters) return text;
  const head = Math.ceil((maxCharacters - 1) / 2);
  const tail = maxCharacters - 1 - head;
  return `${characters.slice(0, head).join('')}…${tail === 0 ? '' : characters.slice(-tail).join('')}`;
}
