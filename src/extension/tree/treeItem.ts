import * as vscode from '../ui/vscode';
import { present } from './presentation';
import { nodeId, type TreeNode } from '../nodes/treeNode';

const collapsibleStates = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
};

/** The item that VS Code shows for a node. Its tooltip is resolved when the mouse rests on it. */
export function toTreeItem(node: TreeNode, nowMs: number, maxOpenBytes: number): vscode.TreeItem {
  const shown = present(node, nowMs, vscode.l10n.t, maxOpenBytes);
  const item = new vscode.TreeItem(shown.label, collapsibleStates[shown.collapsible]);
  item.id = nodeId(node);
  item.contextValue = shown.context.join(' ');
  item.accessibilityInformation = { label: shown.accessibilityLabel };
  if (shown.description !== undefined) item.description = shown.description;
  if (shown.icon !== undefined) item.iconPath = iconOf(shown.icon);
  if (shown.uri !== undefined) item.resourceUri = vscode.Uri.from(shown.uri);
  if (shown.tooltip !== undefined) item.tooltip = shown.tooltip;
  if (shown.command !== undefined) {
    item.command = { command: shown.command.id, title: shown.command.title, arguments: [node] };
  }
  if (node.kind === 'object' && item.resourceUri !== undefined) {
    // VS Code itself tells a click (preview, focus stays here) from a double click, but only for this command.
    item.command = { command: 'vscode.open', title: vscode.l10n.t('Open'), arguments: [item.resourceUri] };
  }
  return item;
}

/** Files and folders take the icons of the user's file icon theme. */
function iconOf(name: string): vscode.ThemeIcon {
  if (name === 'file') return vscode.ThemeIcon.File;
  if (name === 'folder') return vscode.ThemeIcon.Folder;
  return new vscode.ThemeIcon(name);
}
