import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import { objectKey, type ConnectionId } from '../../model/ids';
import { parseAddress, type Address } from './address';
import type { RevealTarget } from '../services';
import { folderRefOf, placeNodeOf, type TreeNode } from '../nodes/treeNode';
import type { CommandServices } from '../command/command';
import { hasConnection, pickConnection } from '../command/pickTarget';

/** Shows the bucket, folder or object that a typed or pasted text names, wherever it is in its listing. */
export async function goTo(
  services: CommandServices,
  node: TreeNode | undefined,
): Promise<Result<unknown> | undefined> {
  if (!(await hasConnection(services))) return undefined;
  const target = await askTarget(services, placeOf(node));
  if (target === undefined) return undefined;
  const title = vscode.l10n.t('Looking for "{0}"', target.key === '' ? target.bucket : target.key);
  const answer = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (_progress, token) => services.view.reveal(target, token),
  );
  return answer.ok ? undefined : answer;
}

/** Where the command was called: a connection, or a bucket or folder of it. */
interface Place {
  readonly connectionId?: ConnectionId;
  readonly folder?: ReturnType<typeof folderRefOf>;
}

function placeOf(node: TreeNode | undefined): Place {
  if (node === undefined) return {};
  const place = placeNodeOf(node);
  const isFolder = place.kind === 'bucket' || place.kind === 'folder';
  return { connectionId: place.connection.id, ...(isFolder ? { folder: folderRefOf(place) } : {}) };
}

async function askTarget(services: CommandServices, place: Place): Promise<RevealTarget | undefined> {
  const { connections, prompts } = services;
  const { folder } = place;
  const prompt =
    folder === undefined
      ? vscode.l10n.t('Bucket and key, s3://, cos:// or https:// address; end a folder with "/"')
      : vscode.l10n.t('Key in "{0}", or an s3://, cos:// or https:// address; end a folder with "/"', folder.bucket);
  const read = (text: string): Address =>
    folder === undefined || isAddress(text)
      ? parseAddress(text, connections.list())
      : { kind: 'place', bucket: folder.bucket, key: objectKey(text), connectionIds: [folder.connectionId] };
  const typed = await prompts.input({
    title: folder === undefined ? vscode.l10n.t('Go to Key or URL') : vscode.l10n.t('Go to Key'),
    prompt,
    ...(folder === undefined
      ? { placeHolder: 'bucket/folder/object' }
      : { value: folder.prefix, valueSelection: [folder.prefix.length, folder.prefix.length] as [number, number] }),
    validateInput: (text) => {
      const address = read(text);
      return address.kind === 'invalid' ? addressSentence(address) : undefined;
    },
  });
  if (typed === undefined) return undefined;
  const address = read(typed);
  if (address.kind === 'invalid') return undefined;
  const { bucket, key, connectionIds } = address;
  const connectionId = await chooseConnection(services, connectionIds, place.connectionId);
  return connectionId === undefined ? undefined : { connectionId, bucket, key };
}

/** The connection that the command was called on wins, unless the address names others. */
async function chooseConnection(
  services: CommandServices,
  named: readonly ConnectionId[],
  here: ConnectionId | undefined,
): Promise<ConnectionId | undefined> {
  if (here !== undefined && (named.length === 0 || named.includes(here))) return here;
  if (named.length === 1) return named[0];
  return pickConnection(services);
}

function isAddress(text: string): boolean {
  return /^\s*(s3|cos|https?|ibmcos):\/\//i.test(text);
}

function addressSentence(address: Extract<Address, { kind: 'invalid' }>): string {
  switch (address.problem) {
    case 'empty':
      return vscode.l10n.t('Enter a bucket and key, or paste an address.');
    case 'noBucket':
      return vscode.l10n.t('The address names no bucket.');
    case 'badEscapes':
      return vscode.l10n.t('The address holds a "%" that two hexadecimal digits do not follow.');
    case 'unknownHost':
      return vscode.l10n.t('No connection reaches this host; add one first: "{0}"', address.host ?? '');
    case 'unknownScheme':
      return vscode.l10n.t('The address must start with s3://, cos:// or https://.');
  }
}
