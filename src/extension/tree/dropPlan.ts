import type { BucketName, ConnectionId } from '../../model/ids';
import { childKey, baseName } from '../documents/place';
import type { CopyItem } from '../transfers/copyMany';
import { folderRefOf, type FolderRef, type TreeNode } from './treeNode';

/** What dropping rows of the tree onto a folder means. */
export type DropPlan =
  | { readonly kind: 'copy'; readonly connectionId: ConnectionId; readonly items: readonly CopyItem[] }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused'; readonly reason: 'folders' | 'otherConnection' | 'sameNames' };

/** The folder that something is dropped into: the row, or the folder that shows it. */
export function dropFolder(node: TreeNode | undefined): FolderRef | undefined {
  switch (node?.kind) {
    case 'bucket':
    case 'folder':
      return folderRefOf(node);
    case 'object':
      return { connectionId: node.connection.id, bucket: node.bucket.name, prefix: node.parentPrefix };
    case 'loadMore':
      return folderRefOf(node.parent);
    case 'state':
    case 'action':
      return node.parent.kind === 'connection' ? undefined : folderRefOf(node.parent);
    case 'connection':
    case undefined:
      return undefined;
  }
}

/** Plans copies of the dragged objects into a folder. Objects that are there already stay out. */
export function planDrop(dragged: readonly TreeNode[], target: FolderRef): DropPlan {
  if (dragged.some(({ kind }) => kind === 'folder' || kind === 'bucket')) return { kind: 'refused', reason: 'folders' };
  const objects = dragged.flatMap((node) => (node.kind === 'object' ? [node] : []));
  if (objects.some(({ connection }) => connection.id !== target.connectionId)) {
    return { kind: 'refused', reason: 'otherConnection' };
  }
  const items = objects
    .map(({ bucket, object }): CopyItem => {
      const key = childKey(target.prefix, baseName(object.key));
      return { source: { bucket: bucket.name, key: object.key }, target: { bucket: target.bucket, key } };
    })
    .filter(({ source, target: to }) => source.bucket !== to.bucket || source.key !== to.key);
  if (items.length === 0) return { kind: 'nothing' };
  const targets = new Set(items.map(({ target: to }) => keyId(to.bucket, to.key)));
  if (targets.size < items.length) return { kind: 'refused', reason: 'sameNames' };
  return { kind: 'copy', connectionId: target.connectionId, items };
}

/** The URIs of a `text/uri-list`: one per line, `#` starts a comment. */
export function parseUriList(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function keyId(bucket: BucketName, key: string): string {
  return `${bucket}/${key}`;
}
