import * as vscode from 'vscode';
import type { Result } from '../../model/cosError';
import type { TransferId } from '../../model/ids';
import { isFinal, type TransferSnapshot } from '../../model/transferState';
import type { TransferRequest } from '../../protocol/requests';
import type { Changes, EngineClient, FailureReporter, Prompts } from '../services';
import { DisposableStore } from '../ui/lifecycle';
import { changesOf } from './changesOf';
import { TransferMirror } from './mirror';
import { fractionDone, progressLine, progressTitle } from './progressText';
import { summaryOf, type SummaryAction } from './summary';

/** What a person sees of a transfer. `nothing`: whoever runs it shows progress and failure itself. */
export interface RunOptions {
  readonly show: 'progress' | 'nothing';
  /** Whoever runs many transfers tells of their changes himself, once. */
  readonly announce?: 'byCaller';
}

/** Runs transfers to their end. */
export interface TransferRunner {
  /** Answers once the transfer is over, however it ended; not ok only when it could not be started. */
  run(request: TransferRequest, options?: RunOptions): Promise<Result<TransferSnapshot>>;
  /** Ends a transfer; its snapshot says when it has stopped. */
  cancel(id: TransferId): Promise<void>;
}

/** What running transfers needs. */
export interface TransferServices {
  readonly engine: EngineClient;
  readonly changes: Changes;
  readonly prompts: Prompts;
  readonly failures: FailureReporter;
}

/** Starts transfers in the engine, shows one notification for each, and says how they ended where that is not plain. */
export class Transfers implements TransferRunner, vscode.Disposable {
  readonly mirror = new TransferMirror();
  readonly #services: TransferServices;
  readonly #owned = new DisposableStore();
  readonly #showReport: (id: TransferId) => Promise<void>;

  constructor(services: TransferServices, showReport: (id: TransferId) => Promise<void>) {
    this.#services = services;
    this.#showReport = showReport;
    const { engine } = services;
    this.#owned.add(engine.on('transfers/progress', ({ transfers }) => this.mirror.apply(transfers)));
    this.#owned.add(
      engine.onDidRestart(() => {
        this.mirror.engineGone(Date.now());
        void this.#readAgain();
      }),
    );
  }

  async run(request: TransferRequest, options: RunOptions = { show: 'progress' }): Promise<Result<TransferSnapshot>> {
    const started = await this.#services.engine.send('transfers/start', request);
    if (!started.ok) return started;
    const id = started.value.transferId;
    this.mirror.apply([started.value]);
    const over = this.#untilOver(id);
    if (options.show === 'progress') await this.#showProgress(started.value, over);
    const snapshot = await over;
    if (options.announce === undefined) {
      for (const change of changesOf(request, snapshot)) this.#services.changes.fire(change);
    }
    if (options.show === 'progress') void this.#summarise(request, snapshot);
    return { ok: true, value: snapshot };
  }

  /** Ends a transfer; its snapshot says when it has stopped. */
  async cancel(id: TransferId): Promise<void> {
    const answer = await this.#services.engine.send('transfers/cancel', { transferId: id });
    if (answer.ok) this.mirror.apply([answer.value]);
    else if (answer.error.kind === 'engineGone') this.mirror.engineGone(Date.now());
    else await this.#services.failures.report(answer.error);
  }

  #untilOver(id: TransferId): Promise<TransferSnapshot> {
    return new Promise((resolve) => {
      const check = (): boolean => {
        const snapshot = this.mirror.get(id);
        if (snapshot === undefined || !isFinal(snapshot.state)) return false;
        resolve(snapshot);
        return true;
      };
      if (check()) return;
      const listener = this.#owned.add(
        this.mirror.onDidChange(() => {
          if (check()) listener.dispose();
        }),
      );
    });
  }

  async #showProgress(first: TransferSnapshot, over: Promise<TransferSnapshot>): Promise<void> {
    const id = first.transferId;
    const title = progressTitle(first.kind, first.title, vscode.l10n.t);
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    await vscode.window.withProgress(options, async (progress, token) => {
      const owned = new DisposableStore();
      let shownPercent = 0;
      const show = (): void => {
        const snapshot = this.mirror.get(id) ?? first;
        const percent = Math.floor((fractionDone(snapshot) ?? 0) * 100);
        const increment = Math.max(0, percent - shownPercent);
        shownPercent += increment;
        progress.report({ message: progressLine(snapshot, vscode.l10n.t), increment });
      };
      owned.add(
        this.mirror.onDidChange((news) => (news.some(({ transferId }) => transferId === id) ? show() : undefined)),
      );
      owned.add(token.onCancellationRequested(() => void this.cancel(id)));
      show();
      try {
        await over;
      } finally {
        owned.dispose();
      }
    });
  }

  async #summarise(request: TransferRequest, snapshot: TransferSnapshot): Promise<void> {
    const { prompts, failures } = this.#services;
    const summary = summaryOf(snapshot, (error) => failures.sentence(error), vscode.l10n.t);
    if (summary === undefined) return;
    const labels = new Map(summary.actions.map((action) => [actionLabel(action), action]));
    const method = ({ info: 'info', warning: 'warn', error: 'error' } as const)[summary.severity];
    const answer = await prompts[method](summary.text, ...labels.keys());
    switch (answer === undefined ? undefined : labels.get(answer)) {
      case 'showReport':
        return this.#showReport(snapshot.transferId);
      case 'retry':
        await this.run(request);
        return;
      case 'reveal':
        return revealDownload(request);
      case undefined:
        return;
    }
  }

  async #readAgain(): Promise<void> {
    const transfers = await this.#services.engine.send('transfers/list', null);
    if (transfers.ok) this.mirror.apply(transfers.value);
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

function actionLabel(action: SummaryAction): string {
  switch (action) {
    case 'showReport':
      return vscode.l10n.t('Show Report');
    case 'reveal':
      return vscode.l10n.t('Reveal');
    case 'retry':
      return vscode.l10n.t('Retry');
  }
}

/** Shows the folder of a download in the file manager of the machine that runs the extension. */
async function revealDownload(request: TransferRequest): Promise<void> {
  if (request.kind !== 'download') return;
  const target = vscode.Uri.file(request.fileFsPath ?? request.folderFsPath);
  await vscode.commands.executeCommand('revealFileInOS', target);
}
