import type { ObjectKey } from '../../model/ids';
import type { TransferSnapshot } from '../../model/transferState';
import type { TransferRequest } from '../../protocol/requests';
import { parentPrefix } from '../documents/place';
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
    case 'copy': {
      const { source, target, deleteSource } = request;
      const arrived = keyChange(connectionId, target.bucket, [target.key], 'changed');
      if (!deleteSource) return arrived;
      const kind = snapshot.state === 'done' && snapshot.itemsFailed === 0 ? 'deleted' : 'changed';
      return [...arrived, ...keyChange(connectionId, source.bucket, [source.key], kind)];
    }
    case 'delete': {
      const isWhole = snapshot.state === 'done' && snapshot.itemsFailed === 0;
      const kind = isWhole ? 'deleted' : 'changed';
      const { bucket } = request;
      return [
        ...keyChange(connectionId, bucket, request.keys, kind),
        ...request.prefixes.map((prefix): ObjectChange => ({ connectionId, bucket, prefix, kind })),
        // The folders themselves disappear from the listings that show them.
        ...[...new Set(request.prefixes.map(parentPrefix))].map((prefix): ObjectChange => ({
          connectionId,
          bucket,
          prefix,
          kind: 'changed',
        })),
      ];
    }
  }
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
    byFolder.set(prefix, [...(byFolder.get(prefix) ?? []), key]);
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
