import type { BucketName } from '../../model/ids';
import { multipartLimits } from '../../model/partPlan';
import { CosFailure } from '../failure';

/** What a page of a listing says of one object or version; a delete marker has no size. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes?: number;
}

/**
 * Refuses a page that holds what was not asked for, or what cannot be: names that do not lie below the prefix
 * (data-plane §4), and sizes that no object has. Whatever walks a listing deletes, moves or downloads what stands in it,
 * so a page that is wrong in one place is believed in none. Throws `unsupported`.
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
  const odd = objects.find(({ sizeBytes }) => sizeBytes !== undefined && !isSize(sizeBytes));
  if (odd !== undefined) refuse(`The server lists "${odd.key}" in "${bucket}" with a size that no object has.`);
}

function isSize(sizeBytes: number): boolean {
  return Number.isSafeInteger(sizeBytes) && sizeBytes >= 0 && sizeBytes <= multipartLimits.maxObjectBytes;
}
