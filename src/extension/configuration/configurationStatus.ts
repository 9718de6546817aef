import * as vscode from '../ui/vscode';
import { configScheme } from '../../model/configUri';
import { DisposableStore } from '../ui/lifecycle';
import type { ConfigurationFiles } from './configurationFiles';

/** Says which configuration document is a draft, and why one cannot be changed: in the tab's badge and in the status bar. */
export class ConfigurationStatus implements vscode.Disposable, vscode.FileDecorationProvider {
  readonly #files: ConfigurationFiles;
  readonly #owned = new DisposableStore();
  readonly #decorations = this.#owned.add(new vscode.EventEmitter<vscode.Uri>());
  readonly #item = this.#owned.add(
    vscode.window.createStatusBarItem('ibmcos.configuration', vscode.StatusBarAlignment.Left, 10),
  );

  readonly onDidChangeFileDecorations = this.#decorations.event;

  constructor(files: ConfigurationFiles) {
    this.#files = files;
    this.#item.name = vscode.l10n.t('Object Storage: Configuration');
    this.#owned.add(vscode.window.registerFileDecorationProvider(this));
    this.#owned.add(vscode.window.onDidChangeActiveTextEditor(() => this.#show()));
    this.#owned.add(
      files.onDidChange((uri) => {
        this.#decorations.fire(uri);
        this.#show();
      }),
    );
    this.#show();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    if (uri.scheme !== configScheme) return undefined;
    const held = this.#files.known(uri);
    if (held?.draft !== undefined) {
      const tooltip = vscode.l10n.t(
        'Not applied: the service does not have these changes yet. Save once more to apply them.',
      );
      return { badge: '✎', tooltip, color: new vscode.ThemeColor('list.warningForeground') };
    }
    const reason = held?.opened.readOnlyReason;
    return reason === undefined ? undefined : { badge: '🔒', tooltip: reason };
  }

  #show(): void {
    const uri = vscode.window.activeTextEditor?.document.uri;
    const held = uri?.scheme === configScheme ? this.#files.known(uri) : undefined;
    if (held === undefined) {
      this.#item.hide();
      return;
    }
    const reason = held.opened.readOnlyReason;
    if (held.draft !== undefined) {
      this.#item.icon = 'warning';
      this.#item.text = vscode.l10n.t('Not applied');
      this.#item.tooltip = vscode.l10n.t(
        'The text is kept here: an automatic save applies nothing, also not when you saved while it ran, or you did not confirm. Save once more, or click, to apply it.',
      );
      this.#item.command = 'ibmcos.config.apply';
      this.#item.show();
    } else if (reason !== undefined) {
      this.#item.icon = 'lock';
      this.#item.text = vscode.l10n.t('Read-only configuration');
      this.#item.tooltip = reason;
      this.#item.command = '';
      this.#item.show();
    } else this.#item.hide();
  }
}
