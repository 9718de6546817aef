import type { CosError } from '../model/cosError';
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
  if (bucket === undefined) throw new UsageError(`"${text}" names no bucket; write ${meant(text)}`);
  return { bucket: bucketName(bucket), key: objectKey(match?.[2] ?? '') };
}

/** Reads a place that must name an object. */
export function parseObject(text: string): CosPlace {
  const place = parseCosUri(text);
  if (place.key === '') throw new UsageError(`"${text}" names a bucket; an object is needed, as in cos://bucket/key`);
  return place;
}

/**
 * The prefix of everything that a place of a recursive command stands for: a key is taken for a folder, with or without a `/` at
 * its end, unless it ends in `*`; then all that begins with what comes before it is meant.
 */
export function prefixOf({ key }: CosPlace): string {
  if (isPattern(key)) return key.slice(0, -1);
  return key === '' || key.endsWith('/') ? key : `${key}/`;
}

/** Whether a key stands for all keys that begin with what comes before its `*`. */
export function isPattern(key: string): boolean {
  return key.endsWith('*');
}

/** Reads a place that things are put below; what begins with something is no place. */
export function parseTargetFolder(text: string): CosPlace {
  const place = parseCosUri(text);
  if (!isPattern(place.key)) return place;
  throw new UsageError(`the target "${text}" ends in "*"; name a folder, as in cos://bucket/folder/`);
}

/** Why a recursive command can do nothing: the place holds nothing. */
export function nothingAt({ bucket, key }: CosPlace): CosError {
  const prefix = prefixOf({ bucket, key });
  const detail = isPattern(key)
    ? `bucket "${bucket}" holds nothing that begins with "${prefix}"`
    : `bucket "${bucket}" holds nothing below "${prefix}"`;
  return { kind: 'notFound', op: 'ListObjectsV2', reason: 'noSuchKey', bucket, key: prefix, retry: 'never', detail };
}

/** How a place that names no bucket was probably meant. */
function meant(text: string): string {
  const place = text.replace(/^(?:cos|s3):/i, '').replace(/^[/\\]+/, '');
  return place === '' || /[:\\]/.test(place) || place.startsWith('.') ? 'cos://bucket/key' : `cos://${place}`;
}
