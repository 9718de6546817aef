import { createHash } from 'node:crypto';
import type { Verdict, VouchingAlgorithm } from '../../model/verdict';
import { crcToBase64, startCrc } from '../checksums/crc';
import type { Expected } from './expected';

/** Compares the bytes of an object, handed over in order, with what the service says of them. */
export interface Verifier {
  update(bytes: Uint8Array): void;
  /** What vouches for the bytes, or that they are others. Call once, at the end. */
  verdict(): Verdict | 'differs';
}

/** A verifier for what an object must come to. Of one in parts it takes their sizes; where nobody knows them, none can vouch. */
export function startVerifier(expected: Expected, partSizes?: readonly number[]): Verifier {
  switch (expected.kind) {
    case 'whole': {
      const { algorithm, value } = expected;
      const sum = startChecksum(algorithm);
      return {
        update: (bytes) => sum.update(bytes),
        verdict: () => (sum.digest() === value ? { kind: 'verified', by: algorithm, of: 'whole' } : 'differs'),
      };
    }
    case 'parts':
      if (partSizes === undefined) return unverified({ kind: 'sizeOnly', why: 'partsUnknown' });
      return new PartsVerifier(expected, partSizes);
    case 'nothing':
      return unverified({ kind: 'sizeOnly', why: expected.why });
  }
}

/** A checksum that takes bytes as they come, in base64 as headers have it. */
export function startChecksum(algorithm: VouchingAlgorithm): {
  update(bytes: Uint8Array): void;
  digest(): string;
} {
  switch (algorithm) {
    case 'CRC32':
    case 'CRC32C':
    case 'CRC64NVME': {
      const crc = startCrc(algorithm);
      return { update: (bytes) => crc.update(bytes), digest: () => crcToBase64(algorithm, crc.value) };
    }
    case 'MD5':
    case 'SHA1':
    case 'SHA256': {
      const hash = createHash(algorithm.toLowerCase());
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('base64') };
    }
  }
}

function unverified(verdict: Verdict): Verifier {
  return { update: () => undefined, verdict: () => verdict };
}

/** The hash of the hashes of the parts. */
class PartsVerifier implements Verifier {
  readonly #expected: Extract<Expected, { kind: 'parts' }>;
  readonly #sizes: readonly number[];
  readonly #outer: ReturnType<typeof startChecksum>;
  #inner: ReturnType<typeof startChecksum>;
  #part = 0;
  #leftBytes: number;

  constructor(expected: Extract<Expected, { kind: 'parts' }>, sizes: readonly number[]) {
    this.#expected = expected;
    this.#sizes = sizes;
    this.#outer = startChecksum(expected.algorithm);
    this.#inner = startChecksum(expected.algorithm);
    this.#leftBytes = sizes[0] ?? 0;
  }

  update(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length && this.#part < this.#sizes.length;) {
      const piece = bytes.subarray(done, done + this.#leftBytes);
      this.#inner.update(piece);
      done += piece.length;
      this.#leftBytes -= piece.length;
      if (this.#leftBytes > 0) return;
      this.#outer.update(Buffer.from(this.#inner.digest(), 'base64'));
      this.#inner = startChecksum(this.#expected.algorithm);
      this.#part++;
      this.#leftBytes = this.#sizes[this.#part] ?? 0;
    }
  }

  verdict(): Verdict | 'differs' {
    const { algorithm, value } = this.#expected;
    if (this.#part < this.#sizes.length || this.#outer.digest() !== value) return 'differs';
    return { kind: 'verified', by: algorithm, of: 'parts' };
  }
}
