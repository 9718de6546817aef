import { combineCrc, crcOfBase64, crcToBase64, type CrcAlgorithm } from '../checksums/crc';
import type { UploadedPart } from '../cos/client';

/** The CRC of a whole, in base64, from those of its parts; undefined where one of them has none, or there is none. */
export function combinedCrc(algorithm: CrcAlgorithm, parts: readonly UploadedPart[]): string | undefined {
  let whole: bigint | undefined;
  for (const { checksum, sizeBytes } of [...parts].sort((left, right) => left.partNumber - right.partNumber)) {
    if (checksum?.algorithm !== algorithm || sizeBytes === undefined) return undefined;
    const crc = crcOfBase64(checksum.value);
    whole = whole === undefined ? crc : combineCrc(algorithm, whole, crc, sizeBytes);
  }
  return whole === undefined ? undefined : crcToBase64(algorithm, whole);
}
