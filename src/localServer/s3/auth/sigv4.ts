import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { accessDenied, invalidArgument, S3Error } from '../message/errors';
import type { S3Request } from '../message/request';

const algorithm = 'AWS4-HMAC-SHA256';
const maxSkewMs = 15 * 60_000;
const emptySha256 = createHash('sha256').update('').digest('hex');

/** What the chunks of a signed stream are verified with (rule 54). */
export interface ChunkSigning {
  readonly signingKey: Buffer;
  readonly timestamp: string;
  readonly scope: string;
  readonly seedSignature: string;
}

interface SignatureParts {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly timestamp: string;
}

/**
 * Verifies a Signature Version 4, from the header or from the query of a presigned URL (rules 20-24).
 * `findSecret` gives the secret of an access key or undefined.
 */
export function verifySignature(
  request: S3Request,
  form: 'header' | 'query',
  nowMs: number,
  findSecret: (accessKeyId: string) => string | undefined,
): { accessKeyId: string; chunks: ChunkSigning } {
  const parts = form === 'header' ? readHeaderForm(request) : readQueryForm(request);
  const signedAtMs = parseTimestamp(parts.timestamp);
  if (!parts.timestamp.startsWith(parts.date)) {
    throw accessDenied('The date of the credential scope differs from the date of the request.');
  }
  const secret = findSecret(parts.accessKeyId);
  if (secret === undefined) {
    throw new S3Error('InvalidAccessKeyId', 'The AWS access key ID you provided does not exist in our records.');
  }
  if (form === 'header' && Math.abs(nowMs - signedAtMs) > maxSkewMs) {
    throw new S3Error(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    );
  }
  if (form === 'query') {
    checkLifetime(request, signedAtMs, nowMs);
  }
  const scope = `${parts.date}/${parts.region}/s3/aws4_request`;
  const signingKey = deriveKey(secret, parts.date, parts.region);
  const payload =
    form === 'query'
      ? (request.header('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD')
      : (request.headers.get('x-amz-content-sha256') ?? '');
  if (payload === '') {
    throw invalidArgument('The header x-amz-content-sha256 is required with a Signature Version 4.');
  }
  const canonical = [
    request.method,
    encodePath(request.rawPath),
    canonicalQuery(request),
    ...parts.signedHeaders.map((name) => `${name}:${canonicalHeader(request, name)}`),
    '',
    parts.signedHeaders.join(';'),
    payload,
  ].join('\n');
  // Node reads header bytes as Latin-1. A client may have signed the text (UTF-8) or the very bytes that it sent.
  const matches = (['utf8', 'latin1'] as const).some((encoding) => {
    const digest = createHash('sha256').update(canonical, encoding).digest('hex');
    return equalsHex(hmac(signingKey, `${algorithm}\n${parts.timestamp}\n${scope}\n${digest}`), parts.signature);
  });
  if (!matches) {
    throw new S3Error(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your secret access key and signing method.',
    );
  }
  return {
    accessKeyId: parts.accessKeyId,
    chunks: { signingKey, timestamp: parts.timestamp, scope, seedSignature: parts.signature },
  };
}

/** Signature of one chunk of `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`. */
export function chunkSignature(signing: ChunkSigning, previous: string, dataSha256: string): string {
  return hmac(
    signing.signingKey,
    `AWS4-HMAC-SHA256-PAYLOAD\n${signing.timestamp}\n${signing.scope}\n${previous}\n${emptySha256}\n${dataSha256}`,
  ).toString('hex');
}

/** Signature of the policy of an HTML form: over the policy as sent, base64. */
export function formSignature(
  secret: string,
  date: string,
  region: string,
  policy: string,
): { matches(signature: string): boolean } {
  const expected = hmac(deriveKey(secret, date, region), policy);
  return { matches: (signature) => equalsHex(expected, signature) };
}

/** Signature of the trailer of `STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`. */
export function trailerSignature(signing: ChunkSigning, previous: string, canonicalTrailer: string): string {
  const digest = createHash('sha256').update(canonicalTrailer, 'utf8').digest('hex');
  return hmac(
    signing.signingKey,
    `AWS4-HMAC-SHA256-TRAILER\n${signing.timestamp}\n${signing.scope}\n${previous}\n${digest}`,
  ).toString('hex');
}

function readHeaderForm(request: S3Request): SignatureParts {
  const fields = new Map<string, string>();
  for (const piece of (request.headers.get('authorization') ?? '').slice(algorithm.length).split(',')) {
    const equals = piece.indexOf('=');
    if (equals > 0) {
      fields.set(piece.slice(0, equals).trim(), piece.slice(equals + 1).trim());
    }
  }
  const timestamp = request.headers.get('x-amz-date') ?? '';
  const parts = readParts(
    fields.get('Credential'),
    fields.get('SignedHeaders'),
    fields.get('Signature'),
    timestamp,
    () =>
      new S3Error(
        'AuthorizationHeaderMalformed',
        'The authorization header is malformed: it must hold Credential, SignedHeaders and Signature.',
      ),
  );
  if (!parts.signedHeaders.includes('x-amz-date') || !parts.signedHeaders.includes('host')) {
    throw accessDenied('The headers host and x-amz-date must be signed.');
  }
  refuseUnsigned(request, parts.signedHeaders);
  return parts;
}

function readQueryForm(request: S3Request): SignatureParts {
  const { query } = request;
  if (query.get('X-Amz-Algorithm') !== algorithm) {
    throw invalidArgument('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256".');
  }
  const parts = readParts(
    query.get('X-Amz-Credential'),
    query.get('X-Amz-SignedHeaders'),
    query.get('X-Amz-Signature'),
    query.get('X-Amz-Date') ?? '',
    () =>
      invalidArgument(
        'A presigned URL must carry X-Amz-Credential, X-Amz-Date, X-Amz-Expires, X-Amz-SignedHeaders and X-Amz-Signature.',
      ),
  );
  if (!parts.signedHeaders.includes('host')) {
    throw accessDenied('The header host must be signed.');
  }
  refuseUnsigned(request, [...parts.signedHeaders, 'x-amz-content-sha256']);
  return parts;
}

function readParts(
  credential: string | undefined,
  signedHeaders: string | undefined,
  signature: string | undefined,
  timestamp: string,
  malformed: () => S3Error,
): SignatureParts {
  const [accessKeyId, date, region, service, terminator, ...rest] = (credential ?? '').split('/');
  if (
    accessKeyId === undefined ||
    accessKeyId === '' ||
    date === undefined ||
    !/^\d{8}$/.test(date) ||
    region === undefined ||
    region === '' ||
    service !== 's3' ||
    terminator !== 'aws4_request' ||
    rest.length > 0 ||
    signedHeaders === undefined ||
    signedHeaders === '' ||
    signature === undefined ||
    !/^[0-9a-f]{64}$/.test(signature)
  ) {
    throw malformed();
  }
  return { accessKeyId, date, region, signedHeaders: signedHeaders.split(';'), signature, timestamp };
}

/** An `x-amz-` header that is not signed could have been added on the way. */
function refuseUnsigned(request: S3Request, signedHeaders: readonly string[]): void {
  for (const name of request.headers.keys()) {
    if (name.startsWith('x-amz-') && name !== 'x-amz-user-agent' && !signedHeaders.includes(name)) {
      throw accessDenied(`There were headers present in the request which were not signed: ${name}`);
    }
  }
}

function checkLifetime(request: S3Request, signedAtMs: number, nowMs: number): void {
  const expires = request.query.get('X-Amz-Expires') ?? '';
  if (!/^\d{1,12}$/.test(expires)) {
    throw invalidArgument('X-Amz-Expires must be a number of seconds.');
  }
  if (signedAtMs - nowMs > maxSkewMs) {
    throw accessDenied('Request is not valid yet');
  }
  if (nowMs >= signedAtMs + Number(expires) * 1000) {
    throw accessDenied('Request has expired');
  }
}

export function parseTimestamp(text: string): number {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  const time =
    match === null ? NaN : Date.parse(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}Z`);
  if (Number.isNaN(time)) {
    throw accessDenied('The request needs a date of the form yyyymmddThhmmssZ.');
  }
  return time;
}

function deriveKey(secret: string, date: string, region: string): Buffer {
  return hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), 's3'), 'aws4_request');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

function equalsHex(expected: Buffer, actual: string): boolean {
  const bytes = Buffer.from(actual, 'hex');
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}

function canonicalHeader(request: S3Request, name: string): string {
  const value = request.headers.get(name);
  if (value === undefined) {
    // Node folds this one away when it has answered it.
    return name === 'expect' ? '100-continue' : '';
  }
  return value.replace(/ +/g, ' ');
}

function canonicalQuery(request: S3Request): string {
  return [...request.query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]): readonly [string, string] => [encode(name), encode(value)])
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function encodePath(rawPath: string): string {
  return rawPath
    .split('/')
    .map((segment) => encode(decodeURIComponent(segment)))
    .join('/');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
