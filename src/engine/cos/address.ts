import type { Connection } from '../../model/connection';
import { CosFailure } from '../failure';
import { encodeRfc3986 } from '../auth/sigV4';

/** Where a request goes: origin and percent-encoded path. */
export interface RequestAddress {
  /** `https://host[:port]`. */
  readonly origin: string;
  /** Starts with `/`; no query. */
  readonly path: string;
}

/** Query of a request. A name with value `undefined` is a flag, sent without `=`. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/**
 * The origin of an endpoint as a user may write it: with or without scheme, with a trailing slash.
 * Throws `invalid` for anything that is not an http or https URL without path, query or user.
 */
export function endpointOrigin(endpoint: string): string {
  const text = endpoint.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  const isUsable =
    url !== undefined &&
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    url.hostname !== '' &&
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === '';
  if (!isUsable) {
    throw new CosFailure({
      kind: 'invalid',
      op: 'connection',
      retry: 'never',
      // The text may hold a password, so only a text that cannot is repeated.
      detail: `${/[@?#]/.test(text) ? 'The endpoint' : `The endpoint "${text}"`} is not the address of a server. It looks like https://s3.us-south.cloud-object-storage.appdomain.cloud, without bucket, path or user.`,
    });
  }
  return url.origin;
}

/** Address of the service, a bucket, or an object at an endpoint's origin. Keys are encoded but never normalised. */
export function requestAddress(
  origin: string,
  connection: Pick<Connection, 'kind'> & { readonly addressingStyle?: 'path' | 'virtualHost' },
  bucket?: string,
  key?: string,
): RequestAddress {
  if (bucket === undefined) return { origin, path: '/' };
  const keyPath = key === undefined ? '' : encodeKeyPath(key);
  if (connection.addressingStyle === 'virtualHost' && fitsHostName(bucket, origin)) {
    const [scheme = 'https:', rest = ''] = origin.split('//');
    return { origin: `${scheme}//${bucket}.${rest}`, path: `/${keyPath}` };
  }
  return { origin, path: key === undefined ? `/${encodeRfc3986(bucket)}` : `/${encodeRfc3986(bucket)}/${keyPath}` };
}

/** Percent-encodes a key for a path, keeping its slashes. */
export function encodeKeyPath(key: string): string {
  return key.split('/').map(encodeRfc3986).join('/');
}

/** Appends a query to a path, encoded as SigV4 wants it. */
export function withQuery(path: string, query: Query): string {
  const pairs = Object.entries(query).map(([name, value]) =>
    value === undefined ? encodeRfc3986(name) : `${encodeRfc3986(name)}=${encodeRfc3986(String(value))}`,
  );
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

/** Names with dots break the wildcard certificate; addresses have no subdomains. */
function fitsHostName(bucket: string, origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  if (/^[\d.]+$|^\[/.test(hostname)) return false;
  return (
    /^[a-z0-9][a-z0-9-]*[a-z0-9]$/.test(bucket) ||
    (protocol === 'http:' && /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(bucket))
  );
}
