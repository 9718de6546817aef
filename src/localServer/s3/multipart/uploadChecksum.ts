import type { ChecksumAlgorithm, ChecksumType, ObjectChecksum } from '../../store/objects';
import type { Part, Upload } from '../../store/uploads';
import { knownAlgorithm, readSentChecksum, type SentChecksum } from '../wire/body';
import { combineCrc, compositeChecksum } from '../wire/checksums';
import { invalidRequest, S3Error } from '../message/errors';
import type { S3Request } from '../message/request';

/** The algorithm and type that Create announces (rule 57); undefined leaves it to the service. */
export function readUploadChecksum(
  request: S3Request,
): { algorithm: ChecksumAlgorithm; type: ChecksumType } | undefined {
  const name = request.header('x-amz-checksum-algorithm');
  const type = readType(request);
  if (name === undefined) {
    if (type !== undefined) {
      throw invalidRequest('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.');
    }
    return undefined;
  }
  const algorithm = knownAlgorithm(name);
  const isSha = algorithm === 'SHA1' || algorithm === 'SHA256';
  if ((isSha && type === 'FULL_OBJECT') || (algorithm === 'CRC64NVME' && type === 'COMPOSITE')) {
    throw invalidRequest(`The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`);
  }
  return { algorithm, type: type ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE') };
}

/** The type that a request names, in any case. */
function readType(request: S3Request): ChecksumType | undefined {
  const text = request.header('x-amz-checksum-type');
  const type = text?.toUpperCase();
  if (type === undefined || type === 'COMPOSITE' || type === 'FULL_OBJECT') {
    return type;
  }
  throw invalidRequest(`Value for x-amz-checksum-type header is invalid: "${text}".`);
}

/** A part speaks the algorithm of its upload. Under COMPOSITE it must send a value, FULL_OBJECT needs none (rule 58). */
export function checkPartChecksum(upload: Upload, sent: ChecksumAlgorithm | undefined): void {
  const { checksumAlgorithm, checksumType } = upload;
  if (checksumAlgorithm === undefined || checksumAlgorithm === sent) {
    return;
  }
  if (sent !== undefined || checksumType === 'COMPOSITE') {
    throw mismatch(checksumAlgorithm, sent);
  }
}

/** What Complete says of the object that is to be. */
export interface SentWhole {
  readonly checksum?: SentChecksum;
  readonly type?: ChecksumType;
  readonly sizeBytes?: number;
}

export function readSentWhole(request: S3Request): SentWhole {
  const checksum = readSentChecksum(request, 'parts');
  const type = readType(request);
  const size = request.header('x-amz-mp-object-size');
  if (size !== undefined && !/^\d{1,15}$/.test(size)) {
    throw invalidRequest(`Value for x-amz-mp-object-size header is invalid: "${size}".`);
  }
  return {
    ...(checksum === undefined ? {} : { checksum }),
    ...(type === undefined ? {} : { type }),
    ...(size === undefined ? {} : { sizeBytes: Number(size) }),
  };
}

/** Refuses an object that is not the one that Complete meant (rules 51, 57, 73). */
export function checkWhole(sent: SentWhole, parts: readonly Part[], actual: ObjectChecksum): void {
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  if (sent.sizeBytes !== undefined && sent.sizeBytes !== sizeBytes) {
    throw invalidRequest(
      `The provided x-amz-mp-object-size header value ${sent.sizeBytes} does not match what was computed: ${sizeBytes}.`,
    );
  }
  if (sent.type !== undefined && sent.type !== actual.type) {
    throw invalidRequest(`The upload was created with the checksum type ${actual.type}, not ${sent.type}.`);
  }
  if (sent.checksum === undefined) {
    return;
  }
  const { algorithm, value } = sent.checksum;
  if (algorithm !== actual.algorithm) {
    throw mismatch(actual.algorithm, algorithm);
  }
  // The number of parts after a composite value may be left out.
  if (value !== actual.value && value !== actual.value.replace(/-\d+$/, '')) {
    throw new S3Error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
  }
}

/** The checksum of an object in parts, from theirs alone (rule 57). */
export function wholeChecksum(upload: Upload, parts: readonly Part[]): ObjectChecksum {
  const algorithm = upload.checksumAlgorithm ?? 'CRC64NVME';
  const runs = parts.map((part) => ({ value: part.checksums[algorithm] ?? '', sizeBytes: part.sizeBytes }));
  if (upload.checksumType === 'COMPOSITE' || algorithm === 'SHA1' || algorithm === 'SHA256') {
    return {
      algorithm,
      type: 'COMPOSITE',
      value: compositeChecksum(
        algorithm,
        runs.map((run) => run.value),
      ),
    };
  }
  return { algorithm, type: 'FULL_OBJECT', value: combineCrc(algorithm, runs) };
}

function mismatch(expected: ChecksumAlgorithm, actual: ChecksumAlgorithm | undefined): S3Error {
  return invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${actual?.toLowerCase() ?? 'null'}.`,
  );
}
