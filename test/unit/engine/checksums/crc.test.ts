import { createCipheriv } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineCrc, crcToBase64, startCrc, type CrcAlgorithm } from '../../../../src/engine/checksums/crc';

const algorithms: CrcAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME'];

function crcOf(algorithm: CrcAlgorithm, ...pieces: Uint8Array[]): bigint {
  const crc = startCrc(algorithm);
  for (const piece of pieces) crc.update(piece);
  return crc.value;
}

describe('checksums', () => {
  it.each([
    ['CRC32', 0xcbf43926n],
    ['CRC32C', 0xe3069283n],
    ['CRC64NVME', 0xae8b14860a799888n],
  ] as const)('%s of "123456789" is that of the catalogue', (algorithm, value) => {
    expect(crcOf(algorithm, Buffer.from('123456789'))).toBe(value);
  });

  it('are the same in pieces as in one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...algorithms), fc.array(fc.uint8Array({ maxLength: 40 })), (algorithm, pieces) => {
        expect(crcOf(algorithm, ...pieces)).toBe(crcOf(algorithm, Buffer.concat(pieces)));
      }),
    );
  });

  it('go on from where they were', () => {
    fc.assert(
      fc.property(fc.constantFrom(...algorithms), fc.uint8Array(), fc.uint8Array(), (algorithm, first, second) => {
        const crc = startCrc(algorithm, crcOf(algorithm, first));
        crc.update(second);
        expect(crc.value).toBe(crcOf(algorithm, first, second));
      }),
    );
  });

  it('of large bodies come to the same as of small pieces', () => {
    const large = fc.record({
      algorithm: fc.constantFrom(...algorithms),
      sizeBytes: fc.integer({ min: 6000, max: 600_000 }),
      skippedBytes: fc.nat(20),
      before: fc.uint8Array({ maxLength: 20 }),
      seed: fc.nat(255),
    });
    fc.assert(
      fc.property(large, ({ algorithm, sizeBytes, skippedBytes, before, seed }) => {
        const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
        const bytes = noise.update(Buffer.alloc(skippedBytes + sizeBytes)).subarray(skippedBytes);
        const pieces = Array.from({ length: Math.ceil(sizeBytes / 1000) }, (_, at) =>
          bytes.subarray(at * 1000, (at + 1) * 1000),
        );
        expect(crcOf(algorithm, before, bytes)).toBe(crcOf(algorithm, before, ...pieces));
      }),
      { numRuns: 60 },
    );
  });

  it('combine from parts to the whole, in any cut', () => {
    const part = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(fc.constantFrom(...algorithms), part, part, (algorithm, first, second) => {
        const combined = combineCrc(algorithm, crcOf(algorithm, first), crcOf(algorithm, second), second.length);
        expect(combined).toBe(crcOf(algorithm, Buffer.concat([first, second])));
      }),
    );
  });

  it('are written as the service writes them', () => {
    expect(crcToBase64('CRC32', BigInt(crc32('hello world')))).toBe('DUoRhQ==');
    expect(crcToBase64('CRC64NVME', 1n)).toBe('AAAAAAAAAAE=');
  });
});
