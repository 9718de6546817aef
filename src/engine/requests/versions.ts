import type { EngineRequests } from '../../protocol/requests';
import type { EngineHandlers } from '../engine';
import type { Deletions } from '../transfers/deletions';
import type { ClientFor } from './buckets';

type VersionMethods = Extract<keyof EngineRequests, `versions/${string}` | `versioning/${string}`>;

/** Requests about versions of objects, and whether a bucket keeps them. */
export function createVersionHandlers(
  clientFor: ClientFor,
  deletions: Deletions,
): Pick<EngineHandlers, VersionMethods> {
  return {
    'versions/listPage': async ({ connectionId, bucket, ...query }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.listVersions(bucket, query, signal);
    },
    'versions/restore': async ({ connectionId, condition, lock, ...source }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.restoreVersion(source, { condition, lock }, signal);
    },
    'versions/delete': async ({ connectionId, bypassGovernance, ...address }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.deleteVersion(address, { bypassGovernance }, signal);
    },
    'versions/undelete': async ({ connectionId, ...address }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.undeleteObject(address, signal);
    },
    'versions/undoDeletion': async ({ transferId }, signal) => {
      const place = deletions.placeOf(transferId);
      if (place === undefined) return { kind: 'impossible', cause: 'notKnown' };
      return await deletions.undo(transferId, await clientFor(place.connectionId, signal), signal);
    },
    'versioning/get': async ({ connectionId, bucket }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.getVersioning(bucket, signal);
    },
    'versioning/put': async ({ connectionId, bucket, state }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.putVersioning(bucket, state, signal);
    },
  };
}
