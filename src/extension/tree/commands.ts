import * as vscode from '../ui/vscode';
import { folderRefOf, placeNodeOf, type BucketNode, type FolderNode, type TreeNode } from '../nodes/treeNode';
import type { CommandTable } from '../command/command';

/** Commands that move within the Buckets view, and those of the engine and its log. */
export const navigationCommands = {
  'ibmcos.tree.refresh': { target: 'node', effect: 'reads', run: async ({ view }, node) => view.refresh(node) },
  'ibmcos.tree.loadMore': {
    target: 'node',
    effect: 'reads',
    run: async ({ view }, node) => {
      if (node !== undefined) await view.loadMore(node);
    },
  },
  'ibmcos.tree.filter': {
    target: 'node',
    effect: 'reads',
    run: async ({ view, prompts }, node) => {
      const folder = folderNodeOf(node);
      if (folder === undefined) return;
      const ref = folderRefOf(folder);
      const filter = await prompts.input({
        title: vscode.l10n.t('Filter by Prefix'),
        prompt: vscode.l10n.t('Show only what starts with this text; empty shows everything'),
        placeHolder: vscode.l10n.t('Prefix within "{0}"', ref.prefix === '' ? ref.bucket : ref.prefix),
        value: view.filterOf(ref),
      });
      if (filter !== undefined) view.setFilter(ref, filter);
    },
  },
  'ibmcos.tree.clearFilter': {
    target: 'node',
    effect: 'reads',
    run: async ({ view }, node) => {
      const folder = folderNodeOf(node);
      if (folder !== undefined) view.setFilter(folderRefOf(folder), '');
    },
  },
  // Buttons of a view's title get its focused node as argument; these two are about the whole view all the same.
  'ibmcos.tree.refreshAll': {
    target: 'none',
    run: async ({ view }) => {
      view.refresh();
      if (!view.isVisible) await vscode.commands.executeCommand('ibmcos.buckets.focus');
    },
  },
  'ibmcos.tree.goTo': { target: 'none', run: async (services) => (await import('./goTo')).goTo(services, undefined) },
  'ibmcos.tree.goToKey': {
    target: 'node',
    effect: 'reads',
    run: async (services, node) => (await import('./goTo')).goTo(services, node),
  },
  'ibmcos.log.show': { target: 'none', run: async ({ log }) => log.show() },
  'ibmcos.engine.restart': {
    target: 'none',
    run: async ({ engine, prompts }) => {
      await engine.restart();
      void prompts.info(vscode.l10n.t('The background process of COS Explorer was restarted.'));
    },
  },
  'ibmcos.docs.open': {
    target: 'none',
    run: async ({ extensionId }) => {
      await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${extensionId}#ibmcos.start`, false);
    },
  },
} satisfies CommandTable;

/** The bucket or folder that a node is or speaks of. */
function folderNodeOf(node: TreeNode | undefined): BucketNode | FolderNode | undefined {
  const place = node === undefined ? undefined : placeNodeOf(node);
  return place?.kind === 'bucket' || place?.kind === 'folder' ? place : undefined;
}
