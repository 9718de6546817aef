import * as vscode from '../ui/vscode';
import { DisposableStore } from '../ui/lifecycle';
import type { TransferMirror } from './mirror';
import { fractionDone, progressLine, progressTitle } from './progressText';

/** A status-bar item for as long as anything is transferred by this window; a click opens the Transfers view. */
export class TransferStatus implements vscode.Disposable {
  readonly #mirror: TransferMirror;
  readonly #owned = new DisposableStore();
  #item: vscode.StatusBarItem | undefined;

  constructor(mirror: TransferMirror) {
    this.#mirror = mirror;
    this.#owned.add(mirror.onDidChange(() => this.#show()));
  }

  #show(): void {
    const moving = this.#mirror
      .list()
      .filter(({ state, isOwnedElsewhere }) => !isOwnedElsewhere && (state === 'running' || state === 'queued'));
    const [first] = moving;
    if (first === undefined) {
      this.#item?.hide();
      return;
    }
    const item = (this.#item ??= this.#create());
    const count = moving.length === 1 ? vscode.l10n.t('1 transfer') : vscode.l10n.t('{0} transfers', moving.length);
    const fraction = moving.length === 1 ? fractionDone(first) : undefined;
    item.icon = 'sync~spin';
    item.text = `${count}${fraction === undefined ? '' : ` ${Math.floor(fraction * 100)}%`}`;
    item.tooltip = moving
      .map(
        (snapshot) =>
          `${progressTitle(snapshot.kind, snapshot.title, vscode.l10n.t)}: ${progressLine(snapshot, vscode.l10n.t)}`,
      )
      .join('\n');
    item.show();
  }

  #create(): vscode.StatusBarItem {
    const item = this.#owned.add(
      vscode.window.createStatusBarItem('ibmcos.transfers', vscode.StatusBarAlignment.Left, 9),
    );
    item.name = vscode.l10n.t('Object Storage: Transfers');
    item.command = 'ibmcos.transfers.focus';
    return item;
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
