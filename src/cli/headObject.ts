import type { ObjectInfo } from '../model/objectInfo';
import type { ObjectAddress } from '../engine/cos/client';
import { isAbsent } from '../engine/cos/absence';
import { CosFailure } from '../engine/failure';
import type { Session } from './session';

/**
 * What a HEAD tells of an object. A HEAD's refusal has no body, so for an object that is not there it asks once more
 * whether the bucket is: its failure then says so.
 */
export async function headObject(session: Session, address: ObjectAddress, signal: AbortSignal): Promise<ObjectInfo> {
  try {
    return await session.client.headObject(address, signal);
  } catch (thrown) {
    if (isAbsent(thrown)) {
      const query = { prefix: address.key, delimiter: '', maxKeys: 1 } as const;
      await session.client.listPage(address.bucket, query, signal).catch((cause: unknown) => {
        if (cause instanceof CosFailure && cause.error.kind === 'notFound') throw cause;
        // Whoever may not list still gets the answer about the object.
      });
    }
    throw thrown;
  }
}
