import { bucketName, objectKey, type BucketName } from '../../model/ids';
import type { ObjectPage, ObjectSummary } from '../../model/objectInfo';
import { CosFailure } from '../failure';
import type { CosClient } from './client';
import { assertListed } from './listedNames';
import { scanListing, type RawPage } from './listingScanner';
import type { Wire } from './wire';

const op = 'ListObjectsV2';
/** A page of 1,000 keys of 1,024 bytes, each byte percent-encoded, with generous trimmings. */
const maxPageBytes = 16 * 1024 * 1024;

/** Listing by ListObjectsV2 with `encoding-type=url`, so that keys with control characters survive XML. */
export function createListing(wire: Wire): Pick<CosClient, 'listPage'> {
  return {
    async listPage(bucket, query, signal) {
      return await wire.send(
        {
          op,
          method: 'GET',
          bucket,
          query: {
            'list-type': '2',
            'encoding-type': 'url',
            prefix: query.prefix,
            ...(query.delimiter === '' ? {} : { delimiter: query.delimiter }),
            ...(query.maxKeys === undefined ? {} : { 'max-keys': query.maxKeys }),
            ...(query.cursor === undefined ? {} : { 'continuation-token': query.cursor }),
            ...(query.cursor === undefined && query.startAfter !== undefined && query.startAfter !== ''
              ? { 'start-after': query.startAfter }
              : {}),
          },
          repeatable: 'always',
        },
        signal,
        async (answer, origin) => {
          const raw = scanListing((await answer.read(maxPageBytes)).toString('utf8'));
          if (raw === undefined) throw notAListing(bucket, origin);
          return objectPage(raw, bucket, query);
        },
      );
    },
  };
}

function objectPage(
  raw: RawPage,
  bucket: BucketName,
  { prefix, cursor }: Parameters<CosClient['listPage']>[1],
): ObjectPage {
  const isEncoded = raw.encodingType === 'url';
  const objects: ObjectSummary[] = raw.entries.map((entry) => ({
    key: objectKey(isEncoded ? decodeListed(entry.key) : entry.key),
    sizeBytes: entry.sizeBytes,
    modifiedAtMs: entry.modifiedAtMs,
    etag: entry.etag,
    ...(entry.storageClass === undefined ? {} : { storageClass: entry.storageClass }),
    ...(entry.checksumAlgorithm === undefined ? {} : { checksumAlgorithm: entry.checksumAlgorithm }),
    ...(isChecksumType(entry.checksumType) ? { checksumType: entry.checksumType } : {}),
  }));
  const folders = isEncoded ? raw.prefixes.map(decodeListed) : raw.prefixes;
  assertListed(op, bucket, prefix, objects, folders);
  const token = raw.nextContinuationToken;
  if (!raw.isTruncated) return { folders, objects };
  if (token === undefined || token === '' || token === cursor) {
    throw new CosFailure({
      kind: 'unsupported',
      op,
      bucket: bucketName(bucket),
      retry: 'never',
      detail: `The server says that the list of "${bucket}" goes on, but ${token === cursor ? 'repeats the token of the last page' : 'gives no token for the next page'}.`,
    });
  }
  return { folders, objects, nextCursor: token };
}

function isChecksumType(text: string | undefined): text is 'FULL_OBJECT' | 'COMPOSITE' {
  return text === 'FULL_OBJECT' || text === 'COMPOSITE';
}

/** Undoes `encoding-type=url`, where a blank is `+`. Text that is not so encoded is a name as it stands. */
export function decodeListed(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text; // some servers echo EncodingType without encoding
  }
}

function notAListing(bucket: BucketName, origin: string): CosFailure {
  const host = new URL(origin).host;
  return new CosFailure({
    kind: 'network',
    op,
    bucket,
    host,
    reason: 'notACosEndpoint',
    retry: 'never',
    detail: `"${host}" does not answer a listing as object storage does.`,
  });
}
