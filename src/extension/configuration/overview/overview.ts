import * as vscode from '../../ui/vscode';
import { bucketTopics, type BucketTopic } from '../../../model/configDocument';
import { configUri } from '../../../model/configUri';
import type { Result } from '../../../model/cosError';
import { bucketName, connectionId, type BucketName, type ConnectionId } from '../../../model/ids';
import type { ConfigurationServices } from '../configurationServices';
import { overviewText, topicPlaces } from './overviewText';

/** Everything about a bucket in one text. Its parts are read at once, and each fails for itself. */
export async function overviewOf(
  services: ConfigurationServices,
  uri: vscode.Uri,
  token: vscode.CancellationToken,
): Promise<string> {
  const { engine, connections, failures } = services;
  const target = targetOf(uri);
  const topics = Promise.all(
    bucketTopics.map(async (topic) => {
      const subject = { kind: 'bucket', ...target, topic } as const;
      return [topic, mapOk(await engine.send('documents/summary', { subject }, token), ({ text }) => text)] as const;
    }),
  );
  const [summary, config, policies, read] = await Promise.all([
    engine.send('buckets/get', target, token),
    engine.send('bucketConfig/get', target, token),
    engine.send('backups/listPolicies', target, token),
    topics,
  ]);
  const parts = {
    bucket: target.bucket,
    connection: connections.get(target.connectionId)?.name ?? target.connectionId,
    summary,
    config,
    backups: mapOk(policies, (list) => list.map(({ name }) => name)),
    topics: Object.fromEntries(read) as Record<BucketTopic, Result<string>>,
    readAtMs: Date.now(),
  };
  return overviewText(parts, (error) => failures.sentence(error), vscode.l10n.t);
}

/** Links from the names in an overview to their documents. */
export function overviewLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
  const target = targetOf(document.uri);
  return topicPlaces(document.getText(), vscode.l10n.t).map(({ topic, line, start, end }) => {
    const subject = { kind: 'bucket', ...target, topic } as const;
    const link = new vscode.DocumentLink(new vscode.Range(line, start, line, end), vscode.Uri.from(configUri(subject)));
    link.tooltip = vscode.l10n.t('Open the document');
    return link;
  });
}

function targetOf(uri: vscode.Uri): { readonly connectionId: ConnectionId; readonly bucket: BucketName } {
  const [, bucket = ''] = uri.path.split('/');
  return { connectionId: connectionId(uri.authority), bucket: bucketName(bucket) };
}

function mapOk<T, U>(result: Result<T>, map: (value: T) => U): Result<U> {
  return result.ok ? { ok: true, value: map(result.value) } : result;
}
