import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** A request to be signed. Header values are as they go on the wire: one character for one byte. */
export interface UnsignedRequest {
  readonly method: string;
  /** Value of the Host header. */
  readonly authority: string;
  /** Percent-encoded path with query, each `%XX` in upper case. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Hex SHA-256 of the body, or `UNSIGNED-PAYLOAD`. */
  readonly payloadHash: string;
}

/** An HMAC key pair and the region of its credential scope. */
export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary keys. */
  readonly sessionToken?: string;
  readonly region: string;
}

/**
 * Headers that sign a request with AWS Signature Version 4 for service `s3` (data-plane §1.2): the given ones plus
 * `x-amz-date`, `x-amz-content-sha256`, `authorization` and, of temporary keys, `x-amz-security-token`. S3 signs the path as sent, without folding or double encoding.
 */
export function signV4(request: UnsignedRequest, key: SigningKey, nowMs: number): Record<string, string> {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = stamp.slice(0, 8);
  const signed: Record<string, string> = {
    ...request.headers,
    'x-amz-date': stamp,
    'x-amz-content-sha256': request.payloadHash,
    ...(key.sessionToken === undefined ? {} : { 'x-amz-security-token': key.sessionToken }),
  };
  const canonicalHeaders = Object.entries({ ...signed, host: request.authority })
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, ' ')] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const signedHeaders = canonicalHeaders.map(([name]) => name).join(';');
  const question = request.path.indexOf('?');
  const canonicalRequest = [
    request.method,
    question < 0 ? request.path : request.path.slice(0, question),
    question < 0 ? '' : canonicalQuery(request.path.slice(question + 1)),
    ...canonicalHeaders.map(([name, value]) => `${name}:${value}`),
    '',
    signedHeaders,
    request.payloadHash,
  ].join('\n');
  const scope = `${day}/${key.region}/s3/aws4_request`;
  const proof = signature(key, stamp, scope, sha256Hex(Buffer.from(canonicalRequest, 'latin1')));
  return {
    ...signed,
    authorization: `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${proof}`,
  };
}

/** The signature of a canonical request, given by its hex SHA-256. */
export function signature(key: SigningKey, stamp: string, scope: string, requestSha256: string): string {
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, requestSha256].join('\n');
  return hmac(signingSecret(key, stamp.slice(0, 8)), toSign).toString('hex');
}

/** Hex SHA-256 of a body, as `x-amz-content-sha256` wants it. */
export function sha256Hex(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** Percent-encodes as SigV4 demands: everything but `A–Z a–z 0–9 - . _ ~`. */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** An encoded query in the order that is signed. */
export function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`).split('=', 2) as [string, string])
    .sort(([leftName, leftValue], [rightName, rightValue]) =>
      leftName === rightName ? (leftValue < rightValue ? -1 : 1) : leftName < rightName ? -1 : 1,
    )
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** The secret that was derived last: it is good for a day, and deriving it is four fifths of a signature. */
let derived: { readonly key: SigningKey; readonly day: string; readonly secret: KeyObject } | undefined;

function signingSecret(key: SigningKey, day: string): KeyObject {
  const isSame =
    derived?.day === day && derived.key.secretAccessKey === key.secretAccessKey && derived.key.region === key.region;
  if (derived === undefined || !isSame) {
    const dated = hmac(Buffer.from(`AWS4${key.secretAccessKey}`, 'utf8'), day);
    // As a key object, which an HMAC takes six times faster than the bytes.
    derived = { key, day, secret: createSecretKey(hmac(hmac(hmac(dated, key.region), 's3'), 'aws4_request')) };
  }
  return derived.secret;
}

function hmac(secret: Buffer | KeyObject, text: string): Buffer {
  return createHmac('sha256', secret).update(text, 'utf8').digest();
}
