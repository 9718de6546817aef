import type { CosError } from '../../model/cosError';
import type { BucketName, ObjectKey } from '../../model/ids';
import type { ObjectInfo } from '../../model/objectInfo';
import type { ItemFailure } from '../../model/transferState';
import { findObject } from '../cos/absence';
import { isSameEtag } from '../cos/etag';
import type { OnDeleted } from '../cos/client';
import { CosFailure } from '../failure';
import { mayHaveActed } from '../http/httpClient';
import { inConnection, type TransferContext } from './context';
import { keyError } from './deleteBatch';
import { clockToleranceMs } from './selection';

/** A key to delete, and the object that a listing showed there. */
export interface Doomed {
  readonly key: ObjectKey;
  readonly seen?: { readonly etag: string; readonly modifiedAtMs: number };
}

const mostAttempts = 5;
const headsAtOnce = 16;
/** Times on the wire have seconds. */
const secondsMs = 2000;

/**
 * Deletes keys, and answers with those that stayed. Where the answer of a batch is lost each key is looked at: what is absent is
 * deleted, the object that was meant is deleted again, and one that was written since is somebody else's and stays. Where that
 * cannot be told nothing is repeated.
 */
export async function deleteOnce(
  context: TransferContext,
  bucket: BucketName,
  doomed: readonly Doomed[],
  onDeleted?: OnDeleted,
): Promise<readonly ItemFailure[]> {
  const { client, nowMs, signal } = context;
  const askedAtMs = nowMs();
  const stayed: ItemFailure[] = [];
  let open = doomed;
  for (let attempt = 1; ; attempt++) {
    const keys = open.map(({ key }) => key);
    try {
      const failures = await inConnection(context, signal, () => client.deleteObjects(bucket, keys, signal, onDeleted));
      return [...stayed, ...failures.map((failure) => ({ name: failure.key, error: keyError(bucket, failure) }))];
    } catch (thrown) {
      const isLost = thrown instanceof CosFailure && mayHaveActed(thrown) && thrown.error.retry === 'later';
      if (!isLost || attempt === mostAttempts || signal.aborted) throw thrown;
      const again: Doomed[] = [];
      for (let at = 0; at < open.length; at += headsAtOnce) {
        const some = open.slice(at, at + headsAtOnce);
        const looks = await Promise.all(some.map((one) => lookAfter(context, bucket, one, askedAtMs)));
        for (const [index, one] of some.entries()) {
          const look = looks[index];
          if (look === 'meant') again.push(one);
          else if (look !== 'gone' && look !== undefined) stayed.push({ name: one.key, error: look });
        }
      }
      if (again.length === 0) return stayed;
      open = again;
    }
  }
}

async function lookAfter(
  context: TransferContext,
  bucket: BucketName,
  { key, seen }: Doomed,
  askedAtMs: number,
): Promise<'gone' | 'meant' | CosError> {
  const { client, signal } = context;
  let found: ObjectInfo | undefined;
  try {
    found = await inConnection(context, signal, () => findObject(client, { bucket, key }, signal));
  } catch (thrown) {
    // Who may delete need not be one who may look.
    if (thrown instanceof CosFailure && thrown.error.kind === 'denied') return unknown(bucket, key);
    throw thrown;
  }
  if (found === undefined) return 'gone';
  if (seen !== undefined) return isSame(found, seen) ? 'meant' : writtenSince(bucket, key);
  return found.modifiedAtMs < beforeAskedMs(context, found, askedAtMs) ? 'meant' : unknown(bucket, key);
}

/** A moment certainly before the deletion was asked for, by the clock that the object's time is of. */
function beforeAskedMs({ nowMs }: TransferContext, { answeredAtMs }: ObjectInfo, askedAtMs: number): number {
  if (answeredAtMs === undefined) return askedAtMs - clockToleranceMs;
  return answeredAtMs - (nowMs() - askedAtMs) - secondsMs;
}

/** A HEAD tells the time to the second, a listing perhaps closer. */
function isSame(found: ObjectInfo, { etag, modifiedAtMs }: NonNullable<Doomed['seen']>): boolean {
  const seconds = (timeMs: number): number => Math.floor(timeMs / 1000);
  return isSameEtag(found.etag, etag) && seconds(found.modifiedAtMs) === seconds(modifiedAtMs);
}

/** The failure of a key whose object was written after its deletion was asked for. */
export function writtenSince(bucket: BucketName, key: ObjectKey): CosError {
  const detail = `"${key}" was written anew after its deletion was asked for, and was left as it is`;
  const reason = 'changedMeanwhile';
  return { kind: 'preconditionFailed', op: 'DeleteObjects', reason, bucket, key, retry: 'never', detail };
}

function unknown(bucket: BucketName, key: ObjectKey): CosError {
  const detail =
    `Whether the object "${key}" in bucket "${bucket}" is the one that was to be deleted, or was written since by somebody else, ` +
    `cannot be told: the answer was lost. Nothing was deleted again. Look at "${key}", and delete it if you mean it.`;
  return { kind: 'conflict', op: 'DeleteObjects', reason: 'arrivalUnknown', bucket, key, retry: 'never', detail };
}
