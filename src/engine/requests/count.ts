import type { BucketName, ObjectKey } from '../../model/ids';
import type { ObjectSummary } from '../../model/objectInfo';
import type { ObjectCount } from '../../protocol/requests';
import type { CosClient } from '../cos/client';
import { isAbsent } from '../cos/absence';
import { objectPages } from '../pages';
import { willBeComparable } from '../proof/comparable';
import { wholeChecksum } from '../proof/expected';

/** Objects that a selection of keys and prefixes holds. An object that two of them hold counts once. */
export async function countObjects(
  client: CosClient,
  bucket: BucketName,
  selection: { keys: readonly ObjectKey[]; prefixes: readonly string[]; limit: number },
  signal: AbortSignal,
): Promise<ObjectCount> {
  const prefixes = outermost(selection.prefixes);
  const keys = [...new Set(selection.keys)].filter((key) => !prefixes.some((prefix) => key.startsWith(prefix)));
  let objects = 0;
  let bytes = 0;
  const incomparable = { objects: 0, bytes: 0 };
  const take = (object: ObjectSummary): void => {
    objects += 1;
    bytes += object.sizeBytes;
    if (willBeComparable(object)) return;
    incomparable.objects += 1;
    incomparable.bytes += object.sizeBytes;
  };
  const counted = (isComplete: boolean): ObjectCount => ({
    objects,
    bytes,
    isComplete,
    ...(incomparable.objects === 0 ? {} : { incomparable }),
  });
  for (const key of keys) {
    if (objects >= selection.limit) return counted(false);
    const object = await summaryOf(client, bucket, key, signal);
    if (object !== undefined) take(object);
  }
  for (const prefix of prefixes) {
    const pages = objectPages(bucket, { prefix, delimiter: '' }, (query) => client.listPage(bucket, query, signal));
    for await (const page of pages) {
      for (const object of page.objects) {
        if (objects >= selection.limit) return counted(false);
        take(object);
      }
    }
  }
  return counted(true);
}

function outermost(prefixes: readonly string[]): readonly string[] {
  const unique = [...new Set(prefixes)];
  return unique.filter((prefix) => !unique.some((other) => other !== prefix && prefix.startsWith(other)));
}

/** What a HEAD says, as a listing would. */
async function summaryOf(
  client: CosClient,
  bucket: BucketName,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<ObjectSummary | undefined> {
  try {
    const info = await client.headObject({ bucket, key }, signal);
    const whole = wholeChecksum(info);
    if (whole === undefined) return info;
    return { ...info, checksumAlgorithm: whole.algorithm, checksumType: 'FULL_OBJECT' };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
