import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from '../../contracts';
import type { ChecksumAlgorithm } from '../../store/objects';
import { atBandwidth } from './bandwidth';
import { checkChecksumValue, type BodyPlan } from './body';
import { checksumHeader, createDigest } from './checksums';
import { decodeChunked } from './chunkedBody';
import { invalidRequest, S3Error } from '../message/errors';

const maxXmlBytes = 8 * 1024 * 1024;

/** What was received, verified against everything that the client promised. */
export interface ReceivedBody {
  readonly sizeBytes: number;
  readonly md5Hex: string;
  /** The client's own checksum, or the one asked for by `compute`. */
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
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
    /** The bytes, when they are only a piece of the request's body. */
    source?: AsyncIterable<Buffer>;
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
  for await (const chunk of options.source ?? openBody(message, response, plan, trailers)) {
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

/** The bytes of a request, decoded, after its client was told to go on if it waits for that. */
export async function* openBody(
  message: IncomingMessage,
  response: ServerResponse,
  plan: BodyPlan,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  if (message.headers.expect?.toLowerCase() === '100-continue') {
    response.writeContinue();
  }
  // The socket must outlive a refused body, since the answer still has to be sent through it.
  const raw = atBandwidth(message, message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>);
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

function tooLarge(maxBytes: number): S3Error {
  return new S3Error('EntityTooLarge', `Your proposed upload exceeds the maximum allowed size of ${maxBytes} bytes.`);
}

function badDigest(message: string): S3Error {
  return new S3Error('BadDigest', message);
}
