import { shownText } from './shownText';
import { bucketName, connectionId, objectKey, type BucketName, type ConnectionId, type ObjectKey } from './ids';

/**
 * The only place that turns keys into URIs and back.
 *
 * An object URI is `ibmcos://<connection-id>/<bucket>/<path>`, the version in the query (`versionId=…`).
 * Editors normalise paths (`//`, `.`, `..`, `\`), so whatever would not survive that is escaped with `~`:
 *
 * | in the key                                   | in the path            |
 * |----------------------------------------------|------------------------|
 * | `~` `%` `\`, control characters, U+007F      | `~` + two hex digits   |
 * | other characters that nobody sees            | `~u` + four hex digits |
 * | a segment `.` or `..`                        | `~2E` or `~2E~2E`      |
 * | an empty segment (`//`, leading, trailing `/`) | `~`                  |
 *
 * Paths here are *decoded* URI paths (what `vscode.Uri.path` holds); percent-encoding is the URI class's business.
 * Two different keys never share a path; every path of a key decodes to that key.
 * A folder's path is its prefix without the last `/`. Where an object `a` and a folder `a/` both exist, a directory
 * listing names the folder `a~d`; the suffix decodes to nothing.
 */
export const objectScheme = 'ibmcos';

/** What an object URI names. An empty key names the bucket itself, an absent bucket the connection. */
export interface ObjectLocation {
  readonly connectionId: ConnectionId;
  readonly bucket?: BucketName;
  readonly key: ObjectKey;
  readonly versionId?: string;
}

/** The parts of a URI, as `vscode.Uri.from` takes them. */
export interface UriParts {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly query: string;
}

/** Escapes one `/`-free segment of a key. */
export function encodeSegment(segment: string): string {
  if (segment === '') return '~';
  if (segment === '.' || segment === '..') return segment.replaceAll('.', '~2E');
  let encoded = '';
  for (let at = 0; at < segment.length; at++) {
    const unit = segment.charCodeAt(at);
    const special = unit < 0x20 || unit === 0x7f || unit === 0x7e || unit === 0x25 || unit === 0x5c;
    encoded += special ? `~${unit.toString(16).toUpperCase().padStart(2, '0')}` : segment.charAt(at);
  }
  // Editors show paths, in tabs and titles.
  return shownText(encoded, (codePoint) =>
    String.fromCodePoint(codePoint)
      .split('')
      .map((unit) => `~u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`)
      .join(''),
  );
}

/** Undoes `encodeSegment`. An escape that it never writes is kept as it stands, so that any path has a meaning. */
export function decodeSegment(segment: string): string {
  const bare = segment.replace(/~d$/, '');
  if (bare === '~') return '';
  return bare.replace(/~(?:u([0-9A-F]{4})|([0-9A-F]{2}))/g, (_all, unit: string | undefined, hex = '') =>
    String.fromCharCode(parseInt(unit ?? String(hex), 16)),
  );
}

/** Path of a key below its bucket, without a leading `/`. Injective. */
export function encodeKey(key: string): string {
  return key.split('/').map(encodeSegment).join('/');
}

/** Undoes `encodeKey`. */
export function decodeKey(path: string): ObjectKey {
  return objectKey(path.split('/').map(decodeSegment).join('/'));
}

/** URI of an object, optionally of one version of it. */
export function objectUri(connection: ConnectionId, bucket: BucketName, key: ObjectKey, versionId?: string): UriParts {
  return {
    scheme: objectScheme,
    authority: connection,
    path: `/${bucket}/${encodeKey(key)}`,
    query: versionId === undefined ? '' : `versionId=${encodeURIComponent(versionId)}`,
  };
}

/** URI of a folder, named by its prefix (which ends in `/`), or of the whole bucket for an empty prefix. */
export function folderUri(connection: ConnectionId, bucket: BucketName, prefix: string): UriParts {
  const path = prefix === '' ? '' : `/${encodeKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix)}`;
  return { scheme: objectScheme, authority: connection, path: `/${bucket}${path}`, query: '' };
}

/** What a URI of our object scheme names, or undefined for any other URI. */
export function parseObjectUri(uri: UriParts): ObjectLocation | undefined {
  if (uri.scheme !== objectScheme) return undefined;
  let connection: ConnectionId;
  try {
    connection = connectionId(uri.authority);
  } catch {
    return undefined; // a URI somebody typed; not naming a connection is an answer, not a failure
  }
  const path = uri.path.replace(/^\//, '');
  if (path === '') return { connectionId: connection, key: objectKey('') };
  const slash = path.indexOf('/');
  const bucket = bucketName(slash < 0 ? path : path.slice(0, slash));
  const rest = slash < 0 ? '' : path.slice(slash + 1);
  const versionId = /(?:^|&)versionId=([^&]*)/.exec(uri.query)?.[1];
  return {
    connectionId: connection,
    bucket,
    key: rest === '' ? objectKey('') : decodeKey(rest),
    ...(versionId === undefined ? {} : { versionId: decodeURIComponent(versionId) }),
  };
}
