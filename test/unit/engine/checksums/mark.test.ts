import { createCipheriv, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { markAfter } from '../../../../src/engine/checksums/mark';

const bytes = randomBytes(100_000);

describe('the mark of bytes on disk', () => {
  it('is the CRC where the service has one, whatever the pieces', () => {
    const first = markAfter('CRC32', 0n, bytes.subarray(0, 33_333));
    expect(markAfter('CRC32', first, bytes.subarray(33_333))).toBe(BigInt(crc32(bytes)));
  });

  it('is GMAC of the mark before and the bytes otherwise, in shared memory too', () => {
    const before = 0xabcn;
    const mac = createCipheriv('aes-128-gcm', Buffer.alloc(16), Buffer.alloc(12));
    mac.setAAD(Buffer.concat([Buffer.from('abc'.padStart(32, '0'), 'hex'), bytes]));
    mac.final();
    const expected = BigInt(`0x${mac.getAuthTag().toString('hex')}`);
    const shared = Buffer.from(new SharedArrayBuffer(bytes.length));
    bytes.copy(shared);
    expect(markAfter('GMAC', before, bytes)).toBe(expected);
    expect(markAfter('GMAC', before, shared)).toBe(expected);
  });

  it('tells another byte, a lost end, another order and other bytes before', () => {
    const mark = markAfter('GMAC', 0n, bytes);
    const damaged = Buffer.from(bytes);
    damaged[77_777] = (damaged[77_777] ?? 0) ^ 1;
    const zeroed = Buffer.from(bytes).fill(0, 60_000);
    const swapped = Buffer.concat([bytes.subarray(50_000), bytes.subarray(0, 50_000)]);
    for (const other of [damaged, zeroed, swapped, bytes.subarray(0, 99_999)]) {
      expect(markAfter('GMAC', 0n, other)).not.toBe(mark);
    }
    expect(markAfter('GMAC', 1n, bytes)).not.toBe(mark);
  });
});
