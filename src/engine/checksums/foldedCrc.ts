// CRCs without tables: by the distances of `foldDistances` (crc.ts), 16 bytes of the front are added (XOR) to a few places further back until
// only a short end is left, which has the same checksum. That takes nothing but loads and XORs of 16 bytes, which WebAssembly has.

/** The part of WebAssembly that is used; the types of Node leave it out. */
declare const WebAssembly:
  | {
      readonly Module: new (bytes: Uint8Array) => object;
      readonly Instance: new (module: object) => { readonly exports: unknown };
    }
  | undefined;

/** What the assembled module exports. */
interface Folding {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Folds what lies behind the end of what was folded before; the length is a multiple of `strideBytes`. */
  fold(lengthBytes: number): void;
  /** Adds so many bytes at one place of the memory to those at another one. */
  add(to: number, from: number, lengthBytes: number): void;
}

const unitBytes = 16;
/** Bytes of one turn of the loop. */
const strideBytes = 4 * unitBytes;
const pageBytes = 64 * 1024;
/** So much is brought to the memory of the module at once: it stays in the processor's cache. */
const chunkBytes = 256 * 1024;

/** Leaves of bytes a short end with the same remainder. Keeps nothing between two calls. */
export class Folder {
  readonly #folding: Folding;
  readonly #distances: readonly number[];
  readonly #memory: Uint8Array;
  readonly #tailBytes: number;

  private constructor(folding: Folding, distances: readonly number[], tailBytes: number) {
    this.#folding = folding;
    this.#distances = distances;
    this.#memory = new Uint8Array(folding.memory.buffer);
    this.#tailBytes = tailBytes;
  }

  /**
   * For a polynomial P, by distances d with Σ x^(−128·d) = 1 modulo P. Undefined in a runtime without WebAssembly, as with
   * `--jitless`.
   */
  static create(distances: readonly number[]): Folder | undefined {
    if (typeof WebAssembly === 'undefined') return undefined;
    const tailBytes = Math.ceil(Math.max(...distances) / 4) * strideBytes;
    const module = new WebAssembly.Module(assemble(distances, tailBytes));
    return new Folder(new WebAssembly.Instance(module).exports as Folding, distances, tailBytes);
  }

  /** Below this, folding takes longer than tables do. */
  get worthBytes(): number {
    return 2 * this.#tailBytes;
  }

  /**
   * The end of `bytes`, of at least `worthBytes`, after all before is folded into it. `start` is added to the first of them. Valid
   * until the next call.
   */
  shorten(bytes: Uint8Array, start: Uint8Array): Uint8Array {
    const memory = this.#memory;
    const tailBytes = this.#tailBytes;
    const foldedBytes = Math.floor((bytes.length - tailBytes) / strideBytes) * strideBytes;
    memory.fill(0, 0, tailBytes);
    for (let at = 0; at < foldedBytes; at += chunkBytes) {
      const chunk = bytes.subarray(at, Math.min(at + chunkBytes, foldedBytes));
      memory.set(chunk, tailBytes);
      if (at === 0)
        memory.set(
          start.map((byte, index) => byte ^ (chunk[index] ?? 0)),
          tailBytes,
        );
      this.#folding.fold(chunk.length);
      memory.copyWithin(0, chunk.length, chunk.length + tailBytes);
    }
    const end = bytes.subarray(foldedBytes);
    memory.set(end, tailBytes);
    for (const distance of this.#distances) {
      const farBytes = distance * unitBytes;
      this.#folding.add(tailBytes, tailBytes - farBytes, farBytes);
    }
    return memory.subarray(tailBytes, tailBytes + end.length);
  }
}

/**
 * The module, for the distances of one polynomial. Its memory begins with the end of what was folded, with what is to be folded
 * behind it.
 */
function assemble(distances: readonly number[], tailBytes: number): Uint8Array {
  const get = (local: number) => [0x20, local];
  const i32Add = 0x6a;
  const xor = [0xfd, 0x51];
  const load = (offset: number) => [0xfd, 0x00, 4, ...leb(offset)];
  const store = (offset: number) => [0xfd, 0x0b, 4, ...leb(offset)];
  const step = (local: number, bytes: number) => [...get(local), 0x41, ...signedLeb(bytes), i32Add, 0x21, local];
  /** Runs a body until the last local, that counts bytes down, is 0; not at all where it is 0 already. */
  const loop = (body: readonly number[], left: number, bytes: number) => [
    ...[0x02, 0x40, ...get(left), 0x45, 0x0d, 0, 0x03, 0x40],
    ...body,
    ...[...get(left), 0x41, ...signedLeb(bytes), 0x6b, 0x22, left, 0x0d, 0],
    ...[0x0b, 0x0b],
  ];
  // fold(lengthBytes): local 1 is where it is.
  const at = get(1);
  const folded = [0, 1, 2, 3].flatMap((unit) => {
    const place = tailBytes + unit * unitBytes;
    const before = distances.flatMap((distance) => [...at, ...load(place - distance * unitBytes), ...xor]);
    return [...at, ...at, ...load(place), ...before, ...store(place)];
  });
  const fold = [1, 1, 0x7f, ...loop([...folded, ...step(1, strideBytes)], 0, strideBytes), 0x0b];
  // add(to, from, lengthBytes)
  const sum = [...get(0), ...get(0), ...load(0), ...get(1), ...load(0), ...xor, ...store(0)];
  const add = [0, ...loop([...sum, ...step(0, unitBytes), ...step(1, unitBytes)], 2, unitBytes), 0x0b];
  const pages = Math.ceil((2 * tailBytes + chunkBytes) / pageBytes);
  const named = (name: string, kind: number, index: number) => [...counted([...Buffer.from(name)]), kind, index];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [2, 0x60, 1, 0x7f, 0, 0x60, 3, 0x7f, 0x7f, 0x7f, 0]),
    ...section(3, [2, 0, 1]),
    ...section(5, [1, 0, ...leb(pages)]),
    ...section(7, [3, ...named('memory', 2, 0), ...named('fold', 0, 0), ...named('add', 0, 1)]),
    ...section(10, [2, ...counted(fold), ...counted(add)]),
  ]);
}

function section(id: number, content: readonly number[]): readonly number[] {
  return [id, ...counted(content)];
}

function counted(content: readonly number[]): readonly number[] {
  return [...leb(content.length), ...content];
}

/** LEB128 of a whole number, as WebAssembly writes sizes. */
function leb(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

function signedLeb(value: number): readonly number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signedLeb(value >> 7)];
}
