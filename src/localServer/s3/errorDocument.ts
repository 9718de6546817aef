import type { S3Error } from './errors.ts';
import { writeXml } from './xml.ts';

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
