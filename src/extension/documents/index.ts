import * as vscode from '../ui/vscode';
import { objectScheme } from '../../model/objectUri';
import { setContextKey } from '../ui/contextKeys';
import { DisposableStore } from '../ui/lifecycle';
import { DocumentStatus } from './documentStatus';
import { ObjectFileSystem, type FileSystemServices } from './objectFileSystem';
import { ObjectViews } from './objectViews';
import { allTabUris, urisOfTab } from '../ui/openEditors';
import { viewScheme } from './viewUri';

/** Objects as documents, for as long as the extension runs. */
export interface Documents extends vscode.Disposable {
  readonly files: ObjectFileSystem;
}

/** Registers the file systems of objects and of read-only views, and what the window says of open objects. */
export function registerDocuments(services: FileSystemServices): Documents {
  const owned = new DisposableStore();
  const files = owned.add(new ObjectFileSystem(services));
  owned.add(vscode.workspace.registerFileSystemProvider(objectScheme, files, { isCaseSensitive: true }));
  owned.add(
    vscode.workspace.registerFileSystemProvider(viewScheme, new ObjectViews(services), {
      isCaseSensitive: true,
      isReadonly: vscode.markdownSentence(
        vscode.l10n.t('This shows a part or an earlier state of an object; it cannot be saved.'),
      ),
    }),
  );
  owned.add(new DocumentStatus(files, services.connections));
  noteFirstOpened(owned);
  return { files, dispose: () => owned.dispose() };
}

/** Tells VS Code, for the walkthrough, that somebody has opened an object. */
function noteFirstOpened(owned: DisposableStore): void {
  const isObject = ({ scheme }: vscode.Uri): boolean => scheme === objectScheme;
  if (allTabUris().some(isObject)) setContextKey('ibmcos:objectOpened', true);
  owned.add(
    vscode.window.tabGroups.onDidChangeTabs(({ opened, changed }) => {
      if ([...opened, ...changed].flatMap(urisOfTab).some(isObject)) setContextKey('ibmcos:objectOpened', true);
    }),
  );
}
