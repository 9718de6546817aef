import { createCipheriv } from 'node:crypto';
import { startCrc, type CrcAlgorithm } from './crc.ts';

/**
 * What vouches for the bytes of a range on disk between two runs: the CRC that the service has of the object, or else GMAC, which
 * takes a fifth of the time. It is there for what a disk loses, not for anybody's intent: its key is known.
 */
export type MarkAlgorithm = CrcAlgorithm | 'GMAC';

const key = Buffer.alloc(16);
const nonce = Buffer.alloc(12);

/** The mark of all bytes so far, from that of the bytes before. Of GMAC, it takes the same pieces to come to the same mark. */
export function markAfter(algorithm: MarkAlgorithm, before: bigint, bytes: Uint8Array): bigint {
  if (algorithm !== 'GMAC') {
    const crc = startCrc(algorithm, before);
    crc.update(bytes);
    return crc.value;
  }
  const mac = createCipheriv('aes-128-gcm', key, nonce);
  mac.setAAD(Buffer.from(before.toString(16).padStart(32, '0'), 'hex'));
  mac.setAAD(bytes);
  mac.final();
  return BigInt(`0x${mac.getAuthTag().toString('hex')}`);
}
