import { CosFailure } from '../failure';

/**
 * Text of a header value as Node gives it (one character for one byte). Bytes that are UTF-8 become the text they spell;
 * other bytes become lone surrogates U+DC80–U+DCFF, which `encodeHeaderText` turns back: whatever is read can be
 * written again unchanged. RFC 2047 words (`=?UTF-8?B?…?=`) are plain ASCII and stay as they are, for the same reason.
 */
export function decodeHeaderText(wire: string): string {
  if (isAscii(wire)) return wire;
  const bytes = Buffer.from(wire, 'latin1');
  const text = bytes.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return text;
  let escaped = '';
  for (const byte of bytes) escaped += String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte);
  return escaped;
}

/**
 * Header value for a text: its UTF-8 bytes, one character for one byte. Throws `invalid` for line breaks and other control
 * characters, which no header can carry. `what` names the header in that failure.
 */
export function encodeHeaderText(text: string, what: string, op: string): string {
  const control = [...text].find((character) => character !== '\t' && (character < ' ' || character === '\u007f'));
  if (control !== undefined) {
    throw new CosFailure({
      kind: 'invalid',
      op,
      retry: 'never',
      detail: `${what} holds the control character U+${control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}, which cannot be stored. Remove it.`,
    });
  }
  if (isAscii(text)) return text;
  const pieces: Buffer[] = [];
  for (const character of text) {
    const unit = character.charCodeAt(0);
    const isEscape = character.length === 1 && unit >= 0xdc80 && unit <= 0xdcff;
    pieces.push(isEscape ? Buffer.from([unit - 0xdc00]) : Buffer.from(character, 'utf8'));
  }
  return Buffer.concat(pieces).toString('latin1');
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
