import * as vscode from 'vscode';
import { objectUri } from '../../model/objectUri';
import { targetOf } from '../commands/targets';
import type { ObjectFileSystem } from '../documents/objectFileSystem';
import { uploadContents, type NamedContent } from '../transfers/uploadContents';
import { countJob, runOrganise } from '../transfers/organise';
import { planOrganise } from '../transfers/organisePlan';
import { jobDetail } from '../transfers/organiseTexts';
import { uploadUris, type UploadServices } from '../transfers/uploadUris';
import { countText } from '../ui/format';
import { dropFolder, parseUriList } from './dropPlan';
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
      await this.#organise(rows as readonly TreeNode[], folder);
      return;
    }
    const dropped = await readDrop(data);
    if (token.isCancellationRequested) return;
    const failure = dropped.uris.length > 0 ? await uploadUris(this.#services, folder, dropped.uris) : undefined;
    if (failure?.ok === false) await this.#services.failures.report(failure.error);
    if (dropped.contents.length > 0) await uploadContents(this.#services, folder, dropped.contents);
  }

  async #organise(rows: readonly TreeNode[], folder: FolderRef): Promise<void> {
    const { prompts, engine, failures } = this.#services;
    const selections = targetOf('objects', { nodes: rows, uris: [] });
    if (selections === undefined) {
      void prompts.info(vscode.l10n.t('Drag objects or folders; buckets and connections stay where they are.'));
      return;
    }
    const plan = planOrganise(selections, folder, 'move');
    if (plan.kind === 'intoItself') {
      void prompts.warn(vscode.l10n.t('A folder cannot be copied or moved into itself: "{0}"', plan.prefix));
      return;
    }
    // Dropped where it lies: a hand that slipped, not a wish for a duplicate.
    if (plan.kind === 'nothing') return;
    const count = await countJob(engine, plan.requests);
    if (!count.ok) {
      await failures.report(count.error);
      return;
    }
    const move = vscode.l10n.t('Move');
    const copy = vscode.l10n.t('Copy');
    const to = `${folder.bucket}/${folder.prefix}`;
    const message = vscode.l10n.t('Move or copy {0} to "{1}"?', countText(count.value, vscode.l10n.t), to);
    const detail = jobDetail(plan.requests, count.value, 'move', vscode.l10n.t);
    const answer = await prompts.confirm(message, detail, move, copy);
    if (answer === undefined) return;
    const requests = plan.requests.map((request) => ({ ...request, deleteSource: answer === move }));
    const outcome = await runOrganise(this.#services, requests, to, 'already');
    if (outcome.kind === 'failed') await failures.report(outcome.result.error);
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
