import { folderOf, placeNodeOf, type FolderRef, type TreeNode } from '../nodes/treeNode';

/** The type of addresses, one in each line. */
export const uriList = 'text/uri-list';
/** The type that VS Code gives to rows of the view with our id. */
export const treeRows = 'application/vnd.code.tree.ibmcos.buckets';

/** Adds a connection with a service credential; `source` begins the sentence that says why there is none. */
export type AddCredential = (text: string, source: string) => Promise<void>;

/** The folder that something is dropped into: the row, or the folder that shows it. */
export function dropFolder(node: TreeNode | undefined): FolderRef | undefined {
  return node === undefined ? undefined : folderOf(placeNodeOf(node));
}

/** The URIs of a `text/uri-list`: one per line, `#` starts a comment. */
export function parseUriList(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
