import * as vscode from '../ui/vscode';
import { configScheme, overviewScheme, overviewUri, serverTextScheme } from '../../model/configUri';
import type { ConfigurationDocuments } from '../services';
import { DisposableStore } from '../ui/lifecycle';
import type { ConfigurationServices } from './configurationServices';
import type { ConfigurationRoom } from './room';

/** Configuration documents. What they need is loaded when the first is opened. */
export type Configuration = ConfigurationDocuments & vscode.Disposable;

/** Registers the file system of configuration documents. */
export function registerConfiguration(services: ConfigurationServices): Configuration {
  const owned = new DisposableStore();
  const changed = owned.add(new vscode.EventEmitter<vscode.FileChangeEvent[]>());
  let loading: Promise<ConfigurationRoom> | undefined;
  const room = (): Promise<ConfigurationRoom> => {
    loading ??= import('./room').then(({ openRoom }) =>
      owned.add(openRoom(services, (events) => changed.fire([...events]))),
    );
    return loading;
  };
  const files: vscode.FileSystemProvider = {
    onDidChangeFile: changed.event,
    watch: () => new vscode.Disposable(() => undefined),
    stat: async (uri) => (await room()).files.stat(uri),
    readFile: async (uri) => (await room()).files.readFile(uri),
    writeFile: async (uri, content) => (await room()).files.writeFile(uri, content),
    readDirectory: () => [],
    createDirectory: refuse,
    delete: refuse,
    rename: refuse,
  };
  owned.add(vscode.workspace.registerFileSystemProvider(configScheme, files, { isCaseSensitive: true }));
  owned.add(
    vscode.workspace.registerContents(serverTextScheme, {
      provideTextDocumentContent: async (uri) => (await room()).serverText(uri),
    }),
  );
  const stale = owned.add(new vscode.EventEmitter<vscode.Uri>());
  owned.add(
    vscode.workspace.registerReports(overviewScheme, {
      onDidChange: stale.event,
      provideTextDocumentContent: async (uri, token) =>
        (await import('./overview/overview')).overviewOf(services, uri, token),
    }),
  );
  owned.add(
    vscode.languages.registerDocumentLinkProvider(
      { scheme: overviewScheme },
      { provideDocumentLinks: async (document) => (await import('./overview/overview')).overviewLinks(document) },
    ),
  );
  // A window that comes back with unsaved documents does not read them.
  const isOne = ({ uri }: vscode.TextDocument): boolean => uri.scheme === configScheme;
  owned.add(
    vscode.workspace.onDidOpenTextDocument((document) => {
      if (isOne(document)) void room();
    }),
  );
  if (vscode.workspace.textDocuments.some(isOne)) void room();
  return {
    open: async (subject) => (await room()).open(subject),
    apply: async (uri, text) => (await room()).files.apply(uri, text),
    reload: async (uri) => (await room()).files.reload(uri),
    hasDraft: async (uri) => (await room()).files.known(uri)?.draft !== undefined,
    async showOverview(target) {
      const uri = vscode.Uri.from(overviewUri(target));
      // One that is open still shows what was read before.
      stale.fire(uri);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
    },
    dispose: () => owned.dispose(),
  };
}

function refuse(uri: vscode.Uri): never {
  throw vscode.FileSystemError.NoPermissions(
    vscode.l10n.t('A configuration can be read and saved, and neither moved nor deleted as a file: "{0}"', uri.path),
  );
}
