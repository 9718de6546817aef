import type { BucketName } from '../model/ids';
import type { ObjectPage } from '../model/objectInfo';
import type { VersionPage } from '../model/objectVersion';
import {
  endlessList,
  namesOfObjects,
  namesOfVersions,
  pagesOf,
  type ListSubject,
  type PagedList,
} from '../model/pages';
import type { CosClient, UploadCursor, UploadPage, VersionQuery } from './cos/client';
import { CosFailure } from './failure';

/** Lists that are gathered in memory: at a hundred or a thousand entries a page, more than there can be of anything. */
export const maxGatheredPages = 1000;

/** The pages of a list that a service answers. Throws `unsupported` for one without end. */
export function listedPages<Page, Cursor>(
  subject: ListSubject,
  list: Omit<PagedList<Page, Cursor>, 'endless'>,
): AsyncGenerator<Page, void, void> {
  return pagesOf({
    ...list,
    endless: (why) => {
      throw new CosFailure(endlessList(subject, why));
    },
  });
}

type ObjectQuery = Parameters<CosClient['listPage']>[1];

/** The pages of what lies below a prefix. */
export function objectPages(
  bucket: BucketName,
  { prefix, delimiter }: Pick<ObjectQuery, 'prefix' | 'delimiter'>,
  ask: (query: ObjectQuery) => Promise<ObjectPage>,
): AsyncGenerator<ObjectPage, void, void> {
  const what = `objects of "${prefix === '' ? bucket : `${bucket}/${prefix}`}"`;
  return listedPages<ObjectPage, string>(
    { op: 'ListObjectsV2', bucket, what },
    {
      ask: (from) => ask({ prefix, delimiter, ...from }),
      next: ({ nextCursor }) => nextCursor,
      names: namesOfObjects,
    },
  );
}

/** The pages of versions and delete markers below a prefix. */
export function versionPages(
  bucket: BucketName,
  { prefix, delimiter }: Pick<VersionQuery, 'prefix' | 'delimiter'>,
  ask: (query: VersionQuery) => Promise<VersionPage>,
): AsyncGenerator<VersionPage, void, void> {
  const what = `versions of "${prefix === '' ? bucket : `${bucket}/${prefix}`}"`;
  return listedPages<VersionPage, string>(
    { op: 'ListObjectVersions', bucket, what },
    {
      ask: (from) => ask({ prefix, delimiter, ...from }),
      next: ({ nextCursor }) => nextCursor,
      names: namesOfVersions,
    },
  );
}

/** The pages of the open uploads of a bucket. */
export function uploadPages(
  bucket: BucketName,
  ask: (from: { readonly cursor?: UploadCursor }) => Promise<UploadPage>,
): AsyncGenerator<UploadPage, void, void> {
  return listedPages<UploadPage, UploadCursor>(
    { op: 'ListMultipartUploads', bucket, what: `open uploads of "${bucket}"` },
    {
      ask,
      next: ({ nextCursor }) => nextCursor,
      names: ({ uploads }) => uploads.map(({ key, uploadId }) => JSON.stringify([key, uploadId])),
    },
  );
}
