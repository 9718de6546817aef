import type { BucketName } from '../../model/ids';
import { multipartLimits } from '../../model/partPlan';
import { CosFailure } from '../failure';

/** What a page of a listing says of one object, version or upload; a delete marker and an upload have no size. */
export interface ListedObject {
  readonly key: string;
  readonly versionId?: string;
  readonly uploadId?: string;
  readonly isLatest?: boolean;
  readonly sizeBytes?: number;
  readonly modifiedAtMs?: number;
  readonly initiatedAtMs?: number;
}

/**
 * Refuses a page that holds what was not asked for, or what cannot be: names that do not lie below the prefix
 * (data-plane §4), something that stands there twice, sizes and dates that no object has, old versions before the current
 * one. Whatever walks a listing deletes, moves or downloads what stands in it, so a page that is wrong in one place is
 * believed in none. Throws `unsupported`.
 */
export function assertListed(
  op: string,
  bucket: BucketName,
  prefix: string,
  objects: readonly ListedObject[],
  folders: readonly string[],
): void {
  const refuse = (detail: string): never => {
    throw new CosFailure({ kind: 'unsupported', op, bucket, retry: 'never', detail });
  };
  const foreign = [...objects.map(({ key }) => key), ...folders].find(
    (name) => name === '' || !name.startsWith(prefix),
  );
  if (foreign === '') refuse(`The server lists something without a name in "${bucket}".`);
  if (foreign !== undefined) {
    refuse(`The server lists "${foreign}" in "${bucket}", which is not below "${prefix}" as was asked for.`);
  }
  const seen = new Set<string>();
  for (const { key, versionId, uploadId, isLatest, sizeBytes, modifiedAtMs, initiatedAtMs } of objects) {
    const id = versionId ?? uploadId;
    const name = id === undefined ? key : `${key}\0${id}`;
    if (id === '')
      refuse(
        `The server lists "${key}" in "${bucket}" without the id of its ${versionId === undefined ? 'upload' : 'version'}.`,
      );
    if (seen.has(name)) refuse(`The server lists "${key}" in "${bucket}" twice.`);
    if (isLatest === true && seen.has(key))
      refuse(`The server lists old versions of "${key}" in "${bucket}" before the current one.`);
    seen.add(name);
    if (isLatest !== undefined) seen.add(key);
    if (sizeBytes !== undefined && !isSize(sizeBytes)) {
      refuse(`The server lists "${key}" in "${bucket}" with a size that no object has.`);
    }
    if (Number.isNaN(modifiedAtMs ?? initiatedAtMs ?? 0)) {
      refuse(`The server lists "${key}" in "${bucket}" without a date that can be read.`);
    }
  }
}

function isSize(sizeBytes: number): boolean {
  return Number.isSafeInteger(sizeBytes) && sizeBytes >= 0 && sizeBytes <= multipartLimits.maxObjectBytes;
}
