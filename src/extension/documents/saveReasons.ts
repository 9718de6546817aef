import * as vscode from '../ui/vscode';

/** How a save that is about to reach the file system was asked for. */
export type SaveReason = 'manual' | 'automatic';

/** A save takes as long as its participants (formatters) do; one that never arrived is forgotten after a minute. */
const maxAgeMs = 60_000;

/** Knows, between the start of a save and the write it leads to, whether a person or a timer asked for it. */
export class SaveReasons implements vscode.Disposable {
  readonly #pending = new Map<string, { readonly reason: SaveReason; readonly atMs: number }>();
  readonly #listeners: readonly vscode.Disposable[];

  constructor(scheme: string) {
    const note = (uri: vscode.Uri, reason: vscode.TextDocumentSaveReason): void => {
      if (uri.scheme !== scheme) return;
      const isManual = reason === vscode.TextDocumentSaveReason.Manual;
      this.#pending.set(uri.toString(), { reason: isManual ? 'manual' : 'automatic', atMs: Date.now() });
    };
    this.#listeners = [
      vscode.workspace.onWillSaveTextDocument((event) => note(event.document.uri, event.reason)),
      vscode.workspace.onWillSaveNotebookDocument((event) => note(event.notebook.uri, event.reason)),
    ];
  }

  /** The reason of the save under way, or undefined when none is known, as with editors that are not text or notebook. */
  get(uri: vscode.Uri): SaveReason | undefined {
    const pending = this.#pending.get(uri.toString());
    return pending !== undefined && Date.now() - pending.atMs < maxAgeMs ? pending.reason : undefined;
  }

  clear(uri: vscode.Uri): void {
    this.#pending.delete(uri.toString());
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
    this.#pending.clear();
  }
}
