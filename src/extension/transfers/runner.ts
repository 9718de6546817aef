import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import type { TransferId } from '../../model/ids';
import { isFinal, type TransferSnapshot } from '../../model/transferState';
import type { TransferRequest } from '../../protocol/requests';
import type { Changes, EngineClient, FailureReporter, KnownTransfers, Prompts, RunOptions } from '../services';
import type { LastDeletes } from '../command/lastDelete';
import { DisposableStore } from '../ui/lifecycle';
import { changesOf, changesOfSnapshot } from './changesOf';
import { TransferControl } from './control';
import { Interruptions, isInterrupted } from './interruption';
import { TransferMirror } from './mirror';
import { Outlooks } from './outlooks';
import { localPathOf } from './places';
import { showProgress, untilState } from './progressNotification';
import { summaryOf, type SummaryAction } from './summary';

/** What running transfers needs. */
export interface TransferServices {
  readonly engine: EngineClient;
  readonly changes: Changes;
  readonly prompts: Prompts;
  readonly failures: FailureReporter;
  readonly deletes: LastDeletes;
  /** Of this workspace: whether the last window left transfers behind. */
  readonly memory: Pick<vscode.Memento, 'get' | 'update'>;
}

/** An engine of the window before may live on for some seconds, and what it ran looks like another window's until then. */
const settling = { intervalMs: 3000, attempts: 20 } as const;

const unfinishedKey = 'ibmcos.hasUnfinishedTransfers';

/** Runs transfers in the engine, shows a notification for each that moves, and says how they ended where that is not plain. */
export class Transfers implements KnownTransfers, vscode.Disposable {
  readonly mirror = new TransferMirror();
  readonly outlooks: Outlooks;
  readonly control: TransferControl;
  readonly #services: TransferServices;
  readonly #owned = new DisposableStore();
  readonly #showReport: (id: TransferId) => Promise<void>;
  readonly #requests = new Map<TransferId, { readonly request: TransferRequest; readonly options: RunOptions }>();
  readonly #followed = new Map<TransferId, Promise<TransferSnapshot>>();
  readonly #interruptions = new Interruptions();
  #hasUnfinished: boolean;
  #isDisposed = false;

  constructor(services: TransferServices, showReport: (id: TransferId) => Promise<void>) {
    this.#services = services;
    this.#showReport = showReport;
    this.outlooks = this.#owned.add(new Outlooks(this.mirror, Date.now));
    this.control = new TransferControl(services, this.mirror, (id) => void this.#follow(id));
    const { engine, memory } = services;
    this.#owned.add(engine.on('transfers/progress', ({ transfers }) => this.mirror.apply(transfers)));
    this.#owned.add(engine.on('transfers/journalSetAside', ({ fsPath }) => void this.#tellSetAside(fsPath)));
    this.#owned.add(engine.onDidGiveUp(() => this.mirror.engineGone(Date.now())));
    this.#owned.add(
      engine.onDidRestart(() => {
        this.mirror.engineRestarted();
        void this.sync();
      }),
    );
    this.#owned.add(this.mirror.onDidChange(({ removed }) => this.#changed(removed)));
    this.#hasUnfinished = memory.get<boolean>(unfinishedKey) === true;
    // Nothing but transfers of an earlier window is a reason to start the engine before it is asked for something.
    if (this.#hasUnfinished) void this.#syncUntilSettled();
  }

  async run(request: TransferRequest, options: RunOptions = { show: 'progress' }): Promise<Result<TransferSnapshot>> {
    const started = await this.#services.engine.send('transfers/start', request);
    if (!started.ok) return started;
    const { transferId } = started.value;
    this.#requests.set(transferId, { request, options });
    this.mirror.apply([started.value]);
    const ended = await this.#follow(transferId);
    this.#noteDeletion(request, ended);
    return { ok: true, value: ended };
  }

  /** Whatever deletes last in this window is what an undo means. */
  #noteDeletion(request: TransferRequest, { transferId, itemsDone }: TransferSnapshot): void {
    if (itemsDone === 0) return;
    if (request.kind === 'empty') this.#services.deletes.last = { kind: 'permanent' };
    if (request.kind !== 'delete') return;
    const { connectionId, bucket } = request;
    this.#services.deletes.last = { kind: 'transfers', runs: [{ transferId, connectionId, bucket }] };
  }

  async cancel(id: TransferId): Promise<void> {
    await this.control.cancel([id]);
  }

  /**
   * Reads the list of the engine, and tells once of transfers that its predecessor left behind. Calls `onListed` before the
   * person is told.
   */
  async sync(onListed?: () => void): Promise<void> {
    const transfers = await this.#services.engine.send('transfers/list', null);
    // The client has logged a failure; rows fail when the engine is given up.
    if (transfers.ok) this.mirror.applyList(transfers.value, Date.now());
    if (transfers.ok && transfers.value.length === 0) this.#remember(false);
    onListed?.();
    if (transfers.ok) await this.#tellInterrupted(this.#interruptions.take(this.mirror.list()));
  }

  async #tellSetAside(fsPath: string): Promise<void> {
    const text = vscode.l10n.t(
      'The journal of transfers was damaged. Transfers that were running or paused cannot go on: start them again, and abort their incomplete uploads (Show Incomplete Uploads of a bucket). New transfers have a new journal; the damaged one was kept as "{0}".',
      fsPath,
    );
    await this.#services.prompts.warn(text);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#owned.dispose();
  }

  async #syncUntilSettled(): Promise<void> {
    for (let attempt = 0; attempt < settling.attempts && !this.#isDisposed; attempt += 1) {
      // Not waited for: it ends when the person answers.
      await new Promise<void>((listed) => void this.sync(listed));
      if (!this.mirror.unfinished().some(({ isOwnedElsewhere }) => isOwnedElsewhere)) return;
      await new Promise((resolve) => setTimeout(resolve, settling.intervalMs));
    }
  }

  /** Shows a transfer until it is over, then tells tree and person. Once at a time for each. */
  #follow(id: TransferId): Promise<TransferSnapshot> {
    const known = this.#followed.get(id);
    if (known !== undefined) return known;
    const following = this.#followToEnd(id).finally(() => this.#followed.delete(id));
    this.#followed.set(id, following);
    return following;
  }

  async #followToEnd(id: TransferId): Promise<TransferSnapshot> {
    const { request, options } = this.#requests.get(id) ?? {
      request: undefined,
      options: { show: 'progress' } as const,
    };
    const isShown = options.show === 'progress';
    if (isShown) await showProgress(this.mirror, this.outlooks, id, () => void this.cancel(id));
    const snapshot = await untilState(this.mirror, id, ({ state }) => isFinal(state));
    if (!('announce' in options)) {
      const changes = request === undefined ? changesOfSnapshot(snapshot) : changesOf(request, snapshot);
      for (const change of changes) this.#services.changes.fire(change);
    }
    if (isShown) void this.#summarise(snapshot);
    return snapshot;
  }

  async #summarise(snapshot: TransferSnapshot): Promise<void> {
    // Of an engine that went away the person hears once, for all transfers together.
    if (isInterrupted(snapshot)) return;
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
        return this.#again(snapshot.transferId);
      case 'reveal':
        return revealDownload(snapshot);
      case undefined:
        return;
    }
  }

  async #tellInterrupted(interrupted: readonly TransferSnapshot[]): Promise<void> {
    const [first] = interrupted;
    if (first === undefined) return;
    const resume = vscode.l10n.t('Resume');
    const show = vscode.l10n.t('Show');
    const canGoOn = interrupted.some((snapshot) => this.#canGoOn(snapshot));
    const text =
      interrupted.length === 1
        ? vscode.l10n.t('A transfer was interrupted: "{0}"', first.title)
        : vscode.l10n.t('{0} transfers were interrupted.', interrupted.length);
    const answer = await this.#services.prompts.warn(text, ...(canGoOn ? [resume] : []), show);
    if (answer === show) await vscode.commands.executeCommand('ibmcos.transfers.focus');
    if (answer === resume) await Promise.all(interrupted.map(({ transferId }) => this.#again(transferId)));
  }

  #canGoOn({ transferId, canResume, canRetry }: TransferSnapshot): boolean {
    return canResume || canRetry || this.#requests.has(transferId);
  }

  /** Goes on where a transfer stands; from the start where the engine knows nothing of it any more. */
  async #again(id: TransferId): Promise<void> {
    const snapshot = this.mirror.get(id);
    if (snapshot?.canResume === true) return this.control.resume([id]);
    if (snapshot?.canRetry === true) return this.control.retry([id]);
    const known = this.#requests.get(id);
    if (known === undefined || (snapshot !== undefined && !isFinal(snapshot.state))) return;
    const run = await this.run(known.request, known.options);
    if (!run.ok) await this.#services.failures.report(run.error);
  }

  #changed(removed: readonly TransferId[]): void {
    for (const id of removed) this.#requests.delete(id);
    this.#remember(this.mirror.unfinished().some(({ isOwnedElsewhere }) => !isOwnedElsewhere));
  }

  #remember(hasUnfinished: boolean): void {
    if (hasUnfinished === this.#hasUnfinished) return;
    this.#hasUnfinished = hasUnfinished;
    void this.#services.memory.update(unfinishedKey, hasUnfinished);
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

/** Shows what was downloaded in the file manager of the machine that runs the extension. */
async function revealDownload(snapshot: TransferSnapshot): Promise<void> {
  const fsPath = localPathOf(snapshot);
  if (fsPath !== undefined) await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(fsPath));
}
