import type { ObjectInfo } from '../../model/objectInfo';
import { CosFailure } from '../failure';
import type { CosClient, ObjectAddress } from './client';

/**
 * Whether the service says that there is no such object: a bucket that is not there, or is elsewhere, says nothing of its
 * objects. The one definition of it (data-plane §2).
 */
export function isAbsent(thrown: unknown): boolean {
  return thrown instanceof CosFailure && thrown.error.kind === 'notFound' && thrown.error.reason === 'noSuchKey';
}

/** What a HEAD says of an object, or undefined where there is none. */
export async function findObject(
  client: Pick<CosClient, 'headObject'>,
  address: ObjectAddress,
  signal: AbortSignal,
): Promise<ObjectInfo | undefined> {
  try {
    return await client.headObject(address, signal);
  } catch (thrown) {
    if (isAbsent(thrown)) return undefined;
    throw thrown;
  }
}
