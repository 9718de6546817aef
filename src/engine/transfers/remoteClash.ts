import { keyProblem, objectKey, type BucketName, type ObjectKey } from '../../model/ids';
import type { ObjectInfo } from '../../model/objectInfo';
import { findObject } from '../cos/absence';
import type { CosClient, ObjectAddress } from '../cos/client';
import { CosFailure } from '../failure';
import type { DecidedClash } from './clash';
import { inConnection, type ItemOutcome, type TransferContext } from './context';

/** What a HEAD says of an object, in one of the transfer's places; undefined where there is none. */
export async function headOf(context: TransferContext, address: ObjectAddress): Promise<ObjectInfo | undefined> {
  return await inConnection(context, context.signal, () => findObject(context.client, address, context.signal));
}

const mostNames = 1000;

/** The first of the numbered names that no object has. */
export async function freeKey(
  client: CosClient,
  bucket: BucketName,
  nameOf: (n: number) => string,
  signal: AbortSignal,
): Promise<ObjectKey> {
  for (let n = 1; n <= mostNames; n++) {
    const key = objectKey(nameOf(n));
    if (keyProblem(key) !== undefined) break;
    if ((await findObject(client, { bucket, key }, signal)) === undefined) return key;
  }
  throw new CosFailure({
    kind: 'conflict',
    op: 'HeadObject',
    reason: 'alreadyExists',
    bucket,
    key: nameOf(1),
    retry: 'never',
    detail: `no free name like "${nameOf(1)}" was found`,
  });
}

/** Whether a write was refused since there is an object already. */
export function isTaken(thrown: unknown): boolean {
  return thrown instanceof CosFailure && thrown.error.kind === 'preconditionFailed';
}

/** How an item ends whose name was taken meanwhile. Throws again what is of another kind. */
export function endAsTaken(
  { signal }: TransferContext,
  { bucket, key }: ObjectAddress,
  clash: DecidedClash,
  thrown: unknown,
): ItemOutcome {
  if (!isTaken(thrown) || clash === 'replace' || signal.aborted) throw thrown;
  if (clash === 'skip') return { kind: 'exists', detail: `an object "${key}" appeared meanwhile` };
  throw alreadyExists(bucket, key);
}

/** The failure of a target that exists where the choice is to fail. */
export function alreadyExists(bucket: BucketName, key: ObjectKey): CosFailure {
  return new CosFailure({
    kind: 'conflict',
    op: 'PutObject',
    reason: 'alreadyExists',
    bucket,
    key,
    retry: 'never',
    detail: `an object "${key}" exists in bucket "${bucket}"; it was left as it is`,
  });
}
