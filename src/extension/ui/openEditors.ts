import * as vscode from './vscode';
import type { BucketName, ConnectionId, ObjectKey } from '../../model/ids';
import { parseObjectUri } from '../../model/objectUri';

/** The open text document of a URI. */
export function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  const id = uri.toString();
  return vscode.workspace.textDocuments.find((document) => !document.isClosed && document.uri.toString() === id);
}

/** Whether any editor shows the URI. */
export function isOpenInTab(uri: vscode.Uri): boolean {
  return tabsOf(uri).length > 0;
}

/** Whether an editor that shows the URI has unsaved changes. */
export function isDirtyInTab(uri: vscode.Uri): boolean {
  return tabsOf(uri).some((tab) => tab.isDirty);
}

/** Every URI that an editor shows. */
export function allTabUris(): readonly vscode.Uri[] {
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs.flatMap(urisOfTab));
}

/** The URIs that an editor shows; two for a comparison. */
export function urisOfTab(tab: vscode.Tab): readonly vscode.Uri[] {
  const { input } = tab;
  if (input instanceof vscode.TabInputTextDiff || input instanceof vscode.TabInputNotebookDiff) {
    return [input.original, input.modified];
  }
  if (
    input instanceof vscode.TabInputText ||
    input instanceof vscode.TabInputCustom ||
    input instanceof vscode.TabInputNotebook
  ) {
    return [input.uri];
  }
  return [];
}

function tabsOf(uri: vscode.Uri): readonly vscode.Tab[] {
  const id = uri.toString();
  return vscode.window.tabGroups.all.flatMap((group) =>
    group.tabs.filter((tab) => urisOfTab(tab).some((shown) => shown.toString() === id)),
  );
}

/** Keys of objects among these, or below these folders, that an editor shows with unsaved changes. */
export function dirtyObjects(of: {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
  readonly keys: readonly ObjectKey[];
  readonly prefixes: readonly string[];
}): readonly ObjectKey[] {
  const open = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.filter((tab) => tab.isDirty).flatMap(urisOfTab));
  return open.flatMap((uri) => {
    const location = parseObjectUri(uri);
    if (location?.connectionId !== of.connectionId || location.bucket !== of.bucket) return [];
    const { key } = location;
    return of.keys.includes(key) || of.prefixes.some((prefix) => key.startsWith(prefix)) ? [key] : [];
  });
}
