import { objectKey, type ObjectKey } from '../../model/ids';
import type { TransferRequest } from '../../protocol/requests';
import { CosFailure } from '../failure';
import { inConnection, moveItem, type TransferContext } from './context';
import { runLanes } from './lanes';
import { objectsBelow, outermostPrefixes } from './selection';

/** The request of a change of many objects. */
export type ChangeRequest = Extract<TransferRequest, { kind: 'change' }>;

interface ChangeItem {
  readonly key: ObjectKey;
  /** Of the object that is meant; absent where none was looked at. */
  readonly etag?: string;
}

/**
 * Changes headers, metadata, tags or ACL of objects and of everything below prefixes, while listing goes on. An object that
 * is no longer the one seen or listed, or is protected, stays as it is and is booked as failed, and the others go on.
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
    const etag = seenEtag(request, key);
    yield { key, ...(etag === undefined ? {} : { etag }) };
  }
  for (const prefix of outermost) {
    for await (const { key, etag } of objectsBelow(context, request.bucket, prefix)) {
      context.transfer.addPlanned(0);
      yield { key: objectKey(key), etag: seenEtag(request, key) ?? etag };
    }
  }
  context.transfer.completePlan();
}

function seenEtag({ seenEtags = {} }: ChangeRequest, key: string): string | undefined {
  return Object.hasOwn(seenEtags, key) ? seenEtags[key] : undefined;
}

async function changeOne(
  { client, signal }: TransferContext,
  { bucket, change, method }: ChangeRequest,
  { key, etag }: ChangeItem,
): Promise<void> {
  const address = { bucket, key };
  const seen = etag === undefined ? undefined : { etag };
  const outcome = await client.changeAttributes(address, seen, change, { method, lock: 'keep' }, signal);
  if (outcome.failed !== undefined) throw new CosFailure(outcome.failed.error);
}
