import type { EngineRequests } from '../../protocol/requests';
import type { EngineHandlers } from '../engine';
import { planSite } from '../website/sitePlan';
import type { ClientFor } from './buckets';

/** Requests about websites. */
export function createWebsiteHandlers(
  clientFor: ClientFor,
): Pick<EngineHandlers, Extract<keyof EngineRequests, `website/${string}`>> {
  return {
    'website/plan': async ({ connectionId, ...site }, signal) =>
      await planSite(await clientFor(connectionId, signal), site, signal),
    'website/get': async ({ connectionId, bucket }, signal) => {
      const client = await clientFor(connectionId, signal);
      return (await client.getBucketWebsite(bucket, signal)).website ?? null;
    },
    'website/put': async ({ connectionId, bucket, website }, signal) => {
      const client = await clientFor(connectionId, signal);
      await client.putBucketWebsite(bucket, website, signal);
      return null;
    },
  };
}
