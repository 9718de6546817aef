import type { EngineRequests } from '../../protocol/requests';
import type { EngineHandlers } from '../engine';
import type { ClientFor } from './buckets';

/** Requests about links that carry their signature. */
export function createLinkHandlers(
  clientFor: ClientFor,
): Pick<EngineHandlers, Extract<keyof EngineRequests, `links/${string}`>> {
  return {
    'links/create': async ({ connectionId, wish, ...address }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.createLink(address, wish, signal);
    },
  };
}
