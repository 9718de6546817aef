import type { EngineRequests } from '../../protocol/requests';
import type { EngineHandlers } from '../engine';
import type { ClientFor } from './buckets';

type ProtectionMethods = Extract<
  keyof EngineRequests,
  `protection/${string}` | `bucketProtection/${string}` | `objectLock/${string}`
>;

/** Requests about retention, legal holds and locks. */
export function createProtectionHandlers(clientFor: ClientFor): Pick<EngineHandlers, ProtectionMethods> {
  return {
    'protection/get': async ({ connectionId, ...address }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.getProtection(address, signal);
    },
    'protection/addHold': async ({ connectionId, holdId, ...address }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.addLegalHold(address, holdId, signal);
    },
    'protection/removeHold': async ({ connectionId, holdId, ...address }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.removeLegalHold(address, holdId, signal);
    },
    'protection/extend': async ({ connectionId, extension, ...address }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.extendRetention(address, extension, signal);
    },
    'protection/setLock': async ({ connectionId, retention, bypassGovernance, ...address }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.putLockRetention(address, retention ?? undefined, { bypassGovernance }, signal);
    },
    'protection/setLockHold': async ({ connectionId, isOn, ...address }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.putLockHold(address, isOn, signal);
    },
    'bucketProtection/get': async ({ connectionId, bucket }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.getBucketProtection(bucket, signal);
    },
    'bucketProtection/put': async ({ connectionId, bucket, policy }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.putBucketProtection(bucket, policy, signal);
    },
    'objectLock/get': async ({ connectionId, bucket }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.getObjectLock(bucket, signal);
    },
    'objectLock/put': async ({ connectionId, bucket, defaultRetention }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.putObjectLock(bucket, defaultRetention ?? undefined, signal);
    },
  };
}
