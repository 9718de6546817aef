import { jsonEscape, shownText } from '../../model/shownText';
/** A string literal in double quotes for Python or JavaScript, in which everything can be seen. Their escapes are those of JSON. */
export function quote(text: string, language: 'python' | 'javascript'): string {
  const escape = language === 'javascript' ? jsonEscape : pythonEscape;
  return shownText(JSON.stringify(text), escape);
}

/** Python has no pairs. */
const pythonEscape = (code: number): string => (code > 0xffff ? `\\U${hex(code, 8)}` : jsonEscape(code));

/** A string literal for Java and Go. Only ASCII, since compilers read files in other encodings and Go forbids some characters. */
export function quoteAscii(text: string, language: 'java' | 'go'): string {
  return JSON.stringify(text).replace(language === 'go' ? /[^\x20-\x7e]/gu : /[^\x20-\x7e]/g, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
  });
}

/** A word for a POSIX shell that stands for exactly this text. */
export function quoteShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Percent-encodes a key for the path of a URL. */
export function encodePath(key: string): string {
  return key.split('/').map(encodeSegment).join('/');
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*]/g, (character) => `%${hex(character.charCodeAt(0), 2)}`);
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, '0');
}
