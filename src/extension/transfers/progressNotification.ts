import * as vscode from '../ui/vscode';
import type { TransferId } from '../../model/ids';
import { isFinal, type TransferSnapshot } from '../../model/transferState';
import { DisposableStore } from '../ui/lifecycle';
import type { TransferMirror } from './mirror';
import type { Outlooks } from './outlooks';
import { fractionDone, progressLine, progressTitle } from './progressText';

/** Drawn more often, the link could not be clicked. */
const intervalMs = 1000;

/** Shows a notification for as long as a transfer moves, again each time that it goes on; ends with the transfer. */
export async function showProgress(
  mirror: TransferMirror,
  outlooks: Outlooks,
  id: TransferId,
  cancel: () => void,
): Promise<void> {
  for (;;) {
    const snapshot = await untilState(mirror, id, ({ state }) => state !== 'paused');
    if (isFinal(snapshot.state)) return;
    await showOnce(mirror, outlooks, snapshot, cancel);
  }
}

/** Waits until a transfer is as asked. */
export function untilState(
  mirror: TransferMirror,
  id: TransferId,
  isSo: (snapshot: TransferSnapshot) => boolean,
): Promise<TransferSnapshot> {
  return new Promise((resolve) => {
    const check = (): boolean => {
      const snapshot = mirror.get(id);
      if (snapshot === undefined || !isSo(snapshot)) return false;
      resolve(snapshot);
      return true;
    };
    if (check()) return;
    const listener = mirror.onDidChange(() => {
      if (check()) listener.dispose();
    });
  });
}

async function showOnce(
  mirror: TransferMirror,
  outlooks: Outlooks,
  first: TransferSnapshot,
  cancel: () => void,
): Promise<void> {
  const id = first.transferId;
  const title = progressTitle(first.kind, first.title, vscode.l10n.t);
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  const link = `[${vscode.l10n.t('Show Transfers')}](command:ibmcos.transfers.focus)`;
  await vscode.window.withProgress(options, async (progress, token) => {
    const owned = new DisposableStore();
    let shownPercent = 0;
    let isCounted = false;
    const show = (): void => {
      const snapshot = mirror.get(id) ?? first;
      isCounted = snapshot.itemsTotal !== undefined;
      const percent = Math.floor((fractionDone(snapshot) ?? 0) * 100);
      const increment = Math.max(0, percent - shownPercent);
      shownPercent += increment;
      const line = progressLine(snapshot, vscode.l10n.t, outlooks.of(id, Date.now()));
      progress.report({ message: `${line} · ${link}`, increment });
    };
    const timer = setInterval(show, intervalMs);
    owned.add({ dispose: () => clearInterval(timer) });
    // That everything is counted makes the text a different one: worth not to wait for.
    owned.add(mirror.onDidChange(() => (!isCounted && mirror.get(id)?.itemsTotal !== undefined ? show() : undefined)));
    owned.add(token.onCancellationRequested(cancel));
    show();
    try {
      await untilState(mirror, id, ({ state }) => isFinal(state) || state === 'paused');
    } finally {
      owned.dispose();
    }
  });
}
