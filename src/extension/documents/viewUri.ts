import { encodeKey, encodeSegment, objectUri, parseObjectUri, type UriParts } from '../../model/objectUri';
import type { ObjectRef } from '../../protocol/requests';
import { baseName, parentPrefix } from '../nodes/place';

/** Scheme of read-only views of objects: a first part, or the state that a save conflicted with. */
export const viewScheme = 'ibmcos-view';

/** What of an object is shown. */
export type ObjectView =
  { readonly kind: 'firstPart'; readonly lengthBytes: number } | { readonly kind: 'snapshot'; readonly etag: string };

/** URI of a view. `label` becomes the name that the tab shows, and must say what of the object it is. */
export function viewUri(ref: ObjectRef, view: ObjectView, label: (name: string) => string): UriParts {
  const object = objectUri(ref.connectionId, ref.bucket, ref.key, ref.versionId);
  const query = new URLSearchParams({ of: object.path });
  if (object.query !== '') query.set('at', object.query);
  if (view.kind === 'firstPart') query.set('firstBytes', String(view.lengthBytes));
  else query.set('etag', view.etag);
  const folder = parentPrefix(ref.key).replace(/\/$/, '');
  const folderPath = folder === '' ? '' : `/${encodeKey(folder)}`;
  const name = encodeSegment(label(baseName(ref.key)).replaceAll('/', '_'));
  return {
    scheme: viewScheme,
    authority: object.authority,
    path: `/${ref.bucket}${folderPath}/${name}`,
    query: query.toString(),
  };
}

/** What a view's URI shows, or undefined for any other URI. */
export function parseViewUri(uri: UriParts): { readonly ref: ObjectRef; readonly view: ObjectView } | undefined {
  if (uri.scheme !== viewScheme) return undefined;
  const query = new URLSearchParams(uri.query);
  const path = query.get('of');
  if (path === null) return undefined;
  const location = parseObjectUri({
    scheme: 'ibmcos',
    authority: uri.authority,
    path,
    query: query.get('at') ?? '',
  });
  if (location?.bucket === undefined || location.key === '') return undefined;
  const { connectionId, bucket, key, versionId } = location;
  const ref = { connectionId, bucket, key, ...(versionId === undefined ? {} : { versionId }) };
  const etag = query.get('etag');
  if (etag !== null) return { ref, view: { kind: 'snapshot', etag } };
  const lengthBytes = Number(query.get('firstBytes'));
  return Number.isSafeInteger(lengthBytes) && lengthBytes > 0
    ? { ref, view: { kind: 'firstPart', lengthBytes } }
    : undefined;
}
