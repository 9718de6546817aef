import type { ObjectKey } from '../../model/ids';
import type { ObjectInfo } from '../../model/objectInfo';
import type { DecidedClash } from './clash';
import { inConnection, moveItem, type TransferContext } from './context';
import { runLanes } from './lanes';
import { countProtectedTargets } from './protectedTargets';
import { findObject } from './remoteClash';
import { uploadFile } from './uploadFile';
import { planUpload, type UploadItem, type UploadRequest } from './uploadPlan';

interface DecidedItem {
  readonly item: UploadItem;
  readonly clash: DecidedClash;
}

/** Uploads files and folders: many small files at once, few large ones by their parts, while planning goes on. */
export async function upload(context: TransferContext, request: UploadRequest, stop: AbortController): Promise<void> {
  await runLanes(
    plan(context, request),
    ({ item }) => (item.sizeBytes <= context.partBytes ? 'small' : 'large'),
    { small: context.maxConnections, large: 2 },
    ({ item, clash }) =>
      moveItem(context, { name: item.fsPath, sizeBytes: item.sizeBytes }, () =>
        uploadFile(context, request, item, clash),
      ),
    stop,
  );
}

async function* plan(context: TransferContext, request: UploadRequest): AsyncGenerator<DecidedItem> {
  const items = planUpload(context.transfer, request, context.signal, context.skipSymlinks);
  if (request.clash === 'ask') {
    yield* planAsking(context, request, items);
  } else {
    for await (const item of items) yield { item, clash: request.clash };
  }
  context.transfer.completePlan();
}

/** The one case that needs the whole plan first: clashes are counted before anybody is asked. */
async function* planAsking(
  context: TransferContext,
  request: UploadRequest,
  items: AsyncIterable<UploadItem>,
): AsyncGenerator<DecidedItem> {
  const all: UploadItem[] = [];
  const clashing = new Map<UploadItem, ObjectInfo>();
  const look = async (item: UploadItem) => {
    // Decided, and perhaps stored, in an earlier run.
    const { notes } = context;
    if (notes.outcomeOf(item.fsPath) === 'done' || notes.findItem(item.fsPath) !== undefined) return;
    const address = { bucket: request.bucket, key: item.key };
    const find = () => findObject(context.client, address, context.signal);
    const found = await inConnection(context, context.signal, find);
    if (found !== undefined) clashing.set(item, found);
  };
  const gathered = (async function* () {
    for await (const item of items) {
      all.push(item);
      yield item;
    }
  })();
  const stop = new AbortController();
  await runLanes(gathered, () => 'small', { small: context.maxConnections, large: 1 }, look, stop);
  const keys = all.filter((item) => clashing.has(item)).map((item) => item.key);
  const choice = keys.length === 0 ? 'fail' : await decide(context, request, keys, [...clashing.values()]);
  // What appears after the question was asked was not asked about: it is never overwritten.
  for (const item of all) yield { item, clash: clashing.has(item) ? choice : 'fail' };
}

async function decide(
  context: TransferContext,
  { bucket }: UploadRequest,
  keys: readonly ObjectKey[],
  infos: readonly ObjectInfo[],
): Promise<DecidedClash> {
  const known = new Map(infos.map((info) => [info.key, info]));
  const protectedTargets = await countProtectedTargets(context, bucket, keys, known);
  return await context.decideClashes(keys.length, keys.slice(0, 20), protectedTargets);
}
