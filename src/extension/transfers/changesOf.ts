import { objectKey, type ObjectKey } from '../../model/ids';
import type { TransferSnapshot } from '../../model/transferState';
import type { TransferRequest } from '../../protocol/requests';
import { parentPrefix } from '../nodes/place';
import type { ObjectChange } from '../services';
import { remotePlaceOf } from './places';

/** What a finished transfer may have changed in buckets, whether it did all of its work or stopped on the way. */
export function changesOf(request: TransferRequest, snapshot: TransferSnapshot): readonly ObjectChange[] {
  const { connectionId } = request;
  switch (request.kind) {
    case 'download':
      return [];
    case 'upload':
      return [{ connectionId, bucket: request.bucket, prefix: request.prefix, kind: 'changed' }];
    case 'resumeUpload':
      return keyChange(connectionId, request.bucket, [request.key], 'changed');
    case 'copy':
      return changesOfCopy(request, snapshot);
    case 'change': {
      const { bucket, keys, prefixes } = request;
      return [
        ...keyChange(connectionId, bucket, keys, 'changed'),
        ...prefixes.map((prefix): ObjectChange => ({ connectionId, bucket, prefix, kind: 'changed' })),
      ];
    }
    case 'delete': {
      const { bucket } = request;
      return goneFrom({ connectionId, bucket }, request.keys, request.prefixes, snapshot);
    }
    case 'empty': {
      const kind = snapshot.state === 'done' ? 'deleted' : 'changed';
      return [{ connectionId, bucket: request.bucket, prefix: '', kind }];
    }
  }
}

/** The target gains names in one folder; folders in it may hold more than before. */
function changesOfCopy(
  { connectionId, source, target, deleteSource }: Extract<TransferRequest, { kind: 'copy' }>,
  snapshot: TransferSnapshot,
): readonly ObjectChange[] {
  const { bucket, prefix, key } = target;
  const folders = source.prefixes.map((folder) =>
    source.contentsOnly === true ? prefix : `${prefix}${folder.slice(parentPrefix(folder).length)}`,
  );
  const arrived = [
    ...keyChange(
      connectionId,
      bucket,
      key === undefined ? source.keys.map((each) => objectKey(prefix + each.slice(parentPrefix(each).length))) : [key],
      'changed',
    ),
    ...folders.map((folder): ObjectChange => ({ connectionId, bucket, prefix: folder, kind: 'changed' })),
    ...parentsOf(folders).map((folder): ObjectChange => ({ connectionId, bucket, prefix: folder, kind: 'changed' })),
  ];
  if (!deleteSource) return arrived;
  const from = { connectionId: source.connectionId ?? connectionId, bucket: source.bucket };
  return [...arrived, ...goneFrom(from, source.keys, source.prefixes, snapshot)];
}

/** What was to be deleted, for certain or perhaps. */
function goneFrom(
  { connectionId, bucket }: Pick<ObjectChange, 'connectionId' | 'bucket'>,
  keys: readonly ObjectKey[],
  prefixes: readonly string[],
  { state, itemsFailed, itemsSkipped }: TransferSnapshot,
): readonly ObjectChange[] {
  const kind = state === 'done' && itemsFailed + itemsSkipped === 0 ? 'deleted' : 'changed';
  return [
    ...keyChange(connectionId, bucket, keys, kind),
    ...prefixes.map((prefix): ObjectChange => ({ connectionId, bucket, prefix, kind })),
    // The folders themselves disappear from the listings that show them.
    ...parentsOf(prefixes).map((prefix): ObjectChange => ({ connectionId, bucket, prefix, kind: 'changed' })),
  ];
}

function parentsOf(prefixes: readonly string[]): readonly string[] {
  return [...new Set(prefixes.map(parentPrefix))];
}

/** One change for each folder that shows some of the keys. */
function keyChange(
  connectionId: ObjectChange['connectionId'],
  bucket: ObjectChange['bucket'],
  keys: readonly ObjectKey[],
  kind: ObjectChange['kind'],
): readonly ObjectChange[] {
  const byFolder = new Map<string, ObjectKey[]>();
  for (const key of keys) {
    const prefix = parentPrefix(key);
    const below = byFolder.get(prefix);
    if (below === undefined) byFolder.set(prefix, [key]);
    else below.push(key);
  }
  return [...byFolder].map(([prefix, below]) => ({ connectionId, bucket, prefix, keys: below, kind }));
}

/** What a transfer may have changed whose request an earlier window sent. */
export function changesOfSnapshot(snapshot: TransferSnapshot): readonly ObjectChange[] {
  const place = remotePlaceOf(snapshot);
  if (snapshot.kind === 'download' || place === undefined) return [];
  const { connectionId } = snapshot;
  const { bucket, key } = place;
  return [{ connectionId, bucket, prefix: key.endsWith('/') ? key : parentPrefix(key), kind: 'changed' }];
}
