import * as vscode from 'vscode';
import { objectUri } from '../../model/objectUri';
import type { ObjectFileSystem } from '../documents/objectFileSystem';
import { askClash, uploadContents, type NamedContent } from '../transfers/uploadContents';
import { changesOfCopies, copyMany, type CopyBatch } from '../transfers/copyMany';
import { uploadUris, type UploadServices } from '../transfers/uploadUris';
import { dropFolder, parseUriList, planDrop } from './dropPlan';
import type { FolderRef, TreeNode } from './treeNode';

const uriList = 'text/uri-list';
/** The type that VS Code gives to rows of the view with our id. */
const treeRows = 'application/vnd.code.tree.ibmcos.buckets';

/** Drag and drop of the Buckets view: files in, objects to other folders, objects into editors. */
export class BucketsDragAndDrop implements vscode.TreeDragAndDropController<TreeNode> {
  readonly dragMimeTypes = [uriList];
  readonly dropMimeTypes = [treeRows, uriList, 'files'];
  readonly #services: UploadServices;
  readonly #documents: Pick<ObjectFileSystem, 'noteExists'>;

  constructor(services: UploadServices, documents: Pick<ObjectFileSystem, 'noteExists'>) {
    this.#services = services;
    this.#documents = documents;
  }

  handleDrag(nodes: readonly TreeNode[], data: vscode.DataTransfer): void {
    data.set(treeRows, new vscode.DataTransferItem(nodes));
    const objects = nodes.flatMap((node) =>
      node.kind === 'object'
        ? [{ connectionId: node.connection.id, bucket: node.bucket.name, key: node.object.key }]
        : [],
    );
    if (objects.length === 0) return;
    for (const object of objects) this.#documents.noteExists(object);
    const uris = objects.map(({ connectionId, bucket, key }) => vscode.Uri.from(objectUri(connectionId, bucket, key)));
    data.set(uriList, new vscode.DataTransferItem(uris.map((uri) => uri.toString()).join('\r\n')));
  }

  async handleDrop(
    node: TreeNode | undefined,
    data: vscode.DataTransfer,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const folder = dropFolder(node);
    if (folder === undefined) {
      void this.#services.prompts.info(vscode.l10n.t('Drop onto a bucket, a folder or an object.'));
      return;
    }
    const rows: unknown = data.get(treeRows)?.value;
    if (Array.isArray(rows)) {
      await this.#copyRows(rows as readonly TreeNode[], folder);
      return;
    }
    const dropped = await readDrop(data);
    if (token.isCancellationRequested) return;
    const failure = dropped.uris.length > 0 ? await uploadUris(this.#services, folder, dropped.uris) : undefined;
    if (failure?.ok === false) await this.#services.failures.report(failure.error);
    if (dropped.contents.length > 0) await uploadContents(this.#services, folder, dropped.contents);
  }

  async #copyRows(rows: readonly TreeNode[], folder: FolderRef): Promise<void> {
    const { prompts } = this.#services;
    const plan = planDrop(rows, folder);
    switch (plan.kind) {
      case 'nothing':
        return;
      case 'refused':
        void prompts.warn(refusal(plan.reason));
        return;
      case 'copy': {
        const move = vscode.l10n.t('Move');
        const copy = vscode.l10n.t('Copy');
        const to = `${folder.bucket}/${folder.prefix}`;
        const [first] = plan.items;
        const message =
          plan.items.length === 1 && first !== undefined
            ? vscode.l10n.t('Move or copy "{0}" to "{1}"?', first.source.key, to)
            : vscode.l10n.t('Move or copy {0} objects to "{1}"?', plan.items.length, to);
        const detail = vscode.l10n.t('A move deletes each object once its copy is verified.');
        const answer = await prompts.confirm(message, detail, move, copy);
        if (answer !== undefined) await this.#copy({ ...plan, deleteSource: answer === move });
      }
    }
  }

  async #copy(batch: CopyBatch): Promise<void> {
    const { prompts, transfers, changes, failures } = this.#services;
    const count = batch.items.length;
    const title = batch.deleteSource
      ? vscode.l10n.t('Moving {0} objects', count)
      : vscode.l10n.t('Copying {0} objects', count);
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    const outcome = await vscode.window.withProgress(options, (progress, token) =>
      copyMany(transfers, batch, {
        isCancelled: () => token.isCancellationRequested,
        decideClashes: async ({ target }) => (await askClash(prompts, count, target.key)) ?? 'cancel',
        report: (doneCount) =>
          progress.report({ message: vscode.l10n.t('{0} of {1}', doneCount, count), increment: 100 / count }),
      }),
    );
    for (const change of changesOfCopies(batch, outcome.done)) changes.fire(change);
    const [first] = outcome.failures;
    if (first === undefined) return;
    const sentence = failures.sentence(first.error);
    void prompts.error(
      outcome.failures.length === 1
        ? sentence
        : vscode.l10n.t('{0} objects stayed where they were; the first: {1}', outcome.failures.length, sentence),
    );
  }
}

/** Files with a path go to the engine; those that a browser hands over come with their bytes. */
async function readDrop(
  data: vscode.DataTransfer,
): Promise<{ readonly uris: readonly vscode.Uri[]; readonly contents: readonly NamedContent[] }> {
  const uris = new Map<string, vscode.Uri>();
  const contents: NamedContent[] = [];
  const list = data.get(uriList);
  for (const text of list === undefined ? [] : parseUriList(await list.asString())) {
    const uri = vscode.Uri.parse(text);
    uris.set(uri.toString(), uri);
  }
  for (const [, item] of data) {
    const file = item.asFile();
    if (file === undefined) continue;
    if (file.uri !== undefined) uris.set(file.uri.toString(), file.uri);
    else contents.push({ name: file.name, read: async () => file.data() });
  }
  return { uris: [...uris.values()], contents };
}

function refusal(reason: 'folders' | 'otherConnection' | 'sameNames'): string {
  switch (reason) {
    case 'folders':
      return vscode.l10n.t('Object storage cannot move or copy a folder in one step; drag the objects in it.');
    case 'otherConnection':
      return vscode.l10n.t('Objects cannot be moved or copied to another connection; download and upload them.');
    case 'sameNames':
      return vscode.l10n.t('Several of these objects have the same name; move or copy them one by one.');
  }
}
