import type { ObjectAttributes } from '../../store/objects';
import { invalidArgument } from '../message/errors';
import type { ResponseHeaders } from '../wire/exchange';
import type { S3Request } from '../message/request';

const name = 'x-amz-server-side-encryption';

/**
 * The encryption by the service's own keys that a write asks for. Every object is encrypted at rest, so asking changes
 * nothing but that the answer to the write and every read say so. There is no other but that with customer keys, and
 * not both.
 */
export function readServerEncryption(request: S3Request): 'AES256' | undefined {
  const value = request.header(name);
  if (value !== undefined && value !== 'AES256') {
    throw invalidArgument(`The encryption method specified is not supported: "${value}".`);
  }
  const keyService = ['-aws-kms-key-id', '-context'].find((suffix) => request.header(name + suffix) !== undefined);
  if (keyService !== undefined) {
    throw invalidArgument(`${name}${keyService} needs ${name}: aws:kms, which is not supported.`);
  }
  const isOfCustomer = ['algorithm', 'key', 'key-md5'].some(
    (part) => request.header(`${name}-customer-${part}`) !== undefined,
  );
  if (value !== undefined && isOfCustomer) {
    throw invalidArgument(
      'Server Side Encryption with Customer provided key is incompatible with the encryption method specified.',
    );
  }
  return value;
}

/** Refuses the header where the object, or the upload, has been made already. */
export function refuseServerEncryption(request: S3Request): void {
  if (request.header(name) !== undefined) {
    throw invalidArgument(`${name} header is not supported for this operation.`);
  }
}

/** Stored headers of an object with the encryption that its own write asked for; that of a source is not copied. */
export function withServerEncryption(
  headers: ObjectAttributes['headers'],
  encryption: 'AES256' | undefined,
): ObjectAttributes['headers'] {
  const { [name]: _before, ...rest } = headers;
  return encryption === undefined ? rest : { ...rest, [name]: encryption };
}

/** The header by which an answer tells it. */
export function serverEncryptionHeader({ headers }: ObjectAttributes): ResponseHeaders {
  return { [name]: headers[name] };
}
