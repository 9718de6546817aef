import { markAfter, type MarkAlgorithm } from './mark.ts';
import { partChecksum, type PartChecksum } from './partChecksum.ts';

/** Takes checksums of bytes that are in memory. They must stay as they are until the answer is in. */
export interface Checksums {
  /** The mark of all bytes so far, from that of the bytes before. */
  append(algorithm: MarkAlgorithm, before: bigint, bytes: Uint8Array): bigint | Promise<bigint>;
  /** The checksum of a body in base64, as headers have it. */
  of(algorithm: PartChecksum, bytes: Uint8Array): string | Promise<string>;
  close(): void;
}

/** Takes them at once, on the thread that asks. */
export const checksumsInPlace = {
  append: markAfter,
  of: partChecksum,
  close: () => undefined,
} satisfies Checksums;

/** One checksum that is asked for. */
export type ChecksumAsk = { readonly bytes: Uint8Array } & (
  | { readonly kind: 'append'; readonly algorithm: MarkAlgorithm; readonly before: bigint }
  | { readonly kind: 'of'; readonly algorithm: PartChecksum }
);

/** Takes what is asked for, at once. */
export function takeInPlace(ask: ChecksumAsk): bigint | string {
  return ask.kind === 'append'
    ? checksumsInPlace.append(ask.algorithm, ask.before, ask.bytes)
    : checksumsInPlace.of(ask.algorithm, ask.bytes);
}

/** What is sent to the thread. `number` comes back with the answer. */
export interface ChecksumJob {
  readonly number: number;
  readonly ask: ChecksumAsk;
}

/** What the thread answers. */
export interface ChecksumAnswer {
  readonly number: number;
  readonly value: bigint | string;
}
