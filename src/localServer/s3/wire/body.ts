import type { ChecksumAlgorithm } from '../../store/objects';
import type { Authenticated } from '../auth/authenticate';
import { checksumLengthBytes, findAlgorithm } from './checksums';
import type { ChunkAuthentication } from './chunkedBody';
import { invalidArgument, invalidRequest, S3Error } from '../message/errors';
import type { S3Request } from '../message/request';

/** A checksum that a client sent, as a header now or as a trailer later. */
export interface SentChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; absent while it is still to come in the trailer. */
  readonly value?: string;
}

/** What the headers promise about a body. Made, and thereby checked, before the first byte is read. */
export interface BodyPlan {
  /** Decoded size, absent under plain chunked transfer. */
  readonly sizeBytes?: number;
  readonly chunking?: ChunkAuthentication;
  readonly contentMd5?: Buffer;
  readonly sha256Hex?: string;
  readonly checksum?: SentChecksum;
}

/** True when the client sent something by which the body can be verified (rules 49, 50). */
export function hasIntegrity(plan: BodyPlan): boolean {
  return plan.contentMd5 !== undefined || plan.checksum !== undefined;
}

/** Refuses a request whose body nothing vouches for, where that is required (rules 49, 50). */
export function requireIntegrity(plan: BodyPlan): void {
  if (!hasIntegrity(plan)) {
    throw invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
  }
}

/** Reads what the headers say about the body (rules 10, 22, 51-54). */
export function planBody(request: S3Request, auth: Authenticated, options: { checksums: 'body' | 'object' }): BodyPlan {
  const { message } = request;
  const length = request.headers.get('content-length');
  if (length === undefined && message.headers['transfer-encoding'] === undefined) {
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  const payload = request.header('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  const chunking = planChunking(request, auth, payload);
  const sizeBytes = chunking === undefined ? parseLength(length) : decodedLength(request);
  const contentMd5 = readContentMd5(request);
  const checksum = options.checksums === 'body' ? readSentChecksum(request) : undefined;
  return {
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(chunking === undefined ? {} : { chunking }),
    ...(contentMd5 === undefined ? {} : { contentMd5 }),
    ...(/^[0-9a-f]{64}$/i.test(payload) ? { sha256Hex: payload.toLowerCase() } : {}),
    ...(checksum === undefined ? {} : { checksum }),
  };
}

/**
 * The one checksum value header or announced trailer of a request (rules 51-53). That of an object that is made of parts
 * may say after its value how many they are.
 */
export function readSentChecksum(request: S3Request, of: 'body' | 'parts' = 'body'): SentChecksum | undefined {
  const sent: SentChecksum[] = [];
  const names = new Set([...request.headers.keys(), ...[...request.query.keys()].map((name) => name.toLowerCase())]);
  for (const name of names) {
    const match = /^x-amz-checksum-(?!algorithm$|type$|mode$)(.+)$/.exec(name);
    const value = match === null ? undefined : request.header(name);
    if (match !== null && value !== undefined) {
      const algorithm = knownAlgorithm(match[1] ?? '');
      checkChecksumValue(algorithm, of === 'parts' ? value.replace(/-\d{1,5}$/, '') : value, name);
      sent.push({ algorithm, value });
    }
  }
  for (const name of (request.header('x-amz-trailer') ?? '').split(',')) {
    const match = /^x-amz-checksum-(.+)$/.exec(name.trim().toLowerCase());
    if (match !== null) {
      sent.push({ algorithm: knownAlgorithm(match[1] ?? '') });
    }
  }
  if (sent.length > 1) {
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  }
  const announced = request.header('x-amz-sdk-checksum-algorithm');
  if (announced !== undefined && sent[0]?.algorithm !== knownAlgorithm(announced)) {
    throw invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  return sent[0];
}

/** The algorithm of that name; an unknown one is refused (rule 52). */
export function knownAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = findAlgorithm(name);
  if (algorithm === undefined) {
    throw invalidRequest(
      `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]: "${name}".`,
    );
  }
  return algorithm;
}

/** Refuses a checksum that is not base64 of the right length (rule 51). */
export function checkChecksumValue(algorithm: ChecksumAlgorithm, value: string, where: string): void {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== checksumLengthBytes[algorithm] || bytes.toString('base64') !== value) {
    throw invalidRequest(`Value for ${where} header is invalid.`);
  }
}

function planChunking(request: S3Request, auth: Authenticated, payload: string): ChunkAuthentication | undefined {
  switch (payload) {
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { kind: 'unsigned' };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      if (auth.chunks === undefined) {
        throw invalidRequest('Signed chunks need a request that is signed with AWS4-HMAC-SHA256.');
      }
      return { kind: 'signed', signing: auth.chunks };
    case 'UNSIGNED-PAYLOAD':
      break;
    default:
      if (!/^[0-9a-f]{64}$/i.test(payload)) {
        throw invalidArgument(
          'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
        );
      }
  }
  const encodings = (request.headers.get('content-encoding') ?? '').split(',').map((item) => item.trim().toLowerCase());
  return encodings.includes('aws-chunked') ? { kind: 'unsigned' } : undefined;
}

function decodedLength(request: S3Request): number {
  const length = parseLength(request.headers.get('x-amz-decoded-content-length'));
  if (length === undefined) {
    throw new S3Error('MissingContentLength', 'An aws-chunked body needs the header x-amz-decoded-content-length.');
  }
  return length;
}

function parseLength(text: string | undefined): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  if (!/^\d{1,15}$/.test(text)) {
    throw invalidArgument(`A content length must be a number of bytes: "${text}".`);
  }
  return Number(text);
}

export function readContentMd5(request: S3Request): Buffer | undefined {
  const text = request.headers.get('content-md5');
  if (text === undefined) {
    return undefined;
  }
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 16 || bytes.toString('base64') !== text) {
    throw new S3Error('InvalidDigest', 'The Content-MD5 you specified is not valid.');
  }
  return bytes;
}
