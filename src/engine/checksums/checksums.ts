import { startCrc, type CrcAlgorithm } from './crc.ts';
import { partChecksum, type PartChecksum } from './partChecksum.ts';

/** Takes checksums of bytes that are in memory. They must stay as they are until the answer is in. */
export interface Checksums {
  /** The checksum of all bytes so far, from that of the bytes before. */
  append(algorithm: CrcAlgorithm, before: bigint, bytes: Uint8Array): bigint | Promise<bigint>;
  /** The checksum of a body in base64, as headers have it. */
  of(algorithm: PartChecksum, bytes: Uint8Array): string | Promise<string>;
  close(): void;
}

/** Takes them at once, on the thread that asks. */
export const checksumsInPlace = {
  append: (algorithm, before, bytes) => {
    const crc = startCrc(algorithm, before);
    crc.update(bytes);
    return crc.value;
  },
  of: partChecksum,
  close: () => undefined,
} satisfies Checksums;

/** What is asked of the thread. `number` comes back with the answer. */
export type ChecksumJob = { readonly number: number; readonly bytes: Uint8Array } & (
  | { readonly kind: 'append'; readonly algorithm: CrcAlgorithm; readonly before: bigint }
  | { readonly kind: 'of'; readonly algorithm: PartChecksum }
);

/** What the thread answers. */
export interface ChecksumAnswer {
  readonly number: number;
  readonly value: bigint | string;
}
