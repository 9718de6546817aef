import type { CosError } from '../../model/cosError';
import { bucketName, type ObjectKey } from '../../model/ids';
import { locationOfHost } from '../../model/location';
import type { BucketSummary } from '../../model/objectInfo';
import type { BucketsState, FolderState } from './listingStore';
import { signInActions } from './signInActions';
import type { BucketNode, ConnectionNode, FolderNode, NodeAction, TreeNode } from '../nodes/treeNode';

/** The children of a connection whose buckets were asked for. `filterOf` tells the filter of a bucket's root. */
export function bucketChildren(
  parent: ConnectionNode,
  state: BucketsState,
  filterOf: (bucket: BucketSummary) => string,
): readonly TreeNode[] {
  if (state.kind === 'stopped') return [];
  const extra = new Set(parent.connection.extraBuckets);
  const buckets = withNamed(state.buckets, parent.connection.extraBuckets ?? []).map((bucket): BucketNode => ({
    kind: 'bucket',
    connection: parent.connection,
    bucket,
    isExtra: extra.has(bucket.name),
    filter: filterOf(bucket),
  }));
  if (state.kind === 'failed') return [...buckets, ...failure(parent, state.error)];
  if (buckets.length > 0) return buckets;
  const actions: readonly NodeAction[] =
    parent.connection.isReadOnly === true ? ['addBucketByName'] : ['createBucket', 'addBucketByName'];
  return [{ kind: 'state', parent, state: { kind: 'noBuckets' } }, ...actionNodes(parent, actions)];
}

/** A bucket that was added by name shows even when nothing could be listed or looked up. */
function withNamed(buckets: readonly BucketSummary[], names: readonly string[]): readonly BucketSummary[] {
  const known = new Set<string>(buckets.map(({ name }) => name));
  const missing = names.filter((name) => !known.has(name)).map((name) => ({ name: bucketName(name) }));
  return [...buckets, ...missing];
}

/** The children of a bucket or folder that was listed. `filterOf` tells the filter of a folder below it. */
export function folderChildren(
  parent: BucketNode | FolderNode,
  state: FolderState,
  filterOf: (prefix: string) => string,
  hasVersions: (key: ObjectKey) => boolean,
): readonly TreeNode[] {
  const { connection, bucket } = parent;
  const parentPrefix = parent.kind === 'bucket' ? '' : parent.prefix;
  const folders = state.folders.map((prefix): FolderNode => ({
    kind: 'folder',
    connection,
    bucket,
    prefix,
    parentPrefix,
    filter: filterOf(prefix),
  }));
  const objects = state.objects.map((object): TreeNode => ({
    kind: 'object',
    connection,
    bucket,
    object,
    parentPrefix,
    hasVersions: hasVersions(object.key),
  }));
  const shown: readonly TreeNode[] = [...folders, ...objects];
  if (state.error !== undefined) return [...shown, ...failure(parent, state.error)];
  if (state.hasMore) return [...shown, { kind: 'loadMore', parent, shownCount: shown.length }];
  if (shown.length > 0 || state.isStopped) return shown;
  return state.filter === ''
    ? [{ kind: 'state', parent, state: { kind: 'emptyFolder' } }]
    : [
        { kind: 'state', parent, state: { kind: 'noMatches', filter: state.filter } },
        ...actionNodes(parent, ['clearFilter']),
      ];
}

/** The children of the local server's connection while the server does not run. */
export function stoppedServerChildren(parent: ConnectionNode): readonly TreeNode[] {
  return [
    { kind: 'state', parent, state: { kind: 'localServerStopped' } },
    ...actionNodes(parent, ['startLocalServer']),
  ];
}

/** The children of the local server's connection while the server starts. */
export function startingServerChildren(parent: ConnectionNode): readonly TreeNode[] {
  return [{ kind: 'state', parent, state: { kind: 'localServerStarting' } }];
}

function failure(parent: ConnectionNode | BucketNode | FolderNode, error: CosError): readonly TreeNode[] {
  const location = parent.kind === 'connection' ? undefined : unreachedLocation(parent, error);
  if (location !== undefined) {
    return [
      { kind: 'state', parent, state: { kind: 'elsewhere', location } },
      ...actionNodes(parent, ['editConnection', 'retry', 'showLog']),
    ];
  }
  return [
    { kind: 'state', parent, state: { kind: 'failed', error } },
    ...actionNodes(parent, actionsFor(parent, error)),
  ];
}

/** The location that a bucket was listed at, when it was not found and the connection names no endpoint there. */
function unreachedLocation({ connection, bucket }: BucketNode | FolderNode, error: CosError): string | undefined {
  if (error.reason !== 'noSuchBucket' && error.reason !== 'wrongLocation') return undefined;
  const { location } = bucket;
  if (location === undefined || connection.locationEndpoints?.[location] !== undefined) return undefined;
  const host = URL.canParse(connection.endpoint) ? new URL(connection.endpoint).host : '';
  // IBM Cloud's own endpoints lead to every location.
  if (locationOfHost(host) !== undefined) return undefined;
  return connection.kind === 'hmac' && connection.region === location ? undefined : location;
}

/** What a person can do about a listing that failed. */
function actionsFor(parent: ConnectionNode | BucketNode | FolderNode, error: CosError): readonly NodeAction[] {
  switch (error.kind) {
    case 'denied':
      if (error.reason === 'instanceUnknown' || error.reason === 'otherAccount') return ['editConnection', 'retry'];
      return parent.kind === 'connection' ? ['addBucketByName', 'diagnose', 'retry'] : ['goTo', 'whyRefused', 'retry'];
    case 'signInNeeded':
      return signInActions(error);
    case 'network':
    case 'tls':
      return [...localStart(parent), 'retry', 'diagnose', 'editConnection', 'showLog'];
    case 'notFound':
    case 'invalid':
    case 'unsupported':
      return parent.kind === 'connection' ? ['editConnection', 'retry', 'showLog'] : ['retry', 'showLog'];
    case 'conflict':
    case 'preconditionFailed':
    case 'held':
    case 'throttled':
    case 'tooLarge':
    case 'localFile':
    case 'cancelled':
    case 'engineGone':
    case 'internal':
      return ['retry', 'showLog'];
  }
}

function localStart(parent: ConnectionNode | BucketNode | FolderNode): readonly NodeAction[] {
  return parent.kind === 'connection' && parent.isLocal ? ['startLocalServer'] : [];
}

function actionNodes(
  parent: ConnectionNode | BucketNode | FolderNode,
  actions: readonly NodeAction[],
): readonly TreeNode[] {
  return actions.map((action) => ({ kind: 'action', parent, action }));
}
