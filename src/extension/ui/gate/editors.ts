import * as vscode from 'vscode';
import { plain, plainLines } from './plain';
import { withGated } from './trees';
import { opened } from './windows';

/** VS Code shows what a file system or a command rejects with as a message of its own. */
function plainError(error: unknown): unknown {
  if (error instanceof Error) error.message = plain(error.message);
  return error;
}

/** A function whose errors are plain text. */
function rejectingPlainly<A extends readonly unknown[], R>(run: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    try {
      const answer = run(...args);
      if (!(answer instanceof Promise)) return answer;
      return answer.catch((error: unknown) => {
        throw plainError(error);
      }) as R;
    } catch (error) {
      throw plainError(error);
    }
  };
}

function plainFileSystem(provider: vscode.FileSystemProvider): vscode.FileSystemProvider {
  return new Proxy({} as vscode.FileSystemProvider, {
    get: (_target, name) => {
      const value: unknown = Reflect.get(provider, name);
      if (typeof value !== 'function') return value;
      return rejectingPlainly((...args: unknown[]): unknown => Reflect.apply(value, provider, args));
    },
    has: (_target, name) => name in provider,
  });
}

type WorkspaceSeen =
  | 'applyEdit'
  | 'decode'
  | 'fs'
  | 'getConfiguration'
  | 'getWorkspaceFolder'
  | 'isTrusted'
  | 'onDidChangeConfiguration'
  | 'onDidChangeTextDocument'
  | 'onDidCloseTextDocument'
  | 'onDidOpenTextDocument'
  | 'onDidSaveTextDocument'
  | 'onWillSaveNotebookDocument'
  | 'onWillSaveTextDocument'
  | 'save'
  | 'textDocuments'
  | 'updateWorkspaceFolders'
  | 'workspaceFolders';

const gatedWorkspace = {
  registerFileSystemProvider: (
    scheme: string,
    provider: vscode.FileSystemProvider,
    options: Parameters<typeof vscode.workspace.registerFileSystemProvider>[2],
  ) => vscode.workspace.registerFileSystemProvider(scheme, plainFileSystem(provider), options),
  /** Opens a document that exists. */
  openTextDocument: (uri: vscode.Uri) => vscode.workspace.openTextDocument(uri),
  /** Opens a text of ours as an untitled document. Its names are to be shown, so it has no invisible signs. */
  openText: (text: string, language?: string) => {
    const content = plainLines(text);
    return vscode.workspace.openTextDocument(language === undefined ? { content } : { content, language });
  },
  /** Opens code as an untitled document. Whoever made it has escaped what is in it, in the way of its language. */
  openCode: (content: string, language: string) => vscode.workspace.openTextDocument({ content, language }),
  /** Texts of ours as read-only documents. */
  registerReports: (scheme: string, provider: vscode.TextDocumentContentProvider) =>
    vscode.workspace.registerTextDocumentContentProvider(
      scheme,
      withGated(provider, {
        provideTextDocumentContent: async (uri, token) => {
          const text = await provider.provideTextDocumentContent(uri, token);
          return text === undefined || text === null ? undefined : plainLines(text);
        },
      }),
    ),
  /** Documents whose text is the service's own, byte by byte. */
  registerContents: (scheme: string, provider: vscode.TextDocumentContentProvider) =>
    vscode.workspace.registerTextDocumentContentProvider(scheme, provider),
};

/** What the extension may have of `vscode.workspace`. */
export const workspace = opened<Pick<typeof vscode.workspace, WorkspaceSeen>, typeof gatedWorkspace>(
  () => vscode.workspace,
  gatedWorkspace,
);

const plainDiagnostic = (diagnostic: vscode.Diagnostic): vscode.Diagnostic => {
  diagnostic.message = plain(diagnostic.message);
  return diagnostic;
};

const gatedLanguages = {
  createDiagnosticCollection: (name: string) => {
    const real = vscode.languages.createDiagnosticCollection(name);
    return {
      get: (uri: vscode.Uri) => real.get(uri),
      set: (uri: vscode.Uri, diagnostics: readonly vscode.Diagnostic[]) =>
        real.set(uri, diagnostics.map(plainDiagnostic)),
      delete: (uri: vscode.Uri) => real.delete(uri),
      dispose: () => real.dispose(),
    };
  },
  registerCodeActionsProvider: (
    selector: vscode.DocumentSelector,
    provider: vscode.CodeActionProvider<vscode.CodeAction>,
    metadata: vscode.CodeActionProviderMetadata,
  ) =>
    vscode.languages.registerCodeActionsProvider(
      selector,
      {
        provideCodeActions: async (...args) => {
          const actions = (await provider.provideCodeActions(...args)) ?? [];
          for (const action of actions) if ('kind' in action) action.title = plain(action.title);
          return actions;
        },
      },
      metadata,
    ),
  registerDocumentLinkProvider: (selector: vscode.DocumentSelector, provider: vscode.DocumentLinkProvider) =>
    vscode.languages.registerDocumentLinkProvider(selector, {
      provideDocumentLinks: async (...args) =>
        (await provider.provideDocumentLinks(...args))?.map((link) => {
          if (link.tooltip !== undefined) link.tooltip = plain(link.tooltip);
          return link;
        }),
    }),
};

/** What the extension may have of `vscode.languages`. */
export const languages = gatedLanguages;

const gatedCommands = {
  registerCommand: (id: string, run: (...args: unknown[]) => Promise<unknown>) =>
    vscode.commands.registerCommand(id, rejectingPlainly(run)),
  /** Texts among the arguments are titles of editors, but for VS Code's `setContext`, which names what it sets. */
  executeCommand: <T = unknown>(id: string, ...args: unknown[]) =>
    vscode.commands.executeCommand<T>(
      id,
      ...args.map((arg) => (typeof arg === 'string' && id !== 'setContext' ? plain(arg) : arg)),
    ),
};

/** What the extension may have of `vscode.commands`. */
export const commands = gatedCommands;
