import * as vscode from '../ui/vscode';
import type { Connection } from '../../model/connection';
import type { Result } from '../../model/cosError';
import type { CommandServices } from '../command/command';
import { saveChange } from './saveChange';

type Protection = 'none' | 'production' | 'readOnly';

/** Marks a connection as read-only, as production, or as neither. To lower the protection takes the connection's name. */
export async function protectConnection(
  services: CommandServices,
  connection: Connection,
): Promise<Result<unknown> | undefined> {
  const { connections, prompts } = services;
  if (connection.id === services.localServer.connectionId) {
    void prompts.info(vscode.l10n.t('Local Object Storage is for trying things out; it is not protected.'));
    return;
  }
  const present = protectionOf(connection);
  const picked = await prompts.pick(protectionItems(present), {
    title: vscode.l10n.t('Protect "{0}" from Changes', connection.name),
    placeHolder: vscode.l10n.t('Enforced for every command, document and transfer'),
  });
  if (picked === undefined || picked.protection === present) return;
  const order: readonly Protection[] = ['none', 'production', 'readOnly'];
  const isLower = order.indexOf(picked.protection) < order.indexOf(present);
  if (isLower && (await askName(services, connection)) === undefined) return;
  return await saveChange(connections, connection.id, (now) => marked(now, picked.protection));
}

/** Asks for the name of a production connection, and tells the engine, which refuses changes without it. */
export async function allowChanges(
  services: CommandServices,
  connection: Connection,
): Promise<Result<unknown> | undefined> {
  if (connection.isProduction !== true || connection.isReadOnly === true) {
    void services.prompts.info(
      connection.isReadOnly === true
        ? vscode.l10n.t('"{0}" is marked read-only, which only Protect Connection from Changes ends.', connection.name)
        : vscode.l10n.t('"{0}" is not marked as production; changes are allowed.', connection.name),
    );
    return undefined;
  }
  const typedName = await askName(services, connection);
  if (typedName === undefined) return undefined;
  const answer = await services.engine.send('connection/allowChanges', { connectionId: connection.id, typedName });
  if (!answer.ok) return answer;
  void services.prompts.info(
    vscode.l10n.t('Changes through "{0}" are allowed until there was none for 15 minutes.', connection.name),
  );
  return undefined;
}

async function askName({ prompts }: CommandServices, { name }: Connection): Promise<string | undefined> {
  return prompts.input({
    title: vscode.l10n.t('Allow Changes Through "{0}"', name),
    prompt: vscode.l10n.t('Type the name of the connection'),
    placeHolder: name,
    validateInput: (text) => (text === name ? undefined : vscode.l10n.t('This is not the name of the connection.')),
  });
}

function protectionOf({ isReadOnly, isProduction }: Connection): Protection {
  if (isReadOnly === true) return 'readOnly';
  return isProduction === true ? 'production' : 'none';
}

function marked(connection: Connection, protection: Protection): Connection {
  const { isReadOnly: _readOnly, isProduction: _production, ...rest } = connection;
  switch (protection) {
    case 'none':
      return rest;
    case 'production':
      return { ...rest, isProduction: true };
    case 'readOnly':
      return { ...rest, isReadOnly: true };
  }
}

function protectionItems(present: Protection): readonly (vscode.QuickPickItem & { readonly protection: Protection })[] {
  const items = [
    {
      label: vscode.l10n.t('Not protected'),
      detail: vscode.l10n.t('Changes are asked about where they cannot be undone'),
      protection: 'none' as const,
    },
    {
      label: vscode.l10n.t('Production'),
      detail: vscode.l10n.t(
        'Changes are refused until the name of the connection is typed, and again after 15 quiet minutes',
      ),
      protection: 'production' as const,
    },
    {
      label: vscode.l10n.t('Read-only'),
      detail: vscode.l10n.t('Every change is refused'),
      protection: 'readOnly' as const,
    },
  ];
  return items.map((item) => ({
    ...item,
    ...(item.protection === present ? { description: vscode.l10n.t('now') } : {}),
  }));
}
