import type { Connection } from '../../model/connection';
import { locationOfHost, locations, storageClasses, type Location, type StorageClass } from '../../model/location';

/**
 * Where a connection can create buckets. Empty for services that are not IBM's: their buckets go where the endpoint is, and
 * have no class.
 */
export function locationsFor(connection: Connection, known: readonly Location[] = locations): readonly Location[] {
  const named = connection.locationEndpoints;
  if (named !== undefined) {
    return Object.keys(named).map(
      (code) => known.find((location) => location.code === code) ?? { code, kind: 'regional', city: '' },
    );
  }
  const isIbm = connection.kind === 'iam' || locationOfHost(new URL(connection.endpoint).host) !== undefined;
  return isIbm ? known : [];
}

/** The classes that a location takes; One-Rate is for regional and single-site locations (data-plane §3.3). */
export function classesFor(location: Location): readonly StorageClass[] {
  return storageClasses.filter((name) => name !== 'onerate_active' || location.kind !== 'crossRegion');
}

/** The location to offer first: the one of the endpoint. */
export function homeLocation(connection: Connection): string | undefined {
  const named = Object.entries(connection.locationEndpoints ?? {});
  return named.find(([, url]) => url === connection.endpoint)?.[0] ?? locationOfHost(new URL(connection.endpoint).host);
}
