import type { Connection } from '../../model/connection';
import { bucketName, objectKey, type BucketName, type ConnectionId, type ObjectKey } from '../../model/ids';
import { locationOfHost } from '../../model/location';
import { objectScheme, parseObjectUri } from '../../model/objectUri';

/** What a typed or pasted text points at. */
export type Address =
  | {
      readonly kind: 'place';
      readonly bucket: BucketName;
      readonly key: ObjectKey;
      /** The connections whose endpoint the text names; empty when it names none. */
      readonly connectionIds: readonly ConnectionId[];
    }
  | { readonly kind: 'invalid'; readonly problem: AddressProblem; readonly host?: string };

/** Why a text points at nothing. */
export type AddressProblem = 'empty' | 'noBucket' | 'badEscapes' | 'unknownHost' | 'unknownScheme';

/**
 * Reads `bucket/key`, `s3://bucket/key`, `cos://bucket/key`, an `ibmcos:` URI, or an http(s) URL in path or virtual-host
 * style. Only URLs are percent-decoded: in the other forms `%` belongs to the key, as the command lines have it.
 */
export function parseAddress(input: string, connections: readonly Connection[]): Address {
  const text = input.trim();
  if (text === '') return { kind: 'invalid', problem: 'empty' };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  const rest = scheme === undefined ? text : text.slice(scheme.length + 3);
  switch (scheme) {
    case undefined:
    case 's3':
    case 'cos':
      return placeAt(rest, []);
    case 'http':
    case 'https':
      return parseUrl(rest, connections);
    case objectScheme:
      return parseOwnUri(rest);
    default:
      return { kind: 'invalid', problem: 'unknownScheme' };
  }
}

/** Not with the URL class: it would resolve `..` and tidy up keys. */
function parseUrl(rest: string, connections: readonly Connection[]): Address {
  const match = /^([^/?#]+)\/?([^?#]*)/.exec(rest);
  const host = (match?.[1] ?? '').replace(/^.*@/, '').toLowerCase();
  const path = decode(match?.[2] ?? '');
  if (path === undefined) return { kind: 'invalid', problem: 'badEscapes' };
  const ibm =
    /^(?:(.+)\.)?(s3\.(?:private\.|direct\.)?[a-z0-9-]+(?:\.[a-z]{2})?\.cloud-object-storage\.appdomain\.cloud)$/;
  const [, ibmBucket, ibmHost] = ibm.exec(host) ?? [];
  if (ibmHost !== undefined) {
    const ids = connections.filter(isIbm).map(({ id }) => id);
    if (ids.length === 0) return { kind: 'invalid', problem: 'unknownHost', host };
    return placeAt(ibmBucket === undefined ? path : `${ibmBucket}/${path}`, ids);
  }
  const byPath = connections.filter((connection) => hostsOf(connection).includes(host));
  if (byPath.length > 0)
    return placeAt(
      path,
      byPath.map(({ id }) => id),
    );
  for (const connection of connections) {
    const endpointHost = hostsOf(connection).find((known) => host.endsWith(`.${known}`));
    if (endpointHost === undefined) continue;
    const alike = connections.filter((other) => hostsOf(other).includes(endpointHost)).map(({ id }) => id);
    return placeAt(`${host.slice(0, -endpointHost.length - 1)}/${path}`, alike);
  }
  return { kind: 'invalid', problem: 'unknownHost', host };
}

function parseOwnUri(rest: string): Address {
  const slash = rest.indexOf('/');
  const path = decode((slash < 0 ? '' : rest.slice(slash)).replace(/[?#].*$/s, ''));
  if (path === undefined) return { kind: 'invalid', problem: 'badEscapes' };
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const location = parseObjectUri({ scheme: objectScheme, authority, path, query: '' });
  if (location?.bucket === undefined) return { kind: 'invalid', problem: 'noBucket' };
  return { kind: 'place', bucket: location.bucket, key: location.key, connectionIds: [location.connectionId] };
}

function placeAt(path: string, connectionIds: readonly ConnectionId[]): Address {
  const slash = path.indexOf('/');
  const bucket = slash < 0 ? path : path.slice(0, slash);
  if (bucket === '') return { kind: 'invalid', problem: 'noBucket' };
  const key = slash < 0 ? '' : path.slice(slash + 1);
  return { kind: 'place', bucket: bucketName(bucket), key: objectKey(key), connectionIds };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function isIbm(connection: Connection): boolean {
  return hostsOf(connection).some((host) => locationOfHost(host) !== undefined);
}

function hostsOf({ endpoint, locationEndpoints }: Connection): readonly string[] {
  return [endpoint, ...Object.values(locationEndpoints ?? {})].map((url) => new URL(url).host);
}
