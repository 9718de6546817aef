import { plain } from '../ui/gate/plain';
import * as vscode from '../ui/vscode';
import type { Connection } from '../../model/connection';
import type { ObjectInfo } from '../../model/objectInfo';
import { shownMetadata } from '../../system/headerWords';
import { secretPlaceText } from '../connections/secretPlaceText';
import type { Connections, EngineClient } from '../services';
import { formatBytes } from '../ui/format';
import { cause } from '../ui/messages';
import type { Translate } from '../ui/translate';
import type { BucketNode, ConnectionNode, ObjectNode, TreeNode } from '../nodes/treeNode';

/** What the mouse shows of a node. An object's costs one HEAD. */
export async function describeNode(
  node: TreeNode,
  engine: EngineClient,
  connections: Connections,
  token: vscode.CancellationToken,
): Promise<vscode.MarkdownString | string | undefined> {
  switch (node.kind) {
    case 'connection':
      return vscode.factsTooltip(node.connection.name, await connectionFacts(node, connections));
    case 'bucket':
      return vscode.factsTooltip(node.bucket.name, bucketFacts(node));
    case 'folder':
      return plain(node.prefix);
    case 'object':
      return vscode.factsTooltip(node.object.key, await objectFacts(node, engine, token));
    case 'loadMore':
      return vscode.l10n.t('Lists up to 1,000 more.');
    case 'state':
      return node.state.kind === 'failed' ? cause(node.state.error, vscode.l10n.t) : undefined;
    case 'uploads':
      return vscode.l10n.t(
        'Parts of uploads that were begun and not finished; they cost storage until they are aborted.',
      );
    case 'vaults':
      return vscode.l10n.t('Continuous backups of buckets, which a bucket can be brought back from to any moment.');
    case 'deleted':
    case 'version':
    case 'vault':
    case 'range':
    case 'restore':
    case 'policies':
    case 'policy':
    case 'upload':
    case 'action':
      return undefined;
  }
}

async function connectionFacts(
  { connection }: ConnectionNode,
  connections: Connections,
): Promise<readonly vscode.Fact[]> {
  const place = await connections.secretPlace(connection.id);
  const t = vscode.l10n.t;
  return [
    [t('Kind'), kindText(connection, t)],
    [t('Endpoint'), connection.endpoint],
    [t('Service instance'), connection.kind === 'iam' ? connection.serviceInstanceId : undefined],
    [t('Region'), connection.kind === 'hmac' ? connection.region : undefined],
    [t('Secret'), connection.kind === 'anonymous' ? undefined : secretPlaceText(place)],
    [t('Changes'), connection.isReadOnly === true ? t('refused: the connection is read-only') : undefined],
  ];
}

function bucketFacts({ bucket }: BucketNode): readonly vscode.Fact[] {
  const t = vscode.l10n.t;
  return [
    [t('Location'), bucket.location ?? bucket.locationConstraint],
    [t('Storage class'), bucket.storageClass],
    [t('Created'), bucket.createdAtMs === undefined ? undefined : dateText(bucket.createdAtMs)],
  ];
}

async function objectFacts(
  { connection, bucket, object }: ObjectNode,
  engine: EngineClient,
  token: vscode.CancellationToken,
): Promise<readonly vscode.Fact[]> {
  const t = vscode.l10n.t;
  const listed: readonly vscode.Fact[] = [
    [t('Size'), sizeText(object.sizeBytes)],
    [t('Changed'), dateText(object.modifiedAtMs)],
    [t('ETag'), object.etag],
  ];
  const ref = { connectionId: connection.id, bucket: bucket.name, key: object.key };
  const answer = await engine.send('objects/head', ref, token);
  if (!answer.ok) return [...listed, [t('Details'), cause(answer.error, t)]];
  return [...listed, ...headFacts(answer.value)];
}

function headFacts(info: ObjectInfo): readonly vscode.Fact[] {
  const t = vscode.l10n.t;
  const { retention, objectLock } = info.protection;
  return [
    [t('Content type'), info.headers.contentType],
    [t('Content encoding'), info.headers.contentEncoding],
    [t('Version'), info.versionId],
    [t('Tags'), info.tagCount === 0 ? undefined : String(info.tagCount)],
    ...Object.entries(info.metadata).map(([name, value]): vscode.Fact => [`x-amz-meta-${name}`, shownMetadata(value)]),
    [t('Retained until'), retention?.retainUntilMs === undefined ? undefined : dateText(retention.retainUntilMs)],
    [t('Retention'), retention?.isIndefinite === true ? t('indefinite') : undefined],
    [
      t('Legal holds'),
      retention === undefined || retention.legalHoldCount === 0 ? undefined : String(retention.legalHoldCount),
    ],
    [t('Locked until'), objectLock?.retainUntilMs === undefined ? undefined : dateText(objectLock.retainUntilMs)],
    [t('Legal hold'), objectLock?.hasLegalHold === true ? t('on') : undefined],
    [t('Restore'), info.restore],
  ];
}

/** Bytes are counted once where the short form counts them already. */
function sizeText(sizeBytes: number): string {
  const short = formatBytes(sizeBytes);
  return sizeBytes < 1000 ? short : `${short} (${sizeBytes.toLocaleString()} B)`;
}

function dateText(atMs: number): string {
  return Number.isFinite(atMs) ? new Date(atMs).toLocaleString() : vscode.l10n.t('unknown');
}

function kindText(connection: Connection, t: Translate): string {
  if (connection.kind === 'hmac') return t('HMAC key pair');
  if (connection.kind === 'anonymous') return t('Public buckets, without signing in');
  if (connection.signIn === undefined) return t('IBM Cloud API key');
  switch (connection.signIn) {
    case 'passcode':
      return t('One-time passcode');
    case 'token':
      return t('IAM access token');
    case 'profile':
      return t('Trusted profile');
  }
}
