import * as vscode from '../ui/vscode';
import type { TransferId } from '../../model/ids';
import type { TransferSnapshot } from '../../model/transferState';
import type { FailureReporter } from '../services';
import type { TransferMirror } from './mirror';
import { reportText } from './report';

const reportScheme = 'ibmcos-report';

/** Reports of transfers as read-only documents. */
export class ReportDocuments implements vscode.TextDocumentContentProvider {
  readonly #mirror: () => TransferMirror;
  readonly #failures: FailureReporter;

  readonly #changed = new vscode.EventEmitter<vscode.Uri>();

  readonly onDidChange = this.#changed.event;

  constructor(mirror: () => TransferMirror, failures: FailureReporter) {
    this.#mirror = mirror;
    this.#failures = failures;
  }

  /** Makes VS Code ask here for the reports. */
  register(): vscode.Disposable {
    return vscode.workspace.registerReports(reportScheme, this);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const snapshot = this.#mirror()
      .list()
      .find(({ transferId }) => transferId === uri.query);
    if (snapshot === undefined) return vscode.l10n.t('The report is gone: the transfer was removed since.');
    return this.textOf(snapshot);
  }

  textOf(snapshot: TransferSnapshot): string {
    return reportText(snapshot, (error) => this.#failures.sentence(error), vscode.l10n.t);
  }

  async show(id: TransferId): Promise<void> {
    const path = `/${vscode.l10n.t('Transfer Report')}.txt`;
    const uri = vscode.Uri.from({ scheme: reportScheme, path, query: id });
    // One that is open still shows the attempt before.
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }
}
