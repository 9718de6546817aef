import { bucketName, connectionId, type BucketName, type ConnectionId } from '../../model/ids';

/** A bucket (empty prefix) or folder (prefix ending in `/`) to upload to. */
export interface UploadTarget {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
  readonly prefix: string;
}

/** A target that an earlier window remembered, or undefined for anything that is none. */
export function parseUploadTarget(value: unknown): UploadTarget | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { connectionId: id, bucket, prefix } = value as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || typeof bucket !== 'string' || typeof prefix !== 'string') return undefined;
  try {
    return { connectionId: connectionId(id), bucket: bucketName(bucket), prefix };
  } catch {
    return undefined; // what an older version remembered names no connection; nothing is lost with it
  }
}

/** A target as people read it. */
export function uploadTargetText({ bucket, prefix }: UploadTarget): string {
  return `${bucket}/${prefix}`;
}
