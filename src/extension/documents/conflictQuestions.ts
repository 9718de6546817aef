import * as vscode from '../ui/vscode';
import type { ObjectInfo } from '../../model/objectInfo';
import type { ObjectRef } from '../../protocol/requests';
import type { Prompts } from '../services';
import { baseName } from '../nodes/place';
import type { SaveReason } from './saveReasons';
import type { Conflict, ConflictAnswer } from './saving';
import { viewUri } from './viewUri';

/** What happens when a person chooses to overwrite after the save has already been given up. */
export type OverwriteLater = (uri: vscode.Uri, ref: ObjectRef, conflict: Conflict) => Promise<void>;

/**
 * Asks what to do about a save that would destroy somebody else's change. A save that a person asked for gets a dialog;
 * any other gets a notification with the same buttons, and is given up at once.
 */
export class ConflictQuestions {
  readonly #prompts: Prompts;
  readonly #overwriteLater: OverwriteLater;
  /** Documents whose notification is still shown: an auto-save tries again after every pause in typing. */
  readonly #notified = new Set<string>();

  constructor(prompts: Prompts, overwriteLater: OverwriteLater) {
    this.#prompts = prompts;
    this.#overwriteLater = overwriteLater;
  }

  async ask(uri: vscode.Uri, ref: ObjectRef, conflict: Conflict, reason: SaveReason): Promise<ConflictAnswer> {
    if (reason === 'automatic') {
      void this.#notify(uri, ref, conflict);
      return 'stop';
    }
    const { overwrite, buttons } = buttonsOf(conflict);
    const answer = await this.#prompts.confirm(
      conflictSentence(conflict, ref.key),
      conflictDetail(conflict),
      ...buttons,
    );
    if (answer === overwrite) return 'overwrite';
    if (answer !== undefined && conflict.kind !== 'deleted') await compare(uri, ref, conflict.remote);
    return 'stop';
  }

  async #notify(uri: vscode.Uri, ref: ObjectRef, conflict: Conflict): Promise<void> {
    const id = uri.toString();
    if (this.#notified.has(id)) return;
    this.#notified.add(id);
    const { overwrite, buttons } = buttonsOf(conflict);
    try {
      const answer = await this.#prompts.error(conflictSentence(conflict, ref.key), ...buttons);
      if (answer === overwrite) await this.#overwriteLater(uri, ref, conflict);
      else if (answer !== undefined && conflict.kind !== 'deleted') await compare(uri, ref, conflict.remote);
    } finally {
      this.#notified.delete(id);
    }
  }
}

/** What stopped a save, in one sentence. */
function conflictSentence(conflict: Conflict, key: string): string {
  switch (conflict.kind) {
    case 'changed':
      return vscode.l10n.t('The object was changed by somebody else after it was opened here: "{0}"', key);
    case 'exists':
      return vscode.l10n.t('An object of this name exists already: "{0}"', key);
    case 'deleted':
      return vscode.l10n.t('The object was deleted after it was opened here: "{0}"', key);
  }
}

function conflictDetail(conflict: Conflict): string {
  switch (conflict.kind) {
    case 'changed':
      return vscode.l10n.t(
        "Overwriting replaces that change with your text; the object's headers, metadata and tags are kept.",
      );
    case 'exists':
      return vscode.l10n.t(
        "Overwriting replaces its content with yours; the object's headers, metadata and tags are kept.",
      );
    case 'deleted':
      return vscode.l10n.t('Saving again creates the object anew with your text.');
  }
}

function buttonsOf(conflict: Conflict): { readonly overwrite: string; readonly buttons: readonly string[] } {
  if (conflict.kind === 'deleted') {
    const overwrite = vscode.l10n.t('Create Again');
    return { overwrite, buttons: [overwrite] };
  }
  const overwrite = vscode.l10n.t('Overwrite');
  return { overwrite, buttons: [vscode.l10n.t('Compare'), overwrite] };
}

/** Opens the state in the bucket beside the unsaved text. */
async function compare(uri: vscode.Uri, ref: ObjectRef, remote: ObjectInfo): Promise<void> {
  const name = baseName(ref.key);
  const label = vscode.l10n.t('In the bucket: {0}', name);
  const snapshot = vscode.Uri.from(viewUri(ref, { kind: 'snapshot', etag: remote.etag }, () => label));
  const title = vscode.l10n.t('{0} (in the bucket ↔ yours)', name);
  await vscode.commands.executeCommand('vscode.diff', snapshot, uri, title);
}
