import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from '../contracts';
import type { ChecksumAlgorithm } from '../store/objects';
import type { Authenticated } from './auth/authenticate';
import { checksumHeader, checksumLengthBytes, createDigest, findAlgorithm } from './checksums';
import { decodeChunked, type ChunkAuthentication } from './chunkedBody';
import { invalidArgument, invalidRequest, S3Error } from './errors';
import type { S3Request } from './request';

const maxXmlBytes = 8 * 1024 * 1024;

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

/** What was received, verified against everything that the client promised. */
export interface ReceivedBody {
  readonly sizeBytes: number;
  readonly md5Hex: string;
  /** The client's own checksum, or the one asked for by `compute`. */
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
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

/** The one checksum value header or announced trailer of a request (rules 51-53). */
export function readSentChecksum(request: S3Request): SentChecksum | undefined {
  const sent: SentChecksum[] = [];
  const names = new Set([...request.headers.keys(), ...[...request.query.keys()].map((name) => name.toLowerCase())]);
  for (const name of names) {
    const match = /^x-amz-checksum-(?!algorithm$|type$|mode$)(.+)$/.exec(name);
    const value = match === null ? undefined : request.header(name);
    if (match !== null && value !== undefined) {
      const algorithm = knownAlgorithm(match[1] ?? '');
      checkChecksumValue(algorithm, value, name);
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
function checkChecksumValue(algorithm: ChecksumAlgorithm, value: string, where: string): void {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== checksumLengthBytes[algorithm] || bytes.toString('base64') !== value) {
    throw invalidRequest(`Value for ${where} header is invalid.`);
  }
}

/**
 * Reads a body to its end, handing each piece to `sink`, and verifies it. Rejects with the documented error when a
 * promise is broken; then the caller must throw away what the sink took.
 */
export async function receiveBody(
  message: IncomingMessage,
  response: ServerResponse,
  plan: BodyPlan,
  options: {
    maxBytes: number;
    compute?: ChecksumAlgorithm;
    faults?: readonly Fault[];
    sink: (chunk: Buffer) => Promise<void> | void;
  },
): Promise<ReceivedBody> {
  if (plan.sizeBytes !== undefined && plan.sizeBytes > options.maxBytes) {
    throw tooLarge(options.maxBytes);
  }
  const md5 = createHash('md5');
  const sha256 = plan.sha256Hex === undefined ? undefined : createHash('sha256');
  const algorithms = new Set([plan.checksum?.algorithm, options.compute].filter((item) => item !== undefined));
  const digests = [...algorithms].map((algorithm) => ({ algorithm, digest: createDigest(algorithm) }));
  const trailers = new Map<string, string>();
  let sizeBytes = 0;
  for await (const chunk of openBody(message, response, plan, trailers)) {
    sizeBytes += chunk.length;
    if (sizeBytes > options.maxBytes) {
      throw tooLarge(options.maxBytes);
    }
    md5.update(chunk);
    sha256?.update(chunk);
    for (const { digest } of digests) {
      digest.update(chunk);
    }
    failAsArmed(options.faults, sizeBytes, message);
    await options.sink(chunk);
  }
  failAsArmed(options.faults, sizeBytes, message);
  if (plan.sizeBytes !== undefined && sizeBytes !== plan.sizeBytes) {
    throw new S3Error(
      'IncompleteBody',
      `The request body holds ${sizeBytes} bytes instead of the ${plan.sizeBytes} that its headers say.`,
    );
  }
  const md5Digest = md5.digest();
  if (plan.contentMd5 !== undefined && !plan.contentMd5.equals(md5Digest)) {
    throw badDigest('The Content-MD5 you specified did not match what we received.');
  }
  if (sha256 !== undefined && sha256.digest('hex') !== plan.sha256Hex) {
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  const checksums: Partial<Record<ChecksumAlgorithm, string>> = {};
  for (const { algorithm, digest } of digests) {
    checksums[algorithm] = digest.finish();
  }
  verifyChecksum(plan, trailers, checksums);
  return { sizeBytes, md5Hex: md5Digest.toString('hex'), checksums };
}

/** Reads a whole request document, bounded in size and verified. */
export async function receiveXml(message: IncomingMessage, response: ServerResponse, plan: BodyPlan): Promise<Buffer> {
  const chunks: Buffer[] = [];
  if (plan.sizeBytes !== undefined && plan.sizeBytes > maxXmlBytes) {
    throw new S3Error('MaxMessageLengthExceeded', 'Your request was too big.');
  }
  await receiveBody(message, response, plan, { maxBytes: maxXmlBytes, sink: (chunk) => void chunks.push(chunk) });
  const body = Buffer.concat(chunks);
  if (body.length === 0) {
    throw new S3Error('MissingRequestBodyError', 'Request body is empty.');
  }
  return body;
}

async function* openBody(
  message: IncomingMessage,
  response: ServerResponse,
  plan: BodyPlan,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  if (message.headers.expect?.toLowerCase() === '100-continue') {
    response.writeContinue();
  }
  // The socket must outlive a refused body, since the answer still has to be sent through it.
  const raw = message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  if (plan.chunking === undefined) {
    yield* raw;
  } else {
    yield* decodeChunked(raw, plan.chunking, trailers);
  }
}

/** Plays a full disk or a connection that breaks while the body comes in. */
function failAsArmed(faults: readonly Fault[] | undefined, receivedBytes: number, message: IncomingMessage): void {
  for (const fault of faults ?? []) {
    if (fault.kind === 'diskFull') {
      throw new S3Error('InternalError', 'We encountered an internal error. Please try again.');
    }
    if (fault.kind === 'resetAfter' && receivedBytes >= fault.bytes) {
      message.socket.resetAndDestroy();
      throw new S3Error('RequestTimeout', 'The connection was reset by an armed fault.');
    }
  }
}

function verifyChecksum(
  plan: BodyPlan,
  trailers: ReadonlyMap<string, string>,
  computed: Readonly<Partial<Record<ChecksumAlgorithm, string>>>,
): void {
  if (plan.checksum === undefined) {
    const unannounced = [...trailers.keys()].find((name) => name.startsWith('x-amz-checksum-'));
    if (unannounced !== undefined) {
      throw invalidRequest(`The trailer was not announced in x-amz-trailer: "${unannounced}".`);
    }
    return;
  }
  const { algorithm } = plan.checksum;
  const name = checksumHeader(algorithm);
  const value = plan.checksum.value ?? trailers.get(name);
  if (value === undefined) {
    throw invalidRequest(`The trailer announced in x-amz-trailer is missing: "${name}".`);
  }
  checkChecksumValue(algorithm, value, name);
  if (value !== computed[algorithm]) {
    throw badDigest(`The ${algorithm} you specified did not match the calculated checksum.`);
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

function readContentMd5(request: S3Request): Buffer | undefined {
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

function tooLarge(maxBytes: number): S3Error {
  return new S3Error('EntityTooLarge', `Your proposed upload exceeds the maximum allowed size of ${maxBytes} bytes.`);
}

function badDigest(message: string): S3Error {
  return new S3Error('BadDigest', message);
}
