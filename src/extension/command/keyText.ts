import { encodeSegment } from '../../model/objectUri';
import type { ObjectsTarget, ObjectTarget } from './targets';

/** Keys and prefixes of a selection, one per line. */
export function keysText(targets: readonly ObjectsTarget[]): string {
  return targets.flatMap(({ keys, prefixes }) => [...prefixes, ...keys]).join('\n');
}

/** `s3://bucket/key` of everything selected, one per line, as the AWS tools take it: keys stand as they are. */
export function s3UrisText(targets: readonly ObjectsTarget[]): string {
  return targets
    .flatMap(({ bucket, keys, prefixes }) => [...prefixes, ...keys].map((key) => `s3://${bucket}/${key}`))
    .join('\n');
}

/** The objects of a selection, without the folders. */
export function objectsOf(targets: readonly ObjectsTarget[]): readonly ObjectTarget[] {
  return targets.flatMap(({ connectionId, bucket, keys }) => keys.map((key) => ({ connectionId, bucket, key })));
}

/** How many rows are selected. */
export function rowCount(targets: readonly ObjectsTarget[]): number {
  return targets.reduce((sum, { keys, prefixes }) => sum + keys.length + prefixes.length, 0);
}

/** A bucket and key typed as `bucket/key`, or undefined when a part is missing. */
export function parseBucketAndKey(text: string): { readonly bucket: string; readonly key: string } | undefined {
  const slash = text.indexOf('/');
  const bucket = text.slice(0, slash);
  const key = text.slice(slash + 1);
  return slash <= 0 || key === '' ? undefined : { bucket, key };
}

/** A bucket and folder typed as `bucket/folder/`; the last `/` may be left out. */
export function parseBucketAndFolder(text: string): { readonly bucket: string; readonly prefix: string } {
  const slash = text.indexOf('/');
  if (slash < 0) return { bucket: text, prefix: '' };
  const prefix = text.slice(slash + 1);
  return { bucket: text.slice(0, slash), prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}

/** A file name for an object on this machine: the last segment of its key, with what no file system takes replaced. */
export function localFileName(key: string): string {
  const segment = key.replace(/\/+$/, '').split('/').at(-1) ?? '';
  const name = [...encodeSegment(segment)]
    .map((character) => ('<>:"|?*'.includes(character) ? '_' : character))
    .join('')
    .replace(/[. ]+$/, '');
  return name === '' || name === '~' ? 'object' : name;
}
