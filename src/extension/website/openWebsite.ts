import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import { objectKey, type BucketName, type ConnectionId } from '../../model/ids';
import { folderUri } from '../../model/objectUri';
import { websiteUrl } from '../../model/website';
import type { CommandOutcome, CommandServices } from '../command/command';
import type { BucketTarget } from '../command/targets';
import { snippetPlace } from '../snippets/place';

/** Opens the website of a bucket in the browser, if it has one. */
export async function openWebsite(
  services: CommandServices,
  { connectionId, bucket }: BucketTarget,
): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const website = await engine.send('website/get', { connectionId, bucket });
  if (!website.ok) return website;
  if (website.value === null) {
    const deploy = vscode.l10n.t('Deploy Website…');
    const text = vscode.l10n.t('The bucket "{0}" has no website configuration.', bucket);
    if ((await prompts.info(text, deploy)) !== deploy) return;
    const root = vscode.Uri.from(folderUri(connectionId, bucket, ''));
    await vscode.commands.executeCommand('ibmcos.website.deploy', root);
    return;
  }
  const url = await findWebsiteUrl(services, connectionId, bucket);
  if (!url.ok) return url;
  if (url.value === undefined) {
    void prompts.warn(
      vscode.l10n.t('Where this service shows websites is not known; only IBM Cloud and the local server are.'),
    );
    return;
  }
  await openUrl(url.value);
  return;
}

/** Where the website of a bucket is; undefined for services other than IBM Cloud and the local server. */
export async function findWebsiteUrl(
  { engine, connections, localServer }: CommandServices,
  connectionId: ConnectionId,
  bucket: BucketName,
): Promise<Result<string | undefined>> {
  const connection = connections.get(connectionId);
  if (connection === undefined) return { ok: true, value: undefined };
  const url = await engine.send('objects/url', { connectionId, bucket, key: objectKey('x') });
  if (!url.ok) return url;
  const { endpoint } = snippetPlace(connection, bucket, undefined, url.value);
  return { ok: true, value: localServer.websiteUrl(bucket, endpoint) ?? websiteUrl(bucket, endpoint) };
}

/** Opens a page outside of VS Code. */
export async function openUrl(url: string): Promise<void> {
  await vscode.env.openExternal(vscode.Uri.parse(url, true));
}
