import type { BucketName, ObjectKey } from '../../model/ids';
import type { ObjectInfo } from '../../model/objectInfo';
import { isReplaceRefused } from '../../model/protection';
import type { ProtectedTargets } from '../../protocol/requests';
import { inConnection, type TransferContext } from './context';
import { findObject } from '../cos/absence';

/** Objects that are looked at before a question, besides those that are known; more would make a person wait. */
const maxLooked = 100;

/**
 * How many of the objects in the way are protected against being replaced. `known` are those that a HEAD has told of
 * already; of the others the first hundred are looked at, and only where the first is one of a bucket with a retention
 * policy: there every object has a retention. Undefined where nothing is protected. What cannot be looked at counts as free.
 */
export async function countProtectedTargets(
  context: TransferContext,
  bucket: BucketName,
  keys: readonly ObjectKey[],
  known: ReadonlyMap<ObjectKey, ObjectInfo> = new Map(),
): Promise<ProtectedTargets | undefined> {
  const infos = keys.flatMap((key) => known.get(key) ?? []);
  const [first, ...others] = keys.filter((key) => !known.has(key));
  if (first !== undefined && infos.length < maxLooked) {
    const look = async (key: ObjectKey) => {
      const info = await infoOf(context, bucket, key);
      if (info !== undefined) infos.push(info);
      return info?.protection.retention !== undefined;
    };
    if (await look(first)) {
      const queue = others.slice(0, maxLooked - infos.length).values();
      const lookOn = async (): Promise<void> => {
        for (const key of queue) await look(key);
      };
      await Promise.all(Array.from({ length: context.maxConnections }, lookOn));
    }
  }
  const count = infos.filter(({ protection }) => isReplaceRefused(protection, context.nowMs())).length;
  return count === 0 ? undefined : { count, looked: infos.length };
}

async function infoOf(context: TransferContext, bucket: BucketName, key: ObjectKey): Promise<ObjectInfo | undefined> {
  const { client, signal } = context;
  try {
    return await inConnection(context, signal, () => findObject(client, { bucket, key }, signal));
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return undefined; // the write itself will tell
  }
}
