import { eastAsianWidth } from 'get-east-asian-width';

const graphemes = new Intl.Segmenter();

/** How many columns of a terminal a text takes: wide characters and pictographs take two, accents none. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    // A selector behind a character asks for its picture, which is wide; what else follows the first takes no room.
    width += segment.includes('\ufe0f') ? 2 : eastAsianWidth(segment.codePointAt(0) ?? 0);
  }
  return width;
}

/** A text that takes so many columns at most, with its middle left out where it is longer: both ends tell more. */
export function fitted(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (columns < 1) return '';
  const characters = [...graphemes.segment(text)].map(({ segment }) => segment);
  const head = taken(characters, Math.ceil((columns - 1) / 2));
  const tail = taken(characters.toReversed(), columns - 1 - widthOf(head.join('')));
  return `${head.join('')}…${tail.toReversed().join('')}`;
}

/** As many characters from the beginning as fit into so many columns. */
function taken(characters: readonly string[], columns: number): readonly string[] {
  let width = 0;
  const end = characters.findIndex((character) => (width += widthOf(character)) > columns);
  return end < 0 ? characters : characters.slice(0, end);
}
