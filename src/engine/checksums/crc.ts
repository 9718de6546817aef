import { crc32 } from 'node:zlib';
import { Folder } from './foldedCrc.ts';

/** The checksums of whole objects that can be put together from parts (data-plane §1.5, FULL_OBJECT). */
export type CrcAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME';

/** Whether a checksum is one that can be put together from parts. */
export function isCrc(algorithm: string): algorithm is CrcAlgorithm {
  return Object.hasOwn(polynomials, algorithm);
}

/** Reversed polynomials; all three start from all ones and end inverted. */
const polynomials: Readonly<Record<CrcAlgorithm, { readonly width: bigint; readonly polynomial: bigint }>> = {
  CRC32: { width: 32n, polynomial: 0xedb88320n },
  CRC32C: { width: 32n, polynomial: 0x82f63b78n },
  CRC64NVME: { width: 64n, polynomial: 0x9a6c9329ac4bc9b5n },
};

/** A checksum that takes bytes as they come. */
export interface RunningCrc {
  update(bytes: Uint8Array): void;
  readonly value: bigint;
}

/** Starts a checksum, at that of the bytes before. */
export function startCrc(algorithm: CrcAlgorithm, before = 0n): RunningCrc {
  switch (algorithm) {
    case 'CRC32':
      return new NativeCrc32(Number(before));
    case 'CRC32C':
    case 'CRC64NVME':
      return new TableCrc(tablesOf(algorithm), folderOf(algorithm), before);
  }
}

/** The checksum of two runs of bytes, one after the other, from the checksum of each and the second one's length. */
export function combineCrc(algorithm: CrcAlgorithm, first: bigint, second: bigint, secondBytes: number): bigint {
  const { width, polynomial } = polynomials[algorithm];
  const one = 1n << (width - 1n);
  const multiply = (a: bigint, b: bigint): bigint => {
    let product = 0n;
    for (let mask = one, shifted = b; mask > 0n; mask >>= 1n) {
      if ((a & mask) !== 0n) product ^= shifted;
      shifted = (shifted & 1n) === 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n;
    }
    return product;
  };
  // x to the power of the second run's bits, by squaring from x^8.
  let power = one;
  let square = one >> 8n;
  for (let bytes = BigInt(secondBytes); bytes > 0n; bytes >>= 1n) {
    if ((bytes & 1n) === 1n) power = multiply(power, square);
    square = multiply(square, square);
  }
  return multiply(power, first) ^ second;
}

/** As the service writes checksums: big-endian bytes in base64. */
export function crcToBase64(algorithm: CrcAlgorithm, value: bigint): string {
  const digits = Number(polynomials[algorithm].width / 4n);
  return Buffer.from(value.toString(16).padStart(digits, '0'), 'hex').toString('base64');
}

/** The value of a checksum as the service writes it. */
export function crcOfBase64(text: string): bigint {
  return BigInt(`0x${Buffer.from(text, 'base64').toString('hex') || '0'}`);
}

class NativeCrc32 implements RunningCrc {
  #value: number;

  constructor(before: number) {
    this.#value = before;
  }

  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value);
  }

  get value(): bigint {
    return BigInt(this.#value);
  }
}

/** Low and high halves of eight tables of 256 entries each: one look-up of both for each byte of an 8-byte step. */
interface Tables {
  readonly low: Int32Array;
  readonly high: Int32Array;
}

/**
 * Distances to fold by (foldedCrc.ts), in steps of 16 bytes: found by search, the fewest that reach only so far. Each list makes
 * Σ x^(−128·d) = 1 modulo its polynomial.
 */
const foldDistances: Readonly<Record<'CRC32C' | 'CRC64NVME', readonly number[]>> = {
  CRC32C: [65, 155, 170, 195, 209],
  CRC64NVME: [13, 46, 62, 64, 158, 179, 203, 219, 223, 235, 264, 286],
};

const madeFolders = new Map<CrcAlgorithm, Folder | undefined>();

function folderOf(algorithm: keyof typeof foldDistances): Folder | undefined {
  if (!madeFolders.has(algorithm)) madeFolders.set(algorithm, Folder.create(foldDistances[algorithm]));
  return madeFolders.get(algorithm);
}

const madeTables = new Map<CrcAlgorithm, Tables>();

function tablesOf(algorithm: CrcAlgorithm): Tables {
  const made = madeTables.get(algorithm);
  if (made !== undefined) return made;
  const { polynomial } = polynomials[algorithm];
  const entries = new BigUint64Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = (value & 1n) === 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    entries[byte] = value;
  }
  for (let at = 256; at < entries.length; at++) {
    const previous = entries[at - 256] ?? 0n;
    entries[at] = (previous >> 8n) ^ (entries[Number(previous & 0xffn)] ?? 0n);
  }
  const tables = {
    low: Int32Array.from(entries, (entry) => Number(BigInt.asIntN(32, entry))),
    high: Int32Array.from(entries, (entry) => Number(BigInt.asIntN(32, entry >> 32n))),
  };
  madeTables.set(algorithm, tables);
  return tables;
}

class TableCrc implements RunningCrc {
  readonly #tables: Tables;
  readonly #folder: Folder | undefined;
  readonly #isWide: boolean;
  #low: number;
  #high: number;

  constructor(tables: Tables, folder: Folder | undefined, before: bigint) {
    this.#tables = tables;
    this.#folder = folder;
    this.#isWide = tables.high.some((entry) => entry !== 0);
    this.#low = ~Number(BigInt.asIntN(32, before));
    this.#high = this.#isWide ? ~Number(BigInt.asIntN(32, before >> 32n)) : 0;
  }

  update(bytes: Uint8Array): void {
    if (this.#folder === undefined || bytes.length < this.#folder.worthBytes) {
      this.#append(bytes);
      return;
    }
    const start = new Uint8Array(Int32Array.of(this.#low, this.#high).buffer);
    this.#low = 0;
    this.#high = 0;
    this.#append(this.#folder.shorten(bytes, start));
  }

  #append(bytes: Uint8Array): void {
    const { low: lows, high: highs } = this.#tables;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let low = this.#low;
    let high = this.#high;
    let at = 0;
    for (const end = bytes.length - 7; at < end; at += 8) {
      const a = low ^ view.getInt32(at, true);
      const b = high ^ view.getInt32(at + 4, true);
      const i0 = 1792 + (a & 0xff);
      const i1 = 1536 + ((a >>> 8) & 0xff);
      const i2 = 1280 + ((a >>> 16) & 0xff);
      const i3 = 1024 + (a >>> 24);
      const i4 = 768 + (b & 0xff);
      const i5 = 512 + ((b >>> 8) & 0xff);
      const i6 = 256 + ((b >>> 16) & 0xff);
      const i7 = b >>> 24;
      low = at8(lows, i0, i1, i2, i3) ^ at8(lows, i4, i5, i6, i7);
      high = at8(highs, i0, i1, i2, i3) ^ at8(highs, i4, i5, i6, i7);
    }
    for (; at < bytes.length; at++) {
      const index = (low ^ (bytes[at] ?? 0)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (lows[index] ?? 0);
      high = (high >>> 8) ^ (highs[index] ?? 0);
    }
    this.#low = low;
    this.#high = high;
  }

  get value(): bigint {
    const low = BigInt(~this.#low >>> 0);
    return this.#isWide ? (BigInt(~this.#high >>> 0) << 32n) | low : low;
  }
}

function at8(table: Int32Array, a: number, b: number, c: number, d: number): number {
  return (table[a] ?? 0) ^ (table[b] ?? 0) ^ (table[c] ?? 0) ^ (table[d] ?? 0);
}
