import * as vscode from 'vscode';
import { DisposableStore } from '../ui/lifecycle';
import type { TransferMirror } from './mirror';
import { progressLine, progressTitle } from './progressText';

/** A status-bar item for as long as anything is transferred. */
export class TransferStatus implements vscode.Disposable {
  readonly #mirror: TransferMirror;
  readonly #owned = new DisposableStore();
  #item: vscode.StatusBarItem | undefined;

  constructor(mirror: TransferMirror) {
    this.#mirror = mirror;
    this.#owned.add(mirror.onDidChange(() => this.#show()));
  }

  #show(): void {
    const running = this.#mirror.unfinished();
    if (running.length === 0) {
      this.#item?.hide();
      return;
    }
    const item = (this.#item ??= this.#owned.add(
      vscode.window.createStatusBarItem('ibmcos.transfers', vscode.StatusBarAlignment.Left, 9),
    ));
    item.name = vscode.l10n.t('Object Storage: Transfers');
    const count = running.length === 1 ? vscode.l10n.t('1 transfer') : vscode.l10n.t('{0} transfers', running.length);
    item.text = `$(sync~spin) ${count}`;
    item.tooltip = running
      .map(
        (snapshot) =>
          `${progressTitle(snapshot.kind, snapshot.title, vscode.l10n.t)}: ${progressLine(snapshot, vscode.l10n.t)}`,
      )
      .join('\n');
    item.show();
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
