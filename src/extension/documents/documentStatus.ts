import * as vscode from '../ui/vscode';
import { objectScheme } from '../../model/objectUri';
import type { Connections } from '../services';
import { momentText } from '../protection/protectionTexts';
import { DisposableStore } from '../ui/lifecycle';
import type { ObjectFileSystem } from './objectFileSystem';
import { urisOfTab } from '../ui/openEditors';
import { placeOf } from '../nodes/place';
import type { ReadOnlyReason } from './readOnlyReason';

/** Why an object cannot be saved, in one sentence. */
export function readOnlySentence(reason: ReadOnlyReason): string {
  switch (reason.kind) {
    case 'version':
      return vscode.l10n.t('Read-only: a version of an object never changes.');
    case 'connection':
      return vscode.l10n.t('Read-only: the connection is marked read-only.');
    case 'retainedUntil':
      return vscode.l10n.t('Read-only: retained until {0}.', momentText(reason.untilMs));
    case 'retainedIndefinitely':
      return vscode.l10n.t('Read-only: retained indefinitely.');
    case 'legalHolds':
      return reason.count === 1
        ? vscode.l10n.t('Read-only: under a legal hold.')
        : vscode.l10n.t('Read-only: under {0} legal holds.', reason.count);
  }
}

/** Says in the status bar which bucket the active document comes from, and why it cannot be saved. */
export class DocumentStatus implements vscode.Disposable, vscode.FileDecorationProvider {
  readonly #files: ObjectFileSystem;
  readonly #connections: Connections;
  readonly #owned = new DisposableStore();
  readonly #decorationsChanged = this.#owned.add(new vscode.EventEmitter<vscode.Uri>());
  #item: vscode.StatusBarItem | undefined;

  readonly onDidChangeFileDecorations = this.#decorationsChanged.event;

  constructor(files: ObjectFileSystem, connections: Connections) {
    this.#files = files;
    this.#connections = connections;
    this.#owned.add(vscode.window.tabGroups.onDidChangeTabs(() => this.#show()));
    this.#owned.add(vscode.window.tabGroups.onDidChangeTabGroups(() => this.#show()));
    this.#owned.add(connections.onDidChange(() => this.#show()));
    this.#owned.add(
      files.onDidLearn((uri) => {
        this.#decorationsChanged.fire(uri);
        this.#show();
      }),
    );
    this.#owned.add(vscode.window.registerFileDecorationProvider(this));
    this.#show();
  }

  /** Only what is known already; a decoration never costs a request. */
  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    if (uri.scheme !== objectScheme) return undefined;
    const reason = this.#files.readOnlyReason(uri);
    // A read-only connection would mark every row; its own node says so.
    if (reason === undefined || reason.kind === 'connection') return undefined;
    const tooltip = readOnlySentence(reason);
    // What protects an object has its own letters there (tree/protectionBadges.ts).
    return reason.kind === 'version' ? { badge: '🔒', tooltip } : { tooltip };
  }

  #show(): void {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    const uri = tab === undefined ? undefined : urisOfTab(tab).findLast(({ scheme }) => scheme === objectScheme);
    const place = uri === undefined ? undefined : placeOf(uri);
    if (uri === undefined || place?.kind !== 'entry') {
      this.#item?.hide();
      return;
    }
    const item = (this.#item ??= this.#owned.add(
      vscode.window.createStatusBarItem('ibmcos.document', vscode.StatusBarAlignment.Left, 10),
    ));
    const reason = this.#files.readOnlyReason(uri);
    const connection = this.#connections.get(place.connectionId)?.name ?? place.connectionId;
    item.name = vscode.l10n.t('Object Storage: Document');
    item.icon = reason === undefined ? 'cloud' : 'lock';
    item.text = `${connection}/${place.bucket}`;
    const where = vscode.l10n.t('Object "{0}" in bucket "{1}" of "{2}"', place.key, place.bucket, connection);
    item.tooltip = reason === undefined ? where : `${readOnlySentence(reason)}\n${where}`;
    item.show();
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
