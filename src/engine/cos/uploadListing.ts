import { objectKey, type BucketName, type UploadId } from '../../model/ids';
import { CosFailure } from '../failure';
import type { CosClient, ListedUpload, UploadCursor, UploadPage } from './client';
import { sendControl } from './control';
import { assertListed } from './listedNames';
import { decodeListed } from './listing';
import { momentMs } from './moment';
import type { Wire } from './wire';
import { childElements, childText, type XmlElement } from './xml';

const op = 'ListMultipartUploads';

/** Uploads that were begun and neither completed nor aborted, whoever began them (data-plane §6). */
export function createUploadListing(wire: Wire): Pick<CosClient, 'listMultipartUploads'> {
  return {
    async listMultipartUploads(bucket, { prefix = '', cursor, maxUploads }, signal) {
      const query = {
        uploads: undefined,
        'encoding-type': 'url',
        ...(prefix === '' ? {} : { prefix }),
        ...(maxUploads === undefined ? {} : { 'max-uploads': maxUploads }),
        ...(cursor === undefined ? {} : { 'key-marker': cursor.key, 'upload-id-marker': cursor.uploadId }),
      };
      const answer = await sendControl(wire, { op, method: 'GET', bucket, query, repeatable: 'always' }, signal);
      return uploadPage(answer.root('ListMultipartUploadsResult'), bucket, prefix, cursor);
    },
  };
}

/** Whoever empties a bucket aborts what stands here, so a page that is wrong in one place is believed in none. */
function uploadPage(
  root: XmlElement,
  bucket: BucketName,
  prefix: string,
  cursor: UploadCursor | undefined,
): UploadPage {
  const refuse = (detail: string): never => {
    throw new CosFailure({ kind: 'unsupported', op, bucket, retry: 'never', detail });
  };
  const decode = (text: string): string =>
    childText(root, 'EncodingType')?.trim() === 'url' ? decodeListed(text) : text;
  const uploads = childElements(root, 'Upload').map((element): ListedUpload => {
    const key = objectKey(decode(childText(element, 'Key') ?? ''));
    const uploadId = childText(element, 'UploadId')?.trim() ?? '';
    const initiatedAtMs = momentMs(childText(element, 'Initiated')) ?? Number.NaN;
    return { key, uploadId: uploadId as UploadId, initiatedAtMs };
  });
  assertListed(op, bucket, prefix, uploads, []);
  // The next markers come on the last page, too.
  if (childText(root, 'IsTruncated')?.trim() !== 'true') return { uploads };
  const key = decode(childText(root, 'NextKeyMarker') ?? '');
  const uploadId = childText(root, 'NextUploadIdMarker')?.trim() ?? '';
  if (key === '' || uploadId === '') {
    refuse(`The server says that the list of open uploads of "${bucket}" goes on, but not where.`);
  }
  if (key === cursor?.key && uploadId === cursor.uploadId) {
    refuse(
      `The server says that the list of open uploads of "${bucket}" goes on, but repeats where the last page ended.`,
    );
  }
  return { uploads, nextCursor: { key: objectKey(key), uploadId: uploadId as UploadId } };
}
