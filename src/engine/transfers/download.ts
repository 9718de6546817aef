import { join } from 'node:path';
import type { DecidedClash } from './clash';
import { moveItem, type TransferContext } from './context';
import { downloadFile } from './downloadFile';
import { kindAt } from './downloadTarget';
import { nameOf, planDownload, rootOf, type DownloadItem, type DownloadRequest } from './downloadPlan';
import { FolderNames } from './folderNames';
import { runLanes } from './lanes';
import { TargetFolder } from './targetFolder';
import { StaleTempFiles } from './staleTempFiles';

interface DecidedItem {
  readonly item: DownloadItem;
  readonly clash: DecidedClash;
}

/** Downloads objects and prefixes into a folder; one that fails or is cancelled leaves no file and no folder behind. */
export async function download(
  context: TransferContext,
  request: DownloadRequest,
  stop: AbortController,
): Promise<void> {
  const folder = await TargetFolder.open(rootOf(request));
  const names = new FolderNames();
  const place = { folder, names, stale: new StaleTempFiles(context.nowMs, names) };
  let isWhole = false;
  try {
    await runLanes(
      plan(context, request),
      ({ item }) => (item.kind === 'folder' || item.object.sizeBytes <= context.partBytes ? 'small' : 'large'),
      { small: context.maxConnections, large: 2 },
      ({ item, clash }) =>
        moveItem(context, nameAndSize(item), async () => {
          if (item.kind === 'file') return await downloadFile(context, request.bucket, item, place, clash);
          await folder.ensure(item.segments);
          return { kind: 'done' };
        }),
      stop,
    );
    isWhole = context.transfer.itemsFailed === 0;
  } finally {
    if (!isWhole) await folder.removeEmptyCreated();
  }
}

function nameAndSize(item: DownloadItem): { name: string; sizeBytes: number } {
  return item.kind === 'folder'
    ? { name: item.key, sizeBytes: 0 }
    : { name: nameOf(item), sizeBytes: item.object.sizeBytes };
}

async function* plan(context: TransferContext, request: DownloadRequest): AsyncGenerator<DecidedItem> {
  const items = planDownload(context, request);
  // The dialog that named the file has asked already.
  const clash = request.fileFsPath !== undefined && request.clash === 'ask' ? 'replace' : request.clash;
  if (clash === 'ask') {
    yield* planAsking(context, request, items);
  } else {
    for await (const item of items) yield { item, clash };
  }
  context.transfer.completePlan();
}

/** The one case that needs the whole plan first: clashes are counted before anybody is asked. */
async function* planAsking(
  context: TransferContext,
  request: DownloadRequest,
  items: AsyncIterable<DownloadItem>,
): AsyncGenerator<DecidedItem> {
  const all: DownloadItem[] = [];
  const clashing = new Map<DownloadItem, string>();
  for await (const item of items) {
    all.push(item);
    if (item.kind === 'folder') continue;
    const { name } = nameAndSize(item);
    if (context.notes.outcomeOf(name) === 'done' || context.notes.findItem(name) !== undefined) continue;
    const fsPath = join(rootOf(request), ...item.segments);
    if ((await kindAt(fsPath)) !== 'nothing') clashing.set(item, fsPath);
  }
  const examples = [...clashing.values()].slice(0, 20);
  const choice = clashing.size === 0 ? 'fail' : await context.decideClashes(clashing.size, examples);
  // What appears after the question was asked was not asked about: it is never overwritten.
  for (const item of all) yield { item, clash: clashing.has(item) ? choice : 'fail' };
}
