import { stat } from 'node:fs/promises';
import type { ObjectKey } from '../../model/ids';
import type { ObjectInfo, ObjectSummary } from '../../model/objectInfo';
import type { DecidedClash } from './clash';
import { moveItem, type TransferContext } from './context';
import { runLanes } from './lanes';
import { countProtectedTargets } from './protectedTargets';
import { headOf } from './remoteClash';
import { TargetListing } from './targetListing';
import { uploadFile } from './uploadFile';
import { planUpload, type UploadItem, type UploadRequest } from './uploadPlan';

interface DecidedItem {
  readonly item: UploadItem;
  readonly clash: DecidedClash;
  /** Nothing was there a moment ago: the condition of the write says the rest. */
  readonly isFree?: boolean;
}

/** What is there under a key, as a listing or a HEAD has it. */
type Look = (key: ObjectKey) => Promise<ObjectSummary | ObjectInfo | undefined>;

/** Uploads files and folders: many small files at once, few large ones by their parts, while planning goes on. */
export async function upload(context: TransferContext, request: UploadRequest, stop: AbortController): Promise<void> {
  const listing = new TargetListing(context, request.bucket, request.prefix);
  const look = lookIn(context, request, listing);
  const isSmall = ({ sizeBytes }: UploadItem) => sizeBytes <= context.partBytes;
  await runLanes(
    plan(context, request, listing, look),
    ({ item }) => (isSmall(item) ? 'small' : 'large'),
    { small: context.maxConnections, large: 2 },
    ({ item, clash, isFree }) =>
      moveItem(context, { name: item.fsPath, sizeBytes: item.sizeBytes }, () =>
        // A large one is looked for again: it would be sent for nothing.
        uploadFile(context, request, item, clash, isFree === true && isSmall(item) ? () => Promise.resolve() : look),
      ),
    stop,
  );
}

function lookIn(context: TransferContext, { bucket }: UploadRequest, listing: TargetListing): Look {
  return async (key) => {
    const listed = await listing.find(key);
    if (listed === 'absent') return undefined;
    return listed === 'unknown' ? await headOf(context, { bucket, key }) : listed;
  };
}

async function* plan(
  context: TransferContext,
  request: UploadRequest,
  listing: TargetListing,
  look: Look,
): AsyncGenerator<DecidedItem> {
  const items = planUpload(context.transfer, request, context.signal, context.skipSymlinks);
  if (request.clash === 'ask') {
    // Where nothing is there, nobody needs to be asked, and files go up while folders are still read.
    if ((await areMany(request)) && (await listing.isEmpty())) {
      for await (const item of items) yield { item, clash: 'fail', isFree: true };
    } else yield* planAsking(context, request, items, look);
  } else {
    for await (const item of items) yield { item, clash: request.clash };
  }
  context.transfer.completePlan();
}

/** Whether there may be more than one file, which makes a list worth its request. */
async function areMany({ sources: [source, ...others] }: UploadRequest): Promise<boolean> {
  if (source === undefined || others.length > 0) return others.length > 0;
  return (await stat(source.fsPath).catch(() => undefined))?.isDirectory() === true; // what fails here is told by the plan
}

/** Needs the whole plan first: clashes are counted before anybody is asked. */
async function* planAsking(
  context: TransferContext,
  request: UploadRequest,
  items: AsyncIterable<UploadItem>,
  look: Look,
): AsyncGenerator<DecidedItem> {
  const all: UploadItem[] = [];
  const clashing = new Map<UploadItem, ObjectSummary | ObjectInfo>();
  const lookFor = async (item: UploadItem) => {
    // Decided, and perhaps stored, in an earlier run.
    const { notes } = context;
    if (notes.outcomeOf(item.fsPath) === 'done' || notes.findItem(item.fsPath) !== undefined) return;
    const found = await look(item.key);
    if (found !== undefined) clashing.set(item, found);
  };
  const gathered = (async function* () {
    for await (const item of items) {
      all.push(item);
      yield item;
    }
  })();
  const stop = new AbortController();
  await runLanes(gathered, () => 'small', { small: context.maxConnections, large: 1 }, lookFor, stop);
  const keys = all.filter((item) => clashing.has(item)).map((item) => item.key);
  const choice = keys.length === 0 ? 'fail' : await decide(context, request, keys, [...clashing.values()]);
  // What appears after the question was asked was not asked about: it is never overwritten.
  for (const item of all) {
    const isClashing = clashing.has(item);
    yield { item, clash: isClashing ? choice : 'fail', isFree: !isClashing };
  }
}

async function decide(
  context: TransferContext,
  { bucket }: UploadRequest,
  keys: readonly ObjectKey[],
  found: readonly (ObjectSummary | ObjectInfo)[],
): Promise<DecidedClash> {
  const known = new Map(found.flatMap((one) => ('protection' in one ? [[one.key, one]] : [])));
  const protectedTargets = await countProtectedTargets(context, bucket, keys, known);
  return await context.decideClashes(keys.length, keys.slice(0, 20), protectedTargets);
}
