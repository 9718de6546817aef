import { objectKey, type UploadId } from '../../model/ids';
import type { CosClient, ListedUpload } from './client';
import { decodeListed } from './listing';
import type { Sdk } from './sdk';

/** Uploads that were begun and neither completed nor aborted, whoever began them (data-plane.md §6). */
export function createUploadListing(sdk: Sdk): Pick<CosClient, 'listMultipartUploads'> {
  return {
    async listMultipartUploads(bucket, { prefix, cursor, maxUploads }, signal) {
      const { ListMultipartUploadsCommand } = await import('./sdkClasses');
      const call = { op: 'ListMultipartUploads', bucket, repeatable: 'always' } as const;
      const page = await sdk.run(call, signal, async (client, options) =>
        client.send(
          new ListMultipartUploadsCommand({
            Bucket: bucket,
            EncodingType: 'url',
            ...(prefix === undefined ? {} : { Prefix: prefix }),
            ...(maxUploads === undefined ? {} : { MaxUploads: maxUploads }),
            ...(cursor === undefined ? {} : { KeyMarker: cursor.key, UploadIdMarker: cursor.uploadId }),
          }),
          options,
        ),
      );
      const decode = (text: string): string => (page.EncodingType === 'url' ? decodeListed(text) : text);
      const uploads: ListedUpload[] = [];
      for (const { Key, UploadId: id, Initiated } of page.Uploads ?? []) {
        if (Key === undefined || id === undefined) continue;
        uploads.push({
          key: objectKey(decode(Key)),
          uploadId: id as UploadId,
          initiatedAtMs: Initiated?.getTime() ?? 0,
        });
      }
      const key = decode(page.NextKeyMarker ?? '');
      const uploadId = page.NextUploadIdMarker ?? '';
      // The next markers come on the last page, too.
      const isLast = page.IsTruncated !== true || (key === cursor?.key && uploadId === cursor.uploadId);
      return { uploads, ...(isLast ? {} : { nextCursor: { key: objectKey(key), uploadId: uploadId as UploadId } }) };
    },
  };
}
