import * as vscode from '../ui/vscode';
import type { Connection } from '../../model/connection';
import type { Result } from '../../model/cosError';
import { endpointOfLocation, locationOfHost, type EndpointNetwork } from '../../model/location';
import type { CommandServices } from '../command/command';
import { testConnection } from './connectionForm';
import { saveChange } from './saveChange';

/**
 * Moves a connection to the public, private or direct network. Tried before it is saved, since the last two answer only inside
 * IBM Cloud; every bucket is looked up again after the move.
 */
export async function chooseNetwork(
  services: CommandServices,
  connection: Connection,
): Promise<Result<unknown> | undefined> {
  const { connections, prompts } = services;
  const home = locationOfHost(new URL(connection.endpoint).host);
  if (home === undefined) {
    void prompts.info(
      vscode.l10n.t(
        '"{0}" has an endpoint of its own; only those of IBM Cloud have several networks.',
        connection.name,
      ),
    );
    return;
  }
  const present = networkOf(connection);
  const picked = await prompts.pick(networkItems(present), {
    title: vscode.l10n.t('Network of "{0}"', connection.name),
    placeHolder: vscode.l10n.t('Every bucket of the connection is reached over it'),
  });
  if (picked === undefined || picked.network === present) return;
  const place = { network: picked.network, endpoint: endpointOfLocation(home, picked.network) };
  if (!(await isReached(services, { ...connection, ...place }))) return;
  return await saveChange(connections, connection.id, (now) => ({ ...now, ...place }));
}

function networkOf({ network, endpoint }: Connection): EndpointNetwork {
  if (network !== undefined) return network;
  const infix = /^s3\.(private|direct)\./.exec(new URL(endpoint).host)?.[1];
  return infix === 'private' || infix === 'direct' ? infix : 'public';
}

function networkItems(
  present: EndpointNetwork,
): readonly (vscode.QuickPickItem & { readonly network: EndpointNetwork })[] {
  const items = [
    { label: vscode.l10n.t('Public'), detail: vscode.l10n.t('Over the internet'), network: 'public' as const },
    {
      label: vscode.l10n.t('Private'),
      detail: vscode.l10n.t(
        'From virtual servers, Code Engine and other services inside IBM Cloud; no charge for traffic',
      ),
      network: 'private' as const,
    },
    {
      label: vscode.l10n.t('Direct'),
      detail: vscode.l10n.t('From a Virtual Private Cloud, or over Direct Link'),
      network: 'direct' as const,
    },
  ];
  return items.map((item) => ({
    ...item,
    ...(item.network === present ? { description: vscode.l10n.t('in use') } : {}),
  }));
}

async function isReached(services: CommandServices, moved: Connection): Promise<boolean> {
  const credential = await services.connections.findCredential(moved.id);
  // Without a secret there is nothing to try it with, and nothing to lose.
  if (credential === undefined) return true;
  const report = await testConnection(services, moved, credential);
  if (report.ok) return true;
  if (report.error.kind === 'cancelled') return false;
  const move = vscode.l10n.t('Move Anyway');
  return (await services.prompts.error(services.failures.sentence(report.error), move)) === move;
}
