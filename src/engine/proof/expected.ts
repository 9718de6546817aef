import type { ObjectInfo } from '../../model/objectInfo';
import type { ChecksumAlgorithm, checksumAlgorithms, SizeOnlyReason, VouchingAlgorithm } from '../../model/verdict';

/** What a service says that the bytes of an object must come to; `value` in base64. */
export type Expected =
  | { readonly kind: 'whole'; readonly algorithm: VouchingAlgorithm; readonly value: string }
  /** The hash of the hashes of so many parts (data-plane §1.5, COMPOSITE). */
  | {
      readonly kind: 'parts';
      readonly algorithm: ChecksumAlgorithm;
      readonly value: string;
      readonly partCount: number;
    }
  | { readonly kind: 'nothing'; readonly why: SizeOnlyReason };

/** What an answer says of an object's bytes. */
export type Vouching = Pick<ObjectInfo, 'etag' | 'checksums' | 'checksumType' | 'hasOwnKey'>;

/** The cheapest first; those that can be put together from ranges before those that need the bytes in order. */
const byCost = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const satisfies typeof checksumAlgorithms;

/**
 * What to compare the bytes of an object with, chosen in this one place: a checksum of the whole, else one of its parts, else
 * an ETag that is the MD5 of the object. ETags of multipart uploads cannot be derived on COS (data-plane §6), those of
 * objects under a key of their owner's need not be MD5 (data-plane §16).
 */
export function expectedOf(object: Vouching): Expected {
  const whole = wholeChecksum(object);
  if (whole !== undefined) return { kind: 'whole', ...whole };
  for (const algorithm of byCost) {
    const [, value, count] = /^([A-Za-z0-9+/]+=*)-([1-9]\d{0,4})$/.exec(object.checksums[algorithm] ?? '') ?? [];
    if (value !== undefined) return { kind: 'parts', algorithm, value, partCount: Number(count) };
  }
  if (isMd5Etag(object)) {
    return { kind: 'whole', algorithm: 'MD5', value: Buffer.from(object.etag, 'hex').toString('base64') };
  }
  return { kind: 'nothing', why: object.hasOwnKey === true ? 'ownKey' : 'noChecksum' };
}

/** The checksum of the whole object that a service names. */
export function wholeChecksum(
  object: Vouching,
): { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined {
  if (object.checksumType === 'COMPOSITE') return undefined;
  for (const algorithm of byCost) {
    const value = object.checksums[algorithm];
    if (value !== undefined && !value.includes('-')) return { algorithm, value };
  }
  return undefined;
}

/** Whether an ETag is the MD5 of the object: plain 32 hex digits of an object that no key of its owner's encrypts. */
export function isMd5Etag({ etag, hasOwnKey }: Pick<Vouching, 'etag' | 'hasOwnKey'>): boolean {
  return /^[0-9a-f]{32}$/i.test(etag) && hasOwnKey !== true;
}
