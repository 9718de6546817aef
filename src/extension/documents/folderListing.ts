import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import type { BucketName, ConnectionId } from '../../model/ids';
import type { ObjectPage } from '../../model/objectInfo';
import { objectPages } from '../pages';
import type { EngineClient } from '../services';

/** Entries that a directory of VS Code's Explorer gets at most; the Buckets view pages through any number. */
const maxEntries = 20_000;

/** The pages of a folder, and whether these are all. */
export interface FolderPages {
  readonly pages: readonly ObjectPage[];
  readonly isComplete: boolean;
}

/**
 * Lists a folder for the Explorer, which knows no pages. From the second page on, a notification shows the count and lets
 * the person stop; stopped is `cancelled`, since half a listing would be taken for the whole.
 */
export async function listFolder(
  engine: Pick<EngineClient, 'send'>,
  folder: { readonly connectionId: ConnectionId; readonly bucket: BucketName; readonly prefix: string },
): Promise<Result<FolderPages>> {
  const canStop = new vscode.CancellationTokenSource();
  const listed = objectPages(engine, { ...folder, delimiter: '/' }, canStop.token);
  const { value: first } = await listed.next();
  if (first === undefined || !first.ok) return first ?? { ok: true, value: { pages: [], isComplete: true } };
  if (first.value.nextCursor === undefined) return { ok: true, value: { pages: [first.value], isComplete: true } };
  const title = vscode.l10n.t('Listing "{0}"', `${folder.bucket}/${folder.prefix}`);
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token): Promise<Result<FolderPages>> => {
    token.onCancellationRequested(() => canStop.cancel());
    const pages = [first.value];
    let count = 0;
    const isEnough = (): boolean => {
      count = pages.reduce((sum, page) => sum + page.folders.length + page.objects.length, 0);
      progress.report({ message: vscode.l10n.t('{0} entries', count) });
      return count >= maxEntries;
    };
    if (isEnough()) return { ok: true, value: { pages, isComplete: false } };
    for await (const page of listed) {
      if (!page.ok) return page;
      pages.push(page.value);
      if (page.value.nextCursor !== undefined && isEnough()) return { ok: true, value: { pages, isComplete: false } };
    }
    return { ok: true, value: { pages, isComplete: true } };
  });
}

/** Says that a folder has more entries than the Explorer shows. */
export function folderIsCappedSentence(folder: string): string {
  return vscode.l10n.t(
    'Only the first {0} entries are shown here; the Buckets view shows all of: "{1}"',
    maxEntries.toLocaleString(),
    folder,
  );
}
