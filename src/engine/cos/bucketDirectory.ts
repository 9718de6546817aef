import type { Connection } from '../../model/connection';
import {
  endpointOfLocation,
  isLocationCode,
  locationOfHost,
  parseProvisioningCode,
  type EndpointNetwork,
} from '../../model/location';
import type { BucketSummary } from '../../model/objectInfo';
import type { EngineClock } from '../clock';
import { CosFailure } from '../failure';
import { orAborted } from '../orAborted';
import { endpointOrigin } from './address';

/** Knows at which endpoint each bucket is reached. */
export interface BucketDirectory {
  /** Origin of the connection's own endpoint, on its network. */
  readonly homeOrigin: string;
  /** Origin that a bucket is reached at; lists the buckets once where that is needed to know. */
  originOf(bucket: string, signal: AbortSignal): Promise<string>;
  /** Origin for a location, for known and unknown codes alike; undefined where the connection has one endpoint only. */
  originOfLocation(location: string): string | undefined;
  /**
   * The origin to use for one that a service names: the same, or undefined where it is not of this connection's endpoints, which
   * alone get its credentials.
   */
  familyOrigin(origin: string): string | undefined;
  /** Notes where the service has said that a bucket is. */
  moved(bucket: string, origin: string): void;
  /** Lists again after NoSuchBucket; answers with the origin where the bucket is now, undefined when it is not listed. */
  lookAgain(bucket: string, signal: AbortSignal): Promise<string | undefined>;
  /** What a listing or a creation told of a bucket. */
  known(bucket: string): BucketSummary | undefined;
  /** Takes over what a listing or a creation told. */
  learn(buckets: readonly BucketSummary[]): void;
  forget(bucket: string): void;
  /** Ends a listing under way. */
  close(): void;
}

/** For how long a refused listing is not tried again just to find a bucket. */
const refusedForMs = 5 * 60_000;

/**
 * The directory of a connection. IBM answers 404 for a bucket of another location (data-plane §1.1), so each bucket is
 * asked for at its own endpoint, known from the extended listing. Other servers have one endpoint and need no lookup.
 */
export function createBucketDirectory(
  connection: Connection,
  clock: EngineClock,
  listBuckets: (signal: AbortSignal) => Promise<readonly BucketSummary[]>,
): BucketDirectory {
  const ownHost = new URL(endpointOrigin(connection.endpoint)).hostname;
  const homeLocation = locationOfHost(ownHost);
  const network = connection.network ?? networkOfHost(ownHost);
  // An endpoint of one network does not hold a connection there that was moved to another.
  const isMoved = homeLocation !== undefined && network !== networkOfHost(ownHost);
  const homeOrigin = endpointOrigin(isMoved ? endpointOfLocation(homeLocation, network) : connection.endpoint);
  const hasLocations = homeLocation !== undefined || connection.locationEndpoints !== undefined;
  const namedEndpoints = new Map(Object.entries(connection.locationEndpoints ?? {}));
  const origins = new Map<string, string>();
  const summaries = new Map<string, BucketSummary>();
  let listing: Promise<void> | undefined;
  const closing = new AbortController();
  let isListed = false;
  let refusedAtMs = Number.NEGATIVE_INFINITY;

  function originOfLocation(location: string): string | undefined {
    const named = namedEndpoints.get(location);
    if (named !== undefined) return endpointOrigin(named);
    if (homeLocation === undefined) return undefined;
    // A listing is another's word: only what can be a location becomes a host.
    if (location === homeLocation || !isLocationCode(location) || homeLocation.endsWith(`.${location}`))
      return homeOrigin;
    return endpointOfLocation(location, network);
  }

  function familyOrigin(origin: string): string | undefined {
    const named = [homeOrigin, ...[...namedEndpoints.values()].map(endpointOrigin)];
    if (named.includes(origin)) return origin;
    const { hostname, protocol, port } = new URL(origin);
    const location = locationOfHost(hostname);
    const isOurs = homeLocation !== undefined && location !== undefined && isLocationCode(location);
    // On the network of the connection, whichever the service names.
    return isOurs && protocol === 'https:' && port === '' ? endpointOfLocation(location, network) : undefined;
  }

  function learn(buckets: readonly BucketSummary[]): void {
    for (const summary of buckets) {
      const { name, locationConstraint } = summary;
      summaries.set(name, summary);
      const { location } = parseProvisioningCode(locationConstraint ?? '');
      origins.set(name, (location === undefined ? undefined : originOfLocation(location)) ?? homeOrigin);
    }
  }

  async function list(signal: AbortSignal): Promise<void> {
    listing ??= listBuckets(closing.signal)
      .then((buckets) => {
        learn(buckets);
        isListed = true;
      })
      .finally(() => {
        listing = undefined;
      });
    try {
      await orAborted(listing, signal);
    } catch (error) {
      // Whoever may not list reaches buckets at the connection's own endpoint.
      if (!(error instanceof CosFailure) || error.error.kind !== 'denied' || error.error.reason === 'clockSkewed')
        throw error;
      refusedAtMs = clock.monotonicMs();
    }
  }

  return {
    homeOrigin,
    originOfLocation,
    familyOrigin,
    moved: (bucket, origin) => void origins.set(bucket, origin),
    learn,
    known: (bucket) => summaries.get(bucket),
    async originOf(bucket, signal) {
      const known = origins.get(bucket);
      if (known !== undefined) return known;
      const mayAsk = hasLocations && !isListed && clock.monotonicMs() - refusedAtMs > refusedForMs;
      if (mayAsk) await list(signal);
      return origins.get(bucket) ?? homeOrigin;
    },
    async lookAgain(bucket, signal) {
      origins.delete(bucket);
      if (!hasLocations || clock.monotonicMs() - refusedAtMs <= refusedForMs) return undefined;
      await list(signal);
      return origins.get(bucket);
    },
    forget(bucket) {
      origins.delete(bucket);
      summaries.delete(bucket);
    },
    close() {
      closing.abort(new Error('the connection was closed'));
    },
  };
}

function networkOfHost(host: string): EndpointNetwork {
  const match = /^s3\.(private|direct)\./.exec(host.toLowerCase());
  return match?.[1] === 'private' || match?.[1] === 'direct' ? match[1] : 'public';
}
