import { bucketName, objectKey, type BucketName, type ObjectKey } from '../../model/ids';
import type { TransferSnapshot } from '../../model/transferState';

/** A bucket, folder (key ending in `/`) or object that a transfer reads or writes. */
export interface RemotePlace {
  readonly bucket: BucketName;
  /** Empty for the bucket itself. */
  readonly key: ObjectKey;
}

/** Where a transfer ends up in a bucket; for one that reads or deletes, where it takes from. */
export function remotePlaceOf(snapshot: TransferSnapshot): RemotePlace | undefined {
  switch (snapshot.kind) {
    case 'upload': {
      const folder = placeOf(snapshot.target);
      return folder !== undefined && isSingle(snapshot) && snapshot.state === 'done'
        ? { bucket: folder.bucket, key: objectKey(folder.key + snapshot.title) }
        : folder;
    }
    case 'copy':
      return placeOf(snapshot.target);
    case 'download':
    case 'change':
      return placeOf(snapshot.source);
    case 'delete':
      return placeOf(snapshot.source.slice(0, snapshot.source.lastIndexOf('/') + 1));
  }
}

/** The file or folder of this machine that a transfer reads or writes, where it is one. */
export function localPathOf(snapshot: TransferSnapshot): string | undefined {
  const text = snapshot.kind === 'upload' ? snapshot.source : snapshot.kind === 'download' ? snapshot.target : '';
  return /^(\/|\\\\|[A-Za-z]:[\\/])/.test(text) ? text : undefined;
}

/** Whether it moved exactly one thing, so that there is one thing to open. */
export function isSingle({ itemsTotal, itemsSkipped, itemsFailed }: TransferSnapshot): boolean {
  return itemsTotal === 1 && itemsSkipped === 0 && itemsFailed === 0;
}

/** Bucket names hold no `/`, keys may. */
function placeOf(text: string): RemotePlace | undefined {
  const slash = text.indexOf('/');
  return slash <= 0 ? undefined : { bucket: bucketName(text.slice(0, slash)), key: objectKey(text.slice(slash + 1)) };
}
