import { plain } from '../ui/gate/plain';
import * as vscode from '../ui/vscode';
import type { TransferId } from '../../model/ids';
import { isFinal, type TransferSnapshot } from '../../model/transferState';
import type { FailureReporter, TransferItem, TransfersTree } from '../services';
import { setContextKey, type ContextKey } from '../ui/contextKeys';
import { DisposableStore } from '../ui/lifecycle';
import type { TransferMirror, TransferNews } from './mirror';
import { orderTransfers, redrawFor } from './order';
import type { Outlooks } from './outlooks';
import { itemRows, presentItem, presentTransfer, transferTooltip, type RowPresentation } from './rowText';
import { transferNodeId, type TransferNode, type TransferRow } from '../nodes/transferNode';
import { UpdateGate } from './updateGate';

const tickMs = 1000;

/** The Transfers view: one row for each transfer, in the order of how much it wants to be looked at. */
export class TransfersView implements vscode.TreeDataProvider<TransferNode>, TransfersTree, vscode.Disposable {
  readonly #mirror: TransferMirror;
  readonly #outlooks: Outlooks;
  readonly #failures: Pick<FailureReporter, 'sentence'>;
  readonly #sync: () => Promise<void>;
  readonly #owned = new DisposableStore();
  readonly #didChange = this.#owned.add(new vscode.EventEmitter<TransferNode[] | undefined>());
  readonly #gate: UpdateGate;
  readonly #view: vscode.TreeView<TransferNode>;
  /** Rows keep their identity, so that a change can be announced for the very object that VS Code holds. */
  readonly #rows = new Map<TransferId, TransferRow>();
  readonly #facts = new Map<ContextKey, boolean>();
  #shown: readonly TransferId[] = [];
  #states = new Map<TransferId, TransferSnapshot['state']>();
  #ticking: NodeJS.Timeout | undefined;

  readonly onDidChangeTreeData = this.#didChange.event;

  /** `sync` reads the engine's list again: other windows' transfers come with it. */
  constructor(
    mirror: TransferMirror,
    outlooks: Outlooks,
    failures: Pick<FailureReporter, 'sentence'>,
    sync: () => Promise<void>,
  ) {
    this.#mirror = mirror;
    this.#outlooks = outlooks;
    this.#failures = failures;
    this.#sync = sync;
    this.#gate = this.#owned.add(new UpdateGate(clock, (ids) => this.#redraw(ids)));
    this.#view = this.#owned.add(
      vscode.window.createTreeView('ibmcos.transfers', { treeDataProvider: this, canSelectMany: true }),
    );
    this.#owned.add({ dispose: () => this.#stopTicking() });
    this.#owned.add(this.#view.onDidChangeVisibility(({ visible }) => this.#visibilityChanged(visible)));
    this.#owned.add(mirror.onDidChange((news) => this.#changed(news)));
  }

  get selection(): readonly TransferNode[] {
    return this.#view.selection;
  }

  itemOf(snapshot: TransferSnapshot): TransferItem {
    const outlook = this.#outlooks.of(snapshot.transferId, Date.now());
    const { label, description, icon } = presentTransfer(snapshot, outlook, vscode.l10n.t);
    return { label, description, icon };
  }

  getChildren(node?: TransferNode): TransferNode[] {
    if (node === undefined) {
      this.#shown = orderTransfers(this.#mirror.list()).map(({ transferId }) => transferId);
      return this.#shown.map((id) => this.#rowOf(id));
    }
    if (node.kind !== 'transfer') return [];
    const snapshot = this.#mirror.get(node.transferId);
    return snapshot === undefined ? [] : [...itemRows(snapshot)];
  }

  getParent(node: TransferNode): TransferNode | undefined {
    return node.kind === 'transfer' ? undefined : this.#rowOf(node.parent.transferId);
  }

  getTreeItem(node: TransferNode): vscode.TreeItem {
    if (node.kind !== 'transfer') return itemOf(node, presentItem(node, vscode.l10n.t));
    const snapshot = this.#mirror.get(node.transferId);
    // It was removed a moment ago; the list without it is on its way.
    if (snapshot === undefined) return new vscode.TreeItem('');
    return itemOf(node, presentTransfer(snapshot, this.#outlooks.of(node.transferId, Date.now()), vscode.l10n.t));
  }

  resolveTreeItem(item: vscode.TreeItem, node: TransferNode): vscode.TreeItem {
    item.tooltip = this.#tooltipOf(node);
    return item;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #tooltipOf(node: TransferNode): string | undefined {
    if (node.kind === 'failedItem') {
      return [node.failure.name, this.#failures.sentence(node.failure.error)].map(plain).join('\n');
    }
    if (node.kind !== 'transfer') return undefined;
    const snapshot = this.#mirror.get(node.transferId);
    if (snapshot === undefined) return undefined;
    const outlook = this.#outlooks.of(node.transferId, Date.now());
    return transferTooltip(snapshot, outlook, (error) => this.#failures.sentence(error), vscode.l10n.t);
  }

  #rowOf(transferId: TransferId): TransferRow {
    const row = this.#rows.get(transferId) ?? { kind: 'transfer', transferId };
    this.#rows.set(transferId, row);
    return row;
  }

  #changed({ changed, removed }: TransferNews): void {
    const isUrgent =
      removed.length > 0 || changed.some(({ transferId, state }) => this.#states.get(transferId) !== state);
    for (const id of removed) {
      this.#rows.delete(id);
      this.#states.delete(id);
    }
    for (const { transferId, state } of changed) this.#states.set(transferId, state);
    this.#gate.changed([...changed.map(({ transferId }) => transferId), ...removed], isUrgent);
    if (isUrgent) this.#tellFacts();
    this.#tickIfNeeded();
  }

  #redraw(ids: ReadonlySet<TransferId>): void {
    const redraw = redrawFor(this.#shown, ids, orderTransfers(this.#mirror.list()));
    switch (redraw.kind) {
      case 'nothing':
        return;
      case 'rows':
        this.#didChange.fire(redraw.ids.map((id) => this.#rowOf(id)));
        return;
      case 'all':
        this.#didChange.fire(undefined);
        return;
    }
  }

  /** What the buttons of the title depend on, and the number on the icon. */
  #tellFacts(): void {
    const mine = this.#mirror.list().filter(({ isOwnedElsewhere }) => !isOwnedElsewhere);
    this.#tell(
      'ibmcos:canPauseTransfers',
      mine.some(({ canPause }) => canPause),
    );
    this.#tell(
      'ibmcos:canResumeTransfers',
      mine.some(({ canResume }) => canResume),
    );
    this.#tell(
      'ibmcos:hasFinishedTransfers',
      mine.some(({ state }) => isFinal(state)),
    );
    const value = mine.filter(({ state }) => state === 'running' || state === 'queued').length;
    if ((this.#view.badge?.value ?? 0) === value) return;
    const tooltip =
      value === 1 ? vscode.l10n.t('1 transfer is running') : vscode.l10n.t('{0} transfers are running', value);
    this.#view.badge = value === 0 ? undefined : { value, tooltip };
  }

  #tell(key: ContextKey, isTrue: boolean): void {
    if ((this.#facts.get(key) ?? false) === isTrue) return;
    this.#facts.set(key, isTrue);
    setContextKey(key, isTrue);
  }

  #visibilityChanged(isVisible: boolean): void {
    if (isVisible) void this.#sync();
    this.#tickIfNeeded();
  }

  /** Time left runs down, and a standstill shows, also while no news comes; and nobody tells of other windows' transfers. */
  #tickIfNeeded(): void {
    const isNeeded = this.#view.visible && this.#mirror.unfinished().some(({ state }) => state === 'running');
    if (!isNeeded) this.#stopTicking();
    else this.#ticking ??= setInterval(() => this.#tick(), tickMs);
  }

  #tick(): void {
    const running = this.#mirror.unfinished().filter(({ state }) => state === 'running');
    this.#gate.changed(
      running.map(({ transferId }) => transferId),
      false,
    );
    if (running.some(({ isOwnedElsewhere }) => isOwnedElsewhere)) void this.#sync();
  }

  #stopTicking(): void {
    clearInterval(this.#ticking);
    this.#ticking = undefined;
  }
}

const clock = {
  nowMs: () => Date.now(),
  after: (delayMs: number, call: () => void): (() => void) => {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};

function itemOf(node: TransferNode, shown: RowPresentation): vscode.TreeItem {
  const { None, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(shown.label, shown.isExpandable ? Collapsed : None);
  item.id = transferNodeId(node);
  item.description = shown.description;
  item.contextValue = shown.context.join(' ');
  item.accessibilityInformation = { label: shown.accessibilityLabel };
  item.iconPath = new vscode.ThemeIcon(
    shown.icon,
    shown.color === undefined ? undefined : new vscode.ThemeColor(shown.color),
  );
  return item;
}
