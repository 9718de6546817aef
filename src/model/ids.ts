/** Id of a connection: lower-case letters, digits and `-`, since it is the authority of object URIs. */
export type ConnectionId = string & { readonly brand: 'ConnectionId' };
/** A bucket name as the service knows it. */
export type BucketName = string & { readonly brand: 'BucketName' };
/** An object key: any Unicode text of 1 to 1,024 bytes in UTF-8 (data-plane §5). */
export type ObjectKey = string & { readonly brand: 'ObjectKey' };
/** The id the service gave a multipart upload. Opaque. */
export type UploadId = string & { readonly brand: 'UploadId' };
/** Id of a transfer of the engine. Opaque. */
export type TransferId = string & { readonly brand: 'TransferId' };

const connectionIdPattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Brands a text as connection id. Throws a RangeError on anything but 1–63 lower-case letters, digits and inner `-`. */
export function connectionId(text: string): ConnectionId {
  if (!connectionIdPattern.test(text)) throw new RangeError(`not a connection id: "${text}"`);
  return text as ConnectionId;
}

/** Brands a text that the service or the user named as bucket. Rules for *new* names are in `bucketName.ts`. */
export function bucketName(text: string): BucketName {
  return text as BucketName;
}

/** Brands a text as object key. Says nothing about its length; see `keyProblem`. */
export function objectKey(text: string): ObjectKey {
  return text as ObjectKey;
}

/** Number of bytes of a text in UTF-8; a lone surrogate counts as the three bytes of its replacement. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Why a text cannot be an object key, or undefined when it can (emulator-rules §60: 1–1,024 bytes). */
export function keyProblem(key: string): 'empty' | 'tooLong' | 'notUnicode' | undefined {
  if (key === '') return 'empty';
  if (!isWellFormed(key)) return 'notUnicode';
  if (utf8Length(key) > 1024) return 'tooLong';
  return undefined;
}

function isWellFormed(text: string): boolean {
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) return false;
  }
  return true;
}
