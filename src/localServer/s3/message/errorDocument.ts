import type { S3Error } from './errors';
import { writeXml } from './xml';

/** The error body of rule 2, without a namespace. */
export function newErrorDocument(error: S3Error, resource: string, requestId: string): Buffer {
  return writeXml([
    'Error',
    [
      ['Code', error.code],
      ['Message', error.message],
      ['Resource', resource],
      ['RequestId', requestId],
      ['httpStatusCode', error.status],
    ],
  ]);
}
