import type * as vscode from 'vscode';
import { plain, plainFields, plainLines } from './plain';

/** A tree whose rows are plain text, whoever made them. */
export function plainTree<T>(provider: vscode.TreeDataProvider<T>): vscode.TreeDataProvider<T> {
  return withGated(provider, {
    getTreeItem: async (element) => plainRow(await provider.getTreeItem(element)),
    resolveTreeItem: async (item, element, token) => {
      const resolved = await provider.resolveTreeItem?.(item, element, token);
      return resolved === undefined || resolved === null ? undefined : plainRow(resolved);
    },
  });
}

/** Tooltips in Markdown are made by the gate itself (`facts.ts`). */
function plainRow(row: vscode.TreeItem): vscode.TreeItem {
  if (row.label !== undefined) {
    row.label = typeof row.label === 'string' ? plain(row.label) : { ...row.label, label: plain(row.label.label) };
  }
  if (typeof row.description === 'string') row.description = plain(row.description);
  if (typeof row.tooltip === 'string') row.tooltip = plainLines(row.tooltip);
  if (row.accessibilityInformation !== undefined)
    row.accessibilityInformation = plainFields(row.accessibilityInformation);
  if (row.command !== undefined) row.command = plainFields(row.command, ['command']);
  return row;
}

/** Decorations whose tooltips are plain text. */
export function plainDecorations(provider: vscode.FileDecorationProvider): vscode.FileDecorationProvider {
  return withGated(provider, {
    provideFileDecoration: async (uri, token) => {
      const decoration = await provider.provideFileDecoration(uri, token);
      return decoration === undefined || decoration === null ? undefined : plainFields(decoration);
    },
  });
}

/** An object some of whose functions are replaced; the others are called on the object itself. */
export function withGated<T extends object>(real: T, replaced: Partial<T>): T {
  return new Proxy({} as T, {
    get: (_target, name) => {
      if (name in replaced) return Reflect.get(real, name) === undefined ? undefined : Reflect.get(replaced, name);
      const value: unknown = Reflect.get(real, name);
      return typeof value === 'function' ? (value.bind(real) as unknown) : value;
    },
    has: (_target, name) => name in real,
  });
}
