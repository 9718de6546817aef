import { objectKey, type BucketName, type ObjectKey } from '../../model/ids';
import type { ObjectInfo } from '../../model/objectInfo';
import type { AttributeChange, SeenMark } from '../../model/objectState';
import type { TransferRequest } from '../../protocol/requests';
import { isSameEtag } from '../cos/etag';
import type { SeenObject } from '../cos/metadata';
import { shownEntries } from '../../system/headerWords';
import { CosFailure } from '../failure';
import { holds } from './carriedAttributes';
import { inConnection, moveItem, type TransferContext } from './context';
import { runLanes } from './lanes';
import { isNewer, objectsBelow, outermostPrefixes } from './selection';

/** The request of a change of many objects. */
export type ChangeRequest = Extract<TransferRequest, { kind: 'change' }>;

interface ChangeItem {
  readonly key: ObjectKey;
  /** The object that is meant; absent where none was looked at. */
  readonly seen?: SeenObject;
}

/**
 * Changes headers, metadata, tags or ACL of objects and of everything below prefixes, while listing goes on. An object that
 * is no longer the one seen or listed, or is protected, stays as it is and is booked as failed, and the others go on. So does
 * one that was written while the transfer stood still, as far as it was not this transfer; who tries again means it as well.
 */
export async function changeMany(
  context: TransferContext,
  request: ChangeRequest,
  stop: AbortController,
): Promise<void> {
  await runLanes(
    plan(context, request),
    () => 'small',
    // What is sent again from here stands in memory, whole.
    { small: request.method === 'put' ? 1 : context.maxConnections, large: 1 },
    (item) =>
      moveItem(context, { name: item.key, sizeBytes: 0 }, async () => {
        await inConnection(context, context.signal, () => changeOne(context, request, item));
        return { kind: 'done' };
      }),
    stop,
  );
}

/** Each object once, as it was seen or as it is listed. */
async function* plan(context: TransferContext, request: ChangeRequest): AsyncGenerator<ChangeItem> {
  const outermost = outermostPrefixes(request.prefixes);
  for (const key of new Set(request.keys)) {
    if (outermost.some((prefix) => key.startsWith(prefix))) continue;
    context.transfer.addPlanned(0);
    const seen = markOf(request, key);
    yield { key, ...(seen === undefined ? {} : { seen }) };
  }
  for (const prefix of outermost) {
    for await (const { key, etag } of objectsBelow(context, request.bucket, prefix)) {
      context.transfer.addPlanned(0);
      yield { key: objectKey(key), seen: markOf(request, key) ?? { etag } };
    }
  }
  context.transfer.completePlan();
}

function markOf({ seen = {} }: ChangeRequest, key: string): SeenMark | undefined {
  return Object.hasOwn(seen, key) ? seen[key] : undefined;
}

async function changeOne(context: TransferContext, request: ChangeRequest, item: ChangeItem): Promise<void> {
  const { client, signal } = context;
  const { bucket, change, method } = request;
  const address = { bucket, key: item.key };
  const seen = context.run === 'first' ? item.seen : await seenAgain(context, request, item);
  const outcome = await client.changeAttributes(address, seen, change, { method, lock: 'keep' }, signal);
  if (outcome.failed !== undefined) throw new CosFailure(outcome.failed.error);
}

/**
 * What is meant by an item in a later run. An earlier one may have written the object and not have noted it, which renews
 * its time; what else was written since is somebody else's.
 */
async function seenAgain(
  context: TransferContext,
  { bucket, change }: ChangeRequest,
  { key, seen }: ChangeItem,
): Promise<SeenObject | undefined> {
  const { client, run, signal } = context;
  const isPinned = seen?.modifiedAtMs !== undefined;
  if (run === 'failedOnly' && !isPinned) return seen;
  const info = await client.headObject({ bucket, key }, signal);
  const now = { etag: info.etag, modifiedAtMs: info.modifiedAtMs };
  if (seen !== undefined && !isSameEtag(seen.etag, info.etag)) return seen; // is refused, with the words for it
  const isAsSeen = isPinned ? seen.modifiedAtMs === info.modifiedAtMs : !isNewer(context, info);
  if (isAsSeen || isWritten(info, change)) return now;
  throw writtenSince(bucket, key);
}

/** Whether an object has the headers and metadata of a change that has any. */
function isWritten({ headers, metadata }: ObjectInfo, change: AttributeChange): boolean {
  if (change.headers === undefined && change.metadata === undefined) return false;
  const wanted = change.metadata ?? {};
  // A new value is stored in another form than it was given.
  const hasMetadata = holds(metadata, wanted) || holds(shownEntries(metadata), wanted);
  return holds(headers, change.headers ?? {}) && hasMetadata;
}

function writtenSince(bucket: BucketName, key: ObjectKey): CosFailure {
  const detail = `"${key}" was written by somebody else after this change was begun. Nothing was changed.`;
  const op = 'ChangeAttributes';
  return new CosFailure({
    kind: 'preconditionFailed',
    op,
    reason: 'changedMeanwhile',
    bucket,
    key,
    retry: 'never',
    detail,
  });
}
