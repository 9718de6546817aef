import type { ReplicationRequests } from '../../protocol/replication';
import type { EngineHandlers } from '../engine';
import type { ClientFor } from './buckets';

/** Requests about what replication did. */
export function createReplicationHandlers(clientFor: ClientFor): Pick<EngineHandlers, keyof ReplicationRequests> {
  return {
    'replication/listFailures': async ({ connectionId, bucket, token }, signal) =>
      await (await clientFor(connectionId, signal)).listReplicationFailures(bucket, token, signal),
    'replication/reattempt': async ({ connectionId, bucket }, signal) =>
      await (await clientFor(connectionId, signal)).reattemptReplication(bucket, signal),
  };
}
