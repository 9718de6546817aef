import { createHash } from 'node:crypto';
import type { ObjectInfo } from '../../model/objectInfo';
import { isMd5Etag } from '../proof/expected';
import { hasOwnKey } from '../proof/ownKey';
import { crcToBase64, startCrc } from '../checksums/crc';
import { partChecksum } from '../checksums/partChecksum';

/** Base64 of the MD5 of the bytes, as `Content-MD5` has it. */
export function md5Base64(bytes: Uint8Array): string {
  return partChecksum('MD5', bytes);
}

/** Compares the bytes of a whole object, handed over in order, with what the service says of them. */
export interface Verifier {
  update(bytes: Uint8Array): void;
  /** Whether the bytes are the object's; call once, at the end. */
  matches(): boolean;
}

/**
 * A verifier for a *whole* object, or undefined where the service gives nothing to compare with. In order of cost: a
 * FULL_OBJECT checksum that native code computes, else an ETag that is a plain MD5. ETags of multipart uploads cannot be
 * derived on COS (data-plane.md §6), those of encrypted objects need not be MD5 (§16): neither is compared.
 */
export function verifierFor(info: ObjectInfo, headers: Readonly<Record<string, string>>): Verifier | undefined {
  if (info.checksumType !== 'COMPOSITE') {
    const crc = info.checksums['CRC32'];
    if (crc !== undefined && !crc.includes('-')) return crcVerifier(crc);
    for (const [name, algorithm] of [
      ['SHA1', 'sha1'],
      ['SHA256', 'sha256'],
    ] as const) {
      const sum = info.checksums[name];
      if (sum !== undefined && !sum.includes('-')) return hashVerifier(algorithm, 'base64', sum);
    }
  }
  return hasMd5Etag(info.etag, headers) ? hashVerifier('md5', 'hex', info.etag.toLowerCase()) : undefined;
}

/** Whether an ETag is the MD5 of the object: plain 32 hex digits of an object that is not encrypted with own keys. */
export function hasMd5Etag(etag: string, headers: Readonly<Record<string, string>>): boolean {
  return isMd5Etag({ etag, ...(hasOwnKey(headers) ? { hasOwnKey: true } : {}) });
}

function crcVerifier(expected: string): Verifier {
  const crc = startCrc('CRC32');
  return { update: (bytes) => crc.update(bytes), matches: () => crcToBase64('CRC32', crc.value) === expected };
}

function hashVerifier(algorithm: 'md5' | 'sha1' | 'sha256', encoding: 'hex' | 'base64', expected: string): Verifier {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), matches: () => hash.digest(encoding) === expected };
}
