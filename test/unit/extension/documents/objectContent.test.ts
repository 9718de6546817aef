import { describe, expect, it } from 'vitest';
import { engineMaxReadBytes, hashOf, maxDocumentBytes } from '../../../../src/extension/documents/objectContent';

describe('the size up to which objects are opened', () => {
  it('is the setting, at least one and at most sixteen MiB', () => {
    const mebibyte = 1024 * 1024;
    expect([undefined, 4, 0.5, 0, -3, 16, 100, NaN].map((setting) => maxDocumentBytes(setting) / mebibyte)).toEqual([
      16, 4, 1, 1, 1, 16, 16, 16,
    ]);
    expect(engineMaxReadBytes).toBe(16 * mebibyte);
  });

  it('is told apart by content, not by length', () => {
    expect(hashOf(new Uint8Array([1]))).not.toBe(hashOf(new Uint8Array([2])));
    expect(hashOf(new Uint8Array([1]))).toBe(hashOf(new Uint8Array([1])));
  });
});
