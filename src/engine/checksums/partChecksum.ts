import { createHash } from 'node:crypto';
import { crcToBase64, startCrc } from './crc.ts';

/** What protects the parts of one upload: the algorithm it was begun with, or `MD5` for one begun without. */
export type PartChecksum = 'MD5' | 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

/** The algorithms that a part of a listing can carry. */
export const partChecksums = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;

/** The checksum of a part in base64. */
export function partChecksum(algorithm: PartChecksum, body: Uint8Array): string {
  switch (algorithm) {
    case 'CRC32':
    case 'CRC32C':
    case 'CRC64NVME': {
      const crc = startCrc(algorithm);
      crc.update(body);
      return crcToBase64(algorithm, crc.value);
    }
    case 'MD5':
    case 'SHA1':
    case 'SHA256':
      return createHash(algorithm.toLowerCase()).update(body).digest('base64');
  }
}

/** The header that carries a checksum, for the service to compare the body with. */
export function checksumHeader(algorithm: PartChecksum): string {
  return algorithm === 'MD5' ? 'content-md5' : `x-amz-checksum-${algorithm.toLowerCase()}`;
}
