import * as vscode from '../ui/vscode';
import { objectUri } from '../../model/objectUri';
import type { ObjectDocuments } from '../services';
import type { UploadServices } from '../uploads/uploadUris';
import type { TreeNode } from '../nodes/treeNode';
import { treeRows, uriList, type AddCredential } from './dropPlan';

/** Drag and drop of the Buckets view: files in, objects to other folders, objects into editors; a credential anywhere else. */
export class BucketsDragAndDrop implements vscode.TreeDragAndDropController<TreeNode> {
  readonly dragMimeTypes = [uriList];
  readonly dropMimeTypes = [treeRows, uriList, 'files'];
  readonly #services: UploadServices;
  readonly #documents: ObjectDocuments;
  readonly #addCredential: AddCredential;

  constructor(services: UploadServices, documents: ObjectDocuments, addCredential: AddCredential) {
    this.#services = services;
    this.#documents = documents;
    this.#addCredential = addCredential;
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
    const { handleDrop } = await import('./drop');
    await handleDrop(this.#services, this.#addCredential, node, data, token);
  }
}
