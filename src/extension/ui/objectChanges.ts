import type { BucketName, ConnectionId, ObjectKey } from '../../model/ids';
import type { Changes, ObjectChange } from '../services';

interface ChangedObject {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
  readonly key: ObjectKey;
}

/** Tells of objects that changed, once for each folder: what shows them reads them again. */
export function fireObjects(
  changes: Pick<Changes, 'fire'>,
  objects: readonly ChangedObject[],
  kind: ObjectChange['kind'] = 'changed',
): void {
  const folders = new Map<string, ObjectChange & { readonly keys: ObjectKey[] }>();
  for (const { connectionId, bucket, key } of objects) {
    const prefix = key.slice(0, key.lastIndexOf('/') + 1);
    const id = [connectionId, bucket, prefix].join('\n');
    const known = folders.get(id);
    if (known === undefined) folders.set(id, { connectionId, bucket, prefix, keys: [key], kind });
    else known.keys.push(key);
  }
  for (const change of folders.values()) changes.fire(change);
}
