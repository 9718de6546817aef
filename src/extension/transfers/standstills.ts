import * as vscode from '../ui/vscode';
import type { ConnectionId, TransferId } from '../../model/ids';
import { objectScheme } from '../../model/objectUri';
import type { TransferSnapshot } from '../../model/transferState';
import type { Connections, Prompts } from '../services';
import { DisposableStore } from '../ui/lifecycle';
import type { TransferControl } from './control';
import type { TransferMirror } from './mirror';
import { standstillText, standsStill } from './standstillText';

/** What telling of transfers that stand still needs. */
export interface StandstillServices {
  readonly prompts: Pick<Prompts, 'warn'>;
  readonly connections: Pick<Connections, 'onDidChange'>;
}

/**
 * Tells once of a transfer that the network or an ended sign-in has stopped, and lets those go on that waited for a sign-in.
 * What waits for the network goes on by itself: that is the engine's work.
 */
export class Standstills implements vscode.Disposable {
  readonly #owned = new DisposableStore();
  readonly #told = new Set<TransferId>();
  readonly #services: StandstillServices;
  readonly #mirror: TransferMirror;
  readonly #control: TransferControl;
  #isTelling = false;

  constructor(services: StandstillServices, mirror: TransferMirror, control: TransferControl) {
    this.#services = services;
    this.#mirror = mirror;
    this.#control = control;
    this.#owned.add(mirror.onDidChange(({ changed }) => void this.#tell(changed)));
    this.#owned.add(services.connections.onDidChange(({ changed }) => void this.#goOn(changed)));
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** One notification at a time, and none for each of many transfers that the same cable has cut. */
  async #tell(changed: readonly TransferSnapshot[]): Promise<void> {
    const standing = changed.filter(standsStill);
    for (const { transferId } of changed.filter((one) => !standsStill(one))) this.#told.delete(transferId);
    const news = standing.filter(({ transferId }) => !this.#told.has(transferId));
    for (const { transferId } of news) this.#told.add(transferId);
    const [first] = news;
    if (first?.error === undefined || this.#isTelling) return;
    this.#isTelling = true;
    try {
      await this.#ask(first, news);
    } finally {
      this.#isTelling = false;
    }
  }

  async #ask(first: TransferSnapshot, news: readonly TransferSnapshot[]): Promise<void> {
    const act = first.error?.kind === 'signInNeeded' ? vscode.l10n.t('Sign In Again…') : vscode.l10n.t('Resume');
    const show = vscode.l10n.t('Show');
    const text = standstillText(first, news.length, vscode.l10n.t);
    const answer = await this.#services.prompts.warn(text, act, show);
    if (answer === show) await vscode.commands.executeCommand('ibmcos.transfers.focus');
    if (answer !== act) return;
    if (first.error?.kind === 'signInNeeded') {
      const uri = vscode.Uri.from({ scheme: objectScheme, authority: first.connectionId, path: '/' });
      await vscode.commands.executeCommand('ibmcos.connection.signIn', uri);
    } else await this.#resume(news.map(({ transferId }) => transferId));
  }

  async #goOn(changed: readonly ConnectionId[]): Promise<void> {
    const waiting = this.#mirror
      .list()
      .filter((one) => standsStill(one) && one.error?.kind === 'signInNeeded' && changed.includes(one.connectionId));
    await this.#resume(waiting.map(({ transferId }) => transferId));
  }

  async #resume(ids: readonly TransferId[]): Promise<void> {
    const resumable = ids.filter((id) => this.#mirror.get(id)?.canResume === true);
    if (resumable.length > 0) await this.#control.resume(resumable);
  }
}
