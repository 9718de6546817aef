import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shownMetadata, storedMetadata } from '../../../src/system/headerWords';

describe('user metadata beyond ASCII', () => {
  it('is stored in ASCII, in words of 75 characters at most, and reads as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!/[\p{Cc}\p{Cs}]/u.test(text) && !text.includes('=?'));
        const stored = storedMetadata(text);
        expect(stored).toMatch(/^[\x20-\x7e]*$/);
        if (stored !== text) for (const word of stored.split(' ')) expect(word.length).toBeLessThanOrEqual(75);
        expect(shownMetadata(stored)).toBe(text);
      }),
    );
  });

  it('in ASCII, or of bytes that are no text, is stored as it is', () => {
    for (const text of ['', 'plain', '=?UTF-8?B?w7w=?=', 'a\udcffb']) expect(storedMetadata(text)).toBe(text);
  });

  it.each([
    ['=?UTF-8?B?w7w=?=', 'ü'],
    ['=?utf-8?q?J=C3=BCrgen_M?=', 'Jürgen M'],
    ['=?ISO-8859-1?Q?J=FCrgen?=', 'Jürgen'],
    ['=?UTF-8*de?B?w7w=?=', 'ü'],
    ['=?UTF-8?B?w7w=?= =?UTF-8?B?w7w=?=', 'üü'],
    ['a =?UTF-8?B?w7w=?= b', 'a ü b'],
    ['=?UTF-8?B?/w==?=', '=?UTF-8?B?/w==?='],
    ['=?no-such-charset?B?w7w=?=', '=?no-such-charset?B?w7w=?='],
    ['=?UTF-8?B?Cg==?=', '=?UTF-8?B?Cg==?='],
    ['is it =? so', 'is it =? so'],
  ])('of others reads, where it can: %j', (stored, shown) => {
    expect(shownMetadata(stored)).toBe(shown);
  });
});
