/** Bytes of text that one encoded word holds, so that the word has 75 characters at most (RFC 2047 §2). */
const maxWordBytes = 45;

/**
 * A new value of user metadata as it is stored: text beyond ASCII becomes encoded words (RFC 2047), which is what the SDKs of IBM
 * and Amazon and the services themselves understand; bytes of UTF-8 would reach others as mojibake. Bytes that are no text
 * (lone surrogates, see `decodeHeaderText`) stay what they are.
 */
export function storedMetadata(text: string): string {
  // eslint-disable-next-line no-control-regex -- ASCII begins there
  if (/^[\u0000-\u007f]*$/.test(text) || /\p{Cs}/u.test(text)) return text;
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > maxWordBytes) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  words.push(word);
  return words.map((part) => `=?UTF-8?B?${Buffer.from(part, 'utf8').toString('base64')}?=`).join(' ');
}

/** All of user metadata as `storedMetadata` has it. */
export function storedEntries(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, storedMetadata(value)]));
}

/**
 * A stored value as people read it: encoded words become the text that they spell (RFC 2047 §6.2: blanks between two of them are
 * no part of it). A value that cannot be read so, or would hold control characters, stays as it is.
 */
export function shownMetadata(stored: string): string {
  if (!stored.includes('=?')) return stored;
  let isReadable = true;
  const text = stored
    .replace(/(\?=)\s+(?==\?[^?\s]+\?[BQ]\?[^?\s]*\?=)/gi, '$1')
    .replace(
      /=\?([^?\s*]+)(?:\*[^?\s]*)?\?([BQ])\?([^?\s]*)\?=/gi,
      (_word, charset: string, form: string, coded: string) => {
        try {
          const bytes = form.toUpperCase() === 'B' ? Buffer.from(coded, 'base64') : quotedBytes(coded);
          return new TextDecoder(charset, { fatal: true }).decode(bytes);
        } catch {
          isReadable = false;
          return '';
        }
      },
    );
  return isReadable && !/\p{Cc}/u.test(text) ? text : stored;
}

/** All of user metadata as people read it. */
export function shownEntries(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, shownMetadata(value)]));
}

function quotedBytes(coded: string): Buffer {
  const latin1 = coded
    .replaceAll('_', ' ')
    .replace(/=([0-9A-F]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin1, 'latin1');
}
