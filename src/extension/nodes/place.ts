import type { BucketName, ConnectionId, ObjectKey } from '../../model/ids';
import { folderUri, objectUri, parseObjectUri, type UriParts } from '../../model/objectUri';
import type { ObjectRef } from '../../protocol/requests';

/** What a URI of the file system names. Most paths can be an object, a folder, or both. */
export type Place =
  | { readonly kind: 'connection'; readonly connectionId: ConnectionId }
  | { readonly kind: 'bucket'; readonly connectionId: ConnectionId; readonly bucket: BucketName }
  | {
      readonly kind: 'entry';
      readonly connectionId: ConnectionId;
      readonly bucket: BucketName;
      readonly key: ObjectKey;
      /** Prefix of the folder of this path; ends in `/`. */
      readonly prefix: string;
      readonly versionId?: string;
      /** The path can only be a folder: it says so (`a~d`), or no object can have its key. */
      readonly isFolderOnly: boolean;
    };

/** A place that is not a connection or bucket. */
export type EntryPlace = Extract<Place, { kind: 'entry' }>;

/** What a URI names, or undefined when it is none of ours. A `/` at the end of a URI's path says nothing. */
export function placeOf(uri: UriParts): Place | undefined {
  const path = uri.path.replace(/\/+$/, '');
  const location = parseObjectUri({ scheme: uri.scheme, authority: uri.authority, path, query: uri.query });
  if (location === undefined) return undefined;
  const { connectionId, bucket, key, versionId } = location;
  if (bucket === undefined) return { kind: 'connection', connectionId };
  const isBucket = !path.slice(1).includes('/');
  if (isBucket) return { kind: 'bucket', connectionId, bucket };
  return {
    kind: 'entry',
    connectionId,
    bucket,
    key,
    prefix: `${key}/`,
    ...(versionId === undefined ? {} : { versionId }),
    isFolderOnly: key === '' || path.endsWith('~d'),
  };
}

/** The object a place names. */
export function refOf(place: EntryPlace): ObjectRef {
  const { connectionId, bucket, key, versionId } = place;
  return { connectionId, bucket, key, ...(versionId === undefined ? {} : { versionId }) };
}

/** Name under which state of an object is kept: one for all URIs of the object. */
export function objectId(ref: ObjectRef): string {
  const { authority, path, query } = objectUri(ref.connectionId, ref.bucket, ref.key, ref.versionId);
  return `${authority}${path}?${query}`;
}

/** Name under which state of a folder is kept. */
export function folderId(connection: ConnectionId, bucket: BucketName, prefix: string): string {
  const { authority, path } = folderUri(connection, bucket, prefix);
  return `${authority}${path}/`;
}

/** The prefix that a key's object is listed under: all up to its last `/`. */
export function parentPrefix(key: string): string {
  const withoutEnd = key.endsWith('/') ? key.slice(0, -1) : key;
  return withoutEnd.slice(0, withoutEnd.lastIndexOf('/') + 1);
}

/** The last segment of a key or prefix, as people name it. */
export function baseName(key: string): string {
  const withoutEnd = key.endsWith('/') ? key.slice(0, -1) : key;
  return withoutEnd.slice(withoutEnd.lastIndexOf('/') + 1);
}
