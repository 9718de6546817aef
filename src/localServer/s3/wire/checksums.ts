import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ChecksumAlgorithm } from '../../store/objects';

export const checksumAlgorithms: readonly ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];

/** Length of a checksum's binary value, in bytes. */
export const checksumLengthBytes: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

/** Header name of an algorithm's value. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The algorithm of that name in any case, or undefined. */
export function findAlgorithm(name: string): ChecksumAlgorithm | undefined {
  return checksumAlgorithms.find((algorithm) => algorithm === name.toUpperCase());
}

/** A running checksum. */
export interface Digest {
  update(chunk: Buffer): void;
  /** The value in base64. Call once. */
  finish(): string;
}

export function createDigest(algorithm: ChecksumAlgorithm): Digest {
  switch (algorithm) {
    case 'SHA1':
    case 'SHA256': {
      const hash = createHash(algorithm.toLowerCase());
      return { update: (chunk) => void hash.update(chunk), finish: () => hash.digest('base64') };
    }
    case 'CRC32': {
      let value = 0;
      return { update: (chunk) => void (value = crc32(chunk, value)), finish: () => base64Of(BigInt(value), 4) };
    }
    case 'CRC32C': {
      let value = 0xffffffff;
      return {
        update: (chunk) => void (value = updateCrc32c(value, chunk)),
        finish: () => base64Of(BigInt((value ^ 0xffffffff) >>> 0), 4),
      };
    }
    case 'CRC64NVME':
      return new Crc64();
  }
}

function base64Of(value: bigint, lengthBytes: number): string {
  return Buffer.from(value.toString(16).padStart(lengthBytes * 2, '0'), 'hex').toString('base64');
}

const crc32cPolynomial = 0x82f63b78;
const crc64Polynomial = 0x9a6c9329ac4bc9b5n;
const crc32cTables = buildTables32(crc32cPolynomial);

function buildTables32(polynomial: number): Uint32Array {
  const tables = new Uint32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) {
      value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    }
    tables[byte] = value >>> 0;
  }
  for (let slice = 1; slice < 8; slice++) {
    for (let byte = 0; byte < 256; byte++) {
      const previous = at(tables, (slice - 1) * 256 + byte);
      tables[slice * 256 + byte] = (previous >>> 8) ^ at(tables, previous & 0xff);
    }
  }
  return tables;
}

function at(table: Uint32Array, index: number): number {
  return table[index] ?? 0;
}

function updateCrc32c(start: number, chunk: Buffer): number {
  const t = crc32cTables;
  let crc = start;
  let i = 0;
  for (const end = chunk.length - 7; i < end; i += 8) {
    const low = crc ^ chunk.readUInt32LE(i);
    const high = chunk.readUInt32LE(i + 4);
    crc =
      at(t, 1792 + (low & 0xff)) ^
      at(t, 1536 + ((low >>> 8) & 0xff)) ^
      at(t, 1280 + ((low >>> 16) & 0xff)) ^
      at(t, 1024 + (low >>> 24)) ^
      at(t, 768 + (high & 0xff)) ^
      at(t, 512 + ((high >>> 8) & 0xff)) ^
      at(t, 256 + ((high >>> 16) & 0xff)) ^
      at(t, high >>> 24);
  }
  for (; i < chunk.length; i++) {
    crc = (crc >>> 8) ^ at(t, (crc ^ (chunk[i] ?? 0)) & 0xff);
  }
  return crc;
}

// Two halves per entry: eight slices of 256 entries, low words first.
const crc64Low = new Uint32Array(8 * 256);
const crc64High = new Uint32Array(8 * 256);
{
  const table: bigint[] = [];
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) {
      value = value & 1n ? (value >> 1n) ^ crc64Polynomial : value >> 1n;
    }
    table.push(value);
  }
  let slice = table;
  for (let index = 0; index < 8; index++) {
    for (const [byte, value] of slice.entries()) {
      crc64Low[index * 256 + byte] = Number(value & 0xffffffffn);
      crc64High[index * 256 + byte] = Number(value >> 32n);
    }
    slice = slice.map((value) => (value >> 8n) ^ (table[Number(value & 0xffn)] ?? 0n));
  }
}

/** CRC-64/NVME, eight bytes a step on 32-bit halves: 64-bit integers in JavaScript would be many times slower. */
class Crc64 implements Digest {
  #low = 0xffffffff;
  #high = 0xffffffff;

  update(chunk: Buffer): void {
    const lowTable = crc64Low;
    const highTable = crc64High;
    let low = this.#low;
    let high = this.#high;
    let i = 0;
    for (const end = chunk.length - 7; i < end; i += 8) {
      const a = low ^ chunk.readUInt32LE(i);
      const b = high ^ chunk.readUInt32LE(i + 4);
      const i0 = 1792 + (a & 0xff);
      const i1 = 1536 + ((a >>> 8) & 0xff);
      const i2 = 1280 + ((a >>> 16) & 0xff);
      const i3 = 1024 + (a >>> 24);
      const i4 = 768 + (b & 0xff);
      const i5 = 512 + ((b >>> 8) & 0xff);
      const i6 = 256 + ((b >>> 16) & 0xff);
      const i7 = b >>> 24;
      low =
        at(lowTable, i0) ^
        at(lowTable, i1) ^
        at(lowTable, i2) ^
        at(lowTable, i3) ^
        at(lowTable, i4) ^
        at(lowTable, i5) ^
        at(lowTable, i6) ^
        at(lowTable, i7);
      high =
        at(highTable, i0) ^
        at(highTable, i1) ^
        at(highTable, i2) ^
        at(highTable, i3) ^
        at(highTable, i4) ^
        at(highTable, i5) ^
        at(highTable, i6) ^
        at(highTable, i7);
    }
    for (; i < chunk.length; i++) {
      const index = (low ^ (chunk[i] ?? 0)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ at(lowTable, index);
      high = (high >>> 8) ^ at(highTable, index);
    }
    this.#low = low;
    this.#high = high;
  }

  finish(): string {
    const value = (BigInt((this.#high ^ 0xffffffff) >>> 0) << 32n) | BigInt((this.#low ^ 0xffffffff) >>> 0);
    return base64Of(value, 8);
  }
}

/** A stretch of bytes and its base64 checksum. */
export interface CheckedRun {
  readonly value: string;
  readonly sizeBytes: number;
}

/** The checksum of runs put end to end, from theirs alone, without reading the bytes again. CRC algorithms only. */
export function combineCrc(algorithm: 'CRC32' | 'CRC32C' | 'CRC64NVME', runs: readonly CheckedRun[]): string {
  const { width, polynomial } =
    algorithm === 'CRC64NVME'
      ? { width: 64n, polynomial: crc64Polynomial }
      : { width: 32n, polynomial: algorithm === 'CRC32C' ? BigInt(crc32cPolynomial) : 0xedb88320n };
  const shifts = new Map<number, bigint>();
  let combined = 0n;
  for (const run of runs) {
    let shift = shifts.get(run.sizeBytes);
    if (shift === undefined) {
      shift = powerOfX(BigInt(run.sizeBytes) * 8n, width, polynomial);
      shifts.set(run.sizeBytes, shift);
    }
    const value = BigInt(`0x${Buffer.from(run.value, 'base64').toString('hex')}`);
    combined = multiply(shift, combined, width, polynomial) ^ value;
  }
  return base64Of(combined, Number(width / 8n));
}

/** x to the power of `exponent` modulo the polynomial, in the reflected bit order of CRCs. */
function powerOfX(exponent: bigint, width: bigint, polynomial: bigint): bigint {
  let result = 1n << (width - 1n);
  let square = 1n << (width - 2n);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) {
      result = multiply(square, result, width, polynomial);
    }
    square = multiply(square, square, width, polynomial);
  }
  return result;
}

function multiply(a: bigint, b: bigint, width: bigint, polynomial: bigint): bigint {
  let product = 0n;
  let factor = b;
  for (let bit = 1n << (width - 1n); bit > 0n; bit >>= 1n) {
    if (a & bit) {
      product ^= factor;
    }
    factor = factor & 1n ? (factor >> 1n) ^ polynomial : factor >> 1n;
  }
  return product;
}

/** The composite checksum of a multipart object: the checksum of its parts' values, with the number of parts. */
export function compositeChecksum(algorithm: ChecksumAlgorithm, partValues: readonly string[]): string {
  const digest = createDigest(algorithm);
  for (const value of partValues) {
    digest.update(Buffer.from(value, 'base64'));
  }
  return `${digest.finish()}-${partValues.length}`;
}
