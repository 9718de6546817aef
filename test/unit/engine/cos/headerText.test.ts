import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHeaderText, encodeHeaderText } from '../../../../src/engine/cos/headerText';

describe('text in headers', () => {
  it('comes back unchanged when it is written again, whatever bytes it is', () => {
    const bytes = fc.array(
      fc.integer({ min: 0x20, max: 0xff }).filter((byte) => byte !== 0x7f),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(bytes, (wireBytes) => {
        const wire = Buffer.from(wireBytes).toString('latin1');
        expect(encodeHeaderText(decodeHeaderText(wire), 'x', 'PutObject')).toBe(wire);
      }),
      { numRuns: 1000 },
    );
  });

  it('comes back as it was typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        // eslint-disable-next-line no-control-regex
        fc.pre(!/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text));
        expect(decodeHeaderText(encodeHeaderText(text, 'x', 'PutObject'))).toBe(text);
      }),
    );
  });

  it('keeps encoded words as they are', () => {
    expect(decodeHeaderText('=?UTF-8?B?R3LDvMOfZQ==?=')).toBe('=?UTF-8?B?R3LDvMOfZQ==?=');
  });

  it('refuses control characters, and says where', () => {
    expect(() => encodeHeaderText('a\nb', 'The metadata entry "note"', 'PutObject')).toThrow(
      'The metadata entry "note" holds the control character U+000A',
    );
  });
});
