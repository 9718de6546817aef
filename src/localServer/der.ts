/** The few forms of DER (X.690) that an X.509 certificate is made of. Each function returns a whole encoded value. */

function encode(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), encodeLength(content.length), content]);
}

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

export function sequence(...parts: readonly Buffer[]): Buffer {
  return encode(0x30, Buffer.concat(parts));
}

export function set(...parts: readonly Buffer[]): Buffer {
  return encode(0x31, Buffer.concat(parts));
}

export function boolean(value: boolean): Buffer {
  return encode(0x01, Buffer.from([value ? 0xff : 0]));
}

/** A non-negative integer in big-endian bytes, the first below 0x80. */
export function integer(bytes: Buffer): Buffer {
  return encode(0x02, bytes);
}

export function bitString(bytes: Buffer): Buffer {
  return encode(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

/** A bit string of up to eight named bits, 0 being the first. */
export function bitFlags(bits: readonly number[]): Buffer {
  const value = bits.reduce((flags, bit) => flags | (0x80 >> bit), 0);
  const unusedBits = 7 - Math.max(...bits);
  return encode(0x03, Buffer.from([unusedBits, value]));
}

export function octetString(bytes: Buffer): Buffer {
  return encode(0x04, bytes);
}

export function utf8String(text: string): Buffer {
  return encode(0x0c, Buffer.from(text, 'utf8'));
}

export function objectIdentifier(arcs: readonly number[]): Buffer {
  const [first = 0, second = 0, ...rest] = arcs;
  return encode(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** A moment to the second: two-digit years until 2049, four-digit ones after. */
export function time(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replace(/\.\d+|[-:T]/g, '');
  const isShort = Number(digits.slice(0, 4)) < 2050;
  return encode(isShort ? 0x17 : 0x18, Buffer.from(isShort ? digits.slice(2) : digits, 'latin1'));
}

/** A constructed value under a context-specific tag. */
export function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  return encode(0xa0 | tag, Buffer.concat(parts));
}

/** Bytes under a context-specific tag. */
export function primitiveTagged(tag: number, bytes: Buffer): Buffer {
  return encode(0x80 | tag, bytes);
}

function base128(arc: number): number[] {
  const bytes = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(0x80 | (rest % 128));
  return bytes;
}
