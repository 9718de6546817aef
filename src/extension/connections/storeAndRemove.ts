import * as vscode from '../ui/vscode';
import { isNothingButCredential } from '../../model/serviceCredential';
import { addCredentialText } from './addCredential';
import type { FormServices } from './connectionForm';
import type { Connection } from '../../model/connection';

/**
 * Adds a connection with the service credential in the active editor, and deletes its file once the secret is kept and the
 * person agrees. A file that holds more than the one credential is left alone.
 */
export async function storeAndRemove(services: FormServices): Promise<Connection | undefined> {
  const { prompts } = services;
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined) {
    void prompts.info(vscode.l10n.t('Open the file of a service credential first.'));
    return undefined;
  }
  const text = document.getText();
  const name = document.uri.path.slice(document.uri.path.lastIndexOf('/') + 1);
  const added = await addCredentialText(services, text, `"${name}"`);
  if (added === undefined || document.uri.scheme !== 'file') return added;
  if (!isNothingButCredential(text) || document.isDirty) {
    void prompts.info(
      vscode.l10n.t(
        'The secret is in the keychain. "{0}" holds more than that and was left as it is; remove the secret from it.',
        name,
      ),
    );
    return added;
  }
  const deleteFile = vscode.l10n.t('Delete File');
  const detail = vscode.l10n.t(
    'Its secret is in the keychain now. The file is permanently deleted, not moved to the trash, where the secret would stay. If it was ever committed or shared, replace the key in IBM Cloud.',
  );
  const answer = await prompts.confirm(vscode.l10n.t('Delete "{0}"?', name), detail, deleteFile);
  // What was saved meanwhile was not asked about.
  if (answer !== deleteFile || document.getText() !== text || document.isDirty) return added;
  await vscode.workspace.fs.delete(document.uri, { useTrash: false });
  return added;
}
