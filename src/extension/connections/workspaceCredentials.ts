import * as vscode from '../ui/vscode';
import { secretPlaces } from '../../model/serviceCredential';
import { DisposableStore } from '../ui/lifecycle';

/** No service credential is longer. */
const mostCharacters = 256 * 1024;
const languages = new Set(
  'json jsonc plaintext dotenv properties ini toml yaml dockercompose terraform terraform-vars hcl shellscript powershell bat'.split(
    ' ',
  ),
);
/** Files that no language is known for where nobody has installed it. */
const names =
  /(?:^|\/)(?:\.env(?:\.[^/]*)?|[^/]*\.(?:env|ya?ml|ini|cfg|conf|properties|toml|tf|tfvars|hcl|sh|bash|zsh|ps1|cmd|bat))$/i;

/**
 * Warns of service credentials that lie as files in the workspace, from where they get committed and shared, and offers to
 * keep them in the keychain instead. Looks at files when they are opened or saved.
 */
export class WorkspaceCredentials implements vscode.Disposable, vscode.CodeActionProvider {
  readonly #owned = new DisposableStore();
  readonly #collection = this.#owned.add(vscode.languages.createDiagnosticCollection('ibmcos-credentials'));

  constructor() {
    const { workspace } = vscode;
    this.#owned.add(workspace.onDidOpenTextDocument((document) => this.#check(document)));
    this.#owned.add(workspace.onDidSaveTextDocument((document) => this.#check(document)));
    this.#owned.add(workspace.onDidCloseTextDocument(({ uri }) => this.#collection.delete(uri)));
    const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
    this.#owned.add(vscode.languages.registerCodeActionsProvider({ scheme: 'file' }, this, kinds));
    for (const document of workspace.textDocuments) this.#check(document);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const here = (this.#collection.get(document.uri) ?? []).filter(
      (diagnostic) => diagnostic.range.intersection(range) !== undefined,
    );
    if (here.length === 0) return [];
    const title = vscode.l10n.t('Store in the Keychain and Remove…');
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.command = { title, command: 'ibmcos.connection.storeAndRemove' };
    action.diagnostics = here;
    action.isPreferred = true;
    return [action];
  }

  #check(document: vscode.TextDocument): void {
    const { uri, languageId } = document;
    const isKnown = languages.has(languageId) || names.test(uri.path);
    const isCandidate = uri.scheme === 'file' && isKnown && vscode.workspace.getWorkspaceFolder(uri) !== undefined;
    if (!isCandidate) return;
    const text = document.getText();
    const places = text.length > mostCharacters ? [] : secretPlaces(text);
    this.#collection.set(
      uri,
      places.map(({ offset, length }) => {
        const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
        const message = vscode.l10n.t(
          'A secret of IBM Cloud Object Storage lies readable in the workspace; it belongs in the keychain.',
        );
        const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Warning);
        diagnostic.source = 'COS Explorer';
        return diagnostic;
      }),
    );
  }
}
