import * as vscode from '../ui/vscode';
import type { Connection } from '../../model/connection';
import type { Result } from '../../model/cosError';
import type { CommandServices } from '../command/command';
import { saveChange } from './saveChange';

/**
 * Creates a service credential with an HMAC pair for a connection that signs in with an API key, and keeps the pair beside
 * that key: links can be signed then. Asks first, since the credential stays in the account.
 */
export async function createHmacKey(
  services: CommandServices,
  connection: Connection,
): Promise<Result<unknown> | undefined> {
  const { connections, engine, prompts } = services;
  const credential = await connections.findCredential(connection.id);
  if (connection.kind !== 'iam' || connection.id === services.localServer.connectionId) {
    void prompts.info(vscode.l10n.t('"{0}" needs no HMAC key of its own.', connection.name));
    return undefined;
  }
  if (credential?.kind !== 'apiKey') return signInFirst();
  const role = await askRole(services, connection, credential.hmac !== undefined);
  if (role === undefined) return undefined;
  const title = vscode.l10n.t('Creating an HMAC key for "{0}"', connection.name);
  const name = `cos-explorer-${connection.id}-hmac`;
  const created = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title },
    async () => engine.send('accounts/createHmacKey', { connectionId: connection.id, name, role }),
  );
  if (!created.ok) return created;
  const saved = await saveChange(connections, connection.id, (now) => now, { ...credential, hmac: created.value });
  if (!saved.ok) return saved;
  const text = vscode.l10n.t(
    'The service credential "{0}" was created, and its HMAC key is in the keychain. Deleting that credential in IBM Cloud ends all links signed with it.',
    name,
  );
  void prompts.info(text);
  return undefined;
}

async function askRole(
  { prompts }: CommandServices,
  connection: Connection,
  replacesOne: boolean,
): Promise<'Reader' | 'Writer' | undefined> {
  const items = [
    { label: vscode.l10n.t('Reader'), detail: vscode.l10n.t('For links that read objects'), role: 'Reader' as const },
    {
      label: vscode.l10n.t('Writer'),
      detail: vscode.l10n.t('For links that read objects, and links to upload'),
      role: 'Writer' as const,
    },
  ];
  const picked = await prompts.pick(connection.isReadOnly === true ? items.slice(0, 1) : items, {
    title: vscode.l10n.t('Create HMAC Key for "{0}"', connection.name),
    placeHolder: vscode.l10n.t('Role of the service credential that is created in the account'),
  });
  if (picked === undefined || !replacesOne) return picked?.role;
  const replace = vscode.l10n.t('Create Another');
  const question = vscode.l10n.t('"{0}" has an HMAC key already.', connection.name);
  const detail = vscode.l10n.t(
    'New links are signed with the new key. The service credential of the present one stays.',
  );
  return (await prompts.confirm(question, detail, replace)) === replace ? picked.role : undefined;
}

function signInFirst(): Result<never> {
  const error = { kind: 'signInNeeded', reason: 'secretMissing', op: 'accounts/createHmacKey' } as const;
  return { ok: false, error: { ...error, retry: 'afterSignIn', detail: 'secretMissing' } };
}
