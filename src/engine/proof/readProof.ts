import { isDeepStrictEqual } from 'node:util';
import type { Verdict } from '../../model/verdict';
import type { Expected } from './expected';
import { askPartSizes, findPartSizes, type AskPartSize, type PartSizes } from './partSizes';
import { startChecksum, startVerifier, type Verifier } from './verifier';

/** Hands the bytes of an object over in order, from its first one. */
export type ReadAgain = (take: (bytes: Uint8Array) => void) => Promise<void>;

/** Of an object that is read once, in order: what vouches for its bytes. */
export class ReadProof {
  readonly #expected: Expected;
  readonly #sizeBytes: number;
  readonly #parts: PartSizes | undefined;
  readonly #verifier: Verifier;
  /** Of all bytes, where another reading may have to be compared with this one. */
  readonly #whole = startChecksum('CRC32');

  private constructor(expected: Expected, sizeBytes: number, parts?: PartSizes) {
    this.#expected = expected;
    this.#sizeBytes = sizeBytes;
    this.#parts = parts;
    this.#verifier = startVerifier(expected, parts?.sizes);
  }

  /** Undefined where it takes the sizes of the object's parts, see `startInParts`. */
  static start(expected: Expected, sizeBytes: number): ReadProof | undefined {
    return expected.kind === 'parts' ? undefined : new ReadProof(expected, sizeBytes);
  }

  static async startInParts(expected: Expected, sizeBytes: number, ask: AskPartSize): Promise<ReadProof> {
    const parts = expected.kind === 'parts' ? await findPartSizes(sizeBytes, expected.partCount, ask) : undefined;
    return new ReadProof(expected, sizeBytes, parts);
  }

  update(bytes: Uint8Array): void {
    this.#verifier.update(bytes);
    if (this.#parts?.areGuessed === true) this.#whole.update(bytes);
  }

  /** What vouches for the bytes. Where parts of equal size were only likely, and do not match, it asks how large each one is. */
  async verdict(ask: AskPartSize, readAgain: ReadAgain): Promise<Verdict | 'differs'> {
    const verdict = this.#verifier.verdict();
    if (verdict !== 'differs' || this.#expected.kind !== 'parts' || this.#parts?.areGuessed !== true) return verdict;
    const real = await askPartSizes(this.#sizeBytes, this.#expected.partCount, ask);
    if (real === undefined) return { kind: 'sizeOnly', why: 'partsUnknown' };
    if (isDeepStrictEqual(real.sizes, this.#parts.sizes)) return 'differs';
    const verifier = startVerifier(this.#expected, real.sizes);
    const whole = startChecksum('CRC32');
    await readAgain((bytes) => {
      verifier.update(bytes);
      whole.update(bytes);
    });
    return whole.digest() === this.#whole.digest() ? verifier.verdict() : 'differs';
  }
}
