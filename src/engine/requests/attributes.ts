import type { EngineRequests } from '../../protocol/requests';
import type { EngineHandlers } from '../engine';
import type { ClientFor } from './buckets';

type AttributeMethods = Extract<keyof EngineRequests, `attributes/${string}` | `archive/${string}`>;

/** Requests about what is not the bytes of an object. */
export function createAttributeHandlers(clientFor: ClientFor): Pick<EngineHandlers, AttributeMethods> {
  return {
    'attributes/get': async ({ connectionId, ...address }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.getObjectState(address, signal);
    },
    'attributes/put': async ({ connectionId, seen, change, method, lock, ...address }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.changeAttributes(address, seen, change, { method, lock }, signal);
    },
    'archive/restore': async ({ connectionId, days, tier, ...address }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.restoreArchived(address, { days, ...(tier === undefined ? {} : { tier }) }, signal);
    },
  };
}
