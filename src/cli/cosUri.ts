import { bucketName, objectKey, type BucketName, type ObjectKey } from '../model/ids';
import { UsageError } from './exitCode';

/** A place in the service as the command line names it: `cos://bucket/key`. The key may be empty, or a prefix. */
export interface CosPlace {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
}

/** Whether an argument names a place in the service rather than a file. */
export function isCosUri(text: string): boolean {
  return /^(?:cos|s3):\/\//i.test(text);
}

/** Reads `cos://bucket/key` or `s3://bucket/key`. The key is taken as it stands: nothing in it is decoded. */
export function parseCosUri(text: string): CosPlace {
  const match = /^(?:cos|s3):\/\/([^/]+)(?:\/(.*))?$/is.exec(text);
  const bucket = match?.[1];
  if (bucket === undefined)
    throw new UsageError(`"${text}" names no bucket; write cos://${text.includes(':') ? 'bucket/key' : text}`);
  return { bucket: bucketName(bucket), key: objectKey(match?.[2] ?? '') };
}

/** Reads a place that must name an object. */
export function parseObject(text: string): CosPlace {
  const place = parseCosUri(text);
  if (place.key === '') throw new UsageError(`"${text}" names a bucket; an object is needed, as in cos://bucket/key`);
  return place;
}

/** The prefix of everything below a place: a key that does not end in `/` is taken for a folder. */
export function prefixOf(place: CosPlace): string {
  return place.key === '' || place.key.endsWith('/') ? place.key : `${place.key}/`;
}
