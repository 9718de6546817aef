import type { BucketName, ObjectKey } from '../../model/ids';
import type { ObjectCount } from '../../protocol/requests';
import type { CosClient } from '../cos/client';
import { CosFailure } from '../failure';

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
  for (const key of keys) {
    if (objects >= selection.limit) return { objects, bytes, isComplete: false };
    const sizeBytes = await sizeOf(client, bucket, key, signal);
    if (sizeBytes === undefined) continue;
    objects += 1;
    bytes += sizeBytes;
  }
  for (const prefix of prefixes) {
    let cursor: string | undefined;
    do {
      const query = { prefix, delimiter: '' as const, ...(cursor === undefined ? {} : { cursor }) };
      const page = await client.listPage(bucket, query, signal);
      for (const object of page.objects) {
        if (objects >= selection.limit) return { objects, bytes, isComplete: false };
        objects += 1;
        bytes += object.sizeBytes;
      }
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }
  return { objects, bytes, isComplete: true };
}

function outermost(prefixes: readonly string[]): readonly string[] {
  const unique = [...new Set(prefixes)];
  return unique.filter((prefix) => !unique.some((other) => other !== prefix && prefix.startsWith(other)));
}

async function sizeOf(
  client: CosClient,
  bucket: BucketName,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    return (await client.headObject({ bucket, key }, signal)).sizeBytes;
  } catch (error) {
    if (error instanceof CosFailure && error.error.reason === 'noSuchKey') return undefined;
    throw error;
  }
}
