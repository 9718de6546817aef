import * as vscode from '../ui/vscode';
import type { DocumentProblem } from '../../model/configDocument';
import { configScheme, parseConfigUri } from '../../model/configUri';
import type { EngineClient } from '../services';
import { DisposableStore } from '../ui/lifecycle';
import type { ConfigurationFiles } from './configurationFiles';

/** Long enough that a word can be finished, short enough to seem at once. */
const pauseMs = 200;

interface Checked {
  readonly version: number;
  readonly problems: readonly DocumentProblem[];
}

/** Underlines what is wrong with configuration documents while they are edited, and offers repairs. */
export class ConfigurationDiagnostics implements vscode.Disposable, vscode.CodeActionProvider {
  readonly #engine: EngineClient;
  readonly #files: ConfigurationFiles;
  readonly #owned = new DisposableStore();
  readonly #collection = this.#owned.add(vscode.languages.createDiagnosticCollection('ibmcos'));
  readonly #checked = new Map<string, Checked>();
  readonly #waiting = new Map<
    string,
    { readonly timer: NodeJS.Timeout; readonly cancel: vscode.CancellationTokenSource }
  >();

  constructor(engine: EngineClient, files: ConfigurationFiles) {
    this.#engine = engine;
    this.#files = files;
    const { workspace, languages } = vscode;
    this.#owned.add(workspace.onDidOpenTextDocument((document) => this.#soon(document, 0)));
    this.#owned.add(workspace.onDidChangeTextDocument(({ document }) => this.#soon(document, pauseMs)));
    this.#owned.add(workspace.onDidCloseTextDocument((document) => this.#forget(document.uri)));
    this.#owned.add(
      files.onDidChange((uri) => {
        const document = workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
        if (document !== undefined) this.#soon(document, pauseMs);
      }),
    );
    const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
    this.#owned.add(languages.registerCodeActionsProvider({ scheme: configScheme }, this, kinds));
    for (const document of workspace.textDocuments) this.#soon(document, 0);
  }

  dispose(): void {
    for (const { timer, cancel } of this.#waiting.values()) {
      clearTimeout(timer);
      cancel.dispose();
    }
    this.#owned.dispose();
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const checked = this.#checked.get(document.uri.toString());
    if (checked?.version !== document.version) return [];
    return checked.problems.flatMap((problem) => {
      const place = rangeOf(document, problem);
      if (place.intersection(range) === undefined) return [];
      return (problem.fixes ?? []).map(({ title, edits }, at) => {
        const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
        action.diagnostics = [diagnosticOf(document, problem)];
        action.isPreferred = at === 0;
        action.edit = new vscode.WorkspaceEdit();
        for (const edit of edits) action.edit.replace(document.uri, rangeOf(document, edit), edit.text);
        return action;
      });
    });
  }

  #soon(document: vscode.TextDocument, afterMs: number): void {
    if (document.uri.scheme !== configScheme) return;
    const id = document.uri.toString();
    const before = this.#waiting.get(id);
    if (before !== undefined) {
      clearTimeout(before.timer);
      before.cancel.cancel();
      before.cancel.dispose();
    }
    const cancel = new vscode.CancellationTokenSource();
    const timer = setTimeout(() => void this.#check(document, cancel.token), afterMs);
    this.#waiting.set(id, { timer, cancel });
  }

  async #check(document: vscode.TextDocument, token: vscode.CancellationToken): Promise<void> {
    const { uri, version } = document;
    const subject = parseConfigUri(uri);
    const held = this.#files.known(uri);
    if (subject === undefined || held === undefined) return;
    const edited = { subject, text: document.getText(), baseline: held.opened.baseline };
    const answer = await this.#engine.send('documents/check', edited, token);
    if (token.isCancellationRequested || document.isClosed || document.version !== version) return;
    // What is not known to be right is not shown as right.
    if (!answer.ok) return;
    const problems = answer.value;
    this.#checked.set(uri.toString(), { version, problems });
    this.#collection.set(
      uri,
      problems.map((problem) => diagnosticOf(document, problem)),
    );
  }

  #forget(uri: vscode.Uri): void {
    if (uri.scheme !== configScheme) return;
    this.#checked.delete(uri.toString());
    this.#collection.delete(uri);
  }
}

function rangeOf(document: vscode.TextDocument, { offset, length }: { offset: number; length: number }): vscode.Range {
  return new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
}

function diagnosticOf(document: vscode.TextDocument, problem: DocumentProblem): vscode.Diagnostic {
  const severity = problem.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const diagnostic = new vscode.Diagnostic(rangeOf(document, problem), problem.message, severity);
  diagnostic.code = problem.code;
  diagnostic.source = 'Object Storage';
  return diagnostic;
}
