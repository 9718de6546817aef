import {
  createCipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
  type Cipher,
  type Hmac,
} from 'node:crypto';
import type { Blobs } from '../../store/blobs';
import type { Segment } from '../../store/blobReader';
import type { Encryption, ObjectVersion } from '../../store/objects';
import { releasing } from '../../store/releasing';
import { accessDenied, invalidArgument, invalidRequest } from '../message/errors';
import type { Exchange, ResponseHeaders } from '../wire/exchange';

/** SSE-C (rule 71). Bytes are stored as AES-256-CTR under a key derived for each segment, with an HMAC over what is stored. */
export interface CustomerKey {
  readonly bytes: Buffer;
  /** Base64, as the client sent it and is told back. */
  readonly md5: string;
}

type SegmentSeal = Encryption['segments'][number];

const blockBytes = 16;
const derivedBytes = 64;

/** The key that a request carries for its object, or for the source of a copy; undefined when it carries none. */
export function readCustomerKey(exchange: Exchange, of: 'object' | 'copySource'): CustomerKey | undefined {
  const prefix = `x-amz-${of === 'copySource' ? 'copy-source-' : ''}server-side-encryption-customer-`;
  const { request } = exchange;
  const [algorithm, key, md5] = ['algorithm', 'key', 'key-md5'].map((name) => request.header(prefix + name));
  if (algorithm === undefined && key === undefined && md5 === undefined) {
    return undefined;
  }
  const isEncrypted = 'encrypted' in request.message.socket;
  if (!isEncrypted && exchange.switches.customerKeysOverHttp === 'refused') {
    throw invalidArgument(
      'Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection.',
    );
  }
  if (algorithm === undefined || key === undefined || md5 === undefined) {
    throw invalidArgument(`${prefix}algorithm, -key and -key-MD5 must be given together.`);
  }
  if (algorithm !== 'AES256') {
    throw invalidArgument(`${prefix}algorithm must be AES256: "${algorithm}".`);
  }
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length !== 32 || bytes.toString('base64') !== key) {
    throw invalidArgument(`${prefix}key must be the base64 form of 32 bytes.`);
  }
  if (createHash('md5').update(bytes).digest('base64') !== md5) {
    throw invalidArgument(`${prefix}key-MD5 is not the MD5 of the key.`);
  }
  return { bytes, md5 };
}

/** Headers that tell a key back, as its MD5. */
export function customerKeyHeaders(key: CustomerKey | undefined): ResponseHeaders {
  return key === undefined
    ? {}
    : {
        'x-amz-server-side-encryption-customer-algorithm': 'AES256',
        'x-amz-server-side-encryption-customer-key-MD5': key.md5,
      };
}

/** Refuses a request whose key is not the one that bytes were stored under, or that has one where none is needed. */
export function requireSameKey(encryption: Encryption | undefined, key: CustomerKey | undefined): void {
  if (encryption === undefined) {
    if (key !== undefined) {
      throw invalidRequest('The encryption parameters are not applicable to this object.');
    }
    return;
  }
  if (key === undefined) {
    throw invalidRequest(
      'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
    );
  }
  if (!timingSafeEqual(digestKey(key, Buffer.from(encryption.salt, 'base64')), fromBase64(encryption.keyCheck))) {
    throw accessDenied('The customer key of the request is not the one that the object was stored with.');
  }
}

/** What is kept of a key with the bytes stored under it. */
export function encryptionOf(key: CustomerKey, segments: readonly SegmentSeal[]): Encryption {
  const salt = randomBytes(16);
  return { salt: salt.toString('base64'), keyCheck: digestKey(key, salt).toString('base64'), segments };
}

/** Encrypts one segment on its way into the store. */
export interface Sealer {
  update(chunk: Buffer): Buffer;
  /** Call once, after the last chunk. */
  finish(): SegmentSeal;
}

export function startSealing(key: CustomerKey): Sealer {
  const salt = randomBytes(16);
  const { cipherKey, macKey } = deriveKeys(key, salt);
  const cipher = createCipheriv('aes-256-ctr', cipherKey, counterAt(0));
  const mac = createHmac('sha256', macKey);
  return {
    update: (chunk) => {
      const sealed = cipher.update(chunk);
      mac.update(sealed);
      return sealed;
    },
    finish: () => ({ salt: salt.toString('base64'), mac: mac.digest('base64') }),
  };
}

/**
 * Opens a byte range of a body, deciphered if it was stored under a key, which must have been checked. Like
 * `Blobs.read` it holds the files at once, and must be run to its end or returned. A segment that is read whole is
 * verified; one that was changed on disk ends the read with an error.
 */
export async function readBytes(
  blobs: Blobs,
  body: {
    readonly version: ObjectVersion;
    readonly segments: readonly Segment[];
    readonly key?: CustomerKey | undefined;
  },
  startByte: number,
  endByte: number,
): Promise<AsyncIterableIterator<Buffer>> {
  const { version, segments, key } = body;
  const bytes = await blobs.read(version, segments, startByte, endByte);
  const { encryption } = version;
  if (encryption === undefined || key === undefined) {
    return bytes;
  }
  const pieces: SealedPiece[] = [];
  let offset = 0;
  for (const [index, segment] of segments.entries()) {
    const from = Math.max(startByte - offset, 0);
    const to = Math.min(endByte - offset, segment.sizeBytes);
    offset += segment.sizeBytes;
    const seal = encryption.segments[index];
    if (from < to && seal !== undefined) {
      pieces.push({ sizeBytes: to - from, from, seal, isWhole: from === 0 && to === segment.sizeBytes });
    }
  }
  return releasing(unseal(bytes, pieces, key), () => void bytes.return?.());
}

interface SealedPiece {
  readonly sizeBytes: number;
  readonly from: number;
  readonly seal: SegmentSeal;
  readonly isWhole: boolean;
}

/** The pieces follow each other in `bytes`, and no chunk is of two. */
async function* unseal(
  bytes: AsyncIterable<Buffer>,
  pieces: readonly SealedPiece[],
  key: CustomerKey,
): AsyncGenerator<Buffer> {
  const ahead = pieces.values();
  let opened: { sizeBytes: number; cipher: Cipher; mac: Hmac; verdict: () => void } | undefined;
  for await (const chunk of bytes) {
    opened ??= openPiece(ahead.next().value, key);
    opened.mac.update(chunk);
    const clear = opened.cipher.update(chunk);
    opened.sizeBytes -= chunk.length;
    // The last chunk waits for the verdict, so that a client never gets all bytes of a body that was changed.
    if (opened.sizeBytes === 0) {
      opened.verdict();
      opened = undefined;
    }
    yield clear;
  }
}

function openPiece(
  piece: SealedPiece | undefined,
  key: CustomerKey,
): { sizeBytes: number; cipher: Cipher; mac: Hmac; verdict: () => void } {
  if (piece === undefined) {
    throw new Error('An encrypted object has more bytes than its seals are of.');
  }
  const { cipherKey, macKey } = deriveKeys(key, fromBase64(piece.seal.salt));
  const cipher = createCipheriv('aes-256-ctr', cipherKey, counterAt(Math.floor(piece.from / blockBytes)));
  cipher.update(Buffer.alloc(piece.from % blockBytes));
  const mac = createHmac('sha256', macKey);
  const verdict = (): void => {
    if (piece.isWhole && !timingSafeEqual(mac.digest(), fromBase64(piece.seal.mac))) {
      throw new Error('The stored bytes of an encrypted object were changed.');
    }
  };
  return { sizeBytes: piece.sizeBytes, cipher, mac, verdict };
}

function deriveKeys(key: CustomerKey, salt: Buffer): { cipherKey: Buffer; macKey: Buffer } {
  const derived = Buffer.from(hkdfSync('sha256', key.bytes, salt, 'segment', derivedBytes));
  return { cipherKey: derived.subarray(0, 32), macKey: derived.subarray(32) };
}

function digestKey(key: CustomerKey, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', key.bytes, salt, 'key check', 32));
}

/** The counter of a block. Every segment has a key of its own, so that all may begin at zero. */
function counterAt(block: number): Buffer {
  const counter = Buffer.alloc(blockBytes);
  counter.writeBigUInt64BE(BigInt(block), 8);
  return counter;
}

function fromBase64(text: string): Buffer {
  return Buffer.from(text, 'base64');
}
